# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Small initramfs images from busybox-static and a kernel's own modules.

# Sourced after tools/lib.sh, with the variables of tools/kernels.sh set.

# kuv_initrd_modules DIR MODULE...: copy these modules and what they need to
# DIR/modules, uncompressed, and write DIR/modules/load in loading order.
kuv_initrd_modules() {
	local dir=$1 m ko name
	shift

	mkdir -p "$dir/modules"
	for m in "$@"; do
		PATH=$PATH:/sbin:/usr/sbin modprobe -d "$KUV_MODDIR" \
			-S "$KUV_KREL" --show-depends "$m" ||
			kuv_die "kernel $KUV_KREL has no module $m"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
	while read -r ko; do
		name=$(basename "$ko")
		name=${name%.ko*}.ko
		case $ko in
		*.xz) xz -dc "$ko" >"$dir/modules/$name" ;;
		*.zst) zstd -qdc "$ko" >"$dir/modules/$name" ;;
		*) cp "$ko" "$dir/modules/$name" ;;
		esac
		echo "$name"
	done >"$dir/modules/load"
}

# kuv_initrd_busybox DIR: a file system skeleton with busybox in it.
kuv_initrd_busybox() {
	mkdir -p "$1"/{bin,proc,sys,dev,tmp,run,mnt}
	cp /bin/busybox "$1/bin/busybox"
	ln -sf busybox "$1/bin/sh"
}

# kuv_initrd_program DIR PROGRAM...: copy programs with the libraries they need.
kuv_initrd_program() {
	local dir=$1 prog lib
	shift

	mkdir -p "$dir/bin"
	for prog in "$@"; do
		cp -L "$prog" "$dir/bin/"
		{ ldd "$prog" 2>/dev/null || true; } |
		sed -n 's,^[^/]*\(/[^ ]*\) (0x.*,\1,p' |
		while read -r lib; do
			mkdir -p "$dir$(dirname "$lib")"
			cp -L "$lib" "$dir$lib"
		done
	done
}

# kuv_initrd_pack DIR FILE: DIR as an uncompressed cpio; unpacking a compressed
# one costs an emulated CPU more than reading it.
kuv_initrd_pack() {
	(cd "$1" && find . | LC_ALL=C sort | busybox cpio -o -H newc) \
		>"$2.tmp" 2>/dev/null
	mv "$2.tmp" "$2"
}
