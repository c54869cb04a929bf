// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's loop: its stores, which are ready, which may wait, which end. */
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>

#include "cleanup.h"
#include "log.h"
#include "move.h"
#include "notify.h"
#include "recover.h"
#include "watcher.h"

#define AGE_ACCURACY_US 10000
/* Write-back stores in one transaction: at first, at most, and in changes. */
#define DEFERRED_GROUP_FIRST 16
#define DEFERRED_GROUP_MAX 64
#define DEFERRED_CHANGES 64

void vard_park(struct vard *d, struct vard_source *s, int error)
{
	vard_log(LOG_ERR, "VM %s: store %llu cannot be read: %s", s->vm.name,
		 (unsigned long long)s->store_id, strerror(-error));
	epoll_ctl(d->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	s->is_parked = true;
	vard_arm_retry(d);
}

static struct epoll_event events_of(struct vard_source *s)
{
	struct epoll_event ev = { .events = EPOLLPRI, .data.ptr = s };

	if (s->role == VARD_ORDINARY && !s->is_deferred)
		ev.events |= EPOLLIN;
	return ev;
}

int vard_watch(struct vard *d, struct vard_source *s)
{
	struct epoll_event ev = events_of(s);

	s->is_parked = false;
	return epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, s->fd, &ev) < 0 ? -errno :
								       0;
}

static void rewatch(struct vard *d, struct vard_source *s)
{
	struct epoll_event ev = events_of(s);

	if (!s->is_parked)
		epoll_ctl(d->epoll_fd, EPOLL_CTL_MOD, s->fd, &ev);
}

static uint64_t age_us(const struct vard *d)
{
	return (uint64_t)d->options->write_back_ms * 1000;
}

static void arm_age(struct vard *d)
{
	if (!d->deferred)
		return;
	sd_event_source_set_time(d->age, d->deferred->deferred_us + age_us(d));
	sd_event_source_set_enabled(d->age, SD_EVENT_ONESHOT);
}

/*
 * What is written back may wait, and others do not wait for it: takes such a
 * store off the set until its oldest change is old. Returns false for a store
 * that does not wait.
 */
static bool defer(struct vard *d, struct vard_source *s)
{
	if (s->vm.durability != KVM_UEFIVARS_WRITE_BACK || !s->has_port ||
	    d->is_stopping)
		return false;
	if (s->is_deferred)
		return true;
	s->is_deferred = true;
	sd_event_now(d->event, CLOCK_MONOTONIC, &s->deferred_us);
	s->prev_deferred = d->last_deferred;
	if (d->last_deferred)
		d->last_deferred->next_deferred = s;
	else
		d->deferred = s;
	d->last_deferred = s;
	rewatch(d, s);
	if (d->deferred == s)
		arm_age(d);
	return true;
}

static void unlink_deferred(struct vard *d, struct vard_source *s)
{
	if (!s->is_deferred)
		return;
	if (s->prev_deferred)
		s->prev_deferred->next_deferred = s->next_deferred;
	else
		d->deferred = s->next_deferred;
	if (s->next_deferred)
		s->next_deferred->prev_deferred = s->prev_deferred;
	else
		d->last_deferred = s->prev_deferred;
	s->next_deferred = s->prev_deferred = NULL;
	s->is_deferred = false;
}

void vard_undefer(struct vard *d, struct vard_source *s)
{
	if (!s->is_deferred)
		return;
	unlink_deferred(d, s);
	rewatch(d, s);
}

void vard_set_role(struct vard *d, struct vard_source *s, enum vard_role role)
{
	unlink_deferred(d, s);
	s->role = role;
	rewatch(d, s);
	vard_watcher_look(d, s);
}

