# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Moving VMs between two daemons on one host, and what is saved together. Sourced
# by e2e.sh, whose functions and variables these tests use.
# shellcheck disable=SC2154,SC2034 # OPENED, W, OUT and the like are e2e.sh's

MOVE_TESTS=(move_live move_back move_via move_off move_now move_late
	move_late_dropped move_abort_waiting move_abort_sent move_abort_ready
	move_undo move_crash_sent move_crash_committed move_same_daemon
	move_refused move_fd_store write_back_age configure_running)

# A daemon with its guest is a side; use() says which one is meant.
SIDE=a
declare -A SIDES

use() {
	local v

	for v in DB SOCK DAEMON GUEST INFD OUTFD; do
		SIDES[$SIDE.$v]=${!v}
	done
	SIDE=$1
	for v in DB SOCK DAEMON GUEST INFD OUTFD; do
		printf -v "$v" %s "${SIDES[$SIDE.$v]:-}"
	done
	[ -n "$DB" ] || DB=$W/$SIDE.db
	[ -n "$SOCK" ] || SOCK=$W/$SIDE.control
}

# fresh: this side's daemon with an empty database of its own
fresh() {
	[ -z "$DAEMON" ] || daemon_stop
	DB=$W/$SIDE.db
	rm -f "$DB"*
	daemon_start
}

# on_two FUNCTION: with daemons on both sides; starts and ends on side a.
on_two() {
	local rc=0

	use b
	fresh || rc=1
	use a
	fresh || rc=1
	[ $rc != 0 ] || "$@" || rc=1
	kill "${MOVER:-}" 2>/dev/null && wait "$MOVER" 2>/dev/null
	MOVER=
	use b
	[ -z "$GUEST" ] || guest_end
	[ -z "$DAEMON" ] || daemon_stop
	use a
	[ -z "$GUEST" ] || guest_end
	return $rc
}

# on SIDE COMMAND...: there, then back on side a.
on() {
	local rc=0

	use "$1"
	shift
	"$@" || rc=$?
	use a
	return $rc
}

# kuv SIDE ARGUMENT...: kuvctl of that side
kuv() {
	local sock=$W/control

	[ "$1" = a ] || sock=$W/$1.control
	shift
	"$OUT/kuvctl" --socket "$sock" "$@"
}

# said COMMAND...: what it says, and "status N"
said() {
	local rc=0

	"$@" 2>&1 </dev/null || rc=$?
	echo "status $rc"
}

# over_pipe FROM TO VM: a whole move; "status OUT IN"
over_pipe() {
	kuv "$1" move-out "$3" 2>>"$W/log" | kuv "$2" move-in "$3" 2>>"$W/log"
	echo "status ${PIPESTATUS[*]}"
}

# A guest on side a with something of each kind.
moving_guest() {
	guest_start mv 2>/dev/null || return 1
	is set "$(guest set Kept one)" 'set Kept ok*' &&
	is volatile "$(guest volatile Vol two)" 'volatile Vol ok'
}

waiting_guest() {
	guest_start mv -i 2>/dev/null || return 1
	is frozen "$(guest resume)" 'resume again'
}

# It goes on here, with everything, and what it writes is saved here.
goes_on() {
	is wait "$(guest wait)" 'wait ok' &&
	is kept "$(guest get Kept)" 'get Kept one' &&
	is volatile "$(guest get Vol)" 'get Vol two' &&
	is set "$(guest set New three)" 'set New ok*' &&
	is database "$(value_in_db mv New)" three &&
	is rows "$(value_in_db mv Kept)" one
}

state_in_db() {
	in_db "SELECT state FROM vm WHERE name = 'mv'"
}

rows_of() {
	in_db "SELECT count(*) FROM $1"
}

# The VM is no more on this side.
has_left() {
	is dead "$(guest set Kept four)" 'set Kept device-error*' &&
	is frozen "$(guest resume)" 'resume again' &&
	is state "$(state_in_db)" moved &&
	is value "$(value_in_db mv Kept)" one || return 1
	guest_end
	is open "$("$OUT/vard-e2e-client" "$SOCK" mv)" \
		'error org.kvm_uefivars.Error.Moved *--undo mv*'
}

