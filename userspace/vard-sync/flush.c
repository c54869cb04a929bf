// SPDX-License-Identifier: GPL-2.0-or-later
/* Saving: group commit, answers to the kernel, retry, the open database. */
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "log.h"
#include "notify.h"
#include "recover.h"
#include "watcher.h"

#define BACKOFF_MAX_US 10000000
#define RETRY_ACCURACY_US 50000

int vard_open_db(struct vard *d)
{
	unsigned int flags = 0;
	int r;

	if (d->is_open)
		return 0;
	if (!d->was_open)
		flags |= VARD_OPEN_CREATE;
	if (d->sources)
		flags |= VARD_OPEN_SAME;
	r = d->backend->ops->open(d->backend, d->options->db, flags);
	if (r < 0)
		return r;
	d->is_open = true;
	d->was_open = true;
	for (struct vard_source *s = d->sources; s; s = s->next)
		if (s->is_adopted)
			vard_recover_role(d, s);
	return 0;
}

static void close_db(struct vard *d)
{
	if (d->is_open)
		d->backend->ops->close(d->backend);
	d->is_open = false;
	/* Another file may number its VMs differently. */
	for (struct vard_source *s = d->sources; s; s = s->next)
		s->vm.id = 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *arg);

void vard_arm_retry(struct vard *d)
{
	int on = SD_EVENT_OFF;

	if (d->is_stopping)
		return;
	if (d->retry && sd_event_source_get_enabled(d->retry, &on) > 0)
		return;
	d->retry = sd_event_source_disable_unref(d->retry);
	if (sd_event_add_time_relative(d->event, &d->retry, CLOCK_MONOTONIC,
				       d->backoff_us, RETRY_ACCURACY_US,
				       on_retry, d) < 0)
		vard_log(LOG_ERR, "no memory for a timer: saving is retried at the next change only");
	d->backoff_us *= 2;
	if (d->backoff_us > BACKOFF_MAX_US)
		d->backoff_us = BACKOFF_MAX_US;
}

int vard_renew_db(struct vard *d)
{
	if (d->needs_reopen ||
	    (d->is_open && d->backend->ops->is_moved(d->backend)))
		close_db(d);
	d->needs_reopen = false;
	return vard_open_db(d);
}

/* Asks the database whose store this is. */
static int identify(struct vard *d, struct vard_source *s)
{
	int r;

	if (s->vm.id)
		return 0;
	r = vard_open_db(d);
	if (r == 0)
		r = d->backend->ops->find_uuid(d->backend, s->uuid, &s->vm);
	return r;
}

/*
 * Reads a store's changes. Returns 1 if they should be saved now, 0 if there
 * is nothing (new) to try.
 */
static int collect(struct vard *d, struct vard_source *s, bool is_retry,
		   struct vard_batch *b)
{
	int r;

	if (s->role != VARD_ORDINARY)
		return 0;
	vard_undefer(d, s);
	r = vard_source_read(s, &d->buf, b);
	if (r < 0) {
		vard_park(d, s, r);
		s->error = r;
		return 0;
	}
	if (r == 0) {
		s->failed_seq = 0;
		return 0;
	}
	/* ACK_FAILED makes a store readable: wait for a newer change. */
	if (!is_retry && b->seq <= s->failed_seq) {
		s->error = -EAGAIN;
		return 0;
	}
	s->read_seq = b->seq;
	s->nr_read = b->left;
	return 1;
}

static int apply_batch(struct vard *d, struct vard_source *s,
		       struct vard_batch *b)
{
	struct vard_var v;
	int r = 0;

	vard_watcher_batch(d, s->vm.name, b);
	while (r == 0 && vard_batch_next(b, &v))
		r = d->backend->ops->apply(d->backend, &s->vm, &v);
	/* A change of a guest that runs: what it was before is of no use. */
	if (r == 0 && s->has_device && vard_source_has_run(s))
		r = d->backend->ops->device_drop(d->backend, &s->vm);
	return r;
}

/* What one transaction saves. */
struct round {
	struct vard_source **group;
	size_t nr;
	bool is_retry;
	/* What else belongs into it, or NULL. */
	int (*with)(void *arg);
	void *arg;
	bool has_begun;
};

static int begin_round(struct vard *d, struct round *round)
{
	int r = round->has_begun ? 0 : d->backend->ops->begin(d->backend);

	round->has_begun |= r == 0;
	return r;
}

/* Puts the changes of a group into one open transaction. */
static int apply_group(struct vard *d, struct round *round)
{
	struct vard_source **group = round->group;
	int r = 0;

	for (size_t i = 0; i < round->nr; i++) {
		struct vard_source *s = group[i];
		struct vard_batch b;

		s->read_seq = 0;
		s->error = 0;
		/* After a failure go on: every guest that waits gets an answer. */
		if (!collect(d, s, round->is_retry, &b) || r < 0)
			continue;
		r = vard_open_db(d);
		if (r < 0)
			continue;
		s->error = identify(d, s);
		if (s->error < 0)
			continue;
		r = begin_round(d, round);
		if (r == 0)
			r = apply_batch(d, s, &b);
	}
	return r;
}

