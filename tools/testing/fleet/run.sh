#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kuvctl fleet over a thousand VMs, with vard-sync and the module in the emulated host: queries,
# staged changes that are killed again and again, surprises. KTAP on stdout.
#
# tools/testing/fleet/run.sh [TEST...]

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

HERE=$KUV_TOP/tools/testing/fleet
OUT=${KUV_FLEET_OUT:-${O:-$KUV_TOP/build}}
# VMs of each of the four shapes, at least 40.
EACH=${KUV_FLEET_EACH:-250}

# fleet_certs: a directory with the certificates of 2023, from Debian's next release.
fleet_certs() {
	APT_CONFIG=$(kuv_suite_apt trixie)
	export APT_CONFIG
	kuv_deb_root python3-virt-firmware
}

outside() {
	kuv_need_programs jq python3 sqlite3 ovmf
	KUV_FLEET_CERTS=$(fleet_certs)
	nice make -s -C "$KUV_TOP/userspace/vard-sync" O="$OUT" all \
		"$OUT/vard-e2e-client" >&2
	nice make -s -C "$KUV_TOP/userspace/kuvctl" O="$OUT" all >&2
	# RSA keys take an emulated CPU a minute.
	rm -rf "$OUT/fleet-keys"
	"$OUT/kuvctl" keys new "$OUT/fleet-keys" >&2
	KUV_FLEET_KO=$("$KUV_TOP/tools/build-module.sh" 6.12)
	export KUV_FLEET_KO KUV_FLEET_CERTS KUV_FLEET_OUT=$OUT KUV_FLEET_EACH=$EACH
	exec "$KUV_TOP/tools/testing/host/host.sh" --kernel 6.12 \
		--append no_timer_check --timeout "${KUV_FLEET_TIMEOUT:-400}" \
		-- "$HERE/run.sh" --inside "$@"
}

# --- inside the emulated host

W=/tmp/fleet
MARK=4b565546-0000-4000-8000-00000000f1ee
TEXT=
RC=
# shellcheck source=tools/testing/host/lib/vard.sh
source "$KUV_TOP/tools/testing/host/lib/vard.sh"

# ctl ARGUMENT...: its output in TEXT, its status in RC.
ctl() {
	TEXT=$("$OUT/kuvctl" --socket "$SOCK" "$@" 2>"$W/stderr" </dev/null)
	RC=$?
}

# says STATUS PATTERN ARGUMENT...: of both outputs
says() {
	local status=$1 pattern=$2

	shift 2
	ctl "$@"
	TEXT+=$(cat "$W/stderr")
	# shellcheck disable=SC2053 # a pattern
	[[ $RC == $status && $TEXT == $pattern ]] && return 0
	echo "# kuvctl $*: status $RC: ${TEXT: -600}"
	return 1
}

# json STATUS FILTER WANT ARGUMENT...: what jq makes of the output
json() {
	local status=$1 filter=$2 want=$3 got

	shift 3
	ctl --json "$@"
	got=$(jq -rc "$filter" <<<"$TEXT" 2>&1)
	[[ $RC = "$status" && $got == "$want" ]] && return 0
	echo "# kuvctl --json $*: status $RC, $filter is $got: ${TEXT:0:400} $(cat "$W/stderr")"
	return 1
}

# is WHAT GOT WANT
is() {
	[ "$2" = "$3" ] && return 0
	echo "# $1: got \"$2\", want \"$3\""
	return 1
}

in_db() {
	sqlite3 -readonly -cmd '.timeout 5000' "$DB" "$1"
}

# timed NAME COMMAND...: tells the seconds it took.
timed() {
	local name=$1 start rc=0

	shift
	start=$(date +%s%N)
	"$@" || rc=1
	echo "## $name: $((($(date +%s%N) - start) / 1000000)) ms"
	return $rc
}

