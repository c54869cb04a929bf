#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's kernels for the tests, unpacked in the cache; nothing is installed.
#
# tools/kernels.sh 6.12|6.1|7.2|6.12-debug prints, to be eval'ed:
#   KUV_KREL     release, as uname -r says it
#   KUV_VMLINUZ  kernel image
#   KUV_MODDIR   directory that holds lib/modules/$KUV_KREL, depmod done
#   KUV_KDIR     for make -C $KUV_KDIR M=$PWD modules
#   KUV_KROOT    root of another suite whose compiler that takes, or empty; such a make is
#                run by kuv_kernel_run of this file
#
# 7.2 is from Debian sid. 6.12-debug is built here, see tools/testing/debug-kernel.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# kuv_kernel_meta SERIES: Debian's metapackage for a kernel series.
kuv_kernel_meta() {
	case $1 in
	6.12) echo linux-image-6.12-amd64 ;;
	6.1 | 7.2) echo linux-image-amd64 ;;
	*) kuv_die "no kernel series $1: use 6.12, 6.1, 7.2 or 6.12-debug" ;;
	esac
}

# kuv_kernel_suite SERIES: the suite it is from; nothing for the machine's own.
kuv_kernel_suite() {
	case $1 in
	7.2) echo sid ;;
	esac
}

# kuv_kernel_run COMMAND...: where this kernel's compiler is, with KUV_KROOT set.
kuv_kernel_run() {
	if [ -n "${KUV_KROOT:-}" ]; then
		kuv_suite_run "$KUV_KROOT" "$KUV_CACHE" "$KUV_TOP" -- "$@"
	else
		"$@"
	fi
}

# kuv_depends PACKAGE VERSION PREFIX: the dependency whose name starts so.
kuv_depends() {
	kuv_depends_all "$1" "$2" | sed -n "/^$3/{p;q}"
}

# kuv_depends_all PACKAGE VERSION: names of what it depends on, the first of each choice.
kuv_depends_all() {
	apt-cache show "$1=$2" | sed -n '/^Depends: /{s///p;q}' |
		tr ',' '\n' | sed 's/^ *\([^ |:]*\).*/\1/'
}

