#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Loads a module, runs the tests against it, unloads it. KTAP on stdout; the status is
# 0 if all passed, 4 if all were skipped, 1 otherwise.
# usage: run.sh MODULE.ko [DIRECTORY OF TESTS]

set -u
module=$1
dir=${2:-$(dirname "${BASH_SOURCE[0]}")/../../../../build/selftests}
tests=("$dir"/*_test)
rc=0
ran=0

# warnings: what the kernel had to say that it should not have.
warnings() {
	dmesg | grep -E 'BUG|WARNING|Oops|Call Trace|general protection' || true
}

echo "KTAP version 1"
echo "1..$((${#tests[@]} + 2))"
if ! insmod "$module"; then
	echo "Bail out! cannot load $module"
	exit 1
fi
for t in "${tests[@]}"; do
	ran=$((ran + 1))
	status=0
	"$t" | sed "s,^,    ,"
	status=${PIPESTATUS[0]}
	case $status in
	0) echo "ok $ran $(basename "$t")" ;;
	4) echo "ok $ran $(basename "$t") # SKIP" ;;
	*) echo "not ok $ran $(basename "$t")"; rc=1 ;;
	esac
done

# Whatever the tests left under way must be gone by itself.
if rmmod kvm_uefivars; then
	echo "ok $((ran + 1)) unload"
else
	echo "not ok $((ran + 1)) unload"
	rc=1
fi
if [ -z "$(warnings)" ]; then
	echo "ok $((ran + 2)) kernel_log_is_clean"
else
	warnings | sed 's/^/# /'
	echo "not ok $((ran + 2)) kernel_log_is_clean"
	rc=1
fi
exit $rc
