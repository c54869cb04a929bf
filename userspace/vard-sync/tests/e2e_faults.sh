# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Disks that fail while guests run: full, read-only, replaced, gone; and restarts with
# changes that could not be saved. Sourced by e2e.sh, whose functions and variables
# these tests use.
# shellcheck disable=SC2154,SC2034 # they are of and for e2e.sh

FAULT_TESTS=(full_only_writes_fail full_pending_survives_kill
	read_only_only_writes_fail garbage_while_running garbage_after_kill
	database_deleted pending_through_fd_store pending_by_id)

# only_writes_fail VALUE: writes of non-volatile variables fail, nothing else; the
# guest sees its newest value of A. The failed write is pending afterwards.
only_writes_fail() {
	is write "$(guest set A "$1")" 'set A device-error*' &&
	is read "$(guest get A)" "get A $1" &&
	is old "$(guest get Old)" 'get Old kept' &&
	is missing "$(guest get None)" 'get None not-found' &&
	is volatile "$(guest volatile V now)" 'volatile V ok*' &&
	is read "$(guest get V)" 'get V now'
}

# on_small_disk: the daemon, with a database on a disk that is soon full.
on_small_disk() {
	daemon_stop
	mkdir -p "$W/small"
	mount -t tmpfs -o size=600k small "$W/small" || return 1
	DB=$W/small/vars.db
	daemon_start
}

# fill_disk VM: a VM that runs with a variable Old, and no space left.
fill_disk() {
	guest_start "$1" || return 1
	is old "$(guest set Old kept)" 'set Old ok*' &&
	is fill "$(guest fill F 8000)" 'fill device-error*' || return 1
	# What SQLite could still use.
	head -c 600k /dev/zero >"$W/small/rest" 2>/dev/null
	return 0
}

leave_small_disk() {
	guest_end
	daemon_stop
	umount "$W/small"
}

# filled VM: how many of the variables that filled the disk are in the database.
filled() {
	in_db "SELECT count(*) FROM variable v JOIN vm ON vm.id = vm_id
		WHERE vm.name = '$1' AND v.name LIKE 'F0%'"
}

t_full_only_writes_fail() {
	local before

	on_small_disk && fill_disk full || return 1
	before=$(filled full)
	only_writes_fail first && only_writes_fail second &&
	logged 'guests get errors: no space left for database' || return 1
	rm "$W/small/rest"
	mount -o remount,size=8m "$W/small"
	# Without another write: what failed lands by itself.
	wait_for database_has full A second &&
	is landed "$(filled full)" $((before + 1)) &&
	wait_for logged 'saving works again' &&
	is write "$(guest set A third)" 'set A ok*' &&
	is database "$(value_in_db full A)" third || return 1
	leave_small_disk
}

# The daemon dies with changes that never reached the disk, and starts on a disk
# that is still full.
t_full_pending_survives_kill() {
	on_small_disk && fill_disk fullkill || return 1
	only_writes_fail first || return 1
	daemon_kill
	daemon_start && only_writes_fail second || return 1
	rm "$W/small/rest"
	mount -o remount,size=8m "$W/small"
	wait_for database_has fullkill A second || return 1
	leave_small_disk
}

t_read_only_only_writes_fail() {
	daemon_stop
	mkdir -p "$W/ro"
	DB=$W/ro/vars.db
	daemon_start && guest_start rofs || return 1
	is old "$(guest set Old kept)" 'set Old ok*' || return 1
	daemon_kill
	mount --bind "$W/ro" "$W/ro" && mount -o remount,bind,ro "$W/ro" || return 1
	daemon_start && only_writes_fail first && only_writes_fail second &&
	logged 'read-only' || return 1
	mount -o remount,bind,rw "$W/ro"
	wait_for database_has rofs A second || return 1
	guest_end
	daemon_stop
	umount "$W/ro"
}

# refused VM TEXT: no VM can be opened, and the reason is said.
refused() {
	is refused "$("$OUT/vard-e2e-client" "$SOCK" "$1" </dev/null)" \
		"error org.kvm_uefivars.Error.Database *$2*"
}

