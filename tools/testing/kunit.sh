#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the core's KUnit suites in a User Mode Linux kernel.
#
# tools/testing/kunit.sh prints their KTAP; last line `N passed, N failed`. The first
# run builds the kernel (a few minutes), later ones only what changed here.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

KUNIT_TIMEOUT=${KUNIT_TIMEOUT:-120}

# kunit_build SRC OUT: the UML kernel with the suites in it.
kunit_build() {
	local src=$1 out=$2 config=$KUV_TOP/kernel/kvm-uefivars/.kunitconfig
	local -a make

	make=(nice make -s -C "$src" ARCH=um "O=$out" CC=gcc-12 HOSTCC=gcc-12)
	mkdir -p "$out"
	if ! cmp -s "$config" "$out/.kunitconfig"; then
		kuv_say "configuring the UML kernel"
		cp "$config" "$out/.config.in"
		"${make[@]}" "KCONFIG_ALLCONFIG=$out/.config.in" allnoconfig \
			>"$out/config.log" 2>&1 ||
			kuv_die "cannot configure UML, see $out/config.log"
		cp "$config" "$out/.kunitconfig"
	fi
	kunit_check_config "$config" "$out/.config"
	# Another checkout's files may be older than the objects of the last one.
	if [ "$(cat "$out/.top" 2>/dev/null)" != "$KUV_TOP" ]; then
		rm -rf "$out/kvm-uefivars"
		echo "$KUV_TOP" >"$out/.top"
	fi
	kuv_say "building the UML kernel (a few minutes the first time)"
	"${make[@]}" -j2 vmlinux linux >"$out/build.log" 2>&1 || {
		tail -n 20 "$out/build.log" >&2
		kuv_die "the UML kernel does not build, see $out/build.log"
	}
	if grep 'kvm-uefivars/.*warning:' "$out/build.log" >&2; then
		kuv_die "warnings in our files, see $out/build.log"
	fi
}

# kunit_check_config WANTED GOT: no option may have been dropped silently.
kunit_check_config() {
	local missing

	missing=$(grep '^CONFIG_' "$1" | grep -vxFf "$2" || true)
	[ -z "$missing" ] || kuv_die "UML configuration lacks: ${missing//$'\n'/ }"
}

# kunit_run OUT LOG: boot it; its console is the log.
kunit_run() {
	timeout "$KUNIT_TIMEOUT" "$1/linux" mem=256M kunit.enable=1 \
		kunit_shutdown=halt </dev/null >"$2" 2>&1 || true
}

# kunit_report LOG: its KTAP, then the counts of test cases.
kunit_report() {
	local passed failed plan

	sed -n '/KTAP version 1/,$p' "$1" | tr -d '\r' |
		grep -E '^ *(KTAP|1\.\.|# |ok |not ok )' || true
	passed=$(grep -cE '^    ok [0-9]' "$1" || true)
	failed=$(grep -cE '^    not ok [0-9]' "$1" || true)
	plan=$(sed -nE 's/^    1\.\.([0-9]+).*/\1/p' "$1" | paste -sd+ | bc)
	# A crash ends the console before every case has a result.
	if [ "${plan:-0}" -ne $((passed + failed)) ] ||
	   ! grep -q '^ok\|^not ok' "$1" ||
	   [ "$(sed -nE 's/^1\.\.([0-9]+).*/\1/p' "$1" | head -n 1)" != \
	     "$(grep -cE '^(not )?ok [0-9]' "$1")" ]; then
		tail -n 30 "$1" >&2
		failed=$((failed + 1))
	fi
	if grep -E 'BUG|WARNING:|Oops|list_(add|del) corruption' "$1" >&2; then
		failed=$((failed + 1))
	fi
	printf '%s passed, %s failed\n' "$passed" "$failed"
	[ "$failed" = 0 ]
}

main() {
	local src out

	kuv_need gcc-12 make flex bison bc libc6-dev
	"$KUV_TOP/tools/testing/vectors/kunit-auth.sh"
	"$KUV_TOP/tools/testing/vectors/kunit-sig.sh"
	src=$("$KUV_TOP/tools/testing/kunit-graft.sh")
	out=$(dirname "$src")/obj
	mkdir -p "$out"
	exec 9>"$out/.lock"
	flock 9
	kunit_build "$src" "$out"
	kunit_run "$out" "$out/console.log"
	kunit_report "$out/console.log"
}

main