move_live() {
	moving_guest || return 1
	on b waiting_guest || return 1
	over_pipe a b mv >"$W/mover" &
	MOVER=$!
	wait_for moving || return 1
	is runs "$(guest set Kept one)" 'set Kept ok*' &&
	is depart "$(guest depart)" 'depart ok' || return 1
	wait "$MOVER"
	MOVER=
	is moved "$(cat "$W/mover")" 'status 0 0' &&
	on b goes_on && has_left
}

moving() {
	kuv a list | grep -q '^mv  *moving '
}

t_move_live() { on_two move_live; }

# There and back again: the row that says "moved" is taken over.
move_back() {
	move_live || return 1
	use b
	is depart "$(guest depart)" 'depart ok' || return 1
	use a
	waiting_guest || return 1
	is moved "$(over_pipe b a mv)" 'status 0 0' &&
	is wait "$(guest wait)" 'wait ok' &&
	is new "$(guest get New)" 'get New three' &&
	is volatile "$(guest get Vol)" 'get Vol two' &&
	is here "$(state_in_db)" here &&
	is database "$(value_in_db mv New)" three &&
	is away "$(on b state_in_db)" moved
}

t_move_back() { on_two move_back; }

# Both ways over one connection, as over ssh.
move_via() {
	moving_guest || return 1
	on b waiting_guest || return 1
	is depart "$(guest depart)" 'depart ok' &&
	is failed "$(said kuv a move-out --via 'exit 1' mv)" '*stays here*status 10' &&
	is moved "$(said kuv a move-out --via \
		"$OUT/kuvctl --socket $W/b.control move-in mv" mv)" \
		'*is here now*has left*status 0' &&
	on b goes_on && has_left
}

t_move_via() { on_two move_via; }

# A VM that does not run, and has no machine.
move_off() {
	moving_guest || return 1
	guest_end
	is moved "$(over_pipe a b mv)" 'status 0 0' &&
	is state "$(state_in_db)" moved || return 1
	use b
	is devices "$(rows_of device)" 0 &&
	guest_start mv 2>/dev/null &&
	is kept "$(guest get Kept)" 'get Kept one' &&
	is volatile "$(guest get Vol)" 'get Vol not-found'
	local rc=$?
	use a
	return $rc
}

t_move_off() { on_two move_off; }

move_now() {
	moving_guest || return 1
	is running "$(said kuv a move-out --now --via 'cat >/dev/null' mv)" \
		'*its VMM does not tell when it is paused*status 6' &&
	is runs "$(guest set Kept one)" 'set Kept ok*' &&
	is pause "$(guest pause)" 'pause ok' || return 1
	on b waiting_guest || return 1
	is moved "$(said kuv a move-out --now --via \
		"$OUT/kuvctl --socket $W/b.control move-in mv" mv)" '*status 0' &&
	on b goes_on && has_left
}

t_move_now() { on_two move_now; }

# The VMM at the destination comes after the VM.
late() {
	moving_guest && is depart "$(guest depart)" 'depart ok' || return 1
	is moved "$(over_pipe a b mv)" 'status 0 0' &&
	is devices "$(on b rows_of device)" 1 &&
	is again "$(said kuv b move-out --via 'cat >/dev/null' mv)" \
		'*has not run since*status 6'
}

late_here() {
	guest_start mv -i 2>/dev/null || return 1
	goes_on && is used "$(rows_of device)" 0
}

move_late() {
	late && on b late_here
}

t_move_late() { on_two move_late; }

late_dropped() {
	guest_start mv 2>/dev/null || return 1
	logged 'it starts afresh' &&
	is kept "$(guest get Kept)" 'get Kept one' &&
	is volatile "$(guest get Vol)" 'get Vol not-found' &&
	is dropped "$(rows_of device)" 0
}

move_late_dropped() {
	late && on b late_dropped
}

t_move_late_dropped() { on_two move_late_dropped; }

# stays: the guest of side a goes on there
stays() {
	is wait "$(guest wait)" 'wait ok' &&
	is volatile "$(guest get Vol)" 'get Vol two' &&
	is set "$(guest set Kept five)" 'set Kept ok*' &&
	is database "$(value_in_db mv Kept)" five &&
	is state "$(state_in_db)" here
}

