// SPDX-License-Identifier: GPL-2.0
/* A guest's changes are bounded, as the configuration of the moment says. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

static int new_store(uint32_t rate, uint32_t burst, uint32_t wait_ms)
{
	struct kvm_uefivars_config config = {
		.durability = KVM_UEFIVARS_WRITE_BACK,
		.wait_ms = wait_ms,
		.change_rate = rate,
		.change_burst = burst,
	};

	return create_store_with(open_device(), &config);
}

/* Milliseconds that this many changes take. */
static uint64_t change(const struct guest *g, uint32_t nr)
{
	uint64_t start = now_ms();

	for (; nr; nr--)
		CHECK_EQ(guest_set(g, "V", NV_BS_RT, &nr, sizeof(nr)), 0);
	return now_ms() - start;
}

static void defaults(const void *data)
{
	struct kvm_uefivars_config c = store_info(new_store(0, 0, 0)).config;

	(void)data;
	CHECK_EQ(c.change_rate, 500);
	CHECK_EQ(c.change_burst, 2000);
	c = store_info(new_store(KVM_UEFIVARS_UNLIMITED, 7, 0)).config;
	CHECK_EQ(c.change_rate, KVM_UEFIVARS_UNLIMITED);
	CHECK_EQ(c.change_burst, 7);
}

static void burst_is_free(const void *data)
{
	int store = new_store(1, 200, 0);
	struct guest g = guest_start(store, -1);

	(void)data;
	change(&g, 200);
	CHECK_EQ(store_stats(store).nr_throttled, 0);
	change(&g, 1);
	CHECK_EQ(store_stats(store).nr_throttled, 1);
}

static void hammer_gets_its_rate(const void *data)
{
	int store = new_store(100, 10, 0);
	struct guest g = guest_start(store, -1);
	struct kvm_uefivars_store_stats s;
	uint64_t ms = change(&g, 10 + 200);

	(void)data;
	s = store_stats(store);
	/* Never faster; and slower only by what an emulated host is late. */
	CHECK(ms >= 1990);
	CHECK(ms <= 10000);
	/* Who is woken late is held back less often. */
	CHECK(s.nr_throttled >= 10 && s.nr_throttled <= 200);
	CHECK(s.throttled_us > 0);
	CHECK(s.throttled_us <= (ms + 1) * 1000);
}

static void unlimited(const void *data)
{
	int store = new_store(KVM_UEFIVARS_UNLIMITED, 1, 0);
	struct guest g = guest_start(store, -1);

	(void)data;
	change(&g, 5000);
	CHECK_EQ(store_stats(store).nr_throttled, 0);
	CHECK_EQ(store_stats(store).throttled_us, 0);
}

/* What changes nothing on disk has no bound and takes no token. */
static void other_requests_are_free(const void *data)
{
	int store = new_store(1, 2, 0);
	struct guest g = guest_start(store, -1);
	int i;

	(void)data;
	for (i = 0; i < 500; i++) {
		CHECK_EQ(guest_set(&g, "Vol", BS_RT, &i, sizeof(i)), 0);
		CHECK_EQ(guest_get(&g, "Vol", 8), 0);
		CHECK_EQ(guest_get(&g, "Nix", 8), KVM_UEFIVARS_EFI_NOT_FOUND);
		CHECK_EQ(guest_set(&g, "Nix", NV_BS_RT, NULL, 0),
			 KVM_UEFIVARS_EFI_NOT_FOUND);
		CHECK_EQ(var_set(store, "Host", NV_BS_RT, &i, sizeof(i), 0), 0);
	}
	change(&g, 2);
	CHECK_EQ(store_stats(store).nr_throttled, 0);
}

static void held_at_most_wait_ms(const void *data)
{
	int store = new_store(1, 1, 50);
	struct guest g = guest_start(store, -1);
	uint64_t ms = change(&g, 1 + 10);

	(void)data;
	CHECK(ms >= 10 * 50 - 10);
	CHECK(ms <= 5000);
	CHECK_EQ(store_stats(store).nr_throttled, 10);
}

static void killed_while_held(const void *data)
{
	int store = new_store(1, 1, 30000);
	uint64_t start;
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		struct guest g = guest_start(store, -1);

		change(&g, 1000);
		_exit(1);
	}
	/* The end of one wait is the start of the next, of a second. */
	while (store_stats(store).nr_throttled < 1)
		usleep(5000);
	usleep(100000);
	start = now_ms();
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(now_ms() - start < ktap_ms(700));
}

