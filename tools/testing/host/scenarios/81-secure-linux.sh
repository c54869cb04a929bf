# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A signed Linux guest updates key variables through efivarfs: with the right signature it may,
# with a wrong or old one it may not. Then it gives up its platform key.
# Limit: 480 s

# shellcheck source=tools/testing/host/lib/secure-lib.sh
source "$KUV_TOP/tools/testing/host/lib/secure-lib.sh"

enrol_disk
disk linux linux.efi </dev/null
disks enrol linux

load_module
start_vard
vm_linux a <<'END'
. /secure.sh
cd /auth

reads SecureBoot 06 01
reads SetupMode 06 00
must sh -c 'dmesg | grep -q "Secure boot enabled"'
holds PK PK.esl
holds KEK KEK.esl
holds db db.esl
must sh -c 'efi-readvar -v KEK | grep -q "CN=kuv test KEK"'

# Appending to dbx; the first one is made with the usual tool. What is there
# already is not added again, a second time neither.
must efi-updatevar -a -f dbx-1.auth dbx
holds dbx hash1.esl
write dbx 0x67 dbx-by-other.auth EACCES
write dbx 0x67 dbx-by-db.auth EACCES
write dbx 0x67 dbx-broken.auth EACCES
write dbx 0x67 db.auth EACCES
write dbx 0x67 hash3.esl EACCES
write dbx 0x27 dbx-12.auth EACCES
holds dbx hash1.esl
write dbx 0x67 dbx-12.auth ok
holds dbx hash1.esl hash2.esl
write dbx 0x67 dbx-12.auth ok
holds dbx hash1.esl hash2.esl

# Replacing it: only forward in time.
write dbx 0x27 dbx-year3.auth ok
holds dbx hash3.esl
write dbx 0x27 dbx-year3.auth EACCES
write dbx 0x27 dbx-year2.auth EACCES
write dbx 0x07 hash4.esl EINVAL
delete dbx EINVAL
holds dbx hash3.esl

# Who may sign for what.
write KEK 0x67 KEK-by-KEK.auth EACCES
write KEK 0x67 KEK-by-PK.auth ok
holds KEK KEK.esl other.esl
write SecureBoot 0x06 PK.esl EROFS
write SetupMode 0x06 PK.esl EROFS

# A variable bound to its first signer.
write KuvPrivate 0x27 private-1.auth ok
reads KuvPrivate 27 6669727374
write KuvPrivate 0x27 private-other.auth EACCES
write KuvPrivate 0x27 private-1.auth EACCES
write KuvPrivate 0x07 hash1.esl EINVAL
delete KuvPrivate EINVAL
write KuvPrivate 0x27 private-2.auth ok
reads KuvPrivate 27 7365636f6e64
echo "keys done"

cd /selftests
must bash efivarfs.sh
END
enrolled a
vm_done a
sed -n '/^running/p; /FAIL/p' "$(log_of a out)"
stored_is a dbx "$SECURITY_NS" hash3.esl
stored_is a KEK "$EFI_NS" KEK.esl other.esl
same "private variable in the database" second "$(stored a KuvPrivate)"

disks linux
vm_linux a <<'END'
. /secure.sh
cd /auth
holds dbx hash3.esl
reads KuvPrivate 27 7365636f6e64
write KuvPrivate 0x27 private-other.auth EACCES
write KuvPrivate 0x27 private-gone.auth ok
must test ! -e $EFIVARS/KuvPrivate-$PRIVATE
write dbx 0x27 dbx-year2.auth EACCES

write PK 0x27 PK-gone-by-other.auth EACCES
reads SetupMode 06 00
write PK 0x27 PK-gone.auth ok
must test ! -e $EFIVARS/PK-$GLOBAL
reads SetupMode 06 01
reads SecureBoot 06 01
END
vm_done a
refuse "PK is gone from the database" has a PK

disk unsigned keys-unsigned.efi <<'END'
get SetupMode
get SecureBoot
get dbx
END
vm_disks a unsigned
answered a \
	"get SetupMode: Success attrs 6 len 1 data 01" \
	"get SecureBoot: Success attrs 6 len 1 data 00" \
	"get dbx: Success attrs 27 len 76 data 26 16 C4 C1 4C 50 92 40"
vm_kill a
