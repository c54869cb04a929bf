#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's kernels for the tests, unpacked in the cache; nothing is installed.
#
# tools/kernels.sh 6.12|6.1 prints, to be eval'ed:
#   KUV_KREL     release, as uname -r says it
#   KUV_VMLINUZ  kernel image
#   KUV_MODDIR   directory that holds lib/modules/$KUV_KREL, depmod done
#   KUV_KDIR     for make -C $KUV_KDIR M=$PWD modules

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# kuv_kernel_meta SERIES: Debian's metapackage for a kernel series.
kuv_kernel_meta() {
	case $1 in
	6.12) echo linux-image-6.12-amd64 ;;
	6.1) echo linux-image-amd64 ;;
	*) kuv_die "no kernel series $1: use 6.12 or 6.1" ;;
	esac
}

# kuv_depends PACKAGE VERSION PREFIX: the dependency whose name starts so.
kuv_depends() {
	apt-cache show "$1=$2" | sed -n 's/^Depends: //p' | head -n 1 |
		sed 's/[,|]/\n/g' | sed -n "s/^ *\\($3[^ ]*\\).*/\\1/p" | head -n 1
}

# kuv_kernel_krel SERIES: release of the newest kernel of a series.
kuv_kernel_krel() {
	local meta pkg

	meta=$(kuv_kernel_meta "$1")
	pkg=$(kuv_depends "$meta" "$(kuv_candidate "$meta")" "linux-image-$1")
	[ -n "$pkg" ] || kuv_die "package $meta names no linux-image-$1 kernel"
	echo "${pkg#linux-image-}"
}

# kuv_kernel_headers KREL DIR: the build tree below DIR. Debian's wrapper makefile
# names /usr/src; here it names the unpacked place.
kuv_kernel_headers() {
	local krel=$1 dir=$2 hdr=linux-headers-$1 ver common kbuild p root

	ver=$(kuv_candidate "$hdr")
	common=$(kuv_depends "$hdr" "$ver" 'linux-headers-.*-common')
	kbuild=$(kuv_depends "$hdr" "$ver" linux-kbuild-)
	for p in "$hdr" "$common" "$kbuild"; do
		root=$(kuv_deb_root "$p")
		cp -alf "$root/usr" "$dir.tmp/"
	done
	sed -i "s,/usr/src/,$dir/usr/src/," "$dir.tmp/usr/src/$hdr/Makefile"
}

# kuv_kernel_make KREL VERSION DIR: image, modules and build tree of one kernel.
kuv_kernel_make() {
	local krel=$1 ver=$2 dir=$3 root

	kuv_need gcc-12 make kmod pahole libelf1 libssl3 zlib1g
	rm -rf "$dir" "$dir.tmp"
	mkdir -p "$dir.tmp"
	root=$(kuv_deb_root "linux-image-$krel" "$ver")
	cp -al "$root/boot" "$root/lib" "$dir.tmp/"
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$dir.tmp" "$krel" ||
		kuv_die "depmod failed for $krel"
	kuv_kernel_headers "$krel" "$dir"
	mv "$dir.tmp" "$dir"
}

# kuv_kernel_ensure SERIES: unpack what is missing, print the variables.
kuv_kernel_ensure() {
	local krel ver dir

	krel=$(kuv_kernel_krel "$1")
	ver=$(kuv_candidate "linux-image-$krel")
	dir=$KUV_CACHE/kernel/${krel}_$ver
	[ -d "$dir" ] || kuv_kernel_make "$krel" "$ver" "$dir" >&2
	cat <<-END
	KUV_KREL=$krel
	KUV_VMLINUZ=$dir/boot/vmlinuz-$krel
	KUV_MODDIR=$dir
	KUV_KDIR=$dir/usr/src/linux-headers-$krel
	END
}

# kuv_kernel_known ENV: the last answer, in this file, still stands.
kuv_kernel_known() {
	local dir

	[ -s "$1" ] && [ ! "$KUV_CACHE/apt-updated" -nt "$1" ] || return 1
	dir=$(sed -n 's/^KUV_KDIR=//p' "$1")
	[ -d "$dir" ]
}

# kuv_kernel SERIES: as above, but asks APT only when the package lists are newer
# than the last answer; asking takes seconds.
kuv_kernel() {
	local env=$KUV_CACHE/kernel/$1.env

	mkdir -p "$KUV_CACHE/kernel"
	kuv_kernel_meta "$1" >/dev/null
	(
		flock 9
		kuv_apt_update
		if ! kuv_kernel_known "$env"; then
			kuv_kernel_ensure "$1" >"$env.tmp"
			mv "$env.tmp" "$env"
		fi
	) 9>"$KUV_CACHE/kernel/.lock"
	cat "$env"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	[ $# = 1 ] || kuv_die "usage: $0 6.12|6.1"
	kuv_kernel "$1"
fi
