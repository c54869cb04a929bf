#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Secure Boot from certificates of 2011 to those of 2023, and own keys: kuvctl, vard-sync and
# the module in the emulated host, on Debian's OVMF_VARS_4M.ms.fd. KTAP on stdout.
#
# tools/testing/rollover/run.sh [TEST...]
# Updates that Microsoft published are taken from KUV_DATA; without them that is a skip.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

HERE=$KUV_TOP/tools/testing/rollover
OUT=${KUV_ROLL_OUT:-${O:-$KUV_TOP/build}}
DATA=${KUV_DATA:-$KUV_TOP/../shared/data/secureboot-objects}

# rollover_certs: a directory with the certificates of 2023. Debian 12 has no package with
# them; the next release's is unpacked in the cache.
rollover_certs() {
	APT_CONFIG=$(kuv_suite_apt trixie)
	export APT_CONFIG
	kuv_deb_root python3-virt-firmware
}

outside() {
	kuv_need_programs jq python3 sqlite3 ovmf efitools sbsigntool openssl
	KUV_ROLL_CERTS=$(rollover_certs)
	nice make -s -C "$KUV_TOP/userspace/vard-sync" O="$OUT" all \
		"$OUT/vard-e2e-client" >&2
	nice make -s -C "$KUV_TOP/userspace/kuvctl" O="$OUT" all >&2
	# What needs no VM; leaves the keys that the rest uses.
	"$HERE/native.sh" "$OUT/kuvctl" "$OUT/rollover" >&2 ||
		kuv_die "tools/testing/rollover/native.sh failed"
	KUV_ROLL_KO=$("$KUV_TOP/tools/build-module.sh" 6.12)
	export KUV_ROLL_KO KUV_ROLL_CERTS KUV_ROLL_OUT=$OUT KUV_DATA=$DATA
	exec "$KUV_TOP/tools/testing/host/host.sh" --kernel 6.12 \
		--append no_timer_check --timeout "${KUV_ROLL_TIMEOUT:-900}" \
		-- "$HERE/run.sh" --inside "$@"
}

# --- inside the emulated host
# shellcheck disable=SC2034 # the tests use these

W=/tmp/rollover
MS=/usr/share/OVMF/OVMF_VARS_4M.ms.fd
EMPTY=/usr/share/OVMF/OVMF_VARS_4M.fd
OWN=$W/own
B=$W/b
TEXT=
RC=
# shellcheck source=tools/testing/host/lib/vard.sh
source "$KUV_TOP/tools/testing/host/lib/vard.sh"

# shellcheck source=tools/testing/rollover/tests.sh
source "$HERE/tests.sh"

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
	echo "# kuvctl $*: status $RC: ${TEXT//$'\n'/$'\n# '}"
	return 1
}

# json FILTER WANT ARGUMENT...: what jq makes of the output
json() {
	local filter=$1 want=$2 got

	shift 2
	ctl --json "$@"
	got=$(jq -rc "$filter" <<<"$TEXT" 2>&1)
	# shellcheck disable=SC2053 # a pattern
	[[ $RC = 0 && $got == $want ]] && return 0
	echo "# kuvctl --json $*: status $RC, $filter is $got: ${TEXT:0:600} $(cat "$W/stderr")"
	return 1
}

# is WHAT GOT WANT (a pattern)
is() {
	# shellcheck disable=SC2053 # a pattern
	[[ $2 == $3 ]] && return 0
	echo "# $1: got \"$2\", want \"$3\""
	return 1
}

# vm_make VM TEMPLATE: a stopped VM.
vm_make() {
	guest_start "$1" -t "$2" && guest_end
}

# digest VM: of its variables, from the database itself.
digest() {
	sqlite3 -readonly -cmd '.timeout 3000' "$W/vars.db" \
		"SELECT v.name, hex(v.data), v.attributes, hex(v.time) FROM variable v
		JOIN vm ON vm.id = v.vm_id WHERE vm.name = '$1'
		ORDER BY v.guid, v.name" | sha256sum
}

# audited VM ACTION: how often.
audited() {
	sqlite3 -readonly -cmd '.timeout 3000' "$W/vars.db" \
		"SELECT count(*) FROM audit WHERE vm = '$1' AND action = '$2'"
}

run() {
	local before rc=0

	before=$(date +%s%N)
	SKIP=
	"t_$1" || rc=1
	[ -z "$GUEST" ] || guest_end
	n=$((n + 1))
	if [ -n "$SKIP" ]; then
		echo "ok $n $1 # SKIP $SKIP"
	elif [ $rc = 0 ]; then
		echo "ok $n $1 # $((($(date +%s%N) - before) / 1000000)) ms"
	else
		sed 's/^/# log: /' "$W/log"
		echo "not ok $n $1"
		failed=$((failed + 1))
	fi
	: >"$W/log"
}

inside() {
	local t n=0 failed=0
	local -a tests=("${ROLLOVER_TESTS[@]}")

	[ $# = 0 ] || tests=("$@")
	set +e
	mkdir -p $W
	insmod "$KUV_ROLL_KO" || kuv_die "cannot load $KUV_ROLL_KO"
	echo "KTAP version 1"
	echo "1..${#tests[@]}"
	daemon_start || kuv_die "vard-sync does not start"
	cp -a "$OUT"/rollover/{own,b} $W || kuv_die "no keys in $OUT/rollover"
	for t in "${tests[@]}"; do
		run "$t"
	done
	daemon_end -TERM
	[ $failed = 0 ]
}

case ${1:-} in
--inside) shift; inside "$@" ;;
*) outside "$@" ;;
esac
