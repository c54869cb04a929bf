/* SPDX-License-Identifier: GPL-2.0 */
/* The stock kernel's way in: an eventfd that KVM signals in the vCPU's thread. */
#ifndef _KUV_DOORBELL_H
#define _KUV_DOORBELL_H

#include <linux/poll.h>
#include <linux/task_work.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct eventfd_ctx;
struct file;
struct kuv_port;

/*
 * Requests of one port that may be under way at once. Guests use a lock; and with
 * the fput back end each costs a file that is kept ready.
 */
#define KUV_RINGS	4

/**
 * struct kuv_ring - one request between the signal and its answer
 * @port: port it is for; a reference is held while the ring is in use
 * @task_work: task work back end: runs before the ringing thread goes on
 * @file: fput back end: its last fput() runs the request; NULL if none could
 *	be made
 * @work: for a signal from elsewhere than the VMM's threads
 */
struct kuv_ring {
	struct kuv_port *port;
	union {
		struct callback_head task_work;
		struct file *file;
	};
	struct work_struct work;
};

/**
 * struct kuv_doorbell - the hook of a port on an eventfd
 * @ctx: eventfd, NULL if there is no doorbell
 * @file: the same, only until kuv_doorbell_hook()
 * @wait: entry in its wait queue
 * @table: how vfs_poll() gets @wait there
 * @busy: bit per element of @rings; set under the wait queue's lock
 * @rings: requests under way
 */
struct kuv_doorbell {
	struct eventfd_ctx *ctx;
	struct file *file;
	wait_queue_entry_t wait;
	poll_table table;
	unsigned long busy;
	struct kuv_ring rings[KUV_RINGS];
};

/**
 * kuv_doorbell_open() - take hold of an eventfd, without listening yet
 * @db: doorbell of a port, zeroed
 * @port: the port
 * @fd: descriptor of the eventfd
 *
 * Context: Process.
 * Return: 0, -EINVAL (not an eventfd) or -ENOMEM.
 */
int kuv_doorbell_open(struct kuv_doorbell *db, struct kuv_port *port, int fd);

/**
 * kuv_doorbell_hook() - listen; cannot fail
 * @db: doorbell that kuv_doorbell_open() made
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

/**
 * kuv_doorbell_exit() - free what a doorbell owns
 * @db: doorbell, unhooked, with no request under way
 *
 * Context: Process; may be the end of the last request.
 */
void kuv_doorbell_exit(struct kuv_doorbell *db);

/**
 * kuv_doorbell_module_init() - what all doorbells share
 *
 * Context: Module initialisation.
 * Return: 0 or -ENOMEM.
 */
int kuv_doorbell_module_init(void);

/**
 * kuv_doorbell_module_exit() - wait until no code of requests runs any more
 *
 * Context: Module removal, no port left.
 */
void kuv_doorbell_module_exit(void);

/**
 * kuv_ring_run() - answer a request in the thread that rang
 * @ring: ring in use
 *
 * For the back ends. The ring is free again when this returns, and its port
 * may be gone.
 *
 * Context: Process, nothing locked.
 */
void kuv_ring_run(struct kuv_ring *ring);

/*
 * The back end: ring_task_work.c or ring_fput.c, chosen when the module is built.
 */

/**
 * kuv_ring_caps() - which back end this is
 *
 * Context: Any.
 * Return: Bits for kvm_uefivars_info.caps.
 */
u64 kuv_ring_caps(void);

/**
 * kuv_ring_prepare() - get a ring ready for its next use
 * @ring: ring not in use
 *
 * Context: Process.
 * Return: 0 or -ENOMEM; a ring that is not ready is still safe to queue.
 */
int kuv_ring_prepare(struct kuv_ring *ring);

/**
 * kuv_ring_queue() - have kuv_ring_run() called by the current thread
 * @ring: ring in use
 *
 * Context: The current thread's, maybe with interrupts off; not in an
 * interrupt.
 * Return: false if that cannot be done.
 */
bool kuv_ring_queue(struct kuv_ring *ring);

/**
 * kuv_ring_discard() - free what kuv_ring_prepare() made
 * @ring: ring not in use
 *
 * Context: Process.
 */
void kuv_ring_discard(struct kuv_ring *ring);

#endif /* _KUV_DOORBELL_H */
