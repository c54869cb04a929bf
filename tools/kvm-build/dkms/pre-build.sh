#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# DKMS, before the build: makes ./tree out of the kernel's source and the patches.
#
# usage: pre-build.sh RELEASE
# The source is that of Debian's package linux-source-SERIES, which has to have the version of
# the kernel; or KVM_SOURCE is a tarball or a tree that is known to be right.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

version() {
	dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true
}

# source_of RELEASE SERIES: the tarball, or what else KVM_SOURCE names.
source_of() {
	local rel=$1 pkg=linux-source-$2 kernel

	if [ -n "${KVM_SOURCE:-}" ]; then
		printf '%s\n' "$KVM_SOURCE"
		return
	fi
	kernel=$(version "linux-headers-$rel")
	[ -n "$kernel" ] || die "linux-headers-$rel is not installed"
	[ "$(version "$pkg")" = "$kernel" ] ||
		die "kernel $rel is version $kernel, but $pkg is" \
			"'$(version "$pkg")': apt install $pkg=$kernel"
	printf '%s\n' "/usr/src/$pkg.tar.xz"
}

# unpack TARBALL DIR PATCH...: KVM, and the files that the patches name.
unpack() {
	local tarball=$1 dir=$2
	local -a names
	shift 2

	mapfile -t names < <(
		printf '*/%s\n' arch/x86/kvm virt/kvm
		sed -n 's,^--- a/\([^[:space:]]*\).*,*/\1,p' "$@" | sort -u |
			grep -v -e '^\*/arch/x86/kvm/' -e '^\*/virt/kvm/')
	mkdir "$dir"
	tar -C "$dir" --strip-components=1 --wildcards \
		--no-wildcards-match-slash -xf "$tarball" "${names[@]}" ||
		die "$tarball is not the source of this kernel"
}

main() {
	local rel=$1 series src
	local -a patches

	series=$(cut -d . -f 1,2 <<<"$rel")
	[ -d "patches/$series" ] || die "there are no patches for kernel $series"
	src=$(source_of "$rel" "$series")
	mapfile -t patches < <(find "patches/$series" -name '0*.patch' \
		! -name '0000-*' | sort)
	rm -rf tree source
	if [ ! -d "$src" ]; then
		unpack "$src" source "${patches[@]}"
		src=source
	fi
	./stage.sh "$src" tree "${patches[@]}"
	cp "patches/$series/exports" tree/
	rm -rf source
}

[ $# = 1 ] || die "usage: $0 RELEASE"
main "$@"
