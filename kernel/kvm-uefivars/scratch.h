/* SPDX-License-Identifier: GPL-2.0 */
/* Buffers for messages under way: held during a request only, zero in between. */
#ifndef _KUV_SCRATCH_H
#define _KUV_SCRATCH_H

#include <linux/types.h>

/**
 * kuv_scratch_get() - a buffer for one request
 *
 * One that lies ready on this CPU, or a new one. A new one is charged to the
 * cgroup that needs it, and stays so while it lies ready: at most one per CPU.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: KVM_UEFIVARS_BUFFER_MAX bytes, all zero, or NULL.
 */
u8 *kuv_scratch_get(void);

/**
 * kuv_scratch_put() - give a buffer back
 * @buf: buffer of kuv_scratch_get()
 * @dirty: bytes from its start that may be other than zero; the next user, a
 *	guest of somebody else's, gets them as zero
 *
 * Context: May sleep.
 */
void kuv_scratch_put(u8 *buf, u32 dirty);

/**
 * kuv_scratch_module_exit() - free what lies ready
 *
 * Context: Module removal, no request under way.
 */
void kuv_scratch_module_exit(void);

#endif /* _KUV_SCRATCH_H */
