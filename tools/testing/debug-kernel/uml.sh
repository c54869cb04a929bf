#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The debug kernel's checks in User Mode Linux, without KVM and at the machine's own speed.
#
# uml.sh [TEST...] builds kernel, module and tests, runs the KUnit suites and the selftests that
# need no VM, fail_nth_test among them, then looks for leaks and for what the kernel had to
# say. KTAP; last line "N passed, N failed, N skipped". The first run builds the kernel, ten
# minutes of two cores.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
here=$KUV_TOP/tools/testing/debug-kernel
DEBUG_ARCH=um
DEBUG_CONFIG=$here/config-uml
DEBUG_TARGETS="linux modules"
DEBUG_PATCHED=
# shellcheck source=tools/testing/debug-kernel/lib.sh
source "$here/lib.sh"
# shellcheck source=tools/testing/debug-kernel/modules.sh
source "$here/modules.sh"
# shellcheck source=tools/testing/debug-kernel/count.sh
source "$here/count.sh"

# Minutes alone; more beside others.
UML_SECONDS=${KUV_UML_SECONDS:-1800}
TESTS=(ioctl_size_test ioctl_errno_test changelog_test mailbox_test pio_test auth_test
       lifetime_test doorbell_test state_test stats_test rate_test fail_nth_test)

# uml_kernel: builds what is missing; prints the directory.
uml_kernel() {
	local dir

	dir=$(debug_dir uml)
	mkdir -p "$dir"
	(
		flock 9
		if debug_missing "$dir"; then
			debug_build "$dir" "$(debug_version)" 9>&-
			debug_done "$dir"
		fi
	) 9>"$dir/.lock"
	printf '%s\n' "$dir"
}

# uml_tests DIR: build them.
uml_tests() {
	kuv_need libssl-dev
	kuv_locked selftests make -s -C "$KUV_TOP/tools/testing/selftests" \
		BUILD="$1" TARGETS=kvm-uefivars >&2
}

# uml_boot KERNEL SCRIPT: run SCRIPT in it, its output on stdout; the status is in it.
uml_boot() {
	timeout -k 5 "$UML_SECONDS" "$1/obj/linux" mem=1024M root=/dev/root \
		rootfstype=hostfs rootflags=/ ro init="$here/uml-init" kuv.script="$2" \
		con0=fd:0,fd:1 con=null console=tty0 quiet loglevel=2 kmemleak=on \
		kunit.enable=1 </dev/null 2>/dev/null | tr -d '\r'
}

main() {
	local kernel out module kunit tests=$KUV_TOP/build/selftests

	[ $# -gt 0 ] || set -- "${TESTS[@]}"
	kuv_need busybox-static
	kernel=$(uml_kernel)
	out=$KUV_TOP/build/uml-debug
	mkdir -p "$out"
	exec 8>"$out/.lock"
	flock 8
	uml_tests "$tests"
	module=$(modules_without_kvm "$kernel/obj" "$out/module" ARCH=um)
	kunit=$(modules_kunit "$kernel/obj" "$out/kunit" ARCH=um)
	printf 'KUV_SLOW=%s exec bash %q %q %q %q %s\n' "${KUV_SLOW:-5}" "$here/inside.sh" \
		"$module" "$kunit" "$tests/kvm-uefivars" "$*" >"$out/script"
	uml_boot "$kernel" "$out/script" 8>&- | tee "$out/run.log"
	count_results "$out/run.log" '^uml: status'
}

main "$@"
