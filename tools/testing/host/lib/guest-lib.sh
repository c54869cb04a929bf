# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the scripts that run in a Linux guest are written with (busybox, as /lib.sh).

set -u
EFIVARS=/sys/firmware/efi/efivars
export EFIVARS

# die TEXT...: the script failed.
die() {
	echo "guest: FAILED: $*"
	exit 1
}

# same TEXT EXPECTED GOT
same() {
	[ "$2" = "$3" ] || die "$1: expected '$2', got '$3'"
	echo "guest: ok: $1"
}

# must COMMAND...: it succeeds.
must() {
	"$@" || die "$*"
}

# refused COMMAND...: it fails.
refused() {
	if "$@"; then die "went through: $*"; fi
	echo "guest: ok: refused: $*"
}

# tell KEY VALUE...: for the scenario's told().
tell() {
	key=$1
	shift
	echo "$key: $*"
}

# probe KEY: what the boot program found, see guest/efi/probe.c.
probe() {
	evar get KuvProbe | sed -n "s/.* $1=\([^ ]*\).*/\1/p"
}

# boot_current: number of the boot option in use.
boot_current() {
	efibootmgr | sed -n 's/^BootCurrent: //p'
}

# port NAME: device of a virtio port. QEMU tells the names of the ports a moment after
# the driver is there.
port() {
	for _ in $(seq 100); do
		for dir in /sys/class/virtio-ports/*; do
			if [ "$(cat "$dir/name" 2>/dev/null)" = "$1" ]; then
				echo "/dev/${dir##*/}"
				return 0
			fi
		done
		sleep 0.1
	done
	return 1
}

# hear: wait for a line from the scenario's vm_tell().
hear() {
	head -n 1 "$(port kuv.in)"
}
