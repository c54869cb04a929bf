# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Helpers sourced by every script of the project: messages, cache, Debian packages.

set -euo pipefail

# Root of the source tree, whatever the caller's directory is.
KUV_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything downloaded or built for tests lives here, keyed by version.
KUV_CACHE=${KUV_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvm-uefivars}
export KUV_TOP KUV_CACHE

# kuv_say TEXT...: one line of progress, on stderr so that stdout stays for results.
kuv_say() {
	printf '== %s\n' "$*" >&2
}

# kuv_die TEXT...: what failed and what to do about it, then stop.
kuv_die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# kuv_root CMD...: run as root, through sudo where the caller is not root.
kuv_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		kuv_die "root is needed for: $* (run as root, or install sudo)"
	fi
}

# kuv_locked NAME CMD...: one process at a time, all scripts of all trees.
kuv_locked() {
	local name=$1
	shift
	mkdir -p "$KUV_CACHE/locks"
	( flock 9; "$@" 9>&- ) 9>"$KUV_CACHE/locks/$name"
}

# kuv_apt_update: refresh the package lists, at most once in six hours.
kuv_apt_update() {
	kuv_locked update kuv_apt_update_locked
}

kuv_apt_update_locked() {
	local stamp=$KUV_CACHE/apt-updated

	if [ -n "$(find "$stamp" -mmin -360 2>/dev/null)" ] &&
	   kuv_apt_own apt-cache show bash >/dev/null 2>&1; then
		return
	fi
	kuv_say "refreshing the Debian package lists"
	kuv_root env -u APT_CONFIG apt-get update -qq >&2 ||
		kuv_die "apt-get update failed: check the network and /etc/apt/sources.list*"
	touch "$stamp"
}

# kuv_apt_own CMD...: an apt command with the machine's own configuration, whatever
# kuv_suite_apt has set.
kuv_apt_own() {
	env -u APT_CONFIG "$@"
}

# kuv_missing PACKAGE...: those that are not installed, one per line.
kuv_missing() {
	local p

	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || echo "$p"
	done
}

# kuv_need PACKAGE...: install what is missing of these Debian packages.
kuv_need() {
	[ -z "$(kuv_missing "$@")" ] || kuv_locked install kuv_install "$@"
}

