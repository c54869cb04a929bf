#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Disk of the bench: disk.sh OUTPUT.img. A FAT volume with app.c as its default boot file.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../lib.sh"

here=$KUV_TOP/tools/testing/bench/uefi
flags=(-std=gnu17 -O2 -Wall -Wextra -Werror -ffreestanding -fshort-wchar -fpic
       -fno-strict-aliasing -fno-stack-protector -fcf-protection=none
       -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns
       -mno-red-zone -mgeneral-regs-only
       -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi
       -isystem /usr/include/efi/x86_64)

# app FILE: compile and link the program.
app() {
	gcc-12 "${flags[@]}" -c -o "$tmp/app.o" "$here/app.c"
	ld -nostdlib -znocombreloc -shared -Bsymbolic -T /usr/lib/elf_x86_64_efi.lds \
		-o "$tmp/app.so" /usr/lib/crt0-efi-x86_64.o "$tmp/app.o" \
		/usr/lib/libgnuefi.a
	[ -z "$(nm -u "$tmp/app.so")" ] ||
		kuv_die "undefined: $(nm -u "$tmp/app.so" | tr '\n' ' ')"
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym \
		-j .rel -j '.rel.*' -j .rela -j '.rela.*' -j .reloc \
		-O efi-app-x86_64 "$tmp/app.so" "$1"
}

main() {
	[ $# = 1 ] || kuv_die "usage: disk.sh OUTPUT.img"
	kuv_need gcc-12 gnu-efi binutils mtools
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	app "$tmp/app.efi"
	rm -f "$1"
	mformat -C -i "$1" -f 1440 ::
	mmd -i "$1" ::/EFI ::/EFI/BOOT
	mcopy -i "$1" "$tmp/app.efi" ::/EFI/BOOT/BOOTX64.EFI
}

main "$@"
