// SPDX-License-Identifier: GPL-2.0
/* The doorbell without KVM: write() to the eventfd rings as KVM would. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

/* A guest with a doorbell and the page it would read. */
struct belled {
	int store;
	int bell;
	struct guest g;
	volatile const uint16_t *status;
};

static struct belled start(uint32_t durability, uint32_t wait_ms)
{
	struct belled b = { .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	uint8_t *page;

	CHECK(b.bell >= 0);
	b.store = create_store(open_device(), durability, wait_ms);
	b.g = guest_start(b.store, b.bell);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, b.g.port, 0);
	CHECK(page != MAP_FAILED);
	b.status = (void *)(page + KVM_UEFIVARS_REG_CMD_STS);
	return b;
}

static void ring(int bell)
{
	CHECK_EQ(write(bell, &(uint64_t){ 1 }, 8), 8);
}

static void answers_before_write_returns(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);
	const uint8_t *value;
	int i;

	(void)data;
	put_set(b.g.mem, "Bell", NV_BS_RT, "ding", 4);
	ring(b.bell);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(b.g.mem), 0);
	for (i = 0; i < 1000; i++) {
		put_get(b.g.mem, "Bell", 8);
		ring(b.bell);
		CHECK_EQ(*b.status, KVM_UEFIVARS_STS_SUCCESS);
		CHECK_EQ(reply_data(b.g.mem, &value), 4);
		CHECK(!memcmp(value, "ding", 4));
	}
	CHECK_EQ(port_info(b.g.port).nr_doorbell, 1001);
	CHECK_EQ(port_info(b.g.port).nr_foreign, 0);
}

static void counter_is_taken(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);
	uint64_t count;

	(void)data;
	put_get(b.g.mem, "V", 8);
	ring(b.bell);
	CHECK(read(b.bell, &count, 8) < 0);
	CHECK_EQ(errno, EAGAIN);
}

static void status_shows_errors(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);

	(void)data;
	put_get(b.g.mem, "V", 8);
	((struct kvm_uefivars_mm_header *)b.g.mem)->message_len = 65536;
	ring(b.bell);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_BAD_SIZE);
	b.g.mem[0] ^= 1;
	((struct kvm_uefivars_mm_header *)b.g.mem)->message_len = 1;
	ring(b.bell);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_UNSUPPORTED);
	CHECK_EQ(set_memory(b.g.port, 0, 0, 0, NULL, 0), 0);
	ring(b.bell);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_UNKNOWN);
}

static void nothing_before_registers_are_set(const void *data)
{
	int bell = eventfd(0, 0);
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	int port = open_port(store);

	(void)data;
	ring(bell);
	attach(port, bell);
	/* A signal from before has no effect. */
	CHECK_EQ(port_info(port).nr_doorbell, 0);
	ring(bell);
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_CMD_STS, 2),
		 KVM_UEFIVARS_STS_BAD_SIZE);
	CHECK_EQ(store_info(store).nr_requests, 0);
}

static void semaphore_eventfd(const void *data)
{
	int bell = eventfd(5, EFD_SEMAPHORE);
	int port = open_port(create_store(open_device(), 0, 0));
	int i;

	(void)data;
	attach(port, bell);
	for (i = 0; i < 10; i++)
		ring(bell);
	CHECK_EQ(port_info(port).nr_doorbell, 10);
}

static void write_through_in_ringing_thread(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_THROUGH, 200);
	uint64_t begin = now_ms();

	(void)data;
	put_set(b.g.mem, "Bell", NV_BS_RT, "ding", 4);
	ring(b.bell);
	CHECK(now_ms() - begin >= 190);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(b.g.mem), KVM_UEFIVARS_EFI_DEVICE_ERROR);
}

/* Rung from another process: answered in its place, a little later. */
static void foreign_process(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);
	uint64_t begin = now_ms();
	pid_t pid;

	(void)data;
	put_get(b.g.mem, "V", 8);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		ring(b.bell);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &(int){ 0 }, 0), pid);
	while (!port_info(b.g.port).nr_foreign && now_ms() - begin < ktap_ms(5000))
		usleep(1000);
	CHECK_EQ(port_info(b.g.port).nr_foreign, 1);
	CHECK_EQ(port_info(b.g.port).nr_doorbell, 0);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(b.g.mem), KVM_UEFIVARS_EFI_NOT_FOUND);
}

static void foreign_after_vmm_died(const void *data)
{
	int bell = eventfd(0, 0), i;
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		guest_start(store, bell);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &(int){ 0 }, 0), pid);
	for (i = 0; i < 100; i++)
		ring(bell);
	CHECK_EQ(store_info(store).nr_requests, 0);
	CHECK(open_port(store) >= 0);
}

/* The VMM is gone but its port is held by somebody else. */
static void foreign_without_memory(const void *data)
{
	int bell = eventfd(0, 0), i;
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	int port = open_port(store);
	const uint8_t *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, port, 0);
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0 && page != MAP_FAILED);
	if (!pid) {
		attach(port, bell);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &(int){ 0 }, 0), pid);
	for (i = 0; i < 100; i++)
		ring(bell);
	usleep(100000);
	CHECK_EQ(*(volatile uint16_t *)(page + KVM_UEFIVARS_REG_CMD_STS),
		 KVM_UEFIVARS_STS_UNKNOWN);
	CHECK_EQ(store_info(store).nr_requests, 0);
}

static void eventfd_closed_by_vmm(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);
	int other = dup(b.bell);

	(void)data;
	close(b.bell);
	put_get(b.g.mem, "V", 8);
	ring(other);
	CHECK_EQ(reply_status(b.g.mem), KVM_UEFIVARS_EFI_NOT_FOUND);
	close(other);
	CHECK_EQ(port_info(b.g.port).nr_doorbell, 1);
}

