#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts the core and its suites into a copy of the kernel tree, for UML and kunit.py.
#
# tools/testing/kunit-graft.sh prints the tree: Debian's linux-source-6.12 in the
# cache, with kvm-uefivars/ linked to this checkout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

GRAFT_SERIES=6.12

# graft_unpack DIR: the kernel source without code that UML never builds. Every
# Kconfig file stays: they name each other.
graft_unpack() {
	local dir=$1 root part skip=()

	kuv_need xz-utils
	root=$(kuv_deb_root "linux-source-$GRAFT_SERIES")
	for part in arch/{a,c,h,l,m,n,o,p,r,s}'*' drivers/{gpu,media,net,staging} \
		sound tools/perf tools/testing/selftests; do
		skip+=(--exclude="linux-source-*/$part/*.[chS]")
	done
	kuv_say "unpacking the kernel source, about half a minute"
	rm -rf "$dir.tmp"
	mkdir -p "$dir.tmp"
	nice tar -xJf "$root/usr/src/linux-source-$GRAFT_SERIES.tar.xz" \
		-C "$dir.tmp" --strip-components=1 --exclude='*.dts*' \
		--exclude='linux-source-*/Documentation/*/*' "${skip[@]}"
	graft_hook "$dir.tmp"
	mv "$dir.tmp" "$dir"
}

# graft_hook TREE: make the kernel tree look into kvm-uefivars/.
graft_hook() {
	echo 'obj-y += kvm-uefivars/' >>"$1/Kbuild"
	echo 'source "kvm-uefivars/Kconfig"' >>"$1/Kconfig"
	mkdir "$1/kvm-uefivars"
	printf 'obj-y += core/ tests/\n' >"$1/kvm-uefivars/Kbuild"
}

# graft_link TREE: the parts of this checkout that need no KVM. Their Kbuild files
# find uapi/ through the links.
graft_link() {
	local part

	for part in core tests Kconfig; do
		ln -sfn "$KUV_TOP/kernel/kvm-uefivars/$part" \
			"$1/kvm-uefivars/$part"
	done
}

main() {
	local ver dir

	ver=$(kuv_candidate "linux-source-$GRAFT_SERIES")
	[ -n "$ver" ] || kuv_die "no package linux-source-$GRAFT_SERIES in the Debian suites"
	dir=$KUV_CACHE/uml/$ver/src
	mkdir -p "$KUV_CACHE/uml"
	exec 8>"$KUV_CACHE/uml/.lock"
	flock 8
	[ -d "$dir" ] || graft_unpack "$dir"
	graft_link "$dir"
	printf '%s\n' "$dir"
}

main
