# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Machine reset: volatile variables go, boot-time access is back. RESET by the running OS gives
# nothing back.
# Limit: 900 s

load_module
start_vard

vm_linux a <<'END'
ns=6b757630-7465-7374-8001-020304050607
ok=0x0000000000000000
invalid=0x8000000000000002
unsupported=0x8000000000000003
absent=0x800000000000000e

# answer COMMAND...: the EFI status of a message sent past the firmware.
answer() {
	mbox "$@" | sed -n 's/^transport=0x0 status=//p'
}

# closed WHEN: boot-time access is refused.
closed() {
	same "$1: boot-only variable not seen" $absent "$(answer get $ns KuvBoots)"
	same "$1: no new boot-only variable" $invalid "$(answer set $ns KuvB 0x3 x)"
	same "$1: no new volatile variable" $invalid "$(answer set $ns KuvB 0x6 x)"
	same "$1: no second ReadyToBoot" $unsupported "$(answer fn 5)"
	same "$1: runtime access works" $ok "$(answer set $ns KuvRt 0x7 "$1")"
}

tell boots "$(probe boots)"
same "boot program wrote its boot-only variable" 0 "$(probe set-boot-only)"
same "boot program found no volatile variable" 800000000000000e "$(probe volatile)"
same "boot program wrote a volatile variable" 0 "$(probe set-volatile)"
must test -e $EFIVARS/KuvVolatile-$ns
refused test -e $EFIVARS/KuvBoots-$ns
if [ "$(probe boots)" = 1 ]; then
	refused evar set KuvB x 0x3
	closed before
	same "RESET through the mailbox" transport=0x0 "$(mbox reset)"
	closed after
	echo reboot >/tmp/then
	echo "first boot done"
else
	same "write of the boot before" "0x07 after" "$(evar get KuvRt)"
	echo "second boot done"
fi
END
vm_says a '^first boot done$'
vm_says a '^second boot done$'
vm_off a
same "two boots, both scripts passed" 2 \
	"$(grep -c '^guest: script ended with 0$' "$(log_of a out)")"
same "boots counted" 2 "$(told a boots)"
same "boots in the database" 02000000 "$(stored_hex a KuvBoots "$KUV_NS")"
refuse "no volatile variable in the database" has a KuvVolatile "$KUV_NS"
refuse "no boot-only variable of the OS in the database" has a KuvB "$KUV_NS"