static bool is_on_disk(struct vard *d, struct vard_source *s)
{
	struct vard_batch b;

	if (s->role != VARD_ORDINARY || vard_source_read(s, &d->buf, &b) == 0)
		return true;
	if (s->error != -ENOENT)
		return false;
	vard_log(LOG_ERR, "store %llu closed with changes of a VM that database %s does not have",
		 (unsigned long long)s->store_id, d->options->db);
	return true;
}

void vard_settle(struct vard *d, struct vard_source *s)
{
	vard_watcher_look(d, s);
	if (s->has_port || s->is_parked || s->move || !is_on_disk(d, s))
		return;
	vard_log(LOG_DEBUG, "VM %s: store %llu closed, all on disk", s->vm.name,
		 (unsigned long long)s->store_id);
	vard_drop_source(d, s);
}

/* The saved machine of a VM that has run is of no use any more. */
static void drop_device(struct vard *d, struct vard_source *s)
{
	struct vard_backend *b = d->backend;

	if (!s->has_device || !s->vm.id || !vard_source_has_run(s) ||
	    b->ops->begin(b) < 0)
		return;
	if (b->ops->device_drop(b, &s->vm) < 0)
		b->ops->rollback(b);
	else if (b->ops->commit(b) == 0)
		s->has_device = false;
}

/* A port was closed, attached, paused or resumed. */
static void look_at_port(struct vard *d, struct vard_source *s)
{
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0) {
		vard_park(d, s, r);
		return;
	}
	if (s->has_news)
		vard_notify_status(d);
	s->has_news = false;
	drop_device(d, s);
	if (s->move)
		vard_move_look(s->move);
}

/* How many stores make a transaction of about the right length, by the last one. */
static size_t next_group(size_t nr, uint64_t changes)
{
	uint64_t next = nr * DEFERRED_CHANGES / changes;

	if (next > DEFERRED_GROUP_MAX)
		return DEFERRED_GROUP_MAX;
	return next ? (size_t)next : 1;
}

/*
 * Some of the stores whose changes wait. A guest that writes meanwhile waits for
 * no more than these; a guest that rewrites much is in no commit but this.
 */
static int on_age(sd_event_source *source, uint64_t usec, void *arg)
{
	struct vard *d = arg;
	uint64_t changes = d->counts.nr_changes;
	size_t nr = 0;

	(void)source;
	(void)usec;
	while (d->deferred && nr < d->deferred_group) {
		d->group[nr++] = d->deferred;
		vard_undefer(d, d->deferred);
	}
	if (nr)
		vard_flush(d, d->group, nr, false);
	changes = d->counts.nr_changes - changes;
	if (changes)
		d->deferred_group = next_group(nr, changes);
	/* The others, when this one's turn comes again. */
	arm_age(d);
	return 0;
}

/* Returns whether the store's changes shall be saved now. */
static bool is_due(struct vard *d, struct vard_source *s, uint32_t events)
{
	if (events & EPOLLPRI)
		look_at_port(d, s);
	if (s->role != VARD_ORDINARY)
		return false;
	if (events & EPOLLPRI && !s->has_port) {
		vard_undefer(d, s);
		return true;
	}
	return events & EPOLLIN && !defer(d, s);
}

/* Every store that is ready and does not wait for its age, once. */
static int on_stores(sd_event_source *source, int fd, uint32_t revents,
		     void *arg)
{
	struct vard *d = arg;
	int n = epoll_wait(fd, d->events, (int)d->room, 0);
	size_t nr = 0;

	(void)source;
	(void)revents;
	for (int i = 0; i < n; i++) {
		struct vard_source *s = d->events[i].data.ptr;

		if (is_due(d, s, d->events[i].events))
			d->group[nr++] = s;
	}
	if (nr)
		vard_flush(d, d->group, nr, false);
	for (int i = 0; i < n; i++) {
		struct vard_source *s = d->events[i].data.ptr;

		/* A broken descriptor would be reported again at once. */
		if (d->events[i].events & (EPOLLERR | EPOLLHUP) && !s->is_parked)
			vard_park(d, s, -EIO);
		vard_settle(d, s);
	}
	vard_check_idle(d);
	return 0;
}

