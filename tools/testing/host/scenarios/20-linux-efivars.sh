# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A Linux guest uses variables through efivarfs and efibootmgr; a new QEMU process has it all.
# Limit: 900 s

# runtime_names: variables in the database that the OS sees, as efivarfs names them.
runtime_names() {
	sql "SELECT v.name || '-' || guid FROM variable v JOIN vm ON vm.id = vm_id
	     WHERE vm.name = 'a' AND attributes & 4" | sort
}

load_module
start_vard

vm_linux a <<'END'
must evar set KuvText hello
same "read what was written" "0x07 hello" "$(evar get KuvText)"
must evar append KuvText " world"
same "read what was appended" "0x07 hello world" "$(evar get KuvText)"
must evar set KuvText "hello again"
must evar append KuvText ", world"
must evar set KuvGone x
must evar del KuvGone
refused evar get KuvGone
must test -e $EFIVARS/KuvText-6b757630-7465-7374-8001-020304050607
must evar set KuvBig "$(printf %04000d 7)"

must efibootmgr -q -C -d /dev/vda -p 1 -L kuv-next -l '\EFI\kuv\linux.efi'
nr=$(efibootmgr | sed -n 's/^Boot\([0-9A-F]*\)[* ] *kuv-next.*/\1/p')
must test -n "$nr"
must efibootmgr -q -n "$nr"
tell current "$(boot_current)"
tell next "$nr"
tell list $(ls $EFIVARS)
END
vm_done a
next=$(told a next)
say "guest booted $(told a current), next is $next"

same "text in the database" "hello again, world" "$(stored a KuvText)"
same "4000 digits in the database" "$(printf %04000d 7)" "$(stored a KuvBig)"
check "the new boot entry is in the database" has a "Boot$next"
same "BootNext in the database" "${next:2:2}${next:0:2}" "$(stored_hex a BootNext)"
refuse "the deleted variable is not" has a KuvGone "$KUV_NS"
# What was set after the listing is not in it, nor what only firmware may see.
same "the database has what the guest listed" \
	"$(tr ' ' '\n' <<<"$(told a list)" | grep -Fxf <(runtime_names) | sort)" \
	"$(runtime_names)"

vm_linux a <<END
same "text of the VM before" "0x07 hello again, world" "\$(evar get KuvText)"
same "4000 digits" "0x07 $(printf %04000d 7)" "\$(evar get KuvBig)"
refused evar get KuvGone
same "firmware took BootNext" $next "\$(boot_current)"
refused test -e \$EFIVARS/BootNext-$EFI_NS
must efibootmgr -q -B -b $next
refused test -e \$EFIVARS/Boot$next-$EFI_NS
END
vm_done a
refuse "BootNext is consumed" has a BootNext
refuse "the boot entry is deleted" has a "Boot$next"
