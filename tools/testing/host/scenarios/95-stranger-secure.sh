# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A stranger's first day: installs the packages in a clean Debian, starts a VM from Debian's
# OVMF_VARS_4M.ms.fd, gives it the certificates of 2023 while it runs, snapshot, breaks it, restore,
# clone, and takes it away as OVMF_VARS.fd. That boots on Debian's own OVMF afterwards.
# Limit: 1500 s
# Afterwards: lib/stock-ovmf.sh
# Kernel log: systemd(-[a-z]+)?\[[0-9]+\]:
# Kernel log: printk: systemd: [0-9]+ output lines suppressed

# shellcheck source=tools/testing/host/lib/secure-lib.sh
source "$KUV_TOP/tools/testing/host/lib/secure-lib.sh"
# shellcheck source=tools/testing/host/lib/stranger-lib.sh
source "$KUV_TOP/tools/testing/host/lib/stranger-lib.sh"

# welcome VM: its boot loader was let through by the firmware, and runs.
welcome() {
	heard "$1" 'Welcome to GRUB'
}

# boots VM: up to there, then the plug is pulled.
boots() {
	vm_firmware "$1" "${VM_DISKS[@]}"
	welcome "$1"
	vm_kill "$1" TERM
}

disk debian shimx64.efi vmlinuz initrd </dev/null
cp "$KUV_SECURE/grubx64.efi" "$WORK/disks/debian/EFI/BOOT/"
mkdir "$WORK/disks/debian/EFI/debian"
cp "$KUV_SECURE/grub.cfg" "$WORK/disks/debian/EFI/debian/"
disks debian

clean_root
slow_guests
clean_systemd
install_packages
check "the service is started" typed systemctl start vard-sync.socket vard-sync.service
check "no VM yet" typed kuvctl list

VM_OPTIONS=(--template /usr/share/OVMF/OVMF_VARS_4M.ms.fd --options force-secure-boot)
vm_linux web <<'END'
. /secure.sh
# seen NAME TEXT: somewhere in the variable as it is now; efi-readvar trusts the file's size,
# which is that of when efivarfs was mounted.
seen() {
	tr -cd ' -~' <"$EFIVARS/$(full "$1")" | grep -q "$2"
}
reads SecureBoot 06 01
efi-readvar -v db | grep -q 2023 && die "it has certificates of 2023 already"
echo booted
hear
must seen db "Windows UEFI CA 2023"
must seen db "Microsoft Corporation UEFI CA 2011"
must seen KEK "KEK 2K CA 2023"
END
vm_says web '^booted$' 400
check "the VM runs" typed kuvctl list
check "its state" typed kuvctl sb-state web
check "what the new certificates would change" typed kuvctl enroll --dry-run microsoft-2023 web
check "the new certificates, while it runs" typed kuvctl enroll microsoft-2023 web
vm_tell web go
check "a snapshot, while it runs" typed kuvctl snapshot web good
vm_done web
say "the running guest saw the certificates of 2023"

# shellcheck disable=SC2034 # lib/scenario.sh uses it
VM_OPTIONS=()
check "break it: db" typed kuvctl delete web db
check "break it: BootOrder" typed kuvctl delete web BootOrder
vm_firmware web "${VM_DISKS[@]}"
refused web 0
vm_kill web TERM
wait_for "$DONE_MAX" "the VM is stopped" sh -c "! pgrep -x qemu-system-x86 >/dev/null"
check "restore" typed kuvctl restore web good
boots web
check "clone" typed kuvctl clone web other
boots other
check "export" typed kuvctl export --format ovmf-4m -o "$WORK/OVMF_VARS.fd" web
check "as large as Debian's" cmp -s <(stat -c %s "$WORK/OVMF_VARS.fd") \
	<(stat -c %s /usr/share/OVMF/OVMF_VARS_4M.ms.fd)
check "the audit" typed kuvctl audit web
for word in enroll snapshot delete restore; do
	check "the audit has: $word" shows "\b$word\b"
done
check "the audit of the clone" typed kuvctl audit other
check "the audit has: clone" shows '\bclone\b'
cp -r "$WORK/disks/debian" "$LOGS/disk"
clean_end
