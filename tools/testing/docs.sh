#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/uapi.md against the header, tests it names, and links of all documents.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$KUV_TOP"

passed=0 failed=0

# check NAME CMD...: one result line.
check() {
	local name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $name"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $name"
	fi
}

# section COMMAND: its text in docs/uapi.md.
section() {
	awk -v h="### $1" '$0 == h { on = 1; next } /^##/ { on = 0 } on' docs/uapi.md
}

# documented COMMAND: has a section with every field.
documented() {
	local field text
	text=$(section "$1")
	for field in Since: Privilege: Parameters: Returns: State: Test:; do
		grep -q -- "$field" <<<"$text" ||
			{ echo "# docs/uapi.md: $1 lacks '$field'"; return 1; }
	done
}

# test_exists NAME: a selftest of that name.
test_exists() {
	[ -e "tools/testing/selftests/kvm-uefivars/$1.c" ]
}

# links_exist FILE: every relative link of a document leads somewhere.
links_exist() {
	local target rc=0
	while read -r target; do
		[ -e "$(dirname "$1")/$target" ] || { echo "# $1: no $target"; rc=1; }
	done < <(grep -oE '\]\([^)#: ]+\)' "$1" | sed 's/^](//; s/)$//')
	return $rc
}

while read -r cmd; do
	check "uapi_documents_$cmd" documented "$cmd"
done < <(sed -nE 's/^#define (KVM_UEFIVARS_[A-Z_]+)\s+_IO\(.*/\1/p' \
	uapi/linux/kvm_uefivars.h)

while read -r name; do
	check "uapi_test_exists_$name" test_exists "$name"
done < <(grep -oE '\b[a-z_]+_test\b' docs/uapi.md | sort -u)

while read -r doc; do
	check "links_of_$doc" links_exist "$doc"
done < <(git ls-files '*.md')

# promises: their numbers.
promises() {
	sed -nE 's/^(P[0-9]+)\. .*/\1/p' docs/promises.md
}

# tests_of PROMISE: "file name" of each test that it names.
tests_of() {
	awk -v p="$1." '
		$1 == p { on = 1 }
		on && /^Tests:/ { tests = 1; sub(/^Tests:/, "") }
		on && NF == 0 { exit }
		on && tests' docs/promises.md | grep -oE "\`[^\`]+\`" | tr -d "\`"
}

# promise_is_tested PROMISE: it names tests, and each is in the file it names.
promise_is_tested() {
	local file name nr=0

	while read -r file name; do
		nr=$((nr + 1))
		grep -qw -- "$name" "$file" || {
			echo "# docs/promises.md: $1: no $name in $file"
			return 1
		}
	done < <(tests_of "$1")
	[ $nr -gt 0 ] || echo "# docs/promises.md: $1 names no test"
	[ $nr -gt 0 ]
}

while read -r promise; do
	check "promise_is_tested_$promise" promise_is_tested "$promise"
done < <(promises)

echo "$passed passed, $failed failed"
[ $failed = 0 ]
