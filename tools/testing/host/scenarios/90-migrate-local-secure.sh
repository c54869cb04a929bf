# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest with Secure Boot is moved between two daemons and back, by QEMU's own migration, while
# it calls for variables without pause; then moves that are broken off. KUV_ROUNDS times.
# Limit: 1500 s and 240 s a round

# shellcheck source=tools/testing/host/lib/secure-lib.sh
source "$KUV_TOP/tools/testing/host/lib/secure-lib.sh"
# shellcheck source=tools/testing/host/lib/move-lib.sh
source "$KUV_TOP/tools/testing/host/lib/move-lib.sh"

# entry NAME GUID ATTRIBUTES FILE: of a template.
entry() {
	printf '{"name": "%s", "guid": "%s", "attr": %d, "data": "%s"}' \
		"$1" "$2" "$3" "$(hex "$4")"
}

# A machine with keys and with a request to clear memory, which a TPM driver would make.
mkdir -p "$WORK/disks"
printf '\0' >"$WORK/zero"
{
	echo '{"version": 2, "variables": ['
	entry PK "$EFI_NS" 39 PK.esl; echo ,
	entry KEK "$EFI_NS" 39 KEK.esl; echo ,
	entry db "$SECURITY_NS" 39 db.esl; echo ,
	entry MemoryOverwriteRequestControl e20939be-32d4-41be-a150-897f85d49829 7 "$WORK/zero"
	echo ']}'
} >"$WORK/template.json"
disk linux keys.efi linux.efi <<'END'
set KuvVolatile 6 kept.txt
start linux.efi
END
printf kept >"$WORK/disks/linux/kept.txt"
disks linux

# read_some FD: there is something in this pipe.
read_some() {
	local _
	IFS= read -r -t 0.1 -N 1 -u "$1" _
}

load_module
side_start west
side_start east

VM_OPTIONS=(--template "$WORK/template.json")
side_boot west <<END
. /secure.sh
cd /auth
printf 12345678 >/tmp/key
printf 87654321 >/tmp/wrong
printf '\001' >/tmp/one
MOR=MemoryOverwriteRequestControl
same_names() {
	ls \$EFIVARS >/tmp/names.now
	cmp /tmp/names /tmp/names.now || die "other variables than before"
}

# What was begun before a move is found after it. Linux has no errno of its own for
# EFI_ACCESS_DENIED: it is EINVAL.
examine_begun() {
	reads SecureBoot 06 01
	reads SetupMode 06 00
	reads KuvVolatile 06 6b657074
	write KuvPrivate 0x27 private-1.auth EACCES
	write KuvPrivate 0x27 private-other.auth EACCES
	reads \${MOR}Lock 07 02
	write \$MOR 0x07 /tmp/one EINVAL
	write dbx 0x67 dbx-by-other.auth EACCES
}

# A signed update goes through once.
examine_update() {
	examine_begun
	reads KuvPrivate 27 6669727374
	write KuvPrivate 0x27 private-2.auth ok
	write KuvPrivate 0x27 private-2.auth EACCES
	reads KuvPrivate 27 7365636f6e64
	write dbx 0x27 dbx-year3.auth ok
}

# The memory overwrite lock opens with the key that was given elsewhere.
examine_later() {
	examine_begun
	write KuvPrivate 0x27 private-2.auth EACCES
	reads KuvPrivate 27 7365636f6e64
	write dbx 0x27 dbx-year2.auth EACCES
	holds dbx hash3.esl
	write \${MOR}Lock 0x07 /tmp/key ok
	reads \${MOR}Lock 07 00
	write \$MOR 0x07 /tmp/one ok
	write \${MOR}Lock 0x07 /tmp/key ok
}

# A wrong key closes it until the machine is reset.
examine_last() {
	write \${MOR}Lock 0x07 /tmp/wrong EINVAL
	write \${MOR}Lock 0x07 /tmp/key EINVAL
	write \$MOR 0x07 /tmp/one EINVAL
}

