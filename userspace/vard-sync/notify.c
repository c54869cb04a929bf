// SPDX-License-Identifier: GPL-2.0-or-later
/* What systemd is told: descriptors to keep, state. */
#include "notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "log.h"

/* Guests of other VMs wait meanwhile. */
#define BARRIER_US 200000

void vard_notify_store(const struct vard_source *s)
{
	char text[128];
	int r;

	if (!getenv("NOTIFY_SOCKET"))
		return;
	/* FDPOLL=0: systemd would drop it at a hang-up, we decide. */
	snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=store-%s",
		 SD_ID128_TO_UUID_STRING(s->uuid));
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
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=store-%s",
		   SD_ID128_TO_UUID_STRING(s->uuid));
}

void vard_notify_status(const struct vard *d)
{
	unsigned int nr_ports = 0;

	for (const struct vard_source *s = d->sources; s; s = s->next)
		nr_ports += s->has_port;
	sd_notifyf(0, "STATUS=%u VMs running, %u stores open, %u clients. %s",
		   nr_ports, d->nr_sources, d->nr_conns,
		   d->failure[0] ? d->failure : "Everything is on disk.");
}
