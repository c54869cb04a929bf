/* SPDX-License-Identifier: GPL-2.0 */
/* A call again and again, each time with the next of its allocations or copies failing. */
#ifndef _KUV_FAIL_NTH_H
#define _KUV_FAIL_NTH_H

#include "cmds.h"
#include "guest.h"

/* What came of one attempt. */
enum nth_result {
	/* It did what it should. */
	NTH_DONE,
	/* It was refused for want of memory: nothing may have changed. */
	NTH_REFUSED,
	/* The answer got lost: done or not, but nothing in between. */
	NTH_LOST,
};

/* What one call is tried on; made anew for each attempt. */
struct nth_env {
	int dev;
	int store;
	/* Attached, its registers as firmware sets them; @g.port is -1 without. */
	struct guest g;
	int eventfd;
	int vm;
	struct cmd_env *cmd;
	uint8_t arg[CMD_ARG_MAX];
	uint8_t *image;
	uint64_t image_len;
};

/**
 * struct nth_case - a call whose every allocation and copy is to fail once
 * @setup: make what it needs in an environment of zeroes
 * @run: the call, with nth_arm() and nth_disarm() close around it
 * @arg: for both
 * @is_reset: a failure may leave the machine closed until a machine reset; what
 *	was stored is as it was
 * @is_event: has no status to say so, otherwise as @is_reset
 */
struct nth_case {
	void (*setup)(struct nth_env *env, const void *arg);
	enum nth_result (*run)(struct nth_env *env, const void *arg);
	const void *arg;
	bool is_reset;
	bool is_event;
};

/* Let the kernel's fault injection see every allocation; false if it has none. */
bool nth_prepare(void);

/* From now on this thread's @nth chance to fail does, 0 for none. */
void nth_arm(void);
/* No longer. */
void nth_disarm(void);

/* A result of ioctl() or read(): 0 or more, or -errno. */
enum nth_result nth_errno(long ret);

/* Fails the test with the place of a result that no failure explains. */
void nth_unexpected(const char *what, long long value);

/* A case for ktap_add(): @arg is a struct nth_case. */
void nth_sweep(const void *arg);

/* Failures injected by all cases so far. */
unsigned int nth_injected(void);

/* A store and its guest; the guest's registers are set. */
void nth_machine(struct nth_env *env, uint32_t options);

/* Add the cases of fail_nth_guest.c. */
void nth_add_guest(void);

#endif /* _KUV_FAIL_NTH_H */
