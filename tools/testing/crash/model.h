/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the database ought to hold, and what it does. */
#ifndef _CRASH_MODEL_H
#define _CRASH_MODEL_H

#include "backend.h"

#define MODEL_VMS 12
#define MODEL_VARS 48
#define MODEL_SNAPSHOTS 3
#define MODEL_PLANS 4
#define MODEL_NAME 32

/**
 * struct model_set - variables in the order of their last change
 * @vars: name, and a digest over everything a variable has
 * @nr: how many
 */
struct model_set {
	struct {
		char name[MODEL_NAME];
		uint64_t digest;
	} vars[MODEL_VARS];
	unsigned int nr;
};

/**
 * struct model_snapshot - one snapshot
 * @name: of it
 * @uid: who made it
 * @vars: its variables
 */
struct model_snapshot {
	char name[MODEL_NAME];
	uid_t uid;
	struct model_set vars;
};

/**
 * struct model_vm - one VM
 * @vm: its row; the id does not count
 * @vars: its variables
 * @nr_quarantined: rows that were moved to quarantine
 * @snapshots: oldest first
 * @nr_snapshots: how many
 * @device: digest of its saved machine, 0 without
 * @plans: digests of what waits for its next start, oldest first
 * @nr_plans: how many
 */
struct model_vm {
	struct vard_vm vm;
	struct model_set vars;
	unsigned int nr_quarantined;
	struct model_snapshot snapshots[MODEL_SNAPSHOTS];
	unsigned int nr_snapshots;
	uint64_t device;
	uint64_t plans[MODEL_PLANS];
	unsigned int nr_plans;
};

/**
 * struct model - the content of a database
 * @vms: by name
 * @nr: how many
 * @nr_audit: lines of the audit
 * @audit: digest of them
 */
struct model {
	struct model_vm vms[MODEL_VMS];
	unsigned int nr;
	unsigned int nr_audit;
	uint64_t audit;
};

/**
 * model_add() - a new VM
 * @m: model
 * @vm: its row
 *
 * Return: the VM, without variables.
 */
struct model_vm *model_add(struct model *m, const struct vard_vm *vm);

/**
 * model_find() - a VM by name
 * @m: model
 * @name: of the VM; aborts if there is none
 *
 * Return: the VM.
 */
struct model_vm *model_find(struct model *m, const char *name);

/**
 * model_apply() - what apply() does
 * @set: variables
 * @v: variable or removal
 */
void model_apply(struct model_set *set, const struct vard_var *v);

/**
 * model_drop() - a variable is gone
 * @set: variables
 * @name: of the variable
 *
 * Return: Whether it was there.
 */
bool model_drop(struct model_set *set, const char *name);

/**
 * model_remove() - a VM is gone
 * @m: model
 * @name: of the VM; aborts if there is none
 */
void model_remove(struct model *m, const char *name);

/**
 * model_audit() - what audit() does
 * @m: model
 * @audit: line; its time does not count
 */
void model_audit(struct model *m, const struct vard_audit *audit);

/**
 * model_plan() - a digest over everything a plan has but its number and date
 * @plan: plan
 *
 * Return: 64 bits.
 */
uint64_t model_plan(const struct vard_plan *plan);

/**
 * model_bytes() - a digest of some bytes
 * @data: bytes
 * @len: how many
 *
 * Return: 64 bits, not 0.
 */
uint64_t model_bytes(const void *data, size_t len);

/**
 * model_digest() - one number for all of it
 * @m: model
 *
 * Return: 64 bits that differ if the content does.
 */
uint64_t model_digest(const struct model *m);

/**
 * model_read() - what an open database holds
 * @b: backend
 * @ret: filled
 *
 * Return: 0, or -errno with the reason in @b->error; -EUCLEAN if a row had to
 * be moved to quarantine.
 */
int model_read(struct vard_backend *b, struct model *ret);

/**
 * model_print_diff() - what differs, to stderr
 * @want: one
 * @got: the other
 */
void model_print_diff(const struct model *want, const struct model *got);

#endif /* _CRASH_MODEL_H */
