# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What runs on the second host of a scenario with two: an ssh server, until the scenario on the
# first one says by it that all is done.

# shellcheck source=tools/testing/host/lib/ssh.sh
source "$KUV_TOP/tools/testing/host/lib/ssh.sh"

kuv_ssh_serve "$KUV_NET" >"$LOGS/sshd.log" 2>&1 &
server=$!
wait_for 3000 "the first host is done" test -e "$WORK/finished"
kill "$server"
