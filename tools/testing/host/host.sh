#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots the emulated KVM host: QEMU TCG with SVM, a stock Debian kernel, this machine's own
# root file system read-only below a tmpfs. Runs one command in it and returns its status.

# shellcheck source=tools/kernels.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../kernels.sh"
# shellcheck source=tools/testing/host/lib/initrd.sh
source "$KUV_TOP/tools/testing/host/lib/initrd.sh"
# shellcheck source=tools/testing/host/lib/emulator.sh
source "$KUV_TOP/tools/testing/host/lib/emulator.sh"

usage() {
	cat <<-END
	usage: host.sh [--kernel 6.12|6.1|7.2|6.12-debug] [--timeout SECONDS] [--mem MIB]
	               [--cpus N] [--share DIR] [--net N:DIR] [--append WORDS] -- COMMAND...
	       host.sh [options] --shell
	The command runs as root in this directory. Only DIR is writable for good (the same
	path inside and outside); there go console.log, dmesg and the status. KUV_*
	variables are handed on. With KUV_KVM=DIR the kvm.ko in DIR is loaded instead of the
	kernel's own, see tools/kvm-build. --net joins hosts 1 and 2 with the same DIR, a short path, by a
	network card; host N is 10.0.0.N there. Limit 300 s, a day for the shell. Status: the command's, 124 time limit, 125 host died.
	END
}

