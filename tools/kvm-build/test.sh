#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the KVM patches and of the scripts here. KTAP. Kernels are built when the cache does
# not have them, which takes minutes each; else it is a minute in all.
#
# usage: test.sh [--no-host] [KERNEL...]    all three by default; --no-host boots nothing

# shellcheck source=tools/kvm-build/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tools/kernels.sh
source "$KUV_TOP/tools/kernels.sh"

count=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# line OK NAME: one result.
line() {
	count=$((count + 1))
	[ "$1" = 0 ] || failed=$((failed + 1))
	[ "$1" = 0 ] && echo "ok $count - $2" || echo "not ok $count - $2"
}

# check NAME CMD...
check() {
	local name=$1 rc
	shift
	set +e
	(set -e; "$@") >"$work/out" 2>&1
	rc=$?
	set -e
	[ $rc = 0 ] || sed 's/^/# /' "$work/out"
	line $rc "$name"
}

# refused WORDS CMD...: fails, and says so.
refused() {
	local words=$1 out rc=0
	shift

	out=$("$@" 2>&1) || rc=$?
	echo "$out"
	[ $rc != 0 ] && grep -qF -- "$words" <<<"$out"
}

# --- the patches ---------------------------------------------------------------

patches_apply() {
	rm -rf "$work/tree"
	"$KVM_BUILD/stage.sh" "$src" "$work/tree" "${patches[@]}"
}

patches_checkpatch() {
	local p

	# No line of MAINTAINERS is needed: its patterns have the new files.
	for p in "$dir"/0*.patch; do
		perl "$src/scripts/checkpatch.pl" --strict --no-tree --no-summary \
			--terse --ignore FILE_PATH_CHANGES "$p"
	done
}

