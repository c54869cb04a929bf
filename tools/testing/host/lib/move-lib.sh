# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For scenarios that move a VM: a vard-sync per side, QEMU's monitor, kuvctl.

# Sourced after lib/scenario.sh. A side is a vard-sync with a database and a socket of its
# own, and at most one QEMU; its VM has the side's name in the logs, and the name $MOVED
# everywhere else.
MOVED=guest
declare -A SIDE_PID

# on SIDE: what follows happens there.
# shellcheck disable=SC2034 # lib/scenario.sh uses them
on() {
	DB=$WORK/$1.db
	SOCKET=$WORK/$1.control
	VARD_LOG=$LOGS/$1.vard-sync.log
	VARD_PID=${SIDE_PID[$1]:-}
}

# side_start SIDE: its vard-sync.
side_start() {
	on "$1"
	start_vard
	SIDE_PID[$1]=$VARD_PID
}

side_stop() {
	on "$1"
	stop_vard
	SIDE_PID[$1]=
}

# sql_on SIDE STATEMENT
sql_on() {
	(on "$1"; sql "$2")
}

kuvctl_on() {
	local side=$1
	shift
	"$BIN/kuvctl" --socket "$WORK/$side.control" "$@"
}

# --- QEMU's monitor -----------------------------------------------------------

# The monitor's commands go through a pipe, its answers into a file. The pipe is held
# open: it would lose what is written before QEMU opens it.
MONITOR_ARGS=()
declare -A MONITOR_FD
# shellcheck disable=SC2054 # QEMU's options have commas
monitor_prepare() {
	local path=$WORK/$1.monitor fd=${MONITOR_FD[$1]:-}

	[ -z "$fd" ] || exec {fd}>&-
	rm -f "$path.in" "$WORK/$1.in.in" "$WORK/$1.in.out"
	mkfifo "$path.in"
	: >"$path.out"
	exec {fd}<>"$path.in"
	MONITOR_FD[$1]=$fd
	MONITOR_ARGS=(-chardev "pipe,id=monitor,path=$path" -mon chardev=monitor,mode=control)
}

# qmp SIDE COMMAND [ARGUMENTS]: QEMU's answer to it, a line of JSON.
qmp() {
	local path=$WORK/$1.monitor id=$EPOCHREALTIME answer

	printf '{"execute":"%s","id":"%s"%s}\n' "$2" "$id" \
		"${3:+,\"arguments\":$3}" >&"${MONITOR_FD[$1]}"
	wait_for "$DONE_MAX" "QEMU on $1 answers $2" monitor_said "$1" "\"id\": \"$id\""
	answer=$(grep -a "\"id\": \"$id\"" "$path.out")
	echo "$answer"
	[[ $answer != *'"error"'* ]]
}

monitor_said() {
	line "$WORK/$1.monitor.out" "$2" && return
	! ended "${VM_PID[$1]}" || fail "QEMU on $1 ended: $(tail -n 1 "$(log_of "$1" qemu)")"
	return 1
}

# must_qmp SIDE COMMAND [ARGUMENTS]: it has to succeed.
must_qmp() {
	local answer

	answer=$(qmp "$@") || fail "QEMU on $1: $2: $answer"
}

# runs_on SIDE: QEMU says that its VM runs.
runs_on() {
	[[ $(qmp "$1" query-status) = *'"running": true'* ]]
}

# migration_is SIDE STATUS: of the newest migration.
migration_is() {
	[[ $(qmp "$1" query-migrate) = *"\"status\": \"$2\""* ]]
}

# --- the VM -------------------------------------------------------------------

# side_boot SIDE [QEMU ARGUMENT...]: boots the Linux guest with the script on standard input.
side_boot() {
	on "$1"
	cat >"$WORK/script"
	monitor_prepare "$1"
	VM_AS=$MOVED vm_linux "$@" "${MONITOR_ARGS[@]}" <"$WORK/script"
	must_qmp "$1" qmp_capabilities
}

# side_await SIDE [QEMU ARGUMENT...]: a QEMU for the VM that is to come.
side_await() {
	on "$1"
	monitor_prepare "$1"
	VM_AS=$MOVED vm_linux "$@" "${MONITOR_ARGS[@]}" <"$WORK/script"
	must_qmp "$1" qmp_capabilities
}

# side_quit SIDE: ends its QEMU.
side_quit() {
	must_qmp "$1" quit
	vm_off "$1" "$DONE_MAX"
}

