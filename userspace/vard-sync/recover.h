/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After a restart: finding the stores of VMs that kept running. */
#ifndef _VARD_RECOVER_H
#define _VARD_RECOVER_H

#include "loop.h"

/**
 * vard_recover_fd() - take over a descriptor that systemd kept
 * @d: daemon
 * @fd: descriptor, owned from now on
 * @name: what systemd calls it
 *
 * Return: 0, or -errno if it is no store, logged.
 */
int vard_recover_fd(struct vard *d, int fd, const char *name);

/**
 * vard_recover_ids() - take over stores of this database found in the kernel
 * @d: daemon; the database is open
 *
 * Needs privilege and does nothing without. Stores of others stay alone.
 */
void vard_recover_ids(struct vard *d);

/**
 * vard_recover_role() - find out what a store taken over is to this daemon
 * @d: daemon; the database is open
 * @s: store with is_adopted set, until its VM is found
 *
 * A move that was under way when the daemon before ended has failed, and its
 * VM goes on here, unless it was committed: then the VM has left.
 */
void vard_recover_role(struct vard *d, struct vard_source *s);

#endif /* _VARD_RECOVER_H */
