#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vard-sync with the real module, in the emulated host, without KVM guests:
# a small client is VMM and guest in one. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../tools/lib.sh"

HERE=$KUV_TOP/userspace/vard-sync/tests
# shellcheck source=userspace/vard-sync/tests/e2e_snapshot.sh
source "$HERE/e2e_snapshot.sh"
# shellcheck source=userspace/vard-sync/tests/e2e_vars.sh
source "$HERE/e2e_vars.sh"
# shellcheck source=userspace/vard-sync/tests/e2e_move.sh
source "$HERE/e2e_move.sh"
# shellcheck source=userspace/vard-sync/tests/e2e_faults.sh
source "$HERE/e2e_faults.sh"
OUT=${KUV_E2E_OUT:-${O:-$KUV_TOP/build}}

usage() {
	echo "usage: e2e.sh [--kernel 6.12|6.1] [TEST...]" >&2
	exit 2
}

outside() {
	local kernel=6.12

	if [ "${1:-}" = --kernel ]; then
		kernel=${2:?}
		shift 2
	fi
	case ${1:-} in -*) usage ;; esac
	kuv_need_programs sqlite3 python3-minimal
	nice make -s -C "$KUV_TOP/userspace/vard-sync" O="$OUT" all \
		"$OUT/vard-e2e-client" "$OUT/vard-e2e-sign" >&2
	nice make -s -C "$KUV_TOP/userspace/kuvctl" O="$OUT" all >&2
	# Keys take their time in an emulated host.
	"$OUT/vard-e2e-sign" "$OUT/e2e-sign"
	KUV_E2E_KO=$("$KUV_TOP/tools/build-module.sh" "$kernel")
	export KUV_E2E_KO KUV_E2E_OUT=$OUT
	exec "$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" \
		--append no_timer_check \
		--timeout "${KUV_E2E_TIMEOUT:-1200}" -- "$HERE/e2e.sh" --inside "$@"
}

# --- inside the emulated host

W=/tmp/e2e
DB=$W/vars.db
SOCK=$W/control
DAEMON=
GUEST=
OUTFD=
INFD=

# listens SOCKET: somebody accepts connections there; the name comes a little earlier.
listens() {
	grep -q " 00010000 .* $1\$" /proc/net/unix
}

# daemon_start: in the background; waits until it serves, a minute or so. Everything
# is slow here: a guest waits longer than by default, unless the test says otherwise.
daemon_start() {
	"$OUT/vard-sync" --db "$DB" --socket "$SOCK" --verbose \
		--templates "$W/templates" --wait-ms "${WAIT_MS:-15000}" 2>>"$W/log" &
	DAEMON=$!
	for _ in $(seq 600); do
		listens "$SOCK" && return 0
		kill -0 "$DAEMON" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

daemon_kill() {
	kill -9 "$DAEMON" 2>/dev/null
	wait "$DAEMON" 2>/dev/null
	rm -f "$SOCK"
	DAEMON=
}

# daemon_stop: SIGTERM; its status.
daemon_stop() {
	local rc=0

	kill "$DAEMON"
	wait "$DAEMON" || rc=$?
	DAEMON=
	return $rc
}

# guest_start VM [OPTION...]: the client as a coprocess; OPENED has its answer.
guest_start() {
	local vm=$1

	shift
	coproc CLIENT { exec "$OUT/vard-e2e-client" "$@" "${WHERE:-$SOCK}" "$vm" \
		2>>"$W/log"; }
	GUEST=$CLIENT_PID
	# The shell forgets the array when the coprocess ends.
	exec {INFD}>&"${CLIENT[1]}" {OUTFD}<&"${CLIENT[0]}"
	OPENED=
	read -r -t 30 OPENED <&"$OUTFD"
	case $OPENED in open*) return 0 ;; esac
	echo "# not opened: $OPENED"
	guest_close_fds
	return 1
}

