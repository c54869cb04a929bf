/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The variables of a VM, over vard-sync's org.kvm_uefivars.Variables1. */
#ifndef _KUVCTL_VARS_H
#define _KUVCTL_VARS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "template.h"

#define KUVCTL_VARIABLES	"org.kvm_uefivars.Variables1"

/**
 * struct kuvctl_vars - what vard-sync says of one VM
 * @vm: its name, owned
 * @uuid: text
 * @options: KVM_UEFIVARS_OPT_* by name, owned
 * @digest: of the non-volatile variables, in hexadecimal
 * @is_running: a VMM holds its port; volatile variables are listed, too
 * @is_moved: it belongs to another host now; these are its last variables
 * @nr_pending: changes that wait for its next start
 * @list: the variables, in the order in which a guest lists them
 */
struct kuvctl_vars {
	char *vm;
	char uuid[37];
	char *options;
	char digest[65];
	bool is_running;
	bool is_moved;
	unsigned int nr_pending;
	struct vard_template list;
};

/**
 * kuvctl_vars_try() - the variables of a VM
 * @bus: connection
 * @vm: name
 * @ret: filled on success, for kuvctl_vars_free()
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int kuvctl_vars_try(sd_bus *bus, const char *vm, struct kuvctl_vars *ret,
		    sd_bus_error *e);

/**
 * kuvctl_vars_get() - the variables of a VM, or exit with what vard-sync says
 * @bus: connection
 * @vm: name
 * @ret: filled, for kuvctl_vars_free()
 */
void kuvctl_vars_get(sd_bus *bus, const char *vm, struct kuvctl_vars *ret);

/**
 * kuvctl_vars_free() - free what is in it
 * @v: filled or zero
 */
void kuvctl_vars_free(struct kuvctl_vars *v);

/**
 * kuvctl_vars_find() - look a variable up
 * @v: variables
 * @guid: vendor namespace, EFI byte order
 * @name: ASCII
 *
 * Return: The variable or NULL.
 */
const struct vard_var *kuvctl_vars_find(const struct kuvctl_vars *v,
					const uint8_t guid[16],
					const char *name);

/**
 * kuvctl_list_find() - look up the variable of the same name and namespace
 * @t: variables
 * @which: name and guid
 *
 * Return: The variable or NULL.
 */
struct vard_var *kuvctl_list_find(const struct vard_template *t,
				  const struct vard_var *which);

/**
 * kuvctl_vars_read_one() - one variable of a message
 * @m: message before the fields of (ayayuayay), the structure entered
 * @v: zeroed; filled, also in part on failure, for kuvctl_var_free()
 *
 * Return: 0 or -errno.
 */
int kuvctl_vars_read_one(sd_bus_message *m, struct vard_var *v);

/**
 * kuvctl_var_free() - free a variable's name and data
 * @v: variable that owns them; zeroed
 */
void kuvctl_var_free(struct vard_var *v);

/**
 * enum kuvctl_op - a kind of change; the numbers are those of Change()
 * @KUVCTL_SET: create or replace, by the operator's right
 * @KUVCTL_DELETE: delete, by the operator's right
 * @KUVCTL_SIGNED: as a guest would: data begins with
 *	EFI_VARIABLE_AUTHENTICATION_2, attributes as of SetVariable()
 */
enum kuvctl_op {
	KUVCTL_SET = 0,
	KUVCTL_DELETE = 1,
	KUVCTL_SIGNED = 2,
};

/**
 * struct kuvctl_change - one change of one variable
 * @op: kind
 * @v: the variable, owned as in a template; data and time as @op wants them
 */
struct kuvctl_change {
	enum kuvctl_op op;
	struct vard_var v;
};

/**
 * struct kuvctl_plan - changes of one VM that are made together or not at all
 * @changes: in this order
 * @nr: how many
 */
struct kuvctl_plan {
	struct kuvctl_change *changes;
	size_t nr;
};

/**
 * kuvctl_plan_add() - add a change
 * @p: plan
 * @op: kind
 * @v: variable; name and data are copied
 *
 * Exits without memory.
 */
void kuvctl_plan_add(struct kuvctl_plan *p, enum kuvctl_op op,
		     const struct vard_var *v);

/**
 * kuvctl_plan_free() - free what is in it
 * @p: plan
 */
void kuvctl_plan_free(struct kuvctl_plan *p);

/**
 * struct kuvctl_apply - how a plan is carried out
 * @is_dry_run: only find out whether it would work; nothing changes
 * @at_next_boot: keep it until the VM is started next
 * @expect_digest: refuse if the VM's variables are not these any more, or NULL
 * @action: a word for the audit: "set", "import", "enroll", ...
 * @detail: more for the audit, or NULL
 */
struct kuvctl_apply {
	bool is_dry_run;
	bool at_next_boot;
	const char *expect_digest;
	const char *action;
	const char *detail;
};

/**
 * struct kuvctl_applied - what came of it
 * @old_digest: of the variables before
 * @new_digest: of the variables after, or of what they would be
 * @nr_changed: variables that differ now, or would
 * @pending_id: number of the plan that waits, 0 if none does
 * @was_running: the VM was running
 */
struct kuvctl_applied {
	char old_digest[65];
	char new_digest[65];
	unsigned int nr_changed;
	uint64_t pending_id;
	bool was_running;
};

/**
 * kuvctl_plan_try() - carry a plan out, all or nothing
 * @bus: connection
 * @vm: name
 * @p: plan
 * @how: how
 * @ret: filled on success
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int kuvctl_plan_try(sd_bus *bus, const char *vm, const struct kuvctl_plan *p,
		    const struct kuvctl_apply *how, struct kuvctl_applied *ret,
		    sd_bus_error *e);

/**
 * kuvctl_plan_apply() - the same, or exit with what vard-sync says
 * @bus: connection
 * @vm: name
 * @p: plan
 * @how: how
 * @ret: filled
 */
void kuvctl_plan_apply(sd_bus *bus, const char *vm,
		       const struct kuvctl_plan *p,
		       const struct kuvctl_apply *how,
		       struct kuvctl_applied *ret);

/**
 * kuvctl_applied_json() - what came of a plan, for programs
 * @vm: name
 * @how: how it was carried out
 * @a: what came of it
 *
 * Return: Object with vm, dry-run, at-next-boot, changed, running, old-digest,
 * new-digest, pending.
 */
json_object *kuvctl_applied_json(const char *vm,
				 const struct kuvctl_apply *how,
				 const struct kuvctl_applied *a);

/**
 * kuvctl_applied_print() - say what came of a plan, as JSON if that is wanted
 * @vm: name
 * @how: how it was carried out
 * @a: what came of it
 */
void kuvctl_applied_print(const char *vm, const struct kuvctl_apply *how,
			  const struct kuvctl_applied *a);

#endif /* _KUVCTL_VARS_H */
