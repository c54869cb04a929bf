#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds module and tests, runs them in the emulated host. With KUV_KVM=DIR the kvm.ko in DIR is
# loaded, with KUV_KVM=auto one that has KVM_CAP_UEFI_VARS is built first. KTAP; the last line is
# "N passed, N failed, N skipped".
# usage: host.sh 6.12|6.1|7.2|6.12-debug [auto|fput [TEST...]]

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../lib.sh"

# count LOG PATTERN: result lines.
count() {
	grep -cE "^ *$2" "$1" || true
}

# slowness KERNEL: how many times as long everything takes in it.
slowness() {
	case $1 in
	*-debug) echo 10 ;;
	*) echo 1 ;;
	esac
}

main() {
	local kernel=$1 backend=${2:-auto} rc=0 here module dir log skipped name

	shift $(($# < 2 ? $# : 2))
	kuv_need gcc make libssl-dev
	here=$KUV_TOP/tools/testing/selftests
	dir=$KUV_TOP/build/selftests
	name=$kernel-$backend${KUV_KVM:+-kvm}
	log=$dir/$name.log
	export KUV_SLOW=${KUV_SLOW:-$(slowness "$kernel")}
	kuv_locked selftests make -s -C "$here" BUILD="$dir" TARGETS=kvm-uefivars
	make -s -C "$here/kvm-uefivars" OUTPUT="$dir/kvm-uefivars" emit_tests \
		>"$dir/$name.list"
	mv "$dir/$name.list" "$dir/kvm-uefivars/tests.list"
	module=$("$KUV_TOP/tools/build-module.sh" "$kernel" "$backend")
	if [ "${KUV_KVM:-}" = auto ]; then
		KUV_KVM=$("$KUV_TOP/tools/kvm-build/build.sh" "$kernel")
	fi
	bash "$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" \
		--timeout $((600 * KUV_SLOW)) --share "$dir/$name.host" -- \
		bash "$here/kvm-uefivars/run.sh" "$module" "$dir/kvm-uefivars" "$@" |
		tee "$log" || rc=$?
	skipped=$(count "$log" 'ok .* # SKIP')
	printf '%d passed, %d failed, %d skipped\n' \
		$(($(count "$log" 'ok ') - skipped)) \
		$(($(count "$log" 'not ok ') + (rc > 1))) \
		"$skipped"
	return "$rc"
}

main "$@"