# refuses_vm SIDE: the VM cannot be opened there.
refuses_vm() {
	local rc=0

	"$BIN/kuv-run" --vm "$MOVED" --socket "$WORK/$1.control" -- true -accel kvm \
		>"$LOGS/refused" 2>&1 || rc=$?
	[ "$rc" != 0 ] || fail "VM $MOVED could be opened on $1"
	say "ok: $1 refuses the VM: $(tail -n 1 "$LOGS/refused")"
}

# --- two hosts ----------------------------------------------------------------

# In a scenario with two hosts the sides are west, where the scenario runs, and east.
declare -A ADDRESS=([west]=10.0.0.1 [east]=10.0.0.2)

# east_join: begin to use the second host.
east_join() {
	wait_for $((2 * BOOT_MAX)) "the second host has an ssh server" ssh_east true
	coproc EAST { ssh_east "exec bash -euo pipefail '$KUV_TOP/tools/testing/host/lib/far.sh' 3<&0"; }
	exec {EAST_IN}>&"${EAST[1]}" {EAST_OUT}<&"${EAST[0]}"
}

ssh_east() {
	ssh -F "$KUV_NET/ssh_config" "${ADDRESS[east]}" "$@"
}

# at SIDE FUNCTION [ARGUMENT...]: where that side is.
at() {
	local said

	if [ "$1" = west ]; then
		"${@:2}"
		return
	fi
	printf '%q ' "${@:2}" >&"$EAST_IN"
	echo >&"$EAST_IN"
	while IFS= read -r said <&"$EAST_OUT"; do
		[ "$said" != "far: done" ] || return 0
		echo "$said"
	done
	fail "on the second host: ${*:2}"
}

# ssh_to SIDE: the command that kuvctl on the other one reaches it by.
ssh_to() {
	echo "ssh -F $KUV_NET/ssh_config ${ADDRESS[$1]} $BIN/kuvctl --socket $WORK/$1.control"
}

# give FROM TO: the variables, when the memory has gone.
give() {
	kuvctl_on "$1" move-out --via "$(ssh_to "$2") move-in $MOVED" "$MOVED" \
		2>"$LOGS/move-out" || fail "move of the variables: $(tail -n 1 "$LOGS/move-out")"
	say "ok: variables went from $1 to $2"
}

# take_over FROM TO: one owner, and the guest goes on there.
take_over() {
	at "$2" wait_for "$DONE_MAX" "VM runs on $2" runs_on "$2"
	at "$1" refuses_vm "$1"
	at "$1" side_quit "$1"
	at "$1" refuses_vm "$1"
	at "$2" goes_on "$2"
}

# travel FROM TO: to the east variables are asked for first, and wait for the memory.
travel() {
	local uri="tcp:${ADDRESS[$2]}:4444" pid=

	say "moving from $1 to $2"
	at "$2" side_await "$2" -incoming defer
	at "$2" must_qmp "$2" migrate-incoming "{\"uri\":\"$uri\"}"
	if [ "$1" = west ]; then
		give "$1" "$2" &
		pid=$!
	fi
	at "$1" must_qmp "$1" migrate "{\"uri\":\"$uri\"}"
	at "$1" wait_for "$BOOT_MAX" "memory went from $1 to $2" migration_is "$1" completed
	if [ -n "$pid" ]; then wait "$pid"; else at "$1" give "$1" "$2"; fi
	take_over "$1" "$2"
}

# east_leave: the second host is not needed any more.
east_leave() {
	exec {EAST_IN}>&-
	ssh_east "touch $WORK/finished"
}

# --- moving -------------------------------------------------------------------

# send FROM TO URI: QEMU's part, by its own migration; ends when all memory is there.
send() {
	must_qmp "$2" migrate-incoming "{\"uri\":\"$3\"}"
	must_qmp "$1" migrate "{\"uri\":\"$3\"}"
	wait_for "$BOOT_MAX" "memory went from $1 to $2" migration_is "$1" completed
}

# hand_over FROM TO: our part; waits until the memory has gone.
hand_over() {
	local rc=0

	kuvctl_on "$1" move-out "$MOVED" 2>"$LOGS/move-out" |
		kuvctl_on "$2" move-in "$MOVED" 2>"$LOGS/move-in" || rc=$?
	[ $rc = 0 ] || fail "move of the variables: $(tail -n 1 "$LOGS/move-out") $(tail -n 1 "$LOGS/move-in")"
	say "ok: variables went from $1 to $2"
}

