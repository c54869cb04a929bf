// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening and closing a VM: database row, store in the kernel, port. */
#include "vm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fill.h"
#include "incoming.h"
#include "log.h"
#include "notify.h"
#include "pending.h"
#include "store_options.h"
#include "watcher.h"

/* A store that is not in the loop yet. */
static void free_source(struct vard_source **s)
{
	vard_source_free(*s);
}

bool vard_vm_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < VARD_VM_NAME_MAX && name[0] != '.' &&
	       name[0] != '-' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789_.:@+-") == len;
}

int vard_database_error(struct vard *d, sd_bus_error *e, int r)
{
	const char *text = d->backend->error;

	d->needs_reopen |= r != -ENOSPC && r != -EBUSY;
	sd_bus_error_set(e, VARD_ERROR("Database"),
			 text[0] ? text : strerror(-r));
	return r;
}

int vard_device_error(struct vard *d, sd_bus_error *e, int r)
{
	const char *path = d->options->device;

	switch (r) {
	case -ENXIO:
		sd_bus_error_setf(e, VARD_ERROR("NoModule"),
				  "no usable %s: load the module kvm-uefivars (modprobe kvm-uefivars), as new as vard-sync",
				  path);
		break;
	case -EACCES:
	case -EPERM:
		sd_bus_error_setf(e, VARD_ERROR("NoPermission"),
				  "vard-sync may not open %s: run it as root or as a member of the node's group",
				  path);
		break;
	case -ENOSPC:
		sd_bus_error_set(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
				 "the module has as many stores as it may: close other VMs");
		break;
	default:
		sd_bus_error_setf(e, SD_BUS_ERROR_FAILED, "%s: %s", path,
				  strerror(-r));
	}
	return r;
}

int vard_vm_find(struct vard *d, const char *name, uid_t uid,
		 struct vard_vm *vm, sd_bus_error *e)
{
	int r;

	if (!vard_vm_name_ok(name)) {
		sd_bus_error_set(e, VARD_ERROR("BadName"),
				 "a VM name is 1 to 128 of A-Z a-z 0-9 _ . : @ + - and starts with neither . nor -");
		return -EINVAL;
	}
	r = vard_renew_db(d);
	/* A missing file is not a missing VM, which callers may make. */
	if (r < 0)
		return vard_database_error(d, e, r == -ENOENT ? -EIO : r);
	r = d->backend->ops->find(d->backend, name, vm);
	if (r == -ENOENT)
		return r;
	if (r < 0)
		return vard_database_error(d, e, r);
	if (uid != 0 && uid != vm->uid) {
		sd_bus_error_setf(e, VARD_ERROR("NoPermission"),
				  "VM %s belongs to user %u", name,
				  (unsigned int)vm->uid);
		return -EACCES;
	}
	return 0;
}

int vard_load_var(const struct vard_var *v, const char **reason, void *arg)
{
	int r = vard_source_put(arg, v);

	if (r == -EINVAL)
		*reason = "the module finds it malformed";
	else if (r == -ENOSPC)
		*reason = "over a limit of the store";
	else
		return r;
	return 1;
}

/* Loads a VM that is in the database into a new store. */
static int load_store(struct vard *d, struct vard_source *s,
		      struct vard_vm_counts *counts, sd_bus_error *e)
{
	int r;

	d->backend->error[0] = 0;
	r = d->backend->ops->load(d->backend, &s->vm, vard_load_var, s, counts);
	if (r < 0 && d->backend->error[0])
		return vard_database_error(d, e, r);
	if (r < 0)
		return vard_device_error(d, e, r);
	return 0;
}

int vard_create_store(struct vard *d, const struct vard_vm *vm,
			struct vard_source **ret, sd_bus_error *e)
{
	_cleanup_close_ int device = vard_device_open(d->options->device);
	int r = device;

	/* Open for a moment only, so that an idle daemon does not pin it. */
	if (r >= 0)
		r = vard_source_create(device, vm, d->options->wait_ms, ret);
	return r < 0 ? vard_device_error(d, e, r) : 0;
}

int vard_add_store(struct vard *d, struct vard_source *s, sd_bus_error *e)
{
	int r = vard_add_source(d, s);

	if (r < 0) {
		sd_bus_error_set_errno(e, r);
		return r;
	}
	vard_notify_store(s);
	return 0;
}

/* A VM whose store is not in the kernel. */
int vard_vm_load(struct vard *d, const struct vard_vm *vm,
		 struct vard_opened *ret, struct vard_source **source,
		 sd_bus_error *e)
{
	_cleanup_(free_source) struct vard_source *s = NULL;
	int r = vard_create_store(d, vm, &s, e);

	if (r == 0)
		r = load_store(d, s, &ret->counts, e);
	if (r == 0)
		r = vard_add_store(d, s, e);
	if (r == 0)
		*source = kuv_steal_ptr(s);
	return r;
}