# guest COMMAND...: one command; prints the answer.
guest() {
	local answer=

	echo "$*" >&"$INFD"
	read -r -t 60 answer <&"$OUTFD"
	echo "$answer"
}

guest_close_fds() {
	exec {INFD}>&- {OUTFD}<&-
	wait "$GUEST" 2>/dev/null
	GUEST=
}

# guest_end: the VMM closes the port and ends; SAID has the rest it said.
guest_end() {
	# Not by the end of its input: other children have copies of it.
	echo quit >&"$INFD"
	SAID=$(cat <&"$OUTFD")
	exec {INFD}>&- {OUTFD}<&-
	wait "$GUEST" 2>/dev/null
	GUEST=
}

# in_db SQL: one value, while the daemon runs.
in_db() {
	sqlite3 -readonly -cmd '.timeout 3000' "$DB" "$1"
}

value_in_db() {
	in_db "SELECT CAST(v.data AS TEXT) FROM variable v JOIN vm ON vm.id = vm_id
		WHERE vm.name = '$1' AND v.name = '$2'"
}

# is WHAT GOT WANT (a glob)
is() {
	# shellcheck disable=SC2053 # WANT is a pattern
	[[ $2 == $3 ]] && return 0
	echo "# $1: got \"$2\", want \"$3\""
	return 1
}

# wait_for COMMAND...: until it succeeds, at most a minute.
wait_for() {
	for _ in $(seq 600); do
		"$@" && return 0
		sleep 0.1
	done
	echo "# never: $*"
	return 1
}

logged() {
	grep -q -- "$1" "$W/log" && return 0
	echo "# not in the log: $1"
	return 1
}

database_has() {
	[ "$(value_in_db "$1" "$2")" = "$3" ]
}

stores_gone() {
	[ "$(lsmod | awk '$1 == "kvm_uefivars" { print $3 }')" = 0 ]
}

t_write_and_reopen() {
	guest_start one || return 1
	is open "$OPENED" 'open created=1 variables=0 quarantined=0*' &&
	is set "$(guest set Boot0000 hello)" 'set Boot0000 ok*' &&
	is database "$(value_in_db one Boot0000)" hello &&
	is set "$(guest set Gone x)" 'set Gone ok*' &&
	is delete "$(guest delete Gone)" 'delete Gone ok' &&
	is database "$(value_in_db one Gone)" '' || return 1
	guest_end
	guest_start one || return 1
	is open "$OPENED" 'open created=0 variables=[1-9]* quarantined=0*' &&
	is get "$(guest get Boot0000)" 'get Boot0000 hello' &&
	is get "$(guest get Gone)" 'get Gone not-found'
}

t_in_use() {
	guest_start one || return 1
	is second "$("$OUT/vard-e2e-client" "$SOCK" one)" \
		'error org.kvm_uefivars.Error.InUse *' &&
	is close "$("$OUT/vard-e2e-client" -c "$SOCK" one)" \
		'error org.kvm_uefivars.Error.InUse *' || return 1
	guest_end
	is closed "$("$OUT/vard-e2e-client" -c "$SOCK" one)" 'closed one' &&
	is unknown "$("$OUT/vard-e2e-client" -c "$SOCK" none)" \
		'error org.kvm_uefivars.Error.NotFound *' &&
	is name "$("$OUT/vard-e2e-client" "$SOCK" .hidden)" \
		'error org.kvm_uefivars.Error.BadName *'
}

t_template() {
	cat >"$W/t.json" <<-END
	{"version": 2, "variables": [
	 {"name": "Tpl", "guid": "8be4df61-93ca-11d2-aa0d-00e098032b8c",
	  "attr": 7, "data": "6f6e65"}]}
	END
	guest_start tpl -t "$W/t.json" || return 1
	is open "$OPENED" 'open created=1 variables=1 *' &&
	is get "$(guest get Tpl)" 'get Tpl one' || return 1
	guest_end
	sed -i 's/6f6e65/6f6e6/' "$W/t.json"
	is bad "$("$OUT/vard-e2e-client" -t "$W/t.json" "$SOCK" bad | head -n 1)" \
		'error org.kvm_uefivars.Error.BadTemplate *' &&
	is nothing "$(in_db "SELECT count(*) FROM vm WHERE name = 'bad'")" 0
}

