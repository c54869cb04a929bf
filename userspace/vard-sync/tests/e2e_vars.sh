# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Variables1 through kuvctl: list, change, plans, watch. Sourced by e2e.sh, whose
# functions and variables these tests use.
# shellcheck disable=SC2154,SC2034 # they are of and for e2e.sh

VARS_TESTS=(vars_stopped vars_running vars_write_back vars_all_or_nothing
	vars_expect vars_signed vars_plan vars_plan_fails vars_watch
	vars_kept_apart vars_latency)

GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c

t_vars_stopped() {
	guest_start vs || return 1
	is set "$(guest set A one)" 'set A ok*' || return 1
	guest_end
	is set "$(ctl set --attributes nv,bs,rt --string two vs B-$GLOBAL)" '*status 0' &&
	is both "$(value_in_db vs A) $(value_in_db vs B)" 'one two' &&
	is dry "$(ctl delete --dry-run vs A-$GLOBAL)" '*status 0' &&
	is still "$(value_in_db vs A)" one &&
	is delete "$(ctl delete vs A-$GLOBAL)" '*status 0' &&
	is gone "$(value_in_db vs A)" '' &&
	is volatile "$(ctl set --attributes bs,rt --string x vs V-$GLOBAL)" \
		'*volatile*status [1-9]*' &&
	is audit "$(ctl audit vs)" '*vs set*B-*vs delete*A-*status 0' &&
	is digests "$(in_db "SELECT count(*) FROM audit WHERE vm = 'vs'
		AND action IN ('set', 'delete') AND length(old_digest) = 64
		AND length(new_digest) = 64 AND old_digest <> new_digest")" 2 &&
	guest_start vs || return 1
	is told "$(guest get B)" 'get B two' &&
	is not "$(guest get A)" 'get A not-found'
}

t_vars_running() {
	guest_start vr || return 1
	is set "$(guest set A one)" 'set A ok*' &&
	is change "$(ctl set --string two vr A-$GLOBAL)" '*status 0' &&
	is at_once "$(guest get A)" 'get A two' &&
	is on_disk "$(value_in_db vr A)" two &&
	is volatile "$(ctl set --attributes bs,rt --string v vr V-$GLOBAL)" \
		'*status 0' &&
	is seen "$(guest get V)" 'get V v' &&
	is listed "$(ctl show vr V)" '*status 0' &&
	is not_kept "$(value_in_db vr V)" '' &&
	is delete "$(ctl delete vr V-$GLOBAL)" '*status 0' &&
	is gone "$(guest get V)" 'get V not-found' &&
	is not_there "$(ctl delete vr V-$GLOBAL)" '*status [1-9]*' &&
	is live "$(guest set C here)" 'set C ok*' &&
	is listed "$(ctl get --raw vr C-$GLOBAL)" 'here*status 0' || return 1
	guest_end
	is audit "$(ctl audit vr)" '*vr set*A-*vr set*V-*vr delete*V-*status 0'
}

# What a guest was told before the change is on disk with it.
t_vars_write_back() {
	guest_start vwb -d write-back || return 1
	is set "$(guest set A told)" 'set A ok*' &&
	is change "$(ctl set --attributes nv,bs --string x vwb B-$GLOBAL)" \
		'*status 0' &&
	is both "$(value_in_db vwb A) $(value_in_db vwb B)" 'told x' &&
	is listed "$(guest set A later)" 'set A ok*' &&
	is live "$(ctl get --raw vwb A-$GLOBAL)" 'later*status 0'
}

# The second of two does not fit: the first is not made either.
t_vars_all_or_nothing() {
	local big=$W/big

	head -c 70000 /dev/zero >"$big"
	guest_start vall || return 1
	is set "$(guest set A one)" 'set A ok*' &&
	is big "$(ctl set --file "$big" --attributes nv,bs vall Big-$GLOBAL)" \
		'*limit*status [1-9]*' &&
	is same "$(guest get A)" 'get A one' &&
	is none "$(ctl show vall Big)" '*status [1-9]*' &&
	is none "$(ctl audit vall | grep -c ' set')" 0 &&
	is missing "$(ctl delete vall A-$GLOBAL Missing-$GLOBAL)" \
		'*Missing*status [1-9]*' &&
	is same "$(guest get A)" 'get A one' || return 1
	guest_end
	is missing "$(ctl delete vall A-$GLOBAL Missing-$GLOBAL)" \
		'*Missing*status [1-9]*' &&
	is same "$(value_in_db vall A)" one
}

