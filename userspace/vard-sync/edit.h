/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of variables that the operator makes, of VMs that run or do not. */
#ifndef _VARD_EDIT_H
#define _VARD_EDIT_H

#include "change.h"
#include "step.h"
#include "varlist.h"

/* Most changes in one call, and bytes of names and data in them. */
#define VARD_EDIT_MAX 1024
#define VARD_EDIT_BYTES_MAX (4U << 20)
/* Bytes of a word for the audit and of more text, NUL included. */
#define VARD_EDIT_ACTION_MAX 33
#define VARD_EDIT_DETAIL_MAX 4097

/**
 * struct vard_edit - changes that are made together or not at all
 * @steps: in this order
 * @nr: how many
 * @is_dry_run: find out whether they would work, change nothing
 * @at_next_boot: keep them until the VM is started next
 * @expect: digest that the variables must have before, or NULL
 * @action: a word for the audit
 * @detail: more for the audit, or NULL for a list of the variables
 */
struct vard_edit {
	const struct vard_step *steps;
	size_t nr;
	bool is_dry_run;
	bool at_next_boot;
	const uint8_t *expect;
	const char *action;
	const char *detail;
};

/**
 * struct vard_edited - what came of it
 * @old_digest: of the non-volatile variables before
 * @new_digest: of those after, or of what they would be
 * @nr_changed: variables that differ, or would
 * @pending: number of the plan that waits, or 0
 * @is_running: a VMM holds the VM's port
 */
struct vard_edited {
	uint8_t old_digest[VARD_DIGEST_LEN];
	uint8_t new_digest[VARD_DIGEST_LEN];
	unsigned int nr_changed;
	uint64_t pending;
	bool is_running;
};

/**
 * vard_edit() - change variables of a VM; for the operator
 * @o: order
 * @edit: changes
 * @ret: filled on success
 *
 * First all of it is tried on a store of its own, so that the module judges it.
 *
 * Return: 0, or -errno with the error set and nothing changed.
 */
int vard_edit(const struct vard_order *o, const struct vard_edit *edit,
	      struct vard_edited *ret);

/**
 * vard_edit_plan() - carry a plan out, which goes in the same transaction
 * @d: daemon
 * @vm: VM that does not run
 * @plan: plan
 * @e: filled on failure
 *
 * Return: 0, or -errno and nothing changed.
 */
int vard_edit_plan(struct vard *d, const struct vard_vm *vm,
		   const struct vard_plan *plan, sd_bus_error *e);

#endif /* _VARD_EDIT_H */
