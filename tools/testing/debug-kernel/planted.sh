#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the debug kernel notice? A module with a mistake of each kind is loaded where run.sh has
# the KUnit suites; inside.sh must find every one. KTAP, last line "N passed, N failed".

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
here=$KUV_TOP/tools/testing/debug-kernel
# shellcheck source=tools/testing/debug-kernel/modules.sh
source "$here/modules.sh"

out=$KUV_TOP/build/debug-planted
nr=0
failed=0

# found NAME PATTERN: a line of what inside.sh said.
found() {
	nr=$((nr + 1))
	if grep -qE "$2" "$out/run.log"; then
		echo "ok $nr $1"
	else
		echo "not ok $nr $1"
		failed=$((failed + 1))
	fi
}

main() {
	eval "$("$KUV_TOP/tools/kernels.sh" 6.12-debug)"
	mkdir -p "$out"
	cp -u "$here"/planted/* "$out/"
	modules_make "$KUV_KDIR" "$out"
	# Its end is a failure: that is what is wanted.
	"$KUV_TOP/tools/testing/host/host.sh" --kernel 6.12-debug --timeout 600 \
		--append kmemleak=on --share "$out/host" -- bash "$here/inside.sh" \
		none "$out/kuv-planted.ko" none >"$out/run.log" || true
	echo "KTAP version 1"
	echo "1..7"
	found leak_noticed 'kuv_planted_leak'
	found leak_is_failure '^not ok [0-9]+ no_leaks'
	found bad_shift_noticed 'UBSAN: shift-out-of-bounds'
	found overrun_noticed 'KASAN: slab-out-of-bounds in kuv_planted_overrun'
	found sleep_in_atomic_noticed 'sleeping function called from invalid context'
	found lock_inversion_noticed 'possible circular locking dependency'
	found splat_is_failure '^not ok [0-9]+ kernel_log_is_clean'
	[ $failed = 0 ] || echo "# see $out/run.log and $out/host/console.log"
	echo "$((nr - failed)) passed, $failed failed"
	[ $failed = 0 ]
}

main
