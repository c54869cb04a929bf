#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzes the core and the parsers with libFuzzer, ASan and UBSan.
#
# run.sh [--seconds N] [--seed N] [-j N] [target...]
#     found inputs of the past first, then each target for N seconds (60; those
#     that read files and show variables half of it each), from
#     a given seed or a new one each time, -j of them side by side (1); prints
#     KTAP, and for each target executions, edges and inputs worth keeping
# run.sh --coverage [target...]     runs what the corpus has, prints coverage
#
# Last line: `N passed, N failed`. The corpus grows in build/fuzz/corpus.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

FUZZ_DIR=$KUV_TOP/tools/testing/fuzz
OUT=${O:-$KUV_TOP/build/fuzz}
ALL=(fuzz_mm fuzz_siglist fuzz_auth fuzz_image fuzz_batch fuzz_libkuv_batch fuzz_template
	fuzz_formats fuzz_show)
MAX_LEN=16384
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0
export UBSAN_OPTIONS=print_stacktrace=1

NR=0
FAILED=0

# fuzz_build OUT VARIABLE=VALUE...: the targets and their seeds.
fuzz_build() {
	local out=$1

	shift
	mkdir -p "$out"
	nice make -C "$FUZZ_DIR" -s "O=$out" "$@" >"$out/build.log" 2>&1 || {
		tail -n 20 "$out/build.log" >&2
		kuv_die "the fuzz targets do not build, see $out/build.log"
	}
	"$out/gen_seeds" "$out/seeds"
	"$out/gen_image" "$out/seeds"
	"$out/gen_formats" "$out/seeds"
	"$out/gen_show" "$out/seeds"
}

# report STATUS NAME [TEXT]: one test.
report() {
	local ok=ok

	NR=$((NR + 1))
	if [ "$1" != 0 ]; then
		ok="not ok"
		FAILED=$((FAILED + 1))
	fi
	printf '%s %d %s\n' "$ok" "$NR" "$2"
	[ -z "${3:-}" ] || printf '# %s\n' "$3"
}

# regressions TARGET: inputs that once made it fail.
regressions() {
	local target=$1 input status log=$OUT/$1.log

	for input in "$FUZZ_DIR/regress/$target"/*; do
		[ -f "$input" ] || continue
		status=0
		nice "$OUT/$target" -timeout=20 "$input" >"$log" 2>&1 || status=$?
		[ "$status" = 0 ] || tail -n 40 "$log" | sed 's/^/# /'
		report "$status" "$target regress/${input##*/}"
	done
}

# explain TARGET: what was found and how to see it again.
explain() {
	local target=$1 log=$OUT/$1.log input

	grep -E 'does not hold|ERROR|runtime error|SUMMARY|^ +#[0-9]+ .* in ' \
		"$log" | head -n 30 | sed 's/^/# /'
	input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
	[ -n "$input" ] || return 0
	printf '# input: %s\n# reproduce: %s %s\n' "$input" "$OUT/$target" "$input"
	printf '# keep: cp %s %s\n' "$input" "$FUZZ_DIR/regress/$target/"
}

# share TARGET SECONDS: how long it runs; parsers in programs get half of the time.
share() {
	case $1 in
	fuzz_template | fuzz_formats | fuzz_show) echo $(($2 / 2)) ;;
	*) echo "$2" ;;
	esac
}

# fuzz TARGET SECONDS SEED: one run; how it ended is in $OUT/TARGET.status.
fuzz() {
	local target=$1 status=0 dict=()

	mkdir -p "$OUT/corpus/$target" "$OUT/found"
	[ ! -f "$OUT/seeds/$target.dict" ] ||
		dict=("-dict=$OUT/seeds/$target.dict")
	nice "$OUT/$target" "-max_total_time=$2" "-seed=$3" \
		"-max_len=$MAX_LEN" \
		-timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		"-artifact_prefix=$OUT/found/$target-" "${dict[@]}" \
		"$OUT/corpus/$target" "$OUT/seeds/$target" \
		>"$OUT/$target.log" 2>&1 || status=$?
	echo "$status" >"$OUT/$target.status"
}

