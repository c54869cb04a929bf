# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# vard-sync is killed and started again while the guest writes: no error, nothing lost.
# Limit: 240 s

# holds LAST: the database has every write up to this number, or a newer one.
holds() {
	local i got
	for ((i = $1 - 9; i <= $1; i++)); do
		got=$(stored a KuvS$((i % 10)))
		[ "${got:-0}" -ge $i ] || fail "write $i lost: database has '$got'"
	done
	say "ok: writes up to $1 are in the database"
}

# kill_at NUMBER: kill the daemon when the guest has done so many writes.
kill_at() {
	local last

	vm_says a "^ack $1\$"
	kill -KILL "$VARD_PID"
	last=$(sed -n 's/^ack //p' "$(log_of a out)" | tail -n 1)
	wait "$VARD_PID" 2>/dev/null || true
	say "vard-sync killed after write $last"
	start_vard
	say "vard-sync is back"
	holds "$last"
}

load_module
start_vard

vm_linux a <<'END'
must evar stream 400
END
kill_at 60
kill_at 160
kill_at 260
vm_done a
check "the guest did all its writes" line "$(log_of a out)" '^ack 400$'
for i in {391..400}; do
	same "write $i is in the database" "$i" "$(stored a KuvS$((i % 10)))"
done

vm_linux a <<'END'
for i in 391 392 393 394 395 396 397 398 399 400; do
	same "write $i" "0x07 $i" "$(evar get KuvS$((i % 10)))"
done
END
vm_done a
