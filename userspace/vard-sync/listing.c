// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables of a VM, for the operator to see. */
#include "listing.h"

#include <errno.h>

#include "vm.h"

static int list_var(const struct vard_var *v, const char **reason, void *arg)
{
	(void)reason;
	return vard_varlist_add(arg, v);
}

static int list_stopped(const struct vard_order *o, struct vard_listing *ret)
{
	struct vard_backend *b = o->d->backend;
	struct vard_vm_counts counts;
	int r;

	b->error[0] = 0;
	r = b->ops->load(b, &ret->vm, list_var, &ret->vars, &counts);
	return r < 0 ? vard_database_error(o->d, o->e, r) : 0;
}

static int list_live(const struct vard_order *o, struct vard_source *s,
		     struct vard_listing *ret)
{
	int r = vard_source_list(s, &ret->vars);

	ret->is_running = true;
	if (r == -EAGAIN)
		sd_bus_error_setf(o->e, VARD_ERROR("InUse"),
				  "the guest of VM %s changes its variables all the time: try again",
				  o->vm);
	else if (r < 0)
		vard_device_error(o->d, o->e, r);
	return r;
}

/* What was not saved yet of a VM that has just stopped comes first. */
static int list_vars(const struct vard_order *o, struct vard_listing *ret)
{
	struct vard_source *s;
	int r = vard_change_live(o, &ret->vm, &s);

	if (r < 0)
		return r;
	if (s)
		return list_live(o, s, ret);
	s = vard_find_source(o->d, ret->vm.uuid);
	if (s && s->role == VARD_ORDINARY)
		vard_flush(o->d, &s, 1, true);
	return list_stopped(o, ret);
}

int vard_listing_get(const struct vard_order *o, struct vard_listing *ret)
{
	int r;

	*ret = (struct vard_listing){ 0 };
	r = vard_change_find(o, &ret->vm, VARD_FOR_OPERATOR);
	if (r == 0)
		r = list_vars(o, ret);
	if (r == 0)
		r = vard_varlist_digest(&ret->vars, ret->digest);
	if (r == 0)
		r = o->d->backend->ops->pending_count(o->d->backend, &ret->vm,
						      &ret->nr_pending);
	if (r < 0 && !sd_bus_error_is_set(o->e))
		sd_bus_error_set_errno(o->e, r);
	if (r < 0)
		vard_varlist_free(&ret->vars);
	return r;
}
