#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Inside the emulated host: installs everything, starts systemd with vard-sync, runs the blocks
# that need a host. One line for each, "ok ..." or "not ok ...".

set -uo pipefail
WORK=$1
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../../.." && pwd)
OUT=${KUV_DOCS_OUT:?}
SOCK=/run/vard-sync/control
DB=/var/lib/vard-sync/vars.db
LOG=$WORK/share
export TOP OUT SOCK DB

# wait_for COMMAND...: until it succeeds, a minute and a half at most.
wait_for() {
	for _ in $(seq 450); do
		"$@" && return 0
		sleep 0.2
	done
	echo "# never: $*"
	return 1
}

# ns COMMAND...: in the process and mount namespace of the systemd here.
ns() {
	nsenter -t "$SYSTEMD" -m -p "$@"
}

# What the packages install, and a target with little more than the service in it.
install_all() {
	local u

	insmod "${KUV_MODULE:?}" || return 1
	systemd-sysusers "$TOP/packaging/sysusers.d/kvm-uefivars.conf"
	chgrp kvm /dev/kvm-uefivars
	chmod 0660 /dev/kvm-uefivars
	make -s -C "$TOP" O="$OUT" install >"$LOG/install.log" 2>&1 || return 1
	# Library and templates are looked for where they were installed.
	ldconfig
	# Everything is slow here: a guest waits longer than it would.
	mkdir -p /etc/systemd/system/vard-sync.service.d
	printf '[Service]\nExecStart=\nExecStart=%s --wait-ms 30000\nWatchdogSec=0\n' \
		"$(command -v vard-sync || echo /usr/local/sbin/vard-sync)" \
		>/etc/systemd/system/vard-sync.service.d/slow.conf
	printf '[Unit]\nDefaultDependencies=no\nRequires=%s\nAllowIsolate=yes\n' \
		"vard-sync.service systemd-journald.service" \
		>/etc/systemd/system/kuv-docs.target
	for u in systemd-{binfmt,modules-load,udevd,udev-trigger,sysctl,sysusers,firstboot}.service \
		systemd-{tmpfiles-setup,tmpfiles-setup-dev,repart,journal-flush,remount-fs}.service \
		proc-sys-fs-binfmt_misc.automount; do
		ln -sf /dev/null "/etc/systemd/system/$u"
	done
}

start_systemd() {
	container=kuv unshare --pid --fork --mount --mount-proc \
		/lib/systemd/systemd --system --unit=kuv-docs.target \
		--log-target=kmsg </dev/null >/dev/null 2>&1 &
	wait_for test -S $SOCK || return 1
	SYSTEMD=$(pgrep -P $!)
}

# hook NAME: a function of stage.sh, if it has such a one.
hook() {
	declare -F "$1" >/dev/null || return 0
	"$1"
}

# in_docs COMMAND...: there, in the directory of the documents' files.
in_docs() {
	(cd /srv/docs && ns --wd=/srv/docs "$@")
}

# block WHERE NAME STAYS FILE
block() {
	local where=$1 name=$2 stays=$3 file=$4 rc=0 start=$SECONDS log=$LOG/$2.log

	hook "before_${name//-/_}" >"$log" 2>&1 || rc=$?
	if [ $rc = 77 ]; then
		echo "ok $where $name # SKIP what it needs is not here"
		return
	elif [ $rc != 0 ]; then
		rc="$rc before it"
	elif [ "$stays" = stays ]; then
		in_docs setsid bash -euo pipefail "$file" >>"$log" 2>&1 </dev/null &
	else
		in_docs timeout 120 bash -euo pipefail "$file" >>"$log" 2>&1 </dev/null || rc=$?
	fi
	[ "$rc" != 0 ] || hook "after_${name//-/_}" >>"$log.after" 2>&1 || rc="$? after it"
	if [ "$rc" = 0 ]; then
		echo "ok $where $name # $((SECONDS - start)) s"
	else
		sed 's/^/#   /' "$log" "$log.after" 2>/dev/null
		echo "not ok $where $name # status $rc"
	fi
}

main() {
	local where kind what needs stays file

	# shellcheck source=tools/testing/docs-commands/stage.sh
	source "$HERE/stage.sh"
	mkdir -p /srv/docs
	if ! { install_all && start_systemd; }; then
		tail -n 5 "$LOG"/*.log | sed 's/^/# /'
		echo "not ok the service does not start"
		exit 1
	fi
	echo "# the service runs after $SECONDS s"
	stage
	while IFS=$'\t' read -r where kind what needs stays file; do
		[ "$kind/$needs" = run/host ] || continue
		block "$where" "$what" "$stays" "$file"
	done <"$WORK/index"
	ns journalctl -u vard-sync --no-pager >"$LOG/journal.log" 2>&1
	unstage
}

main