# patches_mail: a numbered series, each by the author of the first and signed off.
patches_mail() {
	local p from n=0

	for p in "$dir"/0*.patch; do
		git mailinfo "$work/msg" "$work/diff" <"$p" >"$work/info"
		grep -q "^Subject: \[PATCH $n/${#patches[@]}\] " "$p" ||
			{ echo "$p: not number $n of ${#patches[@]}"; return 1; }
		from=$(sed -n 's/^Author: //p' "$work/info")
		[ $n = 0 ] || grep -q "^Signed-off-by: $from <" "$work/msg" ||
			{ echo "$p: not signed off by $from"; return 1; }
		n=$((n + 1))
	done
	[ $n = $((${#patches[@]} + 1)) ]
}

patches_header() {
	diff "$KUV_TOP/kernel/kvm-uefivars/kvm_uefi_vars.h" \
		"$work/tree/include/linux/kvm_uefi_vars.h"
}

# patches_number: as in the module's own header.
patches_number() {
	local file number=

	for file in "$work/tree/include/uapi/linux/kvm.h" \
		    "$KUV_TOP/uapi/linux/kvm_uefivars.h"; do
		number+=$(sed -n 's/^#define KVM_CAP_UEFI_VARS[[:space:]]*//p' "$file")
		number+=:
	done
	[ "$number" = 0x55454649:0x55454649: ]
}

# patches_small: what they change of the kernel proper.
patches_small() {
	local n

	n=$(sed -n '/^+++ b\/virt\/kvm/,/^diff/p' "${patches[@]}" | grep -c '^+[^+]')
	echo "$n lines"
	[ "$n" -le 80 ]
}

# patches_no_field: no structure of KVM has another size or layout.
patches_no_field() {
	! sed -s -n 's,^+++ b/,,p' "${patches[@]}" |
		grep -E '/(kvm_host|kvm_types)\.h$' |
		grep -v '^include/linux/kvm_types\.h$'
}

# --- kvm.ko --------------------------------------------------------------------

kvm_builds() {
	"$KVM_BUILD/build.sh" "$kernel" >"$work/kvm"
	[ -s "$(cat "$work/kvm")/kvm.ko" ]
}

kvm_fits() {
	"$KVM_BUILD/check-exports.sh" "$KUV_KDIR/Module.symvers" \
		"$kvm/Module.symvers" "$kvm/exports"
}

# kvm_vendor: what kvm-amd.ko and kvm-intel.ko ask for is there as they ask for it.
kvm_vendor() {
	local ko

	awk -F '\t' '{ print $2, $1 }' "$kvm/Module.symvers" | sort >"$work/new"
	for ko in "$stock"/kvm-*.ko*; do
		/sbin/modprobe --dump-modversions "$ko" | awk '{ print $2, $1 }' |
			sort | join "$work/new" - >"$work/both"
		awk '$2 != $3 { print; bad = 1 }
			END { print NR, "symbols"; exit bad || NR < 100 }' "$work/both"
	done
}

# kvm_types: no structure has changed, and one that is not in both is found.
kvm_types() {
	kvm_check_types "$stock"/kvm.ko* "$kvm/kvm.ko"
	refused "other layout than in the stock kvm.ko: struct kvm_uefi_vars_ops" \
		kvm_check_types "$kvm/kvm.ko" "$stock"/kvm.ko*
}

# doctored SED: the check with other exports than those of the build.
doctored() {
	sed "$1" "$kvm/Module.symvers" >"$work/symvers"
	"$KVM_BUILD/check-exports.sh" "$KUV_KDIR/Module.symvers" "$work/symvers" \
		"$kvm/exports"
}

# --- install.sh ----------------------------------------------------------------

# install_root: a root with what depmod and install.sh look at.
install_root() {
	local mod=lib/modules/$KUV_KREL

	rm -rf "$work/root"
	mkdir -p "$work/root/$mod/kernel/arch/x86"
	cp -r "$stock" "$work/root/$mod/kernel/arch/x86/"
	cp "$KUV_MODDIR/$mod"/modules.{order,builtin}* "$work/root/$mod/"
}

install_kvm() {
	"$KVM_BUILD/install.sh" --root "$work/root" --symvers "${2:-$KUV_KDIR/Module.symvers}" "$1"
}

# install_goes_first: what modprobe would load.
install_goes_first() {
	install_root
	install_kvm "$kvm"
	/sbin/modprobe -d "$work/root" -S "$KUV_KREL" --show-depends kvm |
		tee /dev/stderr | grep -q '/updates/kvm.ko'
}

install_is_undone() {
	"$KVM_BUILD/install.sh" --root "$work/root" --remove "$KUV_KREL"
	/sbin/modprobe -d "$work/root" -S "$KUV_KREL" --show-depends kvm |
		tee /dev/stderr | grep -q '/kernel/arch/x86/kvm/kvm.ko'
}

# install_refuses_crc: the kernel was built again with another structure.
install_refuses_crc() {
	install_root
	sed 's/^0x.*\tkvm_put_kvm\t/0x12345678\tkvm_put_kvm\t/' \
		"$KUV_KDIR/Module.symvers" >"$work/symvers"
	refused "CRCs of exported symbols differ" install_kvm "$kvm" "$work/symvers"
	[ ! -e "$work/root/lib/modules/$KUV_KREL/updates" ]
}

# install_refuses_other: the stock kvm.ko is of another kernel.
install_refuses_other() {
	install_root
	sed 's/preempt mod_unload/preempX mod_unload/' "$kvm/kvm.ko" >"$work/kvm.ko"
	mkdir -p "$work/other"
	cp "$kvm"/* "$work/other/"
	cp "$work/kvm.ko" "$work/other/"
	refused "kvm.ko is for" install_kvm "$work/other"
	[ ! -e "$work/root/lib/modules/$KUV_KREL/updates" ]
}

# --- DKMS ----------------------------------------------------------------------

dkms_source() {
	rm -rf "$work/dkms"
	"$KVM_BUILD/dkms/make-source.sh" 1.0 "$work/dkms"
}

# dkms_conf: as DKMS reads it, and the kernels it is for.
dkms_conf() {
	dkms_source
	# shellcheck disable=SC2016 # for the shell that reads the file
	kernelver=6.12.1 kernel_source_dir=/k dkms_tree=/d bash -euc '
		source "$1"
		[ "$PACKAGE_NAME-$PACKAGE_VERSION" = kvm-uefi-vars-1.0 ]
		[ "${BUILT_MODULE_NAME[0]}" = kvm ]
		[ "${DEST_MODULE_LOCATION[0]}" = /updates/dkms ]
		for k in 6.1.0-1-amd64 6.12.1+deb12-amd64 7.2.3+deb14-amd64; do
			[[ $k =~ $BUILD_EXCLUSIVE_KERNEL ]]
		done
		[[ ! 6.13.1-amd64 =~ $BUILD_EXCLUSIVE_KERNEL ]]' \
		sh "$work/dkms/dkms.conf"
}

# dkms_stages: what its script makes is what build.sh builds.
dkms_stages() {
	dkms_source
	KVM_SOURCE=$src "$work/dkms/pre-build.sh" "$KUV_KREL"
	rm "$work/dkms/tree/exports"
	diff -r "$work/tree" "$work/dkms/tree"
}

# --- all -----------------------------------------------------------------------

# host_tests: the selftest in the emulated host; its lines get numbers here.
host_tests() {
	local selftest module l

	if ! { selftest=$("$KVM_BUILD/selftest.sh" "$kernel") &&
		module=$("$KUV_TOP/tools/build-module.sh" "$kernel"); }; then
		line 1 "${kernel}_selftest_and_module_build"
		return 0
	fi
	KUV_KVM=$kvm nice bash "$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" \
		--timeout 400 -- bash "$KVM_BUILD/guest.sh" "$kernel" "$selftest" \
		"$module" "$stock" >"$work/host" 2>"$work/host.err" || true
	while read -r l; do
		case $l in
		"ok - "*) line 0 "${l#ok - }" ;;
		"not ok - "*) line 1 "${l#not ok - }" ;;
		"#"*) echo "$l" ;;
		esac
	done < <(tr -d '\r' <"$work/host")
	if ! grep -q 'ok - .*no_splat' "$work/host"; then
		sed 's/^/# /' "$work/host.err" | tail -n 5
		line 1 "${kernel}_host_runs_to_the_end"
	fi
}

static_tests() {
	check "${kernel}_patches_apply_exactly" patches_apply
	check "${kernel}_checkpatch_strict_is_clean" patches_checkpatch
	check "${kernel}_series_can_be_sent" patches_mail
	check "${kernel}_header_is_the_modules" patches_header
	check "${kernel}_number_is_the_modules" patches_number
	check "${kernel}_patches_are_small" patches_small
	check "${kernel}_no_header_with_structures_changes" patches_no_field
}

kvm_tests() {
	check "${kernel}_exports_are_the_stock_ones" kvm_fits
	! kvm_has_crcs || check "${kernel}_stock_vendor_modules_fit" kvm_vendor
	[ ! -e "$KUV_KDIR/vmlinux" ] || check "${kernel}_types_are_the_stock_ones" kvm_types
	check "${kernel}_other_crc_is_refused" refused "CRCs of exported symbols" \
		doctored 's/^0x.*\tkvm_put_kvm\t/0x12345678\tkvm_put_kvm\t/'
	check "${kernel}_lost_symbol_is_refused" refused "no longer exported: kvm_put_kvm" \
		doctored '/\tkvm_put_kvm\t/d'
	check "${kernel}_unnamed_symbol_is_refused" refused "exported, but not in" \
		doctored 's/\(.*\tkvm_\)put_kvm\(\t.*\)/&\n\1put_more\2/'
	check "${kernel}_missing_symbol_is_refused" refused "but not exported: kvm_uefi" \
		doctored '/\tkvm_uefi_vars_register\t/d'
	check "${kernel}_installed_kvm_goes_first" install_goes_first
	check "${kernel}_installed_kvm_is_removed" install_is_undone
	check "${kernel}_install_refuses_other_crc" install_refuses_crc
	check "${kernel}_install_refuses_other_vermagic" install_refuses_other
	check "${kernel}_dkms_builds_the_same" dkms_stages
}

test_kernel() {
	local series

	kernel=$1
	series=$(kvm_series "$kernel")
	eval "$("$KUV_TOP/tools/kernels.sh" "$kernel")"
	src=$(kvm_source "$series" "$series")
	dir=$KUV_TOP/kernel/patches/$series
	stock=$KUV_MODDIR/lib/modules/$KUV_KREL/kernel/arch/x86/kvm
	mapfile -t patches < <(kvm_patches "$series")
	static_tests
	check "${kernel}_kvm_builds" kvm_builds
	kvm=$(cat "$work/kvm" 2>/dev/null || true)
	[ -n "$kvm" ] || return 0
	kvm_tests
	[ -n "$no_host" ] || host_tests
}

main() {
	local k

	no_host=
	[ "${1:-}" != --no-host ] || { no_host=1; shift; }
	[ $# -gt 0 ] || set -- 6.12 6.1 7.2
	kuv_need git patch perl kmod binutils xz-utils
	echo "TAP version 13"
	check dkms_conf_is_read dkms_conf
	for k in "$@"; do
		rm -f "$work/kvm"
		test_kernel "$k"
	done
	echo "1..$count"
	echo "# $((count - failed)) passed, $failed failed"
	[ $failed = 0 ]
}

main "$@"