# plan NAME TEXT: a plan in a directory of its own; PLAN and STATE are its files.
plan() {
	mkdir -p "$W/$1"
	PLAN=$W/$1/plan.json
	STATE=$PLAN.journal
	printf '%s\n' "$2" >"$PLAN"
}

# mark VALUE: an action that sets a variable of ours.
mark() {
	printf '{"set": {"name": "Mark", "guid": "%s", "attributes": 7, "data": "%s"}}' \
		"$MARK" "$1"
}

# noted STATE: lines of the journal.
noted() {
	grep -c "\"state\":\"$1\"" "$STATE"
}

# has_noted STATE NUMBER: at least as many
has_noted() {
	[ -e "$STATE" ] && [ "$(noted "$1")" -ge "$2" ]
}

# A thousand VMs, if nothing else is asked for: setup mode, Microsoft's keys of 2011, those of 2023 too, and own keys.
t_make() {
	local base

	for base in setup ms both own; do
		guest_start "base-$base" -t "$([[ $base = ms || $base = both ]] &&
			echo /usr/share/OVMF/OVMF_VARS_4M.ms.fd ||
			echo /usr/share/OVMF/OVMF_VARS_4M.fd)" && guest_end || return 1
	done
	says 0 '*' enroll --certs "$KUV_FLEET_CERTS" microsoft-2023 base-both &&
	says 0 '*' enroll own "$OUT/fleet-keys" base-own || return 1
	daemon_end
	timed "make $((4 * EACH)) VMs" python3 "$HERE/many.py" "$DB" "$EACH" \
		setup ms both own &&
	daemon_start
}

t_query() {
	timed "query $((4 * EACH)) VMs" \
		json 12 '[.["looked-at"], .found]' "[$((4 * EACH)),$((2 * EACH))]" \
		fleet query 'vm-*' &&
	json 12 .found 12 fleet query --missing 2023 'vm-*-000[1-4]' &&
	json 12 .found 4 fleet query --missing ms-kek-2023 'vm-[mb]*-000[1-4]' &&
	json 12 .found 4 fleet query --setup-mode 'vm-*-000[1-4]' &&
	json 12 .found 4 fleet query --foreign-pk 'vm-*-000[1-4]' &&
	json 0 .found 0 fleet query --foreign-pk --own "$OUT/fleet-keys/PK.der" 'vm-*-000[1-4]' &&
	json 12 '.vms[0] | [.pk, .["missing-2011"], (.["missing-2023"] | length), .dbx > 0]' \
		'["known",[],3,true]' fleet query vm-ms-0001 &&
	json 12 '.vms[0].pk' none fleet query vm-setup-0001 &&
	json 0 '.vms[0] | [.pk, .findings]' '["own",[]]' \
		fleet query --own "$OUT/fleet-keys/PK.der" vm-own-0001 &&
	says 12 '*vm-ms-0001 *missing: ms-kek-2023*1 of 1 VMs*' fleet query vm-ms-0001 &&
	says 2 '*no known certificate*' fleet query --missing nobody
}

ROLLOVER='{"name": "rollover", "select": {"vms": ["vm-ms-*", "vm-both-*"]},
	"certs": "CERTS", "actions": [{"enroll": "microsoft-2023"}],
	"stages": [1, {"size": 10, "pause": 1}, "rest"]}'

# applied: everything of the rollover, once.
applied() {
	json 0 .found 0 fleet query --missing 2023 'vm-ms-*' 'vm-both-*' &&
	is "lines of the audit" "$(in_db "SELECT count(*), count(DISTINCT vm) FROM audit
		WHERE action = 'fleet' AND detail LIKE 'rollover %'")" "$EACH|$EACH" &&
	is snapshots "$(in_db "SELECT count(*), count(DISTINCT vm_id) FROM snapshot
		WHERE name LIKE 'fleet-%'")" "$EACH|$EACH" &&
	is 'VMs done' "$(grep '"state":"done"' "$STATE" | sort -u | wc -l)" "$EACH" &&
	is 'VMs unchanged' "$(noted unchanged)" "$EACH"
}

