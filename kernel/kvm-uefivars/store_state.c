// SPDX-License-Identifier: GPL-2.0
/* The store's view of its port: attached, paused, departed; and frozen. */
#include "store.h"

#include <linux/errno.h>

#include "core/mm.h"
#include "port.h"

u32 kuv_store_state(const struct kuv_store *store)
{
	const struct kuv_service *s = &store->service;

	lockdep_assert_held(&store->lock);
	return (store->port ? KVM_UEFIVARS_STORE_HAS_PORT : 0) |
	       (store->is_attached ? KVM_UEFIVARS_STORE_ATTACHED : 0) |
	       (store->is_paused ? KVM_UEFIVARS_STORE_PAUSED : 0) |
	       (store->is_departed ? KVM_UEFIVARS_STORE_DEPARTED : 0) |
	       (store->is_frozen ? KVM_UEFIVARS_STORE_FROZEN : 0) |
	       (s->end_of_dxe ? KVM_UEFIVARS_STORE_END_OF_DXE : 0) |
	       (s->ready_to_boot ? KVM_UEFIVARS_STORE_READY_TO_BOOT : 0) |
	       (s->at_runtime ? KVM_UEFIVARS_STORE_AT_RUNTIME : 0);
}

u16 kuv_store_refuse(u8 *msg, u32 total, u32 size, struct kuv_mm_result *res)
{
	/* A closed service refuses everything and keeps nothing. */
	struct kuv_service nobody = { .closed = true };

	return kuv_mm_handle(&nobody, msg, total, size, res);
}

/* Tell pollers of the store, once until somebody looks. */
static void kuv_store_event(struct kuv_store *store)
{
	lockdep_assert_held(&store->lock);
	store->has_event = true;
	wake_up_poll(&store->log.readers, EPOLLPRI);
}

static int kuv_store_reset_locked(struct kuv_store *store)
{
	int ret = kuv_service_reset(&store->service);

	/* A reset may tidy up non-volatile variables. */
	kuv_changelog_notify(store);
	if (!ret)
		store->needs_reset = false;
	return ret;
}

int kuv_store_reset(struct kuv_store *store)
{
	int ret = -EAGAIN;

	mutex_lock(&store->lock);
	if (!store->is_frozen)
		ret = kuv_store_reset_locked(store);
	mutex_unlock(&store->lock);
	return ret;
}

int kuv_store_port_open(struct kuv_store *store, struct kuv_port *port)
{
	int ret = -EBUSY;

	mutex_lock(&store->lock);
	if (!store->port) {
		store->port = port;
		ret = 0;
	}
	mutex_unlock(&store->lock);
	return ret;
}

struct kuv_port *kuv_store_port_get(struct kuv_store *store)
{
	struct kuv_port *port;

	mutex_lock(&store->lock);
	port = store->port;
	if (port)
		kuv_port_get(port);
	mutex_unlock(&store->lock);
	return port;
}

int kuv_store_port_attach(struct kuv_store *store, bool is_restored)
{
	int ret = 0;

	mutex_lock(&store->lock);
	/* What is saved from a frozen store must stay true: reset it later. */
	if (!is_restored && store->is_frozen)
		store->needs_reset = true;
	else if (!is_restored)
		ret = kuv_store_reset_locked(store);
	if (!ret) {
		store->is_attached = true;
		store->is_paused = false;
		store->is_departed = false;
		kuv_store_event(store);
	}
	mutex_unlock(&store->lock);
	return ret;
}

void kuv_store_port_closed(struct kuv_store *store, bool notify)
{
	mutex_lock(&store->lock);
	store->port = NULL;
	store->is_attached = false;
	store->is_paused = false;
	store->is_departed = false;
	store->needs_reset = false;
	if (notify)
		kuv_store_event(store);
	mutex_unlock(&store->lock);
}

void kuv_store_pause(struct kuv_store *store, bool is_departed)
{
	mutex_lock(&store->lock);
	if (!store->is_paused || (is_departed && !store->is_departed))
		kuv_store_event(store);
	store->is_paused = true;
	store->is_departed |= is_departed;
	mutex_unlock(&store->lock);
}

int kuv_store_resume(struct kuv_store *store)
{
	int ret = -EAGAIN;

	mutex_lock(&store->lock);
	if (!store->is_frozen) {
		if (store->is_paused)
			kuv_store_event(store);
		store->is_paused = false;
		store->is_departed = false;
		ret = 0;
	}
	mutex_unlock(&store->lock);
	return ret;
}

int kuv_store_freeze(struct kuv_store *store)
{
	int ret = 0;

	mutex_lock(&store->lock);
	if (store->is_frozen)
		ret = -EALREADY;
	else if (store->is_attached && !store->is_paused)
		ret = -EBUSY;
	else
		WRITE_ONCE(store->is_frozen, true);
	mutex_unlock(&store->lock);
	if (ret)
		return ret;
	/* Who acknowledges may be the one who freezes: nobody waits for it. */
	wake_up_all(&store->log.waiters);
	wake_up_all(&store->frozen);
	return 0;
}

int kuv_store_thaw(struct kuv_store *store)
{
	int ret = 0;

	mutex_lock(&store->lock);
	if (store->needs_reset)
		ret = kuv_store_reset_locked(store);
	if (!ret) {
		WRITE_ONCE(store->is_frozen, false);
		wake_up_poll(&store->frozen, EPOLLIN | EPOLLRDNORM);
	}
	mutex_unlock(&store->lock);
	return ret;
}

__poll_t kuv_store_port_poll(struct kuv_store *store, struct file *file,
			     poll_table *wait)
{
	poll_wait(file, &store->frozen, wait);
	return READ_ONCE(store->is_frozen) ? 0 : EPOLLIN | EPOLLRDNORM;
}