# digest VM: of its variables, as Change would have them before.
digest() {
	ctl --json set --dry-run --attributes nv,bs --string x "$1" "Dry-$GLOBAL" |
		sed -n 's/.*"old-digest": *"\([0-9a-f]*\)".*/\1/p' | head -1
}

t_vars_expect() {
	local old

	guest_start vexp || return 1
	is set "$(guest set A one)" 'set A ok*' || return 1
	old=$(digest vexp)
	is digest "${#old}" 64 &&
	is set "$(guest set A two)" 'set A ok*' &&
	is refused "$(ctl set --expect-digest "$old" --string x vexp A-$GLOBAL)" \
		'*have changed*status [1-9]*' &&
	is same "$(guest get A)" 'get A two' &&
	is again "$(ctl set --expect-digest "$(digest vexp)" --string x vexp A-$GLOBAL)" \
		'*status 0' &&
	is 'done' "$(guest get A)" 'get A x' || return 1
	guest_end
	old=$(digest vexp)
	is stopped "$(ctl set --expect-digest "${old/?/z}" --string y vexp A-$GLOBAL)" \
		'*status [1-9]*' &&
	is stopped "$(ctl set --expect-digest "$(tr 0-9a-f 1-9a-f0 <<<"$old")" \
		--string y vexp A-$GLOBAL)" '*have changed*status [1-9]*' &&
	is same "$(value_in_db vexp A)" x
}

# signed_set VM NAME FILE
signed_set() {
	ctl set --attributes nv,bs,rt,at --auth "$3" "$1" "$2-$GLOBAL"
}

t_vars_signed() {
	local running

	for running in 1 0; do
		guest_start "vsig$running" || return 1
		[ $running = 1 ] || guest_end
		is pk "$(signed_set "vsig$running" PK "$OUT/e2e-sign/pk")" '*status 0' &&
		is kek "$(signed_set "vsig$running" KEK "$OUT/e2e-sign/kek")" '*status 0' &&
		is foreign "$(signed_set "vsig$running" KEK "$OUT/e2e-sign/kek-foreign")" \
			'*SECURITY_VIOLATION*status [1-9]*' &&
		is older "$(signed_set "vsig$running" KEK "$OUT/e2e-sign/kek")" \
			'*SECURITY_VIOLATION*status [1-9]*' &&
		is unsigned "$(ctl set --attributes nv,bs,rt,at --file "$OUT/e2e-sign/kek" \
			"vsig$running" Plain-$GLOBAL)" '*status 0' || return 1
		[ $running = 0 ] || guest_end
		is there "$(in_db "SELECT count(*) FROM variable v JOIN vm
			ON vm.id = v.vm_id WHERE vm.name = 'vsig$running'
			AND v.name IN ('PK', 'KEK') AND v.attributes = 39
			AND hex(v.time) LIKE 'EA07%'")" 2 || return 1
	done
}

