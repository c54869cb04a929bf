# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Builds Debian's 6.12 with checks on, in the cache; sourced by build.sh and uml.sh.

# Sourced after tools/lib.sh. Of the kernel to build:
#   DEBUG_ARCH     x86_64 or um
#   DEBUG_CONFIG   file with its configuration, on top of allnoconfig
#   DEBUG_TARGETS  what to make
#   DEBUG_PATCHED  not empty: with kernel/patches
: "${DEBUG_ARCH:?}" "${DEBUG_CONFIG:?}" "${DEBUG_TARGETS:?}" "${DEBUG_PATCHED=}"

DEBUG_SERIES=6.12

# debug_patches: the files that make KVM ours, in order.
debug_patches() {
	[ -z "$DEBUG_PATCHED" ] ||
		find "$KUV_TOP/kernel/patches/$DEBUG_SERIES" -name '*.patch' \
			! -name '0000-*' 2>/dev/null | LC_ALL=C sort
}

# debug_hash FILE...: of their content, without the dates that heads of patches have.
debug_hash() {
	cat /dev/null "$@" | grep -v '^Date: ' | sha256sum | cut -c1-12
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
	root=$(kuv_deb_root "linux-source-$DEBUG_SERIES" "$ver")
	for part in arch/{a,c,l,m,n,o,p,r,s}'*' drivers/{gpu,media,staging} sound; do
		skip+=(--exclude="linux-source-$DEBUG_SERIES/$part/*.[chS]")
	done
	kuv_say "unpacking the source of the debug kernel"
	rm -rf "$dir/src.tmp"
	mkdir -p "$dir/src.tmp"
	nice -n 10 tar -xJf "$root/usr/src/linux-source-$DEBUG_SERIES.tar.xz" --anchored \
		-C "$dir/src.tmp" --strip-components=1 --exclude='*.dts*' "${skip[@]}"
	debug_instrument "$dir/src.tmp"
	mv "$dir/src.tmp" "$dir/src"
}

# debug_apply DIR FLAG FILE: one patch, forth (-N) or back (-R).
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
	KASAN_SANITIZE=n UBSAN_SANITIZE=n nice -n 10 make -s -C "$dir/src" O="$dir/obj" \
		ARCH="$DEBUG_ARCH" CC=gcc-12 HOSTCC=gcc-12 \
		KBUILD_BUILD_USER=kuv KBUILD_BUILD_HOST=kuv \
		KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_VERSION=1 "$@"
}

# debug_configure DIR: allnoconfig and our lines, none of which may get lost.
debug_configure() {
	local dir=$1 lost

	cmp -s "$DEBUG_CONFIG" "$dir/obj/config.wanted" && return
	mkdir -p "$dir/obj"
	debug_make "$dir" KCONFIG_ALLCONFIG="$DEBUG_CONFIG" allnoconfig \
		>"$dir/config.log" 2>&1 ||
		kuv_die "cannot configure the debug kernel, see $dir/config.log"
	lost=$(grep -E '^(CONFIG_|# CONFIG_.* is not set)' "$DEBUG_CONFIG" |
		grep -vxFf "$dir/obj/.config" || true)
	[ -z "$lost" ] || kuv_die "the debug kernel's configuration lacks: ${lost//$'\n'/, }"
	cp "$DEBUG_CONFIG" "$dir/obj/config.wanted"
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
	local dir=$1 rc=0 progress targets

	read -ra targets <<<"$DEBUG_TARGETS"
	kuv_say "building the debug kernel ($DEBUG_ARCH)"
	debug_progress "$dir" &
	progress=$!
	debug_make "$dir" -j"${KUV_DEBUG_JOBS:-2}" "${targets[@]}" \
		>"$dir/build.log" 2>&1 || rc=$?
	kill "$progress"
	[ $rc = 0 ] || kuv_die "the debug kernel does not build, see $dir/build.log"
}

# debug_krel DIR: its release.
debug_krel() {
	cat "$1/obj/include/config/kernel.release"
}

# debug_missing DIR: it is not built, or other patches are wanted.
debug_missing() {
	mapfile -t patches < <(debug_patches)
	[ "$(cat "$1/done" 2>/dev/null)" != "$(debug_hash "${patches[@]}")" ]
}

# debug_build DIR VERSION: everything up to the compiler.
debug_build() {
	local dir=$1

	kuv_need gcc-12 make flex bison bc libelf-dev libssl-dev kmod lz4 patch xz-utils \
		libc6-dev python3
	mkdir -p "$dir/patches"
	rm -f "$dir/done"
	debug_unpack "$dir" "$2"
	debug_patch "$dir"
	debug_configure "$dir"
	debug_compile "$dir"
}

# debug_done DIR: from now on it is not built again.
debug_done() {
	mapfile -t patches < <(debug_patches)
	debug_hash "${patches[@]}" >"$1/done"
}

# debug_dir NAME: where a kernel is built, of the version that tools/kernels.sh has.
debug_dir() {
	printf '%s\n' "$KUV_CACHE/debug-kernel/$(debug_version)-${1:+$1-}$(debug_hash \
		"$DEBUG_CONFIG")"
}

# debug_version: Debian's of the package.
debug_version() {
	(
		eval "$("$KUV_TOP/tools/kernels.sh" $DEBUG_SERIES)"
		printf '%s\n' "${KUV_MODDIR##*_}"
	)
}
