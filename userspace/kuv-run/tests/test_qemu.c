// SPDX-License-Identifier: GPL-2.0-or-later
// What QEMU tells of a migration, with the functions that its versions export.

#include <stdbool.h>
#include <stddef.h>

#include "qemu.h"
#include "tap.h"

/* QEMU_OLD: as up to 8.1; else as QEMU 10, where the event says what happened. */
typedef int notify_fn(void *notifier, void *data, void *more);

static struct fake {
	void *notifier;
	notify_fn *notify;
	void (*state)(void *opaque, bool is_running, int state);
	bool has_finished;
	int nr_departed;
	int nr_ran;
	bool is_running;
} fake;

void qemu_add_vm_change_state_handler(void (*fn)(void *, bool, int),
				      void *opaque);
void qemu_add_vm_change_state_handler(void (*fn)(void *, bool, int),
				      void *opaque)
{
	(void)opaque;
	fake.state = fn;
}

#ifdef QEMU_OLD
void *migrate_get_current(void);
bool migration_has_finished(void *migration);
void add_migration_state_change_notifier(void *notifier);

void *migrate_get_current(void)
{
	return &fake;
}

bool migration_has_finished(void *migration)
{
	return ((struct fake *)migration)->has_finished;
}

void add_migration_state_change_notifier(void *notifier)
{
	fake.notifier = notifier;
	fake.notify = *(notify_fn **)notifier;
}
#else
void migration_add_notifier(void *notifier, notify_fn *fn);

void migration_add_notifier(void *notifier, notify_fn *fn)
{
	fake.notifier = notifier;
	fake.notify = fn;
}
#endif

static void departed(void)
{
	fake.nr_departed++;
}

static void ran(bool is_running)
{
	fake.nr_ran++;
	fake.is_running = is_running;
}

static void woke(void)
{
}

/* QEMU tells: 0 the migration is set up, 1 it is done, 2 it failed. */
static void tell(int type)
{
	fake.has_finished = type == 1;
	fake.notify(fake.notifier, &type, NULL);
}

static void test_departed(void)
{
	tell(0);
	ok(fake.nr_departed == 0, "setup_is_not_the_end");
	tell(2);
	ok(fake.nr_departed == 0, "failure_is_not_the_end");
	tell(1);
	ok(fake.nr_departed == 1, "end_is_told_once");
}

static void test_ran(void)
{
	fake.state(NULL, true, 0);
	ok(fake.nr_ran == 1 && fake.is_running, "start_is_told");
	fake.state(NULL, false, 0);
	ok(fake.nr_ran == 2 && !fake.is_running, "stop_is_told");
}

int main(void)
{
	static const struct kuv_qemu_events events = {
		.woke = woke, .ran = ran, .departed = departed,
	};

	ok(!kuv_qemu_watch_wakeup(&events), "wakeup_without_the_function");
	ok(kuv_qemu_watch_moves(&events), "moves_can_be_watched");
	test_departed();
	test_ran();
	return tap_done();
}
