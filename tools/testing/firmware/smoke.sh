#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots the test firmware where there is no variable service: it must say why, and stop. KTAP on stdout.
#
# QEMU with TCG, no device. That the firmware works with a device is for the
# scenarios of tools/testing/host to show.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

kuv_need qemu-system-x86
dir=$("$KUV_TOP/tools/testing/firmware/build.sh")
tmp=$(mktemp -d)
qemu=
cleanup() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true
	rm -rf "$tmp"
}
trap cleanup EXIT

# le64 NUMBER...: little-endian 64-bit words, as printf escapes.
le64() {
	local n i
	for n in "$@"; do
		for i in 0 8 16 24 32 40 48 56; do
			printf '\\x%02x' $(((n >> i) & 255))
		done
	done
}

# wait_for FILE TEXT: until TEXT is in FILE, QEMU is gone, or 60 s are over.
wait_for() {
	local i
	for ((i = 0; i < 300; i++)); do
		! grep -aqF "$2" "$1" 2>/dev/null || return 0
		kill -0 "$qemu" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}

# boot TARGET BLOB QEMU_ARGUMENT...: start an image in the background. BLOB is
# printf escapes for etc/hardware-info, or - for no such file.
boot() {
	local target=$1 blob=$2 args=()

	shift 2
	rm -f "$tmp/debug" "$tmp/serial"
	if [ "$blob" != - ]; then
		printf '%b' "$blob" >"$tmp/blob"
		args=(-fw_cfg "name=etc/hardware-info,file=$tmp/blob")
	fi
	qemu-system-x86_64 -M q35 -accel tcg -m 128M -nodefaults -display none \
		-no-reboot -bios "$dir/OVMF_$target.fd" \
		-debugcon "file:$tmp/debug" -global isa-debugcon.iobase=0x402 \
		-serial "file:$tmp/serial" "${args[@]}" "$@" \
		</dev/null >"$tmp/qemu" 2>&1 &
	qemu=$!
}

# has_stopped REASON: the line is on both ports, nothing follows, no reset.
has_stopped() {
	local line="HostVars: no variable service: $1" size

	wait_for "$tmp/debug" "$line" || { why="debug port: no '$line'"; return 1; }
	wait_for "$tmp/serial" "$line" || { why="serial line: no '$line'"; return 1; }
	sleep 0.5
	size=$(stat -c %s "$tmp/debug" "$tmp/serial")
	sleep 1
	[ "$size" = "$(stat -c %s "$tmp/debug" "$tmp/serial")" ] ||
		{ why="the firmware goes on"; return 1; }
	[ "$(tail -n 1 "$tmp/debug" | tr -d '\r')" = "$(tail -n 1 "$tmp/serial" | tr -d '\r')" ] ||
		{ why="the debug port has more after the message"; return 1; }
	kill -0 "$qemu" 2>/dev/null || { why="QEMU has ended"; return 1; }
}

n=0 failed=0 why=
# expect NAME REASON TARGET BLOB QEMU_ARGUMENT...: one test case.
expect() {
	local name=$1 reason=$2 result=ok

	shift 2
	n=$((n + 1))
	boot "$@"
	has_stopped "$reason" || result='not ok'
	kill "$qemu" 2>/dev/null || true
	wait "$qemu" 2>/dev/null || true
	qemu=
	printf '%s %d %s\n' "$result" "$n" "$name"
	[ "$result" = ok ] || {
		failed=$((failed + 1))
		printf '# %s\n' "$why"
		tail -n 5 "$tmp/debug" "$tmp/serial" "$tmp/qemu" 2>&1 | sed 's/^/#   /' | tr -d '\r'
	}
}

# check NAME TEXT: the debug port of the case before has a line with TEXT.
check() {
	n=$((n + 1))
	if grep -aqF "$2" "$tmp/debug"; then
		printf 'ok %d %s\n' "$n" "$1"
	else
		failed=$((failed + 1))
		printf "not ok %d %s\n# debug port: no '%s'\n" "$n" "$1" "$2"
	fi
}

base=0xfef10000
good=$(le64 2 8 $base)
absent="nothing answers at 0xFEF10000 (magic 0x"

printf 'KTAP version 1\n1..14\n'
expect release_no_blob 'fw_cfg has no file etc/hardware-info' RELEASE -
expect release_no_device "$absent" RELEASE "$good"
expect debug_no_blob 'fw_cfg has no file etc/hardware-info' DEBUG -
expect debug_no_device "$absent" DEBUG "$good"
expect other_record_is_skipped "$absent" RELEASE "$(le64 0x1000 11 1)abc$good"
expect record_before_bad_tail_counts "$absent" RELEASE "$good$(le64 2 9 1)"
expect no_record 'etc/hardware-info has no uefi-vars record' RELEASE "$(le64 1 8 $base)"
# The most that edk2's own parser, which comes first, takes without a wrap.
expect record_longer_than_file 'etc/hardware-info has no uefi-vars record' RELEASE \
	"$(le64 1 0x7fffffffffffffff 2 8 $base)"
expect record_too_short 'etc/hardware-info has a uefi-vars record without' RELEASE "$(le64 2 4)abcd"
expect two_records 'etc/hardware-info has more than one' RELEASE "$good$good"
expect base_off_page 'base 0xFEF10020 is not the address of a page' RELEASE "$(le64 2 8 0xfef10020)"
expect base_in_ram 'base 0x100000 is in use' RELEASE "$(le64 2 8 0x100000)"

# Memory the firmware does not know of, with the magic number in it: what it
# writes as a command reads back as status 1, busy, for ever.
truncate -s 128M "$tmp/dimm"
printf '\xf1\x0e' | dd of="$tmp/dimm" conv=notrunc status=none
expect device_stays_busy 'device at 0x140000000 refuses RESET: Time out' DEBUG \
	"$(le64 2 8 0x140000000)" -m 128M,slots=1,maxmem=1G \
	-object "memory-backend-file,id=dimm,share=on,size=128M,mem-path=$tmp/dimm" \
	-device pc-dimm,memdev=dimm,addr=0x140000000
check debug_logs_the_failure 'HostVars: command 1: busy for 100 polls'

printf '# %d passed, %d failed\n' $((n - failed)) "$failed"
[ "$failed" = 0 ]
