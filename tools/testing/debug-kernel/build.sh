#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the debug kernel, Debian's 6.12 with KVM patched and checks on, in the cache.
#
# Prints the variables of tools/kernels.sh. The first build takes some twenty minutes of two
# cores; a change of kernel/patches builds only what it touches, one of the configuration
# everything. KUV_DEBUG_JOBS is the number of compilers, 2.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
DEBUG_ARCH=x86_64
DEBUG_CONFIG=$KUV_TOP/tools/testing/debug-kernel/config
DEBUG_TARGETS="bzImage modules"
DEBUG_PATCHED=1
# shellcheck source=tools/testing/debug-kernel/lib.sh
source "$KUV_TOP/tools/testing/debug-kernel/lib.sh"

# build_install DIR KREL: image and modules where tools/kernels.sh would have them.
build_install() {
	local dir=$1 krel=$2

	rm -rf "$dir/root.tmp"
	mkdir -p "$dir/root.tmp/boot"
	cp "$dir/obj/arch/x86/boot/bzImage" "$dir/root.tmp/boot/vmlinuz-$krel"
	cp "$dir/obj/.config" "$dir/root.tmp/boot/config-$krel"
	PATH=$PATH:/sbin:/usr/sbin debug_make "$dir" INSTALL_MOD_PATH="$dir/root.tmp" \
		modules_install >"$dir/install.log" 2>&1 ||
		kuv_die "cannot install the debug kernel's modules, see $dir/install.log"
	rm -rf "$dir/root"
	mv "$dir/root.tmp" "$dir/root"
}

# build_ensure DIR: all that is missing of it.
build_ensure() {
	local dir=$1

	debug_missing "$dir" || return 0
	debug_build "$dir" "$(debug_version)"
	build_install "$dir" "$(debug_krel "$dir")"
	debug_done "$dir"
}

main() {
	local krel dir

	dir=$(debug_dir "")
	mkdir -p "$dir"
	exec 9>"$dir/.lock"
	flock 9
	build_ensure "$dir" 9>&-
	krel=$(debug_krel "$dir")
	cat <<-END
	KUV_KREL=$krel
	KUV_VMLINUZ=$dir/root/boot/vmlinuz-$krel
	KUV_MODDIR=$dir/root
	KUV_KDIR=$dir/obj
	KUV_KROOT=
	END
}

main
