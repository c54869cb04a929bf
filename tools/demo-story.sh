#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The story of make demo, told inside the emulated host: demo-story.sh DIR keeps
# logs and the database in DIR.

set -euo pipefail
keep=$1
LOGS=/run/logs
mkdir -p "$LOGS"
# shellcheck source=tools/testing/host/lib/scenario.sh
source "$(dirname "$0")/testing/host/lib/scenario.sh"
# shellcheck source=tools/testing/host/lib/secure-lib.sh
source "$(dirname "$0")/testing/host/lib/secure-lib.sh"

# Only the story is told; what it is made of goes to a log.
say() {
	echo "$*" >>"$LOGS/story.log"
}

fail() {
	echo "FAILED: $*"
	cp -r "$LOGS/." "$keep/"
	exit 1
}

# no_qemu: no VM runs here any more.
no_qemu() {
	! pgrep qemu-system >/dev/null
}

# quote FILE PATTERN: the guest's own words.
quote() {
	sed -n "s/^$2: /     guest| /p" "$1"
}

# shellcheck disable=SC2119 # no module parameters
load_module
# shellcheck disable=SC2119
start_vard
echo
echo "1. Host: stock kernel $(uname -r), module kvm-uefivars and vard-sync."
echo "   A VM starts: unmodified QEMU under kuv-run, firmware, Linux."

vm_linux demo <<'END'
must evar set KuvText "written in the first life"
tell wrote "efivarfs: KuvText = $(evar get KuvText)"
must efibootmgr -q -C -d /dev/vda -p 1 -L kuv-next -l '\EFI\kuv\linux.efi'
nr=$(efibootmgr | sed -n 's/^Boot\([0-9A-F]*\)[* ] *kuv-next.*/\1/p')
must efibootmgr -q -n "$nr"
tell wrote "efibootmgr: new entry Boot$nr 'kuv-next', BootNext = $nr"
tell next "$nr"
tell wrote "booted from Boot$(boot_current)"
echo written
sleep 1000
END
vm_says demo '^written$'
echo "2. What the guest wrote:"
quote "$(log_of demo out)" wrote
next=$(told demo next)

vm_kill demo
wait_for 5 "QEMU is gone" no_qemu
echo "3. QEMU was killed with SIGKILL, nothing was shut down. QEMU processes left: $(pgrep -c qemu-system || true)"
echo "   On disk in SQLite (every write was there before the guest was told so):"
sql "SELECT printf('     %-12s %-9s %s', name, attributes || ' attr', length(data) || ' bytes')
     FROM variable WHERE name IN ('KuvText', 'BootNext', 'BootOrder', 'Boot$next', 'ConOut')
     ORDER BY name"

vm_linux demo <<'END'
tell reads "efivarfs: KuvText = $(evar get KuvText)"
tell reads "booted from Boot$(boot_current)"
test -e $EFIVARS/BootNext-8be4df61-93ca-11d2-aa0d-00e098032b8c && left=still || left=not
tell reads "BootNext is $left there"
tell current "$(boot_current)"
tell text "$(evar get KuvText)"
END
echo "4. A new QEMU process of the same VM:"
vm_done demo
quote "$(log_of demo out)" reads
same "text" "0x07 written in the first life" "$(told demo text)"
same "BootNext was followed" "$next" "$(told demo current)"
refuse "BootNext is consumed" has demo BootNext

enrol_disk
disk linux linux.efi </dev/null
disks enrol linux
vm_linux safe <<'END'
. /secure.sh
tell reads "SecureBoot = $(tail -c 1 $EFIVARS/$(full SecureBoot) | od -An -tu1 | tr -d ' ')"
tell reads "dbx update signed with a strange key: $(putvar $(full dbx) 0x67 /auth/dbx-by-other.auth)"
tell reads "dbx update signed with our KEK: $(putvar $(full dbx) 0x67 /auth/dbx-1.auth)"
holds dbx /auth/hash1.esl
END
echo "5. Secure Boot, in another VM: a boot program enrols our keys and resets the machine;"
echo "   it has no signature itself, so it is refused from then on:"
enrolled safe
serial safe | sed -n '/keys: set/p; /failed to load/p' | cut -c 1-100 | sed 's/^/     firmware| /'
echo "   Linux, signed with our key, starts from the next disk:"
vm_done safe
quote "$(log_of safe out)" reads
stored_is safe PK "$EFI_NS" PK.esl
stored_is safe dbx "$SECURITY_NS" hash1.esl
stop_vard
unload_module
cp "$DB" "$keep/vars.db"
cp -r "$LOGS/." "$keep/"
