#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in a debug kernel, as root: KUnit suites, selftests, then what the checkers found. KTAP.
# usage: inside.sh MODULE KUNIT_MODULE TEST_DIRECTORY TEST...

set -u
module=$1 kunit=$2 dir=$3
shift 3
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
leaks=/sys/kernel/debug/kmemleak
# kmemleak looks only at what is older.
LEAK_AGE=6
nr=0
rc=0

# verdict NAME STATUS: one line of the outermost level.
verdict() {
	nr=$((nr + 1))
	if [ "$2" = 0 ]; then
		echo "ok $nr $1"
	else
		echo "not ok $nr $1"
		rc=1
	fi
	echo "# $1: $((SECONDS - began)) s"
	began=$SECONDS
}

# kunit_run: loading runs everything; each suite's results are in a file of its own.
kunit_run() {
	local suite n=0 bad=0

	insmod "$kunit" || return 1
	echo "    KTAP version 1"
	echo "    1..$(find /sys/kernel/debug/kunit -name results | wc -l)"
	for suite in /sys/kernel/debug/kunit/*/results; do
		n=$((n + 1))
		sed -E "/^1\.\.1$/d; /^KTAP/d; s/^(not ok|ok) 1 /\1 $n /; s/^/    /" "$suite"
		! grep -q '^not ok' "$suite" || bad=1
	done
	rmmod "$(basename "${kunit%.ko}")" || bad=1
	[ $n -gt 0 ] || bad=1
	return $bad
}

# tests_run: the selftests' own runner.
tests_run() {
	bash "$top/tools/testing/selftests/kvm-uefivars/run.sh" "$module" "$dir" "$@" |
		sed -u 's/^/    /'
	return "${PIPESTATUS[0]}"
}

# leaked: memory that nobody points to; two scans, as the first may be too early.
leaked() {
	local found

	[ -e $leaks ] || { echo "# no kmemleak"; return 0; }
	echo scan >$leaks
	sleep $LEAK_AGE
	echo scan >$leaks
	found=$(cat $leaks)
	[ -n "$found" ] || return 0
	printf '%s\n' "$found" | head -n 100 | sed 's/^/# /'
	# What the rest of the kernel loses is told, and no failure.
	! grep -qE 'kuv_|kvm_uefivars' <<<"$found"
}

# splats: what any checker had to say.
splats() {
	local found

	found=$(dmesg | grep -nE 'BUG|WARNING|Oops|UBSAN|Call Trace|ODEBUG|INFO: (task|rcu|trying)|suspicious|possible (rec|circ|irq|unsafe)|inconsistent lock|general protection|corruption')
	[ -n "$found" ] || return 0
	dmesg | grep -B 2 -A 40 -E 'BUG|WARNING|UBSAN|ODEBUG|suspicious|possible (rec|circ|irq|unsafe)' |
		head -n 300 | sed 's/^/# /'
	return 1
}

began=$SECONDS
echo "KTAP version 1"
echo "1..$((3 + (${#kunit} > 0) + ($# > 0)))"
[ ! -e $leaks ] || echo clear >$leaks
if [ -n "$kunit" ]; then
	kunit_run
	verdict kunit $?
fi
if [ $# -gt 0 ]; then
	tests_run "$@"
	verdict selftests $?
fi
# With the module loaded, as its functions have names then.
leaked
verdict no_leaks $?
! grep -q '^kvm_uefivars ' /proc/modules || rmmod kvm_uefivars
verdict unload $?
splats
verdict kernel_log_is_clean $?
exit $rc
