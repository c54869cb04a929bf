#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/control.md against the vtables and error names of vard-sync. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../tools/lib.sh"

HERE=$KUV_TOP/userspace/vard-sync
DOC=$KUV_TOP/docs/control.md

# "INTERFACE MEMBER IN OUT" for each method and signal; "-" for nothing.
of_code() {
	# Each vtable follows its file's INTERFACE.
	cat "$HERE"/control*.c | tr '\n\t' '  ' | grep -oE \
		'#define INTERFACE "[^"]*"|SD_BUS_METHOD\( *"[^"]*", *"[^"]*", *"[^"]*"|SD_BUS_SIGNAL\( *"[^"]*", *"[^"]*"' |
		awk -F'"' '/INTERFACE/ { i = $2; next }
			/METHOD/ { print i, $2, $4 ? $4 : "-", $6 ? $6 : "-" }
			/SIGNAL/ { print i, $2, $4 ? $4 : "-", "signal" }'
}

# The same from the tables: the first code span of a cell is its signature.
of_doc() {
	awk -F'|' '
		function code(cell) {
			return match(cell, /`[^`]*`/) ?
				substr(cell, RSTART + 1, RLENGTH - 2) : "-"
		}
		/^## org/ { i = substr($0, 4) }
		/^## Errors/ { i = "" }
		/^\| (Method|Signal) / { kind = $2 }
		i && /^\| `/ {
			print i, code($2), code($3),
				kind ~ /Signal/ ? "signal" : code($4)
		}' "$DOC"
}

errors_of_code() {
	cat "$HERE"/*.c | grep -oE 'VARD_ERROR\("[A-Za-z]*"\)' |
		sed 's/.*"\(.*\)".*/\1/' | sort -u
}

errors_of_doc() {
	sed -n '/^## Errors/,$p' "$DOC" | grep '^| `' | cut -d'|' -f2 |
		grep -oE '[A-Za-z]+' | sort -u
}

n=0 failed=0

# same NAME LEFT RIGHT
same() {
	n=$((n + 1))
	if [ -n "$2" ] && [ "$2" = "$3" ]; then
		echo "ok $n $1"
		return
	fi
	diff <(echo "$2") <(echo "$3") | sed 's/^/# /' || true
	echo "not ok $n $1"
	failed=1
}

echo "KTAP version 1"
echo "1..3"
same control_methods "$(of_code | sort)" "$(of_doc | sort)"
same control_errors "$(errors_of_code)" "$(errors_of_doc)"
# The test sees all of them: a macro that is written otherwise would be left out.
same control_count "$(cat "$HERE"/control*.c | grep -cE 'SD_BUS_(METHOD|SIGNAL)\(')" \
	"$(of_code | wc -l)"
exit $failed
