#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs kuv-run against a stand-in for vard-sync and a stand-in for QEMU: each error with its
# status and remedy, and what QEMU is given. Needs no module.

set -euo pipefail
out=$1 tests=$2
tmp=$(mktemp -d)
nr=0 failed=0

"$tests/fake_sync" "$tmp/socket" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$tmp"' EXIT
cat >"$tmp/qemu" <<'END'
#!/bin/bash
fd=${KUV_PORT_FD-}
info=${KUV_INFO_FD-}
echo "args: $*"
echo "base: ${KUV_BASE-} preload: ${LD_PRELOAD-}"
echo "vm: ${KUV_VM-} ${KUV_INCOMING-}"
echo "attach: ${KUV_ATTACH-}"
echo "port: $(readlink "/proc/self/fd/$fd") info: $(od -An -tx1 "/proc/self/fd/$info" | tr -d ' \n')"
for f in "/proc/$$/fd/"*; do
	echo "open: $(readlink "$f")"
done
exit 42
END
chmod +x "$tmp/qemu"
printf template >"$tmp/template"
for _ in $(seq 50); do
	[ -S "$tmp/socket" ] && break
	sleep 0.1
done

# result WHAT OK: one line of TAP.
result() {
	nr=$((nr + 1))
	if [ "$2" = 0 ]; then
		echo "ok $nr - $1"
	else
		echo "not ok $nr - $1"
		sed 's/^/# /' "$tmp/log"
		failed=1
	fi
}

# expect WHAT STATUS WORDS ARGS...: kuv-run exits so, and says so.
expect() {
	local what=$1 status=$2 words=$3 rc=0
	shift 3
	"$out/kuv-run" "$@" >"$tmp/log" 2>&1 </dev/null || rc=$?
	if [ "$rc" = "$status" ] && grep -qF -- "$words" "$tmp/log"; then
		result "$what" 0
	else
		echo "# status $rc, wanted $status and: $words"
		result "$what" 1
	fi
}

has() {
	local rc=0
	grep -qE -- "$2" "$tmp/log" || rc=1
	result "$1" "$rc"
}

has_not() {
	local rc=0
	! grep -qE -- "$2" "$tmp/log" || rc=1
	result "$1" "$rc"
}

vm=(--socket "$tmp/socket" --vm)
qemu=(-- "$tmp/qemu" -accel kvm)

expect usage_without_vm 2 "--vm NAME" -- "$tmp/qemu"
expect usage_without_qemu 2 "no QEMU" --vm a
expect usage_unknown_option 2 "usage:" --vm a --nonsense "${qemu[@]}"
expect usage_bad_name 2 "letters" --vm ../a "${qemu[@]}"
expect usage_bad_base 2 "4096" --vm a --base 0x1001 "${qemu[@]}"
expect usage_unknown_option 2 "no-custom-mode" --vm a --options never "${qemu[@]}"
expect usage_bad_durability 2 "write-back" --vm a --durability never "${qemu[@]}"
expect usage_bad_attach 2 "doorbell or forward" --vm a --attach never "${qemu[@]}"
expect usage_pio_by_doorbell 2 "leave --attach out" --vm a --pio --attach doorbell "${qemu[@]}"
expect usage_doorbell_with_pio 2 "leave --attach out" --vm a --attach doorbell --pio "${qemu[@]}"
expect usage_no_template 2 "$tmp/none" "${vm[@]}" a --template "$tmp/none" "${qemu[@]}"
expect help 0 "usage:" --help
expect qemu_without_kvm 7 "add -accel kvm" --vm a -- "$tmp/qemu"
expect qemu_with_uefi_vars 7 "uefi-vars-x64: the VM has" --vm a "${qemu[@]}" -device uefi-vars-x64
expect qemu_with_loadvm 7 "kuvctl move-in" --vm a "${qemu[@]}" -loadvm snap
expect qemu_with_dirty_ring 7 "dirty-ring-size out" --vm a -- "$tmp/qemu" -accel kvm,dirty-ring-size=4096
expect incoming_with_private_daemon 2 "use --socket" --vm a --db "$tmp/db" "${qemu[@]}" -incoming defer
expect qemu_absent 8 "install qemu-system-x86" --vm a -- "$tmp/none" -accel kvm
if [ -e /dev/kvm-uefivars ]; then
	expect daemon_absent 5 "systemctl start vard-sync" \
		--socket "$tmp/none" --vm a "${qemu[@]}"
