#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Replaces one generated section of a document with the content of standard input.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

usage() {
	cat <<-END
	usage: record.sh NAME FILE <CONTENT
	What stands in FILE between "<!-- generated: NAME -->" and "<!-- end: NAME -->", each a
	line of its own, is replaced. Empty content is refused, and so is a FILE that does not
	have the two lines once each and in this order.
	END
}

# has_section NAME FILE: one start, and one end after it.
has_section() {
	awk -v name="$1" '
		$0 == "<!-- generated: " name " -->" { s++; start = NR }
		$0 == "<!-- end: " name " -->" { e++; end = NR }
		END { exit !(s == 1 && e == 1 && start < end) }' "$2"
}

# replaced NAME FILE CONTENT: the new document.
replaced() {
	awk -v name="$1" -v content="$3" '
		$0 == "<!-- end: " name " -->" { skip = 0 }
		!skip { print }
		$0 == "<!-- generated: " name " -->" {
			while ((getline line < content) > 0)
				print line
			skip = 1
		}' "$2"
}

tmp=

main() {
	[ $# = 2 ] || { usage >&2; exit 2; }
	[ -f "$2" ] || kuv_die "no file $2"
	has_section "$1" "$2" ||
		kuv_die "$2 has no section \"$1\": put in the lines" \
			"\"<!-- generated: $1 -->\" and \"<!-- end: $1 -->\""
	# Beside the file, so that a reader sees the old or the new one.
	tmp=$(mktemp "$2.XXXXXX")
	trap 'rm -f "$tmp" "$tmp.in"' EXIT
	sed 's/[[:space:]]*$//' >"$tmp.in"
	grep -q '[^[:space:]]' "$tmp.in" || kuv_die "nothing to record as \"$1\""
	# Two scripts may record sections of one document at once.
	exec 9<"$(dirname "$2")"
	flock 9
	replaced "$1" "$2" "$tmp.in" >"$tmp"
	chmod --reference="$2" "$tmp"
	mv "$tmp" "$2"
}

main "$@"
