/* SPDX-License-Identifier: GPL-2.0 */
/* What a guest asked for and its own thread does, before it goes on. */
#ifndef _KUV_RING_H
#define _KUV_RING_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/task_work.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct file;
struct kuv_port;

/*
 * Rings of one port that may be under way at once. Guests use a lock; and with
 * the fput back end each costs a file that is kept ready.
 */
#define KUV_RINGS	4

/**
 * struct kuv_ring - one access between its exit and what it brings about
 * @port: port it is for; a reference is held while the ring is in use
 * @task_work: task work back end: runs before the ringing thread goes on
 * @file: fput back end: its last fput() runs the ring; NULL if none could
 *	be made
 * @work: for a signal from elsewhere than the VMM's threads
 * @data: what is written, if @len is not 0
 * @offset: to which register
 * @len: bytes of that write; 0: command DMA_MM, the one that happens often and
 *	all that a doorbell can say
 */
struct kuv_ring {
	struct kuv_port *port;
	union {
		struct callback_head task_work;
		struct file *file;
	};
	struct work_struct work;
	u64 data;
	u16 offset;
	u16 len;
};

/**
 * struct kuv_rings - the rings of a port
 * @busy: bit per element of @rings, set while it is in use
 * @is_ready: kuv_rings_init() succeeded
 * @rings: what is under way
 */
struct kuv_rings {
	unsigned long busy;
	bool is_ready;
	struct kuv_ring rings[KUV_RINGS];
};

/**
 * kuv_rings_init() - get rings ready for their first use
 * @rings: rings of a port, zeroed, or ready already
 * @port: the port
 *
 * Context: Process.
 * Return: 0 or -ENOMEM.
 */
int kuv_rings_init(struct kuv_rings *rings, struct kuv_port *port);

/**
 * kuv_rings_exit() - free what rings own
 * @rings: rings, none in use
 *
 * Context: Process; may be the end of the last one.
 */
void kuv_rings_exit(struct kuv_rings *rings);

/**
 * kuv_rings_take() - a ring that nobody uses
 * @rings: rings, ready
 *
 * Context: Any.
 * Return: Ring for kuv_ring_start(), or NULL.
 */
static inline struct kuv_ring *kuv_rings_take(struct kuv_rings *rings)
{
	unsigned long i;

	for (;;) {
		i = find_first_zero_bit(&rings->busy, KUV_RINGS);
		if (i >= KUV_RINGS)
			return NULL;
		/* Another vCPU may have been quicker. */
		if (likely(!test_and_set_bit_lock(i, &rings->busy)))
			return &rings->rings[i];
	}
}

/**
 * kuv_ring_start() - run a ring in the current thread, or in a worker
 * @ring: ring that was taken and filled; its port is alive, and gets a
 *	reference until the ring is done
 *
 * The current thread does it if it is one of the VMM's and will go back to user
 * space, or into the guest.
 *
 * Context: Any; maybe with interrupts off. Allocates nothing.
 */
void kuv_ring_start(struct kuv_ring *ring);

/**
 * kuv_ring_run() - do what a ring says, in the thread that rang
 * @ring: ring in use
 *
 * For the back ends. The ring is free again when this returns, and its port
 * may be gone.
 *
 * Context: Process, nothing locked.
 */
void kuv_ring_run(struct kuv_ring *ring);

/**
 * kuv_ring_module_init() - what all rings share
 *
 * Context: Module initialisation.
 * Return: 0 or -ENOMEM.
 */
int kuv_ring_module_init(void);

/**
 * kuv_ring_module_exit() - wait until no ring runs any more
 *
 * Context: Module removal, no port left.
 */
void kuv_ring_module_exit(void);

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

#endif /* _KUV_RING_H */
