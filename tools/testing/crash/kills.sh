#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kills vard-sync, and QEMU, under a guest that writes; in the emulated host, with the
# real module and real KVM. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

HERE=$KUV_TOP/tools/testing/crash
OUT=${O:-$KUV_TOP/build}
kernel=6.12
count=${KUV_KILLS:-50}
seed=1
limit=3600
what=(vard-sync qemu)

usage() {
	cat <<-END
	usage: kills.sh [--kernel 6.12|6.1] [--count N] [--seed N]
	                [--limit SECONDS] [vard-sync|qemu]
	--count: kills of each, 50 or \$KUV_KILLS without it
	--limit: stop each after that time; the result says how many there were
	END
}

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--count) count=$2; shift ;;
		--seed) seed=$2; shift ;;
		--limit) limit=$2; shift ;;
		--help) usage; exit 0 ;;
		vard-sync|qemu) what=("$1") ;;
		*) usage >&2; kuv_die "unknown option $1" ;;
		esac
		shift
	done
}

outside() {
	local share=$OUT/crash-kills rc=0

	parse "$@"
	kuv_need_programs libssl-dev binutils python3 qemu-system-x86
	KUV_KILLS_KO=$("$KUV_TOP/tools/build-module.sh" "$kernel")
	nice make -s -C "$KUV_TOP" O="$OUT" all >&2
	nice make -s -C "$HERE" O="$OUT" "$OUT/crash-guest.bin" >&2
	export KUV_KILLS_KO KUV_KILLS_OUT=$OUT
	rm -rf "$share"
	mkdir -p "$share"
	"$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" --share "$share" \
		--timeout $((2 * limit + 120)) -- \
		"$HERE/kills.sh" --inside "$share" "$count" "$seed" "$limit" \
		"${what[@]}" | tee "$share/out" | grep -v '^@' || rc=$?
	awk '$1 == "@" { kills[$2] = $3; writes += $4; seconds += $5 }
		END { printf "## kills: vard-sync %d, QEMU %d, %s, %d acknowledged writes, %d s\n",
			kills["vard-sync"], kills["qemu"],
			rc ? "FAILED" : "0 lost", writes, seconds }' \
		rc="$rc" "$share/out"
	return $rc
}

# --- inside the emulated host

# kills WHAT: in a directory of its own, which is kept if it fails.
kills() {
	local work=/run/kuv-$1 rc=0

	mkdir -p "$work"
	python3 "$HERE/kills.py" "$1" "$count" "$seed" "$limit" \
		"$KUV_KILLS_OUT" "$work" | tee "$work/said" || rc=$?
	[ $rc = 0 ] || cp "$work"/*.log "$work"/vars.db* "$work/said" "$share/"
	return $rc
}

unload() {
	for _ in $(seq 100); do
		[ "$(cat /sys/module/kvm_uefivars/refcnt)" != 0 ] || break
		sleep 0.1
	done
	rmmod kvm_uefivars && ! dmesg | grep -E 'WARNING|BUG|Oops|leak'
}

inside() {
	local n=0 failed=0 w

	share=$1 count=$2 seed=$3 limit=$4
	shift 4
	set +e
	insmod "$KUV_KILLS_KO" || kuv_die "cannot load $KUV_KILLS_KO"
	echo "KTAP version 1"
	echo "1..$(($# + 1))"
	echo "# seed $seed, $count kills of each"
	for w in "$@"; do
		n=$((n + 1))
		if kills "$w"; then echo "ok $n kill_$w"
		else echo "not ok $n kill_$w"; failed=1; fi
	done
	n=$((n + 1))
	if unload; then echo "ok $n unload"
	else echo "not ok $n unload"; failed=1; fi
	return $failed
}

case ${1:-} in
--inside) shift; inside "$@" ;;
*) outside "$@" ;;
esac
