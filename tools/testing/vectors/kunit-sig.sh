#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the certificates and messages that the KUnit suites include, in build/kunit.
#
# tools/testing/vectors/kunit-sig.sh prints nothing; later runs only look whether what
# makes them is the same.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

main() {
	local here=$KUV_TOP/tools/testing/vectors dir=$KUV_TOP/build/kunit stamp

	kuv_need python3
	mkdir -p "$dir"
	exec 9>"$dir/.lock-sig"
	flock 9
	stamp=$(cat "$here"/kunit-sig.py "$here"/oracle/{asn1,keys,messages}.py |
		sha256sum)
	if [ -e "$dir/sig_vectors.h" ] &&
	   [ "$(cat "$dir/stamp-sig" 2>/dev/null)" = "$stamp" ]; then
		return
	fi
	kuv_say "making the certificates and messages of the suites"
	/usr/bin/python3 -B "$here/kunit-sig.py" >"$dir/sig_vectors.h.tmp"
	mv "$dir/sig_vectors.h.tmp" "$dir/sig_vectors.h"
	printf '%s\n' "$stamp" >"$dir/stamp-sig"
}

main
