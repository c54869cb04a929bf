#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the core's suites in user space with ASan and UBSan.
#
# tools/testing/core/run.sh             prints KTAP; last line `N passed, N failed`
# tools/testing/core/run.sh --coverage  the same from a build without sanitizers,
#                                       with the core's line and branch coverage

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

CORE_DIR=$KUV_TOP/tools/testing/core
OUT=${O:-$KUV_TOP/build/core-test}
# Seeds of the random test beside its fixed one.
SEEDS=${SEEDS:-2 3 4 5}

# core_build OUT VARIABLE=VALUE...: the test program.
core_build() {
	local out=$1

	shift
	mkdir -p "$out"
	make -C "$CORE_DIR" -s -j2 CC=gcc-12 "O=$out" "$@" >"$out/build.log" 2>&1 || {
		tail -n 20 "$out/build.log" >&2
		kuv_die "the core does not build in user space, see $out/build.log"
	}
}

# core_run PROGRAM: its output; a crash counts as one failure more.
core_run() {
	local log=$1.log status=0 seed more=0 failed passed

	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
		"$1" >"$log" 2>&1 || status=$?
	sed '/^[0-9]* passed, [0-9]* failed$/d' "$log"
	passed=$(sed -n 's/^\([0-9]*\) passed, .*/\1/p' "$log")
	failed=$(sed -n 's/^.* passed, \([0-9]*\) failed$/\1/p' "$log")
	if [ "$status" != 0 ] && [ "${failed:-0}" = 0 ]; then
		failed=1
	fi
	for seed in $SEEDS; do
		KUV_SEED=$seed "$1" core_model >"$log.seed" 2>&1 || {
			more=$((more + 1))
			cat "$log.seed"
		}
	done
	failed=$((${failed:-0} + more))
	printf '%s passed, %s failed\n' "${passed:-0}" "$failed"
	[ "$failed" = 0 ]
}

# core_coverage OUT: lines and branches of each core file.
core_coverage() {
	local out=$1

	(cd "$out/core" && gcov-12 -b -n ./*.gcda 2>/dev/null) |
		awk '
		/^File/ { path = $2; gsub(/\047/, "", path) }
		/^Lines executed/ { split($2, lines, /[:%]/) }
		/^Taken at least once/ {
			split($4, taken, /[:%]/)
			if (path !~ /\/core\/[^\/]*\.c$/)
				next
			sub(/.*\//, "", path)
			printf "# coverage %-12s lines %6s%%  branches %6s%%\n",
				path, lines[2], taken[2]
		}' | sort
}

main() {
	local status=0

	kuv_need gcc-12 make libc6-dev libasan8 libubsan1 libssl-dev
	"$KUV_TOP/tools/testing/vectors/kunit-auth.sh"
	"$KUV_TOP/tools/testing/vectors/kunit-sig.sh"
	if [ "${1:-}" = --coverage ]; then
		OUT=$OUT-coverage
		core_build "$OUT" SAN= CFLAGS="-O0 -g" COV=--coverage LDCOV=--coverage
		find "$OUT" -name '*.gcda' -delete
		core_run "$OUT/core-test" >"$OUT/output" || status=$?
		sed '$d' "$OUT/output"
		core_coverage "$OUT"
		tail -n 1 "$OUT/output"
		return "$status"
	fi
	core_build "$OUT"
	core_run "$OUT/core-test"
}

main "$@"
