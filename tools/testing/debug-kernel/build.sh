#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the debug kernel, Debian's 6.12 with KVM patched and checkers on, in the cache.
#
# Prints the four variables of tools/kernels.sh. The first build takes half an hour to one
# and a half; a change of kernel/patches builds only what it touches, one of the
# configuration everything. KUV_DEBUG_JOBS is the number of compilers, 2.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

here=$KUV_TOP/tools/testing/debug-kernel
SERIES=6.12

# debug_patches: the files that make KVM ours, in order.
debug_patches() {
	find "$KUV_TOP/kernel/patches/$SERIES" -name '*.patch' 2>/dev/null | LC_ALL=C sort
}

# debug_hash FILE...: of their content.
debug_hash() {
	cat /dev/null "$@" | sha256sum | cut -c1-12
}

# debug_instrument SRC: KASAN and UBSAN cost most of the time to build this and to run it
# emulated. The rest of the kernel is made without (see debug_make); with them are our module,
# KVM, and what both hand memory to. What the allocator finds it finds everywhere.
debug_instrument() {
	local src=$1 where file

	for where in lib lib/crypto lib/crypto/mpi crypto kernel/locking arch/x86/kvm; do
		printf '\n%s_SANITIZE := y' KASAN UBSAN >>"$src/$where/Makefile"
		echo >>"$src/$where/Makefile"
	done
	for file in fs/{anon_inodes,eventfd,file,file_table} kernel/{task_work,workqueue}; do
		printf '\n%s_SANITIZE_%s.o := y' KASAN "${file##*/}" UBSAN "${file##*/}" \
			>>"$src/${file%/*}/Makefile"
		echo >>"$src/${file%/*}/Makefile"
	done
}

# debug_unpack DIR VERSION: the kernel source without code for machines this is not.
debug_unpack() {
	local dir=$1 ver=$2 root part skip=()

	[ ! -d "$dir/src" ] || return 0
	root=$(kuv_deb_root "linux-source-$SERIES" "$ver")
	for part in arch/{a,c,l,m,n,o,p,r,s}'*' drivers/{gpu,media,staging} sound; do
		skip+=(--exclude="linux-source-$SERIES/$part/*.[chS]")
	done
	kuv_say "unpacking the source of the debug kernel"
	rm -rf "$dir/src.tmp"
	mkdir -p "$dir/src.tmp"
	nice -n 10 tar -xJf "$root/usr/src/linux-source-$SERIES.tar.xz" --anchored \
		-C "$dir/src.tmp" --strip-components=1 --exclude='*.dts*' "${skip[@]}"
	debug_instrument "$dir/src.tmp"
	mv "$dir/src.tmp" "$dir/src"
}

# debug_apply DIR FLAG FILE: one patch, forth or (-R) back.
debug_apply() {
	{ patch -s -d "$1/src" -p1 -f "$2" --dry-run <"$3" >&2 &&
	  patch -s -d "$1/src" -p1 -f "$2" <"$3" >&2; } ||
		kuv_die "${3##*/} does not apply to the debug kernel, see $1/src"
}

# debug_patch DIR: make the source have the patches of now, and no others.
debug_patch() {
	local dir=$1 p patches applied

	mapfile -t patches < <(debug_patches)
	mapfile -t applied < <(find "$dir/patches" -name '*.patch' | LC_ALL=C sort -r)
	kuv_say "patching the debug kernel"
	for p in "${applied[@]}"; do
		debug_apply "$dir" -R "$p"
		rm "$p"
	done
	for p in "${patches[@]}"; do
		debug_apply "$dir" -N "$p"
		cp "$p" "$dir/patches/"
	done
}

# debug_make DIR ARGUMENT...
debug_make() {
	local dir=$1
	shift
	KASAN_SANITIZE=n UBSAN_SANITIZE=n nice -n 10 make -s -C "$dir/src" O="$dir/obj" ARCH=x86_64 CC=gcc-12 HOSTCC=gcc-12 \
		KBUILD_BUILD_USER=kuv KBUILD_BUILD_HOST=kuv \
		KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_VERSION=1 "$@"
}

# debug_configure DIR: allnoconfig and our lines, none of which may get lost.
debug_configure() {
	local dir=$1 lost

	cmp -s "$here/config" "$dir/obj/config.wanted" && return
	mkdir -p "$dir/obj"
	debug_make "$dir" KCONFIG_ALLCONFIG="$here/config" allnoconfig \
		>"$dir/config.log" 2>&1 ||
		kuv_die "cannot configure the debug kernel, see $dir/config.log"
	lost=$(grep -E '^(CONFIG_|# CONFIG_.* is not set)' "$here/config" |
		grep -vxFf "$dir/obj/.config" || true)
	[ -z "$lost" ] || kuv_die "the debug kernel's configuration lacks: ${lost//$'\n'/, }"
	cp "$here/config" "$dir/obj/config.wanted"
}

# debug_progress DIR: a line each minute until killed.
debug_progress() {
	local start=$SECONDS

	while sleep 60; do
		kuv_say "debug kernel: $(((SECONDS - start) / 60)) min," \
			"$(find "$1/obj" -name '*.o' | wc -l) objects"
	done
}

# debug_compile DIR: kernel and modules.
debug_compile() {
	local dir=$1 rc=0 progress

	kuv_say "building the debug kernel"
	debug_progress "$dir" &
	progress=$!
	debug_make "$dir" -j"${KUV_DEBUG_JOBS:-2}" bzImage modules \
		>"$dir/build.log" 2>&1 || rc=$?
	kill "$progress"
	[ $rc = 0 ] || kuv_die "the debug kernel does not build, see $dir/build.log"
}

# debug_install DIR KREL: image and modules where tools/kernels.sh would have them.
debug_install() {
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

# debug_ensure DIR VERSION: all that is missing of it.
debug_ensure() {
	local dir=$1 ver=$2 want patches

	mapfile -t patches < <(debug_patches)
	want=$(debug_hash "${patches[@]}")
	[ "$(cat "$dir/done" 2>/dev/null)" != "$want" ] || return 0
	kuv_need gcc-12 make flex bison bc libelf-dev libssl-dev kmod lz4 patch xz-utils \
		libc6-dev python3
	mkdir -p "$dir/patches"
	rm -f "$dir/done"
	debug_unpack "$dir" "$ver"
	debug_patch "$dir"
	debug_configure "$dir"
	debug_compile "$dir"
	debug_install "$dir" "$(cat "$dir/obj/include/config/kernel.release")"
	echo "$want" >"$dir/done"
}

main() {
	local ver krel dir

	eval "$("$KUV_TOP/tools/kernels.sh" $SERIES)"
	ver=${KUV_MODDIR##*_}
	dir=$KUV_CACHE/debug-kernel/$ver-$(debug_hash "$here/config")
	mkdir -p "$dir"
	exec 9>"$dir/.lock"
	flock 9
	debug_ensure "$dir" "$ver" 9>&-
	krel=$(cat "$dir/obj/include/config/kernel.release")
	cat <<-END
	KUV_KREL=$krel
	KUV_VMLINUZ=$dir/root/boot/vmlinuz-$krel
	KUV_MODDIR=$dir/root
	KUV_KDIR=$dir/obj
	END
}

main
