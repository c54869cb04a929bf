#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Says whether each structure that the stock kvm.ko knows has the same layout in a replaced
# one, out of the BTF of both. For kernels that have no CRCs to compare, as Debian's 7.2.
#
# usage: check-types.sh STOCK NEW VMLINUX    VMLINUX is the kernel's, for its BTF

set -euo pipefail
export LC_ALL=C

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# types MODULE: one line for each structure and union, with its offsets and size.
types() {
	pahole -F btf --btf_base "$vmlinux" "$1" 2>/dev/null |
		awk '{ printf "%s ", $0 } /^}/ { print "" }' | sort -u
}

[ $# = 3 ] || die "usage: $0 STOCK NEW VMLINUX"
vmlinux=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
types "$1" >"$dir/stock" || die "pahole cannot read $1"
types "$2" >"$dir/new" || die "pahole cannot read $2"
grep -q '^struct kvm {' "$dir/stock" || die "$1 has no BTF of a struct kvm"
comm -23 "$dir/stock" "$dir/new" | cut -d '{' -f 1 >"$dir/changed"
[ ! -s "$dir/changed" ] ||
	die "other layout than in the stock kvm.ko: $(head -n 5 "$dir/changed" | paste -sd ' ')"
printf '%s types have the layout of the stock kernel, %s more are new\n' \
	"$(wc -l <"$dir/stock")" "$(comm -13 "$dir/stock" "$dir/new" | wc -l)"
