// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the loop: real database, fake kernel behind ioctl() and read(). */
#include "daemon.h"

#include <errno.h>

#include "fake_store.h"
#include "source.h"
#include "sqlite_vfs.h"

#define STORES 3

struct fixture {
	struct test_daemon t;
	struct vard_source *sources[STORES];
};

static sd_id128_t uuid_of(int i)
{
	sd_id128_t uuid;

	memcpy(uuid.bytes, fakes[i].cookie, sizeof(uuid.bytes));
	return uuid;
}

static void add_store(struct fixture *f, int i)
{
	struct vard_vm vm = { .uid = 0 };

	snprintf(vm.name, sizeof(vm.name), "vm%d", i);
	sd_id128_randomize(&vm.uuid);
	assert_ptr_equal(fake_new(vm.uuid.bytes), &fakes[i]);
	fakes[i].state = KVM_UEFIVARS_STORE_HAS_PORT;
	assert_int_equal(f->t.d.backend->ops->begin(f->t.d.backend), 0);
	assert_int_equal(f->t.d.backend->ops->create(f->t.d.backend, &vm), 0);
	assert_int_equal(f->t.d.backend->ops->commit(f->t.d.backend), 0);
	assert_int_equal(vard_source_adopt(fakes[i].fd, &f->sources[i]), 0);
	assert_int_equal(vard_add_source(&f->t.d, f->sources[i]), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_reset();
	if (!f || vard_vfs_init() < 0 || daemon_set_up(&f->t) < 0)
		return -1;
	f->t.options.write_back_ms = 50;
	for (int i = 0; i < STORES; i++)
		add_store(f, i);
	spy.nr_commits = 0;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int ret = daemon_tear_down(&f->t);

	free(f);
	return ret;
}

static int flush(struct fixture *f)
{
	return vard_flush(&f->t.d, f->sources, STORES, false);
}

/* Rows in the file, seen through another connection. */
static long rows(struct fixture *f)
{
	return db_int(f->t.db->path, "SELECT count(*) FROM variable");
}

static void group_is_acked(void **state)
{
	struct fixture *f = *state;

	fake_change(&fakes[0], 2);
	fake_change(&fakes[2], 1);
	assert_int_equal(flush(f), 0);
	assert_int_equal(fakes[0].acked_seq, 2);
	assert_int_equal(fakes[1].nr_acks, 0);
	assert_int_equal(fakes[2].acked_seq, 1);
	assert_int_equal(rows(f), 3);
}

static bool acked_early;

static void look_for_acks(void)
{
	for (int i = 0; i < STORES; i++)
		acked_early |= fakes[i].acked_seq == fakes[i].seq &&
			       fakes[i].seq != 0;
}

static void one_transaction_then_acks(void **state)
{
	struct fixture *f = *state;

	acked_early = false;
	spy.at_commit = look_for_acks;
	for (int i = 0; i < STORES; i++)
		fake_change(&fakes[i], 1);
	assert_int_equal(flush(f), 0);
	assert_int_equal(spy.nr_commits, 1);
	assert_false(acked_early);
	for (int i = 0; i < STORES; i++)
		assert_int_equal(fakes[i].nr_acks, 1);
}

static void nothing_to_do(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(flush(f), 0);
	assert_int_equal(spy.nr_commits, 0);
}

static void failure_reaches_everyone(void **state)
{
	struct fixture *f = *state;

	spy.error = -ENOSPC;
	fake_change(&fakes[0], 1);
	fake_change(&fakes[1], 1);
	assert_int_equal(flush(f), -ENOSPC);
	assert_int_equal(fakes[0].failed_seq, 1);
	assert_int_equal(fakes[1].failed_seq, 1);
	assert_int_equal(fakes[0].nr_acks + fakes[1].nr_acks, 0);
	assert_string_equal(f->t.d.failure, "no space, says the test");
	assert_non_null(f->t.d.retry);
	assert_int_equal(rows(f), 0);
}

/* ACK_FAILED makes the store readable: that alone must not spin. */
static void failure_is_not_retried_at_once(void **state)
{
	struct fixture *f = *state;

	spy.error = -ENOSPC;
	fake_change(&fakes[0], 1);
	flush(f);
	flush(f);
	assert_int_equal(spy.nr_commits, 1);
	assert_int_equal(fakes[0].nr_failed, 1);
}

static void new_change_is_tried_at_once(void **state)
{
	struct fixture *f = *state;

	spy.error = -ENOSPC;
	fake_change(&fakes[0], 1);
	flush(f);
	fake_change(&fakes[0], 2);
	flush(f);
	assert_int_equal(spy.nr_commits, 2);
	assert_int_equal(fakes[0].failed_seq, 2);
	spy.error = 0;
	fake_change(&fakes[0], 3);
	assert_int_equal(flush(f), 0);
	assert_int_equal(fakes[0].acked_seq, 3);
	assert_int_equal(rows(f), 3);
	assert_int_equal(f->t.d.failure[0], 0);
	assert_null(f->t.d.retry);
}

static void retry_saves_what_failed(void **state)
{
	struct fixture *f = *state;

	spy.error = -ENOSPC;
	fake_change(&fakes[0], 1);
	fake_change(&fakes[1], 1);
	flush(f);
	spy.error = 0;
	/* The timer: within two seconds. */
	for (int i = 0; i < 20 && f->t.d.retry; i++)
		sd_event_run(f->t.d.event, 100000);
	assert_int_equal(fakes[0].acked_seq, 1);
	assert_int_equal(fakes[1].acked_seq, 1);
	assert_int_equal(f->t.d.failure[0], 0);
	assert_int_equal(rows(f), 2);
}

static void backoff_is_bounded(void **state)
{
	struct fixture *f = *state;

	spy.error = -ENOSPC;
	for (uint64_t i = 1; i < 10; i++) {
		fake_change(&fakes[0], i);
		flush(f);
		f->t.d.retry = sd_event_source_disable_unref(f->t.d.retry);
	}
	assert_int_equal(f->t.d.backoff_us, 10000000);
}

static void malformed_batch_harms_nobody_else(void **state)
{
	struct fixture *f = *state;

	fake_change(&fakes[0], 1);
	fake_change(&fakes[1], 1);
	fakes[0].is_malformed = true;
	assert_int_equal(flush(f), -EBADMSG);
	assert_int_equal(fakes[0].nr_acks, 0);
	assert_int_equal(fakes[1].acked_seq, 1);
	assert_true(f->sources[0]->is_parked);
	assert_non_null(f->t.d.retry);
	/* And it recovers. */
	fakes[0].is_malformed = false;
	assert_int_equal(vard_flush_all(&f->t.d), 0);
	assert_int_equal(fakes[0].acked_seq, 1);
}

static void unreadable_store_harms_nobody_else(void **state)
{
	struct fixture *f = *state;

	fakes[0].read_error = EIO;
	fake_change(&fakes[1], 1);
	assert_int_equal(flush(f), -EIO);
	assert_int_equal(fakes[1].acked_seq, 1);
}

static void unknown_vm_harms_nobody_else(void **state)
{
	struct fixture *f = *state;

	sd_id128_randomize(&f->sources[0]->uuid);
	fake_change(&fakes[0], 1);
	fake_change(&fakes[1], 1);
	assert_int_equal(flush(f), -ENOENT);
	assert_int_equal(fakes[0].failed_seq, 1);
	assert_int_equal(fakes[1].acked_seq, 1);
}

static void database_lost_and_found(void **state)
{
	struct fixture *f = *state;
	char other[128];

	snprintf(other, sizeof(other), "%s.away", f->t.db->path);
	fake_change(&fakes[0], 1);
	assert_int_equal(rename(f->t.db->path, other), 0);
	assert_true(flush(f) < 0);
	assert_int_equal(fakes[0].failed_seq, 1);
	assert_int_equal(rename(other, f->t.db->path), 0);
	for (int i = 0; i < 20 && f->t.d.retry; i++)
		sd_event_run(f->t.d.event, 100000);
	assert_int_equal(fakes[0].acked_seq, 1);
	assert_int_equal(rows(f), 1);
}

/* A restored backup: half of the running VM's changes would not fit it. */
static void database_replaced(void **state)
{
	struct fixture *f = *state;
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "sqlite3 %s 'VACUUM INTO \"%s.new\"' && mv %s.new %s",
		 f->t.db->path, f->t.db->path, f->t.db->path, f->t.db->path);
	assert_int_equal(system(cmd), 0);
	fake_change(&fakes[0], 1);
	assert_int_equal(flush(f), -ESTALE);
	for (int i = 0; i < 20 && fakes[0].nr_failed < 2; i++)
		sd_event_run(f->t.d.event, 100000);
	assert_int_equal(fakes[0].nr_acks, 0);
	assert_non_null(strstr(f->t.d.failure, "another file"));
	/* Without VMs the new one is taken. */
	while (f->t.d.sources)
		vard_drop_source(&f->t.d, f->t.d.sources);
	assert_int_equal(vard_renew_db(&f->t.d), 0);
}

