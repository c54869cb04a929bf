/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands for variables, and what they share. */
#ifndef _KUVCTL_CMD_VARS_H
#define _KUVCTL_CMD_VARS_H

#include <json-c/json.h>

#include "kuvctl.h"
#include "vars.h"

int cmd_show(const struct kuvctl *k, int argc, char **argv);
int cmd_get(const struct kuvctl *k, int argc, char **argv);
int cmd_set(const struct kuvctl *k, int argc, char **argv);
int cmd_delete(const struct kuvctl *k, int argc, char **argv);
int cmd_pending(const struct kuvctl *k, int argc, char **argv);
int cmd_watch(const struct kuvctl *k, int argc, char **argv);

/**
 * kuvctl_vm_json() - what is known of a VM, without its variables
 * @v: VM
 *
 * Return: Object.
 */
json_object *kuvctl_vm_json(const struct kuvctl_vars *v);

#endif /* _KUVCTL_CMD_VARS_H */