# kuv_kernel_krel SERIES: release of the newest kernel of a series.
kuv_kernel_krel() {
	local meta ver pkg

	meta=$(kuv_kernel_meta "$1")
	ver=$(kuv_candidate "$meta")
	pkg=$(kuv_depends "$meta" "$ver" "linux-image-${1//./\\.}\\.")
	[ -n "$pkg" ] || kuv_die "Debian $(kuv_kernel_suite "$1") has no kernel $1:" \
		"package $meta is $ver now"
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

# kuv_kernel_root KREL SUITE: what building for this kernel takes, as a root of its suite.
kuv_kernel_root() {
	local hdr=linux-headers-$1 ver kbuild list
	local -a pkgs

	ver=$(kuv_candidate "$hdr")
	kbuild=$(kuv_depends "$hdr" "$ver" linux-kbuild-)
	list=$(kuv_depends_all "$hdr" "$ver" | grep ^gcc-
		kuv_depends_all "$kbuild" "$(kuv_candidate "$kbuild")")
	mapfile -t pkgs <<<"$list"
	APT_CONFIG="" kuv_suite_root "$2" make kmod perl "${pkgs[@]}"
}

# kuv_kernel_image KREL VERSION DIR: image and modules. Newer packages are split, and have
# the image beside the modules.
kuv_kernel_image() {
	local krel=$1 ver=$2 dir=$3 pkg=linux-image-$1 list p f root

	mkdir -p "$dir/boot" "$dir/lib/modules"
	list=$(kuv_depends_all "$pkg" "$ver" |
		grep -xF -e "linux-base-$krel" -e "linux-binary-$krel" \
			-e "linux-modules-$krel" || true)
	for p in "$pkg" $list; do
		root=$(kuv_deb_root "$p" "$ver")
		for f in boot lib/modules usr/lib/modules; do
			[ ! -d "$root/$f" ] || cp -al "$root/$f/." "$dir/${f#usr/}/"
		done
	done
	for f in vmlinuz config System.map; do
		[ -e "$dir/boot/$f-$krel" ] ||
			ln "$dir/lib/modules/$krel/$f" "$dir/boot/$f-$krel"
	done
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$dir" "$krel" ||
		kuv_die "depmod failed for $krel"
}

# kuv_kernel_make KREL VERSION DIR: image, modules and build tree of one kernel.
kuv_kernel_make() {
	local krel=$1 ver=$2 dir=$3

	rm -rf "$dir" "$dir.tmp"
	mkdir -p "$dir.tmp"
	kuv_kernel_image "$krel" "$ver" "$dir.tmp"
	kuv_kernel_headers "$krel" "$dir"
	mv "$dir.tmp" "$dir"
}

# kuv_kernel_ensure SERIES: unpack what is missing, print the variables.
kuv_kernel_ensure() {
	local suite krel ver dir root=

	kuv_need gcc-12 make kmod pahole libelf1 libssl3 zlib1g
	suite=$(kuv_kernel_suite "$1")
	if [ -n "$suite" ]; then
		APT_CONFIG=$(kuv_suite_apt "$suite")
		export APT_CONFIG
	fi
	krel=$(kuv_kernel_krel "$1")
	ver=$(kuv_candidate "linux-image-$krel")
	dir=$KUV_CACHE/kernel/${krel}_$ver
	[ -d "$dir" ] || kuv_kernel_make "$krel" "$ver" "$dir" >&2
	[ -z "$suite" ] || root=$(kuv_kernel_root "$krel" "$suite")
	cat <<-END
	KUV_KREL=$krel
	KUV_VMLINUZ=$dir/boot/vmlinuz-$krel
	KUV_MODDIR=$dir
	KUV_KDIR=$dir/usr/src/linux-headers-$krel
	KUV_KROOT=$root
	END
}

# kuv_kernel_there ENV: what the last answer, in this file, names exists.
kuv_kernel_there() {
	local dir root

	grep -qs '^KUV_KROOT=' "$1" || return 1
	dir=$(sed -n 's/^KUV_KDIR=//p' "$1")
	root=$(sed -n 's/^KUV_KROOT=//p' "$1")
	[ -d "$dir" ] && { [ -z "$root" ] || [ -d "$root" ]; }
}

# kuv_kernel_refresh SERIES ENV: ask APT. A suite that is never released moves on to other
# series; the last kernel of this one serves then.
kuv_kernel_refresh() {
	local series=$1 env=$2 rc=0

	# In the background, as errexit does not hold in a condition.
	(kuv_kernel_ensure "$series") >"$env.tmp" &
	wait $! || rc=$?
	if [ $rc = 0 ]; then
		mv "$env.tmp" "$env"
	elif [ -n "$(kuv_kernel_suite "$series")" ] && kuv_kernel_there "$env"; then
		kuv_say "going on with the kernel $series that is in the cache"
		touch "$env"
	else
		exit 1
	fi
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
		if [ "$KUV_CACHE/apt-updated" -nt "$env" ] ||
		   ! kuv_kernel_there "$env"; then
			kuv_kernel_refresh "$1" "$env"
		fi
	) 9>"$KUV_CACHE/kernel/.lock-$1"
	cat "$env"
}

# kuv_kernel_debug: the one that is built here.
kuv_kernel_debug() {
	local build=$KUV_TOP/tools/testing/debug-kernel/build.sh

	[ -x "$build" ] || kuv_die "no $build: there is no debug kernel in this tree"
	"$build"
	echo "KUV_KROOT="
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	[ $# = 1 ] || kuv_die "usage: $0 6.12|6.1|7.2|6.12-debug"
	case $1 in
	6.12-debug) kuv_kernel_debug ;;
	*) kuv_kernel "$1" ;;
	esac
fi