static int new_vm(struct vard *d, const struct vard_request *rq,
		  struct vard_opened *ret, struct vard_source **source,
		  sd_bus_error *e)
{
	_cleanup_(vard_fill_free) struct vard_filling f = { 0 };
	_cleanup_(free_source) struct vard_source *s = NULL;
	struct vard_vm vm = { .uid = rq->uid, .options = rq->options };
	int r;

	if (rq->durability >= 0)
		vm.durability = (uint32_t)rq->durability;
	strcpy(vm.name, rq->name);
	r = sd_id128_randomize(&vm.uuid);
	if (r == 0)
		r = vard_fill_read(d, rq->name, rq->template_fd,
				   rq->template_name, &f, e);
	if (r == 0)
		r = vard_create_store(d, &vm, &s, e);
	if (r == 0)
		r = vard_fill_make(d, s, &f, e);
	if (r == 0)
		r = vard_add_store(d, s, e);
	if (r < 0)
		return r;
	vard_log(LOG_INFO, "VM %s: made for user %u with %zu variables",
		 rq->name, (unsigned int)rq->uid, f.template->nr);
	ret->is_created = true;
	ret->counts.nr_variables = (unsigned int)f.template->nr;
	*source = kuv_steal_ptr(s);
	return 0;
}

/* What the VM would be with what is wished for. */
static struct vard_vm with_wishes(const struct vard_vm *vm,
				  const struct vard_request *rq)
{
	struct vard_vm ret = *vm;

	if (rq->durability >= 0)
		ret.durability = (uint32_t)rq->durability;
	if (rq->has_options)
		ret.options = rq->options;
	if (rq->change_rate >= 0)
		ret.change_rate = (uint32_t)rq->change_rate;
	if (rq->change_burst >= 0)
		ret.change_burst = (uint32_t)rq->change_burst;
	return ret;
}

/* Only who runs the daemon takes back what was decided when the VM was made. */
static int check_wishes(const struct vard_vm *vm, const struct vard_vm *wish,
			uid_t uid, sd_bus_error *e)
{
	bool is_rate = wish->change_rate != vm->change_rate ||
		       wish->change_burst != vm->change_burst;

	if ((wish->options == vm->options && !is_rate) || uid == 0 ||
	    uid == geteuid())
		return 0;
	sd_bus_error_setf(e, VARD_ERROR("NoPermission"),
			  "the %s of VM %s may only be changed by root",
			  is_rate ? "rate" : "options", vm->name);
	return -EACCES;
}

static const char *durability_text(uint32_t durability)
{
	return durability == KVM_UEFIVARS_WRITE_BACK ? "write-back" :
						       "write-through";
}

/* Within a transaction. */
static int store_settings(struct vard *d, const struct vard_vm *before,
			  const struct vard_vm *after, uid_t uid)
{
	char was[KUV_STORE_OPTIONS_TEXT], is[KUV_STORE_OPTIONS_TEXT];
	char detail[2 * KUV_STORE_OPTIONS_TEXT + 128];
	struct vard_audit audit = { .uid = uid, .vm = after->name,
				    .action = "configure", .detail = detail };
	int r = d->backend->ops->update(d->backend, after);

	if (r < 0)
		return r;
	kuv_store_options_format(before->options, was);
	kuv_store_options_format(after->options, is);
	snprintf(detail, sizeof(detail), "%s %s rate %u/%u -> %s %s rate %u/%u",
		 durability_text(before->durability), was, before->change_rate,
		 before->change_burst, durability_text(after->durability), is,
		 after->change_rate, after->change_burst);
	return d->backend->ops->audit(d->backend, &audit);
}

static bool is_same(const struct vard_vm *a, const struct vard_vm *b)
{
	return a->durability == b->durability && a->options == b->options &&
	       a->change_rate == b->change_rate &&
	       a->change_burst == b->change_burst;
}

/*
 * Tells the kernel, which may refuse, and stores what changes in the database.
 * @s is the VM's store, or NULL.
 */
static int configure(struct vard *d, struct vard_source *s,
		     const struct vard_vm *vm, const struct vard_request *rq,
		     sd_bus_error *e)
{
	struct vard_vm wish = with_wishes(vm, rq);
	int r = check_wishes(vm, &wish, rq->uid, e);

	if (r < 0 || is_same(vm, &wish))
		return r;
	r = d->backend->ops->begin(d->backend);
	if (r < 0)
		return vard_database_error(d, e, r);
	if (s)
		r = vard_source_configure(s, &wish);
	if (r < 0) {
		d->backend->ops->rollback(d->backend);
		return vard_device_error(d, e, r);
	}
	r = store_settings(d, vm, &wish, rq->uid);
	if (r < 0)
		d->backend->ops->rollback(d->backend);
	else
		r = d->backend->ops->commit(d->backend);
	if (r < 0) {
		if (s)
			vard_source_configure(s, vm);
		return vard_database_error(d, e, r);
	}
	if (s)
		s->vm = wish;
	return 0;
}

