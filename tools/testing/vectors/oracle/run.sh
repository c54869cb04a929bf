#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the core takes for signed, compared with OpenSSL called as edk2 calls it.
#
# tools/testing/vectors/oracle/run.sh [CHANGES [SEED]]  prints KTAP; every family of
#	messages with every trusted certificate, then CHANGES of them at random; last line
#	`N passed, N failed`

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../lib.sh"

ORACLE_DIR=$KUV_TOP/tools/testing/vectors/oracle
OUT=${O:-$KUV_TOP/build/oracle}

oracle_build() {
	mkdir -p "$OUT"
	make -C "$ORACLE_DIR" -s -j2 CC=gcc-12 "O=$OUT" >"$OUT/build.log" 2>&1 || {
		tail -n 20 "$OUT/build.log" >&2
		kuv_die "the oracle does not build, see $OUT/build.log"
	}
}

# oracle_families: all messages and certificates in one file, made once.
oracle_families() {
	local stamp

	stamp=$(cat "$ORACLE_DIR"/*.py "$ORACLE_DIR/../kunit-sig.py" | sha256sum)
	if [ -e "$OUT/families" ] &&
	   [ "$(cat "$OUT/stamp" 2>/dev/null)" = "$stamp" ]; then
		return
	fi
	kuv_say "making messages for OpenSSL and the core"
	/usr/bin/python3 -B "$ORACLE_DIR/families.py" "$OUT/families.tmp"
	mv "$OUT/families.tmp" "$OUT/families"
	printf '%s\n' "$stamp" >"$OUT/stamp"
}

main() {
	local status=0

	kuv_need gcc-12 make libc6-dev libasan8 libubsan1 libssl-dev python3
	oracle_build
	oracle_families
	# What is found to be looser is left there.
	cd "$OUT"
	rm -f looser-*
	ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
		./oracle families "${1:-4000}" "${2:-1}" || status=$?
	# A crash leaves no verdict behind.
	[ "$status" -le 1 ] || echo "0 passed, 1 failed"
	return "$status"
}

main "$@"
