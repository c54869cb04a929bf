#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where the instructions of one operation go: host functions by their share of a call.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/bench/rig.sh
source "$KUV_TOP/tools/testing/bench/rig.sh"

usage() {
	cat <<-END
	usage: profile.sh [--kernel 6.12|6.1] [--out DIR] SETUP/OP [MODULE.ko]
	SETUP/OP as in run.sh's table: empty/doorbell, task_work/get-64, fput/get-64, ...
	DIR/profile has every function, DIR/places every instruction address.
	END
}

only=

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--out) out=$2; shift ;;
		--help) usage; exit 0 ;;
		-*) usage >&2; kuv_die "unknown option $1" ;;
		*) [ -z "$only" ] && only=$1 || modules+=("$1") ;;
		esac
		shift
	done
	[ -n "$only" ] || { usage >&2; kuv_die "which operation?"; }
	[ ${#modules[@]} -le 1 ] || kuv_die "one module at a time"
}

choose_module() {
	case $only in
	empty/*) return 0 ;;
	cap*) bench_patched ;;
	esac
	[ ${#modules[@]} = 0 ] || return 0
	bench_modules
	case $only in
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

main() {
	parse "$@"
	out=${out:-$KUV_TOP/build/bench/profile}
	mkdir -p "$out"
	out=$(realpath "$out")
	choose_module
	bench_prepare
	gcc -O2 -Wall -Wextra -shared -fPIC -o "$out/insns.so" \
		"$bench_here/insns.c"
	kuv_say "bench: profiling $only on $KUV_KREL"
	bench_boot "kuv.only=$only" -serial "file:$out/symbols.gz" \
		-plugin "$out/insns.so,out=$out/places"
	grep '^result ' "$out/results" ||
		kuv_die "no result of $only, see $out/results and $out/console.log"
	by_function >"$out/profile"
	awk '{ s += $1 } END { printf "%9.1f  all of a call\n", s }' "$out/profile"
	sed -n 1,60p "$out/profile"
}

main "$@"
