# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The results of a run and the tests of them; KTAP lines, counted.

# Sourced after rig.sh.
passed=0
failed=0
skipped=0

# Numbers by "SETUP/OP/FIELD"; -1 for an operation that has more than one line.
declare -A numbers=()

result_fields=(min avg max windows exits_min exits_max returns_min returns_max)

# read_results: the lines of $out/results, as ops.c prints them.
read_results() {
	local n='([0-9]+)' line re i key

	re="^result ([^ ]+) ([^ ]+) calls [1-9][0-9]* min $n avg $n max $n windows $n"
	re+=" exits $n $n irqs [0-9]+ returns $n $n bad 0\$"
	numbers=()
	while IFS= read -r line; do
		[[ $line =~ $re ]] || continue
		key=${BASH_REMATCH[1]}/${BASH_REMATCH[2]}
		for i in "${!result_fields[@]}"; do
			if [ -n "${numbers[$key/${result_fields[i]}]:-}" ]; then
				numbers[$key/${result_fields[i]}]=-1
			else
				numbers[$key/${result_fields[i]}]=${BASH_REMATCH[i + 3]}
			fi
		done
	done <"$out/results"
}

# result SETUP OP FIELD: in $REPLY; -1 if there is not exactly one good line.
result() {
	REPLY=${numbers[$1/$2/$3]:--1}
}

# report OK TEXT...: one KTAP line.
report() {
	local ok=$1
	shift
	if [ "$ok" = 1 ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed + skipped)) - $*"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed + skipped)) - $*"
	fi
}

# skip WHAT WHY...: one KTAP line.
skip() {
	skipped=$((skipped + 1))
	echo "ok $((passed + failed + skipped)) - $1 # SKIP ${*:2}"
}

# counted SETUP OP: the line is there and no answer was wrong.
counted() {
	result "$1" "$2" min
	report $((REPLY >= 0)) "$1 $2: right answers"
}

# exactly SETUP OP EXITS RETURNS: in every window of 100 calls, interrupts not counted.
exactly() {
	local what ok

	for what in "exits $3" "returns $4"; do
		result "$1" "$2" "${what% *}_min"
		ok=$((REPLY == 100 * ${what#* }))
		result "$1" "$2" "${what% *}_max"
		ok=$((ok && REPLY == 100 * ${what#* }))
		report $ok "$1 $2: exactly ${what#* } ${what% *} per call"
	done
}

# at_most SETUP OP LIMIT: instructions of the cheapest call.
at_most() {
	result "$1" "$2" min
	report $((REPLY > 0 && REPLY <= $3)) \
		"$1 $2: $REPLY instructions, at most $3"
}

# ratio SETUP HUNDREDTHS: GetVariable of 64 bytes against the empty doorbell.
ratio() {
	local get base

	result "$1" get-64 min
	get=$REPLY
	result empty doorbell min
	base=$REPLY
	report $((get > 0 && base > 0 && get * 100 <= base * $2)) \
		"$1 get-64: $get instructions, at most $2 % of the empty doorbell's $base"
}

# flat PERCENT OP SMALL LARGE...: an operation costs so little more on each LARGE set-up.
flat() {
	local more=$1 op=$2 setup base

	result "$3" "$op" min
	base=$REPLY
	for setup in "${@:4}"; do
		result "$setup" "$op" min
		report $((base > 0 && REPLY > 0 &&
			REPLY * 100 <= base * (100 + more))) \
			"$setup $op: $REPLY instructions, within $more % of $3 with $base"
	done
}

# --- what was recorded -------------------------------------------------------

expected=$bench_here/expected

# recorded SETUP OP: "min exits returns" of this kernel release in $REPLY.
recorded() {
	REPLY=$(awk -v k="$KUV_KREL" -v s="$1" -v o="$2" \
		'$1 == k && $2 == s && $3 == o { print $4, $5, $6 }' "$expected")
}

# per_window: "exits returns" of an operation in $REPLY, most of a window of 100 calls.
per_window() {
	local exits

	result "$1" "$2" exits_max
	exits=$REPLY
	result "$1" "$2" returns_max
	REPLY="$exits $REPLY"
}

# operations: "SETUP OP" of every line, in order.
operations() {
	awk '$1 == "result" { print $2, $3 }' "$out/results"
}

# compare SETUP OP: with what was recorded; less is no failure, but said.
compare() {
	local min exits returns now

	recorded "$1" "$2"
	if [ -z "$REPLY" ]; then
		skip "$1 $2: as recorded" "no record for $KUV_KREL, $record_hint"
		return
	fi
	read -r min exits returns <<<"$REPLY"
	result "$1" "$2" min
	now=$REPLY
	report $((now >= 0 && now * 100 <= min * 102)) \
		"$1 $2: $now instructions, at most 2 % above the recorded $min"
	[ $((now * 100 >= min * 98)) = 1 ] ||
		echo "# $1 $2 is cheaper than its record; $record_hint"
	per_window "$1" "$2"
	report "$([ "$REPLY" = "$exits $returns" ] && echo 1 || echo 0)" \
		"$1 $2: exits and returns per 100 calls as recorded: $exits $returns"
}

# compare_all: every operation of this run; one skip for a release without records.
compare_all() {
	local setup op

	record_hint="record it: tools/testing/bench/run.sh --kernel $kernel"
	record_hint+="${peers:+ --all} --record"
	if ! grep -q "^$KUV_KREL " "$expected"; then
		skip "as recorded" "no record for $KUV_KREL, $record_hint"
		return
	fi
	while read -r setup op; do
		compare "$setup" "$op"
	done < <(operations)
}

# record_expected: this run's numbers for this kernel release, instead of those it had
# for the same operations.
record_expected() {
	local setup op

	{
		awk -v k="$KUV_KREL" '
			FNR == NR { if ($1 == "result") new[$2 " " $3] = 1; next }
			/^#/ || $1 != k || !(($2 " " $3) in new)' \
			"$out/results" "$expected"
		while read -r setup op; do
			result "$setup" "$op" min
			printf '%s %s %s %s ' "$KUV_KREL" "$setup" "$op" "$REPLY"
			per_window "$setup" "$op"
			echo "$REPLY"
		done < <(operations)
	} >"$out/expected"
	{
		grep '^#' "$out/expected"
		grep -v '^#' "$out/expected" | LC_ALL=C sort -k1,1 -k2,2 -k3,3
	} >"$expected"
}
