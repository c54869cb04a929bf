#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the core's KUnit suites as a module on the debug kernel, in the emulated host.
#
# kunit.sh prints their KTAP; last line "N passed, N failed, N skipped".
# kunit.sh --build prints the module.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/debug-kernel/modules.sh
source "$KUV_TOP/tools/testing/debug-kernel/modules.sh"

main() {
	local out

	if [ "${1:-}" != --build ]; then
		exec "$KUV_TOP/tools/testing/debug-kernel/run.sh" kunit
	fi
	eval "$("$KUV_TOP/tools/kernels.sh" 6.12-debug)"
	out=$KUV_TOP/build/$KUV_KREL-kunit
	mkdir -p "$out"
	exec 8>"$out/.lock"
	flock 8
	modules_kunit "$KUV_KDIR" "$out"
}

main "$@"
