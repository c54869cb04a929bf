/* SPDX-License-Identifier: GPL-2.0 */
/* What cap_vm.c has its guest do, told through guest memory. */
#ifndef _KUV_CAP_SCRIPT_H
#define _KUV_CAP_SCRIPT_H

#define CAP_RAM_LEN	0x400000
#define CAP_IMAGE_ADDR	0x100000
#define CAP_LOCK_ADDR	0x8000
#define CAP_OPS_MAX	2000
/* Each vCPU has its own of these. */
#define CAP_STACK_ADDR(vcpu)	(0x90000 - 0x4000 * (vcpu))
#define CAP_OPS_ADDR(vcpu)	(0x200000 + 0x10000 * (vcpu))
#define CAP_MSG_ADDR(vcpu)	(0x300000 + 0x20000 * (vcpu))

/* Port that says all was done. */
#define CAP_DONE_PORT	0x80

#define CAP_END		0
#define CAP_READ	1	/* of a register; the value goes to @data */
#define CAP_WRITE	2
#define CAP_MOVS	3	/* rep movsw of @len words from address @data */
#define CAP_LOCK	4	/* a lock that all vCPUs share */
#define CAP_UNLOCK	5
#define CAP_FORGET	6	/* write 0xff to @len bytes at address @data */

/**
 * struct cap_op - one thing to do
 * @kind: CAP_*
 * @offset: register
 * @len: bytes of the access
 * @data: see CAP_*
 */
struct cap_op {
	unsigned int kind;
	unsigned int offset;
	unsigned int len;
	unsigned int pad;
	unsigned long long data;
};

#endif /* _KUV_CAP_SCRIPT_H */