int vard_vm_configure(struct vard *d, const struct vard_request *rq,
		      sd_bus_error *e)
{
	struct vard_source *s;
	struct vard_vm vm;
	int r = vard_vm_find(d, rq->name, rq->uid, &vm, e);

	if (r == -ENOENT)
		sd_bus_error_setf(e, VARD_ERROR("NotFound"), "no VM %s in %s",
				  rq->name, d->options->db);
	if (r < 0)
		return r;
	s = vard_find_source(d, vm.uuid);
	if (s && s->move)
		return vard_vm_busy(s, e);
	d->backend->error[0] = 0;
	r = configure(d, s, &vm, rq, e);
	/* What waited as write-back may be waited for now. */
	if (r == 0 && s) {
		vard_flush(d, &s, 1, false);
		vard_look_later(d, s);
	}
	return r;
}

int vard_vm_busy(const struct vard_source *s, sd_bus_error *e)
{
	sd_bus_error_setf(e, VARD_ERROR("InUse"),
			  "VM %s is being moved: wait, or end its kuvctl move-out",
			  s->vm.name);
	return -EBUSY;
}

int vard_vm_open_port(struct vard *d, struct vard_source *s,
		      const struct vard_request *rq, struct vard_opened *ret,
		      sd_bus_error *e)
{
	int r = -EBUSY;

	if (s->move && !s->has_port)
		return vard_vm_busy(s, e);
	if (!s->has_port) {
		r = configure(d, s, &s->vm, rq, e);
		if (r < 0)
			return r;
		r = vard_source_open_port(s);
	}
	if (r == -EBUSY) {
		sd_bus_error_setf(e, VARD_ERROR("InUse"),
				  "VM %s is running: stop its VMM first",
				  s->vm.name);
		return r;
	}
	if (r < 0)
		return vard_device_error(d, e, r);
	ret->port_fd = r;
	ret->store_id = s->store_id;
	vard_notify_status(d);
	vard_watcher_look(d, s);
	return 0;
}

static int count_loaded(struct vard *d, struct vard_source *s,
			struct vard_vm_counts *counts)
{
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0)
		return r;
	vard_look_later(d, s);
	counts->nr_variables = info.nr_nv;
	return 0;
}

static int open_known(struct vard *d, const struct vard_vm *vm,
		      struct vard_opened *ret, struct vard_source **s,
		      sd_bus_error *e)
{
	if (vm->state == VARD_VM_MOVED) {
		sd_bus_error_setf(e, VARD_ERROR("Moved"),
				  "VM %s has moved away: run it where it is now; if it did not arrive: kuvctl move-out --undo %s",
				  vm->name, vm->name);
		return -EREMOTE;
	}
	vard_pending_apply(d, vm);
	*s = vard_find_source(d, vm->uuid);
	if (*s)
		return count_loaded(d, *s, &ret->counts);
	return vard_vm_load(d, vm, ret, s, e);
}

static int open_ordinary(struct vard *d, const struct vard_request *rq,
			 const struct vard_vm *vm, struct vard_opened *ret,
			 sd_bus_error *e)
{
	struct vard_source *s = NULL;
	int r = vm ? open_known(d, vm, ret, &s, e) : new_vm(d, rq, ret, &s, e);

	if (r < 0)
		return r;
	r = vard_vm_open_port(d, s, rq, ret, e);
	if (r == 0 && vm)
		vard_incoming_forget(d, s, rq->uid);
	if (r < 0)
		vard_settle(d, s);
	return r;
}

int vard_vm_open(struct vard *d, const struct vard_request *rq,
		 struct vard_opened *ret, sd_bus_error *e)
{
	struct vard_vm vm;
	int r;

	*ret = (struct vard_opened){ .port_fd = -1 };
	r = vard_vm_find(d, rq->name, rq->uid, &vm, e);
	if (r < 0 && r != -ENOENT)
		return r;
	if (rq->is_incoming)
		return vard_incoming_open(d, rq, r == 0 ? &vm : NULL, ret, e);
	return open_ordinary(d, rq, r == 0 ? &vm : NULL, ret, e);
}

int vard_vm_settle(struct vard *d, const struct vard_vm *vm, sd_bus_error *e)
{
	struct vard_source *s = vard_find_source(d, vm->uuid);
	int r;

	if (!s)
		return 0;
	if (s->move)
		return vard_vm_busy(s, e);
	r = count_loaded(d, s, &(struct vard_vm_counts){ 0 });
	if (r < 0)
		return vard_device_error(d, e, r);
	if (s->has_port) {
		sd_bus_error_setf(e, VARD_ERROR("InUse"),
				  "VM %s is running: stop its VMM first",
				  vm->name);
		return -EBUSY;
	}
	r = vard_flush(d, &s, 1, true);
	if (r < 0)
		return vard_database_error(d, e, r);
	vard_settle(d, s);
	return 0;
}

int vard_vm_close(struct vard *d, const char *name, uid_t uid, sd_bus_error *e)
{
	struct vard_vm vm;
	int r = vard_vm_find(d, name, uid, &vm, e);

	if (r == -ENOENT)
		sd_bus_error_setf(e, VARD_ERROR("NotFound"), "no VM %s in %s",
				  name, d->options->db);
	return r < 0 ? r : vard_vm_settle(d, &vm, e);
}
