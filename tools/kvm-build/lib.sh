# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scripts here share: Debian's kernel source, the patches, a tree for kvm.ko alone.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

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

# kvm_apply DIR PATCH...: apply to a copy of the source, exactly.
kvm_apply() {
	local dir=$1 p
	shift

	for p in "$@"; do
		patch -d "$dir" -p1 -F0 -s --no-backup-if-mismatch <"$p" >&2 ||
			kuv_die "$(basename "$p") does not apply to $dir"
	done
}

# kvm_tree SOURCE DIR PATCH...: a tree in DIR that builds kvm.ko alone.
kvm_tree() {
	local src=$1 dir=$2 f
	shift 2

	mkdir -p "$dir/arch/x86" "$dir/virt" "$dir/include/trace"
	# What the patches name, whole: they have to apply.
	sed -n 's,^diff --git a/\([^ ]*\) .*,\1,p' "$@" | sort -u |
		while read -r f; do
			mkdir -p "$dir/$(dirname "$f")"
			[ ! -e "$src/$f" ] || cp "$src/$f" "$dir/$f"
		done
	cp -r "$src/arch/x86/kvm" "$dir/arch/x86/"
	cp -r "$src/virt/kvm" "$dir/virt/"
	kvm_apply "$dir" "$@"
	rm -rf "$dir/Documentation" "$dir/tools"
	# shellcheck disable=SC2016 # make expands these
	sed -i -e 's,$(srctree)/arch/x86/kvm,$(src),' \
		-e 's,$(srctree)/virt/kvm,$(src)/../../../virt/kvm,' \
		-e '/^obj-\$(CONFIG_KVM_\(INTEL\|AMD\))/d' "$dir/arch/x86/kvm/Makefile"
	cat "$KVM_BUILD/kvm-only.mk" >>"$dir/arch/x86/kvm/Makefile"
	echo 'obj-m := arch/x86/kvm/' >"$dir/Kbuild"
}

# kvm_hash DIR: of every file in it.
kvm_hash() {
	(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) |
		sha256sum | cut -c 1-16
}
