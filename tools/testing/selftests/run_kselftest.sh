#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs installed kselftests, each below the time limit of its directory's settings file. KTAP; 0
# if all passed, 4 if all were skipped, 1 otherwise.
# usage: run_kselftest.sh [-l] [-c COLLECTION] [-t COLLECTION:TEST] [-f LIST]
#   -l  only list; -f LIST  another list of tests than that beside this script

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=$here/kselftest-list.txt
only='^'
is_listing=

while getopts lc:t:f: opt; do
	case $opt in
	l) is_listing=1 ;;
	c) only="^$OPTARG:" ;;
	t) only="^$OPTARG\$" ;;
	f) list=$OPTARG ;;
	*) sed -n 's/^# \(usage.*\)/\1/p' "$0" >&2; exit 2 ;;
	esac
done
mapfile -t tests < <(grep -- "$only" "$list")

if [ -n "$is_listing" ]; then
	printf '%s\n' "${tests[@]}"
	exit 0
fi

# find_test COLLECTION NAME: built, in the source tree, or installed; prints the path.
find_test() {
	local dir

	for dir in ${KSFT_GEN:+"$KSFT_GEN"} ${KSFT_SRC:+"$KSFT_SRC"} "$here/$1"; do
		[ -x "$dir/$2" ] || continue
		echo "$dir/$2"
		return
	done
}

# limit_of COLLECTION: its time limit in seconds; 0 is none.
limit_of() {
	local limit

	limit=$(sed -n 's/^timeout=//p' "${KSFT_SRC:-$here/$1}/settings" 2>/dev/null)
	echo $((${limit:-45} * ${KUV_SLOW:-1}))
}

# run_one NUMBER COLLECTION NAME: one result line; its status.
run_one() {
	local nr=$1 name="selftests: $2: $3" file status start=$SECONDS

	file=$(find_test "$2" "$3")
	if [ -z "$file" ]; then
		echo "not ok $nr $name # missing"
		return 1
	fi
	(cd "$(dirname "$file")" && exec timeout "$(limit_of "$2")" "$file") </dev/null 2>&1 |
		sed -u 's/^/# /'
	status=${PIPESTATUS[0]}
	echo "# time $3 $((SECONDS - start)) s"
	case $status in
	0) echo "ok $nr $name" ;;
	4) echo "ok $nr $name # SKIP" ;;
	124) echo "not ok $nr $name # TIMEOUT" ;;
	*) echo "not ok $nr $name # exit=$status" ;;
	esac
	return "$status"
}

rc=4
nr=0
echo "TAP version 13"
echo "1..${#tests[@]}"
for t in "${tests[@]}"; do
	nr=$((nr + 1))
	status=0
	run_one $nr "${t%%:*}" "${t#*:}" || status=$?
	if [ $status != 0 ] && [ $status != 4 ]; then
		rc=1
	elif [ $status = 0 ] && [ $rc = 4 ]; then
		rc=0
	fi
done
exit $rc
