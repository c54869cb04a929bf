#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Counts instructions, exits and returns to the VMM per operation on the emulated host,
# prints a table and checks the gates. KTAP; the last line is "N passed, N failed".

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/bench/rig.sh
source "$KUV_TOP/tools/testing/bench/rig.sh"

usage() {
	cat <<-END
	usage: run.sh [--kernel 6.12|6.1] [--out DIR] [--empty] [MODULE.ko...]
	Without a MODULE both back ends are built and measured. --empty measures only the
	doorbell nobody listens to, without a module. DIR keeps the results and the console.
	END
}

empty=
backends=(task_work fput)
passed=0
failed=0

# Most instructions of GetVariable 64 B by back end, in hundredths of the empty
# doorbell's. A file made per request is what fput adds.
declare -A ratio_max=([task_work]=160 [fput]=220)

# Most instructions of one RSA-2048 verification with all around it.
signed_max=1500000

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--out) out=$2; shift ;;
		--empty) empty=1 ;;
		--help) usage; exit 0 ;;
		-*) usage >&2; kuv_die "unknown option $1" ;;
		*) modules+=("$1") ;;
		esac
		shift
	done
}

# report OK TEXT...: one KTAP line.
report() {
	local ok=$1
	shift
	if [ "$ok" = 1 ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $*"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $*"
	fi
}

# is EXPRESSION: 1 if this arithmetic is true.
is() {
	echo "$(($1 ? 1 : 0))"
}

# result SETUP OP FIELD: a number of the one result line of an operation; -1 if there is
# not exactly one, or the line is not as bench.c prints it.
result() {
	local n='\([0-9]*\)' value

	case $3 in
	min) value=2 ;;
	avg) value=3 ;;
	max) value=4 ;;
	windows) value=5 ;;
	exits_min) value=6 ;;
	exits_max) value=7 ;;
	returns_min) value=8 ;;
	returns_max) value=9 ;;
	esac
	# sed knows nine groups: the count of calls is matched and not kept.
	sed -n "s/^result $1 $2 calls [0-9]* \\(min\\) $n avg $n max $n windows $n\
 exits $n $n irqs [0-9]* returns $n $n bad 0\$/\\$value/p" "$out/results" |
		awk 'NR == 1 { v = $0 } END { print NR == 1 ? v : -1 }'
}

# hundredths N D: N / D with two digits.
hundredths() {
	local r=$((($1 * 100 + $2 / 2) / $2))

	printf '%d.%02d' $((r / 100)) $((r % 100))
}

# per_call MIN MAX: counts per window as counts per call.
per_call() {
	local s

	s=$(hundredths "$1" 100)
	[ "$1" = "$2" ] || s+="..$(hundredths "$2" 100)"
	echo "${s//.00/}"
}

# table: every result line, next to the empty doorbell.
table() {
	local setup op base
	local format='# %-18s %-16s %8s %8s %8s %6s %8s %6s\n'

	base=$(result empty doorbell min)
	# shellcheck disable=SC2059
	printf "$format" setup operation min avg max exits returns ratio
	while read -r _ setup op _; do
		# shellcheck disable=SC2059
		printf "$format" "$setup" "$op" \
			"$(result "$setup" "$op" min)" \
			"$(result "$setup" "$op" avg)" \
			"$(result "$setup" "$op" max)" \
			"$(per_call "$(result "$setup" "$op" exits_min)" \
				    "$(result "$setup" "$op" exits_max)")" \
			"$(per_call "$(result "$setup" "$op" returns_min)" \
				    "$(result "$setup" "$op" returns_max)")" \
			"$(hundredths "$(result "$setup" "$op" min)" "$base")"
	done < <(grep '^result ' "$out/results")
}

# exactly SETUP OP EXITS RETURNS: in every window of 100 calls, interrupts not counted.
exactly() {
	local e0 e1 r0 r1

	e0=$(result "$1" "$2" exits_min)
	e1=$(result "$1" "$2" exits_max)
	r0=$(result "$1" "$2" returns_min)
	r1=$(result "$1" "$2" returns_max)
	report "$(is "$e0 == 100 * $3 && $e1 == 100 * $3")" \
		"$1 $2: exactly $3 exits per call"
	report "$(is "$r0 == 100 * $4 && $r1 == 100 * $4")" \
		"$1 $2: exactly $4 returns to the VMM per call"
}

# counted SETUP OP: the line is there and no answer was wrong.
counted() {
	report "$(is "$(result "$1" "$2" min) >= 0")" "$1 $2: right answers"
}

# port_line SETUP: no request was answered in a foreign thread, and only the set-up of
# the registers went through the VMM.
port_line() {
	report "$(grep -c "^port $1 doorbell [1-9][0-9]* foreign 0 forwarded 4\$" \
		"$out/results")" "$1: all requests answered in the ringing thread"
}

check_empty() {
	counted empty nothing
	counted empty doorbell
	exactly empty nothing 0 0
	exactly empty doorbell 1 0
}

check_ratio() {
	local get base

	get=$(result "$1" get-64 min)
	base=$(result empty doorbell min)
	report "$(is "$get > 0 && $base > 0 &&
		$get * 100 <= $base * ${ratio_max[$1]}")" \
		"$1 get-64: at most $(hundredths "${ratio_max[$1]}" 100) of the empty doorbell"
}

# check_signed NAME: one signature is checked once, and little else costs.
check_signed() {
	local op min

	for op in append-db-1k set-private-64; do
		min=$(result "$1" $op min)
		report "$(is "$min > 0 && $min <= signed_max")" \
			"$1 $op: at most $signed_max instructions"
	done
}

# check_backend NAME: gates of one form of the module.
check_backend() {
	local op

	for op in set-volatile-64 get-64 get-4096 get-next set-nv-64 \
		append-db-1k set-private-64; do
		counted "$1" "$op"
		exactly "$1" "$op" 1 0
	done
	port_line "$1"
	counted "$1-through" set-nv-64
	counted "$1-forward" get-64
	exactly "$1-forward" get-64 1 1
	check_ratio "$1"
	check_signed "$1"
}

check_log() {
	report "$(is "$(grep -c '^kernel ' "$out/results") == 0")" \
		"no warning in the kernel log"
	report "$(is "$(grep -c '^failed ' "$out/results") == 0 &&
		$(grep -cx 'end' "$out/results") == 1")" "the bench came to its end"
}

# A KTAP reader needs the plan; the number of checks is known only now.
finish() {
	echo "1..$((passed + failed))"
	if [ "$failed" != 0 ]; then
		sed 's/^/# /' "$out/results"
		echo "# console: $out/console.log"
	fi
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# choose: which modules, and which back ends must be in the results.
choose() {
	local ko

	if [ -n "$empty" ]; then
		backends=()
	elif [ ${#modules[@]} = 0 ]; then
		bench_modules
	else
		backends=()
		kuv_need binutils
		for ko in "${modules[@]}"; do
			# Not -q: nm would not like to be left, and the pipe fail.
			if nm -u "$ko" | grep -w task_work_add >/dev/null; then
				backends+=(task_work)
			else
				backends+=(fput)
			fi
		done
	fi
}

main() {
	local name

	parse "$@"
	out=${out:-$KUV_TOP/build/bench/$kernel}
	mkdir -p "$out"
	out=$(realpath "$out")
	choose
	bench_prepare
	kuv_say "bench: measuring on $KUV_KREL"
	bench_boot ""
	echo "KTAP version 1"
	table
	check_empty
	for name in "${backends[@]}"; do
		check_backend "$name"
	done
	check_log
	finish
}

main "$@"
