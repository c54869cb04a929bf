// SPDX-License-Identifier: GPL-2.0-or-later
/* A change that the host makes: who may, one transaction, a line of the audit. */
#include "change.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "vm.h"
#include "watcher.h"

static struct vard_backend *backend(const struct vard_order *o)
{
	return o->d->backend;
}

bool vard_order_is_operator(const struct vard_order *o)
{
	return o->uid == 0 || o->uid == geteuid();
}

int vard_order_for_operator(const struct vard_order *o)
{
	if (vard_order_is_operator(o))
		return 0;
	sd_bus_error_set(o->e, VARD_ERROR("NoPermission"),
			 "this is for root and for the user that runs vard-sync");
	return -EACCES;
}

int vard_order_error(const struct vard_order *o, int r)
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

int vard_change_find(const struct vard_order *o, struct vard_vm *vm,
		     unsigned int needs)
{
	bool is_for_all = needs & VARD_FOR_OPERATOR;
	int r = is_for_all ? vard_order_for_operator(o) : 0;

	/* Who is an operator has a right to everybody's. */
	if (r == 0)
		r = vard_vm_find(o->d, o->vm, is_for_all ? 0 : o->uid, vm,
				 o->e);
	if (r == -ENOENT && !sd_bus_error_is_set(o->e))
		sd_bus_error_setf(o->e, VARD_ERROR("NotFound"),
				  "no VM %s in %s", o->vm, o->d->options->db);
	if (r < 0)
		return r;
	if (needs & VARD_NOT_MOVED && vm->state == VARD_VM_MOVED) {
		sd_bus_error_setf(o->e, VARD_ERROR("Moved"),
				  "VM %s was moved to another host", o->vm);
		return -EREMOTE;
	}
	if (needs & VARD_NOT_RUNNING)
		return check_stopped(o, vm);
	return needs & VARD_ALL_SAVED ? flush(o, vm) : 0;
}

int vard_change_live(const struct vard_order *o, const struct vard_vm *vm,
		     struct vard_source **ret)
{
	struct vard_source *s = vard_find_source(o->d, vm->uuid);
	struct kvm_uefivars_store_info info;
	int r;

	*ret = NULL;
	if (!s || s->role != VARD_ORDINARY)
		return 0;
	r = vard_source_info(s, &info);
	if (r < 0)
		return vard_device_error(o->d, o->e, r);
	vard_look_later(o->d, s);
	if (s->has_port)
		*ret = s;
	return 0;
}

int vard_change_differs(const struct vard_order *o, const uint8_t *expect,
			const uint8_t is[VARD_DIGEST_LEN])
{
	char text[VARD_DIGEST_TEXT];

	if (!expect || memcmp(expect, is, VARD_DIGEST_LEN) == 0)
		return 0;
	vard_digest_format(is, text);
	sd_bus_error_setf(o->e, VARD_ERROR("Changed"),
			  "the variables of VM %s have changed meanwhile, their digest is %s: look again",
			  o->vm, text);
	return -ESTALE;
}

static int add_var(const struct vard_var *v, const char **reason, void *arg)
{
	(void)reason;
	return vard_varlist_add(arg, v);
}

/* Empty if nobody wants to know. */
static int load(const struct vard_change *c, struct vard_varlist *ret)
{
	struct vard_backend *b = backend(c->o);
	struct vard_vm_counts counts;

	if (!vard_watcher_has(c->o->d, c->o->vm))
		return 0;
	return b->ops->load(b, &c->vm, add_var, ret, &counts);
}

/* Makes the change; whoever watches the VM will be told what differs. */
static int make_watched(struct vard_change *c)
{
	struct vard_varlist before = { 0 }, after = { 0 }, diff = { 0 };
	int64_t id = c->vm.id;
	int r = load(c, &before);

	if (r == 0)
		r = c->make(c);
	/* A clone is another VM, and a removal says so itself. */
	if (r == 0 && !c->is_removal && c->vm.id == id)
		r = load(c, &after);
	if (r == 0 && !c->is_removal && c->vm.id == id)
		r = vard_varlist_diff(&before, &after, &diff);
	if (r == 0)
		vard_watcher_list(c->o->d, c->o->vm, &diff);
	vard_varlist_free(&before);
	vard_varlist_free(&after);
	vard_varlist_free(&diff);
	return r;
}

/* Within a transaction. */
static int make(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);
	int r = b->ops->digest(b, &c->vm, c->old_digest);

	c->audit.old_digest = c->old_digest;
	if (r == 0)
		r = vard_change_differs(c->o, c->expect, c->old_digest);
	if (r == 0)
		r = make_watched(c);
	if (r == 0 && !c->is_removal) {
		c->audit.new_digest = c->new_digest;
		r = b->ops->digest(b, &c->vm, c->new_digest);
	}
	return r == 0 && !c->is_trial ? b->ops->audit(b, &c->audit) : r;
}

void vard_change_log(const struct vard_order *o, const struct vard_audit *audit)
{
	const char *detail = audit->detail ? audit->detail : "";

	vard_log(LOG_NOTICE, "VM %s: %s%s%s, by user %u", audit->vm,
		 audit->action, *detail ? " " : "", detail,
		 (unsigned int)o->uid);
}

int vard_change_run(struct vard_change *c)
{
	struct vard_backend *b = backend(c->o);
	int r;

	b->error[0] = 0;
	c->audit.uid = c->o->uid;
	/* A clone has set the name of the new VM. */
	if (!c->audit.vm)
		c->audit.vm = c->o->vm;
	r = b->ops->begin(b);
	if (r < 0)
		return vard_order_error(c->o, r);
	r = make(c);
	if (r < 0 || c->is_trial) {
		b->ops->rollback(b);
		vard_watcher_end(c->o->d, false);
		return r < 0 ? vard_order_error(c->o, r) : 0;
	}
	r = b->ops->commit(b);
	vard_watcher_end(c->o->d, r == 0);
	if (r < 0)
		return vard_order_error(c->o, r);
	vard_change_log(c->o, &c->audit);
	return 0;
}
