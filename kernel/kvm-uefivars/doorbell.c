// SPDX-License-Identifier: GPL-2.0
/* The doorbell: from the eventfd's wake-up to a request in the ringing thread. */
#include "doorbell.h"

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
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

static struct workqueue_struct *kuv_doorbell_wq;

/* Give a ring back. The port may be gone after this. */
static void kuv_ring_done(struct kuv_ring *ring)
{
	struct kuv_port *port = ring->port;

	clear_bit_unlock(ring - port->doorbell.rings, &port->doorbell.busy);
	kuv_port_put(port);
}

void kuv_ring_run(struct kuv_ring *ring)
{
	struct kuv_port *port = ring->port;

	/* A thread that was killed meanwhile may have lost its memory. */
	if (likely(current->mm == port->mm))
		kuv_port_ring(port, false);
	else
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
	kuv_ring_prepare(ring);
	kuv_ring_done(ring);
}

/* Answer in the VMM's address space, and charge what is stored to its cgroup. */
static void kuv_ring_borrow(struct kuv_port *port)
{
	struct mem_cgroup *memcg = get_mem_cgroup_from_mm(port->mm);
	struct mem_cgroup *old = set_active_memcg(memcg);

	kthread_use_mm(port->mm);
	kuv_port_ring(port, true);
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
		kuv_ring_borrow(port);
		mmput(port->mm);
	} else {
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
	}
	kuv_ring_prepare(ring);
	kuv_ring_done(ring);
}

static bool kuv_doorbell_is_own_thread(const struct kuv_port *port)
{
	return in_task() && current->mm == port->mm &&
	       !(current->flags & KUV_PF_NO_TASK_WORK);
}

/* Called with the wait queue's lock held, so that one ring is taken by one. */
static struct kuv_ring *kuv_doorbell_take(struct kuv_doorbell *db)
{
	unsigned long i = find_first_zero_bit(&db->busy, KUV_RINGS);

	if (i >= KUV_RINGS || test_and_set_bit_lock(i, &db->busy))
		return NULL;
	return &db->rings[i];
}

static int kuv_doorbell_wake(wait_queue_entry_t *wait, unsigned int mode,
			     int sync, void *key)
{
	struct kuv_doorbell *db = container_of(wait, struct kuv_doorbell, wait);
	struct kuv_port *port = container_of(db, struct kuv_port, doorbell);
	struct kuv_ring *ring;
	u64 count;

	/* The VMM may close its descriptor: KVM and @db->ctx keep the eventfd. */
	if (!(key_to_poll(key) & EPOLLIN))
		return 0;
	eventfd_ctx_do_read(db->ctx, &count);
	ring = kuv_doorbell_take(db);
	if (unlikely(!ring)) {
		kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_UNKNOWN);
		return 0;
	}
	kuv_mailbox_set_status(&port->mailbox, KVM_UEFIVARS_STS_BUSY);
	kuv_port_get(port);
	if (!kuv_doorbell_is_own_thread(port) || !kuv_ring_queue(ring))
		queue_work(kuv_doorbell_wq, &ring->work);
	return 0;
}

static void kuv_doorbell_queue_proc(struct file *file, wait_queue_head_t *head,
				    poll_table *table)
{
	struct kuv_doorbell *db = container_of(table, struct kuv_doorbell,
					       table);

	add_wait_queue(head, &db->wait);
}

static int kuv_doorbell_get_eventfd(struct kuv_doorbell *db, int fd)
{
	struct file *file = eventfd_fget(fd);

	if (IS_ERR(file))
		return -EINVAL;
	db->ctx = eventfd_ctx_fileget(file);
	if (IS_ERR(db->ctx)) {
		db->ctx = NULL;
		fput(file);
		return -EINVAL;
	}
	db->file = file;
	return 0;
}

int kuv_doorbell_open(struct kuv_doorbell *db, struct kuv_port *port, int fd)
{
	int i, ret;

	ret = kuv_doorbell_get_eventfd(db, fd);
	if (ret)
		return ret;
	for (i = 0; i < KUV_RINGS && !ret; i++) {
		db->rings[i].port = port;
		INIT_WORK(&db->rings[i].work, kuv_ring_work);
		ret = kuv_ring_prepare(&db->rings[i]);
	}
	if (ret)
		kuv_doorbell_unhook(db);
	return ret;
}

void kuv_doorbell_hook(struct kuv_doorbell *db)
{
	init_waitqueue_func_entry(&db->wait, kuv_doorbell_wake);
	init_poll_funcptr(&db->table, kuv_doorbell_queue_proc);
	/* Signals from before are of no interest: the VM is new. */
	vfs_poll(db->file, &db->table);
	fput(db->file);
	db->file = NULL;
}

void kuv_doorbell_unhook(struct kuv_doorbell *db)
{
	u64 count;

	if (!db->ctx)
		return;
	if (db->file)
		fput(db->file); /* never hooked */
	else
		eventfd_ctx_remove_wait_queue(db->ctx, &db->wait, &count);
	eventfd_ctx_put(db->ctx);
	db->file = NULL;
	db->ctx = NULL;
}

void kuv_doorbell_exit(struct kuv_doorbell *db)
{
	int i;

	for (i = 0; i < KUV_RINGS; i++)
		if (db->rings[i].port)
			kuv_ring_discard(&db->rings[i]);
}

int kuv_doorbell_module_init(void)
{
	kuv_doorbell_wq = alloc_workqueue("kvm-uefivars", WQ_UNBOUND, 0);
	return kuv_doorbell_wq ? 0 : -ENOMEM;
}

void kuv_doorbell_module_exit(void)
{
	destroy_workqueue(kuv_doorbell_wq);
	/* A thread may still be on its way out of kuv_ring_run(). */
	synchronize_rcu_tasks();
}
