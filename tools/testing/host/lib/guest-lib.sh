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

# hear: wait for a line from the scenario's vm_tell().
hear() {
	for port in /sys/class/virtio-ports/*; do
		[ "$(cat "$port/name")" != kuv.in ] ||
			head -n 1 "/dev/${port##*/}"
	done
}
