// SPDX-License-Identifier: GPL-2.0-or-later
/* After a restart: finding the stores of VMs that kept running. */
#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "log.h"
#include "notify.h"

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
		 s->vm.id ? s->vm.name : SD_ID128_TO_UUID_STRING(s->uuid),
		 (unsigned long long)s->store_id,
		 s->has_port ? ", the VM is running" : "");
	return 0;
}

int vard_recover_fd(struct vard *d, int fd)
{
	struct vard_source *s;
	int r;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	r = vard_source_adopt(fd, &s);
	if (r < 0) {
		vard_log(LOG_WARNING, "descriptor %d from systemd is not a store: %s",
			 fd, strerror(-r));
		kuv_close(fd);
		return r;
	}
	/* Without a row (yet) it stays: its guests shall get errors quickly. */
	if (vard_open_db(d) == 0)
		d->backend->ops->find_uuid(d->backend, s->uuid, &s->vm);
	return add(d, s);
}

static void recover_id(struct vard *d, int device, uint64_t id)
{
	_cleanup_close_ int fd = vard_device_open_id(device, id);
	struct vard_source *s;

	/* It may have ended since it was listed. */
	if (fd < 0 || vard_source_adopt(fd, &s) < 0)
		return;
	fd = -1;
	if (vard_find_source(d, s->uuid) ||
	    d->backend->ops->find_uuid(d->backend, s->uuid, &s->vm) < 0) {
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
