// SPDX-License-Identifier: GPL-2.0
/*
 * A thousand VMMs and guests in one process, for run.sh: opens VMs through
 * vard-sync, attaches their ports without KVM, and writes variables as told by
 * commands on standard input. One line of NAME=VALUE answers each.
 */
#include <pthread.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "load.h"
#include "trouble.h"

/* Words of a command. */
#define WORDS_MAX	8

static struct fleet fleet;

static unsigned long number(const char *text)
{
	CHECK(text);
	return strtoul(text, NULL, 10);
}

static void print_times(uint64_t *us, int nr)
{
	struct latency lat = { 0 };
	uint64_t sum = 0;
	int i;

	lat.us = calloc((size_t)nr, sizeof(*lat.us));
	CHECK(lat.us);
	for (i = 0; i < nr; i++) {
		lat.us[lat.nr++] = (uint32_t)us[i];
		sum += us[i];
	}
	printf("open_us=%llu", (unsigned long long)sum);
	latency_print("open", &lat);
	latency_free(&lat);
}

/* open PREFIX COUNT TEMPLATE|- DURABILITY|-: opens and attaches. */
static void cmd_open(char **w)
{
	int from = fleet.nr, count = (int)number(w[2]), fd = -1;
	uint64_t *us = calloc((size_t)count, sizeof(*us));
	uint64_t start;

	CHECK(us && w[3] && w[4]);
	if (strcmp(w[3], "-"))
		fd = open(w[3], O_RDONLY | O_CLOEXEC);
	fleet_open(&fleet, w[1], count, fd, strcmp(w[4], "-") ? w[4] : NULL, us);
	print_times(us, count);
	start = now_us();
	fleet_attach(&fleet, from);
	printf(" attach_us=%llu\n", (unsigned long long)(now_us() - start));
	close(fd);
	free(us);
}

/* serve: each answers requests that need no disk. */
static void cmd_serve(char **w)
{
	int i, errors = 0;

	(void)w;
	for (i = 0; i < fleet.nr; i++) {
		const struct guest *g = &fleet.vms[i].g;

		errors += guest_set(g, "Volatile", BS_RT, "x", 1) != 0;
		errors += guest_get(g, "Volatile", 4096) != 0;
		errors += guest_set(g, "Volatile", BS_RT, NULL, 0) != 0;
	}
	printf("serve_errors=%d\n", errors);
}

/* data: what the stores of the fleet hold, by the module's account. */
static void cmd_data(char **w)
{
	uint64_t nv = 0, vol = 0, nr_nv = 0, timeouts = 0, pending = 0;
	int i, store;

	(void)w;
	for (i = 0; i < fleet.nr; i++) {
		struct kvm_uefivars_store_info info;

		store = fleet_store(&fleet.vms[i]);
		info = store_info(store);
		close(store);
		nv += info.nv_used;
		vol += info.volatile_used;
		nr_nv += info.nr_nv;
		timeouts += info.nr_timeouts;
		pending += info.seq - info.acked_seq;
	}
	printf("nv_used=%llu volatile_used=%llu nr_nv=%llu timeouts=%llu pending=%llu\n",
	       (unsigned long long)nv, (unsigned long long)vol,
	       (unsigned long long)nr_nv, (unsigned long long)timeouts,
	       (unsigned long long)pending);
}

static void finish(const char *key, struct load *load, uint64_t start)
{
	struct latency all = { 0 };
	size_t fewest = SIZE_MAX;
	uint64_t took;
	int i;

	load_join(load);
	took = now_us() - start;
	for (i = 0; i < load->nr; i++) {
		if (load->latency[i].nr < fewest)
			fewest = load->latency[i].nr;
		latency_add(&all, &load->latency[i]);
		latency_free(&load->latency[i]);
	}
	free(load->latency);
	printf(" %s_us=%llu %s_fewest=%zu", key, (unsigned long long)took, key,
	       load->nr ? fewest : 0);
	latency_print(key, &all);
	latency_free(&all);
}

/* storm ROUNDS: all write at once. */
static void cmd_storm(char **w)
{
	struct load load = { .vms = fleet.vms, .nr = fleet.nr,
			     .rounds = (unsigned int)number(w[1]) };
	pthread_barrier_t gate;
	uint64_t start;

	CHECK(!pthread_barrier_init(&gate, NULL, (unsigned int)fleet.nr + 1));
	load.gate = &gate;
	load_start(&load);
	start = now_us();
	pthread_barrier_wait(&gate);
	finish("storm", &load, start);
	printf("\n");
	pthread_barrier_destroy(&gate);
}

/* serial WRITES: so many in all, one after the other. */
static void cmd_serial(char **w)
{
	unsigned long i, count = number(w[1]);
	struct latency lat = { 0 };
	uint64_t start = now_us();

	for (i = 0; i < count; i++)
		load_write(&fleet.vms[i % (unsigned long)fleet.nr], false, &lat);
	printf("serial_us=%llu", (unsigned long long)(now_us() - start));
	latency_print("serial", &lat);
	printf("\n");
	latency_free(&lat);
}

/*
 * fair SECONDS WRITERS HAMMERS: the first WRITERS VMs write now and then, the last
 * HAMMERS VMs all the time.
 */
