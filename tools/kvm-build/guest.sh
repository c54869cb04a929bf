#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the emulated host, whose kvm.ko is the patched one: runs the patches' selftest without
# the module, with it, and on the stock kvm.ko. KTAP lines without numbers.
#
# usage: guest.sh KERNEL SELFTEST MODULE STOCK-KVM-DIRECTORY

set -uo pipefail
PATH=$PATH:/sbin:/usr/sbin
name=$1 selftest=$2 module=$3 stock=$4

result() {
	local what=$1
	shift
	if "$@"; then
		echo "ok - ${name}_$what"
	else
		echo "not ok - ${name}_$what"
	fi
}

# selftest_has STATUS PASSED: it ends so, and as many of its tests pass.
selftest_has() {
	local rc=0 out

	out=$("$selftest" 2>&1) || rc=$?
	printf '# %s\n' "${out//$'\n'/$'\n# '}"
	[ "$rc" = "$1" ] && [ "$(grep -c '^ok [0-9]* [^#]' <<<"$out")" = "$2" ]
}

# stock_kvm: below it all is as on any host of Debian.
stock_kvm() {
	rmmod kvm_amd && rmmod kvm &&
		insmod "$(echo "$stock"/kvm.ko*)" &&
		insmod "$(echo "$stock"/kvm-amd.ko*)"
}

# no_splat: nothing that a kernel says only when something is wrong.
no_splat() {
	! dmesg | grep -E 'WARNING|BUG|Oops|Call Trace|disagrees|Unknown symbol' |
		sed 's/^/# /' | grep .
}

result selftest_without_module selftest_has 0 4
result module_loads insmod "$module"
result selftest_with_module selftest_has 0 8
result module_unloads rmmod kvm_uefivars
result selftest_after_unloading selftest_has 0 4
result stock_kvm_in_its_place stock_kvm
result selftest_skips_on_stock_kvm selftest_has 4 0
result module_loads_on_stock_kvm insmod "$module"
result module_unloads_on_stock_kvm rmmod kvm_uefivars
result no_splat no_splat
