/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans: changes of variables that wait for a VM's next start. */
#ifndef _VARD_PENDING_H
#define _VARD_PENDING_H

#include "edit.h"

/* Most plans of one VM. */
#define VARD_PENDING_MAX 16

/**
 * vard_pending_list() - the plans of a VM, oldest first; for the operator
 * @o: order
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0, or -errno with the error set.
 */
int vard_pending_list(const struct vard_order *o, vard_plan_fn fn, void *arg);

/**
 * vard_pending_drop() - forget a plan; for the operator
 * @o: order
 * @id: number of the plan
 *
 * Return: 0, or -errno with the error set.
 */
int vard_pending_drop(const struct vard_order *o, uint64_t id);

/**
 * vard_pending_apply() - carry out what waits, before a VM starts
 * @d: daemon
 * @vm: VM that does not run
 *
 * Each plan is a transaction with its line of the audit. The first that cannot
 * be carried out ends it: it and those after it stay, with the reason, and the VM
 * starts with what it has.
 */
void vard_pending_apply(struct vard *d, const struct vard_vm *vm);

#endif /* _VARD_PENDING_H */
