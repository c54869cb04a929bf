# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the blocks of the documents find, and what has to come of them. Sourced by host.sh.

FILES=/srv/docs

# stage: the files that the documents speak of, in the directory where their blocks run.
stage() {
	mkdir -p /usr/share/kvm-uefivars
	cp "$KUV_FIRMWARE" /usr/share/kvm-uefivars/OVMF.fd
	truncate -s 64M $FILES/web1.img
	mkdir -p /usr/share/kvm-uefivars/certs
	cp "$KUV_CERTS"/*.pem /usr/share/kvm-uefivars/certs/
}

unstage() {
	stop_vms
	ns systemctl stop vard-sync.socket vard-sync.service
}

stop_vms() {
	pkill -x qemu-system-x86
	wait_for no_vm
}

no_vm() {
	! kuvctl list | grep -qw running
}

# vm_is VM STATE: what kuvctl list says of it.
vm_is() {
	kuvctl list | grep -qE "^$1 .*\b$2\b"
}

# has VM VARIABLE: as a program sees it.
has() {
	kuvctl get -o /dev/null "$1" "$2"
}

# in_database SQL: one value.
in_database() {
	sqlite3 -readonly -cmd '.timeout 30000' "$DB" "$1"
}

after_readme_start() {
	wait_for vm_is web1 running
}

after_readme_operate() {
	vm_is web2 idle && has web2 db && kuvctl snapshots web1 | grep -q before-update
}

after_start() {
	wait_for vm_is db1 running
}

after_change() {
	# Not what it is now: the firmware that boots meanwhile sets it, too.
	kuvctl audit db1 | grep -q 'set.*Timeout' && kuvctl pending db1 | grep -q Timeout
}

after_backup() {
	[ "$(sqlite3 -readonly /var/backups/vars-backup.db \
		"SELECT count(*) FROM vm WHERE name = 'db1'")" = 1 ]
}

# A VM that has been told to end at once; what follows wants it stopped.
after_export() {
	[ "$(stat -c %s $FILES/db1_VARS.fd)" = "$(stat -c %s /usr/share/OVMF/OVMF_VARS_4M.fd)" ] &&
		grep -q '"variables"' $FILES/db1.json
}

before_restore() {
	stop_vms
}

after_restore() {
	vm_is db1 idle && ! kuvctl list | grep -q '^db2 '
}

after_move() {
	! kuvctl list | grep -q '^db[34] '
}

after_fleet_apply() {
	kuvctl show web1 db | grep -q 'Windows UEFI CA 2023'
}

after_dbx() {
	has db1 dbx
}

after_enroll() {
	kuvctl show db1 db | grep -q 'Windows UEFI CA 2023' &&
		kuvctl show db1 db | grep -q 'Windows Production PCA 2011'
}

# A VM runs and has changed since the backup, and then the database is garbage.
before_rescue() {
	in_docs setsid bash -euo pipefail \
		"$(awk -F'\t' '$3 == "readme-start" { print $6 }' "$WORK/index")" \
		>"$LOG/again.log" 2>&1 </dev/null &
	wait_for vm_is web1 running && kuvctl set --data 0300 web1 Timeout &&
		dd if=/dev/urandom of="$DB" bs=4096 count=1 conv=notrunc 2>&1
}

after_rescue() {
	grep -q '"Timeout"' $FILES/web1-rescued.json
}

# Microsoft's own update, where it is beside the project.
before_dbx() {
	local file

	file=$(find "$TOP/../shared/data/secureboot-objects/dbx" -name DBXUpdate.amd64.bin \
		2>/dev/null)
	[ -n "$file" ] || return 77
	cp "$file" $FILES/DBXUpdate.bin
}

before_database_lost() {
	stop_vms
}

after_database_lost() {
	[ "$(kuvctl get --raw web1 Timeout | od -An -tx1)" = " 03 00" ]
}

before_wrong_certificate() {
	kuvctl snapshot db1 before-2023 && kuvctl delete db1 db
}

after_wrong_certificate() {
	has db1 db
}

before_dbx_back() {
	kuvctl snapshot db1 before-update && kuvctl delete db1 dbx
}

after_dbx_back() {
	has db1 dbx
}
