#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts together what DKMS builds from: usage: make-source.sh VERSION DIR, where DIR is
# /usr/src/kvm-uefi-vars-VERSION on a host. Then: dkms install kvm-uefi-vars/VERSION

set -euo pipefail

if [ $# != 2 ]; then
	echo "usage: $0 VERSION DIR" >&2
	exit 1
fi
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
build=$top/tools/kvm-build
mkdir -p "$2/patches"
sed "s/#VERSION#/$1/" "$build/dkms/dkms.conf" >"$2/dkms.conf"
install -m 755 "$build/dkms/pre-build.sh" "$build/stage.sh" \
	"$build/check-exports.sh" "$2/"
install -m 644 "$build/kvm-only.mk" "$2/"
cp -r "$top"/kernel/patches/[0-9]* "$2/patches/"
