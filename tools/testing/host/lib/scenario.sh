# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scenarios are written with. Sourced inside the emulated host by lib/inside.sh, which
# sets LOGS and ends the scenario; the first thing that is not as it should be ends it.

# Programs and files of the test, all overridable for a look by hand.
: "${KUV_TOP:?}" "${KUV_MODULE:?}" "${KUV_FIRMWARE:?}" "${KUV_GUEST_DISK:?}" "${LOGS:?}"
# shellcheck source=tools/testing/host/lib/guest-death.sh
source "$KUV_TOP/tools/testing/host/lib/guest-death.sh"
BIN=$KUV_TOP/build
WORK=/run/kuv
DB=$WORK/vars.db
SOCKET=$WORK/control
# The namespace of guest/evar.c and guest/efi/probe.c; the one of the UEFI specification.
KUV_NS=6b757630-7465-7374-8001-020304050607
EFI_NS=8be4df61-93ca-11d2-aa0d-00e098032b8c
export KUV_NS EFI_NS

# say TEXT...: progress, as a KTAP diagnostic with the host's uptime.
say() {
	local up _
	read -r up _ </proc/uptime
	printf '# %7s %s\n' "$up" "$*"
}

# fail TEXT...: this scenario did not pass.
fail() {
	say "FAILED: $*"
	SAID_WHY=1
	exit 1
}

# blame STATUS PLACE COMMAND: errexit is about to end the scenario, say why.
SAID_WHY=
blame() {
	[ "$BASHPID" = $$ ] || return 0
	[ -n "$SAID_WHY" ] || say "FAILED: $2: status $1 of: $3"
	SAID_WHY=1
}

# check TEXT COMMAND...: go on only if COMMAND succeeds.
check() {
	local what=$1
	shift
	"$@" || fail "$what ($*)"
	say "ok: $what"
}

# refuse TEXT COMMAND...: go on only if COMMAND fails.
refuse() {
	local what=$1
	shift
	! "$@" || fail "$what ($*)"
	say "ok: $what"
}

