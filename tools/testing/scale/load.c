// SPDX-License-Identifier: GPL-2.0
/* Loads on a fleet: who writes how often, and how long each write took. */
#include "load.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Variables of a wide writer, and bytes of each. */
#define WIDE_VARS	60
#define WIDE_LEN	200
#define STACK_LEN	(64 * 1024)

/* One thread of a load. */
struct member {
	struct load *load;
	struct vm *vm;
	struct latency *lat;
	pthread_t thread;
	uint32_t random;
};

static void latency_note(struct latency *lat, uint64_t us, bool is_ok)
{
	if (lat->nr == lat->room) {
		lat->room = lat->room ? lat->room * 2 : 16;
		lat->us = reallocarray(lat->us, lat->room, sizeof(*lat->us));
		CHECK(lat->us);
	}
	lat->us[lat->nr++] = (uint32_t)us;
	lat->nr_errors += !is_ok;
}

void load_write(struct vm *vm, bool is_wide, struct latency *lat)
{
	char name[32] = "Storm", value[WIDE_LEN] = "";
	unsigned int n = vm->acked + 1;
	uint32_t len = WIDE_LEN;
	uint64_t start, status;

	snprintf(value, sizeof(value), "%08u", n);
	if (is_wide)
		snprintf(name, sizeof(name), "Wide%u", n % WIDE_VARS);
	else
		len = (uint32_t)strlen(value);
	start = now_us();
	status = guest_set(&vm->g, name, NV_BS_RT, value, len);
	latency_note(lat, now_us() - start, status == 0);
	if (status == 0)
		vm->acked = n;
}

static void rest(struct member *m)
{
	m->random = m->random * 1103515245 + 12345;
	usleep((m->random >> 8) % m->load->pause_us);
}

static void *run_member(void *arg)
{
	struct member *m = arg;
	struct load *load = m->load;
	unsigned int i;

	if (load->nice)
		setpriority(PRIO_PROCESS, (id_t)gettid(), load->nice);
	pthread_barrier_wait(load->gate);
	for (i = 0; !load->stop && (!load->rounds || i < load->rounds); i++) {
		load_write(m->vm, load->is_wide, m->lat);
		if (load->pause_us)
			rest(m);
	}
	return NULL;
}

void load_start(struct load *load)
{
	pthread_attr_t attr;
	int i;

	load->latency = calloc((size_t)load->nr + 1, sizeof(*load->latency));
	load->members = calloc((size_t)load->nr + 1, sizeof(*load->members));
	CHECK(load->latency && load->members);
	CHECK(!pthread_attr_init(&attr));
	CHECK(!pthread_attr_setstacksize(&attr, STACK_LEN));
	for (i = 0; i < load->nr; i++) {
		struct member *m = &load->members[i];

		*m = (struct member){ .load = load, .vm = &load->vms[i],
				      .lat = &load->latency[i],
				      .random = (uint32_t)i };
		CHECK_EQ(pthread_create(&m->thread, &attr, run_member, m), 0);
	}
	pthread_attr_destroy(&attr);
}

void load_join(struct load *load)
{
	int i;

	for (i = 0; i < load->nr; i++)
		CHECK_EQ(pthread_join(load->members[i].thread, NULL), 0);
	free(load->members);
	load->members = NULL;
}

void latency_add(struct latency *a, const struct latency *b)
{
	size_t i;

	for (i = 0; i < b->nr; i++)
		latency_note(a, b->us[i], true);
	a->nr_errors += b->nr_errors;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

uint32_t latency_permille(struct latency *lat, unsigned int permille)
{
	if (!lat->nr)
		return 0;
	qsort(lat->us, lat->nr, sizeof(*lat->us), compare);
	return lat->us[(lat->nr - 1) * permille / 1000];
}

static void print_hist(const char *key, const struct latency *lat)
{
	uint32_t below = 1;
	size_t i = 0, from;

	printf(" %s_hist=", key);
	/* Sorted by now. */
	while (i < lat->nr) {
		for (from = i; i < lat->nr && lat->us[i] < below; i++)
			;
		if (i > from)
			printf("%u:%zu,", below, i - from);
		below *= 2;
	}
}

void latency_print(const char *key, struct latency *lat)
{
	printf(" %s_nr=%zu %s_errors=%zu %s_worst_us=%u %s_p99_us=%u %s_median_us=%u",
	       key, lat->nr, key, lat->nr_errors, key,
	       latency_permille(lat, 1000), key, latency_permille(lat, 990),
	       key, latency_permille(lat, 500));
	print_hist(key, lat);
}

void latency_free(struct latency *lat)
{
	free(lat->us);
	*lat = (struct latency){ 0 };
}
