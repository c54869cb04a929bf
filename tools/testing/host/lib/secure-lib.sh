# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the Secure Boot scenarios: disks with images signed or not, and what the firmware says.

# Sourced after lib/scenario.sh; KUV_SECURE is the directory that secure.sh made.
: "${KUV_SECURE:?}"
SECURITY_NS=d719b2cb-3d3a-4596-a3bc-dad00e67656f
export SECURITY_NS

# disk NAME IMAGE [FILE...]: a disk whose default boot file is IMAGE, with these files of
# secure.sh beside it. On standard input: what guest/secure/keys.c is to do there.
disk() {
	local dir=$WORK/disks/$1 file
	mkdir -p "$dir/EFI/BOOT"
	cp "$KUV_SECURE/$2" "$dir/EFI/BOOT/BOOTX64.EFI"
	for file in "${@:3}"; do
		cp "$KUV_SECURE/$file" "$dir/"
	done
	cat >"$dir/keys.txt"
}

# disks NAME...: the disks of VMs started from now on; firmware tries them in this order,
# and calls them Pci(0x10), Pci(0x11) and so on.
disks() {
	local nr=0 name
	VM_DISKS=()
	for name; do
		VM_DISKS+=(-drive "if=none,id=disk$nr,format=raw,readonly=on,file=fat:$WORK/disks/$name"
			   -device "virtio-blk-pci,drive=disk$nr,bootindex=$nr,addr=0x1$nr")
		nr=$((nr + 1))
	done
}

# vm_disks VM DISK...: start a VM with these disks.
vm_disks() {
	disks "${@:2}"
	vm_firmware "$1" "${VM_DISKS[@]}"
}

# serial VM: what was written to its serial line, without the terminal's escapes.
serial() {
	sed 's/\x1b\[[0-9;=?]*[A-Za-z]//g; s/\r//g' "$(log_of "$1" serial)" 2>/dev/null
}

# serial_has VM PATTERN: somewhere in a line of it.
serial_has() {
	! line "$(log_of "$1" serial)" "$2" || return 0
	! ended "${VM_PID[$1]}" || fail "VM $1 ended before it said '$2'"
	return 1
}

# heard VM PATTERN: wait for this on its serial line.
heard() {
	wait_for 120 "VM $1 says '$2'" serial_has "$1" "$2"
}

# refused VM NR: firmware would not load the image on disk NR.
refused() {
	heard "$1" "BdsDxe: failed to load .*Pci\(0x1$2,.*: (Access Denied|Security Violation)"
	say "ok: disk $2 refused: $(serial "$1" | grep "failed to load .*Pci(0x1$2" | tail -n 1)"
}

# answered VM TEXT...: keys.c got these answers, in this order and no other.
answered() {
	local vm=$1
	shift
	heard "$vm" "keys: ${*: -1}"
	same "answers in $vm" "$(printf '%s\n' "$@")" "$(serial "$vm" |
		sed -n '/^keys: running/d; s/^keys: //p' | head -n $#)"
}

# enrol_disk: the disk "enrol", whose boot program puts our keys into a machine in setup
# mode and resets it.
enrol_disk() {
	disk enrol keys-unsigned.efi PK.auth KEK.auth db.auth <<-END
	get SetupMode
	get SecureBoot
	set db 27 db.auth
	set KEK 27 KEK.auth
	set PK 27 PK.auth
	get SetupMode
	get SecureBoot
	reset
	END
}

# enrolled VM: it did, and was refused itself after the reset.
enrolled() {
	answered "$1" \
		"get SetupMode: Success attrs 6 len 1 data 01" \
		"get SecureBoot: Success attrs 6 len 1 data 00" \
		"set db 27 db.auth: Success" \
		"set KEK 27 KEK.auth: Success" \
		"set PK 27 PK.auth: Success" \
		"get SetupMode: Success attrs 6 len 1 data 00" \
		"get SecureBoot: Success attrs 6 len 1 data 01"
	refused "$1" 0
}

# hex FILE...: their content as the database shows it.
hex() {
	(cd "$KUV_SECURE" && cat "$@") | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F
}

# stored_is VM NAME GUID FILE...: the database has the content of these files for it.
stored_is() {
	same "$2 in the database" "$(hex "${@:4}")" "$(stored_hex "$1" "$2" "$3")"
}
