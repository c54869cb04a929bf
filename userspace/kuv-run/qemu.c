// SPDX-License-Identifier: GPL-2.0-or-later
// Has QEMU tell what becomes of its VM, by functions it exports for its modules.

#include "qemu.h"

#include <dlfcn.h>
#include <stddef.h>

/*
 * QEMU's Notifier, and the NotifierWithReturn of newer versions, which differ
 * in arguments that are not used here (include/qemu/notify.h).
 */
struct notifier {
	int (*notify)(struct notifier *self, void *data, void *more);
	struct {
		void *next;
		void **prev;
	} node;
};

typedef int notify_fn(struct notifier *self, void *data, void *more);
typedef void register_fn(struct notifier *notifier);
typedef void register_with_fn(struct notifier *notifier, notify_fn *fn);
typedef void state_fn(void *opaque, bool is_running, int state);
typedef void *add_state_fn(state_fn *fn, void *opaque);
typedef void *get_migration_fn(void);
typedef bool has_finished_fn(void *migration);

/*
 * What newer versions hand to a notifier (include/migration/misc.h): the kind of
 * event, of which this is the one at the end.
 */
struct migration_event {
	int type;
};

#define PRECOPY_DONE	1

static const struct kuv_qemu_events *events;
/* Both NULL where the event says it. */
static get_migration_fn *get_migration;
static has_finished_fn *has_finished;

static int on_wakeup(struct notifier *self, void *data, void *more)
{
	(void)self;
	(void)data;
	(void)more;
	events->woke();
	return 0;
}

static void on_state(void *opaque, bool is_running, int state)
{
	(void)opaque;
	(void)state;
	events->ran(is_running);
}

static bool has_departed(const struct migration_event *event)
{
	if (has_finished)
		return has_finished(get_migration());
	return event->type == PRECOPY_DONE;
}

static int on_migration(struct notifier *self, void *data, void *more)
{
	(void)self;
	(void)more;
	if (has_departed(data))
		events->departed();
	return 0;
}

/* find() - an exported function; @place is a pointer to it, NULL if absent */
static bool find(void *place, const char *name)
{
	return (*(void **)place = dlsym(RTLD_DEFAULT, name)) != NULL;
}

bool kuv_qemu_watch_wakeup(const struct kuv_qemu_events *e)
{
	static struct notifier notifier = { .notify = on_wakeup };
	register_fn *add;

	events = e;
	if (!find(&add, "qemu_register_wakeup_notifier"))
		return false;
	add(&notifier);
	return true;
}

bool kuv_qemu_watch_moves(const struct kuv_qemu_events *e)
{
	static struct notifier notifier = { .notify = on_migration };
	register_with_fn *add_with = NULL;
	register_fn *add = NULL;
	add_state_fn *add_state;

	events = e;
	if (!find(&add_state, "qemu_add_vm_change_state_handler"))
		return false;
	/* The former up to QEMU 8.1, the latter since. */
	if (!find(&add, "add_migration_state_change_notifier") &&
	    !find(&add_with, "migration_add_notifier"))
		return false;
	/* The event says it where this is gone, in QEMU 10 for one. */
	if (!find(&has_finished, "migration_has_finished") && add)
		return false;
	if (has_finished && !find(&get_migration, "migrate_get_current"))
		return false;
	add_state(on_state, NULL);
	if (add)
		add(&notifier);
	else
		add_with(&notifier, on_migration);
	return true;
}
