# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Keys are enrolled from firmware; an image without our signature is refused, a signed one starts
# until its hash is in dbx. QEMU, daemon and module are replaced in between.
# Limit: 450 s

# shellcheck source=tools/testing/host/lib/secure-lib.sh
source "$KUV_TOP/tools/testing/host/lib/secure-lib.sh"

disk unsigned keys-unsigned.efi </dev/null
disk other keys-other.efi </dev/null
disk signed keys.efi dbx-by-other.auth dbx-broken.auth dbx-by-db.auth db.auth revoke.auth <<'END'
get SetupMode
get SecureBoot
set dbx 67 dbx-by-other.auth
set dbx 67 dbx-by-db.auth
set dbx 67 dbx-broken.auth
set db 27 db.auth
set db 0 -
set SecureBoot 6 db.auth
get dbx
set dbx 67 revoke.auth
reset
END

load_module
start_vard
enrol_disk
vm_disks a enrol
enrolled a
vm_kill a
stored_is a PK "$EFI_NS" PK.esl
stored_is a KEK "$EFI_NS" KEK.esl
stored_is a db "$SECURITY_NS" db.esl

stop_vard
unload_module
load_module
start_vard
vm_disks a unsigned other signed
refused a 0
refused a 1
answered a \
	"get SetupMode: Success attrs 6 len 1 data 00" \
	"get SecureBoot: Success attrs 6 len 1 data 01" \
	"set dbx 67 dbx-by-other.auth: Security Policy Violation" \
	"set dbx 67 dbx-by-db.auth: Security Policy Violation" \
	"set dbx 67 dbx-broken.auth: Security Policy Violation" \
	"set db 27 db.auth: Security Policy Violation" \
	"set db 0 -: Invalid Parameter" \
	"set SecureBoot 6 db.auth: Write Protected" \
	"get dbx: Not Found" \
	"set dbx 67 revoke.auth: Success"
say "the signed image has put itself on dbx, and resets the machine"
refused a 2
vm_kill a
stored_is a dbx "$SECURITY_NS" revoke.esl
stored_is a db "$SECURITY_NS" db.esl
