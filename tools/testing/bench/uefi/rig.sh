# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The measuring host of the UEFI bench: packs programs and firmware of the peers, boots them.

# Sourced after tools/lib.sh; the caller sets these.
kernel=6.12	# Debian kernel of the host
out=		# directory for all files
peers=()	# "NAME BOOTS...", see peers.sh

# shellcheck source=tools/testing/host/lib/initrd.sh
source "$KUV_TOP/tools/testing/host/lib/initrd.sh"
# shellcheck source=tools/testing/host/lib/emulator.sh
source "$KUV_TOP/tools/testing/host/lib/emulator.sh"

uefi_here=$KUV_TOP/tools/testing/bench/uefi
uefi_limit=3000

# uefi_has PATTERN: one of the peers to measure is like this.
uefi_has() {
	local p

	for p in "${peers[@]}"; do
		# shellcheck disable=SC2053
		[[ ${p%% *} != $1 ]] || return 0
	done
	return 1
}

# uefi_needs MODULE: what is loaded before it; the init there has no modprobe.
uefi_needs() {
	local PATH=$PATH:/sbin:/usr/sbin

	echo "$(modinfo -F depends "$1") $(modinfo -F softdep "$1" | sed 's/^pre://')"
}

# uefi_cc ARGUMENT...: programs for the measuring host and its guest.
uefi_cc() {
	gcc-12 -std=gnu17 -O2 -Wall -Wextra -Werror -static "$@"
}

# uefi_qemu DIR [ROOT]: QEMU with its libraries and what it loads, out of a root.
uefi_qemu() {
	local dir=$1 root=${2:-} lib
	local qemu=$root/usr/bin/qemu-system-x86_64

	install -D "$qemu" "$dir/usr/bin/qemu-system-x86_64"
	mkdir -p "$dir/usr/share/qemu" "$dir/tmp" "$dir/dev" "$dir/proc"
	cp "$root/usr/share/qemu/kvmvapic.bin" "$dir/usr/share/qemu/"
	# The device uefi-vars is a part that QEMU loads.
	for lib in "$root"/usr/lib/*/qemu/hw-uefi-vars.so; do
		[ ! -e "$lib" ] || install -D "$lib" "$dir${lib#"$root"}"
	done
	chroot "${root:-/}" ldd /usr/bin/qemu-system-x86_64 |
		sed -n 's,^[^/]*\(/[^ ]*\) (0x.*,\1,p' |
		while read -r lib; do
			mkdir -p "$dir$(dirname "$lib")"
			cp -L "$root$lib" "$dir$lib"
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
	if [[ ${peers[*]} = *linux* ]]; then
		cp "$("$KUV_TOP/tools/testing/host/guest.sh" 6.12)" "$dir/kuv/linux.img"
		uefi_cc -s -o "$dir/kuv/lister" "$uefi_here/lister.c"
	fi
	built=$("$KUV_TOP/tools/testing/firmware/build.sh" RELEASE)
	cp "$built/OVMF_RELEASE.fd" "$dir/kuv/OVMF.fd"
	if uefi_has 'smm-*'; then
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
	uefi_pack_ours "$dir"
	if uefi_has 'uefi-vars*'; then
		newer=$(uefi_newer)
		uefi_qemu "$dir/newer" "$newer"
	fi
	kuv_initrd_modules "$dir" "${modules[@]}"
	cp "$dir/modules/kvm.ko" "$dir/kuv/kvm-stock.ko"
	if uefi_has 'cap-*'; then
		cp "$(uefi_patched_kvm)" "$dir/kuv/kvm-patched.ko"
	fi
	install -m 644 "$uefi_here/peers.sh" "$dir/kuv/peers.sh"
	printf '%s\n' "${peers[@]}" >"$dir/kuv/peers"
	install -m 755 "$uefi_here/init" "$dir/init"
	find "$dir" -exec touch -h -d @0 {} +
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
	rm -f "$out/results" "$out/console.log"
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
}
