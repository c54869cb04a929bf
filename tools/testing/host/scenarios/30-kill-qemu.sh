# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# QEMU is killed right after a write returned to the guest; the write is there in the next VM.
# Limit: 900 s

# acked NAME: number of the last write the guest knows to be done.
acked() {
	sed -n 's/^ack //p' "$(log_of "$1" out)" | tail -n 1
}

load_module
start_vard

vm_linux a <<'END'
evar stream 100000
END
vm_says a '^ack 40$'
vm_kill a
vard_idle
last=$(acked a)
say "killed after write $last"

expect=
for ((i = last - 9; i <= last; i++)); do
	got=$(stored a KuvS$((i % 10)))
	# One more write may have been on its way.
	if [ "$got" = $((last + 1)) ] && [ $i = $((last - 9)) ]; then
		say "write $got was done but not reported"
	else
		same "write $i is in the database" $i "$got"
	fi
	expect+="same KuvS$((i % 10)) '0x07 $got' \"\$(evar get KuvS$((i % 10)))\""$'\n'
done

vm_linux a <<<"$expect"
vm_done a
