# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the blocks of the documents find, and what has to come of them. Sourced by host.sh.

# stage: the files that the documents speak of, in the directory where their blocks run.
stage() {
	mkdir -p /usr/share/kvm-uefivars
	cp "$KUV_FIRMWARE" /usr/share/kvm-uefivars/OVMF.fd
	truncate -s 64M /root/docs/web1.img
}

unstage() {
	pkill -x qemu-system-x86 2>/dev/null
	ns systemctl stop vard-sync.socket vard-sync.service
}

# vm_is VM STATE: what kuvctl list says of it.
vm_is() {
	kuvctl list | grep -qE "^$1 .*\b$2\b"
}
