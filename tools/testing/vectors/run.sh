#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signed writes of every kind, right and wrong, through the whole variable service.
#
# tools/testing/vectors/run.sh [NAME]  makes the vectors, then runs all cases, or those
#                                      with NAME in their name; prints KTAP, last line
#                                      `N passed, N failed, N skipped`

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

VECTORS_DIR=$KUV_TOP/tools/testing/vectors
OUT=${O:-$KUV_TOP/build/vectors}
# Updates that vendors published, where somebody put them beside the tree.
DATA=${KUV_DATA:-$KUV_TOP/../shared/data/secureboot-objects}

# vectors_build: the runner.
vectors_build() {
	mkdir -p "$OUT"
	make -C "$VECTORS_DIR" -s -j2 CC=gcc-12 "O=$OUT" >"$OUT/build.log" 2>&1 || {
		tail -n 20 "$OUT/build.log" >&2
		kuv_die "the vectors' runner does not build, see $OUT/build.log"
	}
}

# vectors_keys: where the keys are; they depend on who makes them only.
vectors_keys() {
	local hash

	hash=$(sha256sum "$VECTORS_DIR/gen/keys.py")
	echo "$KUV_CACHE/vectors/${hash:0:16}"
}

# vectors_virt_firmware: where Python finds virt-firmware, nothing if it cannot be had.
# Debian 12 has no such package; the next release's runs on it, unpacked.
vectors_virt_firmware() {
	local dir=$KUV_CACHE/virt-firmware

	[ -e "$dir/.done" ] || kuv_locked virt-firmware vectors_fetch "$dir" || return 0
	echo "$dir/usr/lib/python3/dist-packages"
}

# vectors_fetch DIR: the package of that suite, from the mirror that apt uses anyway.
vectors_fetch() {
	local dir=$1 suite=trixie keys=/usr/share/keyrings/debian-archive-keyring.gpg
	local -a opt

	[ ! -e "$dir/.done" ] || return 0
	kuv_say "fetching virt-firmware from $suite"
	rm -rf "$dir" "$dir.tmp"
	mkdir -p "$dir.tmp/apt/lists/partial" "$dir.tmp/apt/empty" "$dir.tmp/dl"
	opt=(-q -o "Dir::Etc::sourcelist=$dir.tmp/apt/sources.list"
	     -o "Dir::Etc::sourceparts=$dir.tmp/apt/empty"
	     -o "Dir::State::lists=$dir.tmp/apt/lists"
	     -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
	     -o APT::Sandbox::User=root)
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets 'Created-By: Packages' 'Component: main' --format \
		'$(ORIGIN)/$(LABEL) $(REPO_URI)' |
		sed -n 's,^Debian/Debian ,,p' | sort -u | head -n 1 |
		sed "s,.*,deb [signed-by=$keys] & $suite main," >"$dir.tmp/apt/sources.list"
	(cd "$dir.tmp/dl" &&
	 apt-get "${opt[@]}" update &&
	 apt-get "${opt[@]}" download python3-virt-firmware &&
	 dpkg-deb -x ./*.deb "$dir.tmp") >"$dir.log" 2>&1 || {
		kuv_say "no virt-firmware, see $dir.log"
		return 1
	}
	rm -rf "$dir.tmp/apt" "$dir.tmp/dl"
	touch "$dir.tmp/.done"
	mv "$dir.tmp" "$dir"
}

# vectors_generate: cases and bytes, anew unless nothing they are made from changed.
vectors_generate() {
	local made=$OUT/made stamp virt

	virt=$(vectors_virt_firmware)
	stamp=$(echo "virt-firmware: $virt"
		cat "$VECTORS_DIR"/gen/*.py | sha256sum
		[ ! -d "$DATA" ] || find "$DATA" -type f -printf '%p %s %T@\n' | sort)
	if [ ! -e "$made/stamp" ] || [ "$(cat "$made/stamp")" != "$stamp" ]; then
		kuv_say "making keys and messages"
		rm -rf "$made"
		mkdir -p "$made"
		/usr/bin/python3 -B "$VECTORS_DIR/gen" "$made" "$(vectors_keys)" "$DATA" \
			"$virt" >&2 ||
			kuv_die "the vectors cannot be made, or OpenSSL thinks otherwise"
		printf '%s\n' "$stamp" >"$made/stamp"
	fi
}

main() {
	local status=0

	kuv_need gcc-12 make libc6-dev libasan8 libubsan1 libssl-dev openssl \
		efitools sbsigntool python3 python3-cryptography \
		python3-importlib-resources python3-pefile
	vectors_build
	vectors_generate
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
		"$OUT/vectors" "$OUT/made" "$@" || status=$?
	# A crash leaves no verdict behind.
	[ "$status" -le 1 ] || echo "0 passed, 1 failed, 0 skipped"
	return "$status"
}

main "$@"
