/* SPDX-License-Identifier: GPL-2.0 */
/* Loads on a fleet: who writes how often, and how long each write took. */
#ifndef _KUV_SCALE_LOAD_H
#define _KUV_SCALE_LOAD_H

#include <pthread.h>

#include <pthread.h>

#include "fleet.h"

/* What a number of writes took, in microseconds each. */
struct latency {
	uint32_t *us;
	size_t nr;
	size_t room;
	size_t nr_errors;
};

/* All members of a load begin at once, each in a thread of its own. */
struct load {
	struct vm *vms;
	int nr;
	/* Writes of each VM, or 0: until @stop. */
	unsigned int rounds;
	/* Longest pause after a write, in microseconds; half of it on average. */
	unsigned int pause_us;
	/* Priority of the threads, 0 as the others. */
	int nice;
	/* Rewrites many variables in turn, not one. */
	bool is_wide;
	volatile bool stop;
	/* Of each VM. */
	struct latency *latency;
	struct member *members;
	pthread_barrier_t *gate;
};

/* One write of the VM's counter, timed. */
void load_write(struct vm *vm, bool is_wide, struct latency *lat);

/* Threads that wait for the gate, which takes load->nr of them. */
void load_start(struct load *load);

/* Waits for the threads. */
void load_join(struct load *load);

/* Adds @b to @a. */
void latency_add(struct latency *a, const struct latency *b);

/* Longest of all but so many thousandths; 1000 for the worst. Sorts. */
uint32_t latency_permille(struct latency *lat, unsigned int permille);

/*
 * Prints KEY_nr, KEY_errors, KEY_worst_us, KEY_p99_us, KEY_median_us and KEY_hist, which
 * is "less than these us:how many", as NAME=VALUE.
 */
void latency_print(const char *key, struct latency *lat);

void latency_free(struct latency *lat);

#endif /* _KUV_SCALE_LOAD_H */
