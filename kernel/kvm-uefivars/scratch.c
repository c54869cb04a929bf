// SPDX-License-Identifier: GPL-2.0
/* Message buffers: one lies ready per CPU, others come and go with requests. */
#include "scratch.h"

#include <linux/math.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <linux/kvm_uefivars_mailbox.h>

/* The buffer is a multiple of it. */
#define KUV_SCRATCH_ALIGN	64

/* A request may sleep and end on another CPU: whoever is there gets its buffer. */
static DEFINE_PER_CPU(u8 *, kuv_scratch_ready);

u8 *kuv_scratch_get(void)
{
	u8 *buf = this_cpu_xchg(kuv_scratch_ready, NULL);

	if (likely(buf))
		return buf;
	return kvzalloc(KVM_UEFIVARS_BUFFER_MAX, GFP_KERNEL_ACCOUNT);
}

void kuv_scratch_put(u8 *buf, u32 dirty)
{
	/* Without odd bytes at the end it is quicker. */
	memset(buf, 0, round_up(dirty, KUV_SCRATCH_ALIGN));
	buf = this_cpu_xchg(kuv_scratch_ready, buf);
	if (unlikely(buf))
		kvfree(buf);
}

void kuv_scratch_module_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu(kuv_scratch_ready, cpu));
}
