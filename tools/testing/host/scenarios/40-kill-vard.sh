# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# vard-sync is killed and started again while the guest writes: no error, nothing lost.
# Limit: 480 s

# What a guest's "ack N" stands for is in the database: write N went to KuvS<N mod 10>.
WRITES=800

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

# kill_after COUNT: kill the daemon when the guest has done so many writes more.
kill_after() {
	local last

	wait_for 180 "the guest goes on writing" passed $(($(acked) + $1))
	last=$(acked)
	kill -KILL "$VARD_PID"
	wait "$VARD_PID" 2>/dev/null || true
	check "vard-sync is killed in the middle, after write $last" \
		test "$(acked)" -lt $WRITES
	mkdir -p "$WORK/killed"
	cp "$DB" "$DB"-* "$WORK/killed/"
	start_patient
	say "vard-sync is back"
	DB=$WORK/killed/${DB##*/} holds "$last"
}

# start_patient: by default a guest waits for 2 s, which is not long in the emulation.
start_patient() {
	start_vard --wait-ms 20000
}

load_module
start_patient

vm_linux a <<END
must evar stream $WRITES
END
vm_says a '^ack 60$'
kill_after 1
kill_after 20
kill_after 20
vm_done a
check "the guest did all its writes" line "$(log_of a out)" "^ack $WRITES\$"
holds $WRITES

vm_linux a <<END
for i in \$(seq $((WRITES - 9)) $WRITES); do
	same "write \$i" "0x07 \$i" "\$(evar get KuvS\$((i % 10)))"
done
END
vm_done a
