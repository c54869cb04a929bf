# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The measuring host of the UEFI bench: packs programs and firmware of the peers, boots them.

# Sourced after tools/lib.sh; the caller sets these.
kernel=6.12	# Debian kernel of the host
out=		# directory for all files of this peer
peer=		# what is measured, see peers.sh
boots=		# and with which boots

# shellcheck source=tools/testing/host/lib/initrd.sh
source "$KUV_TOP/tools/testing/host/lib/initrd.sh"
# shellcheck source=tools/testing/host/lib/emulator.sh
source "$KUV_TOP/tools/testing/host/lib/emulator.sh"

uefi_here=$KUV_TOP/tools/testing/bench/uefi
uefi_limit=3000

# uefi_needs MODULE: what is loaded before it; the init there has no modprobe.
uefi_needs() {
	local PATH=$PATH:/sbin:/usr/sbin

	echo "$(modinfo -F depends "$1") $(modinfo -F softdep "$1" | sed 's/^pre://')"
}

# uefi_cc ARGUMENT...: programs for the measuring host and its guest.
uefi_cc() {
	gcc-12 -std=gnu17 -O2 -Wall -Wextra -Werror -static "$@"
}

# uefi_program DIR ROOT FILE: copy a program or library out of a root, and what it needs.
uefi_program() {
	local dir=$1 root=$2 lib

	for lib in "$3" $(chroot "${root:-/}" ldd "$3" |
		sed -n 's,^[^/]*\(/[^ ]*\) (0x.*,\1,p'); do
		[ -e "$dir$lib" ] || install -D "$root$lib" "$dir$lib"
	done
}

# uefi_qemu DIR [ROOT]: QEMU with what it loads, out of a root.
uefi_qemu() {
	local dir=$1 root=${2:-} part

	mkdir -p "$dir/usr/share/qemu"
	cp "$root/usr/share/qemu/kvmvapic.bin" "$dir/usr/share/qemu/"
	uefi_program "$dir" "$root" /usr/bin/qemu-system-x86_64
	# The device uefi-vars is a part of its own.
	for part in "$root"/usr/lib/*/qemu/hw-uefi-vars.so; do
		[ ! -e "$part" ] || uefi_program "$dir" "$root" "${part#"$root"}"
	done
}

uefi_pack_ours() {
	local dir=$1 module need

	module=$("$KUV_TOP/tools/build-module.sh" "$kernel" auto | tail -n 1)
	make -s -C "$KUV_TOP" all >&2
	cp "$module" "$dir/kuv/kvm-uefivars.ko"
	IFS=', ' read -ra need < <(uefi_needs "$module")
	modules+=("${need[@]}")
	kuv_initrd_program "$dir" "$KUV_TOP"/build/{vard-sync,kuv-run}
	cp "$KUV_TOP/build/libkuv-preload.so" "$dir/bin/"
}

uefi_pack_firmware() {
	local dir=$1 built

	bash "$uefi_here/disk.sh" "$dir/kuv/app.img"
	if [[ $boots = *linux* ]]; then
		cp "$("$KUV_TOP/tools/testing/host/guest.sh" 6.12)" "$dir/kuv/linux.img"
		uefi_cc -s -o "$dir/kuv/lister" "$uefi_here/lister.c"
		truncate -s %512 "$dir/kuv/lister"
	fi
	built=$("$KUV_TOP/tools/testing/firmware/build.sh" RELEASE)
	cp "$built/OVMF_RELEASE.fd" "$dir/kuv/OVMF.fd"
	if [[ $peer = smm-* ]]; then
		kuv_need ovmf
		cp /usr/share/OVMF/OVMF_CODE_4M.secboot.fd "$dir/kuv/CODE.fd"
		cp /usr/share/OVMF/OVMF_VARS_4M.fd "$dir/kuv/VARS.fd"
	fi
}

# uefi_newer: the root of a Debian whose QEMU has the device uefi-vars.
uefi_newer() {
	echo "${KUV_NEWER:-$(kuv_suite_root trixie qemu-system-x86)}"
}

# uefi_patched_kvm: the kvm.ko with KVM_CAP_UEFI_VARS.
uefi_patched_kvm() {
	if [ -n "${KUV_KVM:-}" ]; then
		echo "$KUV_KVM/kvm.ko"
	else
		echo "$("$KUV_TOP/tools/kvm-build/build.sh" "$kernel" | tail -n 1)/kvm.ko"
	fi
}

# uefi_key DIR: of all that decides what is measured. In virtual time the same image gives
# the same numbers.
uefi_key() {
	{
		(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
		sha256sum <"$KUV_VMLINUZ"
		declare -f uefi_boot
		qemu-system-x86_64 --version
	} | sha256sum
}

# uefi_pack: one initramfs with nothing in it but the bench.
uefi_pack() {
	local dir=$out/initrd newer
	local -a modules=(kvm-amd)

	rm -rf "$dir"
	kuv_initrd_busybox "$dir"
	mkdir -p "$dir/kuv"
	uefi_cc -o "$dir/bin/meter" "$uefi_here/meter.c"
	uefi_qemu "$dir"
	uefi_pack_firmware "$dir"
	case $peer in
	doorbell-* | cap-*) uefi_pack_ours "$dir" ;;
	uefi-vars*)
		newer=$(uefi_newer)
		uefi_qemu "$dir/newer" "$newer"
		;;
	esac
	kuv_initrd_modules "$dir" "${modules[@]}"
	if [[ $peer = cap-* ]]; then
		cp "$(uefi_patched_kvm)" "$dir/kuv/kvm.ko"
	fi
	install -m 644 "$uefi_here/peers.sh" "$dir/kuv/peers.sh"
	echo "$peer $boots" >"$dir/kuv/peer"
	install -m 755 "$uefi_here/init" "$dir/init"
	find "$dir" -exec touch -h -d @0 {} +
	uefi_key "$dir" >"$out/key.new"
	kuv_initrd_pack "$dir" "$out/initrd.cpio"
	rm -rf "$dir"
}

# uefi_prepare: all that is needed to boot.
uefi_prepare() {
	kuv_need_programs gcc-12 libc6-dev qemu-system-x86 busybox-static kmod xz-utils
	eval "$("$KUV_TOP/tools/kernels.sh" "$kernel")"
	uefi_pack
}

# uefi_boot: in virtual time, where the TSC counts instructions. Results in $out/results.
uefi_boot() {
	local rc=0 words env

	words="console=ttyS0 loglevel=4 panic=-1 tsc=reliable nokaslr norandmaps"
	words+=" randomize_kstack_offset=off"
	mapfile -t env < <(kuv_emulator_env)
	rm -f "$out"/{results,key,console.log}
	timeout --foreground -k 5 "$uefi_limit" env "${env[@]}" qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot \
		-machine pc -m 2048 -smp 1 -accel tcg,thread=single,tb-size=512 \
		-icount shift=0,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm \
		-cpu max,+svm,-erms,-fsrm,-rdrand,-rdseed \
		-kernel "$KUV_VMLINUZ" -initrd "$out/initrd.cpio" -append "$words" \
		-serial "file:$out/console.log" -serial "file:$out/results" \
		</dev/null || rc=$?
	[ "$rc" = 0 ] || kuv_say "bench: the emulator ended with status $rc"
	touch "$out/results"
	mv "$out/key.new" "$out/key"
	rm "$out/initrd.cpio"
}
