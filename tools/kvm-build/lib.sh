# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scripts here share: Debian's kernel source, the patches, a tree for kvm.ko alone.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# shellcheck disable=SC2034 # of those who source this
KVM_BUILD=$KUV_TOP/tools/kvm-build

# kvm_series KERNEL: directory name of its patches; a debug kernel has the same.
kvm_series() {
	local series=${1%-debug}

	[ -d "$KUV_TOP/kernel/patches/$series" ] || kuv_die "no KVM patches for kernel $1"
	printf '%s\n' "$series"
}

# kvm_patches SERIES: the patches in their order, without the cover letter.
kvm_patches() {
	find "$KUV_TOP/kernel/patches/$1" -name '0*.patch' ! -name '0000-*' | sort
}

# kvm_source SERIES KREL: the source tree of that very kernel, as far as KVM, its
# selftests and checkpatch need it.
kvm_source() {
	local series=$1 ver root dir

	ver=$(kvm_source_version "$2")
	[ "$series" != 7.2 ] || { APT_CONFIG=$(kuv_suite_apt sid); export APT_CONFIG; }
	dir=$KUV_CACHE/kvm-source/${series}_$ver
	if [ ! -d "$dir" ]; then
		root=$(kuv_deb_root "linux-source-$series" "$ver")
		kuv_locked "kvm-source-$series" kvm_source_unpack "$series" "$root" "$dir"
	fi
	printf '%s\n' "$dir"
}

# kvm_source_version KREL: version of the package that the kernel in the cache is from.
kvm_source_version() {
	local dir

	dir=$(sed -n 's/^KUV_MODDIR=//p' "$KUV_CACHE/kernel/$1.env")
	printf '%s\n' "${dir##*_}"
}

kvm_source_unpack() {
	local series=$1 root=$2 dir=$3 top=linux-source-$1

	[ ! -d "$dir" ] || return 0
	kuv_need xz-utils
	kuv_say "unpacking KVM's part of $top"
	rm -rf "$dir.tmp"
	mkdir -p "$dir.tmp"
	nice tar -C "$dir.tmp" --strip-components=1 --wildcards \
		--exclude='*/selftests/bpf' --exclude='*/selftests/net' \
		-xf "$root/usr/src/$top.tar.xz" "$top/virt" "$top/arch/x86" \
		"$top/include" "$top/scripts" "$top/Documentation/virt/kvm" \
		"$top/tools/include" "$top/tools/arch/x86" "$top/tools/build" \
		"$top/tools/lib" "$top/tools/scripts" "$top/tools/testing/selftests" \
		"$top/Makefile" "$top/Kbuild" "$top/Kconfig" "$top/COPYING" \
		"$top/CREDITS" "$top/MAINTAINERS" "$top/README" ||
		kuv_die "cannot unpack $root/usr/src/$top.tar.xz"
	mv "$dir.tmp" "$dir"
}

# kvm_hash DIR: of every file in it.
kvm_hash() {
	(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) |
		sha256sum | cut -c 1-16
}

# kvm_has_crcs: the kernel of KUV_KDIR has CRCs for what is exported.
kvm_has_crcs() {
	grep -qv '^0x00000000' "$KUV_KDIR/Module.symvers"
}

# kvm_plain KO FILE: a module as it is loaded.
kvm_plain() {
	case $1 in
	*.xz) xz -dc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

# kvm_check_types STOCK NEW: where the kernel's pahole is. STOCK may be compressed.
kvm_check_types() {
	local dir rc=0

	# This place is seen there, too.
	dir=$(mktemp -d -p "$KUV_CACHE/kvm")
	kvm_plain "$1" "$dir/stock.ko"
	kvm_plain "$2" "$dir/new.ko"
	kuv_kernel_run "$KVM_BUILD/check-types.sh" "$dir/stock.ko" "$dir/new.ko" \
		"$KUV_KDIR/vmlinux" || rc=1
	rm -rf "$dir"
	return $rc
}