/* One store's bound is nothing to another. */
static void neighbour_is_not_held(const void *data)
{
	int held = new_store(1, 1, 30000), store = new_store(0, 0, 0);
	struct guest g;
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		g = guest_start(held, -1);
		change(&g, 1000);
		_exit(1);
	}
	while (store_stats(held).nr_throttled < 1)
		usleep(5000);
	g = guest_start(store, -1);
	CHECK(change(&g, 100) < 1000);
	CHECK_EQ(store_stats(store).nr_throttled, 0);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

static void rate_changes_while_running(const void *data)
{
	int store = new_store(KVM_UEFIVARS_UNLIMITED, 1, 0);
	struct guest g = guest_start(store, -1);
	struct kvm_uefivars_config config = store_info(store).config;
	uint64_t nr;

	(void)data;
	change(&g, 100);
	config.change_rate = 10;
	configure(store, &config);
	CHECK(change(&g, 1 + 5) >= 490);
	nr = store_stats(store).nr_throttled;
	CHECK(nr >= 1 && nr <= 5);
	config.change_rate = KVM_UEFIVARS_UNLIMITED;
	configure(store, &config);
	change(&g, 1000);
	CHECK_EQ(store_stats(store).nr_throttled, nr);
	/* A larger burst counts at once, too. */
	config.change_rate = 1;
	config.change_burst = 100;
	configure(store, &config);
	change(&g, 90);
	CHECK_EQ(store_stats(store).nr_throttled, nr);
}

struct writer {
	pthread_t thread;
	struct guest g;
	uint64_t status;
};

static void *writer_run(void *data)
{
	struct writer *w = data;

	w->status = guest_set(&w->g, "V", NV_BS_RT, "x", 1);
	return NULL;
}

static void writer_start(struct writer *w, int store)
{
	struct pollfd pfd = { .fd = store, .events = POLLIN };

	CHECK_EQ(pthread_create(&w->thread, NULL, writer_run, w), 0);
	CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(5000)), 1);
	usleep(50000);
}

/* Who waits for the disk already goes on doing so; the next one does not. */
static void write_back_while_waiting(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_THROUGH,
				 20000);
	struct kvm_uefivars_config config = store_info(store).config;
	struct writer w = { .g = guest_start(store, -1), .status = 1 };

	(void)data;
	ack_all(store);
	writer_start(&w, store);
	config.durability = KVM_UEFIVARS_WRITE_BACK;
	configure(store, &config);
	CHECK_EQ(pthread_tryjoin_np(w.thread, NULL), EBUSY);
	CHECK(ack_all(store));
	CHECK_EQ(pthread_join(w.thread, NULL), 0);
	CHECK_EQ(w.status, 0);
	CHECK_EQ(store_stats(store).nr_waits, 1);
	change(&w.g, 1);
	CHECK_EQ(store_stats(store).nr_waits, 1);
	CHECK_EQ(store_info(store).nr_timeouts, 0);
}

static void write_through_from_now_on(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 50);
	struct kvm_uefivars_config config = store_info(store).config;
	struct guest g = guest_start(store, -1);

	(void)data;
	change(&g, 1);
	config.durability = KVM_UEFIVARS_WRITE_THROUGH;
	configure(store, &config);
	CHECK_EQ(guest_set(&g, "V", NV_BS_RT, "x", 1),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(store_info(store).nr_timeouts, 1);
}

static void *slow_disk(void *data)
{
	int store = *(int *)data, i;
	struct pollfd pfd = { .fd = store, .events = POLLIN };

	for (i = 0; i < 5; i++) {
		CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(20000)), 1);
		usleep(150000);
		CHECK(ack_all(store));
	}
	return NULL;
}

/* A disk that is slower than the rate is bound enough. */
static void wait_for_disk_counts(const void *data)
{
	struct kvm_uefivars_config config = {
		.wait_ms = 20000,
		.change_rate = 10,
		.change_burst = 1,
	};
	int store = create_store_with(open_device(), &config);
	struct guest g = guest_start(store, -1);
	pthread_t thread;

	(void)data;
	ack_all(store);
	CHECK_EQ(pthread_create(&thread, NULL, slow_disk, &store), 0);
	change(&g, 5);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(store_stats(store).nr_throttled, 0);
	CHECK_EQ(store_stats(store).nr_waits, 5);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(defaults);
	ADD(burst_is_free);
	ADD(hammer_gets_its_rate);
	ADD(unlimited);
	ADD(other_requests_are_free);
	ADD(held_at_most_wait_ms);
	ADD(killed_while_held);
	ADD(neighbour_is_not_held);
	ADD(rate_changes_while_running);
	ADD(write_back_while_waiting);
	ADD(write_through_from_now_on);
	ADD(wait_for_disk_counts);
	return ktap_run();
}
