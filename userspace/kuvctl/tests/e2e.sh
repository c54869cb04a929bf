#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kuvctl's commands for variables with the real module, in the emulated host;
# vard-sync's test client is VMM and guest in one. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../tools/lib.sh"

HERE=$KUV_TOP/userspace/kuvctl/tests
OUT=${KUV_E2E_OUT:-${O:-$KUV_TOP/build}}
GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c

outside() {
	kuv_need_programs jq
	kuv_need ovmf
	nice make -s -C "$KUV_TOP/userspace/vard-sync" O="$OUT" all \
		"$OUT/vard-e2e-client" >&2
	nice make -s -C "$KUV_TOP/userspace/kuvctl" O="$OUT" all >&2
	KUV_E2E_KO=$("$KUV_TOP/tools/build-module.sh" 6.12)
	export KUV_E2E_KO KUV_E2E_OUT=$OUT
	exec "$KUV_TOP/tools/testing/host/host.sh" --kernel 6.12 \
		--append no_timer_check --timeout "${KUV_E2E_TIMEOUT:-300}" \
		-- "$HERE/e2e.sh" --inside "$@"
}

# --- inside the emulated host

W=/tmp/e2e
TERM_OUT=
# shellcheck source=tools/testing/host/lib/vard.sh
source "$KUV_TOP/tools/testing/host/lib/vard.sh"

# ctl ARGUMENT...: its output in TERM_OUT, its status in RC.
ctl() {
	TERM_OUT=$("$OUT/kuvctl" --socket "$SOCK" "$@" 2>&1 </dev/null)
	RC=$?
}

# says STATUS PATTERN ARGUMENT...
says() {
	local status=$1 pattern=$2

	shift 2
	ctl "$@"
	# shellcheck disable=SC2053 # a pattern
	[[ $RC = "$status" && $TERM_OUT == $pattern ]] && return 0
	echo "# kuvctl $*: status $RC: ${TERM_OUT//$'\n'/$'\n# '}"
	return 1
}

# json FILTER WANT ARGUMENT...: what jq makes of the output
json() {
	local filter=$1 want=$2 got

	shift 2
	ctl --json "$@"
	got=$(jq -rc "$filter" <<<"$TERM_OUT" 2>&1)
	# shellcheck disable=SC2053 # a pattern
	[[ $RC = 0 && $got == $want ]] && return 0
	echo "# kuvctl --json $*: status $RC, $filter is $got: ${TERM_OUT:0:600}"
	return 1
}

# guest WANT COMMAND...: one command with its answer
guest() {
	local want=$1 answer=

	shift
	echo "$*" >&"$INFD"
	read -r -t 60 answer <&"$OUTFD"
	# shellcheck disable=SC2053 # a pattern
	[[ $answer == $want ]] && return 0
	echo "# guest $*: $answer"
	return 1
}

# A VM with Debian's Secure Boot variables, stopped.
t_make() {
	guest_start one -t /usr/share/OVMF/OVMF_VARS_4M.ms.fd || return 1
	guest 'set Plain ok*' set Plain hello || return 1
	guest_end
	says 0 '*one *idle*' list &&
	json '.[0].vm + " " + .[0].state' 'one idle' list
}

t_show() {
	says 0 '*VM one, stopped*PK-*Plain-*' show one &&
	says 0 '*X.509 *known as*valid *owner *' show one KEK &&
	says 0 '*SHA-256 hashes: *' show one dbx &&
	says 0 'Plain-*hello*' show one 'Pla[h-j]*' &&
	says 14 '*no variable Nothing*' show one Nothing &&
	says 9 '*no VM two*' show two &&
	json '.variables[] | select(.name == "db") | .value.certificates | length' \
		2 show one &&
	json '.variables | length' 1 show one "Plain-$GLOBAL" &&
	says 0 'db-d719b2cb-*NV*BS*RT*AT*' get one db &&
	json '.data' 68656c6c6f get one Plain &&
	says 0 '' get one Plain -o "$W/plain" &&
	[ "$(cat "$W/plain")" = hello ] &&
	says 0 '' get one Plain --efivarfs -o "$W/plain" &&
	[ "$(head -c 4 "$W/plain" | od -An -tx1)" = ' 07 00 00 00' ]
}

# set and delete, on a VM that is stopped or runs
change() {
	says 0 '*1 variable changed*' set one Plain --string16 other &&
	says 0 '*other*' get one Plain &&
	says 0 '*1 variable changed*' set one "Plain-$GLOBAL" --efivarfs "$W/plain" &&
	json .value.text hello get one Plain &&
	json '.["dry-run"], .changed' 'true*1' set one Plain --data 00 --dry-run &&
	json .value.text hello get one Plain &&
	json .changed 1 set one Plain --append --string ' you' &&
	json .value.text 'hello you' get one Plain &&
	says 0 '*1 variable changed*' set one BootOrder --boot-order Boot0003,1 &&
	json .value.summary 0003,0001 get one BootOrder &&
	says 2 '*not well known*' set one Unknown --data 00 &&
	says 15 '*' set one Plain --data 00 --expect-digest "$(printf '0%.0s' {1..64})" &&
	says 9 '*' set one Plain --auth "$W/auth" &&
	says 0 '*1 variable changed*' delete one BootOrder &&
	says 14 '*no variable BootOrder*' delete one BootOrder
}

