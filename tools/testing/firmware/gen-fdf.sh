#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Derives the flash layout of the test platform from the stock one: gen-fdf.sh STOCK.fdf >OUR.fdf
#
# A DSC can include and override another, an FDF cannot. The edits: includes
# get their folder, the drivers of the flash variable store go, the driver of
# the host's store and its front end come in their place.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

ours=KuvTestPkg/HostVarsDxe/HostVarsDxe.inf
front=MdeModulePkg/Universal/Variable/RuntimeDxe/VariableSmmRuntimeDxe.inf

[ $# = 1 ] || kuv_die "usage: gen-fdf.sh STOCK.fdf"
out=$(sed \
	-e 's,^!include \([^/]*\)$,!include OvmfPkg/\1,' \
	-e '/^ *INF .*\/FvbServicesRuntimeDxe\.inf/d' \
	-e '/^ *INF .*\/EmuVariableFvbRuntimeDxe\/Fvb\.inf/d' \
	-e '/^ *INF .*\/FaultTolerantWriteDxe\.inf/d' \
	-e "s,^ *INF .*/VariableRuntimeDxe\\.inf,INF  $ours\nINF  $front," "$1")

# expect COUNT PATTERN: a stock file of another shape must not pass unseen.
expect() {
	local n
	n=$(grep -c -- "$2" <<<"$out" || true)
	[ "$n" = "$1" ] ||
		kuv_die "stock FDF: expected $1 lines with $2, found $n: adapt gen-fdf.sh to this edk2"
}
expect 1 "INF  $ours"
# The stock file has one more, for builds with SMM.
expect 2 "INF  $front"
expect 0 '/FvbServicesRuntimeDxe\.inf\|EmuVariableFvbRuntimeDxe\|/FaultTolerantWriteDxe\.inf\|/VariableRuntimeDxe\.inf'
expect 0 '^!include [^/]*$'
printf '%s\n' "$out"
