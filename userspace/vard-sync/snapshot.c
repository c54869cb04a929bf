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

/* What a change asks of the VM and of the client. */
#define FOR_OPERATOR	(1U << 0)
#define NOT_RUNNING	(1U << 1)
#define NOT_MOVED	(1U << 2)
#define ALL_SAVED	(1U << 3)

/* A change while it is made. */
struct change {
	const struct vard_order *o;
	struct vard_vm vm;
	/* The line of the audit; run() fills the digests. */
	struct vard_audit audit;
	/* Within the transaction. Returns -errno, perhaps with an error set. */
	int (*make)(struct change *c);
	/* For make(). */
	const char *name;
	struct vard_clone *clone;
	struct vard_source *source;
	struct vard_filling *filling;
	/* The VM is gone afterwards. */
	bool is_removal;
	char detail[2 * VARD_VM_NAME_MAX + 64];
	uint8_t old_digest[VARD_DIGEST_LEN];
	uint8_t new_digest[VARD_DIGEST_LEN];
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

static bool is_operator(const struct vard_order *o)
{
	return o->uid == 0 || o->uid == geteuid();
}

static int for_operator(const struct vard_order *o)
{
	if (is_operator(o))
		return 0;
	sd_bus_error_set(o->e, VARD_ERROR("NoPermission"),
			 "this is for root and for the user that runs vard-sync");
	return -EACCES;
}

/* Tells the client what the backend said. */
static int backend_error(const struct vard_order *o, int r)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ -ENOENT, VARD_ERROR("NotFound") },
		{ -EEXIST, VARD_ERROR("Exists") },
		{ -EBADMSG, VARD_ERROR("Damaged") },
	};

	if (sd_bus_error_is_set(o->e))
		return r;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (r != names[i].error)
			continue;
		sd_bus_error_set(o->e, names[i].name, backend(o)->error);
		return r;
	}
	return vard_database_error(o->d, o->e, r);
}

static int check_name(const struct vard_order *o, const char *name)
{
	if (vard_vm_name_ok(name))
		return 0;
	sd_bus_error_set(o->e, VARD_ERROR("BadName"),
			 "a name is 1 to 128 of A-Z a-z 0-9 _ . : @ + - and starts with neither . nor -");
	return -EINVAL;
}

/* Nothing of the VM is left in the kernel that could be saved later. */
static int check_stopped(const struct vard_order *o,
			 const struct vard_vm *vm)
{
	int r = vard_vm_settle(o->d, vm, o->e);

	if (r < 0 || !vard_find_source(o->d, vm->uuid))
		return r;
	sd_bus_error_setf(o->e, VARD_ERROR("InUse"),
			  "VM %s is being saved or moved: try again later",
			  vm->name);
	return -EBUSY;
}

/* Everything that the guest has been told is durable is in the database. */
static int flush(const struct vard_order *o, const struct vard_vm *vm)
{
	struct vard_source *s = vard_find_source(o->d, vm->uuid);
	int r = s ? vard_flush(o->d, &s, 1, true) : 0;

	return r < 0 ? vard_database_error(o->d, o->e, r) : 0;
}

static int find(const struct vard_order *o, struct vard_vm *vm,
		unsigned int needs)
{
	int r = needs & FOR_OPERATOR ? for_operator(o) : 0;

	if (r == 0)
		r = vard_vm_find(o->d, o->vm, o->uid, vm, o->e);
	if (r == -ENOENT && !sd_bus_error_is_set(o->e))
		sd_bus_error_setf(o->e, VARD_ERROR("NotFound"),
				  "no VM %s in %s", o->vm, o->d->options->db);
	if (r < 0)
		return r;
	if (needs & NOT_MOVED && vm->state == VARD_VM_MOVED) {
		sd_bus_error_setf(o->e, VARD_ERROR("Moved"),
				  "VM %s was moved to another host", o->vm);
		return -EREMOTE;
	}
	if (needs & NOT_RUNNING)
		return check_stopped(o, vm);
	return needs & ALL_SAVED ? flush(o, vm) : 0;
}

/* Within a transaction. */
static int make(struct change *c)
{
	struct vard_backend *b = backend(c->o);
	int r = b->ops->digest(b, &c->vm, c->old_digest);

	c->audit.old_digest = c->old_digest;
	if (r == 0)
		r = c->make(c);
	if (r == 0 && !c->is_removal) {
		c->audit.new_digest = c->new_digest;
		r = b->ops->digest(b, &c->vm, c->new_digest);
	}
	return r == 0 ? b->ops->audit(b, &c->audit) : r;
}

/* One transaction: the change and its line of the audit. */
static int run(struct change *c)
{
	struct vard_backend *b = backend(c->o);
	int r;

	b->error[0] = 0;
	c->audit.uid = c->o->uid;
	/* A clone has set the name of the new VM. */
	if (!c->audit.vm)
		c->audit.vm = c->o->vm;
	c->audit.detail = c->detail;
	r = b->ops->begin(b);
	if (r < 0)
		return backend_error(c->o, r);
	r = make(c);
	if (r < 0) {
		b->ops->rollback(b);
		return backend_error(c->o, r);
	}
	r = b->ops->commit(b);
	if (r < 0)
		return backend_error(c->o, r);
	vard_log(LOG_NOTICE, "VM %s: %s%s%s, by user %u", c->audit.vm,
		 c->audit.action, *c->detail ? " " : "", c->detail,
		 (unsigned int)c->o->uid);
	return 0;
}

static int count_snapshot(const struct vard_snapshot *snapshot, void *arg)
{
	unsigned int *nr = arg;

	(void)snapshot;
	(*nr)++;
	return 0;
}

