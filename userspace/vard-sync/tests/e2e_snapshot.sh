# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Snapshots, clones, templates and audit through kuvctl. Sourced by e2e.sh, whose
# functions and variables these tests use.
# shellcheck disable=SC2154,SC2034 # they are of and for e2e.sh

SNAPSHOT_TESTS=(snapshot snapshot_write_back clone reset remove host_rights
	snapshot_kill snapshot_while_moving move_audited)

# ctl ARGUMENT...: kuvctl; its output, its last line being "status N".
ctl() {
	local rc=0

	"$OUT/kuvctl" --socket "$SOCK" "$@" 2>&1 </dev/null || rc=$?
	echo "status $rc"
}

# Without a guest's leave its firmware makes variables, too: those stay.
t_snapshot() {
	guest_start snap || return 1
	is set "$(guest set A before)" 'set A ok*' &&
	is snapshot "$(ctl snapshot snap first)" 'status 0' &&
	is again "$(ctl snapshot snap first)" '*already*status 9' &&
	is set "$(guest set A after)" 'set A ok*' &&
	is set "$(guest set B new)" 'set B ok*' &&
	is running "$(ctl restore snap first)" '*is running*status 6' || return 1
	guest_end
	is restore "$(ctl restore snap first)" 'status 0' &&
	guest_start snap || return 1
	is restored "$(guest get A)" 'get A before' &&
	is gone "$(guest get B)" 'get B not-found' &&
	is writable "$(guest set A third)" 'set A ok*' || return 1
	guest_end
	is list "$(ctl snapshots snap)" '*first *status 0' &&
	is audit "$(ctl audit snap)" \
		'*uid 0 snap create*uid 0 snap snapshot: first*uid 0 snap restore: first*status 0' &&
	# From what was saved last to what the snapshot was.
	is digests "$(in_db "SELECT count(*) FROM audit a, snapshot s
		WHERE a.action = 'restore' AND a.new_digest = s.digest
		AND a.old_digest <> s.digest")" 1 &&
	is quarantine "$(in_db "SELECT count(*) FROM quarantine q
		JOIN vm ON vm.id = q.vm_id WHERE vm.name = 'snap'")" 0 &&
	is delete "$(ctl delete-snapshot snap first)" 'status 0' &&
	is deleted "$(ctl restore snap first)" '*no snapshot*status 9'
}

# What a guest in write-back mode was told is in the snapshot.
t_snapshot_write_back() {
	guest_start snapwb -d write-back || return 1
	is set "$(guest set A told)" 'set A ok*' &&
	is snapshot "$(ctl snapshot snapwb s)" 'status 0' &&
	is there "$(in_db "SELECT CAST(v.data AS TEXT) FROM snapshot_variable v
		JOIN snapshot s ON s.id = v.snapshot_id
		JOIN vm ON vm.id = s.vm_id
		WHERE v.name = 'A' AND vm.name = 'snapwb'")" told
}

t_clone() {
	guest_start source || return 1
	is set "$(guest set A kept)" 'set A ok*' &&
	is set "$(guest set Secret1 mine)" 'set Secret1 ok*' &&
	is set "$(guest set BootNext ab)" 'set BootNext ok*' &&
	is clone "$(ctl clone --remove 'secret?-*' source copy)" \
		'copy: without 2 variables of source*status 0' &&
	is taken "$(ctl clone source copy)" '*there is a VM copy*status 9' &&
	is second "$(ctl clone --keep-machine source twin)" \
		'twin: without 0 variables*status 0' || return 1
	guest_end
	guest_start copy || return 1
	is open "$OPENED" 'open created=0 *quarantined=0*' &&
	is kept "$(guest get A)" 'get A kept' &&
	is removed "$(guest get Secret1)" 'get Secret1 not-found' &&
	is once "$(guest get BootNext)" 'get BootNext not-found' &&
	is set "$(guest set A own)" 'set A ok*' || return 1
	guest_end
	is apart "$(value_in_db source A) $(value_in_db copy A)" 'kept own' &&
	is uuids "$(in_db "SELECT count(DISTINCT uuid) FROM vm
		WHERE name IN ('source', 'copy', 'twin')")" 3 &&
	guest_start twin || return 1
	is kept "$(guest get BootNext)" 'get BootNext ab' &&
	is audit "$(ctl audit copy)" '*uid 0 copy clone: of source*status 0'
}

# flavour NAME HEX: a template with one variable.
flavour() {
	mkdir -p "$W/templates"
	cat >"$W/templates/$1.json" <<-END
	{"version": 2, "variables": [
	 {"name": "Tpl", "guid": "8be4df61-93ca-11d2-aa0d-00e098032b8c",
	  "attr": 7, "data": "$2"}]}
	END
}

