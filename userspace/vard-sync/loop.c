// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's loop: group commit, retry, end of a store. */
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>

#include "cleanup.h"
#include "log.h"
#include "notify.h"

/* Most stores in one transaction; the rest follow in the next round. */
#define GROUP_MAX 256
#define BACKOFF_MIN_US 1000000
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

static void arm_retry(struct vard *d)
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

/* Stops polling a store that cannot be read, until the next retry. */
static void park(struct vard *d, struct vard_source *s, int error)
{
	vard_log(LOG_ERR, "VM %s: store %llu cannot be read: %s", s->vm.name,
		 (unsigned long long)s->store_id, strerror(-error));
	epoll_ctl(d->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	s->is_parked = true;
	arm_retry(d);
}

static int watch(struct vard *d, struct vard_source *s)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLPRI, .data.ptr = s };

	s->is_parked = false;
	return epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, s->fd, &ev) < 0 ? -errno :
								       0;
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
	int r = vard_source_read(s, &d->buf, b);

	if (r < 0) {
		park(d, s, r);
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
	return 1;
}

static int apply_batch(struct vard *d, struct vard_source *s,
		       struct vard_batch *b)
{
	struct vard_var v;
	int r = 0;

	while (r == 0 && vard_batch_next(b, &v))
		r = d->backend->ops->apply(d->backend, &s->vm, &v);
	return r;
}

/* Puts the changes of a group into one open transaction. */
static int apply_group(struct vard *d, struct vard_source **group, size_t nr,
		       bool is_retry, bool *has_begun)
{
	int r = 0;

	for (size_t i = 0; i < nr; i++) {
		struct vard_source *s = group[i];
		struct vard_batch b;

		s->read_seq = 0;
		s->error = 0;
		/* After a failure go on: every guest that waits gets an answer. */
		if (!collect(d, s, is_retry, &b) || r < 0)
			continue;
		r = vard_open_db(d);
		if (r < 0)
			continue;
		s->error = identify(d, s);
		if (s->error < 0)
			continue;
		if (!*has_begun)
			r = d->backend->ops->begin(d->backend);
		*has_begun |= r == 0;
		if (r == 0)
			r = apply_batch(d, s, &b);
	}
	return r;
}

static void answer(struct vard_source *s, int result)
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
	arm_retry(d);
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
	d->backoff_us = BACKOFF_MIN_US;
	d->retry = sd_event_source_disable_unref(d->retry);
	if (!d->failure[0])
		return;
	vard_log(LOG_NOTICE, "database %s: saving works again, everything is on disk",
		 d->options->db);
	d->failure[0] = 0;
	vard_notify_status(d);
}

int vard_flush(struct vard *d, struct vard_source **group, size_t nr,
	       bool is_retry)
{
	bool has_begun = false;
	int first = 0, error = 0;
	int r;

	d->backend->error[0] = 0;
	r = apply_group(d, group, nr, is_retry, &has_begun);
	if (has_begun && r == 0)
		r = d->backend->ops->commit(d->backend);
	else if (has_begun)
		d->backend->ops->rollback(d->backend);

	for (size_t i = 0; i < nr; i++) {
		if (group[i]->read_seq)
			answer(group[i], r);
		if (first == 0)
			first = group[i]->error;
		if (error == 0 && group[i]->read_seq)
			error = group[i]->error;
	}
	if (error < 0)
		note_failure(d, error);
	else
		note_success(d);
	return first;
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
			watch(d, s);
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
		arm_retry(d);
	vard_check_idle(d);
	return 0;
}

void vard_settle(struct vard *d, struct vard_source *s)
{
	struct vard_batch b;

	if (s->has_port || s->is_parked)
		return;
	if (vard_source_read(s, &d->buf, &b) != 0) {
		if (s->error != -ENOENT)
			return;
		vard_log(LOG_ERR, "store %llu closed with changes of a VM that database %s does not have",
			 (unsigned long long)s->store_id, d->options->db);
	}
	vard_log(LOG_DEBUG, "VM %s: store %llu closed, all on disk", s->vm.name,
		 (unsigned long long)s->store_id);
	vard_drop_source(d, s);
}