t_two_vms() {
	local in2 out2 in1 out1 first

	guest_start one || return 1
	first=$GUEST in1=$INFD out1=$OUTFD
	guest_start two 2>/dev/null || return 1
	is set "$(guest set Mine two)" 'set Mine ok*' || return 1
	in2=$INFD out2=$OUTFD INFD=$in1 OUTFD=$out1
	is get "$(guest get Mine)" 'get Mine not-found' &&
	is set "$(guest set Mine one)" 'set Mine ok*' || return 1
	echo quit >&"$INFD"
	wait "$first" 2>/dev/null
	exec {in1}>&- {out1}<&-
	INFD=$in2 OUTFD=$out2
	is get "$(guest get Mine)" 'get Mine two' &&
	is list "$("$OUT/vard-e2e-client" "$SOCK" | tr '\n' ' ')" '*vm one *vm two *' &&
	is database "$(value_in_db one Mine) $(value_in_db two Mine)" 'one two'
}

# The daemon dies in the middle of a stream of writes: the guest sees no error.
t_kill_daemon() {
	local line last=0 kills=0

	guest_start kill || return 1
	echo "stream Counter 120" >&"$INFD"
	while read -r -t 60 line <&"$OUTFD"; do
		case $line in
		acked*) last=${line#acked } ;;
		*) break ;;
		esac
		# 120 writes take about a second: every 40th is in the middle.
		if [ $((last % 40)) = 20 ]; then
			daemon_kill
			kills=$((kills + 1))
			daemon_start || return 1
		fi
	done
	echo "# $kills kills: $line"
	is stream "$line" 'stream ok, 120 written*' &&
	is kills "$kills" 3 &&
	is database "$(value_in_db kill Counter)" 120 || return 1
}

# Daemon and VMM die right after a write returned.
t_kill_both() {
	guest_start kill || return 1
	is set "$(guest set Last word)" 'set Last ok*' || return 1
	kill -9 "$GUEST" "$DAEMON"
	wait "$DAEMON" 2>/dev/null
	guest_close_fds
	rm -f "$SOCK"
	daemon_start || return 1
	guest_start kill || return 1
	is get "$(guest get Last)" 'get Last word'
}

t_term_while_running() {
	guest_start term || return 1
	is set "$(guest set A 1)" 'set A ok*' || return 1
	daemon_stop || { echo "# status $?"; return 1; }
	[ ! -e "$SOCK" ] || return 1
	daemon_start || return 1
	logged 'VM term: store .* taken over, the VM is running' &&
	is set "$(guest set A 2)" 'set A ok*' &&
	is database "$(value_in_db term A)" 2
}

# Without a daemon a write-through write fails after the bounded wait; with
# the next daemon it becomes durable all the same.
t_no_daemon() {
	daemon_stop && WAIT_MS=500 daemon_start && guest_start nod || return 1
	daemon_kill
	is set "$(guest set A 1)" 'set A device-error*' || return 1
	daemon_start || return 1
	is database "$(value_in_db nod A)" 1
}

t_write_back() {
	guest_start wb -d write-back || return 1
	daemon_kill
	is set "$(guest set A 1)" 'set A ok*' || return 1
	daemon_start || return 1
	is database "$(value_in_db wb A)" 1 &&
	is mode "$(in_db "SELECT durability FROM vm WHERE name = 'wb'")" write-back
}

options_in_db() {
	in_db "SELECT options FROM vm WHERE name = '$1'"
}

t_options() {
	guest_start opt -o no-custom-mode,force-secure-boot || return 1
	guest_end
	is made "$(options_in_db opt)" force-secure-boot,no-custom-mode || return 1
	guest_start opt || return 1
	guest_end
	is kept "$(options_in_db opt)" force-secure-boot,no-custom-mode || return 1
	guest_start opt -o none || return 1
	is changed "$(options_in_db opt)" none
}

