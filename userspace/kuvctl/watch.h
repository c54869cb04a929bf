/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kuvctl watch knows of the VMs, and how it tells what is new. */
#ifndef _KUVCTL_WATCH_H
#define _KUVCTL_WATCH_H

#include "vars.h"

/**
 * struct watch_vm - a VM as it was when last heard of
 * @name: owned
 * @vars: its non-volatile variables
 */
struct watch_vm {
	char *name;
	struct kuvctl_vars vars;
};

/**
 * watch_change() - tell of a change and remember it
 * @w: VM
 * @seq: vard-sync's number of the change, 0 if it has none
 * @v: variable, borrowed
 */
void watch_change(struct watch_vm *w, uint64_t seq, const struct vard_var *v);

/**
 * watch_state() - tell of a VM's state
 * @vm: name, or NULL for vard-sync itself
 * @state: a word
 */
void watch_state(const char *vm, const char *state);

/**
 * watch_adopt() - take over what a VM's variables are now
 * @w: VM
 * @now: its variables; taken over
 * @is_told: tell of what differs from what was known
 */
void watch_adopt(struct watch_vm *w, struct kuvctl_vars *now, bool is_told);

#endif /* _KUVCTL_WATCH_H */
