# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest is moved between two hosts, each with its own kernel, module and daemon: memory by QEMU
# over TCP, variables over ssh. Boot phase and policies go with it. KUV_ROUNDS times.
# Limit: 1500 s and 240 s a round
# Hosts: 2

# shellcheck source=tools/testing/host/lib/ssh.sh
source "$KUV_TOP/tools/testing/host/lib/ssh.sh"
# shellcheck source=tools/testing/host/lib/move-lib.sh
source "$KUV_TOP/tools/testing/host/lib/move-lib.sh"

kuv_ssh_serve "$KUV_NET" >"$LOGS/sshd.log" 2>&1 &
server=$!
load_module
side_start west
side_boot west <<END
ns=$KUV_NS
absent=0x800000000000000e
unsupported=0x8000000000000003
invalid=0x8000000000000002

# answer COMMAND...: the EFI status of a message sent past the firmware.
answer() {
	mbox "\$@" | sed -n 's/^transport=0x0 status=//p'
}

# The boot phase is over, the policies are as firmware left them, and what was written
# is there.
examine_all() {
	same "policies" "\$table" "\$(mbox policies)"
	same "boot-only variable not seen" \$absent "\$(answer get \$ns KuvBoots)"
	same "no new volatile variable" \$invalid "\$(answer set \$ns KuvB 0x6 x)"
	same "no second ReadyToBoot" \$unsupported "\$(answer fn 5)"
	same "text of \$round" "0x07 \$round" "\$(evar get KuvRound)"
	round=\$((round + 1))
	must evar set KuvRound \$round
}

round=0
echo 1 >/proc/sys/vm/nr_hugepages
table=\$(mbox policies)
tell table "\$table"
must evar set KuvRound 0
$(guest_loop)
END
goes_on west
examine west all
check "there are policies, and they are locked" line <(told west table) \
	'^policies: [1-9][0-9]+ bytes, .* dump=0x0 lock=0x8000000000000008$'
east_join
at east load_module
at east side_start east
ssh_east "cat >$WORK/script" <"$WORK/script"

for ((round = 1; round <= ${KUV_ROUNDS:-1}; round++)); do
	travel west east
	at east examine east all
	travel east west
	examine west all
done
vm_tell west "0 off"
vm_done west
same "answers counted in the database" $((2 * ${KUV_ROUNDS:-1} + 1)) \
	"$(on west; stored "$MOVED" KuvRound)"
side_stop west
at east side_stop east
at east unload_module
VARD_PID=
east_leave
kill "$server"
