/* SPDX-License-Identifier: GPL-2.0 */
/* The stock kernel's way in: an eventfd that KVM signals in the vCPU's thread. */
#ifndef _KUV_DOORBELL_H
#define _KUV_DOORBELL_H

#include <linux/poll.h>
#include <linux/wait.h>

struct eventfd_ctx;
struct file;

/**
 * struct kuv_doorbell - the hook of a port on an eventfd
 * @ctx: eventfd, NULL if there is no doorbell
 * @file: the same, only until kuv_doorbell_hook()
 * @wait: entry in its wait queue
 * @table: how vfs_poll() gets @wait there
 */
struct kuv_doorbell {
	struct eventfd_ctx *ctx;
	struct file *file;
	wait_queue_entry_t wait;
	poll_table table;
};

/**
 * kuv_doorbell_open() - take hold of an eventfd, without listening yet
 * @db: doorbell of a port, zeroed or unhooked
 * @fd: descriptor of the eventfd
 *
 * Context: Process.
 * Return: 0 or -EINVAL (not an eventfd).
 */
int kuv_doorbell_open(struct kuv_doorbell *db, int fd);

/**
 * kuv_doorbell_hook() - listen; cannot fail
 * @db: doorbell that kuv_doorbell_open() made; the rings of its port are ready
 *
 * Context: Process.
 */
void kuv_doorbell_hook(struct kuv_doorbell *db);

/**
 * kuv_doorbell_unhook() - listen no more
 * @db: doorbell, hooked or not or never opened
 *
 * Requests under way go on; they hold references of the port.
 *
 * Context: Process.
 */
void kuv_doorbell_unhook(struct kuv_doorbell *db);

#endif /* _KUV_DOORBELL_H */
