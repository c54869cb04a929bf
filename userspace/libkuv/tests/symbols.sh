#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks what libkuv exports: the header, the map and both libraries agree, and the header
# compiles on its own as C17 and as C++.

set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
out=$1 tmp=$2 top=$3
nr=0 failed=0

ok() {
	local what=$1
	shift
	nr=$((nr + 1))
	if "$@"; then
		echo "ok $nr - $what"
	else
		echo "not ok $nr - $what"
		failed=1
	fi
}

sed -n 's/^\t\(libkuv_[a-z_]*\);$/\1/p' "$here/libkuv.map" >"$tmp/map.txt"
grep -oE '^[a-z].*libkuv_[a-z_]+\(' "$here/include/libkuv.h" |
	grep -oE 'libkuv_[a-z_]+' | sort -u >"$tmp/header.txt"
"${NM:-nm}" -D --defined-only "$out/libkuv.so.0" | awk '$2 != "A" { print $3 }' |
	sort >"$tmp/shared.txt"
sed 's/$/@@LIBKUV_0/' "$tmp/map.txt" >"$tmp/shared-want.txt"
"${NM:-nm}" -g --defined-only "$out/libkuv.a" | awk 'NF == 3 { print $3 }' |
	sort >"$tmp/static.txt"
printf '#include <libkuv.h>\nint main(void) { return 0; }\n' >"$tmp/header.c"
flags=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$here/include" -I"$top/uapi")

ok symbols_map_is_not_empty test -s "$tmp/map.txt"
ok symbols_header_and_map_agree diff -u "$tmp/header.txt" "$tmp/map.txt"
ok symbols_shared_exports_the_map diff -u "$tmp/shared-want.txt" "$tmp/shared.txt"
ok symbols_static_has_no_other_names diff -u "$tmp/map.txt" "$tmp/static.txt"
ok header_compiles_as_c17 "${CC:-cc}" -std=c17 "${flags[@]}" "$tmp/header.c"
ok header_compiles_as_cxx "${CXX:-c++}" -std=c++17 "${flags[@]}" -x c++ "$tmp/header.c"
echo "1..$nr"
exit "$failed"
