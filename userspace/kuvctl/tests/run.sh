#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kuvctl against a real vard-sync without the module. usage: run.sh KUVCTL

set -u
KUVCTL=$1
VARD=${VARD_SYNC:-$(dirname "$KUVCTL")/../../../vard-sync}
W=$(mktemp -d /tmp/kuvctl-test.XXXXXX)
trap 'kill "$DAEMON" 2>/dev/null; rm -rf "$W"' EXIT
DAEMON=
n=0
failed=0

# ctl ARGUMENT...: its output in OUT, its status in RC.
ctl() {
	OUT=$("$KUVCTL" --socket "$W/control" "$@" 2>&1 </dev/null)
	RC=$?
}

# check NAME STATUS PATTERN: of the last ctl
check() {
	n=$((n + 1))
	# shellcheck disable=SC2053 # a pattern
	if [ "$RC" = "$2" ] && [[ $OUT == $3 ]]; then
		echo "ok $n $1"
	else
		echo "# status $RC: $OUT"
		echo "not ok $n $1"
		failed=$((failed + 1))
	fi
}

start() {
	"$VARD" --db "$W/vars.db" --socket "$W/control" --device /nonexistent \
		2>"$W/log" &
	DAEMON=$!
	for _ in $(seq 100); do
		grep -q " 00010000 .* $W/control\$" /proc/net/unix && return
		sleep 0.05
	done
	echo "Bail out! vard-sync does not start: $(cat "$W/log")"
	exit 1
}

echo "TAP version 13"
ctl list
check no_daemon 5 '*no vard-sync listens at *systemctl start vard-sync*'
ctl
check no_command 2 '*a command is missing*'
ctl frobnicate
check unknown_command 2 '*no command frobnicate*'
ctl --help
check help 0 '*usage: kuvctl*list*stats*configure*'
start
ctl list
check list_of_none 0 'VM *STATE *'
ctl list x
check list_usage 2 'usage: kuvctl list*'

echo "1..$n"
[ $failed = 0 ]
