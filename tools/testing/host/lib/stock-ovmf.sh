#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# After 95-stranger-secure, on the machine itself: the exported OVMF_VARS.fd on Debian's own
# OVMF with SMM, nothing of ours in it. Debian's signed chain boots Linux there, which sees
# Secure Boot and the certificates. stock-ovmf.sh LOGS

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../lib.sh"
logs=$1

cat >"$logs/stock.script" <<'END'
. /lib.sh
. /secure.sh
reads SecureBoot 06 01
reads SetupMode 06 00
must sh -c 'efi-readvar -v db | grep -q "Windows UEFI CA 2023"'
must sh -c 'efi-readvar -v db | grep -q "Microsoft Corporation UEFI CA 2011"'
must sh -c 'efi-readvar -v KEK | grep -q "KEK 2K CA 2023"'
must test -s $EFIVARS/BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c
END
cp "$logs/OVMF_VARS.fd" "$logs/stock-vars.fd"
rc=0
timeout 300 qemu-system-x86_64 -nodefaults -no-user-config -display none \
	-machine q35,smm=on -accel tcg -cpu max -m 512 \
	-global driver=cfi.pflash01,property=secure,value=on \
	-global ICH9-LPC.disable_s3=1 \
	-drive "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd" \
	-drive "if=pflash,format=raw,unit=1,file=$logs/stock-vars.fd" \
	-drive "if=none,id=disk0,format=raw,readonly=on,file=fat:$logs/disk" \
	-device virtio-blk-pci,drive=disk0,bootindex=0 \
	-fw_cfg "name=opt/kuv/script,file=$logs/stock.script" \
	-device virtio-serial-pci -chardev "file,id=out,path=$logs/stock.out" \
	-device virtserialport,chardev=out,name=kuv.out \
	-serial "file:$logs/stock.serial" >"$logs/stock.qemu" 2>&1 || rc=$?
sed 's/^/# stock OVMF: /' "$logs/stock.out"
if [ $rc != 0 ] || ! grep -q '^guest: script ended with 0$' "$logs/stock.out"; then
	echo "# FAILED: Debian's OVMF with the exported variables, QEMU's status $rc"
	exit 1
fi
echo "# Debian's own OVMF booted Debian's signed Linux with the exported variables"
