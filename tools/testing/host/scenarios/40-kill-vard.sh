# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# vard-sync is killed and started again while the guest writes: no error, nothing lost.
# Limit: 900 s

# What a guest's "ack N" stands for is in the database: write N went to KuvS<N mod 10>.

# holds LAST: the database has every write up to this number, or a newer one.
holds() {
	local newest
	newest=$(sql "SELECT group_concat(CAST(data AS TEXT), ' ') FROM variable
		      WHERE name LIKE 'KuvS_' AND CAST(CAST(data AS TEXT) AS INT) > $1 - 10")
	same "variables as new as write $1" 10 "$(wc -w <<<"$newest")"
}

# acked: number of the last write the guest knows to be done.
acked() {
	sed -n 's/^ack //p' "$(log_of a out)" | tail -n 1
}

# passed NUMBER: the guest has come so far.
passed() {
	[ "$(acked || echo 0)" -ge "$1" ] 2>/dev/null
}

# goes_on COUNT: the guest has done so many writes more.
goes_on() {
	wait_for "$BOOT_MAX" "the guest goes on writing" passed $(($(acked) + $1))
}

# kill_and_start: the guest, which writes until it is told to stop, has no daemon for
# a while. What it knows to be done by then is in the database as it was left.
kill_and_start() {
	local last

	kill -KILL "$VARD_PID"
	wait "$VARD_PID" 2>/dev/null || true
	last=$(acked)
	say "vard-sync is killed after write $last"
	mkdir -p "$WORK/killed"
	cp "$DB" "$DB"-* "$WORK/killed/"
	start_vard
	say "vard-sync is back"
	DB=$WORK/killed/${DB##*/} holds "$last"
}

load_module
start_vard

vm_linux a <<END
hear | evar stream || die "a write failed"
END
vm_says a '^ack 60$'
for count in 1 20 20; do
	goes_on $count
	kill_and_start
done
goes_on 20
vm_tell a stop
vm_done a
last=$(acked)
holds "$last"

vm_linux a <<END
for i in \$(seq $((last - 9)) $last); do
	same "write \$i" "0x07 \$i" "\$(evar get KuvS\$((i % 10)))"
done
END
vm_done a
