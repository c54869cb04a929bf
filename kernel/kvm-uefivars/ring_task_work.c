// SPDX-License-Identifier: GPL-2.0
/* Back end of rings for kernels that let a module queue task work. */
#include "ring.h"

#include <linux/kernel.h>
#include <linux/sched.h>

#include <linux/kvm_uefivars.h>

static void kuv_ring_task_work(struct callback_head *head)
{
	kuv_ring_run(container_of(head, struct kuv_ring, task_work));
}

u64 kuv_ring_caps(void)
{
	return KVM_UEFIVARS_CAP_TASK_WORK;
}

int kuv_ring_prepare(struct kuv_ring *ring)
{
	init_task_work(&ring->task_work, kuv_ring_task_work);
	return 0;
}

bool kuv_ring_queue(struct kuv_ring *ring)
{
	return !task_work_add(current, &ring->task_work, TWA_RESUME);
}

void kuv_ring_discard(struct kuv_ring *ring)
{
}
