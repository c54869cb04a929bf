// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of operations, and the steps from one to the next. */

#include "ops.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/kvm_uefivars_mailbox.h>

#define NV_RT	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | \
		 KVM_UEFIVARS_ATTR_RT)
#define VOLATILE (KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)

/**
 * struct bench_op - one line of the table
 * @name: what run.sh calls it; NULL for a step that is not measured
 * @job: what the guest does
 */
struct bench_op {
	const char *name;
	struct bench_job job;
};

#define STEP(k)		{ NULL, { .kind = (k) } }
#define FILL		{ NULL, { .kind = BENCH_FILL, \
				  .data_len = BENCH_LIST_DATA, \
				  .attributes = NV_RT } }
#define OP(n, k, w, len, attr) \
	{ n, { .kind = (k), .windows = (w), .data_len = (len), \
	       .attributes = (attr) } }
#define GET(n, w, len)	OP(n, BENCH_GET, w, len, NV_RT)
#define NEXT(w)		OP("get-next", BENCH_GET_NEXT, w, 0, 0)
#define QUERY(w)	OP("query", BENCH_QUERY, w, 0, NV_RT)
#define SET_VOLATILE(w)	OP("set-volatile-64", BENCH_SET, w, 64, VOLATILE)
#define SET_NV(w)	OP("set-nv-64", BENCH_SET, w, 64, NV_RT)
#define DELETE(w)	OP("delete", BENCH_DELETE, w, 64, NV_RT)
/* Calls that rewrite a file are dear, and warm from the first. */
#define COLD(n, k)	{ n, { .kind = (k), .windows = 1, .data_len = 64, \
			       .attributes = NV_RT, .flags = BENCH_COLD } }
#define END		STEP(BENCH_END)

/* A device that nobody serves. */
static const struct bench_op empty_ops[] = {
	OP("nothing", BENCH_NOTHING, 10, 0, 0),
	OP("doorbell", BENCH_DOORBELL, 30, 0, 0),
	END
};

/*
 * Writes to volatile variables while the firmware may, the rest as an OS. No list
 * has so many writes that a store with its usual limits would hold them back.
 */
static const struct bench_op full_ops[] = {
	STEP(BENCH_SETUP), FILL,
	SET_VOLATILE(10),
	STEP(BENCH_KEYS), STEP(BENCH_BOOT_DONE),
	GET("get-64", 30, 64),
	GET("get-4096", 10, 4096),
	NEXT(10),
	QUERY(10),
	SET_NV(5),
	DELETE(2),
	STEP(BENCH_SIGNED),
	OP("append-db-1k", BENCH_APPEND, 1, 0, 0),
	OP("set-private-64", BENCH_PRIVATE, 1, 0, 0),
	END
};

/* All but the signed writes, in fewer calls. */
static const struct bench_op plain_ops[] = {
	STEP(BENCH_SETUP), FILL,
	SET_VOLATILE(3),
	STEP(BENCH_BOOT_DONE),
	GET("get-64", 10, 64),
	GET("get-4096", 3, 4096),
	NEXT(12),
	QUERY(3),
	SET_NV(3),
	DELETE(2),
	END
};

/* As full_ops where a change of a variable rewrites all of them. */
static const struct bench_op file_ops[] = {
	STEP(BENCH_SETUP), FILL,
	SET_VOLATILE(3),
	STEP(BENCH_KEYS), STEP(BENCH_BOOT_DONE),
	GET("get-64", 10, 64),
	GET("get-4096", 3, 4096),
	NEXT(10),
	QUERY(3),
	COLD("set-nv-64", BENCH_SET),
	COLD("delete", BENCH_DELETE),
	STEP(BENCH_SIGNED),
	COLD("append-db-1k", BENCH_APPEND),
	COLD("set-private-64", BENCH_PRIVATE),
	END
};

static const struct bench_op file_growth_ops[] = {
	STEP(BENCH_SETUP), FILL,
	STEP(BENCH_BOOT_DONE),
	GET("get-64", 3, 64),
	NEXT(12),
	COLD("set-nv-64", BENCH_SET),
	END
};

/* Every four bytes of a message are an exit. */
static const struct bench_op pio_ops[] = {
	STEP(BENCH_SETUP),
	STEP(BENCH_BOOT_DONE),
	GET("get-64", 1, 64),
	SET_NV(1),
	END
};

