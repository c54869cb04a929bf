/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon: one thread, one event loop, all stores. */
#ifndef _VARD_LOOP_H
#define _VARD_LOOP_H

#include <systemd/sd-event.h>

#include "backend.h"
#include "source.h"

/**
 * struct vard_options - the command line
 * @db: database file
 * @socket: where to listen; NULL for nowhere
 * @device: the module's node
 * @templates: directory of templates
 * @connection_fd: a client that is connected already, or -1
 * @wait_ms: longest that a guest's write waits for the disk, 0 for 2 seconds
 * @write_back_ms: longest that a write-back change waits for other ones
 * @exit_when_idle: leave when no port is open, no client is there and
 *	everything is on disk
 * @is_verbose: more messages
 */
struct vard_options {
	const char *db;
	const char *socket;
	const char *device;
	const char *templates;
	int connection_fd;
	uint32_t wait_ms;
	uint32_t write_back_ms;
	bool exit_when_idle;
	bool is_verbose;
};

struct vard_conn;
struct vard_watcher;

/* Until the first retry. */
#define VARD_BACKOFF_MIN_US 1000000
/* Buckets of stores; uuids are random. */
#define VARD_BUCKETS 1024

/**
 * struct vard_counts - what the daemon has done since its start
 * @nr_transactions: committed with changes of guests
 * @nr_batches: batches in them
 * @nr_changes: changes in those
 * @nr_failures: rounds in which something could not be saved
 */
struct vard_counts {
	uint64_t nr_transactions;
	uint64_t nr_batches;
	uint64_t nr_changes;
	uint64_t nr_failures;
};

/**
 * struct vard - the daemon
 * @options: command line
 * @event: the loop
 * @backend: the database
 * @epoll_fd: every store; one source of @event, so that stores and clients
 *	take turns and one look finds all stores that are ready
 * @sources: list of stores
 * @nr_sources: its length
 * @by_uuid: the same stores in buckets
 * @events: room for an event of each store
 * @group: room for each store
 * @room: how many both have room for
 * @deferred: list of stores whose changes may wait, oldest first
 * @last_deferred: its end
 * @deferred_group: how many of them the next transaction takes
 * @conns: list of clients
 * @nr_conns: its length
 * @watchers: what clients want to hear of, see watcher.h
 * @listen_fd: socket, or -1
 * @owns_socket: this process made the socket file
 * @buf: for batches
 * @retry: timer, armed while something could not be saved
 * @age: timer of @deferred
 * @news: runs the loop over stores whose state has changed
 * @status: timer, armed while systemd does not know the latest status
 * @backoff_us: time until the retry after the next one that fails
 * @counts: statistics
 * @failure: the message that was logged last, empty while all is well
 * @is_open: the database is
 * @was_open: and so it was before
 * @needs_reopen: the last failure may go away with a new connection
 * @is_stopping: told to end
 */
struct vard {
	const struct vard_options *options;
	sd_event *event;
	struct vard_backend *backend;
	int epoll_fd;
	struct vard_source *sources;
	unsigned int nr_sources;
	struct vard_source *by_uuid[VARD_BUCKETS];
	struct epoll_event *events;
	struct vard_source **group;
	size_t room;
	struct vard_source *deferred;
	struct vard_source *last_deferred;
	size_t deferred_group;
	struct vard_conn *conns;
	unsigned int nr_conns;
	struct vard_watcher *watchers;
	int listen_fd;
	bool owns_socket;
	struct vard_buffer buf;
	sd_event_source *retry;
	sd_event_source *age;
	sd_event_source *news;
	sd_event_source *status;
	uint64_t backoff_us;
	struct vard_counts counts;
	char failure[512];
	bool is_open;
	bool was_open;
	bool needs_reopen;
	bool is_stopping;
};

/**
 * vard_init() - make the loop
 * @d: filled; vard_exit() also after a failure
 * @options: must outlive @d
 *
 * Return: 0 or -errno, logged.
 */
int vard_init(struct vard *d, const struct vard_options *options);

