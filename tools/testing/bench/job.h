/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the measuring guest and its VMM tell each other. */
#ifndef _KUV_BENCH_JOB_H
#define _KUV_BENCH_JOB_H

/* Guest physical layout: the image, one job block per vCPU, the mailbox. */
#define BENCH_RAM_LEN		0x400000
#define BENCH_IMAGE_ADDR	0x100000
#define BENCH_JOB_ADDR		0x8000
#define BENCH_JOB_LEN		0x100
#define BENCH_STACK_ADDR	0x90000	/* top for vCPU 0, others below */
#define BENCH_STACK_LEN		0x4000
#define BENCH_MAILBOX_ADDR	0x200000
#define BENCH_AUTH_ADDR		0x220000	/* what gen_auth.c made */

/* The guest writes one of these to the port and goes on afterwards. */
#define BENCH_PORT		0x700
#define BENCH_EVENT_READY	1	/* the job is done, the block has results */
#define BENCH_EVENT_BEGIN	2	/* calls are counted from here */
#define BENCH_EVENT_END		3	/* to here: BENCH_WINDOW calls */

/* Calls between BEGIN and END. */
#define BENCH_WINDOW		100
/* Signed messages: two keys, then twice these to warm up and a window. */
#define BENCH_AUTH_KEYS		2
#define BENCH_AUTH_WARM		10
/* Bytes of each variable of the list. */
#define BENCH_LIST_DATA		64

/* Flags of a job. */
#define BENCH_PIO		1	/* messages go through the data register */
#define BENCH_COLD		2	/* no window to warm up: calls cost too much */

#ifndef __ASSEMBLER__
enum bench_kind {
	BENCH_END,		/* no job: end of a list */
	BENCH_NOTHING,		/* the loop itself */
	BENCH_DOORBELL,		/* ring, read the status, look at no reply */
	BENCH_SETUP,		/* RESET, buffer size and address */
	BENCH_FILL,		/* create the list of variables */
	BENCH_BOOT_DONE,	/* EndOfDxe, ReadyToBoot, ExitBootServices */
	BENCH_GET,
	BENCH_GET_NEXT,
	BENCH_QUERY,
	BENCH_SET,
	BENCH_DELETE,
	BENCH_KEYS,		/* enrol KEK and PK, in setup mode */
	BENCH_SIGNED,		/* touch all signed messages */
	BENCH_APPEND,		/* signed appends to databases */
	BENCH_PRIVATE,		/* signed updates of a private variable */
};

/**
 * struct bench_job - one measurement; the 64-bit fields are at multiples of 8
 * @kind: in: enum bench_kind
 * @windows: in: BENCH_WINDOW calls each
 * @data_len: in: bytes of the variable, a multiple of 4
 * @attributes: in: attributes of the variable
 * @flags: in: BENCH_PIO, BENCH_COLD, or 0
 * @nr_list: in: variables of the list, below 1000
 * @nr_bad: out: wrong answers
 * @bad_line: out: line of guest.c that saw the first one
 * @bad_value: out: what it saw
 * @calls: out: timed calls
 * @min: out: fewest TSC ticks of one call
 * @max: out: most
 * @sum: out: all
 */
struct bench_job {
	unsigned int kind;
	unsigned int windows;
	unsigned int data_len;
	unsigned int attributes;
	unsigned int flags;
	unsigned int nr_list;
	unsigned int nr_bad;
	unsigned int bad_line;
	unsigned long long bad_value;
	unsigned long long calls;
	unsigned long long min;
	unsigned long long max;
	unsigned long long sum;
};
#endif /* __ASSEMBLER__ */

#endif /* _KUV_BENCH_JOB_H */
