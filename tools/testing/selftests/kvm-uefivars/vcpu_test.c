// SPDX-License-Identifier: GPL-2.0
/* Real vCPUs over each transport: many at once, signals, slow requests, memory that changes. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"

#define VCPUS		8
#define ROUNDS		30
/* Wait of a write that nobody acknowledges. */
#define WAIT_MS		600
/* What others may be held up meanwhile; with a lock of KVM held it would be all of it. */
#define CHURN_MS	300
#define SIGNAL_US	300

static void check_counters(const struct rig *r)
{
	struct kvm_uefivars_port_info i = port_info(r->port);

	switch (r->t->value) {
	case KVM_UEFIVARS_TRANSPORT_FORWARD:
		CHECK(i.nr_forwarded && !i.nr_doorbell && !i.nr_kvm);
		break;
	case KVM_UEFIVARS_TRANSPORT_DOORBELL:
		CHECK(i.nr_doorbell && !i.nr_kvm && !i.nr_foreign);
		break;
	default:
		CHECK(i.nr_kvm && !i.nr_forwarded && !i.nr_foreign);
	}
}

static void run_all(struct rig *r, uint32_t kind, uint32_t count)
{
	unsigned int i;

	for (i = 0; i < VCPUS; i++)
		rig_prepare(r, i, kind, count);
	for (i = 0; i < VCPUS; i++)
		rig_go(r, i);
	for (i = 0; i < VCPUS; i++)
		CHECK_EQ(rig_join(r, i), 0);
}

static void eight_vcpus_with_a_lock(const void *data)
{
	uint64_t before;
	struct rig r;
	unsigned int i;

	rig_start(&r, data, VCPUS, KVM_UEFIVARS_WRITE_BACK, 0);
	before = store_info(r.store).nr_requests;
	run_all(&r, RIG_LOCKED, ROUNDS);
	for (i = 0; i < VCPUS; i++) {
		rig_check_job(&r, i);
		CHECK_EQ(rig_job(&r, i)->done, ROUNDS);
	}
	/* No request was lost, none was made twice. */
	CHECK_EQ(store_info(r.store).nr_requests - before, VCPUS * ROUNDS * 2);
	check_counters(&r);
	rig_end(&r);
}

/* They spoil one another's messages; that is theirs, and nobody else's. */
static void eight_vcpus_without_a_lock(const void *data)
{
	struct rig r, other;
	unsigned int i, nr_success = 0;

	rig_start(&r, data, VCPUS, KVM_UEFIVARS_WRITE_BACK, 0);
	rig_start(&other, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	run_all(&r, RIG_UNLOCKED, ROUNDS);
	for (i = 0; i < VCPUS; i++) {
		CHECK_EQ(rig_job(&r, i)->done, ROUNDS);
		nr_success += rig_job(&r, i)->nr_success;
	}
	CHECK(nr_success > 0);
	rig_check_works(&r);
	rig_check_works(&other);
	rig_end(&other);
	rig_end(&r);
}

static void on_signal(int sig)
{
	(void)sig;
}

/* Signals the vCPU's thread for a while, and until enough of them came in between. */
static void signal_often(struct rig *r)
{
	struct timespec pause = { .tv_nsec = SIGNAL_US * 1000 };
	uint64_t begin = now_ms();

	while (now_ms() - begin < ktap_ms(500) ||
	       ((r->nr_eintr < 20 || rig_job(r, 0)->done < 20) &&
		now_ms() - begin < ktap_ms(20000))) {
		pthread_kill(r->vm.vcpus[0].thread, SIGUSR1);
		nanosleep(&pause, NULL);
	}
	rig_job(r, 0)->stop = 1;
}

static void signals_every_300_us(const void *data)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct rig r;

	CHECK(!sigaction(SIGUSR1, &sa, NULL));
	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	r.is_checked = true;
	rig_prepare(&r, 0, RIG_LOCKED, ~0U);
	rig_go(&r, 0);
	signal_often(&r);
	CHECK_EQ(rig_join(&r, 0), 0);
	rig_check_job(&r, 0);
	printf("# %lu times EINTR, %u rounds\n", r.nr_eintr,
	       rig_job(&r, 0)->done);
	CHECK(r.nr_eintr >= 20 && rig_job(&r, 0)->done >= 20);
	rig_end(&r);
}

