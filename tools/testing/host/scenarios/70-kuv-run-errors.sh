# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# kuv-run says clearly what is wrong, and QEMU does not start then.
# Limit: 600 s

# says STATUS PATTERN COMMAND...: it fails with this status and such a message.
says() {
	local status=$1 pattern=$2 rc=0
	shift 2
	timeout "$DONE_MAX" "$@" >"$LOGS/said" 2>&1 </dev/null || rc=$?
	cat "$LOGS/said" >>"$LOGS/errors"
	grep -qiE "$pattern" "$LOGS/said" ||
		fail "$*: expected /$pattern/, got: $(cat "$LOGS/said")"
	same "$(head -n 1 "$LOGS/said")" "status $status" "status $rc"
}

run=("$BIN/kuv-run" --vm a)
qemu=(qemu-system-x86_64 -nodefaults -display none -machine pc -accel kvm -m 64)

mkdir -p "$WORK"
says 3 'kvm.uefivars' "${run[@]}" --db "$DB" -- "${qemu[@]}"
says 2 'usage|--vm' "$BIN/kuv-run" --db "$DB" -- "${qemu[@]}"

load_module
says 5 'vard-sync' "${run[@]}" --socket "$SOCKET" -- "${qemu[@]}"
chmod 660 /dev/kvm-uefivars
says 4 'permission|kvm' setpriv --reuid 65534 --regid 65534 --clear-groups \
	"${run[@]}" --db /tmp/vars.db -- "${qemu[@]}"
says 7 'uefi-vars' "${run[@]}" --db "$DB" -- "${qemu[@]}" -device uefi-vars-x64
says 7 'does not ask for KVM' "${run[@]}" --db "$DB" -- qemu-system-x86_64 -m 64
says 8 'no-such-qemu' "${run[@]}" --db "$DB" -- /no-such-qemu -accel kvm

start_vard
vm_firmware a
wait_for "$BOOT_MAX" "the VM runs" has a ConOut
says 6 'use|run' "${run[@]}" --socket "$SOCKET" -- "${qemu[@]}"
vm_kill a TERM
