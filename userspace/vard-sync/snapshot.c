// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host may do to a VM's variables: snapshots, clones, reset, removal. */
#include "snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "clone.h"
#include "fill.h"
#include "log.h"
#include "vm.h"
#include "watcher.h"

/* A change of this file while it is made. */
struct change {
	struct vard_change base;
	/* For make(). */
	const char *name;
	struct vard_clone *clone;
	struct vard_source *source;
	struct vard_filling *filling;
	char detail[2 * VARD_VM_NAME_MAX + 64];
};

/* A store that is not in the loop. */
static void free_source(struct vard_source **s)
{
	vard_source_free(*s);
}

static struct vard_backend *backend(const struct vard_order *o)
{
	return o->d->backend;
}

static int check_name(const struct vard_order *o, const char *name)
{
	if (vard_vm_name_ok(name))
		return 0;
	sd_bus_error_set(o->e, VARD_ERROR("BadName"),
			 "a name is 1 to 128 of A-Z a-z 0-9 _ . : @ + - and starts with neither . nor -");
	return -EINVAL;
}

static struct change *to_change(struct vard_change *c)
{
	return (struct change *)c;
}

static int run(struct change *c)
{
	c->base.audit.detail = c->detail;
	return vard_change_run(&c->base);
}

static int count_snapshot(const struct vard_snapshot *snapshot, void *arg)
{
	unsigned int *nr = arg;

	(void)snapshot;
	(*nr)++;
	return 0;
}

static int make_snapshot(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);
	unsigned int nr = 0;
	int r = b->ops->snapshot_list(b, &c->vm, count_snapshot, &nr);

	if (r < 0)
		return r;
	if (nr >= VARD_SNAPSHOTS_MAX) {
		sd_bus_error_setf(c->o->e, SD_BUS_ERROR_LIMITS_EXCEEDED,
				  "VM %s has %u snapshots, as many as it may: delete one",
				  c->vm.name, nr);
		return -EDQUOT;
	}
	return b->ops->snapshot_create(b, &c->vm, to_change(c)->name, c->o->uid);
}

/* What snapshot commands have in common. */
static int run_named(struct change *c, const char *name, unsigned int needs)
{
	int r = check_name(c->base.o, name);

	if (r == 0)
		r = vard_change_find(c->base.o, &c->base.vm, needs);
	if (r < 0)
		return r;
	c->name = name;
	snprintf(c->detail, sizeof(c->detail), "%s", name);
	return run(c);
}

int vard_snapshot_create(const struct vard_order *o, const char *name)
{
	struct change c = { .base.o = o, .base.make = make_snapshot,
			    .base.audit.action = "snapshot" };

	return run_named(&c, name, VARD_NOT_MOVED | VARD_ALL_SAVED);
}

int vard_snapshot_list(const struct vard_order *o, vard_snapshot_fn fn,
		       void *arg)
{
	struct vard_vm vm;
	int r = vard_change_find(o, &vm, 0);

	if (r < 0)
		return r;
	r = backend(o)->ops->snapshot_list(backend(o), &vm, fn, arg);
	return r < 0 ? vard_order_error(o, r) : 0;
}

/* The saved machine would not fit other variables. */
static int make_restore(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);
	int r = b->ops->snapshot_restore(b, &c->vm, to_change(c)->name);

	return r == 0 ? b->ops->device_drop(b, &c->vm) : r;
}

int vard_snapshot_restore(const struct vard_order *o, const char *name)
{
	struct change c = { .base.o = o, .base.make = make_restore,
			    .base.audit.action = "restore" };

	return run_named(&c, name, VARD_FOR_OPERATOR | VARD_NOT_RUNNING |
					   VARD_NOT_MOVED);
}

/* What the operator has kept, a VMM that was taken over must not take away. */
static int make_delete(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);
	struct vard_snapshot snapshot;
	int r = b->ops->snapshot_find(b, &c->vm, to_change(c)->name, &snapshot);

	if (r == 0 && snapshot.uid != c->o->uid)
		r = vard_order_for_operator(c->o);
	return r == 0 ? b->ops->snapshot_drop(b, &c->vm, to_change(c)->name) : r;
}

int vard_snapshot_delete(const struct vard_order *o, const char *name)
{
	struct change c = { .base.o = o, .base.make = make_delete,
			    .base.audit.action = "delete-snapshot" };

	return run_named(&c, name, 0);
}

static int keep_var(const struct vard_var *v, void *arg)
{
	struct vard_clone *clone = arg;
	int r = vard_clone_matches(v, clone->remove);

	if (r == 0 && !clone->keeps_machine)
		r = vard_clone_is_machine(v);
	if (r < 0)
		return r;
	clone->nr_removed += r > 0;
	return r == 0;
}

