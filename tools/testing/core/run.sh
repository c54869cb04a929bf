#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the core's suites in user space with ASan and UBSan.
#
# tools/testing/core/run.sh             prints KTAP; last line `N passed, N failed`
# tools/testing/core/run.sh --coverage  a build without sanitizers: each core file's lines
#                                       and branches that the suites reach, with a floor

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

CORE_DIR=$KUV_TOP/tools/testing/core
OUT=${O:-$KUV_TOP/build/core-test}
# Least part of the branches of each core file, in percent.
BRANCHES_MIN=90
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
	"$KUV_TOP/tools/testing/image/members.sh" >"$log.members" || {
		more=$((more + 1))
		cat "$log.members"
	}
	failed=$((${failed:-0} + more))
	printf '%s passed, %s failed\n' "${passed:-0}" "$failed"
	[ "$failed" = 0 ]
}

# core_gcov OUT: "FILE LINES-% LINES BRANCHES-% BRANCHES" of each core file.
core_gcov() {
	(cd "$1/core" && gcov-12 -b -n ./*.gcda 2>/dev/null) |
		awk '
		/^File/ {
			file = $2
			gsub(/\047/, "", file)
			in_core = file ~ /\/core\/[^\/]*\.c$/
			sub(/.*\//, "", file)
		}
		/^Lines executed/ {
			split($2, v, /[:%]/)
			lines = v[2] " " $4
		}
		in_core && /^Taken at least once/ {
			split($4, v, /[:%]/)
			print file, lines, v[2], $6
		}
		in_core && /^No branches/ { print file, lines, 100, 0 }' | sort
}

# core_coverage OUT STATUS: a result line per file, one for the suites themselves.
core_coverage() {
	core_gcov "$1" | awk -v floor="$BRANCHES_MIN" -v suites="$2" '
		function result(is_ok, text) {
			print (is_ok ? "ok" : "not ok"), ++n, "- " text
			if (is_ok)
				passed++
			else
				failed++
		}
		BEGIN { result(suites == 0, "suites") }
		{
			result($4 >= floor, sprintf("%s: lines %.1f %%, branches %.1f %% of %d",
				$1, $2, $4, $5))
			lines += $3; hit += $2 * $3 / 100
			branches += $5; taken += $4 * $5 / 100
			if (!least || $4 < least_part) {
				least = $1
				least_part = $4
			}
		}
		END {
			if (!branches)
				result(0, "no coverage was recorded")
			else
				printf "## core/: %.1f %% of %d branches, %.1f %% of %d lines; least: %s %.1f %% of its branches\n",
					100 * taken / branches, branches,
					100 * hit / lines, lines, least, least_part
			printf "%d passed, %d failed\n", passed, failed
			exit failed > 0
		}'
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
		[ "$status" = 0 ] || sed 's/^/# /' "$OUT/output"
		core_coverage "$OUT" "$status"
		return
	fi
	core_build "$OUT"
	core_run "$OUT/core-test"
}

main "$@"
