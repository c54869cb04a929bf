// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a VM whose memory comes from elsewhere: -incoming of QEMU. */
#include "incoming.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "log.h"
#include "notify.h"

int vard_incoming_error(const struct vard_source *s, sd_bus_error *e, int r)
{
	const char *vm = s->vm.name;

	switch (r) {
	case -EBADMSG:
		sd_bus_error_setf(e, VARD_ERROR("BadImage"),
				  "the state of VM %s is damaged, or comes from a newer module than the one here",
				  vm);
		break;
	case -ENODATA:
		sd_bus_error_setf(e, VARD_ERROR("BadImage"),
				  "VM %s was off when it left, but a VMM waits for a running one: start it without -incoming",
				  vm);
		break;
	case -ENOSPC:
		sd_bus_error_setf(e, VARD_ERROR("BadImage"),
				  "VM %s has more variables or larger limits than the module here allows",
				  vm);
		break;
	default:
		sd_bus_error_setf(e, SD_BUS_ERROR_FAILED,
				  "the state of VM %s is refused by the module: %s",
				  vm, strerror(-r));
	}
	return r;
}

bool vard_incoming_has_machine(struct vard *d, const struct vard_vm *vm)
{
	_cleanup_free_ void *blob = NULL;
	size_t len;

	return d->backend->ops->device_get(d->backend, vm, &blob, &len) !=
	       -ENOENT;
}

int vard_incoming_make(struct vard *d, struct vard_vm *vm,
		       struct vard_source **ret, sd_bus_error *e)
{
	struct vard_source *s;
	int r = sd_id128_randomize(&vm->uuid);

	if (r == 0)
		r = vard_create_store(d, vm, &s, e);
	if (r < 0)
		return r;
	s->role = VARD_INCOMING;
	r = vard_source_freeze(s);
	if (r < 0)
		vard_device_error(d, e, r);
	else
		r = vard_add_store(d, s, e);
	if (r < 0)
		vard_source_free(s);
	else
		*ret = s;
	return r;
}

static int open_waiting(struct vard *d, const struct vard_request *rq,
			struct vard_opened *ret, sd_bus_error *e)
{
	struct vard_vm vm = { .uid = rq->uid, .options = rq->options };
	struct vard_source *s = vard_find_incoming(d, rq->name);
	int r;

	if (s) {
		sd_bus_error_setf(e, VARD_ERROR("InUse"),
				  "a VMM of user %u waits for VM %s already: end it first",
				  (unsigned int)s->vm.uid, rq->name);
		return -EBUSY;
	}
	if (rq->durability >= 0)
		vm.durability = (uint32_t)rq->durability;
	strcpy(vm.name, rq->name);
	r = vard_incoming_make(d, &vm, &s, e);
	if (r < 0)
		return r;
	r = vard_vm_open_port(d, s, rq, ret, e);
	if (r < 0)
		vard_drop_source(d, s);
	else
		vard_log(LOG_INFO, "VM %s: a VMM waits for it to move in: kuvctl move-in %s",
			 rq->name, rq->name);
	return r;
}

/* The VM has moved in already, and only now a VMM comes for it. */
static int open_saved(struct vard *d, const struct vard_request *rq,
		      const struct vard_vm *vm, const void *blob, size_t len,
		      struct vard_opened *ret, sd_bus_error *e)
{
	struct vard_source *s = vard_find_source(d, vm->uuid);
	int r = s ? 0 : vard_vm_load(d, vm, ret, &s, e);

	if (r < 0)
		return r;
	r = vard_vm_open_port(d, s, rq, ret, e);
	if (r < 0) {
		vard_settle(d, s);
		return r;
	}
	r = vard_source_restore(s, blob, len, 0);
	if (r < 0) {
		/* The loop sees that the port is closed. */
		ret->port_fd = kuv_close(ret->port_fd);
		return vard_incoming_error(s, e, r);
	}
	s->has_device = true;
	vard_log(LOG_INFO, "VM %s: its machine is back", vm->name);
	return 0;
}

int vard_incoming_open(struct vard *d, const struct vard_request *rq,
		       const struct vard_vm *vm, struct vard_opened *ret,
		       sd_bus_error *e)
{
	_cleanup_free_ void *blob = NULL;
	size_t len;
	int r = -ENOENT;

	if (vm && vm->state == VARD_VM_HERE)
		r = d->backend->ops->device_get(d->backend, vm, &blob, &len);
	if (r == -ENOENT)
		return open_waiting(d, rq, ret, e);
	if (r < 0)
		return vard_database_error(d, e, r);
	return open_saved(d, rq, vm, blob, len, ret, e);
}

static int drop(struct vard *d, struct vard_source *s, uid_t uid)
{
	const struct vard_audit audit = {
		.uid = uid, .vm = s->vm.name, .action = "drop-machine",
		.detail = "opened without -incoming",
	};
	struct vard_backend *b = d->backend;
	int r = b->ops->begin(b);

	if (r < 0)
		return r;
	r = b->ops->device_drop(b, &s->vm);
	if (r == 0)
		r = b->ops->audit(b, &audit);
	if (r == 0)
		return b->ops->commit(b);
	b->ops->rollback(b);
	return r;
}

void vard_incoming_forget(struct vard *d, struct vard_source *s, uid_t uid)
{
	if (!vard_incoming_has_machine(d, &s->vm))
		return;
	vard_log(LOG_WARNING, "VM %s: it moved in and is started without -incoming: it starts afresh, the state of its machine is dropped",
		 s->vm.name);
	/* What fails now is done by the first change of its guest. */
	s->has_device = drop(d, s, uid) < 0;
}
