/* SPDX-License-Identifier: GPL-2.0 */
/* What guests without any library share: memory, registers, and a ring. */
#ifndef _KUV_FLAT_H
#define _KUV_FLAT_H

#include <linux/kvm_uefivars_mailbox.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;

/* The compiler may call these. */
void *memcpy(void *to, const void *from, u32 len);
void *memset(void *to, int c, u32 len);

void *memcpy(void *to, const void *from, u32 len)
{
	void *ret = to;

	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
	return ret;
}

void *memset(void *to, int c, u32 len)
{
	void *ret = to;

	asm volatile("rep stosb" : "+D"(to), "+c"(len) : "a"(c) : "memory");
	return ret;
}

static inline u32 get32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline volatile void *reg(u32 offset)
{
	return (volatile void *)(u32)(KVM_UEFIVARS_MMIO_BASE + offset);
}

/* One call as firmware makes it: the command, then the status. */
static inline u16 ring(void)
{
	volatile u16 *sts = reg(KVM_UEFIVARS_REG_CMD_STS);

	*sts = KVM_UEFIVARS_CMD_DMA_MM;
	return *sts;
}

#endif /* _KUV_FLAT_H */