t_change_stopped() {
	head -c 60 /dev/zero >"$W/auth"
	change
}

# on_terminal: what show prints when it has a terminal
on_terminal() {
	script -qec "$OUT/kuvctl --socket $SOCK show one Plain" /dev/null
}

t_colours() {
	[[ $(on_terminal) == *$'\033[1mPlain'* ]] &&
	[[ $(NO_COLOR=1 on_terminal) != *$'\033'* ]] &&
	says 0 'Plain-*' show one Plain && [[ $TERM_OUT != *$'\033'* ]]
}

t_change_keys() {
	says 0 '*WARNING*NO SIGNATURE*audit*' delete one dbx &&
	says 0 '*delete*' audit -n 1 one &&
	json '.[0].action' delete audit -n 1 one
}

t_change_running() {
	local rc=0

	guest_start one || return 1
	json '.running' true show one &&
	json '[.variables[] | select(.name == "SetupMode")] | length' 1 show one &&
	change &&
	says 0 '*1 variable changed, while it runs*' set one Plain --string fresh &&
	guest 'get Plain fresh*' get Plain || rc=1
	guest_end
	return $rc
}

t_pending() {
	says 0 '*at its next start*' set one "Later-$GLOBAL" --string soon \
		--at-next-boot || return 1
	says 0 '*set *Later-*soon*' pending one &&
	json '.[0].changes[0].name' Later pending one &&
	json .pending 1 show one &&
	says 14 '*' get one Later || return 1
	guest_start one || return 1
	guest 'get Later soon*' get Later || return 1
	guest_end
	says 0 '*nothing waits*' pending one &&
	says 0 '*next start*' delete one Later --at-next-boot || return 1
	ctl --json pending one
	says 0 '*is dropped*' pending one --drop "$(jq '.[0].plan' <<<"$TERM_OUT")" &&
	says 0 '*nothing waits*' pending one
}

watched() {
	grep -q -- "$1" "$W/watch"
}

t_watch() {
	local watcher rc=0

	"$OUT/kuvctl" --socket "$SOCK" watch one >"$W/watch" 2>&1 &
	watcher=$!
	sleep 1
	guest_start one || return 1
	wait_for watched 'one is running' &&
	guest 'set Seen ok*' set Seen first &&
	wait_for watched "one + Seen-$GLOBAL NV,BS,RT 5 bytes: first" &&
	guest 'set Seen ok*' set Seen second &&
	wait_for watched "one ~ Seen-$GLOBAL .* second" || rc=1
	daemon_end -9
	wait_for watched 'vard-sync is away' || rc=1
	daemon_start || rc=1
	wait_for watched 'vard-sync is back' &&
	guest 'delete Seen ok*' delete Seen &&
	wait_for watched "one - Seen-$GLOBAL" || rc=1
	guest_end
	wait_for watched 'one is stopped' || rc=1
	kill -INT $watcher
	wait $watcher || { echo "# watch ended with $?"; rc=1; }
	[ $rc = 0 ] || sed 's/^/# watch: /' "$W/watch"
	return $rc
}

t_watch_json() {
	local watcher rc=0

	"$OUT/kuvctl" --socket "$SOCK" --json watch >"$W/watch" 2>&1 &
	watcher=$!
	sleep 1
	says 0 '*' set one "New-$GLOBAL" --string x &&
	wait_for watched '"event":"new"' &&
	[ "$(jq -r 'select(.event == "new") | .vm + " " + .name' "$W/watch")" = 'one New' ] || rc=1
	kill -INT $watcher
	wait $watcher || rc=1
	[ $rc = 0 ] || sed 's/^/# watch: /' "$W/watch"
	return $rc
}

t_json() {
	json .done snapshot snapshot one s &&
	json '.[0].snapshot' s snapshots one &&
	json .done restore restore one s &&
	json .clone two clone one two &&
	json '.vms | type' array stats &&
	json .done configure configure two durability=write-back &&
	json .done delete-snapshot delete-snapshot one s &&
	json .done remove remove --yes two
}

run() {
	local before rc=0

	before=$(date +%s%N)
	"t_$1" || rc=1
	[ -z "$GUEST" ] || guest_end
	n=$((n + 1))
	if [ $rc = 0 ]; then
		echo "ok $n $1 # $((($(date +%s%N) - before) / 1000000)) ms"
	else
		sed 's/^/# log: /' "$W/log"
		echo "not ok $n $1"
		failed=$((failed + 1))
	fi
}

inside() {
	local t n=0 failed=0
	local -a tests=(make show colours change_stopped change_keys change_running
		json watch_json watch pending)

	[ $# = 0 ] || tests=("$@")
	set +e
	mkdir -p $W
	insmod "$KUV_E2E_KO" || kuv_die "cannot load $KUV_E2E_KO"
	echo "KTAP version 1"
	echo "1..${#tests[@]}"
	daemon_start || kuv_die "vard-sync does not start"
	for t in "${tests[@]}"; do
		run "$t"
	done
	daemon_end
	[ $failed = 0 ]
}

case ${1:-} in
--inside) shift; inside "$@" ;;
*) outside "$@" ;;
esac
