/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan of kuvctl fleet apply: which VMs, what to do, in which stages. */
#ifndef _KUVCTL_FLEET_PLAN_H
#define _KUVCTL_FLEET_PLAN_H

#include "enroll.h"
#include "fleet.h"

/* Largest plan, and largest file it names. */
#define FLEET_PLAN_MAX	(1U << 20)
/* Longest pause after a stage, in seconds: a day. */
#define FLEET_PAUSE_MAX	86400

/**
 * enum fleet_kind - a kind of action
 * @FLEET_ENROLL: certificates
 * @FLEET_SET: a variable, by the operator's right
 * @FLEET_DELETE: a variable, by the operator's right
 * @FLEET_APPEND: what a vendor signed, appended as a guest would
 */
enum fleet_kind {
	FLEET_ENROLL,
	FLEET_SET,
	FLEET_DELETE,
	FLEET_APPEND,
};

/**
 * struct fleet_action - one thing to do with each VM
 * @kind: kind
 * @set: certificates of FLEET_ENROLL
 * @replace: put them in the place of all others
 * @v: variable of the other kinds, owned
 */
struct fleet_action {
	enum fleet_kind kind;
	struct enroll_set set;
	bool replace;
	struct vard_var v;
};

/**
 * struct fleet_stage - VMs that are changed in one go
 * @size: how many, 0 for all that are left
 * @pause: seconds to wait afterwards
 */
struct fleet_stage {
	size_t size;
	unsigned int pause;
};

/**
 * struct fleet_words - texts
 * @list: owned, as its texts are
 * @nr: how many
 */
struct fleet_words {
	char **list;
	size_t nr;
};

/**
 * struct fleet_plan - a plan
 * @name: for the audit, owned
 * @hash: SHA-256 of the plan and of what it names, in hexadecimal
 * @vms: globs of names
 * @except: globs of names to leave out
 * @find: only VMs in which something of this is found
 * @has_find: there is such a condition
 * @actions: in this order, all or nothing for each VM
 * @nr_actions: how many
 * @stages: in this order; VMs beyond them are not changed
 * @nr_stages: how many
 * @certs: directory with certificates or NULL, owned
 * @snapshot: make one of each VM before it is changed
 * @at_next_boot: change each VM when it is started next
 * @stop_running: a VM that runs is a surprise
 * @stop_pending: a VM that has plans waiting is a surprise
 * @stop_setup: a VM without platform key is a surprise
 * @stop_unchanged: a VM with nothing to change is a surprise
 */
struct fleet_plan {
	char *name;
	char hash[65];
	struct fleet_words vms;
	struct fleet_words except;
	struct fleet_find find;
	bool has_find;
	struct fleet_action *actions;
	size_t nr_actions;
	struct fleet_stage *stages;
	size_t nr_stages;
	char *certs;
	bool snapshot;
	bool at_next_boot;
	bool stop_running;
	bool stop_pending;
	bool stop_setup;
	bool stop_unchanged;
};

/**
 * fleet_plan_parse() - read a plan
 * @text: JSON
 * @len: bytes of it
 * @path: of its file: others are beside it, and it is called like it
 * @ret: filled, also in part on failure, for fleet_plan_free()
 * @why: filled on failure
 *
 * Exits without memory, and if certificates are not known or not there.
 *
 * Return: Whether it is a plan.
 */
bool fleet_plan_parse(const char *text, size_t len, const char *path,
		      struct fleet_plan *ret, char why[FLEET_WHY_MAX]);

/**
 * fleet_plan_free() - free what is in it
 * @p: plan
 */
void fleet_plan_free(struct fleet_plan *p);

/**
 * fleet_plan_excepts() - does a plan leave a VM out by its name?
 * @p: plan
 * @vm: name
 *
 * Return: Whether it does.
 */
bool fleet_plan_excepts(const struct fleet_plan *p, const char *vm);

/**
 * fleet_plan_names() - does a plan name a VM, and not only match its name?
 * @p: plan
 * @vm: name
 *
 * Return: Whether it does.
 */
bool fleet_plan_names(const struct fleet_plan *p, const char *vm);

/**
 * fleet_plan_stage() - the stage of a VM
 * @p: plan
 * @i: which of the VMs that the plan selects
 *
 * Return: Number of the stage from 1, 0 if it is behind the last one.
 */
size_t fleet_plan_stage(const struct fleet_plan *p, size_t i);

/**
 * fleet_plan_for() - what a plan changes in a VM
 * @p: plan
 * @v: the VM's variables
 * @ret: added to; nothing if the VM is as the plan wants it
 *
 * Return: NULL, or why that cannot be.
 */
const char *fleet_plan_for(struct fleet_plan *p, const struct kuvctl_vars *v,
			   struct kuvctl_plan *ret);

#endif /* _KUVCTL_FLEET_PLAN_H */
