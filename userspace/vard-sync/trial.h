/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes are tried on a store of their own: the module is the only judge. */
#ifndef _VARD_TRIAL_H
#define _VARD_TRIAL_H

#include "edit.h"

/**
 * struct vard_trial - a store like that of a VM, and what becomes of it
 * @o: order
 * @vm: VM
 * @is_running: volatile variables are allowed
 * @what: begins messages, for instance "plan 3: "; may be empty
 * @store: in the kernel, not in the loop
 * @before: variables of the VM, volatile ones too if it runs
 * @after: variables of the store in the end
 * @diff: what leads from one to the other
 */
struct vard_trial {
	const struct vard_order *o;
	const struct vard_vm *vm;
	bool is_running;
	const char *what;
	struct vard_source *store;
	struct vard_varlist before;
	struct vard_varlist after;
	struct vard_varlist diff;
};

/**
 * vard_trial_free() - forget a trial
 * @t: trial, whatever became of it
 */
void vard_trial_free(struct vard_trial *t);

/**
 * vard_trial_from_db() - begin with what the database has
 * @t: trial; @o, @vm and @what are set
 *
 * Context: Within a transaction: what is damaged moves to quarantine.
 * Return: 0, or -errno with the error set.
 */
int vard_trial_from_db(struct vard_trial *t);

/**
 * vard_trial_from_live() - begin with what a running VM has
 * @t: trial; @o, @vm and @what are set
 * @s: its store
 *
 * Return: 0, or -errno with the error set.
 */
int vard_trial_from_live(struct vard_trial *t, struct vard_source *s);

/**
 * vard_trial_run() - make changes in the trial's store
 * @t: trial
 * @steps: changes
 * @nr: how many
 *
 * Return: 0, or -errno with the error set.
 */
int vard_trial_run(struct vard_trial *t, const struct vard_step *steps,
		   size_t nr);

/**
 * vard_trial_end() - fill @after and @diff
 * @t: trial
 *
 * Return: 0, or -errno with the error set.
 */
int vard_trial_end(struct vard_trial *t);

/**
 * vard_trial_step() - make one change in a store
 * @s: store
 * @step: change
 *
 * Return: 0 or -errno.
 */
int vard_trial_step(struct vard_source *s, const struct vard_step *step);

/**
 * vard_trial_error() - tell the client which change failed, and why
 * @t: trial
 * @at: number of the change
 * @step: change
 * @r: what vard_trial_step() returned
 *
 * Return: @r.
 */
int vard_trial_error(const struct vard_trial *t, size_t at,
		     const struct vard_step *step, int r);

#endif /* _VARD_TRIAL_H */
