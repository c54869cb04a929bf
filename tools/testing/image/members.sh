#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every member of a machine's state moves, or members.txt says why it does not.
#
# tools/testing/image/members.sh       prints KTAP; last line `N passed, N failed`

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
cd "$KUV_TOP"

CORE=kernel/kvm-uefivars/core
LIST=tools/testing/image/members.txt
passed=0 failed=0

# result NAME OFFENDERS: holds when the list of offenders is empty.
result() {
	local ok=ok

	if [ -z "$2" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		ok="not ok"
	fi
	echo "$ok $((passed + failed)) - $1"
	[ -z "$2" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

# members STRUCT HEADER: "STRUCT.MEMBER" of each, as the header declares them.
members() {
	awk -v name="$1" '
		$0 == "struct kuv_" name " {" { inside = 1; next }
		$0 == "};" { inside = 0 }
		inside && /;/ {
			sub(/(\[[^]]*\])?;.*/, "")
			sub(/.*[ *]/, "")
			print name "." $0
		}' "$CORE/$2"
}

# rows: names in the table.
rows() {
	sed -nE -e 's/^	SERVICE\([A-Z]+, [A-Z]+, ([a-z_.]+)\),$/\1/p' \
		-e 's/^	REGS\([A-Z]+, [A-Z]+, ([a-z_.]+)\),$/regs.\1/p' \
		-e 's/^	BODY\([A-Z]+, "([a-z_.]+)", .*/\1/p' "$CORE/image_rows.c"
}

declared() {
	members service service.h
	members regs image.h
	members policy policy.h
	members varcheck varcheck.h
	members property varcheck.h
	members mor mor.h
	members lang lang.h
	members vardb vardb.h
	members var vardb.h
}

listed() {
	grep -v '^#' "$LIST"
}

main() {
	local nr_rows

	result "every_member_is_listed" \
		"$(comm -23 <(declared | sort) <(listed | cut -d' ' -f1 | sort))"
	result "no_other_member_is_listed" \
		"$(comm -13 <(declared | sort) <(listed | cut -d' ' -f1 | sort))"
	result "every_row_carries_a_member" \
		"$(comm -23 <(rows | sort) <(listed | cut -d' ' -f2 | sort -u))"
	result "every_listed_row_is_there" \
		"$(comm -13 <(rows | sort) <(listed | cut -d' ' -f2 | grep -v '^-' | sort -u))"
	result "what_does_not_move_has_a_reason" "$(listed | grep -E ' -$' || true)"
	nr_rows=$(rows | wc -l)
	result "the_table_was_found" "$([ "$nr_rows" -ge 22 ] || echo "$nr_rows rows")"
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}

main "$@"
