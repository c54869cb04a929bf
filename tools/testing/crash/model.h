/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the database ought to hold, and what it does. */
#ifndef _CRASH_MODEL_H
#define _CRASH_MODEL_H

#include "backend.h"

#define MODEL_VMS 12
#define MODEL_VARS 48
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
 * struct model_vm - one VM
 * @vm: its row; the id does not count
 * @vars: its variables
 * @nr_quarantined: rows that were moved to quarantine
 */
struct model_vm {
	struct vard_vm vm;
	struct model_set vars;
	unsigned int nr_quarantined;
};

/**
 * struct model - the content of a database
 * @vms: by name
 * @nr: how many
 */
struct model {
	struct model_vm vms[MODEL_VMS];
	unsigned int nr;
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
