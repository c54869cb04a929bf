#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the signed writes that the KUnit suites include, in build/kunit.
#
# tools/testing/vectors/kunit-auth.sh prints nothing; later runs only look whether what
# makes them is the same.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

main() {
	local from=$KUV_TOP/tools/testing/vectors/kunit-auth.py dir=$KUV_TOP/build/kunit
	local stamp

	kuv_need openssl python3
	mkdir -p "$dir/keys"
	exec 9>"$dir/.lock"
	flock 9
	stamp=$(sha256sum <"$from")
	if [ -e "$dir/auth_vectors.h" ] &&
	   [ "$(cat "$dir/stamp" 2>/dev/null)" = "$stamp" ]; then
		return
	fi
	kuv_say "signing the writes of the suites, about a minute"
	/usr/bin/python3 -B "$from" "$dir/keys"
	mv "$dir/keys/auth_vectors.h" "$dir/auth_vectors.h"
	printf '%s\n' "$stamp" >"$dir/stamp"
}

main
