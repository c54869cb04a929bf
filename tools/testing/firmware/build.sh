#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the test firmware from Debian's edk2 source and KuvTestPkg: build.sh [RELEASE|DEBUG]...
#
# Prints one line on stdout, the directory of OVMF_RELEASE.fd, OVMF_DEBUG.fd,
# Shell.efi and EnrollDefaultKeys.efi. Everything is built in the cache; the
# edk2 tree is only read, and checked for that. What an earlier run has built
# from the same package files is used as it is, whatever edk2 apt has by now.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

here=$KUV_TOP/tools/testing/firmware
toolchain=GCC5
# No network stack: quicker to build and to boot, and no PXE entries in the
# boot order that the tests look at.
flags=(-D SECURE_BOOT_ENABLE=TRUE -D SMM_REQUIRE=FALSE -D NETWORK_ENABLE=FALSE)
apps=(Shell.efi EnrollDefaultKeys.efi)

targets=("$@")
[ $# -gt 0 ] || targets=(RELEASE DEBUG)
for t in "${targets[@]}"; do
	case $t in
	RELEASE | DEBUG) ;;
	*) kuv_die "usage: build.sh [RELEASE|DEBUG]... (not '$t')" ;;
	esac
done

# package_hash: names and contents of all that goes into an image, but edk2.
package_hash() {
	(cd "$here" &&
	 find KuvTestPkg build.sh gen-fdf.sh -type f -print0 |
		LC_ALL=C sort -z | xargs -0 sha256sum |
		sha256sum | cut -c 1-12)
}

# is_complete DIR: all that was asked for is there.
is_complete() {
	local f
	for f in "${targets[@]/#/OVMF_}"; do
		[ -e "$1/$f.fd" ] || return 1
	done
	for f in "${apps[@]}"; do
		[ -e "$1/$f" ] || return 1
	done
}

# print_built HASH: the newest complete directory for HASH, if there is one.
print_built() {
	local dir
	while read -r dir; do
		if is_complete "$dir"; then
			printf '%s\n' "$dir"
			return 0
		fi
	done < <(find "$KUV_CACHE/firmware" -maxdepth 1 -name "*-$1" 2>/dev/null | sort -Vr)
	return 1
}

# update FILE DEST: copy only what differs, to keep the incremental build small.
update() {
	cmp -s "$1" "$2" || install -D -m 644 "$1" "$2"
}

# copy_package: bring the workspace's copy of the package up to date.
copy_package() {
	local f
	while read -r f; do
		[ -e "$here/$f" ] || [ "$f" = KuvTestPkg/KuvTestOvmf.fdf ] || rm -- "pkgs/$f"
	done < <(cd pkgs && find KuvTestPkg -type f)
	while read -r f; do
		update "$here/$f" "pkgs/$f"
	done < <(cd "$here" && find KuvTestPkg -type f)
	"$here/gen-fdf.sh" edk2/OvmfPkg/OvmfPkgX64.fdf >fdf.new
	update fdf.new pkgs/KuvTestPkg/KuvTestOvmf.fdf
}

# build_tools: edk2's own build tools, in a copy as they build in place.
build_tools() {
	local t

	[ ! -e BaseTools/.done ] || return 0
	kuv_say "building edk2's BaseTools (about 20 s), log in $PWD/basetools.log"
	rm -rf BaseTools Conf
	cp -r edk2/BaseTools BaseTools
	mkdir Conf
	for t in target tools_def build_rule; do
		cp "BaseTools/Conf/$t.template" "Conf/$t.txt"
	done
	nice make -C BaseTools -j2 ARCH=X64 PYTHON_COMMAND=python3 >basetools.log 2>&1 ||
		kuv_die "BaseTools do not build, see $PWD/basetools.log"
	touch BaseTools/.done
}

builder=
trap '[ -z "$builder" ] || kill "$builder" 2>/dev/null || true' EXIT

# run_build TARGET LOG: one edk2 build, its progress counted from the log.
run_build() {
	local rc=0

	nice env WORKSPACE="$PWD" PACKAGES_PATH="$PWD/pkgs:$PWD/edk2" \
		EDK_TOOLS_PATH="$PWD/BaseTools" CONF_PATH="$PWD/Conf" \
		PYTHON_COMMAND=python3 PYTHONDONTWRITEBYTECODE=1 \
		PATH="$PWD/BaseTools/BinWrappers/PosixLike:$PATH" \
		build -p KuvTestPkg/KuvTestOvmf.dsc -a X64 -t "$toolchain" \
		-b "$1" -n 2 "${flags[@]}" >"$2" 2>&1 &
	builder=$!
	while kill -0 "$builder" 2>/dev/null; do
		sleep 1
		[ $((++ticks % 20)) != 0 ] ||
			kuv_say "$1: $(grep -c '^Building ' "$2" || true) modules and libraries so far"
	done
	wait "$builder" || rc=$?
	builder=
	return "$rc"
}

# build_image TARGET: build and publish one image, and the applications.
build_image() {
	local log=$PWD/build-$1.log out=Build/KuvTestOvmf/$1_$toolchain ticks=0 app

	kuv_say "building OVMF $1 (3 to 5 minutes from nothing), log in $log"
	run_build "$1" "$log" || {
		grep -E '(: |^)(fatal )?error|undefined reference' "$log" |
			cut -c 1-300 | head -n 5 >&2 || true
		kuv_die "OVMF $1 does not build, see $log"
	}
	for app in "${apps[@]}"; do
		publish "$out/X64/$app" "$app"
	done
	publish "$out/FV/OVMF.fd" "OVMF_$1.fd"
}

# publish FILE NAME: put it in the result directory, complete or not at all.
publish() {
	mkdir -p "$result"
	cp "$1" "$result/$2.tmp"
	mv "$result/$2.tmp" "$result/$2"
}

hash=$(package_hash)
if print_built "$hash"; then
	exit 0
fi

kuv_need gcc g++ make nasm acpica-tools uuid-dev python3
tree=$(kuv_apt_source edk2)
version=$(basename "$(dirname "$tree")")
version=${version#edk2_}
result=$KUV_CACHE/firmware/$version-$hash
# edk2's tools are not used to odd characters in paths.
work=$KUV_CACHE/firmware/work-${version//[^A-Za-z0-9.]/_}
mkdir -p "$work/pkgs/KuvTestPkg"
cd "$work"

exec 9>lock
flock -n 9 || {
	kuv_say "waiting for another build in $work"
	flock 9
}
ln -sfn "$tree" edk2
touch started
build_tools
copy_package
for t in "${targets[@]}"; do
	[ -e "$result/OVMF_$t.fd" ] || build_image "$t"
done
[ -z "$(find "$tree" -newer started -print -quit)" ] ||
	kuv_die "the build has changed files in $tree: remove $(dirname "$tree") and report it"
is_complete "$result" || kuv_die "$result is incomplete after a build without errors, see $work"
printf '%s\n' "$result"
