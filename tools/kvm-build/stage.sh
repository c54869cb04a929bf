#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a tree that builds kvm.ko alone, out of a kernel source and the patches. Needs
# nothing else of this repository than the file beside it: the DKMS recipe calls it, too.
#
# usage: stage.sh SOURCE TREE PATCH...

set -euo pipefail

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# stage_copy SOURCE TREE PATCH...: KVM, and what the patches name beside it.
stage_copy() {
	local src=$1 tree=$2 f
	shift 2

	mkdir -p "$tree/arch/x86" "$tree/virt" "$tree/include/trace"
	sed -n 's,^diff --git a/\([^ ]*\) .*,\1,p' "$@" | sort -u |
		while read -r f; do
			mkdir -p "$tree/$(dirname "$f")"
			[ ! -e "$src/$f" ] || cp "$src/$f" "$tree/$f"
		done
	cp -r "$src/arch/x86/kvm" "$tree/arch/x86/"
	cp -r "$src/virt/kvm" "$tree/virt/"
}

# stage_patch TREE PATCH...: exactly where they belong, neither fuzz nor an offset.
stage_patch() {
	local tree=$1 p out
	shift

	for p in "$@"; do
		out=$(patch -d "$tree" -p1 -F0 --no-backup-if-mismatch <"$p") ||
			die "$(basename "$p") does not apply: $out"
		! grep -q offset <<<"$out" ||
			die "$(basename "$p") is for another source: $out"
	done
}

# stage_makefiles TREE: as an external module.
stage_makefiles() {
	local make=$1/arch/x86/kvm/Makefile

	# shellcheck disable=SC2016 # make expands these
	sed -i -e 's,$(srctree)/arch/x86/kvm,$(src),' \
		-e 's,$(srctree)/virt/kvm,$(src)/../../../virt/kvm,' \
		-e '/^obj-\$(CONFIG_KVM_\(INTEL\|AMD\))/d' "$make"
	cat "$(dirname "${BASH_SOURCE[0]}")/kvm-only.mk" >>"$make"
	echo 'obj-m := arch/x86/kvm/' >"$1/Kbuild"
}

[ $# -ge 3 ] || die "usage: $0 SOURCE TREE PATCH..."
stage_copy "$@"
stage_patch "${@:2}"
rm -rf "$2/Documentation" "$2/tools"
stage_makefiles "$2"