static const struct bench_op set_ops[] = {
	STEP(BENCH_SETUP), FILL,
	STEP(BENCH_BOOT_DONE),
	SET_NV(5),
	END
};

/* How a call grows: with variables, with VMs. */
static const struct bench_op growth_ops[] = {
	STEP(BENCH_SETUP), FILL,
	STEP(BENCH_BOOT_DONE),
	GET("get-64", 3, 64),
	NEXT(12),
	SET_NV(3),
	END
};

static const struct {
	const char *name;
	const struct bench_op *ops;
} lists[] = {
	{ "empty", empty_ops },
	{ "full", full_ops },
	{ "plain", plain_ops },
	{ "file", file_ops },
	{ "file-growth", file_growth_ops },
	{ "pio", pio_ops },
	{ "set", set_ops },
	{ "growth", growth_ops },
};

int bench_list(struct bench_run *r, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (strcmp(lists[i].name, name))
			continue;
		r->next = lists[i].ops;
		return 0;
	}
	return -EINVAL;
}

static void widen(uint64_t value, uint64_t *min, uint64_t *max)
{
	if (value < *min)
		*min = value;
	if (value > *max)
		*max = value;
}

/* The write that ends a window is an exit and a return of its own. */
static int end_window(struct bench_run *r)
{
	struct bench_counters c;
	int ret = r->read(r->ctx, &c);

	c.irqs -= r->begin.irqs;
	c.exits -= r->begin.exits + c.irqs + 1;
	c.returns -= r->begin.returns + 1;
	widen(c.irqs, &r->min.irqs, &r->max.irqs);
	widen(c.exits, &r->min.exits, &r->max.exits);
	widen(c.returns, &r->min.returns, &r->max.returns);
	r->windows++;
	return ret;
}

static void print_result(const struct bench_run *r)
{
	const volatile struct bench_job *j = r->job;

	printf("result %s %s calls %llu min %llu avg %llu max %llu windows %u "
	       "exits %llu %llu irqs %llu returns %llu %llu bad %u\n",
	       r->setup, r->op->name, j->calls, j->min,
	       j->calls ? j->sum / j->calls : 0, j->max, r->windows,
	       (unsigned long long)r->min.exits,
	       (unsigned long long)r->max.exits,
	       (unsigned long long)r->max.irqs,
	       (unsigned long long)r->min.returns,
	       (unsigned long long)r->max.returns, j->nr_bad);
}

static int finish_op(struct bench_run *r)
{
	const volatile struct bench_job *j = r->job;

	if (j->nr_bad) {
		printf("failed %s %s: %u wrong answers, first at line %u of the guest: 0x%llx\n",
		       r->setup, r->op->name ? r->op->name : "step", j->nr_bad,
		       j->bad_line, j->bad_value);
		return -EBADMSG;
	}
	if (r->op->name)
		print_result(r);
	return 0;
}

/* A step is done unless it is one that somebody else has done. */
static int is_wanted(const struct bench_run *r, const struct bench_op *op)
{
	char name[128];

	if (op->job.kind == BENCH_FILL && r->is_filled)
		return 0;
	if (!r->wanted || !op->name)
		return 1;
	snprintf(name, sizeof(name), "%s/%s", r->setup, op->name);
	return !strcmp(name, r->wanted);
}

static int start_next(struct bench_run *r)
{
	while (!is_wanted(r, r->next))
		r->next++;
	if (r->next->job.kind == BENCH_END)
		return 1;
	r->op = r->next++;
	*r->job = r->op->job;
	r->job->nr_list = r->nr_list;
	r->job->flags |= r->flags;
	r->windows = 0;
	r->min = (struct bench_counters){ UINT64_MAX, UINT64_MAX, UINT64_MAX };
	r->max = (struct bench_counters){ 0 };
	return 0;
}

int bench_event(struct bench_run *r, uint32_t event)
{
	int ret = 0;

	switch (event) {
	case BENCH_EVENT_READY:
		if (r->op)
			ret = finish_op(r);
		return ret ? ret : start_next(r);
	case BENCH_EVENT_BEGIN:
		return r->read(r->ctx, &r->begin);
	case BENCH_EVENT_END:
		return end_window(r);
	}
	return -EPROTO;
}