static int make_clone(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);
	struct change *mine = to_change(c);
	struct vard_clone *clone = mine->clone;
	struct vard_vm old, from = c->vm;
	int r = b->ops->find(b, clone->name, &old);

	if (r == 0) {
		sd_bus_error_setf(c->o->e, VARD_ERROR("Exists"),
				  "there is a VM %s: choose another name, or remove it",
				  old.name);
		return -EEXIST;
	}
	if (r != -ENOENT)
		return r;
	strcpy(c->vm.name, clone->name);
	r = sd_id128_randomize(&c->vm.uuid);
	if (r == 0)
		r = b->ops->clone(b, &from, &c->vm, keep_var, clone);
	snprintf(mine->detail, sizeof(mine->detail),
		 "of %s, without %u variables", from.name,
		 clone->nr_removed);
	return r;
}

int vard_vm_clone(const struct vard_order *o, struct vard_clone *clone)
{
	struct change c = { .base.o = o, .base.make = make_clone, .clone = clone,
			    .base.audit = { .action = "clone",
					    .vm = clone->name } };
	int r = check_name(o, clone->name);

	clone->nr_removed = 0;
	if (r == 0)
		r = vard_change_find(o, &c.base.vm, VARD_FOR_OPERATOR |
				     VARD_NOT_MOVED | VARD_ALL_SAVED);
	return r == 0 ? run(&c) : r;
}

static int make_reset(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);
	uint8_t digest[VARD_DIGEST_LEN];
	int r = b->ops->clear(b, &c->vm);

	if (r == 0)
		r = b->ops->device_drop(b, &c->vm);
	return r == 0 ? vard_fill_put(c->o->d, to_change(c)->source,
				      to_change(c)->filling, digest,
				      c->o->e) : r;
}

/* Which template? NULL for none. */
static int choose(const struct vard_order *o, const struct vard_vm *vm,
		  const char *template, const char **ret)
{
	if (!*template)
		template = vm->template;
	*ret = *template ? template : NULL;
	if (strncmp(template, VARD_FILL_DIGEST, strlen(VARD_FILL_DIGEST)) != 0)
		return 0;
	sd_bus_error_setf(o->e, VARD_ERROR("BadTemplate"),
			  "VM %s was made from a file of its user: name a template, or make a snapshot beforehand",
			  vm->name);
	return -EINVAL;
}

static int reset_to(const struct vard_order *o, const struct vard_vm *vm,
		    const char *template)
{
	_cleanup_(vard_fill_free) struct vard_filling f = { 0 };
	_cleanup_(free_source) struct vard_source *s = NULL;
	struct change c = { .base.o = o, .base.make = make_reset, .base.vm = *vm,
			    .base.audit.action = "reset", .filling = &f };
	int r = vard_fill_read(o->d, vm->name, -1, template, &f, o->e);

	/* Only the module knows what it takes; the store is for that. */
	if (r == 0)
		r = vard_create_store(o->d, vm, &s, o->e);
	if (r < 0)
		return r;
	c.source = s;
	snprintf(c.detail, sizeof(c.detail), "to %s",
		 template ? template : "no variables");
	return run(&c);
}

int vard_vm_reset(const struct vard_order *o, const char *template)
{
	struct vard_vm vm;
	int r = vard_change_find(o, &vm, VARD_FOR_OPERATOR |
				 VARD_NOT_RUNNING | VARD_NOT_MOVED);

	if (r == 0)
		r = choose(o, &vm, template, &template);
	return r == 0 ? reset_to(o, &vm, template) : r;
}

static int make_removal(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);

	return b->ops->remove(b, &c->vm);
}

int vard_vm_remove(const struct vard_order *o)
{
	struct change c = { .base.o = o, .base.make = make_removal,
			    .base.is_removal = true,
			    .base.audit.action = "remove" };
	int r = vard_change_find(o, &c.base.vm,
				 VARD_FOR_OPERATOR | VARD_NOT_RUNNING);

	if (r == 0)
		r = run(&c);
	if (r == 0)
		vard_watcher_removed(o->d, o->vm);
	return r;
}

int vard_audit_list(const struct vard_order *o, unsigned int max,
		    vard_audit_fn fn, void *arg)
{
	struct vard_backend *b = backend(o);
	struct vard_vm vm;
	int r;

	if (vard_order_is_operator(o)) {
		/* The VM may be gone: its name is all there is. */
		r = vard_renew_db(o->d);
		if (r < 0)
			return vard_database_error(o->d, o->e, r);
	} else {
		r = *o->vm ? vard_change_find(o, &vm, 0) :
			     vard_order_for_operator(o);
		if (r < 0)
			return r;
	}
	r = b->ops->audit_list(b, *o->vm ? o->vm : NULL, max, fn, arg);
	return r < 0 ? vard_order_error(o, r) : 0;
}
