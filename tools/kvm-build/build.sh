#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the patched kvm.ko for one of Debian's kernels and prints the directory it is in.
# It loads in place of the stock one, below the stock kvm-amd.ko and kvm-intel.ko; that
# it fits is proven here, or there is no kvm.ko.
#
# usage: build.sh 6.12|6.1|7.2|6.12-debug

# shellcheck source=tools/kvm-build/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tools/kernels.sh
source "$KUV_TOP/tools/kernels.sh"

# build_make DIR: compile. The compiler may be a bug-fix release newer than the kernel's.
build_make() {
	local dir=$1 warn

	kuv_say "building kvm.ko for $KUV_KREL (a minute or more)"
	kuv_kernel_run nice make -j2 -C "$KUV_KDIR" M="$dir" modules \
		>"$dir/build.log" 2>&1 || {
		grep -E 'error|\*\*\*' "$dir/build.log" | head -n 5 >&2 || true
		kuv_die "kvm.ko does not build, see $dir/build.log"
	}
	warn=$(grep -iE 'warning|undefined!' "$dir/build.log" |
		grep -v 'the compiler differs from the one used' || true)
	[ -z "$warn" ] || kuv_die "kvm.ko does not build cleanly: $warn"
}

# build_check DIR: it fits the stock kernel.
build_check() {
	local dir=$1 ko stock

	ko=$dir/arch/x86/kvm/kvm.ko
	"$KVM_BUILD/check-exports.sh" "$KUV_KDIR/Module.symvers" \
		"$dir/Module.symvers" "$dir/exports" >&2 ||
		kuv_die "kvm.ko does not fit $KUV_KREL"
	stock=$(find "$KUV_MODDIR/lib/modules/$KUV_KREL/kernel/arch/x86/kvm" \
		-name 'kvm.ko*' | head -n 1)
	[ -n "$stock" ] || kuv_die "the kernel $KUV_KREL has no kvm.ko"
	kvm_has_crcs || kvm_check_types "$stock" "$ko" >&2 ||
		kuv_die "kvm.ko does not fit $KUV_KREL"
	[ "$(build_vermagic "$ko")" = "$(build_vermagic "$stock")" ] ||
		kuv_die "vermagic of kvm.ko is not that of the kernel: $(build_vermagic "$ko")"
}

build_vermagic() {
	/sbin/modinfo -F vermagic "$1"
}

# build_locked TREE DIR: what TREE makes, in DIR.
build_locked() {
	local tree=$1 dir=$2

	if [ ! -d "$dir" ]; then
		rm -rf "$dir.tmp"
		cp -r "$tree" "$dir.tmp"
		build_make "$dir.tmp"
		build_check "$dir.tmp"
		# kvm.ko, what proves that it fits, and nothing else.
		rm -rf "$dir.out"
		mkdir "$dir.out"
		mv "$dir.tmp/arch/x86/kvm/kvm.ko" "$dir.tmp/Module.symvers" \
			"$dir.tmp/build.log" "$dir.tmp/exports" "$dir.out/"
		strip --strip-debug "$dir.out/kvm.ko"
		rm -rf "$dir.tmp"
		mv "$dir.out" "$dir"
	fi
}

# build_kvm KERNEL: prints the directory.
build_kvm() {
	local series src tree dir
	local -a patches

	kuv_need patch make kmod binutils xz-utils
	series=$(kvm_series "$1")
	eval "$("$KUV_TOP/tools/kernels.sh" "$1")"
	src=$(kvm_source "$series" "$series")
	mapfile -t patches < <(kvm_patches "$series")
	tree=$(mktemp -d)
	# shellcheck disable=SC2064 # the directory of now
	trap "rm -rf '$tree'" EXIT
	"$KVM_BUILD/stage.sh" "$src" "$tree" "${patches[@]}" >&2 ||
		kuv_die "the patches are not for the source of $KUV_KREL"
	cp "$KUV_TOP/kernel/patches/$series/exports" "$tree/"
	sha256sum <"$KUV_KDIR/Module.symvers" >"$tree/stock"
	dir=$KUV_CACHE/kvm/${KUV_KREL}_$(kvm_hash "$tree")
	mkdir -p "$KUV_CACHE/kvm"
	kuv_locked "kvm-build-$1" build_locked "$tree" "$dir"
	printf '%s\n' "$dir"
}

if [ $# != 1 ]; then
	kuv_die "usage: $0 6.12|6.1|7.2|6.12-debug"
fi
build_kvm "$1"