# fuzz_all SECONDS SEED JOBS TARGET...: all of them, JOBS at a time.
fuzz_all() {
	local seconds=$1 seed=$2 jobs=$3 target running=0

	shift 3
	for target in "$@"; do
		echo 1 >"$OUT/$target.status"
		if [ "$running" -ge "$jobs" ]; then
			wait -n || true
			running=$((running - 1))
		fi
		fuzz "$target" "$(share "$target" "$seconds")" "$seed" &
		running=$((running + 1))
	done
	wait
}

# summary TARGET: what a run did, from its last line of progress.
summary() {
	grep -E '^#[0-9]+[[:space:]]' "$OUT/$1.log" | tail -n 1 |
		sed -nE 's|^#([0-9]+).* cov: ([0-9]+) .* corp: ([0-9]+)/.*|\1 \2 \3|p' |
		awk '{ printf "%d executions, %d edges, %d inputs\n", $1, $2, $3 }'
}

# fuzz_report TARGET SECONDS: the result of its run; a finding fails it.
fuzz_report() {
	local status

	status=$(cat "$OUT/$1.status")
	report "$status" "$1 ${2}s" "$(summary "$1")"
	[ "$status" = 0 ] || explain "$1"
}

# coverage TARGET...: lines and branches that the corpus reaches.
coverage() {
	local out=$OUT-coverage target data=() objects=() dirs

	kuv_need llvm-14
	fuzz_build "$out" "SAN=-fprofile-instr-generate -fcoverage-mapping"
	for target in "$@"; do
		dirs=("$out/seeds/$target")
		[ ! -d "$OUT/corpus/$target" ] || dirs+=("$OUT/corpus/$target")
		LLVM_PROFILE_FILE=$out/$target.profraw nice "$out/$target" \
			-runs=0 "-max_len=$MAX_LEN" "${dirs[@]}" \
			>"$out/$target.log" 2>&1 ||
			kuv_die "$target fails on its corpus, see $out/$target.log"
		data+=("$out/$target.profraw")
		[ ${#objects[@]} = 0 ] || objects+=(-object)
		objects+=("$out/$target")
	done
	llvm-profdata-14 merge -o "$out/all.profdata" "${data[@]}"
	llvm-cov-14 report "${objects[@]}" -instr-profile="$out/all.profdata" \
		-ignore-filename-regex='testing/(fuzz|core)/[^.]|\.h$'
}

main() {
	local seconds=60 seed=0 jobs=1 target targets=()

	while [ $# -gt 0 ]; do
		case $1 in
		--seconds)
			[[ ${2:-} =~ ^[0-9]+$ ]] || kuv_die "--seconds wants a number"
			seconds=$2
			shift
			;;
		--seed)
			[[ ${2:-} =~ ^[0-9]+$ ]] || kuv_die "--seed wants a number"
			seed=$2
			shift
			;;
		-j)
			[[ ${2:-} =~ ^[1-9][0-9]*$ ]] || kuv_die "-j wants a number"
			jobs=$2
			shift
			;;
		--coverage) seconds=coverage ;;
		fuzz_*)
			[[ " ${ALL[*]} " = *" $1 "* ]] || kuv_die "no target $1"
			targets+=("$1")
			;;
		*) kuv_die "usage: run.sh [--coverage | --seconds N] [--seed N] [-j N] [target...]" ;;
		esac
		shift
	done
	[ ${#targets[@]} -gt 0 ] || targets=("${ALL[@]}")
	kuv_need clang-14 libclang-rt-14-dev make pkg-config libc6-dev libjson-c-dev \
		libssl-dev zlib1g-dev libefivar-dev libsystemd-dev
	if [ "$seconds" = coverage ]; then
		coverage "${targets[@]}"
		return
	fi
	fuzz_build "$OUT"
	printf 'KTAP version 1\n'
	for target in "${targets[@]}"; do
		regressions "$target"
	done
	fuzz_all "$seconds" "$seed" "$jobs" "${targets[@]}"
	for target in "${targets[@]}"; do
		fuzz_report "$target" "$(share "$target" "$seconds")"
	done
	printf '1..%d\n%d passed, %d failed\n' "$NR" $((NR - FAILED)) "$FAILED"
	[ "$FAILED" = 0 ]
}

main "$@"
