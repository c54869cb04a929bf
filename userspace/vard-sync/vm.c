// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening and closing a VM: database row, store in the kernel, port. */
#include "vm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fill.h"
#include "log.h"
#include "notify.h"
#include "store_options.h"

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
	if (r == 0)
		r = d->backend->ops->find(d->backend, name, vm);
	if (r == -ENOENT && d->is_open)
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

static int add_store(struct vard *d, struct vard_source *s, sd_bus_error *e)
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
static int load_vm(struct vard *d, const struct vard_vm *vm,
		   struct vard_opened *ret, struct vard_source **source,
		   sd_bus_error *e)
{
	_cleanup_(free_source) struct vard_source *s = NULL;
	int r = vard_create_store(d, vm, &s, e);

	if (r == 0)
		r = load_store(d, s, &ret->counts, e);
	if (r == 0)
		r = add_store(d, s, e);
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
		r = add_store(d, s, e);
	if (r < 0)
		return r;
	vard_log(LOG_INFO, "VM %s: made for user %u with %zu variables",
		 rq->name, (unsigned int)rq->uid, f.template->nr);
	ret->is_created = true;
	ret->counts.nr_variables = (unsigned int)f.template->nr;
	*source = kuv_steal_ptr(s);
	return 0;
}

/* Only who runs the daemon takes back what was decided when the VM was made. */
static int check_options(const struct vard_source *s,
			 const struct vard_request *rq, sd_bus_error *e)
{
	if (!rq->has_options || rq->options == s->vm.options || rq->uid == 0 ||
	    rq->uid == geteuid())
		return 0;
	sd_bus_error_setf(e, VARD_ERROR("NoPermission"),
			  "the options of VM %s may only be changed by root",
			  s->vm.name);
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
	char detail[2 * KUV_STORE_OPTIONS_TEXT + 64];
	struct vard_audit audit = { .uid = uid, .vm = after->name,
				    .action = "configure", .detail = detail };
	int r = d->backend->ops->update(d->backend, after);

	if (r < 0)
		return r;
	kuv_store_options_format(before->options, was);
	kuv_store_options_format(after->options, is);
	snprintf(detail, sizeof(detail), "%s %s -> %s %s",
		 durability_text(before->durability), was,
		 durability_text(after->durability), is);
	return d->backend->ops->audit(d->backend, &audit);
}

/* Stores what changed in the database, then tells the kernel. */
static int configure(struct vard *d, struct vard_source *s,
		     const struct vard_request *rq, sd_bus_error *e)
{
	struct vard_vm vm = s->vm;
	int r;

	if (rq->durability >= 0)
		vm.durability = (uint32_t)rq->durability;
	if (rq->has_options)
		vm.options = rq->options;
	if (vm.durability == s->vm.durability && vm.options == s->vm.options)
		return 0;
	r = d->backend->ops->begin(d->backend);
	if (r == 0) {
		r = store_settings(d, &s->vm, &vm, rq->uid);
		if (r < 0)
			d->backend->ops->rollback(d->backend);
		else
			r = d->backend->ops->commit(d->backend);
	}
	if (r < 0)
		return vard_database_error(d, e, r);
	r = vard_source_configure(s, vm.durability, vm.options);
	if (r < 0)
		return vard_device_error(d, e, r);
	s->vm = vm;
	return 0;
}

static int open_port(struct vard *d, struct vard_source *s,
		     const struct vard_request *rq, struct vard_opened *ret,
		     sd_bus_error *e)
{
	int r = -EBUSY;

	if (!s->has_port) {
		r = check_options(s, rq, e);
		if (r == 0)
			r = configure(d, s, rq, e);
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
	return 0;
}

static int count_loaded(struct vard_source *s, struct vard_vm_counts *counts)
{
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0)
		return r;
	s->has_port = info.state & KVM_UEFIVARS_STORE_HAS_PORT;
	counts->nr_variables = info.nr_nv;
	return 0;
}

int vard_vm_open(struct vard *d, const struct vard_request *rq,
		 struct vard_opened *ret, sd_bus_error *e)
{
	struct vard_source *s = NULL;
	struct vard_vm vm;
	int r;

	*ret = (struct vard_opened){ .port_fd = -1 };
	r = vard_vm_find(d, rq->name, rq->uid, &vm, e);
	if (r == -ENOENT) {
		r = new_vm(d, rq, ret, &s, e);
	} else if (r == 0) {
		s = vard_find_source(d, vm.uuid);
		if (s)
			r = count_loaded(s, &ret->counts);
		else
			r = load_vm(d, &vm, ret, &s, e);
	}
	if (r < 0)
		return r;
	r = open_port(d, s, rq, ret, e);
	if (r < 0)
		vard_settle(d, s);
	return r;
}

int vard_vm_settle(struct vard *d, const struct vard_vm *vm, sd_bus_error *e)
{
	struct vard_source *s = vard_find_source(d, vm->uuid);
	int r;

	if (!s)
		return 0;
	r = count_loaded(s, &(struct vard_vm_counts){ 0 });
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
