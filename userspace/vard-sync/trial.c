// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes are tried on a store of their own: the module is the only judge. */
#include "trial.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <string.h>

#include "cleanup.h"
#include "vm.h"

void vard_trial_free(struct vard_trial *t)
{
	vard_source_free(t->store);
	vard_varlist_free(&t->before);
	vard_varlist_free(&t->after);
	vard_varlist_free(&t->diff);
}

static int no_memory(const struct vard_trial *t)
{
	return sd_bus_error_set_errno(t->o->e, -ENOMEM);
}

static int load_var(const struct vard_var *v, const char **reason, void *arg)
{
	struct vard_trial *t = arg;
	int r = vard_load_var(v, reason, t->store);

	return r == 0 ? vard_varlist_add(&t->before, v) : r;
}

int vard_trial_from_db(struct vard_trial *t)
{
	struct vard_backend *b = t->o->d->backend;
	struct vard_vm_counts counts;
	int r = vard_create_store(t->o->d, t->vm, &t->store, t->o->e);

	if (r < 0)
		return r;
	b->error[0] = 0;
	r = b->ops->load(b, t->vm, load_var, t, &counts);
	if (r < 0 && b->error[0])
		return vard_database_error(t->o->d, t->o->e, r);
	if (r < 0)
		return vard_device_error(t->o->d, t->o->e, r);
	return 0;
}

static bool is_nv(const struct vard_var *v)
{
	return v->attributes & KVM_UEFIVARS_ATTR_NV;
}

/* Volatile ones would go when the module makes those of a new machine. */
static int copy_vars(struct vard_trial *t)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->before.nr; i++)
		if (is_nv(&t->before.vars[i]))
			r = vard_source_put(t->store, &t->before.vars[i]);
	if (r == -ENOSPC)
		sd_bus_error_setf(t->o->e, VARD_ERROR("NoSpace"),
				  "the variables of VM %s are over a limit of its store already",
				  t->vm->name);
	else if (r < 0)
		vard_device_error(t->o->d, t->o->e, r);
	return r;
}

static int list_live(struct vard_trial *t, struct vard_source *s)
{
	int r = vard_source_list(s, &t->before);

	if (r == -EAGAIN)
		sd_bus_error_setf(t->o->e, VARD_ERROR("InUse"),
				  "the guest of VM %s changes its variables all the time: try again",
				  t->vm->name);
	else if (r < 0)
		vard_device_error(t->o->d, t->o->e, r);
	return r;
}

int vard_trial_from_live(struct vard_trial *t, struct vard_source *s)
{
	struct kvm_uefivars_store_info info;
	int r = list_live(t, s);

	t->is_running = true;
	if (r == 0)
		r = vard_create_store(t->o->d, t->vm, &t->store, t->o->e);
	if (r < 0)
		return r;
	r = vard_source_info(s, &info);
	if (r == 0)
		r = vard_source_set_config(t->store, &info.config);
	if (r < 0)
		return vard_device_error(t->o->d, t->o->e, r);
	return copy_vars(t);
}

static const char volatile_reason[] =
	"it is volatile (its attributes lack NV): only a VM that runs has such variables";

/* Returns NULL, or what the module need not be asked for. */
static const char *check_set(const struct vard_trial *t,
			     const struct vard_var *v)
{
	const char *reason = vard_var_check_name(v->name, v->name_len);

	if (!reason && !is_nv(v) && !t->is_running)
		reason = volatile_reason;
	if (!reason && is_nv(v))
		reason = vard_var_check(v);
	if (!reason && !v->data_len)
		reason = "there is no data";
	return reason;
}

static const char *check_signed(const struct vard_trial *t,
				const struct vard_var *v)
{
	const char *reason = vard_var_check_name(v->name, v->name_len);

	if (!reason && !(v->attributes & KVM_UEFIVARS_ATTR_AT))
		reason = "it is signed, but its attributes lack TIME_BASED_AUTHENTICATED_WRITE_ACCESS";
	if (!reason && !is_nv(v) && !t->is_running)
		reason = volatile_reason;
	return reason;
}

