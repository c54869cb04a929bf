// SPDX-License-Identifier: GPL-2.0-or-later
/* Plans: changes of variables that wait for a VM's next start. */
#include "pending.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "vm.h"

static int find(const struct vard_order *o, struct vard_vm *vm)
{
	return vard_change_find(o, vm, VARD_FOR_OPERATOR);
}

int vard_pending_list(const struct vard_order *o, vard_plan_fn fn, void *arg)
{
	struct vard_backend *b = o->d->backend;
	struct vard_vm vm;
	int r = find(o, &vm);

	if (r < 0)
		return r;
	b->error[0] = 0;
	r = b->ops->pending_list(b, &vm, fn, arg);
	return r < 0 ? vard_order_error(o, r) : 0;
}

/* A plan that is dropped. */
struct drop {
	struct vard_change base;
	int64_t id;
};

static int make_drop(struct vard_change *c)
{
	struct vard_backend *b = c->o->d->backend;

	return b->ops->pending_drop(b, &c->vm, ((struct drop *)c)->id);
}

int vard_pending_drop(const struct vard_order *o, uint64_t id)
{
	char detail[32];
	struct drop c = {
		.base.o = o, .base.make = make_drop,
		.base.audit = { .action = "drop-plan", .detail = detail },
		.id = id > INT64_MAX ? INT64_MAX : (int64_t)id,
	};
	int r = find(o, &c.base.vm);

	snprintf(detail, sizeof(detail), "%" PRIu64, id);
	return r < 0 ? r : vard_change_run(&c.base);
}

/* Not whether it is written down: it is in the journal anyway. */
static void note_reason(struct vard *d, const struct vard_vm *vm, int64_t id,
			const char *reason)
{
	struct vard_backend *b = d->backend;
	int r;

	vard_log(LOG_ERR, "VM %s starts without plan %" PRId64 ", which stays: %s",
		 vm->name, id, reason);
	r = b->ops->begin(b);
	if (r < 0)
		return;
	r = b->ops->pending_fail(b, vm, id, reason);
	if (r == 0)
		b->ops->commit(b);
	else
		b->ops->rollback(b);
}

/* The oldest plan: a copy, as carrying it out changes the table. */
struct next {
	struct vard_plan plan;
	char *action;
	char *detail;
	struct vard_varlist vars;
	struct vard_step *steps;
};

static void free_next(struct next *n)
{
	vard_varlist_free(&n->vars);
	free(n->action);
	free(n->detail);
	free(n->steps);
}

/* Returns 1: the others' turn comes later. */
static int copy_plan(const struct vard_plan *plan, void *arg)
{
	struct next *n = arg;
	int r = 0;

	n->plan = *plan;
	n->plan.action = n->action = strdup(plan->action);
	n->plan.detail = n->detail = strdup(plan->detail);
	n->plan.steps = n->steps = calloc(plan->nr + 1, sizeof(*n->steps));
	if (!n->action || !n->detail || !n->steps)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < plan->nr; i++) {
		r = vard_varlist_add(&n->vars, &plan->steps[i].v);
		if (r == 0)
			n->steps[i] = (struct vard_step){
				plan->steps[i].kind, n->vars.vars[i] };
	}
	return r < 0 ? r : 1;
}

/* Returns whether there may be more. */
static bool apply_next(struct vard *d, const struct vard_vm *vm)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	struct next n = { 0 };
	int r = d->backend->ops->pending_list(d->backend, vm, copy_plan, &n);

	if (r < 0)
		vard_log(LOG_ERR, "VM %s starts without its plans: %s", vm->name,
			 r == -ENOMEM ? "no memory" : d->backend->error);
	if (r > 0)
		r = vard_edit_plan(d, vm, &n.plan, &e);
	else
		r = -ENOENT;
	if (r < 0 && n.plan.id)
		note_reason(d, vm, n.plan.id,
			    e.message ? e.message : strerror(-r));
	sd_bus_error_free(&e);
	free_next(&n);
	return r == 0;
}

void vard_pending_apply(struct vard *d, const struct vard_vm *vm)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	unsigned int nr = 0;
	int r;

	d->backend->error[0] = 0;
	r = d->backend->ops->pending_count(d->backend, vm, &nr);
	if (r < 0)
		vard_log(LOG_ERR, "VM %s: its plans cannot be read: %s",
			 vm->name, d->backend->error);
	if (nr == 0)
		return;
	/* What ran last is saved first. A VM that runs is refused later. */
	r = vard_vm_settle(d, vm, &e);
	if (r == 0 && vard_find_source(d, vm->uuid))
		r = -EAGAIN;
	if (r < 0 && r != -EBUSY)
		vard_log(LOG_ERR, "VM %s starts without its plans, they stay: %s",
			 vm->name, e.message ? e.message :
					       "its last changes are not saved");
	sd_bus_error_free(&e);
	while (r == 0 && nr-- > 0 && apply_next(d, vm))
		;
}
