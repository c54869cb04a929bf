// SPDX-License-Identifier: GPL-2.0
/* The guest of rig.c: several vCPUs, jobs one after the other, answers checked. */

#include "flat.h"
#include "vcpu_script.h"

static void out(u16 port)
{
	asm volatile("outl %0, %w1" : : "a"(0), "Nd"(port) : "memory");
}

static void bad(volatile struct rig_job *j, u32 line, u32 value)
{
	if (!j->nr_bad) {
		j->bad_line = line;
		j->bad_value = value;
	}
	j->nr_bad++;
}

/* check: count a wrong answer, with where and what. */
#define check(j, cond, value) \
	do { if (!(cond)) bad(j, __LINE__, value); } while (0)

static void lock(void)
{
	while (__atomic_exchange_n((u32 *)RIG_LOCK_ADDR, 1, __ATOMIC_ACQUIRE))
		out(RIG_PORT_YIELD);
}

static void unlock(void)
{
	__atomic_store_n((u32 *)RIG_LOCK_ADDR, 0, __ATOMIC_RELEASE);
}

static u8 *mailbox(void)
{
	return (u8 *)RIG_MAILBOX_ADDR;
}

static const u8 *message(u32 vcpu, u32 nr)
{
	return (const u8 *)(RIG_MESSAGE_ADDR +
			    (vcpu * 2 + nr) * RIG_MESSAGE_LEN);
}

static void do_setup(volatile struct rig_job *j)
{
	*(volatile u16 *)reg(KVM_UEFIVARS_REG_CMD_STS) = KVM_UEFIVARS_CMD_RESET;
	*(volatile u32 *)reg(KVM_UEFIVARS_REG_BUFFER_SIZE) =
		KVM_UEFIVARS_BUFFER_MAX;
	*(volatile u32 *)reg(KVM_UEFIVARS_REG_ADDR_LO) = j->addr_lo;
	*(volatile u32 *)reg(KVM_UEFIVARS_REG_ADDR_HI) = j->addr_hi;
	check(j, *(volatile u16 *)reg(KVM_UEFIVARS_REG_MAGIC) ==
	      KVM_UEFIVARS_MAGIC_VALUE, 0);
	j->status = *(volatile u16 *)reg(KVM_UEFIVARS_REG_CMD_STS);
}

/* One message with @value in it; the reply is all right. */
static void locked_call(volatile struct rig_job *j, u32 vcpu, u32 nr, u32 value)
{
	u8 *m = mailbox();

	memcpy(m, message(vcpu, nr), j->len[nr]);
	memcpy(m + j->data_pos[nr], &value, sizeof(value));
	j->status = ring();
	check(j, j->status == KVM_UEFIVARS_STS_SUCCESS, j->status);
	check(j, !get32(m + j->status_pos), get32(m + j->status_pos));
}

static void locked_pair(volatile struct rig_job *j, u32 vcpu)
{
	u32 value = j->done * 8 + vcpu + 1;

	lock();
	locked_call(j, vcpu, 0, value);
	unlock();
	lock();
	locked_call(j, vcpu, 1, 0);
	check(j, get32(mailbox() + j->data_pos[1]) == value,
	      get32(mailbox() + j->data_pos[1]));
	unlock();
}

static void unlocked_call(volatile struct rig_job *j, u32 vcpu)
{
	memcpy(mailbox(), message(vcpu, 0), j->len[0]);
	j->status = ring();
	j->nr_success += j->status == KVM_UEFIVARS_STS_SUCCESS;
	j->nr_busy += j->status == KVM_UEFIVARS_STS_BUSY;
}

static void run_job(volatile struct rig_job *j, u32 vcpu)
{
	if (j->kind == RIG_SETUP)
		return do_setup(j);
	if (j->kind == RIG_RING) {
		j->status = ring();
		return;
	}
	while (j->done < j->count && !j->stop) {
		if (j->kind == RIG_LOCKED)
			locked_pair(j, vcpu);
		else
			unlocked_call(j, vcpu);
		j->done++;
	}
}

void guest_main(u32 vcpu) __attribute__((noreturn));

void guest_main(u32 vcpu)
{
	volatile struct rig_job *j = (volatile struct rig_job *)
		(RIG_JOB_ADDR + vcpu * RIG_JOB_LEN);

	for (;;) {
		out(RIG_PORT);
		run_job(j, vcpu);
	}
}