t_dry_run() {
	local text=${ROLLOVER/CERTS/$KUV_FLEET_CERTS}

	plan dry "${text//-\*/-000*}"
	timed "dry run of 18 VMs" \
		json 0 '[.["dry-run"], ([.vms[] | select(.changed == 2)] | length), .counts.new]' \
		'[true,9,18]' fleet apply --plan "$PLAN" --dry-run &&
	is 'audited changes' "$(in_db "SELECT count(*) FROM audit WHERE action = 'fleet'")" 0 &&
	[ ! -e "$STATE" ]
}

# killed NUMBER ARGUMENT...: kuvctl fleet apply is killed when so many VMs are done.
killed() {
	local pid number=$1

	shift
	"$OUT/kuvctl" --socket "$SOCK" fleet apply --plan "$PLAN" "$@" \
		>/dev/null 2>>"$W/log" &
	pid=$!
	wait_for has_noted "done" "$number" || return 1
	kill -9 $pid
	wait $pid 2>/dev/null
	is 'status of the killed' $? 137
}

# Killed at many points, and vard-sync once; nothing is done twice, and all is done.
t_killed_and_resumed() {
	plan rollover "${ROLLOVER/CERTS/$KUV_FLEET_CERTS}"
	killed 1 &&
	says 2 '*was begun*--resume*' fleet apply --plan "$PLAN" &&
	killed $((EACH / 10)) --resume &&
	killed $((EACH / 5)) --resume &&
	timed resumed json 0 '.counts | [.done, .unchanged, .failed + .doubt + .new + .begun]' \
		"[$EACH,$EACH,0]" fleet apply --plan "$PLAN" --resume &&
	applied &&
	json 0 .counts.done "$EACH" fleet apply --plan "$PLAN" --resume &&
	says 0 '*fleet: rollover *' audit -n 1 'vm-ms-0001'
}

# One VM runs, which this plan takes for a surprise.
t_surprise() {
	local rc=0 go_on pid

	plan surprise "{\"select\": {\"vms\": \"vm-setup-00[0-2]?\"}, \"stages\": [2, {\"size\": 3,
		\"pause\": 4}, \"rest\"], \"snapshot\": false, \"stop\": {\"running\": true},
		\"actions\": [$(mark 0102)]}"
	"$OUT/kuvctl" --json --socket "$SOCK" fleet apply --plan "$PLAN" >"$W/report" \
		2>>"$W/log" &
	pid=$!
	wait_for has_noted "done" 5 && guest_start vm-setup-0010 || return 1
	wait $pid || rc=$?
	is status $rc 13 &&
	is report "$(jq -rc '[.["stopped-at"], .why, .counts.done, .counts.failed, .counts.new]' \
		"$W/report")" '["vm-setup-0010","it runs",9,1,19]' || rc=1
	guest_end
	# As it says itself.
	go_on=$(jq -r '.["go-on"]' "$W/report")
	is 'the rest' "$(eval "$OUT/$go_on" | tail -1)" \
		'29 VMs: 29 done, 0 unchanged, 0 left' || return 1
	is 'VMs with the mark' "$(in_db "SELECT count(*) FROM variable WHERE name = 'Mark'")" 29
}

