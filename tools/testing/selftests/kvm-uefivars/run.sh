#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Loads a module, runs the tests against it. KTAP on stdout, with the time each took; the status
# is 0 if all passed, 1 otherwise. KUV_SLOW=N: everything takes N times as long here.
# usage: run.sh MODULE.ko DIRECTORY [TEST...]

set -u
export KUV_MODULE=$1
dir=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ $# -gt 0 ]; then
	tests=("$@")
else
	mapfile -t tests < <(sed 's/.*://' "$dir/tests.list")
fi
if [ ${#tests[@]} = 0 ]; then
	echo "Bail out! no tests in $dir"
	exit 1
fi
rc=0
nr=0

# warnings: what the kernel had to say that it should not have.
warnings() {
	dmesg | grep -E 'BUG|WARNING|Oops|Call Trace|general protection|UBSAN|suspicious|unreferenced' ||
		true
}

# run_one NAME: its KTAP, indented, and its line.
run_one() {
	local file=$dir/$1 status start

	[ -e "$file" ] || file=$here/$1
	start=$(date +%s%N)
	"$file" | sed -u 's,^,    ,'
	status=${PIPESTATUS[0]}
	echo "# $1 took $((($(date +%s%N) - start) / 1000000)) ms"
	case $status in
	0) echo "ok $nr $1" ;;
	4) echo "ok $nr $1 # SKIP" ;;
	*) echo "not ok $nr $1"; rc=1 ;;
	esac
}

echo "KTAP version 1"
echo "1..$((${#tests[@]} + 1))"
if ! insmod "$KUV_MODULE"; then
	echo "Bail out! cannot load $KUV_MODULE"
	exit 1
fi
for t in "${tests[@]}"; do
	nr=$((nr + 1))
	run_one "$t"
done

nr=$((nr + 1))
if [ -z "$(warnings)" ]; then
	echo "ok $nr kernel_log_is_clean"
else
	warnings | sed 's/^/# /'
	echo "not ok $nr kernel_log_is_clean"
	rc=1
fi
echo "# all took $SECONDS s"
exit $rc
