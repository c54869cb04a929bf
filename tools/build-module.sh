#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the module for one kernel in build/<release>[-fput] and prints the path of
# kvm-uefivars.ko. Any warning is an error.

# shellcheck source=tools/kernels.sh
source "$(dirname "${BASH_SOURCE[0]}")/kernels.sh"

usage() {
	cat <<-END
	usage: build-module.sh [--sparse] 6.12|6.1|7.2|6.12-debug [auto|fput]
	auto takes the doorbell back end this kernel allows, fput the one that any does.
	--sparse checks every file with sparse as well (6.12 only).
	END
}

# module_sources DIR: bring the copy in DIR up to date. Unchanged files keep
# their time, so that make leaves them alone.
module_sources() {
	local dir=$1 f

	mkdir -p "$dir/kernel" "$dir/uapi"
	cp -au "$KUV_TOP/Kbuild" "$dir/"
	cp -aur "$KUV_TOP/kernel/kvm-uefivars" "$dir/kernel/"
	cp -aur "$KUV_TOP/uapi/linux" "$dir/uapi/"
	(cd "$dir" && find kernel uapi -name '*.mod.c' -prune -o \
		\( -name '*.[ch]' -o -name '*.mk' \) -print) |
		while read -r f; do
			[ -e "$KUV_TOP/$f" ] || rm -f "$dir/$f"
		done
}

# module_make DIR TARGET ARGUMENT...
module_make() {
	local dir=$1 target=$2

	shift 2
	kuv_kernel_run nice make -j2 -C "$KUV_KDIR" M="$dir" W=1 KCFLAGS=-Werror \
		"$@" "$target" >"$dir/build.log" 2>&1
}

# module_warnings LOG: what is not as it should be. The compiler may be a bug-fix
# release newer than the kernel's; 6.1's build tree has no vmlinux for BTF.
module_warnings() {
	grep -iE 'warning|error:|undefined!' "$1" |
		grep -v 'the compiler differs from the one used' || true
}

# module_build SERIES BACKEND SPARSE: prints the module.
module_build() {
	local series=$1 backend=$2 sparse=$3 dir ok=1
	local -a args=()

	eval "$("$KUV_TOP/tools/kernels.sh" "$series")"
	dir=$KUV_TOP/build/$KUV_KREL
	if [ "$backend" != auto ]; then
		dir+=-$backend
		args+=("KUV_DOORBELL=$backend")
	fi
	if [ -n "$sparse" ]; then
		kuv_need sparse
		dir+=-sparse
		args+=(C=2 CF="-D__CHECK_ENDIAN__")
	fi
	mkdir -p "$dir"
	exec 9>"$dir/.lock"
	flock 9
	module_sources "$dir"
	module_make "$dir" modules "${args[@]}" || ok=
	if [ -z "$ok" ] || [ -n "$(module_warnings "$dir/build.log")" ]; then
		module_warnings "$dir/build.log" >&2
		cp "$dir/build.log" "$dir/failed.log"
		# A file that is not compiled again does not warn again.
		module_make "$dir" clean || true
		kuv_die "the module does not build cleanly, see $dir/failed.log"
	fi
	printf '%s\n' "$dir/kernel/kvm-uefivars/kvm-uefivars.ko"
}

main() {
	local sparse=

	if [ "${1:-}" = --sparse ]; then
		sparse=1
		shift
	fi
	case ${2:-auto} in
	auto | fput) ;;
	*) usage >&2; kuv_die "unknown doorbell back end $2" ;;
	esac
	if [ $# -lt 1 ] || [ $# -gt 2 ]; then
		usage >&2
		kuv_die "bad arguments"
	fi
	module_build "$1" "${2:-auto}" "$sparse"
}

main "$@"
