#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the selftest of the patches out of the patched kernel source, with KVM's own library
# for selftests, and prints the program.
#
# usage: selftest.sh 6.12|6.1|7.2

# shellcheck source=tools/kvm-build/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# selftest_tree SOURCE DIR PATCH...: the patched source with its headers installed.
selftest_tree() {
	local src=$1 dir=$2
	shift 2

	[ ! -d "$dir" ] || return 0
	kuv_say "installing kernel headers for KVM's selftests"
	rm -rf "$dir.tmp"
	cp -r "$src" "$dir.tmp"
	cat "$@" | patch -d "$dir.tmp" -p1 -F0 -s --no-backup-if-mismatch >&2 ||
		kuv_die "the patches do not apply to $src"
	nice make -C "$dir.tmp" headers >"$dir.log" 2>&1 ||
		kuv_die "make headers failed, see $dir.log"
	# Not needed any more, and most of it.
	rm -rf "$dir.tmp"/{Documentation,include,virt}
	mv "$dir.tmp" "$dir"
}

# selftest_make DIR: the program, again when the module's header has changed.
selftest_make() {
	local dir=$1 uapi=$KUV_TOP/uapi out=$1/out

	mkdir -p "$out" "$dir/uapi"
	if ! diff -qr "$uapi/linux" "$dir/uapi/linux" >/dev/null 2>&1; then
		rm -f "$out"/uefi_vars_test*
		rm -rf "$dir/uapi/linux"
		cp -r "$uapi/linux" "$dir/uapi/"
	fi
	[ ! -x "$out/uefi_vars_test" ] || return 0
	kuv_say "building KVM's selftest"
	nice make -C "$dir/tools/testing/selftests/kvm" ARCH=x86 OUTPUT="$out" \
		KHDR_INCLUDES="-isystem $dir/usr/include -I $dir/uapi" \
		"$out/uefi_vars_test" >"$dir/build.log" 2>&1 ||
		kuv_die "the selftest does not build, see $dir/build.log"
	! grep -A 3 'uefi_vars_test.c.*warning' "$dir/build.log" >&2 ||
		kuv_die "the selftest does not build cleanly"
}

selftest_locked() {
	selftest_tree "$@"
	selftest_make "$2"
}

selftest() {
	local series=$1 src key dir
	local -a patches

	kuv_need gcc make patch rsync libc6-dev
	"$KUV_TOP/tools/kernels.sh" "$series" >/dev/null
	src=$(kvm_source "$series" "$series")
	mapfile -t patches < <(kvm_patches "$series")
	# What the mails say does not matter.
	key=$(sed -s -n '/^diff --git/,$p' "${patches[@]}" |
		cat "${BASH_SOURCE[0]}" - | sha256sum | cut -c 1-16)
	dir=$KUV_CACHE/kvm-selftest/$(basename "$src")-$key
	mkdir -p "$KUV_CACHE/kvm-selftest"
	kuv_locked "kvm-selftest-$series" selftest_locked "$src" "$dir" "${patches[@]}"
	printf '%s\n' "$dir/out/uefi_vars_test"
}

if [ $# != 1 ]; then
	kuv_die "usage: $0 6.12|6.1|7.2"
fi
selftest "$(kvm_series "$1")"