static uint64_t end_slow_request(struct rig *r)
{
	CHECK_EQ(rig_join(r, 0), 0);
	CHECK_EQ(rig_job(r, 0)->status, KVM_UEFIVARS_STS_SUCCESS);
	return reply_status(r->vm.ram + RIG_MAILBOX_ADDR);
}

struct churn {
	uint64_t worst_ms;
	unsigned int nr;
};

/* One memory slot of KVM added and removed; how long the longest took. */
static void churn(struct rig *r, struct churn *c, void *hva)
{
	uint64_t start = now_ms(), took;

	CHECK_EQ(vmm_map(&r->vm, 5, 0, 0x40000000, 0x10000, hva), 0);
	CHECK_EQ(vmm_map(&r->vm, 5, 0, 0x40000000, 0, NULL), 0);
	took = now_ms() - start;
	if (took > c->worst_ms)
		c->worst_ms = took;
	c->nr++;
}

static void memory_slots_beside_slow_request(const void *data)
{
	void *hva = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t wait = (uint32_t)ktap_ms(WAIT_MS);
	struct churn c = { 0 };
	uint64_t start, took;
	struct rig r;

	CHECK(hva != MAP_FAILED);
	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_THROUGH, wait);
	start = now_ms();
	rig_begin_slow(&r);
	while (now_ms() - start < wait * 3 / 4)
		churn(&r, &c, hva);
	CHECK_EQ(store_info(r.store).nr_timeouts, 0);
	CHECK_EQ(end_slow_request(&r), KVM_UEFIVARS_EFI_DEVICE_ERROR);
	took = now_ms() - start;
	printf("# request %llu ms; %u slots meanwhile, worst %llu ms\n",
	       (unsigned long long)took, c.nr, (unsigned long long)c.worst_ms);
	CHECK(took >= wait * 9 / 10);
	CHECK(c.nr > 1 && c.worst_ms < ktap_ms(CHURN_MS));
	rig_check_works(&r);
	rig_end(&r);
}

/* The disk answers while a vCPU waits: it goes on at once. */
static void acknowledged_while_waiting(const void *data)
{
	uint64_t start;
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_THROUGH, 30000);
	rig_begin_slow(&r);
	usleep(50000);
	/* A forwarded access is its VMM's matter while it is under way. */
	if (r.t->value != KVM_UEFIVARS_TRANSPORT_FORWARD)
		CHECK_EQ(*(volatile uint16_t *)(r.status +
						KVM_UEFIVARS_REG_CMD_STS),
			 KVM_UEFIVARS_STS_BUSY);
	start = now_ms();
	CHECK(ack_all(r.store));
	CHECK_EQ(end_slow_request(&r), 0);
	CHECK(now_ms() - start < ktap_ms(2000));
	rig_end(&r);
}

/* A signal while the request is under way: it is finished first. */
static void signal_in_slow_request(const void *data)
{
	struct sigaction sa = { .sa_handler = on_signal };
	uint32_t wait = (uint32_t)ktap_ms(300);
	struct rig r;

	CHECK(!sigaction(SIGUSR1, &sa, NULL));
	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_THROUGH, wait);
	r.is_checked = true;
	rig_begin_slow(&r);
	pthread_kill(r.vm.vcpus[0].thread, SIGUSR1);
	CHECK_EQ(end_slow_request(&r), KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(store_info(r.store).nr_timeouts, 1);
	rig_end(&r);
}

int main(void)
{
#define ADD(fn) rig_add(fn, #fn)
	ADD(eight_vcpus_with_a_lock);
	ADD(eight_vcpus_without_a_lock);
	ADD(signals_every_300_us);
	ADD(memory_slots_beside_slow_request);
	ADD(acknowledged_while_waiting);
	ADD(signal_in_slow_request);
	return ktap_run();
}
