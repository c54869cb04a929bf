# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The machines that are compared, as the measuring host's init runs them (busybox).

fifo=/tmp/results

say_failed() {
	echo "failed $peer: $*"
	tail -n 5 /tmp/qemu.log /tmp/vard-sync.log 2>/dev/null | sed 's/^/log /'
}

# machine WHAT: options of every QEMU. WHAT is a mode of app.c, or "linux".
machine() {
	echo "-nodefaults -no-user-config -display none -accel kvm -cpu host -smp 1"
	case $1 in
	linux) linux_guest ;;
	*) program "$1" ;;
	esac
}

# disk FILE [ID]: every peer reads the same one, none can change it.
disk() {
	echo "-drive if=none,id=${2:-disk},format=raw,readonly=on,file=$1
		-device virtio-blk-pci,drive=${2:-disk},romfile="
}

# program MODE: the bench program, and what it reads at the results port.
program() {
	echo "-m 256 $(disk /kuv/app.img)
		-chardev file,id=results,path=$fifo
		-device isa-debugcon,iobase=0xe9,readback=$1,chardev=results"
}

# linux_guest: lists its variables, see tools/testing/host/lib/guest-init. The lister is on a
# second disk: Linux reads fw_cfg from its beginning again for each page, a byte at a time.
linux_guest() {
	cat >/tmp/script <<-'END'
	cat /dev/vdb >/tmp/lister
	chmod 755 /tmp/lister
	/tmp/lister $EFIVARS 100
	END
	sed -i '1i EFIVARS=/sys/firmware/efi/efivars' /tmp/script
	echo "-m 512 $(disk /kuv/linux.img) $(disk /kuv/lister lister)
		-fw_cfg name=opt/kuv/script,file=/tmp/script
		-device virtio-serial-pci -chardev file,id=results,path=$fifo
		-device virtserialport,chardev=results,name=kuv.out"
}

# metered COMMAND...: one VM until it has switched itself off.
metered() {
	meter $fifo "$@" 2>/tmp/qemu.log || say_failed "status $?"
}

# --- ours -------------------------------------------------------------------

# vard_start: the module, and one daemon for all VMs of a peer, on memory.
vard_start() {
	insmod /kuv/kvm-uefivars.ko || say_failed "no module"
	rm -f /tmp/vars.db*
	vard-sync --db /tmp/vars.db --socket /run/control >/tmp/vard-sync.log 2>&1 &
	vard=$!
	until grep -q ' 00010000 .* /run/control$' /proc/net/unix; do
		[ -d "/proc/$vard" ] || { say_failed "vard-sync ended"; return 1; }
		sleep 0.1
	done
}

vard_stop() {
	kill "$vard"
	wait "$vard" || say_failed "vard-sync ended with $?"
	rmmod kvm_uefivars || say_failed "the module stays"
}

# ours WHAT KUV-RUN-OPTION...
ours() {
	what=$1
	shift
	# shellcheck disable=SC2046
	metered kuv-run --vm "$store" --socket /run/control "$@" -- \
		qemu-system-x86_64 $(machine "$what") -machine q35,smm=off \
		-bios /kuv/OVMF.fd
}

run_ours() {
	vard_start || return 0
	boots_of ours "$@"
	vard_stop
}

# use_patched_kvm: Debian's kvm-amd.ko loads above this kvm.ko as well.
use_patched_kvm() {
	rmmod kvm_amd
	rmmod kvm
	insmod /kuv/kvm.ko
	insmod /modules/kvm-amd.ko nested=1 npt=1 ||
		say_failed "cannot load the patched kvm.ko"
}

# --- QEMU's own device ------------------------------------------------------

# uefi_vars WHAT [PROPERTY]: the newer Debian's QEMU, in a root of its own.
uefi_vars() {
	# shellcheck disable=SC2046
	metered chroot /newer qemu-system-x86_64 $(machine "$1") -machine q35,smm=off \
		-device "uefi-vars-x64,jsonfile=/tmp/$store.json${2:-}" -bios /kuv/OVMF.fd
}

run_uefi_vars() {
	for d in dev proc sys tmp kuv; do
		mkdir -p /newer/$d
		mount -o bind /$d /newer/$d
	done
	boots_of uefi_vars "$@"
}

# --- edk2's driver in SMM, variables in flash -------------------------------

smm() {
	# shellcheck disable=SC2046
	metered qemu-system-x86_64 $(machine "$1") -machine q35,smm=on \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive if=pflash,format=raw,unit=0,readonly=on,file=/kuv/CODE.fd \
		-drive "if=pflash,format=raw,unit=1,file=/tmp/$store.fd"
}

run_smm() {
	for s in bench linux; do
		cp /kuv/VARS.fd /tmp/$s.fd
	done
	boots_of smm
}

# --- one after the other ----------------------------------------------------

# boots_of COMMAND [ARGUMENT...]: a fresh QEMU for each boot, with the variables of the
# boot before; but Linux shall not find those of the bench program.
boots_of() {
	command=$1
	shift
	for b in $boots; do
		echo "boot $b"
		store=bench
		[ "$b" != linux ] || store=linux
		"$command" "$b" "$@"
	done
}

# run_peer "NAME BOOTS...": BOOTS are modes of the program, or "linux".
run_peer() {
	peer=${1%% *}
	boots=${1#* }
	echo "peer $peer"
	case $peer in
	cap-*) use_patched_kvm ;;
	esac
	case $peer in
	doorbell-back) run_ours --durability write-back ;;
	doorbell-through) run_ours --durability write-through ;;
	cap-back) run_ours --attach cap --durability write-back ;;
	cap-through) run_ours --attach cap --durability write-through ;;
	cap-pio) run_ours --attach cap --pio --durability write-back ;;
	uefi-vars) run_uefi_vars ;;
	uefi-vars-pio) run_uefi_vars ,use-pio=on ;;
	smm-flash) run_smm ;;
	*) say_failed "no such peer" ;;
	esac
}
