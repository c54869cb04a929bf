#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Disk of the differential test: build.sh OUTPUT.img plain SEED BEFORE AFTER, build.sh OUTPUT.img
# signed SEED CALLS, or build.sh OUTPUT.img scripted. A FAT volume with the EFI program
# as its default boot file, and what it is to play.

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

# tape FILE [SEED CALLS]: one from the cache, made once; the keys are there, too.
tape() {
	local made
	made=$keys/tape-${2:-scripted}-${3:-0}-$(cat "$here"/{pki,tape,malformed,families,mixed,signed}.py |
		sha256sum | cut -c -16)

	if [ ! -e "$made" ]; then
		# Only the newest of a kind: some MiB each.
		rm -f "$keys/tape-${2:-scripted}-${3:-0}"-*
		python3 -B "$here/signed.py" "$keys" "${@:2}" >"$made.tmp.$$"
		mv "$made.tmp.$$" "$made"
	fi
	cp "$made" "$1"
}

# image FILE: the disk.
image() {
	rm -f "$1"
	mformat -C -i "$1" -t 16 -h 64 -s 32 ::
	mmd -i "$1" ::/EFI ::/EFI/BOOT
	mcopy -i "$1" "$tmp/app.efi" ::/EFI/BOOT/BOOTX64.EFI
	mcopy -i "$1" "$tmp/diff.cfg" ::/diff.cfg
	[ ! -e "$tmp/diff.tape" ] || mcopy -i "$1" "$tmp/diff.tape" ::/diff.tape
}

# sign FILE: it must start with Secure Boot on as well.
sign() {
	mv "$1" "$1.unsigned"
	sbsign --key "$keys/signer.pem" --cert "$keys/signer.crt" --output "$1" \
		"$1.unsigned" >"$tmp/sbsign.log" 2>&1 ||
		kuv_die "sbsign: $(cat "$tmp/sbsign.log")"
}

main() {
	local output=${1-} kind=${2-}

	[ $# -ge 2 ] || kuv_die "usage: build.sh OUTPUT.img plain|signed|scripted [NUMBERS]"
	shift 2
	kuv_need gcc-12 gnu-efi binutils mtools python3-cryptography sbsigntool
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	app "$tmp/app.efi"
	echo "${*:-0}" >"$tmp/diff.cfg"
	if [ "$kind" != plain ]; then
		# Other keys where pki.py is another.
		keys=$KUV_CACHE/diff/$(sha256sum "$here/pki.py" | cut -c -16)
		mkdir -p "$keys"
		kuv_locked diff-tape tape "$tmp/diff.tape" "$@"
		sign "$tmp/app.efi"
	fi
	image "$output"
}

main "$@"
