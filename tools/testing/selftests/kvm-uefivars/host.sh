#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds module and tests, runs them in the emulated host. KTAP; the last line is
# "N passed, N failed, N skipped".
# usage: host.sh 6.12|6.1 [auto|fput]

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../lib.sh"

# count LOG PATTERN: result lines.
count() {
	grep -cE "^ *$2" "$1" || true
}

main() {
	local kernel=$1 backend=${2:-auto} rc=0 here module dir log skipped

	kuv_need gcc make libssl-dev
	here=$KUV_TOP/tools/testing/selftests/kvm-uefivars
	dir=$KUV_TOP/build/selftests
	make -s -C "$here" O="$dir"
	module=$("$KUV_TOP/tools/build-module.sh" "$kernel" "$backend")
	log=$dir/$kernel-$backend.log
	bash "$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" \
		--timeout 600 --share "$dir/$kernel-$backend.host" -- \
		bash "$here/run.sh" "$module" "$dir" | tee "$log" || rc=$?
	skipped=$(count "$log" 'ok .* # SKIP')
	printf '%d passed, %d failed, %d skipped\n' \
		$(($(count "$log" 'ok ') - skipped)) \
		$(($(count "$log" 'not ok ') + (rc > 1))) \
		"$skipped"
	return "$rc"
}

main "$@"
