#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs a patched kvm.ko in the place that goes before the stock one, or removes it.
# One that does not fit the kernel is refused, and nothing is changed then.

set -euo pipefail

usage() {
	cat <<-END
	usage: install.sh [--root ROOT] [--symvers FILE] DIR    install DIR/kvm.ko
	       install.sh [--root ROOT] --remove RELEASE        back to the stock one
	DIR is what build.sh prints. FILE is the Module.symvers of the kernel; without it, that
	of the kernel headers installed in ROOT. Takes effect when kvm.ko is loaded next.
	END
}

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/sbin:/usr/sbin
root=
symvers=

vermagic() {
	modinfo -F vermagic "$1"
}

# stock REL: the kvm.ko that came with the kernel.
stock() {
	find "$root/lib/modules/$1/kernel" -name 'kvm.ko*' 2>/dev/null | head -n 1
}

# install_check DIR REL: refuse what does not fit.
install_check() {
	local dir=$1 rel=$2 ko

	ko=$(stock "$rel")
	[ -n "$ko" ] || die "there is no kernel $rel with a kvm.ko in ${root:-/}lib/modules"
	[ "$(vermagic "$ko")" = "$(vermagic "$dir/kvm.ko")" ] ||
		die "kvm.ko is for '$(vermagic "$dir/kvm.ko")'," \
			"the kernel is '$(vermagic "$ko")'"
	symvers=${symvers:-$root/lib/modules/$rel/build/Module.symvers}
	[ -r "$symvers" ] ||
		die "cannot read $symvers: install linux-headers-$rel, or use --symvers"
	"$here/check-exports.sh" "$symvers" "$dir/Module.symvers" "$dir/exports" ||
		die "kvm.ko does not fit the kernel $rel: nothing was installed"
}

install_kvm() {
	local dir=$1 rel updates

	[ -r "$dir/kvm.ko" ] || die "there is no $dir/kvm.ko"
	rel=$(vermagic "$dir/kvm.ko" | cut -d ' ' -f 1)
	install_check "$dir" "$rel"
	updates=$root/lib/modules/$rel/updates
	install -D -m 644 "$dir/kvm.ko" "$updates/kvm.ko"
	depmod ${root:+-b "$root"} "$rel"
	printf 'installed %s\n' "$updates/kvm.ko"
}

remove_kvm() {
	local ko=$root/lib/modules/$1/updates/kvm.ko

	[ -e "$ko" ] || die "there is no $ko"
	rm "$ko"
	rmdir --ignore-fail-on-non-empty "$(dirname "$ko")"
	depmod ${root:+-b "$root"} "$1"
	printf 'removed %s\n' "$ko"
}

main() {
	local remove=

	while [ $# -gt 0 ]; do
		case $1 in
		--root) root=${2%/}; shift ;;
		--symvers) symvers=$2; shift ;;
		--remove) remove=1 ;;
		--help) usage; exit 0 ;;
		-*) usage >&2; die "unknown option $1" ;;
		*) break ;;
		esac
		shift
	done
	[ $# = 1 ] || { usage >&2; die "one argument is needed"; }
	if [ -n "$remove" ]; then
		remove_kvm "$1"
	else
		install_kvm "$1"
	fi
}

main "$@"
