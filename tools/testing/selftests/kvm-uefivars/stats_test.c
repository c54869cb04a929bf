// SPDX-License-Identifier: GPL-2.0
/* STORE_STATS: what is counted, and how long guests waited for the disk. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

/* A disk that is this slow, for one batch. */
struct disk {
	pthread_t thread;
	int store;
	unsigned int ms;
};

static void *disk_write(void *data)
{
	struct disk *d = data;
	struct pollfd pfd = { .fd = d->store, .events = POLLIN };

	CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(5000)), 1);
	usleep(d->ms * 1000);
	CHECK(ack_all(d->store));
	return NULL;
}

/* A write that waits for the disk. */
static void write_through(const struct guest *g, int store, unsigned int ms)
{
	struct disk d = { .store = store, .ms = ms };

	CHECK_EQ(pthread_create(&d.thread, NULL, disk_write, &d), 0);
	CHECK_EQ(guest_set(g, "V", NV_BS_RT, &ms, sizeof(ms)), 0);
	CHECK_EQ(pthread_join(d.thread, NULL), 0);
}

static struct guest start(int store)
{
	struct guest g = guest_start(store, -1);

	ack_all(store);
	return g;
}

static void zero_at_first(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	struct kvm_uefivars_store_stats want = { .size = sizeof(want) };
	struct kvm_uefivars_store_stats stats = store_stats(store);

	(void)data;
	CHECK(!memcmp(&stats, &want, sizeof(stats)));
}

static void changes_are_counted(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	struct guest g = start(store);
	uint64_t before = store_stats(store).nr_changes;

	(void)data;
	CHECK_EQ(guest_set(&g, "G", NV_BS_RT, "x", 1), 0);
	CHECK_EQ(var_set(store, "H", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(var_delete(store, "H"), 0);
	CHECK_EQ(store_stats(store).nr_changes - before, 3);
	/* None of these is logged. */
	CHECK_EQ(guest_set(&g, "Vol", BS_RT, "x", 1), 0);
	CHECK_EQ(guest_get(&g, "G", 8), 0);
	CHECK_EQ(var_set(store, "C", NV_BS_RT, "x", 1, KVM_UEFIVARS_VAR_CLEAN),
		 0);
	CHECK_EQ(store_stats(store).nr_changes - before, 3);
	CHECK_EQ(store_stats(store).nr_waits, 0);
}

static uint64_t histogram_sum(const struct kvm_uefivars_store_stats *s)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < KVM_UEFIVARS_LATENCY_STEPS; i++)
		sum += s->ack_latency[i];
	return sum;
}

static void wait_is_measured(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_THROUGH,
				 20000);
	struct guest g = start(store);
	struct kvm_uefivars_store_stats s;
	uint64_t start_ms = now_ms(), us = 1;
	int step = 0;

	(void)data;
	write_through(&g, store, 30);
	s = store_stats(store);
	CHECK_EQ(s.nr_waits, 1);
	CHECK(s.ack_us >= 30000);
	CHECK(s.ack_us <= (now_ms() - start_ms + 1) * 1000);
	CHECK_EQ(s.ack_us_max, s.ack_us);
	/* In the only step it can be in. */
	for (; us <= s.ack_us; us *= 2)
		step++;
	if (step >= KVM_UEFIVARS_LATENCY_STEPS)
		step = KVM_UEFIVARS_LATENCY_STEPS - 1;
	CHECK_EQ(s.ack_latency[step], 1);
	CHECK_EQ(histogram_sum(&s), 1);
}

static void waits_add_up(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_THROUGH,
				 20000);
	struct guest g = start(store);
	struct kvm_uefivars_store_stats first, s;

	(void)data;
	write_through(&g, store, 1000);
	first = store_stats(store);
	write_through(&g, store, 1);
	write_through(&g, store, 2);
	s = store_stats(store);
	CHECK_EQ(s.nr_waits, 3);
	CHECK_EQ(histogram_sum(&s), 3);
	CHECK(s.ack_us >= first.ack_us + 3000);
	CHECK(s.ack_us <= 3 * s.ack_us_max);
	CHECK(s.ack_us_max >= first.ack_us_max);
}

static void vain_waits_are_no_latency(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_THROUGH, 20);
	struct guest g = start(store);

	(void)data;
	CHECK_EQ(guest_set(&g, "V", NV_BS_RT, "x", 1),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(store_info(store).nr_timeouts, 1);
	CHECK_EQ(store_stats(store).nr_waits, 0);
	CHECK_EQ(store_stats(store).ack_us, 0);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(zero_at_first);
	ADD(changes_are_counted);
	ADD(wait_is_measured);
	ADD(waits_add_up);
	ADD(vain_waits_are_no_latency);
	return ktap_run();
}