move_abort_waiting() {
	moving_guest || return 1
	kuv a move-out --via 'exec cat >/dev/null' mv 2>>"$W/log" &
	MOVER=$!
	wait_for moving || return 1
	kill -9 "$MOVER"
	is pause "$(guest pause)" 'pause ok' && stays
}

t_move_abort_waiting() { on_two move_abort_waiting; }

# sent FILE: side a's VM is frozen, its state is in FILE, and nobody answers
sent() {
	rm -f "$1"
	is depart "$(guest depart)" 'depart ok' || return 1
	"$OUT/kuvctl" --socket "$SOCK" move-out --via "exec cat >$1" mv \
		2>>"$W/log" &
	MOVER=$!
	wait_for whole "$1" && is frozen "$(guest resume)" 'resume again'
}

whole() {
	[ -s "$1" ] && [ "$(tail -c 1 "$1")" = '?' ]
}

move_abort_sent() {
	moving_guest && sent "$W/stream" || return 1
	is second "$(said kuv a move-out mv | cat)" '*is being moved*status 6' &&
	is open "$("$OUT/vard-e2e-client" "$SOCK" mv)" 'error *InUse *' || return 1
	kill -9 "$MOVER"
	stays && logged 'the VM stays here'
}

t_move_abort_sent() { on_two move_abort_sent; }

# The destination is ready, then its client dies; later the move is made again.
move_abort_ready() {
	moving_guest && sent "$W/stream" || return 1
	kill -9 "$MOVER"
	on b waiting_guest || return 1
	mkfifo "$W/in"
	kuv b move-in mv <"$W/in" >/dev/null 2>>"$W/log" &
	MOVER=$!
	exec {hold}>"$W/in"
	cat "$W/stream" >&"$hold"
	wait_for is_ready || return 1
	is rows "$(on b rows_of vm)" 0 || return 1
	kill -9 "$MOVER"
	exec {hold}>&-
	rm "$W/in"
	wait_for logged 'the VM did not come' &&
	is rows "$(on b rows_of vm)" 0 &&
	is frozen "$(on b guest resume)" 'resume again' &&
	is moved "$(over_pipe a b mv)" 'status 0 0' &&
	on b goes_on
}

# All was read: ready was said, the commit is waited for.
is_ready() {
	kuv b list | grep -q '^mv  *incoming ' &&
	! timeout 0.2 dd if="$W/in" of=/dev/null bs=1 count=1 2>/dev/null
}

t_move_abort_ready() { on_two move_abort_ready; }

move_undo() {
	moving_guest && is depart "$(guest depart)" 'depart ok' || return 1
	kuv a move-out mv >"$W/file" 2>>"$W/log" || return 1
	is dead "$(guest set Kept four)" 'set Kept device-error*' &&
	is again "$(said kuv a move-out mv | cat)" '*moved away already*status 9' &&
	is undo "$(said kuv a move-out --undo mv)" '*here again*status 0' &&
	stays &&
	is twice "$(said kuv a move-out --undo mv)" '*has not moved away*status 9' &&
	is audit "$(in_db "SELECT group_concat(action) FROM audit WHERE vm = 'mv'")" \
		'*move-out,undo-move-out'
}

t_move_undo() { on_two move_undo; }

# The daemon dies before the commit: the VM goes on here.
move_crash_sent() {
	moving_guest && sent "$W/stream" || return 1
	daemon_kill
	wait "$MOVER"
	daemon_start || return 1
	logged 'the VM goes on here' && stays
}

t_move_crash_sent() { on_two move_crash_sent; }

# Both daemons die after the commits: the VM is where it was moved to.
move_crash_committed() {
	moving_guest && is depart "$(guest depart)" 'depart ok' || return 1
	on b waiting_guest || return 1
	is moved "$(over_pipe a b mv)" 'status 0 0' || return 1
	on b daemon_kill
	daemon_kill
	on b daemon_start && daemon_start || return 1
	logged 'the VM has moved away' &&
	on b goes_on && has_left
}

t_move_crash_committed() { on_two move_crash_committed; }