kuv_install() {
	local missing

	# Another script may have been quicker.
	mapfile -t missing < <(kuv_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	kuv_apt_update
	kuv_say "installing ${missing[*]}"
	kuv_root env -u APT_CONFIG DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends \
		-o DPkg::Lock::Timeout=300 "${missing[@]}" \
		>"$KUV_CACHE/apt-install.log" 2>&1 ||
		kuv_die "apt-get install failed, see $KUV_CACHE/apt-install.log"
}

# kuv_need_programs [PACKAGE...]: what building userspace/ takes, and these.
kuv_need_programs() {
	kuv_need gcc make pkg-config libsystemd-dev libsqlite3-dev \
		libjson-c-dev libssl-dev zlib1g-dev libefivar-dev libefiboot-dev "$@"
}

# kuv_candidate PACKAGE: the version apt would install.
kuv_candidate() {
	kuv_apt_update
	apt-cache policy "$1" | sed -n 's/^  Candidate: //p'
}

# kuv_deb_root PACKAGE [VERSION]: unpack a binary package into the cache without
# installing it; prints the directory.
kuv_deb_root() {
	local pkg=$1 ver dir
	ver=${2:-$(kuv_candidate "$pkg")}
	{ [ -n "$ver" ] && [ "$ver" != "(none)" ]; } ||
		kuv_die "no package $pkg in the configured Debian suites"
	dir=$KUV_CACHE/deb/${pkg}_$ver
	[ -e "$dir/.done" ] ||
		kuv_locked "deb-$pkg" kuv_deb_unpack "$pkg" "$ver" "$dir"
	printf '%s\n' "$dir"
}

kuv_deb_unpack() {
	local pkg=$1 ver=$2 dir=$3

	[ ! -e "$dir/.done" ] || return 0
	kuv_say "fetching $pkg $ver"
	rm -rf "$dir" "$dir.tmp"
	mkdir -p "$dir.tmp/dl"
	# APT drops privileges for downloads; the cache may be private.
	(cd "$dir.tmp/dl" &&
	 apt-get -q -o APT::Sandbox::User=root download "$pkg=$ver" \
		>"$dir.log" 2>&1) ||
		kuv_die "cannot download $pkg=$ver, see $dir.log"
	dpkg-deb -x "$dir.tmp"/dl/*.deb "$dir.tmp"
	rm -rf "$dir.tmp/dl"
	touch "$dir.tmp/.done"
	mv "$dir.tmp" "$dir"
}

# kuv_apt_source SOURCE: download and unpack a Debian source package into the cache;
# prints the unpacked directory. The deb-src lines are derived from the
# machine's own apt sources and live in the cache, /etc/apt stays as it is.
kuv_apt_source() {
	kuv_need dpkg-dev
	kuv_locked apt-src kuv_source_unpack "$1"
}

kuv_source_unpack() {
	local src=$1 apt=$KUV_CACHE/apt-src ver dir
	local -a opt

	kuv_apt_update
	mkdir -p "$apt/lists/partial" "$apt/empty" "$KUV_CACHE/src"
	opt=(-q -o "Dir::Etc::sourcelist=$apt/sources.list"
	     -o "Dir::Etc::sourceparts=$apt/empty"
	     -o "Dir::State::lists=$apt/lists"
	     -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
	     -o APT::Sandbox::User=root)
	if [ -z "$(find "$apt/updated" -mmin -360 2>/dev/null)" ]; then
		# shellcheck disable=SC2016 # apt expands these
		apt-get indextargets 'Created-By: Packages' --format \
			'$(ORIGIN) deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' |
			sed -n 's/^Debian //p' | sort -u >"$apt/sources.list"
		[ -s "$apt/sources.list" ] ||
			kuv_die "no Debian suite in the apt sources: cannot get $src"
		kuv_say "refreshing the Debian source lists"
		apt-get "${opt[@]}" update >"$apt/update.log" 2>&1 ||
			kuv_die "cannot read the source lists, see $apt/update.log"
		touch "$apt/updated"
	fi
	ver=$(apt-cache "${opt[@]}" showsrc --only-source "$src" 2>/dev/null |
		sed -n 's/^Version: //p' | sort -V | tail -n 1)
	[ -n "$ver" ] || kuv_die "no source package $src in the configured suites"
	dir=$KUV_CACHE/src/${src}_${ver//[:~]/_}
	if [ ! -e "$dir/.done" ]; then
		kuv_say "fetching the source of $src $ver"
		rm -rf "$dir" "$dir.tmp"
		mkdir -p "$dir.tmp"
		(cd "$dir.tmp" &&
		 apt-get "${opt[@]}" source --download-only "$src=$ver" >source.log 2>&1 &&
		 dpkg-source --no-check -x ./*.dsc tree >>source.log 2>&1) ||
			kuv_die "cannot get the source of $src, see $dir.tmp/source.log"
		rm -f "$dir.tmp"/*.tar.*
		touch "$dir.tmp/.done"
		mv "$dir.tmp" "$dir"
	fi
	printf '%s\n' "$dir/tree"
}

# --- other suites of Debian ---------------------------------------------------

# kuv_mirror: where the machine gets Debian itself from, out of its apt sources.
kuv_mirror() {
	local mirror

	# shellcheck disable=SC2016 # apt expands these
	mirror=$(kuv_apt_own apt-get indextargets 'Created-By: Packages' \
		--format '$(ORIGIN) $(REPO_URI) $(RELEASE)' |
		sed -n 's/^Debian \([^ ]*\) [a-z]*$/\1/p' | head -n 1)
	[ -n "$mirror" ] || kuv_die "no Debian suite in the apt sources"
	printf '%s\n' "$mirror"
}

# kuv_suite_keyring: the archive's keys, as the machine has them for itself.
kuv_suite_keyring() {
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg

	kuv_need debian-archive-keyring
	[ -s "$keys" ] || kuv_die "package debian-archive-keyring has no $keys"
	printf '%s\n' "$keys"
}

# kuv_suite_apt SUITE: apt for another suite, without a trace in the machine's own; prints
# a file for APT_CONFIG. With that set, kuv_candidate and kuv_deb_root mean the suite.
# Package lists are refreshed when older than the machine's.
kuv_suite_apt() {
	kuv_apt_update
	kuv_locked "suite-apt-$1" kuv_suite_apt_locked "$1"
}

kuv_suite_apt_locked() {
	local suite=$1 dir=$KUV_CACHE/suite/$1 mirror keys

	if [ ! "$dir/updated" -nt "$KUV_CACHE/apt-updated" ]; then
		mirror=$(kuv_mirror)
		keys=$(kuv_suite_keyring)
		mkdir -p "$dir/lists/partial" "$dir/empty" "$dir/state"
		: >"$dir/state/status"
		echo "deb [signed-by=$keys] $mirror $suite main" >"$dir/sources.list"
		cat >"$dir/apt.conf" <<-END
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "$dir/empty";
		Dir::Etc::preferencesparts "$dir/empty";
		Dir::State "$dir/state";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/state/status";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
		APT::Sandbox::User "root";
		END
		kuv_say "refreshing the package lists of Debian $suite"
		APT_CONFIG=$dir/apt.conf apt-get -q update >"$dir/update.log" 2>&1 ||
			kuv_die "cannot read the lists of $suite, see $dir/update.log"
		touch "$dir/updated"
	fi
	printf '%s\n' "$dir/apt.conf"
}

# kuv_suite_root SUITE [PACKAGE...]: a small root file system of another suite of Debian
# with these packages installed; prints the directory. Made once and then kept, one
# per list of packages. Programs in it: kuv_suite_run.
kuv_suite_root() {
	local suite=$1 dir
	shift

	dir=$KUV_CACHE/root/$suite
	[ $# = 0 ] || dir+=-$(printf '%s\n' "$@" | sort -u | sha256sum | cut -c1-16)
	[ -e "$dir/.kuv-done" ] ||
		kuv_locked "root-$suite" kuv_suite_make "$suite" "$dir" "$@"
	printf '%s\n' "$dir"
}

kuv_suite_make() {
	local suite=$1 dir=$2 base=$KUV_CACHE/root/$1
	shift 2

	[ -e "$base/.kuv-done" ] || kuv_suite_base "$suite" "$base"
	[ ! -e "$dir/.kuv-done" ] || return 0
	kuv_say "installing in a root of Debian $suite: $*"
	kuv_root rm -rf "$dir.tmp" "$dir"
	kuv_root cp -a "$base" "$dir.tmp"
	kuv_root rm "$dir.tmp/.kuv-done"
	kuv_suite_conf | kuv_root tee "$dir.tmp/etc/apt/apt.conf.d/90kuv" >/dev/null
	# The suite may have moved on since the base was made.
	kuv_suite_run "$dir.tmp" -- sh -ec '
		export DEBIAN_FRONTEND=noninteractive
		apt-get -q update
		apt-get -q -y --no-install-recommends install "$@"
		apt-get clean' sh "$@" >"$dir.log" 2>&1 ||
		kuv_die "cannot install in a root of $suite, see $dir.log"
	kuv_root touch "$dir.tmp/.kuv-done"
	kuv_root mv "$dir.tmp" "$dir"
}

# kuv_suite_conf: for apt in such a root: how the machine fetches (proxies and the like), and
# no change of user, who might find the cache closed.
kuv_suite_conf() {
	kuv_apt_own apt-config dump Acquire
	echo 'APT::Sandbox::User "root";'
}

# kuv_suite_base SUITE DIR: the root without any package of ours.
kuv_suite_base() {
	local suite=$1 dir=$2 keys

	kuv_need debootstrap debian-archive-keyring
	keys=$(kuv_suite_keyring)
	kuv_say "making a root of Debian $suite (a few minutes)"
	mkdir -p "$KUV_CACHE/root"
	kuv_root rm -rf "$dir.tmp" "$dir"
	kuv_root debootstrap --variant=minbase --merged-usr --keyring="$keys" \
		"$suite" "$dir.tmp" "$(kuv_mirror)" \
		"/usr/share/debootstrap/scripts/$(kuv_suite_script "$suite")" \
		>"$dir.log" 2>&1 ||
		kuv_die "debootstrap of $suite failed, see $dir.log"
	kuv_root touch "$dir.tmp/.kuv-done"
	kuv_root mv "$dir.tmp" "$dir"
}

# kuv_suite_script SUITE: debootstrap's script for it; those of all newer suites are
# the same as that of sid.
kuv_suite_script() {
	if [ -e "/usr/share/debootstrap/scripts/$1" ]; then echo "$1"; else echo sid; fi
}

# kuv_suite_run ROOT [DIR...] -- COMMAND...: run in such a root, as root, in the caller's
# directory where that is below a DIR. Each DIR of the machine is there under its own
# name, and writable. The mounts end with the command.
kuv_suite_run() {
	local root=$1
	local -a dirs=()
	shift

	while [ "$1" != -- ]; do
		dirs+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2016 # expanded in there
	kuv_root unshare -m --propagation private sh -ec '
		root=$1 pwd=$2 n=$3
		shift 3
		cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		while [ "$n" -gt 0 ]; do
			mkdir -p "$root$1"
			mount --rbind "$1" "$root$1"
			shift
			n=$((n - 1))
		done
		exec chroot "$root" /usr/bin/env -u APT_CONFIG -u LD_PRELOAD \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
			sh -c "cd \"\$0\" 2>/dev/null || cd /; exec \"\$@\"" "$pwd" "$@"
		' sh "$root" "$PWD" ${#dirs[@]} "${dirs[@]}" "$@"
}
