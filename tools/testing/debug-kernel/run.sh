#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that runs on the debug kernel in the emulated host, the scenarios excepted:
# tools/testing/host/run.sh --kernel 6.12-debug has those.
#
# run.sh [kunit] [TEST...] runs the KUnit suites and the selftests, all of them without an
# argument, fail_nth_test among them; then looks for leaks and for what the kernel had to
# say. KTAP with the time of each part; last line "N passed, N failed, N skipped".

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
here=$KUV_TOP/tools/testing/debug-kernel
# shellcheck source=tools/testing/debug-kernel/count.sh
source "$here/count.sh"

# How many times as long as on the stock kernel a test may take, and the limit of all.
export KUV_SLOW=${KUV_SLOW:-10}
RUN_SECONDS=${KUV_DEBUG_SECONDS:-7200}

# run_tests DIR: build the selftests, print the names of all.
run_tests() {
	kuv_need gcc make libssl-dev
	kuv_locked selftests make -s -C "$KUV_TOP/tools/testing/selftests" \
		BUILD="$1" TARGETS=kvm-uefivars >&2
	make -s -C "$KUV_TOP/tools/testing/selftests/kvm-uefivars" \
		OUTPUT="$1/kvm-uefivars" emit_tests | sed 's/.*://'
}

main() {
	local out=$KUV_TOP/build/debug tests=$KUV_TOP/build/selftests
	local module kunit='' rc=0 all

	mkdir -p "$out"
	exec 8>"$out/.lock"
	flock 8
	mapfile -t all < <(run_tests "$tests")
	if [ $# = 0 ]; then
		set -- kunit "${all[@]}"
	fi
	if [ "$1" = kunit ]; then
		kunit=$("$here/kunit.sh" --build)
		shift
	fi
	module=$("$KUV_TOP/tools/build-module.sh" 6.12-debug)
	"$KUV_TOP/tools/testing/host/host.sh" --kernel 6.12-debug --timeout "$RUN_SECONDS" \
		--append kmemleak=on --share "$out/host" -- bash "$here/inside.sh" \
		"$module" "$kunit" "$tests/kvm-uefivars" "$@" 8>&- |
		tee "$out/run.log" || rc=$?
	[ $rc -lt 124 ] || echo "# the host ended with $rc, see build/debug/host/console.log"
	count_results "$out/run.log" '^(not )?ok [0-9]+ kernel_log_is_clean'
}

main "$@"
