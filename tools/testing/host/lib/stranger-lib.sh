# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A clean root inside the emulated host: a systemd of its own, packages, and VMs in there.

# Sourced after lib/scenario.sh. KUV_STRANGER is the root that stranger.sh made, KUV_DEBS the
# directory with our packages; both are left as they are.
: "${KUV_STRANGER:?}" "${KUV_DEBS:?}" "${KUV_CERTS:?}"
CLEAN=/run/clean
# shellcheck disable=SC2034 # lib/scenario.sh uses it
SOCKET=/run/vard-sync/control
DB=/var/lib/vard-sync/vars.db

# clean_root: the root below a tmpfs, with the host's devices and run-time files.
clean_root() {
	local dir

	mkdir -p $CLEAN /run/over/{up,work}
	mount -t overlay -o "lowerdir=$KUV_STRANGER,upperdir=/run/over/up,workdir=/run/over/work" \
		overlay $CLEAN
	for dir in /sys /dev /run; do
		mount --rbind $dir $CLEAN$dir
	done
	mount -t proc proc $CLEAN/proc
	# What stands for the network and for the disks of VMs.
	for dir in "$KUV_DEBS" "${KUV_FIRMWARE%/*}"; do
		mkdir -p "$CLEAN$dir"
		mount --bind "$dir" "$CLEAN$dir"
	done
	# Certificates that Debian 12 has no package for; Debian 13 has.
	mkdir -p $CLEAN/usr/share/kvm-uefivars/certs
	cp "$KUV_CERTS"/*.pem $CLEAN/usr/share/kvm-uefivars/certs/
}

# clean_systemd: process 1 of the root; only what our packages need is let run.
clean_systemd() {
	local u

	for u in systemd-{binfmt,modules-load,udevd,udev-trigger,sysctl,sysusers,firstboot}.service \
		systemd-{tmpfiles-setup,tmpfiles-setup-dev,repart,journal-flush}.service \
		systemd-{remount-fs,update-utmp,logind,timesyncd,random-seed,pstore}.service \
		systemd-udevd-{control,kernel}.socket \
		dev-{hugepages,mqueue}.mount sys-kernel-{config,debug,tracing}.mount \
		sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount; do
		ln -sf /dev/null "$CLEAN/etc/systemd/system/$u"
	done
	rm -f $CLEAN/lib/systemd/system-generators/*
	printf '[Unit]\nDefaultDependencies=no\nRequires=systemd-journald.service\nAllowIsolate=yes\n' \
		>$CLEAN/etc/systemd/system/stranger.target
	container=kuv unshare --pid --fork --mount --root=$CLEAN --mount-proc \
		/lib/systemd/systemd --system --unit=stranger.target \
		--log-target=kmsg </dev/null >"$LOGS/systemd.log" 2>&1 &
	wait_for "$BOOT_MAX" "systemd of the clean root answers" clean_answers $!
}

clean_answers() {
	SYSTEMD=$(pgrep -P "$1") && [ -S /run/systemd/private ]
}

# in_root COMMAND...: as the stranger, in the clean root.
in_root() {
	nsenter -t "$SYSTEMD" -m -p -r -- env -C / HOME=/root \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# typed COMMAND...: what the stranger types; its output is in the log and in TYPED.
typed() {
	local rc=0

	say "\$ $*"
	TYPED=$(in_root "$@" 2>&1) || rc=$?
	[ -z "$TYPED" ] || printf '%s\n' "$TYPED" | sed 's/^/#   | /' | cut -c1-150
	return $rc
}

# shows PATTERN: what was typed last printed such a line.
shows() {
	grep -qE "$1" <<<"$TYPED"
}

# sql STATEMENT: as in lib/scenario.sh, on the database in the clean root.
sql() {
	sqlite3 -readonly -cmd '.timeout 30000' "$CLEAN$DB" "$1"
}

# install_packages: with the tool of the distribution, under the running systemd.
install_packages() {
	local dir

	# What DKMS would have built, which takes too long in here: tools/testing/packages has it.
	# None of the kernel's own modules are in this root.
	dir=$CLEAN/lib/modules/$(uname -r)/updates/dkms
	mkdir -p "$dir"
	cp "$KUV_MODULE" "$dir/"
	check "the module is known" typed depmod
	check "the packages install" typed sh -c \
		"dpkg -i $KUV_DEBS/libkuv0_*.deb $KUV_DEBS/vard-sync_*.deb $KUV_DEBS/kuv-tools_*.deb"
	check "the module loads" typed modprobe kvm-uefivars
	# The udev rule's work; there is no udev here. The unit wants the node when it starts.
	check "the node is the group's" typed chgrp kvm /dev/kvm-uefivars
	chmod 0660 /dev/kvm-uefivars
	check "the service starts again" typed systemctl restart vard-sync.service
}

# slow_guests: everything is slow here: a guest waits longer than it would.
slow_guests() {
	mkdir -p $CLEAN/etc/systemd/system/vard-sync.service.d
	printf '[Service]\nExecStart=\nExecStart=/usr/sbin/vard-sync --wait-ms 30000\nWatchdogSec=0\n' \
		>$CLEAN/etc/systemd/system/vard-sync.service.d/slow.conf
}

# clean_end: nothing of the clean root is left running.
clean_end() {
	typed systemctl stop vard-sync.socket vard-sync.service || true
	kill -KILL "$SYSTEMD" 2>/dev/null || true
}

# VMs are started by kuv-run of the packages, in the clean root, by what lib/scenario.sh calls
# kuv-run. It becomes QEMU, so that a signal reaches that.
BIN=$WORK/bin
mkdir -p "$BIN"
cat >"$BIN/kuv-run" <<END
#!/bin/sh
exec chroot $CLEAN env -C / HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin kuv-run "\$@"
END
chmod +x "$BIN/kuv-run"
