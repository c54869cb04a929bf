#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A domain of libvirt whose variables the host keeps: the example XML, from the installed
# packages, in the emulated host. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

HERE=$KUV_TOP/tools/testing/packages
DB=/var/lib/vard-sync/vars.db
LOGS=/run/kuv-libvirt
EXAMPLES=/usr/share/doc/kuv-tools/examples
TESTS=(packages_installed emulator_is_probed argv_has_the_wrapper domain_starts
	firmware_writes_variables domain_is_destroyed domain_has_its_variables)

outside() {
	kuv_need_programs libvirt-daemon libvirt-clients qemu-system-x86 sqlite3 procps
	KUV_MODULE=$("$KUV_TOP/tools/build-module.sh" 6.12)
	KUV_FIRMWARE=$("$KUV_TOP/tools/testing/firmware/build.sh" RELEASE)/OVMF_RELEASE.fd
	KUV_DEBS=$("$KUV_TOP/tools/packages.sh")
	export KUV_MODULE KUV_FIRMWARE KUV_DEBS
	exec "$KUV_TOP/tools/testing/host/host.sh" --append no_timer_check \
		--timeout "${KUV_LIBVIRT_TIMEOUT:-400}" -- "$HERE/libvirt.sh" --inside
}

wait_for() {
	for _ in $(seq 600); do
		"$@" && return 0
		sleep 0.2
	done
	echo "never: $*"
	return 1
}

virsh_() {
	virsh -q -c qemu:///system "$@"
}

# What libvirt-daemon-system would make, and the daemons.
setup() {
	mkdir -p $LOGS
	insmod "$KUV_MODULE"
	getent group libvirt-qemu >/dev/null || groupadd -r libvirt-qemu
	getent passwd libvirt-qemu >/dev/null ||
		useradd -r -M -d /nonexistent -s /usr/sbin/nologin -g kvm libvirt-qemu
	chgrp kvm /dev/kvm /dev/kvm-uefivars
	chmod 660 /dev/kvm /dev/kvm-uefivars
	printf '%s\n' 'user = "libvirt-qemu"' 'group = "kvm"' 'security_driver = "none"' \
		'namespaces = []' 'cgroup_controllers = []' >/etc/libvirt/qemu.conf
	rm -rf /var/cache/libvirt/qemu
	install -D -m 644 "$KUV_FIRMWARE" /usr/share/kvm-uefivars/OVMF.fd
	setpriv --reuid vard-sync --regid kvm --clear-groups \
		vard-sync --wait-ms 15000 >$LOGS/vard-sync.log 2>&1 &
	mkdir -p /var/log/libvirt/qemu /var/lib/libvirt/qemu
	virtlogd -d
	libvirtd -d
	wait_for virsh_ version >$LOGS/version
}

# domain: the example, without its disk, and smaller.
domain() {
	sed -e '/<disk /,/<\/disk>/d' -e 's,>2048<,>512<,' \
		-e 's,<vcpu>2,<vcpu>1,' $EXAMPLES/domain.xml >$LOGS/domain.xml
}

# stored NAME: digest of all non-volatile variables on disk, empty without any.
stored() {
	sqlite3 -readonly -cmd '.timeout 30000' $DB "SELECT v.name, hex(v.data) FROM variable v
		JOIN vm ON vm.id = v.vm_id WHERE vm.name = 'web1' ORDER BY 1" >$LOGS/stored
	[ ! -s $LOGS/stored ] || sha256sum <$LOGS/stored
}

state() {
	[ "$(virsh_ domstate web1)" = "$1" ]
}

# Their files and their user: dpkg takes minutes in here, and is tested in run.sh.
t_packages_installed() {
	local deb

	for deb in "$KUV_DEBS"/{vard-sync,kuv-tools}_*.deb; do
		dpkg-deb -x "$deb" $LOGS/files
	done
	cp -r $LOGS/files/usr/. /usr/
	systemd-sysusers /usr/lib/sysusers.d/kvm-uefivars.conf
	install -d -o vard-sync -m 700 /var/lib/vard-sync
	install -d -o vard-sync -m 755 /run/vard-sync
	setup
}

t_emulator_is_probed() {
	virsh_ domcapabilities --emulatorbin /usr/bin/kuv-qemu --machine q35 |
		tee $LOGS/capabilities | grep -q '<path>/usr/bin/kuv-qemu</path>'
	grep -q '<domain>kvm</domain>' $LOGS/capabilities
}

t_argv_has_the_wrapper() {
	domain
	virsh_ domxml-to-native qemu-argv --xml $LOGS/domain.xml >$LOGS/argv
	grep -q '/usr/bin/kuv-qemu -name guest=web1' $LOGS/argv
	grep -q 'KUV_QEMU_OPTIONS=force-secure-boot' $LOGS/argv
	grep -q -- '-bios /usr/share/kvm-uefivars/OVMF.fd' $LOGS/argv
}

t_domain_starts() {
	virsh_ define $LOGS/domain.xml
	virsh_ start web1
	state running
	kuvctl list
	[ "$(stat -c %U "/proc/$(pgrep -o qemu-system)")" = libvirt-qemu ]
}

# The template has Microsoft's keys; firmware adds what every boot writes.
t_firmware_writes_variables() {
	wait_for grep_stored '^BootOrder|'
	grep_stored '^KEK|'
	grep_stored '^ConOut|'
}

grep_stored() {
	stored >/dev/null
	grep -q "$1" $LOGS/stored
}

t_domain_is_destroyed() {
	virsh_ destroy web1
	state "shut off"
	stored >/dev/null
	grep '^\(PK\|KEK\|db\|dbx\)|' $LOGS/stored >$LOGS/before
}

# Nothing is made again: the template counts once. Firmware may have written on.
t_domain_has_its_variables() {
	virsh_ start web1
	state running
	stored >/dev/null
	[ "$(grep -cxFf $LOGS/before $LOGS/stored)" = "$(wc -l <$LOGS/before)" ]
	[ "$(grep -c 'VM web1: made for user' $LOGS/vard-sync.log)" = 1 ]
	virsh_ destroy web1
	virsh_ undefine web1
	kuvctl audit web1
}

logs() {
	local f

	for f in log log-vard vard-sync.log argv version; do
		[ ! -e $LOGS/$f ] || sed "s/^/# $f: /" $LOGS/$f
	done
	[ ! -e /var/log/libvirt/qemu/web1.log ] ||
		sed 's/^/# web1.log: /' /var/log/libvirt/qemu/web1.log
}

inside() {
	local t n=0 rc

	mkdir -p $LOGS
	echo "KTAP version 1"
	echo "1..${#TESTS[@]}"
	for t in "${TESTS[@]}"; do
		n=$((n + 1))
		set +e
		( set -e; "t_$t" ) >$LOGS/log 2>&1
		rc=$?
		set -e
		if [ $rc = 0 ]; then
			echo "ok $n $t"
		else
			logs
			echo "not ok $n $t"
			# What follows needs it.
			return 1
		fi
	done
}

case ${1:-} in
--inside) inside ;;
*) outside ;;
esac
