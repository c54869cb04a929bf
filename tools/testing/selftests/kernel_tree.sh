#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds, installs and lists our kselftests in every way there is: here, and in Debian's
# kernel source with its own lib.mk, linked and copied, in the source and beside it. Runs no
# test. KTAP; the last line is "N passed, N failed".
# usage: kernel_tree.sh [6.12|6.1]

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

here=$KUV_TOP/tools/testing/selftests
ours=$here/kvm-uefivars
passed=0 failed=0

# result NAME COMMAND...: one test; its output only if it fails.
result() {
	local name=$1 log rc

	shift
	set +e
	log=$(set -e; "$@" 2>&1)
	rc=$?
	set -e
	if [ $rc = 0 ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) $name"
	else
		failed=$((failed + 1))
		printf '%s\n' "$log" | tail -n 20 | sed 's/^/# /'
		echo "not ok $((passed + failed)) $name"
	fi
}

# kernel_tree SERIES: what kselftests need of a kernel's source; prints the directory.
kernel_tree() {
	local pkg=linux-source-$1 ver dir

	ver=$(kuv_candidate "$pkg")
	dir=$KUV_CACHE/kselftest/${pkg}_$ver
	[ -e "$dir" ] || kuv_locked "kselftest-$1" kernel_tree_make "$pkg" "$dir"
	echo "$dir"
}

kernel_tree_make() {
	local pkg=$1 dir=$2 root

	[ ! -e "$dir" ] || return 0
	root=$(kuv_deb_root "$pkg")
	kuv_say "unpacking a part of $pkg (a minute)"
	rm -rf "$dir.tmp"
	mkdir -p "$dir.tmp"
	nice tar -xJf "$root/usr/src/$pkg.tar.xz" -C "$dir.tmp" --strip-components=1 \
		--wildcards --no-wildcards-match-slash \
		'*/Makefile' '*/scripts/subarch.include' '*/tools/testing/selftests/*.mk' \
		'*/tools/testing/selftests/*.sh' '*/tools/testing/selftests/*.h' \
		'*/tools/testing/selftests/Makefile' '*/tools/testing/selftests/kselftest/*' \
		'*/tools/scripts/*'
	test -e "$dir.tmp/tools/testing/selftests/lib.mk"
	mv "$dir.tmp" "$dir"
}

# tests: names of all tests, as the Makefile has them.
tests() {
	make -s -C "$ours" OUTPUT="$tmp/none" COLLECTION=kvm-uefivars emit_tests
}

# installed DIR: the list is that of the Makefile and every file is there.
installed() {
	local name

	diff <(tests) "$1/kselftest-list.txt"
	# Sorted by neither: the runner only has to know them all.
	diff <(tests | sort) <("$1/run_kselftest.sh" -l | sort)
	while IFS=: read -r _ name; do
		[ -x "$1/kvm-uefivars/$name" ] || { echo "no $name"; return 1; }
	done < <(tests)
	grep -q '^timeout=' "$1/kvm-uefivars/settings"
	grep -q '^CONFIG_KVM_UEFIVARS=' "$1/kvm-uefivars/config"
	test -e "$1/kvm-uefivars/README.md"
}

# built SELFTESTS INSTALL VARIABLE...: build and install with the Makefile there.
built() {
	local selftests=$1 to=$2

	shift 2
	rm -rf "$to"
	make -s -C "$selftests" TARGETS=kvm-uefivars KSFT_INSTALL_PATH="$to" "$@" install
	installed "$to"
}

# cleaned SELFTESTS VARIABLE...: nothing that was built is left.
cleaned() {
	local selftests=$1 dir=$2

	make -s -C "$selftests" TARGETS=kvm-uefivars "${@:3}" clean
	! find -L "$dir" -maxdepth 1 \( -name '*_test' -o -name '*.o' -o -name '*.bin' \
		-o -name '*.inc' -o -name '*.d' \) | grep .
}

# alone SELFTESTS: nothing outside of it went into what was built there.
alone() {
	! grep -lF "$KUV_TOP/" "$1"/kvm-uefivars/*.d
}

# as_nobody COMMAND...: whoever starts this script; nothing of the tests runs as root.
as_nobody() {
	if [ -e /dev/kvm-uefivars ]; then
		echo "the module is loaded here"
		return 1
	fi
	if [ "$(id -u)" = 0 ]; then
		set -- setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	fi
	"$@"
}

# skips DIRECTORY: without the module every case is skipped.
skips() {
	local rc=0

	as_nobody "$1/lifetime_test" || rc=$?
	[ $rc = 4 ]
}

# run_tests: each of our tests has a line, and no line says that one failed.
run_tests() {
	local log

	log=$(as_nobody make -s -C "$here" TARGETS=kvm-uefivars BUILD="$tmp/build" run_tests)
	if grep '^not ok' <<<"$log"; then
		return 1
	fi
	[ "$(grep -c '^ok' <<<"$log")" = "$(tests | wc -l)" ]
}

main() {
	local series=${1:-6.12} tree kernel

	kuv_need gcc make libssl-dev rsync util-linux
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/kuv-kselftest.XXXXXX")
	trap 'rm -rf "$tmp"' EXIT
	chmod 755 "$tmp"
	tree=$(kernel_tree "$series")
	cp -r "$tree" "$tmp/linux"
	kernel=$tmp/linux/tools/testing/selftests
	# Four builds, and none is run for long.
	export CFLAGS=-O0

	result here built "$here" "$tmp/here" BUILD="$tmp/build"
	result here_run_tests run_tests
	result here_clean cleaned "$here" "$tmp/build/kvm-uefivars" BUILD="$tmp/build"

	ln -s "$ours" "$kernel/kvm-uefivars"
	result kernel_link built "$kernel" "$tmp/link" O="$tmp/out"
	result kernel_link_clean cleaned "$kernel" "$tmp/out/kselftest/kvm-uefivars" O="$tmp/out"
	rm "$kernel/kvm-uefivars"

	result copy make -s -C "$ours" copy KERNEL="$tmp/linux"
	result kernel_copy built "$kernel" "$tmp/copy"
	result kernel_copy_is_alone alone "$kernel"
	result kernel_copy_clean cleaned "$kernel" "$kernel/kvm-uefivars"
	result skips_without_module skips "$tmp/copy/kvm-uefivars"
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}

main "$@"