# Two VMMs of one daemon: the old one leaves, the new one goes on.
move_same_daemon() {
	local rc=0

	moving_guest && is depart "$(guest depart)" 'depart ok' || return 1
	use old
	use a
	SIDES[old.GUEST]=$GUEST SIDES[old.INFD]=$INFD SIDES[old.OUTFD]=$OUTFD
	GUEST=
	waiting_guest &&
	is moved "$(over_pipe a a mv)" 'status 0 0' &&
	goes_on &&
	is here "$(state_in_db)" here || rc=1
	on old guest_end
	is still "$(guest set New four)" 'set New ok*' &&
	is database "$(value_in_db mv New)" four || rc=1
	return $rc
}

t_move_same_daemon() { on_two move_same_daemon; }

move_refused() {
	moving_guest || return 1
	guest_end
	use b
	guest_start mv 2>/dev/null && guest_end
	use a
	is exists "$(over_pipe a b mv)" 'status 10 9' &&
	is here "$(state_in_db)" here || return 1
	chmod 0711 "$W"
	chmod 0666 "$SOCK"
	is user "$(setpriv --reuid 65534 --clear-groups "$OUT/kuvctl" \
		--socket "$SOCK" move-out mv 2>&1 | cat)" '*only root may move*'
}

t_move_refused() { on_two move_refused; }

# The daemon of a waiting VMM is restarted by systemd: the VMM waits on.
t_move_fd_store() {
	fresh && moving_guest && is depart "$(guest depart)" 'depart ok' || return 1
	use b
	DB=$W/user/vars.db SOCK=$W/user/control
	rm -rf "$W/user"
	mkdir -p "$W/user"
	chown 65534 "$W/user"
	chgrp 65534 /dev/kvm-uefivars
	/usr/bin/python3 "$HERE/fdstore.py" 65534 "$W/user/notify" \
		"$OUT/vard-sync" --db "$DB" --socket "$SOCK" --wait-ms 15000 2>>"$W/log" &
	DAEMON=$!
	wait_for listens "$SOCK" && waiting_guest || return 1
	rm -f "$SOCK"
	kill -USR1 "$DAEMON"
	wait_for listens "$SOCK" &&
	logged 'fdstore: started with 1 descriptors' || return 1
	kuv a move-out mv 2>>"$W/log" |
		"$OUT/kuvctl" --socket "$SOCK" move-in mv 2>>"$W/log"
	is moved "${PIPESTATUS[*]}" '0 0' && goes_on || return 1
	guest_end
	wait_for logged 'fdstore: 0 kept'
	local rc=$?
	kill "$DAEMON"
	wait "$DAEMON"
	DAEMON="" DB="" SOCK=""
	rm -rf "$W/user"
	use a
	return $rc
}

transactions() {
	kuv a stats | awk '$1 == "transactions" { print $2 }'
}

# What is written back is saved together, within a second or so.
t_write_back_age() {
	local before i

	guest_start wba -d write-back || return 1
	sleep 2
	before=$(transactions)
	for i in 1 2 3 4 5 6 7 8; do
		is set "$(guest set "B$i" x)" 'set B* ok*' || return 1
	done
	wait_for database_has wba B8 x || return 1
	is one "$(($(transactions) - before))" '[12]' || return 1
	# The change is not older than the limit when a guest that waits is there.
	guest set B9 y >/dev/null
	wait_for database_has wba B9 y
}

t_configure_running() {
	guest_start conf -d write-back || return 1
	is configure "$(said kuv a configure conf durability=write-through \
		change-rate=7 change-burst=3)" 'status 0' &&
	is set "$(guest set A 1)" 'set A ok*' &&
	is database "$(value_in_db conf A)" 1 &&
	is stats "$(kuv a stats conf | tr -s ' ')" '*change-rate 7*waits 1*' &&
	is row "$(in_db "SELECT durability, change_rate, change_burst FROM vm
		WHERE name = 'conf'")" 'write-through|7|3' || return 1
	guest_end
	guest_start conf || return 1
	is kept "$(kuv a stats conf | tr -s ' ')" '*change-rate 7*' &&
	is bad "$(said kuv a configure conf durability=never)" '*status 2'
}