# What stands in a VM's way is known before anything is done.
t_refused() {
	plan refused "{\"select\": {\"vms\": \"vm-setup-003?\"}, \"actions\": [{\"set\":
		{\"name\": \"Mark\", \"guid\": \"$MARK\", \"attributes\": 7, \"data\":
		\"$(printf '5a%.0s' $(seq 70000))\"}}]}"
	says 9 '*vm-setup-0030 *failed*stopped at vm-setup-0030: dry run: *' \
		fleet apply --plan "$PLAN" &&
	[ ! -e "$STATE" ]
}

# A machine that runs is changed while it does; the stages of another plan come one by one.
t_running_and_stages() {
	local rc=0

	plan running "{\"select\": {\"vms\": [\"vm-own-000?\"], \"except\": \"vm-own-0009\"},
		\"stages\": [1, 2, \"rest\"], \"actions\": [$(mark 03)]}"
	guest_start vm-own-0002 || return 1
	says 13 '*1 done, 0 unchanged, 7 left*go on with: *' \
		fleet apply --plan "$PLAN" --stage 1 &&
	says 13 '*3 done, 0 unchanged, 5 left*' fleet apply --plan "$PLAN" --resume --stage 2 &&
	is 'mark of one that runs' "$(in_db "SELECT hex(data) FROM variable v JOIN vm
		ON vm.id = vm_id WHERE vm.name = 'vm-own-0002' AND v.name = 'Mark'")" 03 || rc=1
	guest_end
	[ $rc = 0 ] &&
	says 0 '*8 done, 0 unchanged, 0 left*' fleet apply --plan "$PLAN" --resume &&
	printf ' ' >>"$PLAN" &&
	says 2 '*not the one that was begun*' fleet apply --plan "$PLAN" --resume
}

t_at_next_boot() {
	plan boot "{\"select\": {\"vms\": \"vm-own-001?\"}, \"at-next-boot\": true,
		\"actions\": [$(mark 04)]}"
	says 0 '*10 done, 0 unchanged, 0 left*' fleet apply --plan "$PLAN" &&
	json 12 .found 10 fleet query --pending 'vm-own-*' || return 1
	# As if a crash had come before the last line.
	sed -i '$d' "$STATE" && sed -i '$d' "$STATE" || return 1
	says 0 '*10 done*' fleet apply --plan "$PLAN" --resume &&
	json 0 length 1 pending vm-own-0019 &&
	guest_start vm-own-0019 && guest_end &&
	is 'mark of the one that was started' "$(in_db "SELECT hex(data) FROM variable v JOIN vm
		ON vm.id = vm_id WHERE vm.name = 'vm-own-0019' AND v.name = 'Mark'")" 04
}

# vard-sync dies under it.
t_daemon_dies() {
	local rc=0 pid nr=$((EACH < 100 ? EACH : 100))

	plan daemon "{\"select\": {\"vms\": \"vm-both-*\"}, \"snapshot\": false,
		\"stages\": [$nr], \"actions\": [$(mark 05)]}"
	"$OUT/kuvctl" --socket "$SOCK" fleet apply --plan "$PLAN" >"$W/report" 2>>"$W/log" &
	pid=$!
	wait_for has_noted "done" 20 || return 1
	daemon_end -9
	wait $pid || rc=$?
	is status $rc 13 || return 1
	grep -q 'ended the connection' "$W/report" || { tail -3 "$W/report"; return 1; }
	daemon_start &&
	json 0 .counts.done "$nr" fleet apply --plan "$PLAN" --resume &&
	is 'lines of the audit' "$(in_db "SELECT count(*), count(DISTINCT vm) FROM audit
		WHERE detail LIKE 'plan.json %' AND vm LIKE 'vm-both-%'")" "$nr|$nr"
}

TESTS=(make query dry_run killed_and_resumed surprise refused running_and_stages
	at_next_boot daemon_dies)

inside() {
	local passed=0 failed=0 name result
	local -a tests=("$@")

	[ $# -gt 0 ] || tests=("${TESTS[@]}")
	mkdir -p "$W"
	insmod "$KUV_FLEET_KO"
	daemon_start || kuv_die "vard-sync does not start: $(tail -5 "$W/log")"
	for name in "${tests[@]}"; do
		result="not ok"
		timed "$name" "t_$name" && result=ok
		if [ "$result" = ok ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			tail -3 "$W/log" | sed 's/^/# /'
		fi
		echo "$result $((passed + failed)) $name"
	done
	daemon_end
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

if [ "${1:-}" = --inside ]; then
	shift
	set +e
	inside "$@"
else
	outside "$@"
fi
