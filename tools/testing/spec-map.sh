#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/spec-map.csv: every rule has tests, and every test named there is one that runs.
#
# tools/testing/spec-map.sh           prints KTAP; last line `N passed, N failed`
# tools/testing/spec-map.sh --list    rules without a test

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$KUV_TOP"

MAP=docs/spec-map.csv
passed=0 failed=0

# result OK NAME: one line of KTAP.
result() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $2"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $2"
	fi
}

# rules: every rule that must have a test.
rules() {
	local i

	for i in $(seq 14); do echo "S$i"; done
	for i in $(seq 12); do echo "M$i"; done
	for i in $(seq 48); do echo "V$i"; done
	for i in $(seq 12); do echo "R$i"; done
}

# is_test FILE TEST: does FILE hold a test of that name that is run?
is_test() {
	case $1 in
	*_kunit.c) grep -q "^	KUNIT_CASE.*(${2}\b" "$1" ;;
	*/selftests/*) grep -qE "(ADD|BAD)\((|[A-Z_]+, E[A-Z]+, )${2}\)" "$1" ;;
	*/fuzz/regress/*) [ -e "$1/$2" ] ;;
	*/vard-sync/tests/*_test.c) grep -qE "(TEST|cmocka_unit_test)\($2\)" "$1" ;;
	*) grep -qw -- "$2" "$1" ;;
	esac
}

# row RULE FILE TEST: one line of the map.
row() {
	if [ ! -e "$2" ]; then
		echo "# $MAP: $1 names $2, which is not there"
		return 1
	fi
	is_test "$2" "$3" && return 0
	echo "# $MAP: $1 names $3, which is no test of $2"
	return 1
}

# rows RULE: its lines, all of them.
rows() {
	local rule file name rc=0

	while IFS=, read -r rule file name _; do
		row "$rule" "$file" "$name" || rc=1
	done < <(grep "^$1," "$MAP")
	return $rc
}

main() {
	local rule rc

	if [ "${1:-}" = --list ]; then
		rules | while read -r rule; do
			grep -q "^$rule," "$MAP" || echo "$rule"
		done
		return 0
	fi
	while read -r rule; do
		rc=0
		if grep -q "^$rule," "$MAP"; then
			rows "$rule" || rc=1
		else
			echo "# $MAP: no test for $rule"
			rc=1
		fi
		result $rc "rule_$rule"
	done < <(rules)
	rc=0
	comm -13 <(rules | sort) <(sed '1d;s/,.*//' "$MAP" | sort -u) |
		grep -n '' && rc=1
	result $rc no_unknown_rule
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}

main "$@"
