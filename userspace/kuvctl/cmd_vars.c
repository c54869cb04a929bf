// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands for the variables of one VM. */
#include "cmd_vars.h"

#include "how.h"

const struct kuvctl_command kuvctl_var_commands[] = {
	{ "show", "[--all] [--hex|--raw] VM [NAME[-GUID]|GLOB...]",
	  "the variables of a VM, readable", cmd_show },
	{ "get", "[-o FILE] [--raw|--efivarfs] VM NAME[-GUID]",
	  "one variable, readable or its bytes", cmd_get },
	{ "set",
	  "[--attributes LIST] {--data HEX|--string TEXT|--string16 TEXT|--file FILE|--boot-order LIST|--efivarfs FILE|--auth FILE} [--append] " KUVCTL_HOW
	  " VM NAME[-GUID]",
	  "change or make a variable", cmd_set },
	{ "delete", KUVCTL_HOW " VM NAME[-GUID]...", "delete variables", cmd_delete },
	{ "pending", "[--drop NUMBER] VM",
	  "what waits for the VM's next start", cmd_pending },
	{ "watch", "[VM...]", "changes as they reach the disk", cmd_watch },
	{ 0 },
};