# Another file takes the database's name while a VM runs.
t_garbage_while_running() {
	local sum

	guest_start garb || return 1
	is old "$(guest set Old kept)" 'set Old ok*' || return 1
	mkdir -p "$W/away"
	head -c 65536 /dev/urandom >"$W/garbage"
	sum=$(sha256sum <"$W/garbage")
	mv "$DB" "$DB"-* "$W/away/"
	mv "$W/garbage" "$DB"
	only_writes_fail first && only_writes_fail second &&
	refused other 'is not a database' && refused garb 'is not a database' &&
	logged 'guests get errors: .*vars.db' &&
	is untouched "$(sha256sum <"$DB")" "$sum" || return 1
	rm -f "$DB" "$DB"-*
	mv "$W"/away/vars.db* "$W/"
	wait_for database_has garb A second &&
	is write "$(guest set A third)" 'set A ok*' &&
	is database "$(value_in_db garb A)" third
}

# The file is overwritten in place while the daemon is away; its log is gone.
t_garbage_after_kill() {
	local sum

	guest_start over || return 1
	is old "$(guest set Old kept)" 'set Old ok*' || return 1
	daemon_kill
	mkdir -p "$W/backup"
	cp "$DB" "$DB-wal" "$W/backup/"
	rm -f "$DB"-wal "$DB"-shm
	head -c 32768 /dev/urandom >"$DB"
	sum=$(sha256sum <"$DB")
	daemon_start && only_writes_fail first && refused other 'is not a database' &&
	is untouched "$(sha256sum <"$DB")" "$sum" || return 1
	# Half of a backup is none: nobody may open it meanwhile.
	daemon_kill
	cp "$W"/backup/* "$W/"
	daemon_start || return 1
	wait_for database_has over A first &&
	is old "$(value_in_db over Old)" kept
}

t_database_deleted() {
	guest_start gone || return 1
	is old "$(guest set Old kept)" 'set Old ok*' || return 1
	mkdir -p "$W/away"
	mv "$DB" "$DB"-* "$W/away/"
	only_writes_fail first && refused other 'vars.db' &&
	is none "$(ls "$DB" 2>&1)" '*No such file*' || return 1
	mv "$W"/away/vars.db* "$W/"
	wait_for database_has gone A first
}

# Only systemd's descriptors lead to the store: the user may not ask the module.
t_pending_through_fd_store() {
	daemon_stop
	mkdir -p "$W/pend"
	mount -t tmpfs -o size=600k,mode=0700,uid=65534 small "$W/pend" || return 1
	DB=$W/pend/vars.db
	chgrp 65534 /dev/kvm-uefivars
	/usr/bin/python3 "$HERE/fdstore.py" 65534 "$W/pend/notify" "$OUT/vard-sync" \
		--db "$DB" --socket "$W/pend/control" --wait-ms 15000 2>>"$W/log" &
	DAEMON=$!
	wait_for listens "$W/pend/control" || return 1
	WHERE=$W/pend/control guest_start fdp || return 1
	is old "$(guest set Old kept)" 'set Old ok*' &&
	is fill "$(guest fill F 8000)" 'fill device-error*' || return 1
	head -c 600k /dev/zero >"$W/pend/rest" 2>/dev/null
	only_writes_fail first || return 1
	kill -USR1 "$DAEMON" # killed, and started with what was kept
	wait_for logged 'fdstore: started with 1 descriptors' || return 1
	only_writes_fail second || return 1
	rm "$W/pend/rest"
	mount -o remount,size=8m "$W/pend"
	wait_for database_has fdp A second || return 1
	guest_end
	wait_for logged 'fdstore: 0 kept' || return 1
	kill "$DAEMON"
	wait "$DAEMON" && DAEMON=
	umount "$W/pend"
}

# Two VMs have changes that nobody saved when the next daemon looks for stores.
t_pending_by_id() {
	local guest1 in1 out1 guest2 in2 out2

	daemon_stop && WAIT_MS=500 daemon_start && guest_start left || return 1
	is old "$(guest set Old kept)" 'set Old ok*' || return 1
	guest1=$GUEST in1=$INFD out1=$OUTFD
	guest_start right 2>/dev/null || return 1
	is old "$(guest set Old kept)" 'set Old ok*' || return 1
	guest2=$GUEST in2=$INFD out2=$OUTFD
	daemon_kill
	only_writes_fail right || return 1
	INFD=$in1 OUTFD=$out1
	only_writes_fail left || return 1
	daemon_start &&
	wait_for database_has left A left && wait_for database_has right A right &&
	is left "$(guest set A again)" 'set A ok*' || return 1
	# The first ends here, the second by e2e.sh.
	echo quit >&"$in1"
	wait "$guest1" 2>/dev/null
	exec {in1}>&- {out1}<&-
	GUEST=$guest2 INFD=$in2 OUTFD=$out2
	is right "$(guest set A again)" 'set A ok*'
}
