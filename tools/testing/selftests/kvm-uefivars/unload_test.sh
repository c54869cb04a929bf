#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever tests left under way is gone by itself: the module unloads, leaves nothing in the
# kernel, and loads again. KUV_MODULE is its file if modprobe does not know it.

set -u
nr=0
rc=0

# result NAME COMMAND...: one line.
result() {
	local name=$1

	shift
	nr=$((nr + 1))
	if "$@"; then
		echo "ok $nr $name"
	else
		echo "not ok $nr $name"
		rc=1
	fi
}

no_cache_left() {
	! grep '^kuv_' /proc/slabinfo | sed 's/^/# /' | grep .
}

no_device_left() {
	[ ! -e /dev/kvm-uefivars ]
}

load() {
	if [ -n "${KUV_MODULE:-}" ]; then
		insmod "$KUV_MODULE"
	else
		modprobe kvm-uefivars
	fi
}

main() {
	echo "KTAP version 1"
	if [ ! -e /sys/module/kvm_uefivars/initstate ] || [ "$(id -u)" != 0 ]; then
		echo "1..0 # SKIP needs root, and the module loaded"
		return 4
	fi
	echo "1..4"
	result unload rmmod kvm_uefivars
	result no_device_left no_device_left
	result no_cache_left no_cache_left
	result load_again load
	return $rc
}

main
