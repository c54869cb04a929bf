# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# edk2's own program enrols the usual keys; Debian's shim, GRUB and kernel start by their own
# signatures, until the running Linux puts shim's hash on dbx.
# Limit: 600 s

# shellcheck source=tools/testing/host/lib/secure-lib.sh
source "$KUV_TOP/tools/testing/host/lib/secure-lib.sh"

disk stock keys-unsigned.efi <<'END'
get SetupMode
start EnrollDefaultKeys.efi
get SetupMode
get SecureBoot
get CustomMode
get SecureBootEnable
get VendorKeys
reset
END
cp "${KUV_FIRMWARE%/*}/EnrollDefaultKeys.efi" "$WORK/disks/stock/"
disk debian shimx64.efi vmlinuz initrd </dev/null
cp "$KUV_SECURE/grubx64.efi" "$WORK/disks/debian/EFI/BOOT/"
mkdir "$WORK/disks/debian/EFI/debian"
cp "$KUV_SECURE/grub.cfg" "$WORK/disks/debian/EFI/debian/"
# The certificate for PK and the first KEK comes from the host, in SMBIOS.
smbios=type=11,value=4e32566d-8e9e-4f52-81d3-5bb9715f9727:$(base64 -w 0 "$KUV_SECURE/KEK.der")

load_module
start_vard
disks stock debian
vm_linux a -smbios "$smbios" <<'END'
. /secure.sh
cd /auth
reads SecureBoot 06 01
reads SetupMode 06 00
must sh -c 'dmesg | grep -q "Secure boot enabled"'
must sh -c 'efi-readvar -v db | grep -q "Microsoft Corporation UEFI CA 2011"'
must sh -c 'efi-readvar -v PK | grep -q "CN=kuv test KEK"'
tail -c +5 $EFIVARS/$(full dbx) >/tmp/dbx-before
write dbx 0x67 dbx-by-other.auth EACCES
write dbx 0x67 revoke-shim.auth ok
holds dbx /tmp/dbx-before revoke-shim.esl
END
answered a \
	"get SetupMode: Success attrs 6 len 1 data 01" \
	"starting EnrollDefaultKeys.efi" \
	"start EnrollDefaultKeys.efi: Success" \
	"get SetupMode: Success attrs 6 len 1 data 00" \
	"get SecureBoot: Success attrs 6 len 1 data 01" \
	"get CustomMode: Success attrs 3 len 1 data 00" \
	"get SecureBootEnable: Success attrs 3 len 1 data 01" \
	"get VendorKeys: Success attrs 6 len 1 data 00"
heard a 'info: success'
refused a 0
# GRUB reads a kernel and an initramfs through the firmware.
vm_says a '^guest: script ended' 400
vm_done a
same "dbx ends in shim's hash" "$(hex revoke-shim.esl)" \
	"$(stored_hex a dbx "$SECURITY_NS" | tail -c 153)"

vm_disks a stock debian
refused a 0
refused a 1
vm_kill a