/* What belongs to the changes of one store is saved with them, or not at all. */
static int apply_with(struct vard *d, struct round *round)
{
	int r = round->group[0]->error;

	if (r == 0)
		r = begin_round(d, round);
	return r == 0 ? round->with(round->arg) : r;
}

static void count_saved(struct vard *d, struct vard_source *s)
{
	d->counts.nr_batches++;
	d->counts.nr_changes += s->nr_read;
	s->has_device = s->has_device && !vard_source_has_run(s);
}

static void answer(struct vard *d, struct vard_source *s, int result)
{
	int r;

	if (s->error == 0)
		s->error = result;
	r = vard_source_ack(s, s->read_seq, s->error == 0);
	if (r < 0) {
		vard_log(LOG_ERR, "VM %s: store %llu refused the answer to change %llu: %s",
			 s->vm.name, (unsigned long long)s->store_id,
			 (unsigned long long)s->read_seq, strerror(-r));
		if (s->error == 0)
			s->error = r;
	}
	s->failed_seq = s->error < 0 ? s->read_seq : 0;
	if (!s->failed_seq)
		count_saved(d, s);
}

static void note_failure(struct vard *d, int error)
{
	const char *text = d->backend->error;

	if (!text[0])
		text = strerror(-error);
	d->needs_reopen |= error != -ENOSPC && error != -EBUSY;
	if (strcmp(d->failure, text) != 0) {
		snprintf(d->failure, sizeof(d->failure), "%s", text);
		vard_log(LOG_ERR, "changes cannot be saved, guests get errors: %s",
			 d->failure);
		vard_notify_status(d);
	}
	vard_arm_retry(d);
}

static bool is_all_saved(const struct vard *d)
{
	for (const struct vard_source *s = d->sources; s; s = s->next)
		if (s->failed_seq || s->is_parked)
			return false;
	return true;
}

static void note_success(struct vard *d)
{
	if (!d->retry || !is_all_saved(d))
		return;
	d->backoff_us = VARD_BACKOFF_MIN_US;
	d->retry = sd_event_source_disable_unref(d->retry);
	if (!d->failure[0])
		return;
	vard_log(LOG_NOTICE, "database %s: saving works again, everything is on disk",
		 d->options->db);
	d->failure[0] = 0;
	vard_notify_status(d);
}

static int commit(struct vard *d)
{
	int r = d->backend->ops->commit(d->backend);

	d->counts.nr_transactions += r == 0;
	return r;
}

/* Returns 0 if the transaction is on disk, or there was none. */
static int save_round(struct vard *d, struct round *round)
{
	int r;

	d->backend->error[0] = 0;
	r = apply_group(d, round);
	if (r == 0 && round->with)
		r = apply_with(d, round);
	if (round->has_begun && r == 0)
		r = commit(d);
	else if (round->has_begun)
		d->backend->ops->rollback(d->backend);
	vard_watcher_end(d, r == 0);
	return r;
}

static int flush(struct vard *d, struct round *round)
{
	int first = 0, error = 0;
	int r = save_round(d, round);

	for (size_t i = 0; i < round->nr; i++) {
		struct vard_source *s = round->group[i];

		if (s->read_seq)
			answer(d, s, r);
		if (first == 0)
			first = s->error;
		if (error == 0 && s->read_seq)
			error = s->error;
		vard_look_later(d, s);
	}
	d->counts.nr_failures += error < 0;
	if (error < 0)
		note_failure(d, error);
	else
		note_success(d);
	return first == 0 && round->with ? r : first;
}

int vard_flush(struct vard *d, struct vard_source **group, size_t nr,
	       bool is_retry)
{
	struct round round = { .group = group, .nr = nr,
			       .is_retry = is_retry };

	return flush(d, &round);
}

int vard_flush_with(struct vard *d, struct vard_source *s,
		    int (*with)(void *arg), void *arg)
{
	struct round round = { .group = &s, .nr = 1, .is_retry = true,
			       .with = with, .arg = arg };

	return flush(d, &round);
}

/* Every store of the loop, to free(); NULL without memory. */
static struct vard_source **all_sources(struct vard *d)
{
	struct vard_source **all = calloc(d->nr_sources + 1, sizeof(*all));
	size_t n = 0;

	for (struct vard_source *s = d->sources; all && s; s = s->next)
		all[n++] = s;
	return all;
}

static void unpark_all(struct vard *d)
{
	for (struct vard_source *s = d->sources; s; s = s->next)
		if (s->is_parked)
			vard_watch(d, s);
}

int vard_flush_all(struct vard *d)
{
	_cleanup_free_ struct vard_source **all = all_sources(d);
	size_t nr = d->nr_sources;
	int r;

	if (!all)
		return -ENOMEM;
	unpark_all(d);
	r = vard_flush(d, all, nr, true);
	for (size_t i = 0; i < nr; i++)
		vard_settle(d, all[i]);
	return r;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *arg)
{
	struct vard *d = arg;

	(void)source;
	(void)usec;
	vard_renew_db(d);
	vard_flush_all(d);
	if (!is_all_saved(d))
		vard_arm_retry(d);
	vard_check_idle(d);
	return 0;
}