static int make_snapshot(struct change *c)
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
	return b->ops->snapshot_create(b, &c->vm, c->name, c->o->uid);
}

/* What snapshot commands have in common. */
static int run_named(struct change *c, const char *name, unsigned int needs)
{
	int r = check_name(c->o, name);

	if (r == 0)
		r = find(c->o, &c->vm, needs);
	if (r < 0)
		return r;
	c->name = name;
	snprintf(c->detail, sizeof(c->detail), "%s", name);
	return run(c);
}

int vard_snapshot_create(const struct vard_order *o, const char *name)
{
	struct change c = { .o = o, .make = make_snapshot,
			    .audit.action = "snapshot" };

	return run_named(&c, name, NOT_MOVED | ALL_SAVED);
}

int vard_snapshot_list(const struct vard_order *o, vard_snapshot_fn fn,
		       void *arg)
{
	struct vard_vm vm;
	int r = find(o, &vm, 0);

	if (r < 0)
		return r;
	r = backend(o)->ops->snapshot_list(backend(o), &vm, fn, arg);
	return r < 0 ? backend_error(o, r) : 0;
}

/* The saved machine would not fit other variables. */
static int make_restore(struct change *c)
{
	struct vard_backend *b = backend(c->o);
	int r = b->ops->snapshot_restore(b, &c->vm, c->name);

	return r == 0 ? b->ops->device_drop(b, &c->vm) : r;
}

int vard_snapshot_restore(const struct vard_order *o, const char *name)
{
	struct change c = { .o = o, .make = make_restore,
			    .audit.action = "restore" };

	return run_named(&c, name, FOR_OPERATOR | NOT_RUNNING | NOT_MOVED);
}

/* What the operator has kept, a VMM that was taken over must not take away. */
static int make_delete(struct change *c)
{
	struct vard_backend *b = backend(c->o);
	struct vard_snapshot snapshot;
	int r = b->ops->snapshot_find(b, &c->vm, c->name, &snapshot);

	if (r == 0 && snapshot.uid != c->o->uid)
		r = for_operator(c->o);
	return r == 0 ? b->ops->snapshot_drop(b, &c->vm, c->name) : r;
}

int vard_snapshot_delete(const struct vard_order *o, const char *name)
{
	struct change c = { .o = o, .make = make_delete,
			    .audit.action = "delete-snapshot" };

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

static int make_clone(struct change *c)
{
	struct vard_backend *b = backend(c->o);
	struct vard_vm old, from = c->vm;
	int r = b->ops->find(b, c->clone->name, &old);

	if (r == 0) {
		sd_bus_error_setf(c->o->e, VARD_ERROR("Exists"),
				  "there is a VM %s: choose another name, or remove it",
				  old.name);
		return -EEXIST;
	}
	if (r != -ENOENT)
		return r;
	strcpy(c->vm.name, c->clone->name);
	r = sd_id128_randomize(&c->vm.uuid);
	if (r == 0)
		r = b->ops->clone(b, &from, &c->vm, keep_var, c->clone);
	snprintf(c->detail, sizeof(c->detail), "of %s, without %u variables",
		 from.name, c->clone->nr_removed);
	return r;
}

int vard_vm_clone(const struct vard_order *o, struct vard_clone *clone)
{
	struct change c = { .o = o, .make = make_clone, .clone = clone,
			    .audit = { .action = "clone", .vm = clone->name } };
	int r = check_name(o, clone->name);

	clone->nr_removed = 0;
	if (r == 0)
		r = find(o, &c.vm, FOR_OPERATOR | NOT_MOVED | ALL_SAVED);
	return r == 0 ? run(&c) : r;
}

static int make_reset(struct change *c)
{
	struct vard_backend *b = backend(c->o);
	uint8_t digest[VARD_DIGEST_LEN];
	int r = b->ops->clear(b, &c->vm);

	if (r == 0)
		r = b->ops->device_drop(b, &c->vm);
	return r == 0 ? vard_fill_put(c->o->d, c->source, c->filling, digest,
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
	struct change c = { .o = o, .make = make_reset, .vm = *vm,
			    .audit.action = "reset", .filling = &f };
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
	int r = find(o, &vm, FOR_OPERATOR | NOT_RUNNING | NOT_MOVED);

	if (r == 0)
		r = choose(o, &vm, template, &template);
	return r == 0 ? reset_to(o, &vm, template) : r;
}

static int make_removal(struct change *c)
{
	struct vard_backend *b = backend(c->o);

	return b->ops->remove(b, &c->vm);
}

int vard_vm_remove(const struct vard_order *o)
{
	struct change c = { .o = o, .make = make_removal, .is_removal = true,
			    .audit.action = "remove" };
	int r = find(o, &c.vm, FOR_OPERATOR | NOT_RUNNING);

	return r == 0 ? run(&c) : r;
}

int vard_audit_list(const struct vard_order *o, unsigned int max,
		    vard_audit_fn fn, void *arg)
{
	struct vard_backend *b = backend(o);
	struct vard_vm vm;
	int r;

	if (is_operator(o)) {
		/* The VM may be gone: its name is all there is. */
		r = vard_renew_db(o->d);
		if (r < 0)
			return vard_database_error(o->d, o->e, r);
	} else {
		r = *o->vm ? find(o, &vm, 0) : for_operator(o);
		if (r < 0)
			return r;
	}
	r = b->ops->audit_list(b, *o->vm ? o->vm : NULL, max, fn, arg);
	return r < 0 ? backend_error(o, r) : 0;
}
