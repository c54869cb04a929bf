/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the measuring guest: its types, and its way to the mailbox. */
#ifndef _KUV_BENCH_GUEST_H
#define _KUV_BENCH_GUEST_H

#include <linux/kvm_uefivars_mailbox.h>

#include "job.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define HEAD_LEN	sizeof(struct kvm_uefivars_mm_header)
#define NAME_CHARS	8	/* of every name here, without the NUL */
#define NAME_LEN	((NAME_CHARS + 1) * sizeof(u16))

/**
 * struct message - a message of the variable protocol in the mailbox
 * @head: what stands before every message
 * @var: function and status
 * @a: body of get and set
 * @n: body of get-next
 * @q: body of query
 */
struct message {
	struct kvm_uefivars_mm_header head;
	struct kvm_uefivars_var_header var;
	union {
		struct {
			struct kvm_uefivars_var_access access;
			u16 name[NAME_CHARS + 1];
			u8 data[65536 - 24 - 16 - 36 - NAME_LEN];
		} __attribute__((packed)) a;
		struct {
			struct kvm_uefivars_var_next next;
			u16 name[512];
		} __attribute__((packed)) n;
		struct kvm_uefivars_var_query q;
	};
} __attribute__((packed));

static inline struct message *mailbox(void)
{
	return (struct message *)BENCH_MAILBOX_ADDR;
}

/* The compiler may call these. */
void *memcpy(void *to, const void *from, u32 len);
void *memset(void *to, int c, u32 len);

/**
 * bad() - count a wrong answer
 * @j: job
 * @line: where it was seen
 * @value: what was seen; the first one is kept
 */
void bad(struct bench_job *j, u32 line, u64 value);

/* check: count a wrong answer, with where and what. */
#define check(j, cond, value) \
	do { if (!(cond)) bad(j, __LINE__, value); } while (0)

/**
 * record() - count a timed call
 * @j: job
 * @ticks: what it took
 */
void record(struct bench_job *j, u64 ticks);

/**
 * set_up_registers() - as firmware does once per boot
 * @j: job; its flags choose DMA or PIO for all that follows
 */
void set_up_registers(struct bench_job *j);

/**
 * ring() - have the message in the mailbox answered
 * @j: job
 *
 * Return: Status of the device.
 */
u16 ring(struct bench_job *j);

/**
 * timed_ring() - have the message in the mailbox answered, timed
 * @j: job
 *
 * Any status but success is a wrong answer.
 */
void timed_ring(struct bench_job *j);

/**
 * timed_nothing() - the reading of the clock itself
 * @j: job
 */
void timed_nothing(struct bench_job *j);

#endif /* _KUV_BENCH_GUEST_H */
