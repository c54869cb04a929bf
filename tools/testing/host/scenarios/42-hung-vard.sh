# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# vard-sync hangs for longer than a write waits: writes fail, reads go on, all lands afterwards.
# Limit: 600 s
# Kernel log: kvm-uefivars: store [0-9]+: change [0-9]+ was not acknowledged in time

WAIT_MS=4000

# counter NAME: the number that kuvctl stats shows for VM a.
counter() {
	"$BIN/kuvctl" --socket "$SOCKET" stats a | tee "$LOGS/stats" |
		sed -n "s/.*[^a-z]$1[ :=]*\([0-9][0-9]*\).*/\1/p" | head -n 1
}

# pending_is_stored: what was written while nobody saved it.
pending_is_stored() {
	[ "$(stored a KuvHung)" = later ] && [ "$(stored a KuvNew)" = new ] &&
		! has a KuvGone "$KUV_NS"
}

load_module
start_vard --wait-ms $WAIT_MS

vm_linux a <<END
# ms: uptime of the guest.
ms() { sed 's/\([0-9]*\)\.\([0-9]\)\([0-9]\).*/\1\2\30/' /proc/uptime; }
must evar set KuvHung before
must evar set KuvGone before
echo ready
# Up to here vard-sync works; the scenario says when it does not any more.
hear >/dev/null
start=\$(ms)
for i in 1 2 3 4 5 6 7 8 9 10; do
	same "read \$i while vard-sync hangs" "0x07 before" "\$(evar get KuvHung)"
done
tell reads_ms \$((\$(ms) - start))
start=\$(ms)
refused evar set KuvHung later
tell write_ms \$((\$(ms) - start))
same "the write is in force all the same" "0x07 later" "\$(evar get KuvHung)"
refused evar set KuvNew new
refused evar del KuvGone
same "reads go on after writes failed" "0x07 later" "\$(evar get KuvHung)"
echo failed
hear >/dev/null
must evar set KuvAfter after
# Kernel 7.2's efivarfs forgets a file whose first write failed, until it asks again.
must umount /sys/firmware/efi/efivars
must mount -t efivarfs efivarfs /sys/firmware/efi/efivars
same "what was written meanwhile" "0x07 new" "\$(evar get KuvNew)"
END
vm_says a '^ready$'
kill -STOP "$VARD_PID"
say "vard-sync is stopped"
vm_tell a hung
vm_says a '^failed$'
reads=$(told a reads_ms) write=$(told a write_ms)
check "ten reads take less than a write waits ($reads ms)" [ "$reads" -lt $WAIT_MS ]
check "a write is given up after its wait ($write ms)" \
	[ "$write" -ge $((WAIT_MS - 100)) ]
check "a write is given up soon after its wait ($write ms)" \
	[ "$write" -lt $((WAIT_MS * 3)) ]
same "in the database meanwhile" before "$(stored a KuvHung)"
check "nothing half-applied in the database" has a KuvGone "$KUV_NS"

kill -CONT "$VARD_PID"
say "vard-sync goes on"
wait_for "$DONE_MAX" "everything that was pending is in the database" pending_is_stored
same "timeouts that were counted" 3 "$(counter timeouts)"
same "timeouts that the kernel logged" 3 "$(dmesg | grep -c 'not acknowledged in time')"
vm_tell a on
vm_done a
same "written afterwards" after "$(stored a KuvAfter)"