static void settled_when_port_is_closed(void **state)
{
	struct fixture *f = *state;

	f->sources[0]->has_port = false;
	f->sources[1]->has_port = false;
	fake_change(&fakes[1], 1);
	vard_settle(&f->t.d, f->sources[0]);
	vard_settle(&f->t.d, f->sources[1]);
	vard_settle(&f->t.d, f->sources[2]);
	/* The one with a change stays, and the one with a port. */
	assert_int_equal(f->t.d.nr_sources, 2);
	assert_null(vard_find_source(&f->t.d, uuid_of(0)));
	assert_int_equal(vard_flush_all(&f->t.d), 0);
	assert_int_equal(f->t.d.nr_sources, 1);
	assert_int_equal(fakes[1].acked_seq, 1);
}

static void stop_saves_everything(void **state)
{
	struct fixture *f = *state;

	spy.error = -EIO;
	fake_change(&fakes[0], 1);
	flush(f);
	spy.error = 0;
	fake_change(&fakes[1], 1);
	f->t.d.is_stopping = true;
	assert_int_equal(vard_flush_all(&f->t.d), 0);
	assert_int_equal(fakes[0].acked_seq, 1);
	assert_int_equal(fakes[1].acked_seq, 1);
}

/* A guest's change: the store becomes readable. */
static void change(int i)
{
	const uint64_t one = 1;

	fake_change(&fakes[i], fakes[i].seq + 1);
	assert_int_equal(write(fakes[i].fd, &one, sizeof(one)), sizeof(one));
}