# same TEXT EXPECTED GOT
same() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
	if [ ${#3} -lt 80 ]; then say "ok: $1: $3"; else say "ok: $1"; fi
}

# The longest to wait for a boot, and for a program: for what hangs. A loaded machine
# has needed 90 s and 4 s. A kernel full of checks is so many times slower.
BOOT_MAX=$((400 * ${KUV_SLOW:-1}))
DONE_MAX=$((60 * ${KUV_SLOW:-1}))

# wait_for SECONDS TEXT COMMAND...: until COMMAND succeeds, or a guest's kernel dies.
wait_for() {
	local limit=$1 what=$2 end n=0
	shift 2
	WAITING=$what
	end=$((SECONDS + limit))
	until "$@"; do
		[ $SECONDS -lt $end ] || fail "$what: not within $limit s"
		n=$((n + 1))
		[ $((n % 16)) != 0 ] || guests_live
		sleep 0.2
	done
	# shellcheck disable=SC2034 # lib/play.sh says it
	WAITING=
}

# guests_live: no guest's kernel has died, and no VM was given up by KVM.
guests_live() {
	local said

	! said=$(grep -ahs -m 1 '^KVM internal error' "$LOGS"/*.qemu) ||
		fail "a VM cannot go on: $said"
	! said=$(kuv_guest_death "$LOGS"/*.serial) || fail "a guest's kernel died: $said"
}

# line FILE PATTERN: FILE has a line like this.
line() {
	grep -qaE "$2" "$1" 2>/dev/null
}

# ended PID...: none of these programs runs any more.
ended() {
	local p
	for p in "$@"; do
		[ ! -d "/proc/$p" ] || grep -qs '^State:.Z' "/proc/$p/status" ||
			[ ! -d "/proc/$p" ] || return 1
	done
}

# --- module and daemon ------------------------------------------------------

load_module() {
	mkdir -p "$WORK"
	check "module loads" insmod "$KUV_MODULE" "$@"
	check "device node is there" test -c /dev/kvm-uefivars
}

unload_module() {
	wait_for $DONE_MAX "module has no user" module_idle
	check "module unloads" rmmod kvm_uefivars
}

module_idle() {
	[ "$(cat /sys/module/kvm_uefivars/refcnt)" = 0 ]
}

# no_leaks: where the kernel looks for memory that nothing points to, it finds none of the
# module's or of KVM's. It names nothing younger than five seconds.
no_leaks() {
	local file=/sys/kernel/debug/kmemleak

	[ -e $file ] && echo scan 2>/dev/null >$file || return 0
	sleep 6
	echo scan >$file
	cat $file >"$LOGS/kmemleak"
	refuse "memory leaked, see kmemleak" line "$LOGS/kmemleak" 'kuv_|\[kvm'
}

# start_vard [OPTION...]: by default a write waits for 2 s, which is not long in the
# emulation; here as long as it may.
start_vard() {
	: "${VARD_LOG:=$LOGS/vard-sync.log}"
	"$BIN/vard-sync" --db "$DB" --socket "$SOCKET" --wait-ms 30000 "$@" \
		>>"$VARD_LOG" 2>&1 &
	VARD_PID=$!
	wait_for $DONE_MAX "vard-sync listens" vard_ready
}

# A socket left by a killed daemon does not count, nor one that does not listen yet.
vard_ready() {
	ended "$VARD_PID" && fail "vard-sync ended: $(tail -n 1 "$VARD_LOG")"
	grep -qsE " 00010000 .* $SOCKET\$" /proc/net/unix
}

# vard_idle: no VM is open and all that any has written is in the database. The daemon
# holds the module only while it has a store.
vard_idle() {
	wait_for $DONE_MAX "everything is in the database" module_idle
}

stop_vard() {
	kill -TERM "$VARD_PID"
	wait_for $DONE_MAX "vard-sync ends" ended "$VARD_PID"
	wait "$VARD_PID" || fail "vard-sync ended with $?"
	VARD_PID=
}

# --- database ---------------------------------------------------------------

# sql STATEMENT: what the database on disk says.
sql() {
	sqlite3 -readonly -cmd '.timeout 30000' "$DB" "$1"
}

# stored VM NAME [GUID]: text of a variable in the database.
stored() {
	sql "SELECT CAST(data AS TEXT) FROM variable v JOIN vm ON vm.id = v.vm_id
	     WHERE vm.name = '$1' AND v.name = '$2' AND guid = '${3:-$KUV_NS}'"
}

# stored_hex VM NAME [GUID]: the same in hex digits.
stored_hex() {
	sql "SELECT hex(data) FROM variable v JOIN vm ON vm.id = v.vm_id
	     WHERE vm.name = '$1' AND v.name = '$2' AND guid = '${3:-$EFI_NS}'"
}

# has VM NAME [GUID]: the database has such a variable.
has() {
	[ -n "$(stored_hex "$1" "$2" "${3:-$EFI_NS}")" ]
}

# --- virtual machines -------------------------------------------------------

# Logs of the VM now running as NAME are $LOGS/NAME.<run>.{serial,out,qemu,debug}.
# VM_OPTIONS are more options for kuv-run; VM_DISKS are QEMU arguments for other
# disks than that of the Linux guest. VM_AS is a name for vard-sync other than NAME.
# VM_ATTACH is how VMs are attached; VM_HOW is what their logs have to say about it.
declare -A VM_PID VM_RUN VM_HOW
VM_OPTIONS=()
VM_DISKS=()
VM_ATTACH=${KUV_ATTACH_BY:-auto}

# log_of NAME KIND: its file.
log_of() {
	echo "$LOGS/$1.${VM_RUN[$1]}.$2"
}

# vm_firmware NAME [QEMU ARGUMENT...]: start a VM, firmware only.
vm_firmware() {
	vm_count "$1"
	vm_start "$@"
}

# vm_count NAME: its next run begins.
vm_count() {
	VM_RUN[$1]=$((${VM_RUN[$1]:-0} + 1))
}

# vm_start NAME [QEMU ARGUMENT...]
vm_start() {
	local name=$1
	shift
	VM_HOW[$(log_of "$name" qemu)]=$(transport_of "$VM_ATTACH")
	"$BIN/kuv-run" --vm "${VM_AS:-$name}" --socket "$SOCKET" --verbose \
		--attach "$VM_ATTACH" "${VM_OPTIONS[@]}" \
		-- qemu-system-x86_64 -nodefaults -no-user-config -display none \
		-machine pc -accel kvm -cpu host -m 512 \
		-bios "$KUV_FIRMWARE" \
		-serial "file:$(log_of "$name" serial)" \
		-chardev "file,id=debug,path=$(log_of "$name" debug)" \
		-device isa-debugcon,iobase=0x402,chardev=debug \
		"$@" >"$(log_of "$name" qemu)" 2>&1 &
	VM_PID[$name]=$!
	say "VM $name, run ${VM_RUN[$name]}: started"
}

# transport_of HOW: what --attach HOW is on this host.
transport_of() {
	if [ "$1" != auto ]; then
		echo "$1"
	elif grep -qw kvm_uefi_vars_register /proc/kallsyms; then
		echo cap
	else
		echo doorbell
	fi
}

# attached_as_told: every VM was attached as it should be, and nothing that its guest did
# went another way. Those that were killed have not told what they did.
attached_as_told() {
	local log how
	local -A other=(
		[cap]='forwarded [1-9]' [doorbell]='cap [1-9]'
		[forward]='cap [1-9]|doorbell [1-9]')

	for log in "${!VM_HOW[@]}"; do
		how=${VM_HOW[$log]}
		line "$log" 'kuv-run: attached at ' || continue
		check "${log##*/}: attached by $how" \
			line "$log" "kuv-run: attached at 0x[0-9a-f]+ by $how(, PIO)?\$"
		refuse "${log##*/}: nothing went another way" \
			line "$log" "^kuv-run: (cap [0-9]+ .*)?(${other[$how]})"
	done
}

# vm_linux NAME [QEMU ARGUMENT...]: start a VM with the Linux guest, which runs
# the script on standard input.
vm_linux() {
	local name=$1 script disks=("${VM_DISKS[@]}")
	shift
	[ ${#disks[@]} -gt 0 ] ||
		disks=(-drive "if=virtio,format=raw,snapshot=on,file=$KUV_GUEST_DISK")
	vm_count "$name"
	script=$(log_of "$name" script)
	{ echo '. /lib.sh'; cat; } >"$script"
	mkfifo "$WORK/$name.in.in" "$WORK/$name.in.out" 2>/dev/null || true
	vm_start "$name" \
		"${disks[@]}" \
		-fw_cfg "name=opt/kuv/script,file=$script" \
		-device virtio-serial-pci \
		-chardev "file,id=out,path=$(log_of "$name" out)" \
		-device virtserialport,chardev=out,name=kuv.out \
		-chardev "pipe,id=in,path=$WORK/$name.in" \
		-device virtserialport,chardev=in,name=kuv.in "$@"
}

# vm_tell NAME TEXT: a line for hear() of lib/guest-lib.sh.
vm_tell() {
	echo "$2" >"$WORK/$1.in.in"
}

# vm_says NAME PATTERN [SECONDS]: wait until the guest's script has said so.
vm_says() {
	wait_for "${3:-$BOOT_MAX}" "VM $1 says '$2'" vm_said "$1" "$2"
}

vm_said() {
	local out gone=
	out=$(log_of "$1" out)
	! ended "${VM_PID[$1]}" || gone=1
	line "$out" "$2" && return
	[ -z "$gone" ] ||
		fail "VM $1 ended before it said '$2': $(tail -n 1 "$(log_of "$1" qemu)")"
	return 1
}

# vm_off NAME [SECONDS]: wait until the guest has switched itself off.
vm_off() {
	wait_for "${2:-$BOOT_MAX}" "VM $1 switches itself off" ended "${VM_PID[$1]}"
	wait "${VM_PID[$1]}" || fail "QEMU of $1 ended with $?"
	say "VM $1, run ${VM_RUN[$1]}: off"
}

# vm_done NAME: wait until its script has ended well and the VM is off.
vm_done() {
	vm_says "$1" '^guest: script ended with'
	vm_off "$1"
	check "the script in VM $1 passed" line "$(log_of "$1" out)" \
		'^guest: script ended with 0$'
}

# vm_kill NAME [SIGNAL]: end QEMU from outside.
vm_kill() {
	kill "-${2:-KILL}" "${VM_PID[$1]}"
	wait "${VM_PID[$1]}" 2>/dev/null || true
	say "VM $1, run ${VM_RUN[$1]}: killed"
}

# told NAME KEY: what the guest's script reported as "KEY: value" (the last one).
told() {
	sed -n "s/^$2: //p" "$(log_of "$1" out)" | tail -n 1
}
