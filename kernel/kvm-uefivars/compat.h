/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between kernel versions; the only version checks of the module. */
#ifndef _KUV_COMPAT_H
#define _KUV_COMPAT_H

#include <linux/crc32.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* Before 6.4 the only user workers were those of io_uring. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define PF_USER_WORKER	PF_IO_WORKER
#endif

/*
 * CRC32C without the inversions around it. The library function of linux/crc32c.h
 * would add a module to load first on kernels before 6.14.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define kuv_crc32c(crc, data, len)	crc32c(crc, data, len)
#else
#define kuv_crc32c(crc, data, len)	__crc32c_le(crc, data, len)
#endif

/* Before 6.3 the flags of a mapping were written directly. */
static inline void kuv_vm_flags_mod(struct vm_area_struct *vma,
				    unsigned long set, unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

#endif /* _KUV_COMPAT_H */
