// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands that look after whole VMs. */
#include "kuvctl.h"

const struct kuvctl_command kuvctl_vm_commands[] = {
	{ "list", "", "the VMs and what is known of them", cmd_list },
	{ "stats", "[VM...]", "what saving costs, for vard-sync and each VM",
	  cmd_stats },
	{ "configure", "VM NAME=VALUE...",
	  "change durability, options, change-rate, change-burst", cmd_configure },
	{ "move-out", "[--now] [--via COMMAND] VM | --undo VM",
	  "give a VM to kuvctl move-in, or take it back", cmd_move_out },
	{ "move-in", "VM", "take a VM from kuvctl move-out", cmd_move_in },
	{ "snapshot", "VM NAME", "keep a VM's variables as they are now",
	  cmd_snapshot },
	{ "snapshots", "VM", "the snapshots of a VM", cmd_snapshots },
	{ "restore", "VM NAME", "go back to a snapshot", cmd_restore },
	{ "delete-snapshot", "VM NAME", "forget a snapshot",
	  cmd_delete_snapshot },
	{ "clone", "[--remove GLOB]... [--keep-machine] VM NEW",
	  "make a VM with the variables of another one", cmd_clone },
	{ "reset", "VM [TEMPLATE]", "begin anew with a template", cmd_reset },
	{ "remove", "--yes VM", "forget a VM with its variables and snapshots",
	  cmd_remove },
	{ "audit", "[-n NUMBER] [VM]", "what was changed on the host, and by whom",
	  cmd_audit },
	{ 0 },
};
