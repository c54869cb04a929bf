#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages in a clean root of bookworm: built twice alike, checked by lintian,
# installed, upgraded, used, removed, purged. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

HERE=$KUV_TOP/tools/testing/packages
OLD_VERSION=0.0~old
TESTS=(reproducible lintian installs units_enabled user_made upgrades
	module_6_1 module_6_12 one_module_version profile_parses libkuv_dev
	programs removes_all_but_data purges_all_but_variables)

# packages_wanted DIR: first choices of what the packages depend on, without each other; then
# what the tests call.
packages_wanted() {
	local deb

	for deb in "$1"/*.deb; do
		case $deb in
		*-dbgsym_*) ;;
		*) dpkg-deb -f "$deb" Depends ;;
		esac
	done | tr ',' '\n' | sed 's/^ *\([^ |(]*\).*/\1/' |
		grep -vxE 'libkuv0|libkuv-dev|kuv-tools|vard-sync|kvm-uefivars-dkms' | sort -u
	printf '%s\n' apparmor gcc gcc-12 kmod libc6-dev libelf1 pahole pkg-config \
		systemd
}

# outside: what is slow and kept; then a namespace, whose mounts go away by themselves.
outside() {
	local series
	local -a wanted

	kuv_need debhelper lintian kmod
	PKG_NEW=$("$KUV_TOP/tools/packages.sh")
	PKG_OLD=$("$KUV_TOP/tools/packages.sh" --version $OLD_VERSION)
	mapfile -t wanted < <(packages_wanted "$PKG_NEW")
	PKG_LOWER=$(kuv_suite_root bookworm "${wanted[@]}")
	for series in 6.1 6.12; do
		eval "$("$KUV_TOP/tools/kernels.sh" $series)"
		export "PKG_KREL_${series/./_}=$KUV_KREL"
		export "PKG_KDIR_${series/./_}=$KUV_KDIR"
	done
	PKG_WORK=$(mktemp -d)
	trap 'kuv_root rm -rf "$PKG_WORK"' EXIT
	export PKG_NEW PKG_OLD PKG_LOWER PKG_WORK
	kuv_root env "KUV_CACHE=$KUV_CACHE" unshare -m --propagation private \
		"$HERE/run.sh" --inside
}

# setup_root: a copy of the root that costs nothing.
setup_root() {
	ROOT=$PKG_WORK/root
	mkdir -p "$ROOT" "$PKG_WORK/upper" "$PKG_WORK/tmp" "$PKG_WORK/debs"
	mount -t overlay -o "lowerdir=$PKG_LOWER,upperdir=$PKG_WORK/upper,workdir=$PKG_WORK/tmp" \
		overlay "$ROOT"
	# DKMS builds for the newest kernel only where it cannot see which one runs.
	echo 'autoinstall_all_kernels="yes"' >>"$ROOT/etc/dkms/framework.conf"
	mkdir -p "$ROOT$KUV_CACHE" "$ROOT$PKG_WORK"
	in_root true
}

# in_root COMMAND...: with the cache, where headers and packages are.
in_root() {
	kuv_suite_run "$ROOT" "$KUV_CACHE" -- "$@"
}

# headers SERIES: as linux-headers would say where a kernel's build tree is.
headers() {
	local krel=PKG_KREL_$1 kdir=PKG_KDIR_$1

	mkdir -p "$ROOT/lib/modules/${!krel}"
	ln -s "${!kdir}" "$ROOT/lib/modules/${!krel}/build"
}

# files: what is in the root, without what others write there: the records of dpkg and
# ldconfig, logs, lists of users, depmod's lists, DKMS's own key; a directory of AppArmor's that
# whoever is purged removes when it is empty.
files() {
	in_root find / -xdev \
		\( -path /proc -o -path /dev -o -path /tmp -o -path "$KUV_CACHE" \
		-o -path /var/lib/dpkg -o -path /var/log \) -prune -o -print |
		grep -vE -e '^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$' \
			-e '^/etc/\.pwd\.lock$' -e '^/var/cache/ldconfig' \
			-e '^/(usr/)?lib/modules/[^/]*/modules\.' \
			-e '^/var/lib/dkms/mok\.' -e '^/etc/apparmor.d/disable$' | sort
}

