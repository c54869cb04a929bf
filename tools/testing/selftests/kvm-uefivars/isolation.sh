#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Signed writes on a host in FIPS mode, with and without follow_fips; what they leave behind on
# the host. KTAP; the last line is "N passed, N failed".
# usage: isolation.sh [6.12|6.1]

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../lib.sh"

here=$KUV_TOP/tools/testing/selftests/kvm-uefivars
dir=$KUV_TOP/build/selftests/kvm-uefivars
passed=0 failed=0

# result NAME COMMAND...: one test; its output only if it fails.
result() {
	local name=$1 log

	shift
	if log=$("$@" 2>&1); then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) $name"
	else
		failed=$((failed + 1))
		printf '%s\n' "$log" | sed 's/^/# /'
		echo "not ok $((passed + failed)) $name"
	fi
}

# keys: descriptions of the keys and key rings there are.
keys() {
	sort /proc/keys | sed 's/^[^ ]* [^ ]* *[0-9]* [^ ]* //'
}

# unchanged BEFORE COMMAND...: still says the same.
unchanged() {
	diff <(printf '%s\n' "$1") <("${@:2}")
}

no_modprobe() {
	[ ! -s /tmp/modprobe.log ] || { cat /tmp/modprobe.log; return 1; }
}

# quiet: nothing in the kernel log since it was cleared, but what a case is about: a guest's
# write that nobody acknowledges.
quiet() {
	! dmesg | grep -v 'kvm-uefivars: store .* was not acknowledged in time'
}

# noticed: a module that is asked for is seen.
noticed() {
	! mount -t kuvnosuchfs none /mnt 2>/dev/null && [ -s /tmp/modprobe.log ]
}

# around NAME OPTION...: the signed writes, and what they leave behind.
around() {
	local name=$1 before

	insmod "$module" "${@:2}" || kuv_die "cannot load $module"
	before=$(keys)
	: >/tmp/modprobe.log
	echo /tmp/modprobe >/proc/sys/kernel/modprobe
	dmesg --clear
	result "$name" "$dir/auth_test"
	result "${name}_no_key_added" unchanged "$before" keys
	result "${name}_no_module_asked_for" no_modprobe
	result "${name}_kernel_log_is_empty" quiet
	result "${name}_request_is_noticed" noticed
	echo /sbin/modprobe >/proc/sys/kernel/modprobe
	rmmod kvm_uefivars
}

inside() {
	module=$1
	printf '#!/bin/sh\necho "$@" >>/tmp/modprobe.log\n' >/tmp/modprobe
	chmod +x /tmp/modprobe
	echo "KTAP version 1"
	echo "1..11"
	result host_is_in_fips_mode grep -q 1 /proc/sys/crypto/fips_enabled
	around fips_changes_nothing
	around fips_is_followed follow_fips=1
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}

outside() {
	local kernel=${1:-6.12} module

	kuv_need gcc make libssl-dev
	kuv_locked selftests make -s -C "$here/.." TARGETS=kvm-uefivars BUILD="${dir%/*}"
	module=$("$KUV_TOP/tools/build-module.sh" "$kernel")
	exec bash "$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" \
		--append fips=1 --timeout 200 -- bash "$here/isolation.sh" --inside "$module"
}

case ${1:-} in
--inside) inside "$2" ;;
*) outside "$@" ;;
esac
