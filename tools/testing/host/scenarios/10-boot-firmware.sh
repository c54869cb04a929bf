# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Firmware boots under KVM through kuv-run, its variables reach SQLite, the next boot finds them.
# Limit: 900 s

# settled NAME: firmware is past its own set-up and at a boot option.
settled() {
	line "$(log_of "$1" serial)" 'BdsDxe: (loading|starting|failed|No boot)'
}

# boot NAME: one boot of the firmware up to its boot option, then the plug is pulled.
boot() {
	vm_firmware "$1"
	wait_for "$BOOT_MAX" "firmware reaches its boot option" settled "$1"
	say "firmware is at its boot option"
	sleep 1
	vm_kill "$1" TERM
}

# content NAME: the VM's variables but the counter that changes with each boot.
content() {
	sql "SELECT guid, v.name, attributes, hex(data) FROM variable v
	     JOIN vm ON vm.id = vm_id WHERE vm.name = '$1' AND v.name <> 'MTC'
	     ORDER BY 1, 2"
}

# boots_counted NAME: what the firmware keeps of its monotonic counter, one per boot.
boots_counted() {
	local hex
	hex=$(stored_hex "$1" MTC eb704011-1402-11d3-8e77-00a0c969723b)
	echo $((0x${hex:6:2}${hex:4:2}${hex:2:2}${hex:0:2}))
}

load_module
start_vard

boot a
for v in Boot0000 BootOrder ConIn ConOut PlatformLang Timeout; do
	check "$v is in the database" has a $v
done
first=$(content a)
count=$(boots_counted a)

boot a
same "the second boot changed nothing it had found" "$first" "$(content a)"
same "the second boot went on counting" $((count + 1)) "$(boots_counted a)"
