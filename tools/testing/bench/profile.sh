#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where the instructions of one operation go: host functions by their share of a call.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/bench/rig.sh
source "$KUV_TOP/tools/testing/bench/rig.sh"

usage() {
	cat <<-END
	usage: profile.sh [--kernel NAME] [--out DIR] SETUP/OP [MODULE.ko]
	       profile.sh [--kernel NAME] [--out DIR] --record
	SETUP/OP as in run.sh's table: empty/doorbell, task_work/get-64, cap/get-64, ...
	DIR/profile has every function, DIR/places every instruction address. --record writes
	the empty doorbell and GetVariable of 64 bytes by both ways in, side by side, to
	docs/performance.md.
	END
}

only=
record=

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--out) out=$2; shift ;;
		--record) record=1 ;;
		--help) usage; exit 0 ;;
		-*) usage >&2; kuv_die "unknown option $1" ;;
		*) [ -z "$only" ] && only=$1 || modules+=("$1") ;;
		esac
		shift
	done
	[ -n "$only$record" ] || { usage >&2; kuv_die "which operation?"; }
	[ ${#modules[@]} -le 1 ] || kuv_die "one module at a time"
}

# choose_module OPERATION: what it takes, and the one form that it is about.
choose_module() {
	case $1 in
	empty/*) return 0 ;;
	cap*) bench_patched ;;
	uefi-vars* | kuv-run*) peers=1 ;;
	esac
	[ ${#modules[@]} = 0 ] || return 0
	bench_modules
	case $1 in
	fput*) modules=("${modules[1]}") ;;
	*) modules=("${modules[0]}") ;;
	esac
}

# by_function: instructions per call and function; places come sorted after the
# symbols of lower or equal address.
by_function() {
	local calls

	calls=$(sed -n 's/^calls //p' "$out/places")
	{
		gzip -dc "$out/symbols.gz" | awk '{ print $1, 0, $3 $4 }'
		awk '$1 != "calls" { print $1, 1, $2 }' "$out/places"
	} | LC_ALL=C sort -k1,1 -k2,2n | awk -v calls="$calls" '
		$2 == 0 { f = $3; next }
		$1 == "0000000000100000" { n["(the guest)"] += $3; next }
		$1 == "0000000000110000" { n["(user space)"] += $3; next }
		{ n[f] += $3 }
		END { for (f in n) printf "%9.1f  %s\n", n[f] / calls, f }' |
		LC_ALL=C sort -rn
}

# profile OPERATION: one run; leaves $out/profile.
profile() {
	kuv_say "bench: profiling $1 on $KUV_KREL"
	rm -f "$out/symbols.gz" "$out/places" "$out/profile"
	bench_boot "kuv.only=$1" -serial "file:$out/symbols.gz" \
		-plugin "$out/insns.so,out=$out/places"
	grep '^result ' "$out/results" ||
		kuv_die "no result of $1, see $out/results and $out/console.log"
	by_function >"$out/profile"
}

record_profiles() {
	local operation

	for operation in empty/doorbell task_work/get-64 cap/get-64; do
		profile "$operation"
		cp "$out/profile" "$out/profile.${operation%/*}"
	done
	"$bench_here/report.py" --profile "$out"/profile.{empty,task_work,cap} |
		"$bench_here/record.sh" profile "$KUV_TOP/docs/performance.md"
}

main() {
	parse "$@"
	out=${out:-$KUV_TOP/build/bench/profile}
	mkdir -p "$out"
	out=$(realpath "$out")
	choose_module "${only:-cap/get-64}"
	bench_prepare
	gcc -O2 -Wall -Wextra -shared -fPIC -o "$out/insns.so" \
		"$bench_here/insns.c"
	if [ -n "$record" ]; then
		record_profiles
		return
	fi
	profile "$only"
	awk '{ s += $1 } END { printf "%9.1f  all of a call\n", s }' "$out/profile"
	sed -n 1,60p "$out/profile"
}

main "$@"