else
	expect module_absent 3 "modprobe kvm-uefivars" \
		--socket "$tmp/none" --vm a "${qemu[@]}"
	expect module_absent_for_db 3 "modprobe kvm-uefivars" \
		--db "$tmp/db" --vm a "${qemu[@]}"
fi
expect refused_no_module 3 "kuv-run: so it is" "${vm[@]}" error-NoModule "${qemu[@]}"
expect refused_permission 4 "kuv-run: so it is" "${vm[@]}" error-NoPermission "${qemu[@]}"
expect refused_in_use 6 "kuv-run: so it is" "${vm[@]}" error-InUse "${qemu[@]}"
expect refused_bad_name 2 "kuv-run: so it is" "${vm[@]}" error-BadName "${qemu[@]}"
expect refused_template 9 "kuv-run: so it is" "${vm[@]}" error-BadTemplate "${qemu[@]}"
expect refused_database 9 "kuv-run: so it is" "${vm[@]}" error-Database "${qemu[@]}"
expect refused_otherwise 9 "kuv-run: so it is" "${vm[@]}" error-Strange "${qemu[@]}"
expect daemon_dies 5 "journalctl" "${vm[@]}" drop "${qemu[@]}"
expect in_use_for_a_moment 42 "args:" "${vm[@]}" inuse-twice "${qemu[@]}"
expect options_arrive 42 "args:" "${vm[@]}" options --template "$tmp/template" \
	--durability write-back --options no-custom-mode "${qemu[@]}"
expect incoming_arrives 42 "vm: incoming 1" "${vm[@]}" incoming "${qemu[@]}" -incoming defer

LD_PRELOAD='' expect run 42 "VM a: created 1 store-id 77 database here" \
	--verbose "${vm[@]}" a "${qemu[@]}" -m 1G
has run_keeps_arguments "^args: -accel kvm -m 1G "
has run_adds_fw_cfg " -fw_cfg name=etc/hardware-info,file=/proc/self/fd/[0-9]+ "
has run_takes_sleep_away " -global PIIX4_PM.disable_s3=1$"
has run_hands_down_port "^port: /memfd:port"
has run_hands_down_info "info: 020000000000000008000000000000000000f1fe00000000$"
has run_preloads "^base: 0xfef10000 preload: $out/libkuv-preload.so$"
has run_names_vm "^vm: a 0$"
has run_attaches_as_it_can "^attach: 0$"
has_not run_leaks_no_connection "^open: (socket|anon_inode):"
expect run_other_base 42 "info: 0200000000000000080000000000000000000080" \
	--base 0x80000000 "${vm[@]}" a "${qemu[@]}"
LD_PRELOAD=libdl.so.2 expect run_keeps_preload 42 "libkuv-preload.so:libdl.so.2" \
	"${vm[@]}" a "${qemu[@]}"
expect attach_doorbell 42 "attach: 2" --attach doorbell "${vm[@]}" a "${qemu[@]}"
expect attach_forward 42 "attach: 1" --attach forward "${vm[@]}" a "${qemu[@]}"
expect attach_forward_pio 42 "attach: 9" --pio --attach forward "${vm[@]}" a "${qemu[@]}"
expect attach_pio 42 "attach: 8" --pio "${vm[@]}" a "${qemu[@]}"
# A machine without KVM leaves it to QEMU to say so; one that has our kvm.ko can do it.
if [ ! -e /dev/kvm ] || grep -qw kvm_uefi_vars_register /proc/kallsyms; then
	expect attach_cap 42 "attach: 4" --attach cap "${vm[@]}" a "${qemu[@]}"
else
	expect attach_cap_absent 10 "use --attach doorbell" --attach cap "${vm[@]}" a "${qemu[@]}"
fi
if [ -e /dev/kvm-uefivars ]; then
	export KUV_VARD_SYNC=$tests/fake_sync
	expect private_daemon 42 "port: /memfd:port" --vm a --db "$tmp/db" "${qemu[@]}"
	expect private_daemon_fails 5 "message above" --vm a --db "$tmp/broken" "${qemu[@]}"
	KUV_VARD_SYNC=$tmp/template expect private_daemon_absent 5 "" \
		--vm a --db "$tmp/db" "${qemu[@]}"
fi

echo "1..$nr"
exit "$failed"