static void port_closed_then_rung(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);

	(void)data;
	put_get(b.g.mem, "V", 8);
	CHECK(!munmap((void *)((uintptr_t)b.status & ~4095UL), 4096));
	close(b.g.port);
	ring(b.bell);
	CHECK_EQ(reply_status(b.g.mem), 0);
	CHECK_EQ(store_info(b.store).nr_requests, 0);
}

struct ringer {
	struct belled *b;
	pthread_t thread;
	int count;
};

static void *ringer_run(void *data)
{
	struct ringer *r = data;
	int i;

	for (i = 0; i < r->count; i++)
		ring(r->b->bell);
	return NULL;
}

/* vCPUs without a lock: garbage for them, no harm to anybody else. */
static void many_threads(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);
	struct ringer r[4];
	int i;

	(void)data;
	put_get(b.g.mem, "V", 8);
	for (i = 0; i < 4; i++) {
		r[i] = (struct ringer){ .b = &b, .count = 600 };
		CHECK(!pthread_create(&r[i].thread, NULL, ringer_run, &r[i]));
	}
	for (i = 0; i < 4; i++)
		CHECK(!pthread_join(r[i].thread, NULL));
	CHECK_EQ(port_info(b.g.port).nr_doorbell, 4 * 600);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(b.g.mem), KVM_UEFIVARS_EFI_NOT_FOUND);
}

/* One request waits for the disk, more follow than can be under way. */
static void more_than_can_be_under_way(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_THROUGH, 20000);
	struct kvm_uefivars_set_config write_back = {
		.size = sizeof(write_back),
		.config.durability = KVM_UEFIVARS_WRITE_BACK,
	};
	bool is_done[20] = { false };
	struct ringer r[20];
	int i, nr_done;

	(void)data;
	put_set(b.g.mem, "Bell", NV_BS_RT, "ding", 4);
	r[0] = (struct ringer){ .b = &b, .count = 1 };
	CHECK(!pthread_create(&r[0].thread, NULL, ringer_run, &r[0]));
	while (!store_info(b.store).nr_requests)
		usleep(1000);
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_BUSY);
	for (i = 1; i < 20; i++) {
		r[i] = (struct ringer){ .b = &b, .count = 1 };
		CHECK(!pthread_create(&r[i].thread, NULL, ringer_run, &r[i]));
	}
	/* Those that are too many are refused at once. */
	for (i = 0, nr_done = 0; nr_done < 20 - 4; i = (i + 1) % 20) {
		if (!is_done[i] && !pthread_tryjoin_np(r[i].thread, NULL)) {
			is_done[i] = true;
			nr_done++;
		}
		usleep(1000);
	}
	CHECK_EQ(*b.status, KVM_UEFIVARS_STS_UNKNOWN);
	CHECK_EQ(store_info(b.store).nr_requests, 1);
	/* The others need not wait as well. */
	CHECK_EQ(call(b.store, KVM_UEFIVARS_SET_CONFIG, &write_back), 0);
	CHECK(ack_all(b.store));
	for (i = 0; i < 20; i++)
		CHECK(is_done[i] || !pthread_join(r[i].thread, NULL));
	CHECK_EQ(port_info(b.g.port).nr_doorbell, 4);
	CHECK(*b.status != KVM_UEFIVARS_STS_BUSY);
}

static void killed_under_load(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	int round, i;

	(void)data;
	for (round = 0; round < 10; round++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid) {
			struct belled b = { .bell = eventfd(0, 0) };
			struct ringer r[4];

			b.g = guest_start(store, b.bell);
			put_get(b.g.mem, "V", 8);
			for (i = 0; i < 4; i++) {
				r[i] = (struct ringer){ &b, 0, 1 << 30 };
				pthread_create(&r[i].thread, NULL, ringer_run,
					       &r[i]);
			}
			pause();
		}
		while (store_info(store).nr_requests < 100U * (round + 1))
			usleep(1000);
		kill(pid, SIGKILL);
		CHECK_EQ(waitpid(pid, &(int){ 0 }, 0), pid);
		CHECK_EQ(store_info(store).state, 0);
	}
}

/* Slots come and go beside requests; each sees all of a slot or nothing. */
static void memory_changes_under_load(const void *data)
{
	struct belled b = start(KVM_UEFIVARS_WRITE_BACK, 0);
	struct ringer r = { .b = &b, .count = 2000 };
	int i;

	(void)data;
	put_get(b.g.mem, "V", 8);
	CHECK(!pthread_create(&r.thread, NULL, ringer_run, &r));
	for (i = 0; i < 200; i++) {
		CHECK_EQ(set_memory(b.g.port, 0, 0, 0, NULL, 0), 0);
		sched_yield();
		CHECK_EQ(set_memory(b.g.port, 0, GUEST_GPA, GUEST_LEN, b.g.mem,
				    0), 0);
	}
	CHECK(!pthread_join(r.thread, NULL));
	CHECK_EQ(port_info(b.g.port).nr_doorbell, 2000);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(answers_before_write_returns);
	ADD(counter_is_taken);
	ADD(status_shows_errors);
	ADD(nothing_before_registers_are_set);
	ADD(semaphore_eventfd);
	ADD(write_through_in_ringing_thread);
	ADD(foreign_process);
	ADD(foreign_after_vmm_died);
	ADD(foreign_without_memory);
	ADD(eventfd_closed_by_vmm);
	ADD(port_closed_then_rung);
	ADD(many_threads);
	ADD(more_than_can_be_under_way);
	ADD(killed_under_load);
	ADD(memory_changes_under_load);
	return ktap_run();
}