# as_nobody CLIENT-ARGUMENT...: the client's answer to another user than root.
as_nobody() {
	chmod 0711 "$W"
	chmod 0666 "$SOCK"
	setpriv --reuid 65534 --clear-groups "$OUT/vard-e2e-client" "$@" \
		</dev/null 2>&1
}

# A VMM that was taken over must not take back what the operator decided.
t_options_are_the_operators() {
	as_nobody -o no-custom-mode "$SOCK" mine >/dev/null
	is made "$(options_in_db mine)" no-custom-mode || return 1
	is refused "$(as_nobody -o none "$SOCK" mine)" \
		'*may only be changed by root*' || return 1
	is kept "$(options_in_db mine)" no-custom-mode || return 1
	is same "$(as_nobody -o no-custom-mode "$SOCK" mine)" 'open*'
}

t_disk_full() {
	daemon_stop
	mkdir -p "$W/small"
	mount -t tmpfs -o size=600k small "$W/small" || return 1
	DB=$W/small/vars.db
	daemon_start || return 1
	guest_start full || return 1
	is set "$(guest set A 1)" 'set A ok*' &&
	is fill "$(guest fill F 8000)" 'fill device-error*' &&
	logged 'guests get errors: no space left for database' &&
	is set "$(guest set A 2)" 'set A device-error*' || return 1
	mount -o remount,size=8m "$W/small"
	is set "$(guest set A 3)" 'set A ok*' &&
	is database "$(value_in_db full A)" 3 &&
	wait_for logged 'saving works again' || return 1
	guest_end
	daemon_stop
	umount "$W/small"
}

t_read_only() {
	local r

	daemon_stop
	mkdir -p "$W/ro"
	DB=$W/ro/vars.db
	daemon_start || return 1
	guest_start ro || return 1
	is set "$(guest set A 1)" 'set A ok*' || return 1
	daemon_kill
	mount --bind "$W/ro" "$W/ro" && mount -o remount,bind,ro "$W/ro" || return 1
	daemon_start || return 1
	r=$(guest set A 2)
	is set "$r" 'set A device-error*' &&
	logged 'read-only' || return 1
	echo "# $r"
	mount -o remount,bind,rw "$W/ro"
	wait_for database_has ro A 2 &&
	is set "$(guest set A 3)" 'set A ok*' &&
	is database "$(value_in_db ro A)" 3 || return 1
	guest_end
	daemon_stop
	umount "$W/ro"
}

t_quarantine() {
	guest_start quar || return 1
	is set "$(guest set Bad 1)" 'set Bad ok*' &&
	is set "$(guest set Good 1)" 'set Good ok*' || return 1
	guest_end
	sqlite3 "$DB" "UPDATE variable SET data = x'32' WHERE name = 'Bad'"
	guest_start quar || return 1
	is open "$OPENED" 'open created=0 variables=[1-9]* quarantined=1*' &&
	is get "$(guest get Bad)" 'get Bad not-found' &&
	is get "$(guest get Good)" 'get Good 1' &&
	is table "$(in_db "SELECT count(*) FROM quarantine")" 1 &&
	logged 'VM quar: variable Bad is left out'
}

t_garbage_database() {
	local sum

	daemon_stop
	DB=$W/garbage.db
	head -c 8192 /dev/urandom >"$DB"
	sum=$(sha256sum <"$DB")
	daemon_start || return 1
	is open "$("$OUT/vard-e2e-client" "$SOCK" x)" \
		'error org.kvm_uefivars.Error.Database *is not a database*' &&
	is file "$(sha256sum <"$DB")" "$sum" || return 1
	daemon_stop
	return 0
}

t_private_daemon() {
	local WHERE=$OUT/vard-sync:$W/private.db

	guest_start mine || return 1
	is set "$(guest set A 1)" 'set A ok*' || return 1
	guest_end
	is end "${SAID//$'\n'/ }" 'end daemon exit 0' || return 1
	# The next one gets the database at once.
	guest_start mine || return 1
	is get "$(guest get A)" 'get A 1' || return 1
	guest_end
}

