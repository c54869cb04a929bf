# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The last line of a run of inside.sh; sourced.

# count_lines LOG PATTERN
count_lines() {
	grep -cE "$2" "$1" || true
}

# count_results LOG END: cases and verdicts by result; one more failure if the log has no line
# like END. The status says whether all is well.
count_results() {
	local log=$1 ok bad skipped

	# Cases are two levels down, verdicts on the first.
	skipped=$(count_lines "$log" '^ {8}ok .* # SKIP')
	ok=$(count_lines "$log" '^( {8})?ok [0-9]')
	bad=$(count_lines "$log" '^ *not ok [0-9]')
	grep -qE "$2" "$log" || bad=$((bad + 1))
	printf '%d passed, %d failed, %d skipped\n' $((ok - skipped)) "$bad" "$skipped"
	[ "$bad" = 0 ]
}
