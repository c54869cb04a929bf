#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the Secure Boot scenarios use: keys, signed updates, programs signed and not, a signed
# Linux guest. Prints the directory. The keys are made here and worth nothing.

# shellcheck source=tools/testing/host/guest.sh
source "$(dirname "${BASH_SOURCE[0]}")/guest.sh"
# shellcheck source=tools/testing/host/guest/secure/pki.sh
source "$KUV_TOP/tools/testing/host/guest/secure/pki.sh"
# shellcheck source=tools/kvm-build/lib.sh
source "$KUV_TOP/tools/kvm-build/lib.sh"

efi_flags=(-std=gnu17 -Os -Wall -Wextra -Werror -ffreestanding -fshort-wchar -fpic
	   -fno-strict-aliasing -fno-stack-protector -fcf-protection=none
	   -fno-asynchronous-unwind-tables -mno-red-zone -mgeneral-regs-only
	   -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi
	   -isystem /usr/include/efi/x86_64)

# keys_program FILE: the boot program guest/secure/keys.c.
keys_program() {
	gcc-12 "${efi_flags[@]}" -c -o keys.o "$here/guest/secure/keys.c"
	ld -nostdlib -znocombreloc -shared -Bsymbolic -T /usr/lib/elf_x86_64_efi.lds \
		-o keys.so /usr/lib/crt0-efi-x86_64.o keys.o \
		/usr/lib/libefi.a /usr/lib/libgnuefi.a
	[ -z "$(nm -u keys.so)" ] || kuv_die "undefined: $(nm -u keys.so | tr '\n' ' ')"
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym \
		-j .rel -j '.rel.*' -j .rela -j '.rela.*' -j .reloc \
		-O efi-app-x86_64 keys.so "$1"
	rm keys.o keys.so
}

# selftests DIR: efivarfs's own tests, from the source of the guest's kernel: what a write
# that failed leaves behind has changed since 6.12.
selftests() {
	local p

	cp -r "$efivarfs_tests/." "$1"
	for p in create-read open-unlink; do
		gcc-12 -O2 -static -o "$1/$p" "$1/$p.c"
	done
}

# secure_guest: the Linux guest with what these scenarios run in it: unified, to be signed
# by us, and in parts, for Debian's own chain of signatures.
secure_guest() {
	local root=guest/root

	mkdir guest
	guest_initrd guest
	kuv_initrd_program $root /usr/bin/efi-readvar /usr/bin/efi-updatevar \
		/bin/bash /usr/bin/chattr /bin/mount
	mkdir -p $root/auth $root/selftests $root/full
	mv $root/bin/mount $root/full/
	cp ./*.auth ./*.esl $root/auth/
	install -m 644 "$here/lib/secure-guest.sh" $root/secure.sh
	selftests $root/selftests
	kuv_initrd_pack $root guest/initrd
	guest_uki guest
	mv guest/linux.efi linux-unsigned.efi
	mv guest/initrd initrd
	rm -rf guest
}

# debian_chain: shim with Microsoft's signature, GRUB and kernel with Debian's.
debian_chain() {
	cp "$(kuv_deb_root shim-signed)/usr/lib/shim/shimx64.efi.signed" shimx64.efi
	cp "$(kuv_deb_root grub-efi-amd64-signed)/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		grubx64.efi
	cp "$KUV_VMLINUZ" vmlinuz
	cat >grub.cfg <<-END
	linux /vmlinuz $(guest_cmdline)
	initrd /initrd
	boot
	END
	pki_revoke shimx64.efi revoke-shim
}

secure_make() {
	pki_make
	debian_chain
	keys_program keys-unsigned.efi
	pki_sign_image db keys-unsigned.efi keys.efi
	pki_sign_image other keys-unsigned.efi keys-other.efi
	pki_revoke keys.efi revoke
	secure_guest
	pki_sign_image db linux-unsigned.efi linux.efi
	rm -f linux-unsigned.efi tool.log private.txt image.p7
}

secure_main() {
	local key dir

	[ $# = 1 ] || kuv_die "usage: $0 6.12|6.1|7.2"
	guest_need
	kuv_need openssl efitools sbsigntool gnu-efi e2fsprogs bash
	eval "$("$KUV_TOP/tools/kernels.sh" "$1")"
	efivarfs_tests=$(kvm_source "$(kvm_series "$1")" "$KUV_KREL")
	efivarfs_tests+=/tools/testing/selftests/efivarfs
	key=$(cat "$here"/guest/*.c "$here"/guest/secure/* "$here"/lib/guest-* \
		"$here/lib/initrd.sh" "$here/guest.sh" "$here/secure.sh" "$here/lib/secure-guest.sh" |
		sha256sum | cut -c1-16)
	dir=$KUV_CACHE/secure/$KUV_KREL-$key
	if [ ! -d "$dir" ]; then
		kuv_say "making keys and signed images for Secure Boot ($KUV_KREL)"
		rm -rf "$dir.$$"
		mkdir -p "$dir.$$"
		(cd "$dir.$$" && secure_make)
		mv -T "$dir.$$" "$dir" 2>/dev/null || rm -rf "$dir.$$"
	fi
	echo "$dir"
}

secure_main "$@"