t_reset() {
	flavour ovmf-4m 6f6e65
	flavour ovmf-ms 74776f
	guest_start flav -T ovmf-4m || return 1
	is made "$(guest get Tpl)" 'get Tpl one' &&
	is set "$(guest set Tpl changed)" 'set Tpl ok*' &&
	is set "$(guest set More x)" 'set More ok*' &&
	is running "$(ctl reset flav)" '*is running*status 6' || return 1
	guest_end
	is reset "$(ctl reset flav)" 'status 0' &&
	guest_start flav || return 1
	is again "$(guest get Tpl)" 'get Tpl one' &&
	is gone "$(guest get More)" 'get More not-found' || return 1
	guest_end
	is other "$(ctl reset flav ovmf-ms)" 'status 0' &&
	is remembered "$(in_db "SELECT template FROM vm WHERE name = 'flav'")" \
		ovmf-ms &&
	is outside "$(ctl reset flav ../../etc/passwd)" '*name of a template*status 9' &&
	is unknown "$(ctl reset flav none)" '*template none*status 9' &&
	is refused "$("$OUT/vard-e2e-client" -T ../t "$SOCK" new </dev/null)" \
		'error org.kvm_uefivars.Error.BadTemplate *' || return 1
	guest_start flav || return 1
	is loaded "$(guest get Tpl)" 'get Tpl two' || return 1
	guest_end
	# A template that the module does not take: the VM stays as it is.
	flavour bad "$(head -c 200000 /dev/zero | tr '\0' 0)"
	is bad "$(ctl reset flav bad)" '*template refused*variables?0?: over a limit*status 9' &&
	is still "$(value_in_db flav Tpl)" two &&
	is audit "$(ctl audit flav)" '*flav reset: to ovmf-4m*flav reset: to ovmf-ms*' &&
	is no_more "$(in_db "SELECT count(*) FROM audit WHERE vm = 'flav'
		AND action = 'reset'")" 2
}

t_remove() {
	guest_start gone || return 1
	is set "$(guest set A x)" 'set A ok*' &&
	is snapshot "$(ctl snapshot gone s)" 'status 0' &&
	is running "$(ctl remove --yes gone)" '*is running*status 6' || return 1
	guest_end
	is asked "$(ctl remove gone)" '*usage*status 2' &&
	is remove "$(ctl remove --yes gone)" 'status 0' &&
	is unknown "$(ctl remove --yes gone)" '*no VM gone*status 9' &&
	is audit "$(ctl audit gone)" '*uid 0 gone remove*status 0' &&
	guest_start gone || return 1
	is new "$OPENED" 'open created=1 *' &&
	is nothing "$(guest get A)" 'get A not-found'
}

# as_owner ARGUMENT...: kuvctl as the user that runs the VM.
as_owner() {
	local rc=0

	setpriv --reuid 65534 --clear-groups "$OUT/kuvctl" --socket "$SOCK" \
		"$@" 2>&1 </dev/null || rc=$?
	echo "status $rc"
}

# A VMM that was taken over must not bring back an older dbx.
t_host_rights() {
	as_nobody "$SOCK" theirs >/dev/null
	guest_start roots || return 1
	guest_end
	is snapshot "$(as_owner snapshot theirs s)" 'status 0' &&
	is list "$(as_owner snapshots theirs)" '*s *status 0' &&
	is restore "$(as_owner restore theirs s)" '*this is for root*status 4' &&
	is reset "$(as_owner reset theirs)" '*this is for root*status 4' &&
	is clone "$(as_owner clone theirs other)" '*this is for root*status 4' &&
	is remove "$(as_owner remove --yes theirs)" '*this is for root*status 4' &&
	is delete "$(as_owner delete-snapshot theirs s)" 'status 0' &&
	is kept "$(ctl snapshot theirs kept)" 'status 0' &&
	is mine "$(as_owner delete-snapshot theirs kept)" '*status 4' &&
	is foreign "$(as_owner snapshot roots s)" '*belongs to user 0*status 4' &&
	is audit "$(as_owner audit theirs)" '*uid 65534 theirs create*status 0' &&
	is all "$(as_owner audit)" '*this is for root*status 4'
}

# The daemon dies right after kuvctl said that it was done.
t_snapshot_kill() {
	guest_start snapk || return 1
	is set "$(guest set A before)" 'set A ok*' &&
	is snapshot "$(ctl snapshot snapk s)" 'status 0' || return 1
	daemon_kill
	daemon_start || return 1
	is set "$(guest set A after)" 'set A ok*' || return 1
	guest_end
	is restore "$(ctl restore snapk s)" 'status 0' || return 1
	daemon_kill
	daemon_start && guest_start snapk || return 1
	is restored "$(guest get A)" 'get A before'
}

# A VM that is on its way out is not changed; one that stayed is.
t_snapshot_while_moving() {
	local mover pipe

	guest_start going || return 1
	is set "$(guest set A x)" 'set A ok*' &&
	is snapshot "$(ctl snapshot going s)" 'status 0' || return 1
	guest_end
	mkfifo "$W/pipe"
	exec {pipe}<>"$W/pipe"
	"$OUT/kuvctl" --socket "$SOCK" move-out going >"$W/pipe" 2>>"$W/log" &
	mover=$!
	# Its head is in the pipe once vard-sync has answered; nobody takes it out.
	read -r -t 30 -n 1 -u "$pipe" || return 1
	is restore "$(ctl restore going s)" '*is being moved*status 6' &&
	is removal "$(ctl remove --yes going)" '*is being moved*status 6' || return 1
	kill "$mover"
	wait "$mover" 2>/dev/null
	exec {pipe}>&-
	wait_for logged 'the VM stays here' &&
	is restore "$(ctl restore going s)" 'status 0'
}

digest_of() {
	in_db "SELECT new_digest FROM audit WHERE vm = 'mv' AND action = '$1'"
}

# Both hosts have noted the same variables. Two sides as in e2e_move.sh.
move_audited() {
	moving_guest || return 1
	guest_end
	is moved "$(over_pipe a b mv)" 'status 0 0' &&
	is length "$(digest_of move-out | wc -c)" 65 &&
	is digest "$(on b digest_of move-in)" "$(digest_of move-out)"
}

t_move_audited() { on_two move_audited; }