static const char *check_step(const struct vard_trial *t,
			      const struct vard_step *step)
{
	switch (step->kind) {
	case VARD_STEP_SET:
		return check_set(t, &step->v);
	case VARD_STEP_DELETE:
		return vard_var_check_name(step->v.name, step->v.name_len);
	case VARD_STEP_SIGNED:
		return check_signed(t, &step->v);
	default:
		return "there is no such kind of change";
	}
}

int vard_trial_step(struct vard_source *s, const struct vard_step *step)
{
	switch (step->kind) {
	case VARD_STEP_DELETE:
		return vard_source_delete(s, &step->v);
	case VARD_STEP_SIGNED:
		return vard_source_set(s, &step->v, KVM_UEFIVARS_VAR_SIGNED);
	default:
		return vard_source_set(s, &step->v, 0);
	}
}

/* What an error of the module means; NULL if it is not the variable's. */
static const char *explain(const struct vard_step *step, int r,
			   const char **reason)
{
	bool is_signed = step->kind == VARD_STEP_SIGNED;

	switch (r) {
	case -EKEYREJECTED:
		*reason = "not signed by a key that may change it, not newer than what is there, or its signature is malformed (EFI_SECURITY_VIOLATION)";
		return VARD_ERROR("Refused");
	case -EACCES:
		*reason = "it is write-protected (EFI_WRITE_PROTECTED)";
		return VARD_ERROR("Refused");
	case -ENOENT:
		*reason = is_signed ? "there is nothing to delete, or no key to check it with (EFI_NOT_FOUND)" :
				      "there is no such variable";
		return is_signed ? VARD_ERROR("Refused") :
				   VARD_ERROR("BadVariable");
	case -EINVAL:
		*reason = is_signed ? "its attributes, its content or its signature are not as SetVariable() wants them (EFI_INVALID_PARAMETER)" :
				      "the module finds its name, attributes or length malformed";
		return VARD_ERROR("BadVariable");
	case -ENOSPC:
		*reason = "over a limit of the store: it is too large, or there is no space left";
		return VARD_ERROR("NoSpace");
	default:
		return NULL;
	}
}

static void set_error(const struct vard_trial *t, size_t at,
		      const struct vard_step *step, const char *error,
		      const char *reason)
{
	_cleanup_free_ char *name = vard_var_describe(&step->v);

	if (name)
		vard_text_clean(name);
	sd_bus_error_setf(t->o->e, error, "%schange %zu, %s: %s", t->what, at,
			  name ? name : "a variable", reason);
}

int vard_trial_error(const struct vard_trial *t, size_t at,
		     const struct vard_step *step, int r)
{
	const char *reason;
	const char *error = explain(step, r, &reason);

	if (!error)
		return vard_device_error(t->o->d, t->o->e, r);
	set_error(t, at, step, error, reason);
	return r;
}

/* The trial's store does not have the guest's volatile variables. */
static bool is_volatile_here(struct vard_trial *t,
			     const struct vard_step *step)
{
	const struct vard_var *v = NULL;

	return t->is_running && step->kind == VARD_STEP_DELETE &&
	       vard_varlist_find(&t->before, &step->v, &v) == 0 && v &&
	       !is_nv(v);
}

int vard_trial_run(struct vard_trial *t, const struct vard_step *steps,
		   size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const char *reason = check_step(t, &steps[i]);
		int r;

		if (reason) {
			set_error(t, i, &steps[i], VARD_ERROR("BadVariable"),
				  reason);
			return -EINVAL;
		}
		r = vard_trial_step(t->store, &steps[i]);
		if (r == -ENOENT && is_volatile_here(t, &steps[i]))
			r = 0;
		if (r < 0)
			return vard_trial_error(t, i, &steps[i], r);
	}
	return 0;
}

int vard_trial_end(struct vard_trial *t)
{
	int r = vard_source_list(t->store, &t->after);

	if (r < 0)
		return vard_device_error(t->o->d, t->o->e, r);
	r = vard_varlist_diff(&t->before, &t->after, &t->diff);
	return r < 0 ? no_memory(t) : 0;
}
