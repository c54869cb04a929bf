# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Debian's three OVMF_VARS files are imported, booted from, exported, and what is exported is
# imported again: the same variables.
# Limit: 900 s

PATH=$BIN:$PATH
vars=/usr/share/OVMF

kuv() {
	kuvctl --socket "$SOCKET" "$@"
}

# settled VM: firmware is at a boot option or at none.
settled() {
	line "$(log_of "$1" serial)" 'BdsDxe: (loading|starting|failed|No boot)'
}

# keys VM: digests of what Secure Boot goes by.
keys() {
	sql "SELECT v.name, hex(data) FROM variable v JOIN vm ON vm.id = vm_id
	     WHERE vm.name = '$1' AND v.name IN ('PK', 'KEK', 'db', 'dbx') ORDER BY 1" | sha256sum
}

# content VM: all of it, without what is made anew at each start, and so not imported.
content() {
	sql "SELECT guid, v.name, attributes, hex(time), hex(data) FROM variable v
	     JOIN vm ON vm.id = vm_id WHERE vm.name = '$1' AND v.name <> 'CustomMode' ORDER BY 1, 2"
}

# PKs: none, Debian's own for Microsoft's keys, the snakeoil one.
declare -A has_pk=([plain]=no [ms]=yes [snakeoil]=yes)
declare -A file=([plain]=OVMF_VARS_4M.fd [ms]=OVMF_VARS_4M.ms.fd
	[snakeoil]=OVMF_VARS_4M.snakeoil.fd)

load_module
start_vard
for vm in plain ms snakeoil; do
	check "$vm: imported" kuv import --new $vm "$vars/${file[$vm]}"
	before=$(keys $vm)
	if [ "${has_pk[$vm]}" = yes ]; then
		check "$vm: there is a PK" has $vm PK
	else
		refuse "$vm: there is no PK" has $vm PK
	fi
	vm_firmware $vm
	wait_for "$BOOT_MAX" "firmware reaches its boot option" settled $vm
	vm_kill $vm TERM
	vard_idle
	same "$vm: the firmware left the keys alone" "$before" "$(keys $vm)"
	check "$vm: and made its boot options" has $vm BootOrder
	check "$vm: exported" kuv export --format ovmf-4m -o "$WORK/$vm.fd" $vm
	same "$vm: as large as Debian's" "$(stat -c %s "$vars/${file[$vm]}")" \
		"$(stat -c %s "$WORK/$vm.fd")"
	check "$vm: imported again" kuv import --new $vm-again "$WORK/$vm.fd"
	same "$vm: the same variables" "$(content $vm)" "$(content $vm-again)"
done