install_debs() {
	local -a debs

	mapfile -t debs < <(find "$1" -name '*.deb' ! -name '*-dbgsym_*')
	in_root env DEBIAN_FRONTEND=noninteractive dpkg -i "${debs[@]}"
}

ours() {
	printf '%s\n' kuv-tools kvm-uefivars-dkms libkuv-dev libkuv0 vard-sync
}

# status STATE: all packages are in it.
status() {
	local want p

	for p in $(ours); do
		# shellcheck disable=SC2016 # dpkg-query expands it
		want=$(in_root dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || true
		[ "${want:-not-installed}" = "$1" ] || {
			echo "$p is ${want:-not installed}, not $1"
			return 1
		}
	done
}

version_of() {
	# shellcheck disable=SC2016 # dpkg-query expands it
	in_root dpkg-query -W -f '${Version}' "$1"
}

t_reproducible() {
	local first

	first=$(cd "$PKG_NEW" && sha256sum ./*.deb)
	[ "$("$KUV_TOP/tools/packages.sh" --fresh)" = "$PKG_NEW" ]
	echo "$first" | (cd "$PKG_NEW" && sha256sum --check --quiet)
}

t_lintian() {
	# Root is whom CI runs as.
	lintian --allow-root --fail-on error,warning,info -I "$PKG_NEW"/*.changes
}

t_installs() {
	headers 6_1
	install_debs "$PKG_OLD"
	status installed
	[ "$(version_of vard-sync)" = $OLD_VERSION ]
	[ -n "$(find "$ROOT/lib/modules/$PKG_KREL_6_1/updates" -name 'kvm-uefivars.ko*')" ]
}

t_units_enabled() {
	[ -L "$ROOT/etc/systemd/system/sockets.target.wants/vard-sync.socket" ]
	[ -L "$ROOT/etc/systemd/system/multi-user.target.wants/vard-sync.service" ]
	[ "$(in_root systemctl is-enabled vard-sync.service)" = enabled ]
	grep -qx 'ExecStart=/usr/sbin/vard-sync' "$ROOT/lib/systemd/system/vard-sync.service"
	grep -q '^kvm-uefivars$' "$ROOT/usr/lib/modules-load.d/kvm-uefivars.conf"
}

# Locked, without a shell, in no group but its own.
t_user_made() {
	local entry

	entry=$(in_root getent passwd vard-sync)
	[[ "$entry" = *:/usr/sbin/nologin ]]
	[ "$(in_root id -nG vard-sync)" = vard-sync ]
	[[ "$(in_root getent shadow vard-sync)" = vard-sync:!* ]]
	[ "$(in_root stat -c '%U %a' /var/lib/vard-sync)" = "vard-sync 700" ]
	in_root getent group kvm
}

t_upgrades() {
	headers 6_12
	# An administrator's choice, and the variables, outlast an upgrade.
	in_root systemctl disable vard-sync.service
	echo variables >"$ROOT/var/lib/vard-sync/vars.db"
	install_debs "$PKG_NEW"
	status installed
	[ "$(version_of vard-sync)" != $OLD_VERSION ]
	[ ! -e "$ROOT/etc/systemd/system/multi-user.target.wants/vard-sync.service" ]
	[ "$(cat "$ROOT/var/lib/vard-sync/vars.db")" = variables ]
}

# module SERIES: there is one of the new version, for this kernel.
module() {
	local krel=PKG_KREL_$1 ko

	krel=${!krel}
	ko=$(find "$ROOT/lib/modules/$krel/updates" -name 'kvm-uefivars.ko*')
	[ -n "$ko" ]
	modinfo -F vermagic "$ko"
	[[ "$(modinfo -F vermagic "$ko")" = "$krel SMP"* ]]
	[ "$(modinfo -F license "$ko")" = GPL ]
	in_root dkms status | grep "$krel" | grep -q installed
}

t_module_6_1() {
	module 6_1
}

t_module_6_12() {
	module 6_12
}

t_one_module_version() {
	in_root dkms status
	[ "$(in_root dkms status | wc -l)" = 2 ]
	! in_root dkms status | grep -q "$OLD_VERSION"
}

t_profile_parses() {
	in_root apparmor_parser --skip-kernel-load --skip-cache --warn=all --Werror \
		--kernel-features /etc/apparmor.d/abi/3.0 \
		/etc/apparmor.d/vard-sync
	[ -e "$ROOT/etc/apparmor.d/local/vard-sync" ]
}

# What autopkgtest would run.
t_libkuv_dev() {
	local script=$KUV_TOP/packaging/debian/tests/build-with-libkuv

	install -m 755 "$script" "$ROOT/tmp/build-with-libkuv"
	in_root /tmp/build-with-libkuv
	rm "$ROOT/tmp/build-with-libkuv"
}

# The tools run, and the wrapper for libvirt asks kuv-run only for a VM.
t_programs() {
	local preload=/usr/lib/kvm-uefivars/libkuv-preload.so rc=0

	in_root vard-sync --version
	in_root kuvctl --help >/dev/null
	in_root kuv-run --help >/dev/null
	[ "$(in_root env LD_PRELOAD=$preload echo fine)" = fine ]
	[ "$(in_root env KUV_QEMU=echo kuv-qemu -S -machine none)" = "-S -machine none" ]
	[ "$(in_root env KUV_QEMU=qemu KUV_RUN=echo KUV_QEMU_OPTIONS=force-secure-boot \
		kuv-qemu -name guest=web1,debug-threads=on -S)" = \
		"--vm web1 --options force-secure-boot -- qemu -name guest=web1,debug-threads=on -S" ]
	in_root kuv-qemu -name web1 -accel tcg || rc=$?
	[ $rc = 7 ]
}

t_removes_all_but_data() {
	mapfile -t names < <(ours)
	in_root dpkg --remove "${names[@]}"
	[ "$(cat "$ROOT/var/lib/vard-sync/vars.db")" = variables ]
	[ ! -e "$ROOT/usr/sbin/vard-sync" ]
	[ -z "$(find "$ROOT/lib/modules/" -name 'kvm-uefivars.ko*')" ]
	[ ! -e "$ROOT/var/lib/dkms/kvm-uefivars" ]
}

# Users stay, see README.Debian of vard-sync, and what VMs may need.
t_purges_all_but_variables() {
	mapfile -t names < <(ours)
	in_root dpkg --purge "${names[@]}"
	status not-installed
	[ "$(cat "$ROOT/var/lib/vard-sync/vars.db")" = variables ]
	rm -r "$ROOT/var/lib/vard-sync"
	rm -rf "${ROOT:?}"/lib/modules/*/build
	find "$ROOT/lib/modules" -mindepth 1 -name 'modules.*' -delete
	find "$ROOT/usr/lib/modules" -depth -empty -delete
	files >"$PKG_WORK/after"
	diff "$PKG_WORK/before" "$PKG_WORK/after"
	in_root getent passwd vard-sync
}

inside() {
	local t n=0 failed=0 rc

	setup_root
	files >"$PKG_WORK/before"
	echo "KTAP version 1"
	echo "1..${#TESTS[@]}"
	for t in "${TESTS[@]}"; do
		n=$((n + 1))
		# Not in a condition: that would switch off errexit inside.
		set +e
		( set -e; "t_$t" ) >"$PKG_WORK/log" 2>&1
		rc=$?
		set -e
		if [ $rc = 0 ]; then
			echo "ok $n $t"
		else
			sed 's/^/# /' "$PKG_WORK/log"
			echo "not ok $n $t"
			failed=$((failed + 1))
		fi
	done
	[ $failed = 0 ]
}

case ${1:-} in
--inside) inside ;;
*) outside ;;
esac
