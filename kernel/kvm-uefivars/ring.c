// SPDX-License-Identifier: GPL-2.0
/* Rings: from a vCPU's exit to what it brings about, in that vCPU's thread. */
#include "ring.h"

#include <linux/kthread.h>
#include <linux/memcontrol.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include <linux/kvm_uefivars_mailbox.h>

#include "compat.h"
#include "port.h"

/* Threads that may not return to user space soon, or at all. */
#define KUV_PF_NO_TASK_WORK \
	(PF_KTHREAD | PF_EXITING | PF_IO_WORKER | PF_USER_WORKER)

static struct workqueue_struct *kuv_ring_wq;

/* Give a ring back. The port may be gone after this. */
static void kuv_ring_done(struct kuv_ring *ring)
{
	struct kuv_port *port = ring->port;

	clear_bit_unlock(ring - port->rings.rings, &port->rings.busy);
	kuv_port_put(port);
}

void kuv_ring_run(struct kuv_ring *ring)
{
	struct kuv_port *port = ring->port;

	/* A thread that was killed meanwhile may have lost its memory. */
	if (likely(current->mm == port->mm))
		kuv_port_ring(port, ring, false);
	else
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
	kuv_ring_prepare(ring);
	kuv_ring_done(ring);
}

/* Answer in the VMM's address space, and charge what is stored to its cgroup. */
static void kuv_ring_borrow(struct kuv_ring *ring)
{
	struct kuv_port *port = ring->port;
	struct mem_cgroup *memcg = get_mem_cgroup_from_mm(port->mm);
	struct mem_cgroup *old = set_active_memcg(memcg);

	kthread_use_mm(port->mm);
	kuv_port_ring(port, ring, true);
	kthread_unuse_mm(port->mm);
	set_active_memcg(old);
	mem_cgroup_put(memcg);
}

/* Rung from elsewhere: borrow the VMM's memory, if it still exists. */
static void kuv_ring_work(struct work_struct *work)
{
	struct kuv_ring *ring = container_of(work, struct kuv_ring, work);
	struct kuv_port *port = ring->port;

	if (mmget_not_zero(port->mm)) {
		kuv_ring_borrow(ring);
		mmput(port->mm);
	} else {
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
	}
	kuv_ring_prepare(ring);
	kuv_ring_done(ring);
}

static bool kuv_ring_is_own_thread(const struct kuv_port *port)
{
	return in_task() && current->mm == port->mm &&
	       !(current->flags & KUV_PF_NO_TASK_WORK);
}

void kuv_ring_start(struct kuv_ring *ring)
{
	struct kuv_port *port = ring->port;

	/* Inline, the one call of this path that can be spared. */
	kref_get(&port->ref);
	if (!kuv_ring_is_own_thread(port) || !kuv_ring_queue(ring))
		queue_work(kuv_ring_wq, &ring->work);
}

int kuv_rings_init(struct kuv_rings *rings, struct kuv_port *port)
{
	int i, ret = 0;

	if (rings->is_ready)
		return 0;
	for (i = 0; i < KUV_RINGS && !ret; i++) {
		rings->rings[i].port = port;
		INIT_WORK(&rings->rings[i].work, kuv_ring_work);
		ret = kuv_ring_prepare(&rings->rings[i]);
	}
	if (ret)
		kuv_rings_exit(rings);
	rings->is_ready = !ret;
	return ret;
}

void kuv_rings_exit(struct kuv_rings *rings)
{
	int i;

	for (i = 0; i < KUV_RINGS; i++)
		if (rings->rings[i].port)
			kuv_ring_discard(&rings->rings[i]);
}

int kuv_ring_module_init(void)
{
	kuv_ring_wq = alloc_workqueue("kvm-uefivars", WQ_UNBOUND, 0);
	return kuv_ring_wq ? 0 : -ENOMEM;
}

void kuv_ring_module_exit(void)
{
	destroy_workqueue(kuv_ring_wq);
	/* A thread may still be on its way out of kuv_ring_run(). */
	synchronize_rcu_tasks();
}
