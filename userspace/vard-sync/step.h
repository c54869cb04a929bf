/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One change of one variable that the operator wants, and plans of them. */
#ifndef _VARD_STEP_H
#define _VARD_STEP_H

#include <sys/types.h>

#include "var.h"

/**
 * enum vard_step_kind - what happens to a variable; the numbers are protocol
 * @VARD_STEP_SET: create or replace, by the operator's right
 * @VARD_STEP_DELETE: delete, by the operator's right
 * @VARD_STEP_SIGNED: what a guest would pass to SetVariable(), signed
 */
enum vard_step_kind {
	VARD_STEP_SET,
	VARD_STEP_DELETE,
	VARD_STEP_SIGNED,
};

/**
 * struct vard_step - one change of one variable
 * @kind: what happens
 * @v: variable, as @kind wants it; name and data are borrowed
 */
struct vard_step {
	enum vard_step_kind kind;
	struct vard_var v;
};

/**
 * vard_step_text() - a kind of change as a word
 * @kind: kind
 *
 * Return: "set", "delete" or "signed".
 */
const char *vard_step_text(enum vard_step_kind kind);

/**
 * struct vard_plan - changes that wait for a VM's next start; all is borrowed
 * @id: number, never used again in this database
 * @created: UTC, "2026-01-31 23:59:59"; ignored where a plan is stored
 * @uid: who wants it
 * @action: a word for the audit
 * @detail: more for the audit
 * @reason: why it could not be carried out at the last start, or empty
 * @is_damaged: what the database has of it is not what was stored; no steps
 * @steps: changes in this order
 * @nr: how many
 */
struct vard_plan {
	int64_t id;
	const char *created;
	uid_t uid;
	const char *action;
	const char *detail;
	const char *reason;
	bool is_damaged;
	const struct vard_step *steps;
	size_t nr;
};

/* Called for each plan. Return 0 to go on, or anything else to stop with. */
typedef int (*vard_plan_fn)(const struct vard_plan *plan, void *arg);

#endif /* _VARD_STEP_H */