# A daemon that starts takes over no store of another database.
t_foreign_store() {
	WHERE=$OUT/vard-sync:$W/private.db guest_start mine || return 1
	daemon_stop
	daemon_start || return 1
	grep 'taken over' "$W/log" && return 1
	is set "$(guest set A 2)" 'set A ok*' || return 1
	guest_end
	is database "$(DB=$W/private.db value_in_db mine A)" 2
}

t_second_daemon() {
	local text

	text=$("$OUT/vard-sync" --db "$DB" --socket "$SOCK.2" 2>&1) && return 1
	is message "$text" "*in use by another vard-sync, process $DAEMON*"
}

# As the service runs: another user, no privilege, systemd's fd store.
t_fd_store() {
	daemon_stop
	DB=$W/user/vars.db
	mkdir -p "$W/user"
	chown 65534 "$W/user"
	chgrp 65534 /dev/kvm-uefivars
	/usr/bin/python3 "$HERE/fdstore.py" 65534 "$W/user/notify" "$OUT/vard-sync" --db "$DB" \
		--socket "$W/user/control" 2>>"$W/log" &
	DAEMON=$!
	wait_for listens "$W/user/control" || return 1
	WHERE=$W/user/control guest_start fds || return 1
	is set "$(guest set A 1)" 'set A ok*' || return 1
	# fdstore.py kills the daemon and starts the next with what it kept.
	kill -USR1 "$DAEMON"
	is set "$(guest set A 2)" 'set A ok*' &&
	logged 'fdstore: started with 1 descriptors' &&
	is database "$(value_in_db fds A)" 2 || return 1
	guest_end
	wait_for logged 'fdstore: 0 kept' || return 1
	kill "$DAEMON"
	wait "$DAEMON" && DAEMON=
}

cleanup() {
	[ -z "$GUEST" ] || guest_end
	[ -z "$DAEMON" ] || daemon_stop
	DB=$W/vars.db
}

run() {
	local name=$1 before rc=0

	before=$(date +%s%N)
	: >"$W/log"
	[ -n "$DAEMON" ] || daemon_start || rc=1
	[ $rc != 0 ] || "t_$name" || rc=1
	cleanup
	wait_for stores_gone || rc=1
	[ $rc = 0 ] || sed 's/^/# log: /' "$W/log"
	n=$((n + 1))
	if [ $rc = 0 ]; then
		echo "ok $n $name # $((($(date +%s%N) - before) / 1000000)) ms"
	else
		echo "not ok $n $name"
		failed=$((failed + 1))
	fi
}

inside() {
	local t n=0 failed=0
	local -a tests=(write_and_reopen in_use template two_vms kill_daemon
		kill_both term_while_running no_daemon write_back options
		options_are_the_operators disk_full
		read_only quarantine garbage_database private_daemon
		foreign_store second_daemon fd_store "${SNAPSHOT_TESTS[@]}" "${VARS_TESTS[@]}"
		"${MOVE_TESTS[@]}" "${FAULT_TESTS[@]}")

	[ $# = 0 ] || tests=("$@")
	set +e
	mkdir -p $W
	insmod "$KUV_E2E_KO" || kuv_die "cannot load $KUV_E2E_KO"
	echo "KTAP version 1"
	echo "1..$((${#tests[@]} + 1))"
	for t in "${tests[@]}"; do
		run "$t"
	done
	n=$((n + 1))
	if rmmod kvm_uefivars && ! dmesg | grep -E 'WARNING|BUG|Oops|leak'; then
		echo "ok $n unload"
	else
		echo "not ok $n unload"
		failed=$((failed + 1))
	fi
	[ $failed = 0 ]
}

case ${1:-} in
--inside) shift; inside "$@" ;;
*) outside "$@" ;;
esac