static void run(struct fixture *f, uint64_t ms)
{
	while (sd_event_run(f->t.d.event, ms * 1000) > 0)
		;
}

static void use_write_back(struct fixture *f, int i)
{
	struct vard_backend *b = f->t.d.backend;
	struct vard_vm *vm = &f->sources[i]->vm;

	assert_int_equal(b->ops->find_uuid(b, uuid_of(i), vm), 0);
	vm->durability = KVM_UEFIVARS_WRITE_BACK;
	assert_int_equal(b->ops->begin(b), 0);
	assert_int_equal(b->ops->update(b, vm), 0);
	assert_int_equal(b->ops->commit(b), 0);
}

static void write_back_holds_nobody_up(void **state)
{
	struct fixture *f = *state;

	f->t.options.write_back_ms = 60000;
	use_write_back(f, 0);
	spy.nr_commits = 0;
	change(0);
	run(f, 0);
	change(0);
	run(f, 0);
	assert_int_equal(spy.nr_commits, 0);
	assert_true(f->sources[0]->is_deferred);
	change(1);
	run(f, 0);
	assert_int_equal(spy.nr_commits, 1);
	assert_int_equal(fakes[1].acked_seq, 1);
	/* It may have rewritten much: the other one does not wait for it. */
	assert_int_equal(fakes[0].acked_seq, 0);
	assert_true(f->sources[0]->is_deferred);
}

static void write_back_waits_no_longer_than_its_age(void **state)
{
	struct fixture *f = *state;
	uint64_t start, end;

	for (int i = 0; i < STORES; i++) {
		use_write_back(f, i);
		change(i);
	}
	spy.nr_commits = 0;
	sd_event_now(f->t.d.event, CLOCK_MONOTONIC, &start);
	for (int i = 0; i < 100 && fakes[0].nr_acks == 0; i++)
		sd_event_run(f->t.d.event, 100000);
	sd_event_now(f->t.d.event, CLOCK_MONOTONIC, &end);
	assert_int_equal(spy.nr_commits, 1);
	for (int i = 0; i < STORES; i++)
		assert_int_equal(fakes[i].acked_seq, 1);
	assert_true(end - start >= 50000);
	/* So few changes that many more stores may come together. */
	assert_int_equal(f->t.d.deferred_group, 64);
}

/* After stores with many changes the next ones come alone, then more again. */
static void write_back_group_is_bounded(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < STORES; i++) {
		use_write_back(f, i);
		change(i);
	}
	spy.nr_commits = 0;
	f->t.d.deferred_group = 1;
	for (int i = 0; i < 100 && fakes[0].nr_acks == 0; i++)
		sd_event_run(f->t.d.event, 100000);
	assert_int_equal(spy.nr_commits, 1);
	for (int i = 1; i < STORES; i++)
		assert_int_equal(fakes[i].nr_acks, 0);
	for (int i = 0; i < 100 && fakes[STORES - 1].nr_acks == 0; i++)
		sd_event_run(f->t.d.event, 100000);
	assert_int_equal(spy.nr_commits, 2);
}

static void write_back_is_saved_when_the_port_closes(void **state)
{
	struct fixture *f = *state;
	struct kvm_uefivars_store_info info;

	f->t.options.write_back_ms = 60000;
	use_write_back(f, 0);
	change(0);
	run(f, 0);
	assert_true(f->sources[0]->is_deferred);
	fakes[0].state = 0;
	/* Somebody else asks, and so takes the event. */
	assert_int_equal(vard_source_info(f->sources[0], &info), 0);
	vard_look_later(&f->t.d, f->sources[0]);
	run(f, 0);
	assert_int_equal(fakes[0].acked_seq, 1);
	assert_int_equal(f->t.d.nr_sources, STORES - 1);
	assert_null(f->t.d.deferred);
}

