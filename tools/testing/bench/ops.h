/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured, in which order; results line by line. Any VMM can drive it. */
#ifndef _KUV_BENCH_OPS_H
#define _KUV_BENCH_OPS_H

#include <stdint.h>

#include "job.h"

struct bench_op;

/**
 * struct bench_counters - state of the counters, or their change over a window
 * @exits: exits of the guest to KVM
 * @irqs: those that a host interrupt caused
 * @returns: returns of KVM_RUN
 */
struct bench_counters {
	uint64_t exits;
	uint64_t irqs;
	uint64_t returns;
};

/**
 * struct bench_run - a list of operations under way in one guest
 * @setup: name of the set-up, first word of a result
 * @wanted: "SETUP/OP" to measure only that, or NULL
 * @nr_list: variables of the list
 * @flags: BENCH_PIO or 0
 * @is_filled: the list is there already
 * @job: block in guest memory
 * @read: the counters of the guest's only vCPU: 0 or -errno
 * @ctx: for @read
 * @op: operation that runs, NULL before the first
 * @next: what follows it
 * @begin: counters when the window began
 * @windows: windows seen of @op
 * @min: fewest of each over the windows
 * @max: most of each
 *
 * The caller sets all from @setup to @ctx, and bench_list() @next.
 */
struct bench_run {
	const char *setup;
	const char *wanted;
	unsigned int nr_list;
	unsigned int flags;
	int is_filled;
	volatile struct bench_job *job;
	int (*read)(void *ctx, struct bench_counters *c);
	void *ctx;
	const struct bench_op *op;
	const struct bench_op *next;
	struct bench_counters begin;
	uint32_t windows;
	struct bench_counters min;
	struct bench_counters max;
};

/**
 * bench_list() - choose the operations
 * @r: gets them
 * @name: name of a list in ops.c
 *
 * Return: 0 or -EINVAL.
 */
int bench_list(struct bench_run *r, const char *name);

/**
 * bench_event() - the guest wrote to BENCH_PORT
 * @r: the list under way
 * @event: BENCH_EVENT_*
 *
 * Prints a line for each operation, and one that begins with "failed" for a
 * wrong answer, which ends the bench: what follows would measure an error path.
 *
 * Return: 0 the guest goes on; 1 the list is through; -errno.
 */
int bench_event(struct bench_run *r, uint32_t event);

#endif /* _KUV_BENCH_OPS_H */
