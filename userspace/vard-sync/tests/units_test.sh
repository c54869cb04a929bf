#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The systemd units: valid, and exposed no more than they were. TAP on stdout.
# usage: units_test.sh VARD-SYNC

set -u
top=$(cd "$(dirname "$0")/../../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# The exposure level, in tenths, that must not be exceeded.
limit=20
failed=0

if ! command -v systemd-analyze >/dev/null; then
	echo "1..0 # SKIP systemd-analyze is not installed"
	exit 0
fi
cp "$top/packaging/systemd/vard-sync.socket" "$dir/"
# The program is not installed where the unit says.
sed "s,^ExecStart=.*,ExecStart=$(realpath "$1")," \
	"$top/packaging/systemd/vard-sync.service" >"$dir/vard-sync.service"

# check NAME COMMAND...
check() {
	local name=$1

	shift
	n=$((${n:-0} + 1))
	if "$@" >"$dir/log" 2>&1; then
		echo "ok $n - $name"
	else
		sed 's/^/# /' "$dir/log"
		echo "not ok $n - $name"
		failed=1
	fi
}

echo "1..2"
cd "$dir" || exit 1
check units_are_valid systemd-analyze verify --man=no \
	./vard-sync.service ./vard-sync.socket
check service_is_confined systemd-analyze security --no-pager --offline=yes \
	--threshold=$limit ./vard-sync.service
exit $failed
