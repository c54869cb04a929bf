# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# vard-sync and its test client inside the emulated host, for tests of what talks to it.

# The caller sets OUT, where the programs are, and W, a directory for all the rest.
: "${OUT:?}" "${W:?}"
SOCK=$W/control
DB=$W/vars.db
DAEMON=
GUEST=
OPENED=

daemon_start() {
	"$OUT/vard-sync" --db "$DB" --socket "$SOCK" --wait-ms 15000 2>>"$W/log" &
	DAEMON=$!
	for _ in $(seq 600); do
		grep -q " 00010000 .* $SOCK\$" /proc/net/unix && return 0
		sleep 0.05
	done
	return 1
}

# daemon_end [SIGNAL]
daemon_end() {
	kill "$@" "$DAEMON"
	wait "$DAEMON" 2>/dev/null
	rm -f "$SOCK"
}

# guest_start VM [OPTION...]: the client is VMM and guest; what it said first is in OPENED.
guest_start() {
	local vm=$1

	shift
	coproc CLIENT { exec "$OUT/vard-e2e-client" "$@" "$SOCK" "$vm" \
		2>>"$W/log"; }
	GUEST=$CLIENT_PID
	exec {INFD}>&"${CLIENT[1]}" {OUTFD}<&"${CLIENT[0]}"
	OPENED=
	read -r -t 60 OPENED <&"$OUTFD"
	[[ $OPENED == open* ]] && return 0
	echo "# not opened: $OPENED"
	return 1
}

guest_end() {
	echo quit >&"$INFD"
	cat <&"$OUTFD" >/dev/null
	exec {INFD}>&- {OUTFD}<&-
	wait "$GUEST" 2>/dev/null
	GUEST=
}

wait_for() {
	for _ in $(seq 300); do
		"$@" && return 0
		sleep 0.1
	done
	echo "# never: $*"
	return 1
}
