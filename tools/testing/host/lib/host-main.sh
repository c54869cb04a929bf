#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs as process 1 of the emulated host, on the test machine's own userland: sets the
# host up, runs the command found in the share, leaves its status there, powers off.

share=$1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TERM=${TERM:-linux} LANG=C.UTF-8

[ ! -e "$share/trace" ] || { PS4='+${EPOCHREALTIME} '; set -x; }

off() {
	sync
	exec busybox poweroff -f
}

# What the initramfs could not know; each program started here costs 50 ms.
setup() {
	mount --bind "$(<"$share/moddir")/lib/modules" /lib/modules
}

# The character device of a named virtio port.
port() {
	local name

	for name in /sys/class/virtio-ports/*; do
		[ "$(<"$name/name")" != "$1" ] || echo "/dev/${name##*/}"
	done
}

# Process 1 must outlive the command and reap what it leaves behind.
run() {
	if [ -e "$share/interactive" ]; then
		setsid -c bash "$share/cmd" <>/dev/ttyS0 >&0 2>&1
	else
		bash "$share/cmd" 2>&1 </dev/null | cat >"$(port kuv.out)"
		return "${PIPESTATUS[0]}"
	fi
}

setup
run
echo $? >"$share/status.tmp"
dmesg >"$share/dmesg" 2>&1
mv "$share/status.tmp" "$share/status"
off