kernel=6.12
limit=
mem=4096
cpus=1
share=
append=
net=
shell=

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--timeout) limit=$2; shift ;;
		--mem) mem=$2; shift ;;
		--cpus) cpus=$2; shift ;;
		--share) share=$2; shift ;;
		--append) append=$2; shift ;;
		--net) net=$2; shift ;;
		--shell) shell=1 ;;
		--help) usage; exit 0 ;;
		--) shift; break ;;
		*) usage >&2; kuv_die "unknown option $1" ;;
		esac
		shift
	done
	command=("$@")
	limit=${limit:-$([ -n "$shell" ] && echo 86400 || echo 300)}
	[ -n "$shell" ] || [ ${#command[@]} -gt 0 ] ||
		kuv_die "no command; use -- COMMAND or --shell"
}

# host_initrd: the host's initramfs for this kernel; prints the file.
host_initrd() {
	local here=$KUV_TOP/tools/testing/host/lib dir key kvm=${KUV_KVM:+$KUV_KVM/kvm.ko}

	[ -z "$kvm" ] || [ -e "$kvm" ] || kuv_die "KUV_KVM is set, but there is no $kvm"
	key=$(cat "$here/host-init" "$here/initrd.sh" "$KUV_MODDIR/lib/modules/$KUV_KREL/modules.dep" \
		${kvm:+"$kvm"} | sha256sum | cut -c1-16)
	dir=$KUV_CACHE/host-initrd/$KUV_KREL-$key
	if [ ! -e "$dir.cpio" ]; then
		rm -rf "$dir.$$"
		kuv_initrd_busybox "$dir.$$"
		kuv_initrd_modules "$dir.$$" virtio_pci 9pnet_virtio 9p overlay \
			virtio_console virtio_rng virtio_net kvm-amd
		[ -z "$kvm" ] || cp "$kvm" "$dir.$$/modules/kvm.ko"
		install -m 755 "$here/host-init" "$dir.$$/init"
		kuv_initrd_pack "$dir.$$" "$dir.$$.cpio"
		mv "$dir.$$.cpio" "$dir.cpio"
		rm -rf "$dir.$$"
	fi
	echo "$dir.cpio"
}

# fill_share: what lib/host-main.sh reads.
fill_share() {
	rm -f "$share"/{status,dmesg,interactive}
	echo "$KUV_TOP/tools/testing/host/lib/host-main.sh" >"$share/main"
	echo "$KUV_MODDIR" >"$share/moddir"
	kuv_emulator_quirk >"$share/quirk"
	{
		declare -px | grep -E '^declare -x KUV_' || true
		printf 'cd %q\n' "$PWD"
		if [ -n "$shell" ]; then
			echo 'exec bash -i'
		else
			printf '%q ' "${command[@]}"
			echo
		fi
	} >"$share/cmd"
	[ -z "$shell" ] || touch "$share/interactive"
}

# net_args N:DIR: a network card on a cable between two sockets in DIR; what is sent
# while nobody is at the other end is lost, as on any.
net_args() {
	local nr=${1%%:*} dir=${1#*:}

	rm -f "$dir/$nr"
	echo "-netdev"
	echo "dgram,id=net,local.type=unix,local.path=$dir/$nr,remote.type=unix,remote.path=$dir/$((3 - nr))"
	echo "-device"
	echo "virtio-net-pci,netdev=net,mac=52:54:00:00:00:0$nr,romfile="
}

# shellcheck disable=SC2054 # QEMU's options have commas
# boot: QEMU in the foreground until the host powers off.
boot() {
	local initrd=$1 words serial out pid rc=0 env network=()
	words="console=ttyS0 loglevel=4 panic=-1 tsc=reliable no_timer_check nokaslr"
	words+=" $(kuv_emulator_tsc) kuv.share=$share $append"

	if [ -n "$net" ]; then
		# Where several emulators share a core, seconds without it mean nothing.
		words+=" kuv.host=${net%%:*} nosoftlockup rcupdate.rcu_cpu_stall_suppress=1"
		mapfile -t network < <(net_args "$net")
	fi
	mapfile -t env < <(kuv_emulator_env)
	# QEMU opens the far end of a cat: stdout may be anything then.
	exec {out}> >(cat)
	pid=$!
	if [ -n "$shell" ]; then
		serial=(-serial mon:stdio)
	else
		serial=(-serial "file:$share/console.log"
			-device virtio-serial-pci
			-chardev "file,id=out,path=/dev/fd/$out"
			-device virtserialport,chardev=out,name=kuv.out)
	fi
	timeout --foreground -k 5 "$limit" env "${env[@]}" qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot \
		-machine "${KUV_HOST_MACHINE:-pc}" \
		-accel "tcg,thread=single${KUV_HOST_TCG:-}" \
		-cpu "max,+svm,-erms,-fsrm${KUV_HOST_CPU:-}" -smp "$cpus" -m "$mem" \
		-kernel "$KUV_VMLINUZ" -initrd "$initrd" -append "$words" \
		-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-fsdev "local,id=share,path=$share,security_model=none,multidevs=remap" \
		-device virtio-9p-pci,fsdev=share,mount_tag=share \
		-device virtio-rng-pci "${network[@]}" \
		"${serial[@]}" || rc=$?
	exec {out}>&-
	wait "$pid"
	return "$rc"
}

# result RC: the command's status, or why there is none.
result() {
	if [ -s "$share/status" ]; then
		exit "$(cat "$share/status")"
	fi
	if [ "$1" = 124 ] || [ "$1" = 137 ]; then
		kuv_say "host: time limit of $limit s reached; console in $share/console.log"
		exit 124
	fi
	kuv_say "host: stopped without a status (QEMU said $1); console in $share/console.log"
	exit 125
}

main() {
	local rc=0 initrd

	parse "$@"
	kuv_need qemu-system-x86 busybox-static kmod xz-utils zstd
	eval "$("$KUV_TOP/tools/kernels.sh" "$kernel")"
	initrd=$(host_initrd)
	share=${share:-$(mktemp -d "${TMPDIR:-/tmp}/kuv-host.XXXXXX")}
	mkdir -p "$share"
	share=$(realpath "$share")
	fill_share
	if [ -n "$shell" ]; then
		boot "$initrd" || rc=$?
	else
		boot "$initrd" </dev/null || rc=$?
	fi
	result "$rc"
}

main "$@"
