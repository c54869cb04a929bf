#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plays the sequences on our service, inside the emulated host: inside.sh DIR. For each
# DIR/NAME.img a fresh VM; its transcript is DIR/NAME.ours afterwards.

set -euo pipefail
dir=$1
here=$(dirname "$0")
LOGS=/run/logs
KUV_GUEST_DISK=none
mkdir -p "$LOGS"
# shellcheck source=tools/testing/host/lib/scenario.sh
source "$here/../host/lib/scenario.sh"

# keep: the logs outlive the host, whatever happens.
keep() {
	mkdir -p "$dir/host-logs"
	cp -r "$LOGS/." "$dir/host-logs/"
}
trap keep EXIT
# Not what is tested here, and slow.
VM_OPTIONS=(--durability write-back)

# limited: the store of the VM just started exists and has edk2's limits.
limited() {
	"$dir/limits" >>"$LOGS/limits.log" 2>&1
}

# one NAME: a VM that plays NAME.img.
one() {
	local name=$1 ram=/dev/shm/$1.ram
	vm_firmware "$name" \
		-drive "if=virtio,format=raw,snapshot=on,file=$dir/$name.img" \
		-object "memory-backend-file,id=ram,size=512M,mem-path=$ram,share=on" \
		-machine memory-backend=ram
	wait_for 60 "the store has edk2's limits" limited
	vm_off "$name" 1500
	python3 "$here/extract.py" "$ram" >"$dir/$name.ours"
	rm -f "$ram"
}

# shellcheck disable=SC2119 # no module parameters
load_module
# shellcheck disable=SC2119
start_vard
for image in "$dir"/*.img; do
	name=${image##*/}
	one "${name%.img}"
done
stop_vard
unload_module