static void stop_saves_what_waits(void **state)
{
	struct fixture *f = *state;

	f->t.options.write_back_ms = 60000;
	use_write_back(f, 0);
	change(0);
	run(f, 0);
	f->t.d.is_stopping = true;
	assert_int_equal(vard_flush_all(&f->t.d), 0);
	assert_int_equal(fakes[0].acked_seq, 1);
}

/* Neither the one that is not here yet nor the one that has left. */
static void others_are_not_saved(void **state)
{
	struct fixture *f = *state;

	vard_set_role(&f->t.d, f->sources[0], VARD_INCOMING);
	vard_set_role(&f->t.d, f->sources[1], VARD_DEPARTED);
	for (int i = 0; i < STORES; i++)
		change(i);
	run(f, 0);
	assert_int_equal(vard_flush_all(&f->t.d), 0);
	assert_int_equal(fakes[0].nr_acks + fakes[0].nr_failed, 0);
	assert_int_equal(fakes[1].nr_acks + fakes[1].nr_failed, 0);
	assert_int_equal(fakes[2].acked_seq, 1);
	assert_int_equal(rows(f), 1);
	/* Nor are they kept for that when their VMM is gone. */
	f->sources[0]->has_port = f->sources[1]->has_port = false;
	vard_settle(&f->t.d, f->sources[0]);
	vard_settle(&f->t.d, f->sources[1]);
	assert_int_equal(f->t.d.nr_sources, 1);
}

static void incoming_is_found_by_name(void **state)
{
	struct fixture *f = *state;

	assert_null(vard_find_incoming(&f->t.d, f->sources[1]->vm.name));
	strcpy(f->sources[1]->vm.name, "new");
	vard_set_role(&f->t.d, f->sources[1], VARD_INCOMING);
	assert_ptr_equal(vard_find_incoming(&f->t.d, "new"), f->sources[1]);
}

static void one_fsync_for_all(void **state)
{
	struct fixture *f = *state;
	struct vard_syncs before, after;

	for (int i = 0; i < STORES; i++)
		fake_change(&fakes[i], 2);
	vard_vfs_syncs(&before);
	assert_int_equal(flush(f), 0);
	vard_vfs_syncs(&after);
	/* A new log's header may be synced, too. */
	assert_in_range(after.nr_wal - before.nr_wal, 1, 2);
	before = after;
	for (int i = 0; i < STORES; i++)
		fake_change(&fakes[i], 4);
	assert_int_equal(flush(f), 0);
	vard_vfs_syncs(&after);
	assert_int_equal(after.nr_wal - before.nr_wal, 1);
	assert_int_equal(after.nr_db - before.nr_db, 0);
	assert_int_equal(f->t.d.counts.nr_transactions, 2);
	assert_int_equal(f->t.d.counts.nr_batches, 2 * STORES);
	assert_int_equal(f->t.d.counts.nr_changes, 4 * STORES);
}

/* A store that is always ready is one of all in each round. */
static void busy_store_starves_nobody(void **state)
{
	struct fixture *f = *state;

	change(1);
	change(2);
	change(0);
	assert_true(sd_event_run(f->t.d.event, 0) > 0);
	assert_int_equal(spy.nr_commits, 1);
	for (int i = 0; i < STORES; i++)
		assert_int_equal(fakes[i].acked_seq, 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(group_is_acked),
		TEST(one_transaction_then_acks),
		TEST(nothing_to_do),
		TEST(failure_reaches_everyone),
		TEST(failure_is_not_retried_at_once),
		TEST(new_change_is_tried_at_once),
		TEST(retry_saves_what_failed),
		TEST(backoff_is_bounded),
		TEST(malformed_batch_harms_nobody_else),
		TEST(unreadable_store_harms_nobody_else),
		TEST(unknown_vm_harms_nobody_else),
		TEST(database_lost_and_found),
		TEST(database_replaced),
		TEST(settled_when_port_is_closed),
		TEST(stop_saves_everything),
		TEST(write_back_holds_nobody_up),
		TEST(write_back_waits_no_longer_than_its_age),
		TEST(write_back_group_is_bounded),
		TEST(write_back_is_saved_when_the_port_closes),
		TEST(stop_saves_what_waits),
		TEST(others_are_not_saved),
		TEST(incoming_is_found_by_name),
		TEST(one_fsync_for_all),
		TEST(busy_store_starves_nobody),
	};

	daemon_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
