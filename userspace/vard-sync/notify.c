// SPDX-License-Identifier: GPL-2.0-or-later
/* What systemd is told: descriptors to keep, state. */
#include "notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "log.h"

/* Guests of other VMs wait meanwhile. */
#define BARRIER_US 200000

/* Many VMs that start together are one line. */
#define STATUS_US 200000
#define STORE "store-"
#define INCOMING "incoming-"

/* A descriptor's name: neither VM names nor uuids have a '/'. */
static void fdname_of(const struct vard_source *s, char *ret, size_t size)
{
	if (s->role != VARD_INCOMING) {
		snprintf(ret, size, STORE "%s",
			 SD_ID128_TO_UUID_STRING(s->uuid));
		return;
	}
	snprintf(ret, size, INCOMING "%s", s->vm.name);
	for (char *p = ret; *p; p++)
		if (*p == ':')
			*p = '/';
}

bool vard_notify_is_store(const char *fdname)
{
	return strncmp(fdname, STORE, strlen(STORE)) == 0 ||
	       strncmp(fdname, INCOMING, strlen(INCOMING)) == 0;
}

bool vard_notify_parse(const char *fdname, char *vm)
{
	size_t skip = strlen(INCOMING);

	if (strncmp(fdname, INCOMING, skip) != 0 ||
	    strlen(fdname + skip) >= VARD_VM_NAME_MAX)
		return false;
	strcpy(vm, fdname + skip);
	for (char *p = vm; *p; p++)
		if (*p == '/')
			*p = ':';
	return true;
}

void vard_notify_store(const struct vard_source *s)
{
	char name[VARD_VM_NAME_MAX + 64], text[sizeof(name) + 64];
	int r;

	if (!getenv("NOTIFY_SOCKET"))
		return;
	fdname_of(s, name, sizeof(name));
	/* FDPOLL=0: systemd would drop it at a hang-up, we decide. */
	snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	r = sd_pid_notify_with_fds(0, 0, text, &s->fd, 1);
	if (r > 0)
		r = sd_notify_barrier(0, BARRIER_US);
	if (r < 0)
		vard_log(LOG_WARNING,
			 "VM %s: systemd did not confirm that it keeps the store (error %d): a restart of vard-sync may lose it",
			 s->vm.name, -r);
}

void vard_notify_unstore(const struct vard_source *s)
{
	char name[VARD_VM_NAME_MAX + 64];

	fdname_of(s, name, sizeof(name));
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

static int on_status(sd_event_source *source, uint64_t usec, void *arg)
{
	struct vard *d = arg;
	unsigned int nr_ports = 0;

	(void)source;
	(void)usec;
	for (const struct vard_source *s = d->sources; s; s = s->next)
		nr_ports += s->has_port;
	sd_notifyf(0, "STATUS=%u VMs running, %u stores open, %u clients. %s",
		   nr_ports, d->nr_sources, d->nr_conns,
		   d->failure[0] ? d->failure : "Everything is on disk.");
	d->status = sd_event_source_disable_unref(d->status);
	return 0;
}

void vard_notify_status(struct vard *d)
{
	if (!d->status && getenv("NOTIFY_SOCKET"))
		sd_event_add_time_relative(d->event, &d->status,
					   CLOCK_MONOTONIC, STATUS_US, 0,
					   on_status, d);
}
