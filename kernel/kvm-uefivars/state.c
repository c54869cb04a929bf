// SPDX-License-Identifier: GPL-2.0
/* Images: made of, and applied to, a store and its port under both locks. */
#include "state.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <linux/kvm_uefivars_mailbox.h>

#include "core/image.h"
#include "port.h"
#include "store.h"
#include "trace.h"

static int kuv_state_lock_once(struct kuv_store *store, struct kuv_port *port)
{
	int ret = 0;

	if (port)
		ret = mutex_lock_killable(&port->lock);
	if (ret)
		return ret;
	mutex_lock(&store->lock);
	if (store->port == port)
		return 0;
	/* Closed meanwhile, or opened. */
	mutex_unlock(&store->lock);
	if (port)
		mutex_unlock(&port->lock);
	return -EAGAIN;
}

/* Lock the port of a store, if it has one, and the store: in this order. */
static int kuv_state_lock(struct kuv_store *store, struct kuv_port **ret_port)
{
	struct kuv_port *port;
	int ret;

	do {
		port = kuv_store_port_get(store);
		ret = kuv_state_lock_once(store, port);
		if (ret && port)
			kuv_port_put(port);
	} while (ret == -EAGAIN);
	*ret_port = port;
	return ret;
}

static void kuv_state_unlock(struct kuv_store *store, struct kuv_port *port)
{
	mutex_unlock(&store->lock);
	if (!port)
		return;
	mutex_unlock(&port->lock);
	kuv_port_put(port);
}

/* Whether there is more to save than variables. */
static bool kuv_state_has_machine(const struct kuv_store *store,
				  const struct kuv_port *port)
{
	return port && !store->needs_reset &&
	       (store->is_attached || port->is_restored);
}

static int kuv_state_build(struct kuv_store *store, struct kuv_port *port,
			   bool variables, u64 room, void **ret_image,
			   u64 *ret_len)
{
	const struct kuv_regs *machine = NULL;
	struct kuv_regs regs;
	void *image;

	if (kuv_state_has_machine(store, port)) {
		kuv_mailbox_save(&port->mailbox, &regs);
		machine = &regs;
	}
	*ret_len = kuv_image_len(&store->service, machine, variables);
	if (*ret_len > room)
		return -EMSGSIZE;
	image = kvmalloc(*ret_len, GFP_KERNEL_ACCOUNT);
	if (!image)
		return -ENOMEM;
	kuv_image_write(&store->service, machine, variables, image);
	*ret_image = image;
	return 0;
}

int kuv_state_save(struct kuv_store *store, bool variables, u64 room,
		   void **ret_image, u64 *ret_len)
{
	struct kuv_port *port;
	int ret = kuv_state_lock(store, &port);

	if (ret)
		return ret;
	ret = kuv_state_build(store, port, variables, room, ret_image, ret_len);
	kuv_state_unlock(store, port);
	return ret;
}

/* What cannot fail. @port is NULL if the machine is not wanted. */
static void kuv_state_commit(struct kuv_store *store, struct kuv_port *port,
			     struct kuv_image *img)
{
	u64 seq = 0;

	kuv_image_apply(&store->service, img, port, &seq);
	if (port) {
		kuv_mailbox_restore(&port->mailbox, &img->regs);
		store->needs_reset = false;
		port->is_restored = !port->mm;
	}
	kuv_changelog_notify(store);
	if (seq)
		trace_kvm_uefivars_change(store->id, seq);
}

static int kuv_state_apply(struct kuv_store *store, struct kuv_port *port,
			   bool variables, struct kuv_image *img)
{
	int ret;

	if (!img->has_machine && !variables)
		return -ENODATA;
	if (!port && !variables)
		return -EINVAL;
	if (!img->has_machine)
		port = NULL;
	if (port) {
		/* Who was to answer is on the host that the image is from. */
		if (img->regs.status == KVM_UEFIVARS_STS_BUSY)
			img->regs.status = KVM_UEFIVARS_STS_UNKNOWN;
		ret = kuv_mailbox_prepare(&port->mailbox, &img->regs);
		if (ret)
			return ret;
	}
	kuv_state_commit(store, port, img);
	return 0;
}

int kuv_state_restore(struct kuv_store *store, bool variables,
		      const void *image, u64 len)
{
	struct kuv_image img;
	struct kuv_port *port;
	int ret = kuv_state_lock(store, &port);

	if (ret)
		return ret;
	ret = kuv_image_read(&store->service, image, len, variables, &img);
	if (!ret) {
		ret = kuv_state_apply(store, port, variables, &img);
		kuv_image_exit(&img);
	}
	kuv_state_unlock(store, port);
	return ret;
}

int kuv_state_freeze(struct kuv_store *store)
{
	int frozen = kuv_store_freeze(store);
	struct kuv_port *port;
	int ret;

	if (frozen && frozen != -EALREADY)
		return frozen;
	/* A request that is under way has the port's lock. */
	ret = kuv_state_lock(store, &port);
	if (!ret)
		kuv_state_unlock(store, port);
	else if (!frozen)
		kuv_store_thaw(store);
	return ret;
}
