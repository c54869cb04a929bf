#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vard-sync as a service of a real systemd, in the emulated host: sandbox, socket,
# fd store. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../tools/lib.sh"

HERE=$KUV_TOP/userspace/vard-sync/tests
OUT=${KUV_E2E_OUT:-${O:-$KUV_TOP/build}}
SOCK=/run/vard-sync/control
DB=/var/lib/vard-sync/vars.db

outside() {
	kuv_need_programs sqlite3 systemd procps apparmor
	nice make -s -C "$KUV_TOP/userspace/vard-sync" O="$OUT" all \
		"$OUT/vard-e2e-client" >&2
	KUV_E2E_KO=$("$KUV_TOP/tools/build-module.sh" 6.12)
	export KUV_E2E_KO KUV_E2E_OUT=$OUT
	exec "$KUV_TOP/tools/testing/host/host.sh" --append no_timer_check \
		--timeout "${KUV_E2E_TIMEOUT:-300}" -- "$HERE/service.sh" --inside
}

# What a package would install, and a target with nothing but the service.
install_service() {
	local u

	systemd-sysusers "$KUV_TOP/packaging/sysusers.d/kvm-uefivars.conf"
	chgrp kvm /dev/kvm-uefivars
	chmod 0660 /dev/kvm-uefivars
	make -s -C "$KUV_TOP/userspace/vard-sync" O="$OUT" install >&2
	# A write waits for 2 s by default, which is not long in the emulation.
	mkdir -p /etc/systemd/system/vard-sync.service.d
	printf '[Service]\nExecStart=\nExecStart=%s --wait-ms 15000\n' \
		/usr/local/sbin/vard-sync >/etc/systemd/system/vard-sync.service.d/wait.conf
	printf '[Unit]\nDefaultDependencies=no\nRequires=%s\nAllowIsolate=yes\n' \
		"vard-sync.service systemd-journald.service" \
		>/etc/systemd/system/kuv-test.target
	# Nothing here needs them, and each costs a second.
	for u in systemd-{binfmt,modules-load,udevd,udev-trigger,sysctl,sysusers,firstboot}.service \
		systemd-{tmpfiles-setup,tmpfiles-setup-dev,repart,journal-flush,remount-fs}.service \
		proc-sys-fs-binfmt_misc.automount; do
		ln -sf /dev/null "/etc/systemd/system/$u"
	done
}

# load_profile: AppArmor's, which the unit asks for.
load_profile() {
	mount -t securityfs securityfs /sys/kernel/security
	apparmor_parser --replace --skip-cache "$KUV_TOP/packaging/apparmor/vard-sync" ||
		kuv_die "cannot load the AppArmor profile"
}

start_systemd() {
	container=kuv unshare --pid --fork --mount --mount-proc \
		/lib/systemd/systemd --system --unit=kuv-test.target \
		--log-target=kmsg </dev/null >/dev/null 2>&1 &
	wait_for test -S $SOCK || return 1
	SYSTEMD=$(pgrep -P $!)
}

# In the process and mount namespace of that systemd.
ns() {
	timeout 30 nsenter -t "$SYSTEMD" -m -p "$@"
}

wait_for() {
	for _ in $(seq 400); do
		"$@" && return 0
		sleep 0.2
	done
	echo "# never: $*"
	return 1
}

property() {
	ns systemctl show vard-sync.service -P "$1"
}

# has PROPERTY VALUE
has() {
	[ "$(property "$1")" = "$2" ]
}

new_pid() {
	local now

	now=$(property MainPID)
	[ "$now" != 0 ] && [ "$now" != "$1" ] && has ActiveState active
}

value_in_db() {
	ns sqlite3 -readonly $DB "SELECT CAST(data AS TEXT) FROM variable
		WHERE name = '$1'"
}

# guest COMMAND...: one command to the VM; prints the answer.
guest() {
	local answer=

	echo "$*" >&"${VM[1]}"
	read -r -t 60 answer <&"${VM[0]}"
	echo "$answer"
}

t_starts() {
	wait_for has ActiveState active && has User vard-sync &&
		[ "$(ns stat -c '%U %a' $DB)" = "vard-sync 600" ] &&
		[ "$(ns stat -c '%G %a' $SOCK)" = "kvm 660" ]
}

t_saves() {
	local opened

	coproc VM { exec "$OUT/vard-e2e-client" $SOCK vm; }
	read -r -t 60 opened <&"${VM[0]}"
	echo "# $opened"
	[[ "$(guest set A 1)" = "set A ok"* ]] && [ "$(value_in_db A)" = 1 ] &&
		has NFileDescriptorStore 1
}

# Here the emulated systemd takes longer than a guest waits, so it may see an
# error; the change is saved nevertheless.
t_survives_a_crash() {
	local pid

	pid=$(property MainPID)
	ns systemctl kill -s KILL vard-sync.service
	echo "# $(guest set A 2)"
	wait_for new_pid "$pid" && wait_for test_value 2 &&
		[[ "$(guest set A 3)" = "set A ok"* ]] && [ "$(value_in_db A)" = 3 ]
}

test_value() {
	[ "$(value_in_db A)" = "$1" ]
}

t_survives_a_restart() {
	ns systemctl restart vard-sync.service &&
		[[ "$(guest set A 4)" = "set A ok"* ]] &&
		[ "$(value_in_db A)" = 4 ] && has NFileDescriptorStore 1
}

t_forgets_a_closed_vm() {
	echo quit >&"${VM[1]}"
	wait_for has NFileDescriptorStore 0
}

# It is under its profile, and that keeps it from other files.
t_is_confined() {
	[ "$(cat "/proc/$(pgrep -x vard-sync)/attr/current")" = "vard-sync (enforce)" ] &&
		! bash -c 'echo changeprofile vard-sync >/proc/$BASHPID/attr/current &&
			[ -n "$(</etc/shadow)" ]' 2>/dev/null &&
		dmesg | grep -q 'DENIED.*profile="vard-sync".*/etc/shadow'
}

# What vard-sync did in all of this was allowed.
t_was_denied_nothing() {
	! dmesg | grep 'apparmor="DENIED"' | grep -v 'comm="bash"'
}

t_stops() {
	ns systemctl stop vard-sync.socket vard-sync.service
	has Result success && has ActiveState inactive && [ ! -e $SOCK ]
}

inside() {
	local t n=0 failed=0
	local -a tests=(starts is_confined saves survives_a_crash survives_a_restart
		forgets_a_closed_vm stops was_denied_nothing)

	set +e
	insmod "$KUV_E2E_KO" || kuv_die "cannot load $KUV_E2E_KO"
	install_service
	load_profile
	start_systemd || kuv_die "systemd did not start the service"
	echo "KTAP version 1"
	echo "1..${#tests[@]}"
	for t in "${tests[@]}"; do
		n=$((n + 1))
		if "t_$t"; then
			echo "ok $n $t"
		else
			ns journalctl -u vard-sync --no-pager | sed 's/^/# /'
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
