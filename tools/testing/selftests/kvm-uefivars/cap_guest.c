// SPDX-License-Identifier: GPL-2.0
/* The guest of cap_vm.c: makes the accesses it is told to, one after the other. */

#include "flat.h"
#include "cap_script.h"

/* One instruction each: what KVM sees is what was asked for. */
static void read_reg(struct cap_op *op)
{
	volatile void *p = reg(op->offset);

	switch (op->len) {
	case 1:
		op->data = *(volatile u8 *)p;
		break;
	case 2:
		op->data = *(volatile u16 *)p;
		break;
	case 4:
		op->data = *(volatile u32 *)p;
		break;
	case 8:
		asm volatile("movq (%1), %%mm0; movq %%mm0, %0"
			     : "=m"(op->data) : "r"(p) : "memory");
		break;
	}
}

static void write_reg(const struct cap_op *op)
{
	volatile void *p = reg(op->offset);

	switch (op->len) {
	case 1:
		*(volatile u8 *)p = (u8)op->data;
		break;
	case 2:
		*(volatile u16 *)p = (u16)op->data;
		break;
	case 4:
		*(volatile u32 *)p = (u32)op->data;
		break;
	case 8:
		asm volatile("movq %0, %%mm0; movq %%mm0, (%1)"
			     : : "m"(op->data), "r"(p) : "memory");
		break;
	}
}

static void movs(const struct cap_op *op)
{
	u32 from = (u32)op->data, to = (u32)reg(op->offset), count = op->len;

	asm volatile("rep movsw" : "+S"(from), "+D"(to), "+c"(count)
		     : : "memory");
}

static void lock(void)
{
	u32 *p = (u32 *)CAP_LOCK_ADDR, held = 1;

	while (held)
		asm volatile("pause; xchgl %0, %1" : "+r"(held), "+m"(*p)
			     : : "memory");
}

static void unlock(void)
{
	asm volatile("" : : : "memory");
	*(volatile u32 *)CAP_LOCK_ADDR = 0;
}

static void do_op(struct cap_op *op)
{
	switch (op->kind) {
	case CAP_READ:
		read_reg(op);
		break;
	case CAP_WRITE:
		write_reg(op);
		break;
	case CAP_MOVS:
		movs(op);
		break;
	case CAP_LOCK:
		lock();
		break;
	case CAP_UNLOCK:
		unlock();
		break;
	case CAP_FORGET:
		memset((void *)(u32)op->data, 0xff, op->len);
		break;
	}
}

void guest_main(u32 vcpu) __attribute__((noreturn));

void guest_main(u32 vcpu)
{
	struct cap_op *op;

	for (;;) {
		for (op = (struct cap_op *)CAP_OPS_ADDR(vcpu);
		     op->kind != CAP_END; op++)
			do_op(op);
		asm volatile("outb %b0, %w1"
			     : : "a"(0), "Nd"(CAP_DONE_PORT) : "memory");
	}
}