static int on_news(sd_event_source *source, void *arg)
{
	struct vard *d = arg;
	struct vard_source *next;

	(void)source;
	for (struct vard_source *s = d->sources; s; s = next) {
		next = s->next;
		if (!s->has_news)
			continue;
		look_at_port(d, s);
		vard_flush(d, &s, 1, false);
		vard_settle(d, s);
	}
	vard_check_idle(d);
	return 0;
}

void vard_look_later(struct vard *d, struct vard_source *s)
{
	if (s->has_news)
		sd_event_source_set_enabled(d->news, SD_EVENT_ONESHOT);
}

static int make_room(struct vard *d)
{
	size_t room = d->room ? 2 * d->room : 64;
	void *p;

	if (d->nr_sources < d->room)
		return 0;
	p = reallocarray(d->events, room, sizeof(*d->events));
	if (!p)
		return -ENOMEM;
	d->events = p;
	p = reallocarray(d->group, room, sizeof(*d->group));
	if (!p)
		return -ENOMEM;
	d->group = p;
	d->room = room;
	return 0;
}

static struct vard_source **bucket(struct vard *d, sd_id128_t uuid)
{
	return &d->by_uuid[uuid.qwords[0] % VARD_BUCKETS];
}

int vard_add_source(struct vard *d, struct vard_source *s)
{
	struct vard_source **first = bucket(d, s->uuid);
	int r = make_room(d);

	if (r == 0)
		r = vard_watch(d, s);
	if (r < 0)
		return r;
	s->next = d->sources;
	if (s->next)
		s->next->prev = s;
	d->sources = s;
	s->next_uuid = *first;
	*first = s;
	d->nr_sources++;
	vard_notify_status(d);
	return 0;
}

static void unlink_source(struct vard *d, struct vard_source *s)
{
	struct vard_source **p = bucket(d, s->uuid);

	unlink_deferred(d, s);
	if (s->next)
		s->next->prev = s->prev;
	if (s->prev)
		s->prev->next = s->next;
	else
		d->sources = s->next;
	while (*p != s)
		p = &(*p)->next_uuid;
	*p = s->next_uuid;
	d->nr_sources--;
}

void vard_drop_source(struct vard *d, struct vard_source *s)
{
	unlink_source(d, s);
	vard_notify_unstore(s);
	/* Another copy of the descriptor may keep it in the set. */
	epoll_ctl(d->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	vard_source_free(s);
	vard_notify_status(d);
}

struct vard_source *vard_find_source(struct vard *d, sd_id128_t uuid)
{
	struct vard_source *s = *bucket(d, uuid);

	while (s && !sd_id128_equal(s->uuid, uuid))
		s = s->next_uuid;
	return s;
}

struct vard_source *vard_find_incoming(struct vard *d, const char *name)
{
	struct vard_source *s = d->sources;

	while (s && (s->role != VARD_INCOMING || strcmp(s->vm.name, name) != 0))
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
		r = sd_event_add_time(d->event, &d->age, CLOCK_MONOTONIC, 0,
				      AGE_ACCURACY_US, on_age, d);
	if (r >= 0)
		r = sd_event_source_set_enabled(d->age, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_defer(d->event, &d->news, on_news, d);
	if (r >= 0)
		r = sd_event_source_set_enabled(d->news, SD_EVENT_OFF);
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
		.backoff_us = VARD_BACKOFF_MIN_US,
		.deferred_group = DEFERRED_GROUP_FIRST,
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
	sd_event_source_disable_unref(d->age);
	sd_event_source_disable_unref(d->news);
	sd_event_source_disable_unref(d->status);
	sd_event_unref(d->event);
	kuv_close(d->epoll_fd);
	kuv_close(d->listen_fd);
	free(d->events);
	free(d->group);
	free(d->buf.data);
}
