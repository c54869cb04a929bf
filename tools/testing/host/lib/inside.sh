#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs one scenario inside the emulated host: inside.sh SCENARIO LOGS SECONDS. Afterwards
# everything is stopped, the module must unload and the kernel log must be clean.

set -uo pipefail
scenario=$1 keep=$2 limit=$3
here=$(cd "$(dirname "$0")" && pwd)

# QEMU writes its logs byte by byte: to memory first, kept at the end.
LOGS=/run/logs
mkdir -p "$LOGS" /run/kuv
export LOGS

# play: the scenario in a shell of its own, then the end every scenario has.
play() {
	timeout -k 5 "$limit" bash -euo pipefail "$here/play.sh" "$scenario"
}

# kernel_log: warnings and worse that must not be there. Lock debugging and the
# like speak at lower levels too.
kernel_log() {
	{
		dmesg --level=warn,err,crit,alert,emerg
		dmesg | grep -E 'BUG:|WARNING:|INFO: (task|rcu)|possible (rec|circ|irq|unsafe)'
	} | sort -u | grep -vEf <(
		grep -v '^#' "$here/kernel-log-allowed"
		# What this very scenario is about.
		sed -n 's/^# Kernel log: //p' "$scenario"
	)
}

rc=0
play || rc=$?
[ $rc != 124 ] && [ $rc != 137 ] || echo "# FAILED: time limit of $limit s"
findings=$(kernel_log)
if [ -n "$findings" ]; then
	echo "# FAILED: in the kernel log: ${findings//$'\n'/$'\n# FAILED: in the kernel log: '}"
	[ $rc != 0 ] || rc=1
fi
dmesg >"$LOGS/kernel.log"
find /run/kuv -type f -exec cp {} "$LOGS/" \;
cp -r "$LOGS/." "$keep/"
exit $rc