reads SecureBoot 06 01
must sh -c 'dmesg | grep -q "Secure boot enabled"'
write KuvPrivate 0x27 private-1.auth ok
write \${MOR}Lock 0x07 /tmp/key ok
examine_begun
$(guest_loop)
END
# shellcheck disable=SC2034 # side_await uses it
VM_OPTIONS=()
goes_on west

move west east
examine east update

say "moving from east to west through files, QEMU on west starts last"
must_qmp east migrate "{\"uri\":\"exec:cat >$WORK/memory.file\"}"
wait_for "$BOOT_MAX" "memory went to a file" migration_is east completed
kuvctl_on east move-out "$MOVED" >"$WORK/variables.file"
refuses_vm east
side_quit east
refuses_vm east
refuse "west does not own the VM before it arrives" owns west
kuvctl_on west move-in "$MOVED" <"$WORK/variables.file"
check "databases agree" test "$(variables_on east)" = "$(variables_on west)"
side_await west -incoming "exec:cat $WORK/memory.file"
wait_for "$DONE_MAX" "VM runs on west" runs_on west
rm "$WORK/memory.file"
refuses_vm east
goes_on west
examine west later

say "a migration is cancelled"
side_await east -incoming defer
must_qmp west migrate-set-parameters '{"max-bandwidth":1000000}'
must_qmp east migrate-incoming "{\"uri\":\"unix:$WORK/memory\"}"
must_qmp west migrate "{\"uri\":\"unix:$WORK/memory\"}"
wait_for "$DONE_MAX" "migration is under way" migration_is west active
must_qmp west migrate_cancel
wait_for "$DONE_MAX" "migration is cancelled" migration_is west cancelled
goes_on west
drop east

say "the destination dies during a migration"
side_await east -incoming defer
must_qmp east migrate-incoming "{\"uri\":\"unix:$WORK/memory\"}"
must_qmp west migrate "{\"uri\":\"unix:$WORK/memory\"}"
wait_for "$DONE_MAX" "migration is under way" migration_is west active
drop east
wait_for "$DONE_MAX" "migration has failed" migration_is west failed
must_qmp west migrate-set-parameters '{"max-bandwidth":134217728}'
goes_on west
examine west later

say "move-out is killed when all was sent, but nothing is decided"
side_await east -incoming defer
send west east "unix:$WORK/memory"
mkfifo "$WORK/nowhere"
exec {nowhere}<>"$WORK/nowhere"
# Not by a function: that would be a shell's process.
"$BIN/kuvctl" --socket "$WORK/west.control" move-out "$MOVED" >"$WORK/nowhere" \
	2>"$LOGS/move-out" &
pid=$!
wait_for "$DONE_MAX" "variables are on their way" read_some "$nowhere"
must_qmp west cont
stands_still west
check "kuv-run says what it waits for" line "$(log_of west qemu)" \
	'VM guest waits, .* kuvctl move-out --undo guest'
kill -KILL $pid
wait $pid 2>/dev/null || true
exec {nowhere}>&-
goes_on west
drop east
refuses_vm west
examine west later

say "variables that left, but did not arrive, are taken back"
must_qmp west migrate "{\"uri\":\"exec:cat >$WORK/memory.file\"}"
wait_for "$BOOT_MAX" "memory went to a file" migration_is west completed
kuvctl_on west move-out "$MOVED" >"$WORK/variables.file"
rm "$WORK/memory.file"
must_qmp west cont
stands_still west
kuvctl_on west move-out --undo "$MOVED"
goes_on west
examine west later

for ((round = 2; round <= ${KUV_ROUNDS:-1}; round++)); do
	say "round $round"
	move_early west east
	examine east later
	move east west
	examine west later
done
examine west last
vm_tell west "0 off"
vm_done west
side_stop west
side_stop east
VARD_PID=
