#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Disk of the differential test: build.sh OUTPUT.img SEED BEFORE AFTER. A FAT volume with
# the EFI program as its default boot file, and what it is to play.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

here=$KUV_TOP/tools/testing/diff
flags=(-std=gnu17 -Os -Wall -Wextra -Werror -ffreestanding -fshort-wchar -fpic
       -fno-strict-aliasing -fno-stack-protector -fcf-protection=none
       -fno-asynchronous-unwind-tables -mno-red-zone -mgeneral-regs-only
       -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi
       -isystem /usr/include/efi/x86_64)

# app FILE: compile and link the program.
app() {
	local src obj=()

	for src in "$here"/*.c; do
		[ "$src" != "$here/limits.c" ] || continue
		obj+=("$tmp/$(basename "$src" .c).o")
		gcc-12 "${flags[@]}" -c -o "${obj[-1]}" "$src"
	done
	ld -nostdlib -znocombreloc -shared -Bsymbolic -T /usr/lib/elf_x86_64_efi.lds \
		-o "$tmp/app.so" /usr/lib/crt0-efi-x86_64.o "${obj[@]}" \
		/usr/lib/libgnuefi.a
	[ -z "$(nm -u "$tmp/app.so")" ] ||
		kuv_die "undefined: $(nm -u "$tmp/app.so" | tr '\n' ' ')"
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym \
		-j .rel -j '.rel.*' -j .rela -j '.rela.*' -j .reloc \
		-O efi-app-x86_64 "$tmp/app.so" "$1"
}

main() {
	[ $# = 4 ] || kuv_die "usage: build.sh OUTPUT.img SEED BEFORE AFTER"
	kuv_need gcc-12 gnu-efi binutils mtools
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	app "$tmp/app.efi"
	echo "$2 $3 $4" >"$tmp/diff.cfg"
	rm -f "$1"
	mformat -C -i "$1" -f 2880 ::
	mmd -i "$1" ::/EFI ::/EFI/BOOT
	mcopy -i "$1" "$tmp/app.efi" ::/EFI/BOOT/BOOTX64.EFI
	mcopy -i "$1" "$tmp/diff.cfg" ::/diff.cfg
}

main "$@"
