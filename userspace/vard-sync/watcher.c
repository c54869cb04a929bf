// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients that want to hear what happens to a VM, as far as they listen. */
#include "watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "vm.h"

#define INTERFACE "org.kvm_uefivars.Variables1"

/* One client and one VM. */
struct vard_watcher {
	struct vard_watcher *next;
	struct vard_conn *conn;
	/* What it is told when the transaction is over, or NULL. */
	sd_bus_message *ready;
	size_t ready_len;
	char vm[VARD_VM_NAME_MAX];
};

int vard_watcher_add(struct vard_conn *c, const char *vm, sd_bus_error *e)
{
	unsigned int nr = 0, nr_own = 0;
	struct vard_watcher *w;

	for (w = c->daemon->watchers; w; w = w->next, nr++) {
		nr_own += w->conn == c;
		if (w->conn == c && strcmp(w->vm, vm) == 0)
			return 0;
	}
	if (nr_own >= VARD_WATCHES_MAX || nr >= VARD_WATCHES_ALL_MAX) {
		sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
				  "at most %d VMs are watched by one connection, and %d by all",
				  VARD_WATCHES_MAX, VARD_WATCHES_ALL_MAX);
		return -EDQUOT;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return sd_bus_error_set_errno(e, -ENOMEM);
	w->conn = c;
	strncpy(w->vm, vm, sizeof(w->vm) - 1);
	w->next = c->daemon->watchers;
	c->daemon->watchers = w;
	return 0;
}

/* Those of a connection, or of a VM. */
static void drop(struct vard *d, const struct vard_conn *c, const char *vm)
{
	struct vard_watcher **p = &d->watchers;

	while (*p) {
		struct vard_watcher *w = *p;

		if (w->conn != c && (!vm || strcmp(w->vm, vm) != 0)) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		sd_bus_message_unref(w->ready);
		free(w);
	}
}

void vard_watcher_drop(struct vard_conn *c)
{
	drop(c->daemon, c, NULL);
}

bool vard_watcher_has(const struct vard *d, const char *vm)
{
	const struct vard_watcher *w = d->watchers;

	while (w && strcmp(w->vm, vm) != 0)
		w = w->next;
	return w;
}

/* The connection ends as if the client had closed it: nobody waits for that. */
static void cut_off(struct vard_conn *c, const char *reason)
{
	if (!c->is_cut_off)
		vard_log(LOG_WARNING, "a client that watches VMs is disconnected: %s",
			 reason);
	c->is_cut_off = true;
	shutdown(sd_bus_get_fd(c->bus), SHUT_RDWR);
}

/* What is behind in the connection's queue, at most. */
static bool may_queue(struct vard_conn *c, size_t len)
{
	uint64_t queued = 0;

	if (sd_bus_get_n_queued_write(c->bus, &queued) < 0 || queued == 0)
		c->watch_bytes = 0;
	c->watch_bytes += len;
	return queued == 0 || (c->watch_bytes <= VARD_WATCHER_BYTES_MAX &&
			       queued < VARD_WATCHER_MESSAGES_MAX);
}

static void send_to(struct vard_conn *c, sd_bus_message *m, size_t len)
{
	if (c->is_cut_off)
		return;
	if (!may_queue(c, len))
		cut_off(c, "it does not read what it is told");
	else if (sd_bus_send(c->bus, m, NULL) < 0)
		cut_off(c, "it cannot be told what happened");
}

/* Begins the message of a watcher. Returns it, or NULL without memory. */
static sd_bus_message *open_changed(struct vard_watcher *w, uint64_t seq)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_signal(w->conn->bus, &m, VARD_OBJECT,
					  INTERFACE, "Changed");

	if (r >= 0)
		r = sd_bus_message_append(m, "st", w->vm, seq);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(bayayuayay)");
	if (r >= 0)
		return m;
	sd_bus_message_unref(m);
	return NULL;
}

static int append(struct vard_watcher *w, sd_bus_message *m,
		  const struct vard_var *v)
{
	int r = sd_bus_message_open_container(m, 'r', "bayayuayay");

	if (r >= 0)
		r = sd_bus_message_append(m, "b", v->is_deleted);
	if (r >= 0)
		r = vard_control_append_var(m, v);
	w->ready_len += v->name_len + v->data_len + 64;
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* A client that is not told everything had better know. */
static void close_changed(struct vard_watcher *w, sd_bus_message *m, int r)
{
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	sd_bus_message_unref(w->ready);
	w->ready = NULL;
	if (r >= 0) {
		w->ready = m;
		return;
	}
	sd_bus_message_unref(m);
	cut_off(w->conn, strerror(-r));
}

static bool is_for(const struct vard_watcher *w, const char *vm)
{
	return !w->conn->is_cut_off && strcmp(w->vm, vm) == 0;
}

void vard_watcher_batch(struct vard *d, const char *vm,
			const struct vard_batch *b)
{
	for (struct vard_watcher *w = d->watchers; w; w = w->next) {
		struct vard_batch copy = *b;
		sd_bus_message *m;
		struct vard_var v;
		int r = 0;

		if (!is_for(w, vm))
			continue;
		w->ready_len = 0;
		m = open_changed(w, b->seq);
		while (m && r >= 0 && vard_batch_next(&copy, &v))
			r = append(w, m, &v);
		close_changed(w, m, m ? r : -ENOMEM);
	}
}

void vard_watcher_list(struct vard *d, const char *vm,
		       const struct vard_varlist *l)
{
	if (l->nr == 0)
		return;
	for (struct vard_watcher *w = d->watchers; w; w = w->next) {
		sd_bus_message *m;
		int r = 0;

		if (!is_for(w, vm))
			continue;
		w->ready_len = 0;
		m = open_changed(w, 0);
		for (size_t i = 0; m && r >= 0 && i < l->nr; i++)
			r = append(w, m, &l->vars[i]);
		close_changed(w, m, m ? r : -ENOMEM);
	}
}

void vard_watcher_end(struct vard *d, bool is_on_disk)
{
	for (struct vard_watcher *w = d->watchers; w; w = w->next) {
		if (w->ready && is_on_disk)
			send_to(w->conn, w->ready, w->ready_len);
		sd_bus_message_unref(w->ready);
		w->ready = NULL;
	}
}

static void tell_state(struct vard *d, const char *vm, const char *state)
{
	for (struct vard_watcher *w = d->watchers; w; w = w->next) {
		sd_bus_message *m = NULL;
		int r;

		if (!is_for(w, vm))
			continue;
		r = sd_bus_message_new_signal(w->conn->bus, &m, VARD_OBJECT,
					      INTERFACE, "State");
		if (r >= 0)
			r = sd_bus_message_append(m, "ss", vm, state);
		if (r >= 0)
			send_to(w->conn, m, VARD_VM_NAME_MAX);
		else
			cut_off(w->conn, strerror(-r));
		sd_bus_message_unref(m);
	}
}

void vard_watcher_look(struct vard *d, struct vard_source *s)
{
	bool is_running = s->role == VARD_ORDINARY && s->has_port;

	if (is_running == s->was_running)
		return;
	s->was_running = is_running;
	tell_state(d, s->vm.name, is_running ? "running" : "stopped");
}

void vard_watcher_removed(struct vard *d, const char *vm)
{
	tell_state(d, vm, "removed");
	drop(d, NULL, vm);
}