/**
 * vard_exit() - free everything; stores that live on stay in the kernel
 * @d: daemon
 */
void vard_exit(struct vard *d);

/**
 * vard_open_db() - open the database if it is not
 * @d: daemon
 *
 * The first time, an empty one is made if there is none. While stores are
 * open, nothing but the same file is accepted again.
 *
 * Return: 0, or -errno with the reason in @d->backend->error.
 */
int vard_open_db(struct vard *d);

/**
 * vard_renew_db() - open the database anew if that may help, before using it
 * @d: daemon, not in a transaction
 *
 * Return: as vard_open_db().
 */
int vard_renew_db(struct vard *d);

/**
 * vard_add_source() - take a store into the loop
 * @d: daemon, owns @s on success
 * @s: store
 *
 * Return: 0 or -errno.
 */
int vard_add_source(struct vard *d, struct vard_source *s);

/**
 * vard_drop_source() - close a store, here and in systemd's fd store
 * @d: daemon
 * @s: store of @d, freed
 */
void vard_drop_source(struct vard *d, struct vard_source *s);

/**
 * vard_find_source() - the store of a VM
 * @d: daemon
 * @uuid: of the VM
 *
 * Return: The store or NULL.
 */
struct vard_source *vard_find_source(struct vard *d, sd_id128_t uuid);

/**
 * vard_find_incoming() - the store that waits for a VM to move in
 * @d: daemon
 * @name: of the VM
 *
 * Return: The store or NULL.
 */
struct vard_source *vard_find_incoming(struct vard *d, const char *name);

/**
 * vard_set_role() - a store becomes something else to the daemon
 * @d: daemon
 * @s: store of @d
 * @role: new one
 */
void vard_set_role(struct vard *d, struct vard_source *s, enum vard_role role);

/**
 * vard_look_later() - let the loop act on news that vard_source_info() brought
 * @d: daemon
 * @s: store of @d
 */
void vard_look_later(struct vard *d, struct vard_source *s);

/**
 * vard_watch() - poll a store
 * @d: daemon
 * @s: store that is not polled
 *
 * Return: 0 or -errno.
 */
int vard_watch(struct vard *d, struct vard_source *s);

/**
 * vard_park() - stop polling a store that cannot be read, until the next retry
 * @d: daemon
 * @s: store
 * @error: -errno, logged
 */
void vard_park(struct vard *d, struct vard_source *s, int error);

/**
 * vard_undefer() - a store's changes do not wait for company any more
 * @d: daemon
 * @s: store
 */
void vard_undefer(struct vard *d, struct vard_source *s);

/**
 * vard_arm_retry() - try again later to save what could not be saved
 * @d: daemon
 */
void vard_arm_retry(struct vard *d);

/**
 * vard_flush() - save what some stores have, in one transaction, and answer
 * @d: daemon
 * @group: stores
 * @nr: how many
 * @is_retry: also what is known to have failed
 *
 * Return: 0 if nothing of them is left to be saved, else -errno.
 */
int vard_flush(struct vard *d, struct vard_source **group, size_t nr,
	       bool is_retry);

/**
 * vard_flush_with() - save what a store has together with something else
 * @d: daemon, its database is open
 * @s: store
 * @with: called within the transaction, after the changes, also if there are
 *	none; returns 0 or -errno
 * @arg: for @with
 *
 * Return: 0 if both are on disk, or -errno and neither is.
 */
int vard_flush_with(struct vard *d, struct vard_source *s,
		    int (*with)(void *arg), void *arg);

/**
 * vard_flush_all() - save everything of every store
 * @d: daemon
 *
 * Return: as vard_flush().
 */
int vard_flush_all(struct vard *d);

/**
 * vard_settle() - close a store that no VMM uses and that is all on disk
 * @d: daemon
 * @s: store of @d, perhaps freed
 */
void vard_settle(struct vard *d, struct vard_source *s);

/**
 * vard_check_idle() - leave the loop if there is nothing left to do
 * @d: daemon
 */
void vard_check_idle(struct vard *d);

#endif /* _VARD_LOOP_H */