/* The port was closed, or only the answer to an older question. */
static void look_at_port(struct vard *d, struct vard_source *s)
{
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0) {
		park(d, s, r);
		return;
	}
	s->has_port = info.state & KVM_UEFIVARS_STORE_HAS_PORT;
}

static int on_stores(sd_event_source *source, int fd, uint32_t revents,
		     void *arg)
{
	struct epoll_event ev[GROUP_MAX];
	struct vard_source *group[GROUP_MAX];
	struct vard *d = arg;
	int n = epoll_wait(fd, ev, GROUP_MAX, 0);

	(void)source;
	(void)revents;
	if (n <= 0)
		return 0;
	for (int i = 0; i < n; i++) {
		group[i] = ev[i].data.ptr;
		if (ev[i].events & EPOLLPRI)
			look_at_port(d, group[i]);
	}
	vard_flush(d, group, (size_t)n, false);
	for (int i = 0; i < n; i++) {
		/* A broken descriptor would be reported again at once. */
		if (ev[i].events & (EPOLLERR | EPOLLHUP) && !group[i]->is_parked)
			park(d, group[i], -EIO);
		vard_settle(d, group[i]);
	}
	vard_check_idle(d);
	return 0;
}

int vard_add_source(struct vard *d, struct vard_source *s)
{
	int r = watch(d, s);

	if (r < 0)
		return r;
	s->next = d->sources;
	d->sources = s;
	d->nr_sources++;
	vard_notify_status(d);
	return 0;
}

void vard_drop_source(struct vard *d, struct vard_source *s)
{
	struct vard_source **p = &d->sources;

	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
	d->nr_sources--;
	vard_notify_unstore(s);
	/* Another copy of the descriptor may keep it in the set. */
	epoll_ctl(d->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	vard_source_free(s);
	vard_notify_status(d);
}

struct vard_source *vard_find_source(struct vard *d, sd_id128_t uuid)
{
	struct vard_source *s = d->sources;

	while (s && !sd_id128_equal(s->uuid, uuid))
		s = s->next;
	return s;
}

void vard_check_idle(struct vard *d)
{
	if (d->options->exit_when_idle && !d->conns && !d->sources)
		sd_event_exit(d->event, 0);
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *si,
		   void *arg)
{
	struct vard *d = arg;
	int r;

	(void)source;
	(void)si;
	d->is_stopping = true;
	sd_notify(0, "STOPPING=1");
	r = vard_flush_all(d);
	if (r < 0)
		vard_log(LOG_ERR, "stopping with changes that are not on disk: %s",
			 d->backend->error);
	return sd_event_exit(d->event, r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int init_event(struct vard *d)
{
	int r = sd_event_new(&d->event);

	if (r >= 0)
		r = sd_event_add_io(d->event, NULL, d->epoll_fd, EPOLLIN,
				    on_stores, d);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGTERM, on_stop, d);
	/* A private daemon shares its terminal with the VMM, and outlives it. */
	if (r >= 0 && !d->options->exit_when_idle)
		r = sd_event_add_signal(d->event, NULL, SIGINT, on_stop, d);
	if (r >= 0)
		r = sd_event_set_watchdog(d->event, true);
	return r < 0 ? r : 0;
}

int vard_init(struct vard *d, const struct vard_options *options)
{
	int r;

	*d = (struct vard){
		.options = options,
		.backend = vard_sqlite_new(),
		.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
		.listen_fd = -1,
		.backoff_us = BACKOFF_MIN_US,
	};
	r = !d->backend ? -ENOMEM : d->epoll_fd < 0 ? -errno : init_event(d);
	if (r < 0)
		vard_log(LOG_ERR, "cannot start the event loop: %s",
			 strerror(-r));
	return r;
}

void vard_exit(struct vard *d)
{
	while (d->sources) {
		struct vard_source *s = d->sources;

		/* Not dropped: systemd keeps it for the next run. */
		d->sources = s->next;
		vard_source_free(s);
	}
	if (d->backend)
		d->backend->ops->free(d->backend);
	sd_event_source_disable_unref(d->retry);
	sd_event_unref(d->event);
	kuv_close(d->epoll_fd);
	kuv_close(d->listen_fd);
	free(d->buf.data);
}
