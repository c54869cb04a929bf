# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# One scenario and the end that every one has: nothing left running, module unloaded.

# shellcheck source=tools/testing/host/lib/scenario.sh
source "${BASH_SOURCE[0]%/*}/scenario.sh"
set -E
trap 'blame $? "${BASH_SOURCE[0]##*/}:$LINENO" "$BASH_COMMAND"' ERR
trap 'fail "time limit${WAITING:+, while waiting: $WAITING}"' TERM
# shellcheck source=/dev/null
source "$1"

for vm in "${!VM_PID[@]}"; do
	ended "${VM_PID[$vm]}" || vm_kill "$vm" TERM
done
attached_as_told
if [ -n "${VARD_PID:-}" ]; then
	stop_vard
fi
# While the module is there to give names to addresses.
no_leaks
if [ -d /sys/module/kvm_uefivars ]; then
	unload_module
fi