static void cmd_fair(char **w)
{
	int nr_hammers = (int)number(w[3]);
	/* On a real host they have CPUs of their own, which vard-sync does not need. */
	struct load hammers = { .vms = fleet.vms + fleet.nr - nr_hammers,
				.nr = nr_hammers, .is_wide = true, .nice = 10 };
	struct load writers = { .vms = fleet.vms, .nr = (int)number(w[2]),
				.pause_us = 200000 };
	pthread_barrier_t gate;
	uint64_t start;

	CHECK(hammers.nr + writers.nr <= fleet.nr);
	CHECK(!pthread_barrier_init(&gate, NULL, (unsigned int)
				    (hammers.nr + writers.nr + 1)));
	hammers.gate = writers.gate = &gate;
	load_start(&hammers);
	load_start(&writers);
	start = now_us();
	pthread_barrier_wait(&gate);
	sleep((unsigned int)number(w[1]));
	writers.stop = hammers.stop = true;
	finish("writers", &writers, start);
	finish("hammers", &hammers, start);
	printf("\n");
	pthread_barrier_destroy(&gate);
}

/* rate COUNT RATE: the last COUNT VMs may change so much, "-" without a bound. */
static void cmd_rate(char **w)
{
	int i, store, count = (int)number(w[1]);

	CHECK(w[2] && count <= fleet.nr);
	for (i = fleet.nr - count; i < fleet.nr; i++) {
		struct kvm_uefivars_set_config arg = { .size = sizeof(arg) };

		store = fleet_store(&fleet.vms[i]);
		arg.config = store_info(store).config;
		arg.config.change_rate = strcmp(w[2], "-") ?
			(uint32_t)number(w[2]) : KVM_UEFIVARS_UNLIMITED;
		arg.config.change_burst = 0;
		CHECK_EQ(call(store, KVM_UEFIVARS_SET_CONFIG, &arg), 0);
		close(store);
	}
	printf("rated=%d\n", count);
}

/* stats FROM: what the module counted for VM FROM and later, since they were made. */
static void cmd_stats(char **w)
{
	uint64_t steps[KVM_UEFIVARS_LATENCY_STEPS] = { 0 };
	struct kvm_uefivars_store_stats sum = { 0 };
	int i, j;

	for (i = (int)number(w[1]); i < fleet.nr; i++) {
		struct kvm_uefivars_store_stats s = { .size = sizeof(s) };
		int store = fleet_store(&fleet.vms[i]);

		CHECK_EQ(call(store, KVM_UEFIVARS_STORE_STATS, &s), 0);
		close(store);
		sum.nr_changes += s.nr_changes;
		sum.nr_throttled += s.nr_throttled;
		sum.throttled_us += s.throttled_us;
		sum.nr_waits += s.nr_waits;
		sum.ack_us += s.ack_us;
		if (s.ack_us_max > sum.ack_us_max)
			sum.ack_us_max = s.ack_us_max;
		for (j = 0; j < KVM_UEFIVARS_LATENCY_STEPS; j++)
			steps[j] += s.ack_latency[j];
	}
	printf("changes=%llu throttled=%llu throttled_us=%llu waits=%llu waited_us=%llu worst_wait_us=%llu wait_hist=",
	       (unsigned long long)sum.nr_changes,
	       (unsigned long long)sum.nr_throttled,
	       (unsigned long long)sum.throttled_us,
	       (unsigned long long)sum.nr_waits,
	       (unsigned long long)sum.ack_us,
	       (unsigned long long)sum.ack_us_max);
	for (j = 0; j < KVM_UEFIVARS_LATENCY_STEPS; j++)
		if (steps[j])
			printf("%llu:%llu,", 1ULL << j,
			       (unsigned long long)steps[j]);
	printf("\n");
}

/* acked FILE: what each VM knows to be on disk, "VM NUMBER" a line. */
static void cmd_acked(char **w)
{
	FILE *f = fopen(w[1], "w");
	int i;

	CHECK(f);
	for (i = 0; i < fleet.nr; i++)
		fprintf(f, "%s %08u\n", fleet.vms[i].name, fleet.vms[i].acked);
	CHECK(!fclose(f));
	printf("acked=%d\n", fleet.nr);
}

/* probe; clients COUNT REFUSED; deaf COUNT CALLS; hang-up: see trouble.h. */
static void cmd_probe(char **w)
{
	(void)w;
	trouble_probe(&fleet);
}

static void cmd_clients(char **w)
{
	trouble_clients(&fleet, (int)number(w[1]), (int)number(w[2]));
}

static void cmd_deaf(char **w)
{
	trouble_deaf(&fleet, (int)number(w[1]), (int)number(w[2]));
}

static void cmd_hang_up(char **w)
{
	(void)w;
	trouble_end();
}

static const struct {
	const char *name;
	void (*fn)(char **words);
} commands[] = {
	{ "open", cmd_open },	{ "serve", cmd_serve }, { "data", cmd_data },
	{ "storm", cmd_storm }, { "serial", cmd_serial }, { "fair", cmd_fair },
	{ "rate", cmd_rate },	{ "stats", cmd_stats }, { "acked", cmd_acked },
	{ "probe", cmd_probe },	{ "clients", cmd_clients }, { "deaf", cmd_deaf },
	{ "hang-up", cmd_hang_up },
};

static void run(char *line)
{
	char *w[WORDS_MAX + 1] = { NULL };
	size_t i;
	int n = 0;

	for (char *p = strtok(line, " \n"); p && n < WORDS_MAX;
	     p = strtok(NULL, " \n"))
		w[n++] = p;
	for (i = 0; n && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, w[0])) {
			commands[i].fn(w);
			return;
		}
	printf("unknown_command=1\n");
}

int main(int argc, char **argv)
{
	struct rlimit lim;
	char line[1024];

	if (argc != 2) {
		fprintf(stderr, "usage: storm SOCKET\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	CHECK(!getrlimit(RLIMIT_NOFILE, &lim));
	lim.rlim_cur = lim.rlim_max;
	CHECK(!setrlimit(RLIMIT_NOFILE, &lim));
	fleet_init(&fleet, argv[1]);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n"))
		run(line);
	return 0;
}
