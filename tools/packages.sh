#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the Debian packages from the files that git knows (all files, where there is no
# git), outside of the tree. The result is kept, by the hash of what it was made from.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PARTS=(Kbuild Kconfig Makefile COPYING LICENSES kernel/kvm-uefivars packaging uapi userspace)

usage() {
	cat <<-END
	usage: packages.sh [--out DIR] [--version VERSION] [--fresh]
	Prints the directory with the .deb files, DIR or one in the cache. VERSION is another one
	than that of packaging/debian/changelog. --fresh builds in any case.
	END
}

# packages_files: what a package is made from, sorted.
packages_files() {
	cd "$KUV_TOP"
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z -- "${PARTS[@]}"
	else
		find "${PARTS[@]}" -type f -print0
	fi | while IFS= read -r -d '' f; do
		[ ! -e "$f" ] || printf '%s\0' "$f"
	done | LC_ALL=C sort -z
}

# packages_hash VERSION: of names, modes and contents, of the compiler and this script.
packages_hash() {
	local files=$1.files

	packages_files >"$files"
	{
		echo "$2"
		gcc -dumpfullversion
		cat "${BASH_SOURCE[0]}"
		(cd "$KUV_TOP" && xargs -0 stat -c '%n %A' <"$files" &&
		 xargs -0 sha256sum <"$files")
	} | sha256sum | cut -c1-16
}

# packages_tree DIR VERSION: the source as dpkg-buildpackage wants it. The date is the
# changelog's, so that two builds are the same.
packages_tree() {
	local dir=$1 version=$2 date

	mkdir -p "$dir"
	(cd "$KUV_TOP" && tar -c --no-recursion --null -T -) <"$dir.files" |
		tar -x -C "$dir" --no-same-owner
	cp -r "$dir/packaging/debian" "$dir/debian"
	[ -z "$version" ] || sed -i "1s/(.*)/($version)/" "$dir/debian/changelog"
	date=$(dpkg-parsechangelog -l "$dir/debian/changelog" -S Timestamp)
	find "$dir" -exec touch -h -d "@$date" {} +
}

# packages_build OUT VERSION
packages_build() {
	local out=$1 version=$2 work

	work=$(mktemp -d)
	packages_files >"$work/src.files"
	packages_tree "$work/src" "$version"
	kuv_say "building the Debian packages"
	if ! (cd "$work/src" && umask 022 && env -u MAKEFLAGS -u MAKELEVEL -u O \
		DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -us -uc -b) >"$work/build.log" 2>&1; then
		cp "$work/build.log" "$out.log"
		rm -rf "$work"
		kuv_die "the packages do not build, see $out.log"
	fi
	rm -rf "$out.tmp" "$out"
	mkdir -p "$out.tmp"
	mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$work/build.log" "$out.tmp/"
	mv "$out.tmp" "$out"
	rm -rf "$work"
}

# packages_cached VERSION FRESH: prints the directory.
packages_cached() {
	local version=$1 fresh=$2 tmp dir

	tmp=$(mktemp -d)
	dir=$KUV_CACHE/packages/$(packages_hash "$tmp/p" "$version")
	rm -rf "$tmp"
	mkdir -p "$KUV_CACHE/packages"
	[ -z "$fresh" ] || rm -rf "$dir"
	[ -d "$dir" ] || packages_build "$dir" "$version"
	touch "$dir"
	# Those that nobody wanted for a week.
	find "$KUV_CACHE/packages" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} +
	printf '%s\n' "$dir"
}

main() {
	local out='' version='' fresh='' dir

	while [ $# -gt 0 ]; do
		case $1 in
		--out) out=$2; shift ;;
		--version) version=$2; shift ;;
		--fresh) fresh=1 ;;
		--help) usage; exit 0 ;;
		*) usage >&2; kuv_die "unknown argument $1" ;;
		esac
		shift
	done
	kuv_need_programs debhelper dh-apparmor dh-dkms dpkg-dev
	dir=$(kuv_locked packages packages_cached "$version" "$fresh")
	[ -d "$dir" ] || exit 1
	if [ -n "$out" ]; then
		mkdir -p "$out"
		cp "$dir"/*.deb "$out/"
		dir=$out
	fi
	printf '%s\n' "$dir"
}

main "$@"
