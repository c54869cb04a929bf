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
	[ ! -s "$share/quirk" ] || insmod "$(<"$share/quirk")" || off
}

# The character device of a named virtio port; QEMU tells the names a moment after
# the driver is there.
port() {
	local name

	for _ in {1..100}; do
		for name in /sys/class/virtio-ports/*; do
			if [ "$(cat "$name/name" 2>/dev/null)" = "$1" ]; then
				echo "/dev/${name##*/}"
				return
			fi
		done
		sleep 0.1
	done
}

# End what the command left behind; all but process 1, kernel threads and this one.
stragglers() {
	local p

	for p in /proc/[0-9]*; do
		p=${p#/proc/}
		[ "$p" = 1 ] || [ "$p" = "$1" ] || [ ! -e "/proc/$p/exe" ] ||
			kill -KILL "$p" 2>/dev/null
	done
}

# The command, with its output on the port; a cat in between lets it open
# /dev/stdout, as the port itself opens only once.
run() {
	local rc out

	exec 3> >(exec cat >"$(port kuv.out)")
	out=$!
	bash "$share/cmd" </dev/null >&3 2>&1 3>&-
	rc=$?
	stragglers "$out"
	exec 3>&-
	wait "$out"
	return $rc
}

shell() {
	setsid -c bash "$share/cmd" <>/dev/ttyS0 >&0 2>&1
}

setup
if [ -e "$share/interactive" ]; then shell; else run; fi
echo $? >"$share/status.tmp"
dmesg >"$share/dmesg" 2>&1
mv "$share/status.tmp" "$share/status"
off