# hand_over_via FROM TO: the same with answers on the way back.
hand_over_via() {
	kuvctl_on "$1" move-out --via \
		"$BIN/kuvctl --socket $WORK/$2.control move-in $MOVED" "$MOVED" \
		2>"$LOGS/move-out" || fail "move of the variables: $(tail -n 1 "$LOGS/move-out")"
	say "ok: variables went from $1 to $2, with answers"
}

# arrived FROM TO: one owner, and the guest goes on there.
arrived() {
	wait_for "$DONE_MAX" "VM runs on $2" runs_on "$2"
	refuses_vm "$1"
	side_quit "$1"
	refuses_vm "$1"
	goes_on "$2"
}

# move FROM TO: memory first, then variables.
move() {
	say "moving from $1 to $2, variables last"
	side_await "$2" -incoming defer
	send "$1" "$2" "unix:$WORK/memory"
	hand_over "$1" "$2"
	arrived "$1" "$2"
}

# move_early FROM TO: the variables are asked for first, and wait for the memory.
move_early() {
	local pid

	say "moving from $1 to $2, variables asked for first"
	side_await "$2" -incoming defer
	hand_over_via "$1" "$2" &
	pid=$!
	send "$1" "$2" "tcp:127.0.0.1:4444"
	wait "$pid"
	arrived "$1" "$2"
}

# goes_on SIDE: the guest's stream of calls gets answers there.
goes_on() {
	local nr
	nr=$(grep -c '^churn: [0-9]* calls$' "$(log_of "$1" out)" || true)
	wait_for "$BOOT_MAX" "the guest on $1 goes on" answered_more "$1" "$nr"
}

# answered_more SIDE NUMBER: since its log had so many lines about the stream.
answered_more() {
	local out
	out=$(log_of "$1" out)
	! line "$out" 'WRONG|FAILED' ||
		fail "guest on $1: $(grep -aE 'WRONG|FAILED' "$out" | head -n 1)"
	! ended "${VM_PID[$1]}" || fail "QEMU on $1 ended: $(tail -n 1 "$(log_of "$1" qemu)")"
	[ "$(grep -c '^churn: [0-9]* calls$' "$out")" -gt "$2" ]
}

# examine SIDE TEXT: the guest stops its stream, checks what TEXT says, and begins anew.
examine() {
	EXAMINED=$((${EXAMINED:-0} + 1))
	vm_tell "$1" "$EXAMINED $2"
	vm_says "$1" "^guest: examined $EXAMINED$"
	say "ok: guest on $1: $(grep -a 'every answer right' "$(log_of "$1" out)" | tail -n 1), $2"
}

# stands_still SIDE: the guest there gets no answer and gives none.
stands_still() {
	local nr
	nr=$(wc -l <"$(log_of "$1" out)")
	sleep 3
	same "guest on $1 stands still" "$nr" "$(wc -l <"$(log_of "$1" out)")"
}

# owns SIDE: its database says that the VM is there.
owns() {
	[ "$(sql_on "$1" "SELECT state FROM vm WHERE name = '$MOVED'")" = here ]
}

# drop SIDE: end its QEMU, which waits in vain, or has given up.
drop() {
	ended "${VM_PID[$1]}" || kill -KILL "${VM_PID[$1]}" || true
	wait "${VM_PID[$1]}" 2>/dev/null || true
	refuse "$1 does not own a VM that did not arrive" owns "$1"
}

# variables_on SIDE: what its database has for the VM, a line for each variable.
variables_on() {
	sql_on "$1" "SELECT guid, hex(v.name), attributes, hex(time), hex(data) FROM variable v
		JOIN vm ON vm.id = v.vm_id WHERE vm.name = '$MOVED' ORDER BY 1, 2"
}

# guest_loop: the end of a guest's script, which does what examine() and vm_tell() say; before
# it are functions examine_TEXT.
guest_loop() {
	cat <<-'END'
	while :; do
		churn &
		churn=$!
		text=$(hear)
		kill -TERM $churn
		wait $churn || die "the stream of calls failed"
		nr=${text%% *}
		what=${text#* }
		[ "$what" != off ] || break
		"examine_$what"
		echo "guest: examined $nr"
	done
	END
}
