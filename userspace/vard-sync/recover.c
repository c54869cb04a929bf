// SPDX-License-Identifier: GPL-2.0-or-later
/* After a restart: finding the stores of VMs that kept running. */
#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "incoming.h"
#include "log.h"
#include "notify.h"

void vard_recover_role(struct vard *d, struct vard_source *s)
{
	struct vard_vm vm;

	if (d->backend->ops->find_uuid(d->backend, s->uuid, &vm) < 0)
		return;
	s->vm = vm;
	s->is_adopted = false;
	if (vm.state == VARD_VM_MOVED) {
		vard_source_freeze(s);
		vard_set_role(d, s, VARD_DEPARTED);
		return;
	}
	s->has_device = vard_incoming_has_machine(d, &vm);
	vard_set_role(d, s, VARD_ORDINARY);
	if (s->state & KVM_UEFIVARS_STORE_FROZEN) {
		vard_log(LOG_NOTICE, "VM %s: a move was under way when vard-sync ended: the VM goes on here",
			 vm.name);
		vard_source_thaw(s);
	}
}

static const char *role_text(const struct vard_source *s)
{
	if (s->role == VARD_DEPARTED)
		return ", the VM has moved away";
	if (s->role == VARD_INCOMING)
		return ", a VMM waits for the VM to move in";
	return s->has_port ? ", the VM is running" : "";
}

static int add(struct vard *d, struct vard_source *s)
{
	int r = vard_add_source(d, s);

	if (r < 0) {
		vard_log(LOG_ERR, "store %llu cannot be polled: %s",
			 (unsigned long long)s->store_id, strerror(-r));
		vard_source_free(s);
		return r;
	}
	vard_log(LOG_INFO, "VM %s: store %llu taken over%s",
		 s->vm.name[0] ? s->vm.name :
				 SD_ID128_TO_UUID_STRING(s->uuid),
		 (unsigned long long)s->store_id, role_text(s));
	return 0;
}

/* Between two of its messages to systemd a daemon may leave two of them. */
static bool is_known(struct vard *d, const struct vard_source *s)
{
	return vard_find_source(d, s->uuid) != NULL;
}

int vard_recover_fd(struct vard *d, int fd, const char *name)
{
	struct vard_source *s;
	bool was_incoming;
	int r;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	r = vard_source_adopt(fd, &s);
	if (r < 0) {
		vard_log(LOG_WARNING, "descriptor %d from systemd is not a store: %s",
			 fd, strerror(-r));
		kuv_close(fd);
		return r;
	}
	s->is_adopted = true;
	was_incoming = vard_notify_parse(name, s->vm.name);
	if (was_incoming)
		s->role = VARD_INCOMING;
	/* Without a row (yet) it stays: its guests shall get errors quickly. */
	if (vard_open_db(d) == 0)
		vard_recover_role(d, s);
	if (is_known(d, s)) {
		vard_source_free(s);
		return 0;
	}
	r = add(d, s);
	if (r == 0 && was_incoming && s->role == VARD_ORDINARY)
		vard_notify_store(s);
	return r;
}

static void recover_id(struct vard *d, int device, uint64_t id)
{
	_cleanup_close_ int fd = vard_device_open_id(device, id);
	struct vard_source *s;

	/* It may have ended since it was listed. */
	if (fd < 0 || vard_source_adopt(fd, &s) < 0)
		return;
	fd = -1;
	s->is_adopted = true;
	if (!is_known(d, s))
		vard_recover_role(d, s);
	if (s->is_adopted) {
		vard_source_free(s);
		return;
	}
	if (add(d, s) == 0)
		vard_notify_store(s);
}

void vard_recover_ids(struct vard *d)
{
	_cleanup_close_ int device = vard_device_open(d->options->device);
	uint64_t id = 0;

	if (device < 0)
		return;
	while (vard_device_next_id(device, &id) == 0)
		recover_id(d, device, id);
}
