#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Says whether a replaced kvm.ko fits the stock kernel: every symbol that the stock kvm.ko
# exports is there with the same CRC, and what is there beside is in the list.
#
# usage: check-exports.sh STOCK.symvers NEW.symvers LIST
# STOCK may have the symbols of every module. Needs nothing but a shell, sort, join and
# awk: the DKMS recipe calls it, too.

set -euo pipefail
export LC_ALL=C

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# exports FILE: "symbol crc" of kvm.ko.
exports() {
	awk -F '\t' '$3 ~ /(^|\/)arch\/x86\/kvm\/kvm$/ { print $2, $1 }' "$1" | sort
}

main() {
	local stock=$1 new=$2 list=$3 dir bad

	for f in "$stock" "$new" "$list"; do
		[ -r "$f" ] || die "cannot read $f"
	done
	dir=$(mktemp -d)
	# shellcheck disable=SC2064 # the directory of now
	trap "rm -rf '$dir'" EXIT
	exports "$stock" >"$dir/stock"
	exports "$new" >"$dir/new"
	grep -v '^#' "$list" | sort >"$dir/list"
	[ -s "$dir/stock" ] || die "$stock has no symbol of kvm.ko"

	bad=$(join -j 1 "$dir/stock" "$dir/new" | awk '$2 != $3 && n++ < 5 { print $1 }' |
		paste -sd ' ')
	[ -z "$bad" ] || die "CRCs of exported symbols differ from the stock kernel's:" \
		"$bad, ...: a structure that other modules see has changed," \
		"or the source is not that of this kernel"
	bad=$(join -v 1 "$dir/stock" "$dir/new" | cut -d ' ' -f 1 | paste -sd ' ')
	[ -z "$bad" ] || die "no longer exported: $bad"
	bad=$(join -v 2 "$dir/stock" "$dir/new" | cut -d ' ' -f 1 |
		comm -23 - "$dir/list" | paste -sd ' ')
	[ -z "$bad" ] || die "exported, but not in $list: $bad"
	bad=$(join -v 1 "$dir/list" "$dir/new" | paste -sd ' ')
	[ -z "$bad" ] || die "in $list, but not exported: $bad"
	# Without CRCs only names are compared; vermagic then says which build it is for.
	bad="have the CRC of the stock kernel"
	awk '$2 != "0x00000000" { found = 1 } END { exit !found }' "$dir/stock" ||
		bad="are there (this kernel has no CRCs)"
	printf '%s exports %s, %s more are new\n' \
		"$(wc -l <"$dir/stock")" "$bad" "$(join -v 2 "$dir/stock" "$dir/new" | wc -l)"
}

if [ $# != 3 ]; then
	die "usage: $0 STOCK.symvers NEW.symvers LIST"
fi
main "$@"