t_vars_plan() {
	guest_start vplan || return 1
	is set "$(guest set A one)" 'set A ok*' &&
	is plan "$(ctl set --at-next-boot --string two vplan A-$GLOBAL)" \
		'*status 0' &&
	is second "$(ctl delete --at-next-boot vplan A-$GLOBAL)" '*status 0' &&
	is third "$(ctl set --at-next-boot --attributes nv,bs,rt --string b vplan B-$GLOBAL)" \
		'*status 0' &&
	is nonsense "$(ctl delete --at-next-boot vplan A-$GLOBAL)" \
		'*no such variable*status [1-9]*' &&
	is now "$(guest get A)" 'get A one' &&
	is pending "$(ctl pending vplan)" '*A-*A-*B-*status 0' || return 1
	guest_end
	is not_yet "$(value_in_db vplan A)" one &&
	is clone "$(ctl clone vplan vplan2)" '*status 0' &&
	guest_start vplan || return 1
	is gone "$(guest get A)" 'get A not-found' &&
	is there "$(guest get B)" 'get B b' &&
	is 'done' "$(in_db "SELECT count(*) FROM pending")" 0 &&
	is audit "$(ctl audit vplan)" \
		'*plan: 1: set A*plan: 2: delete A*plan: 3: set B*vplan set: plan 1: A*vplan delete: plan 2: A*vplan set: plan 3: B*status 0' || return 1
	guest_end
	guest_start vplan2 || return 1
	is clone "$(guest get A)" 'get A one' || return 1
	guest_end
	is removed "$(ctl set --at-next-boot --string z vplan2 A-$GLOBAL)" '*status 0' &&
	is removed "$(ctl remove --yes vplan2)" '*status 0' &&
	is none "$(in_db "SELECT count(*) FROM pending_change")" 0
}

# What does not fit any more stays with the reason, and the VM starts.
t_vars_plan_fails() {
	guest_start vfail || return 1
	is set "$(guest set A one)" 'set A ok*' &&
	is set "$(guest set B one)" 'set B ok*' &&
	is plan "$(ctl delete --at-next-boot vfail A-$GLOBAL)" '*status 0' &&
	is plan "$(ctl delete --at-next-boot vfail B-$GLOBAL)" '*status 0' &&
	is delete "$(guest delete A)" 'delete A ok' || return 1
	guest_end
	guest_start vfail || return 1
	is unchanged "$(guest get B)" 'get B one' &&
	is logged "$(grep -c 'error: VM vfail starts without plan' "$W/log")" 1 &&
	is reason "$(ctl pending vfail)" '*no such variable*status 0' || return 1
	guest_end
	is drop "$(ctl pending --drop "$(in_db "SELECT min(id) FROM pending")" vfail)" \
		'*status 0' &&
	guest_start vfail || return 1
	is now "$(guest get B)" 'get B not-found'
}

t_vars_watch() {
	local pid

	guest_start vwatch || return 1
	"$OUT/kuvctl" --socket "$SOCK" watch vwatch >"$W/watched" 2>&1 </dev/null &
	pid=$!
	sleep 2
	is guest "$(guest set A byguest)" 'set A ok*' &&
	is host "$(ctl set --string byhost vwatch A-$GLOBAL)" '*status 0' &&
	is guest "$(guest delete A)" 'delete A ok' || return 1
	guest_end
	is stopped "$(ctl set --attributes nv,bs --string s vwatch S-$GLOBAL)" '*status 0' &&
	is remove "$(ctl remove --yes vwatch)" '*status 0' &&
	wait_for grep -q removed "$W/watched" || return 1
	kill $pid 2>/dev/null
	wait $pid 2>/dev/null
	sed 's/^/# watch: /' "$W/watched"
	is watched "$(grep -oE ' [AS]-|stopped|removed' "$W/watched" | tr -d ' -' | tr '\n' ' ')" \
		'A A A stopped S removed '
}

# A VMM's user has no business here, not even with his own VM.
t_vars_kept_apart() {
	guest_start vown || return 1
	chmod 666 "$SOCK"
	chmod 755 "$W"
	is list "$(setpriv --reuid 65534 --clear-groups "$OUT/kuvctl" --socket "$SOCK" \
		show vown 2>&1 </dev/null)" '*root*'
}

# How long guests wait at most while 100 variables of a running VM change.
t_vars_latency() {
	local i names=()

	for i in $(seq 100); do names+=("Var$i-$GLOBAL"); done
	guest_start vlat || return 1
	mkdir -p "$W/lat"
	for i in "${names[@]}"; do printf '\7\0\0\0%0512d' 1 >"$W/lat/$i"; done
	is import "$(ctl import --format efivarfs vlat "$W/lat")" '*status 0' || return 1
	is delete "$(ctl delete vlat "${names[@]}")" '*status 0' || return 1
	sed -n 's/.*: \([0-9]* changes took .*\)/# vlat: \1/p' "$W/log"
	is told "$(grep -c ' changes took' "$W/log")" 2
}
