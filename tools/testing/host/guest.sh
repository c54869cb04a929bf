#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Disk image of a Linux guest that firmware starts: a GPT disk whose EFI system partition
# holds guest/efi/probe.c as the default boot file and, started by it, a unified image of a
# stock Debian kernel and a small initramfs. Prints the image's name.
#
# The guest runs the script given by -fw_cfg name=opt/kuv/script,file=..., see lib/guest-init.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/host/lib/initrd.sh
source "$KUV_TOP/tools/testing/host/lib/initrd.sh"

here=$KUV_TOP/tools/testing/host
# guest_cmdline: for the guest's kernel. What KVM of 7.2 and QEMU 7.2 together say about the
# size of the FPU's state contradicts itself; the guest's 7.2 stumbles over that.
guest_cmdline() {
	echo "console=ttyS0 loglevel=4 panic=-1 tsc=reliable no_timer_check nokaslr" \
		"pci=noearly mitigations=off iomem=relaxed" \
		"$(case $KUV_KREL in 7.*) echo noxsave ;; esac)"
}

# guest_initrd DIR: initramfs of the guest, as DIR/initrd.
guest_initrd() {
	local dir=$1 src

	kuv_initrd_busybox "$dir/root"
	kuv_initrd_modules "$dir/root" virtio_pci virtio_blk virtio_console \
		efivarfs qemu_fw_cfg
	kuv_initrd_program "$dir/root" /usr/bin/efibootmgr
	for src in "$here"/guest/*.c; do
		[ -e "$src" ] || continue
		gcc-12 -std=gnu17 -O2 -Wall -Wextra -Werror -static \
			-I "$KUV_TOP/uapi" -o "$dir/root/bin/$(basename "$src" .c)" "$src"
	done
	install -m 755 "$here/lib/guest-init" "$dir/root/init"
	install -m 644 "$here/lib/guest-lib.sh" "$dir/root/lib.sh"
	kuv_initrd_pack "$dir/root" "$dir/initrd"
}

# uki_add FILE SECTION CONTENT: append a section after the last one of an EFI stub.
uki_add() {
	local file=$1 section=$2 content=$3 end

	end=$(objdump -h "$file" | awk '
		$1 ~ /^[0-9]+$/ { e = strtonum("0x" $4) + strtonum("0x" $3);
				  if (e > max) max = e }
		END { printf "%d", max }')
	end=$(((end + 0xffff) & ~0xffff))
	objcopy --add-section "$section=$content" \
		--change-section-vma "$section=$end" "$file"
}

# guest_uki DIR: the unified kernel image, as DIR/linux.efi.
guest_uki() {
	local dir=$1 uki=$1/linux.efi

	guest_cmdline | tr '\n' '\0' >"$dir/cmdline"
	cp /usr/lib/systemd/boot/efi/linuxx64.efi.stub "$uki"
	uki_add "$uki" .cmdline "$dir/cmdline"
	uki_add "$uki" .linux "$KUV_VMLINUZ"
	uki_add "$uki" .initrd "$dir/initrd"
}

# guest_disk DIR: GPT disk with the system partition at 1 MiB, as DIR/disk.
guest_disk() {
	local dir=$1 disk=$1/disk.img esp=$1/disk.img@@1M

	truncate -s 66M "$disk"
	printf 'label: gpt\nstart=1MiB, size=64MiB, type=U, name=esp\n' |
		PATH=$PATH:/sbin:/usr/sbin sfdisk -q "$disk"
	mformat -i "$esp" -F -T $((64 * 2048)) -h 16 -s 63 ::
	mmd -i "$esp" ::/EFI ::/EFI/BOOT ::/EFI/kuv
	bash "$here/guest/efi/build.sh" "$dir/probe.efi"
	mcopy -i "$esp" "$dir/probe.efi" ::/EFI/BOOT/BOOTX64.EFI
	mcopy -i "$esp" "$dir/linux.efi" ::/EFI/kuv/linux.efi
}

guest_need() {
	kuv_need busybox-static kmod xz-utils zstd efibootmgr gcc-12 libc6-dev binutils \
		systemd-boot-efi mtools fdisk gawk
}

main() {
	local key dir

	[ $# = 1 ] || kuv_die "usage: $0 6.12|6.1|7.2"
	guest_need
	eval "$("$KUV_TOP/tools/kernels.sh" "$1")"
	key=$(cat "$here"/guest/*.c "$here"/guest/efi/* "$here"/lib/guest-* "$here/lib/initrd.sh" "$0" \
		2>/dev/null | sha256sum | cut -c1-16)
	dir=$KUV_CACHE/guest/$KUV_KREL-$key
	if [ ! -d "$dir" ]; then
		kuv_say "building the Linux guest image ($KUV_KREL)"
		rm -rf "$dir.$$"
		mkdir -p "$dir.$$"
		guest_initrd "$dir.$$"
		guest_uki "$dir.$$"
		guest_disk "$dir.$$"
		rm -rf "$dir.$$"/{root,initrd,cmdline,linux.efi,probe.efi}
		mv -T "$dir.$$" "$dir" 2>/dev/null || rm -rf "$dir.$$"
	fi
	echo "$dir/disk.img"
}

# secure.sh sources this file for its functions.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	main "$@"
fi
