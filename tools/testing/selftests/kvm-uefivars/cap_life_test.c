// SPDX-License-Identifier: GPL-2.0
/* KVM_CAP_UEFI_VARS: what ends first, several vCPUs, signals, slots and dirty logs. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cap_vm.h"

#define PIO	KVM_UEFIVARS_ATTACH_PIO
#define BACK	KVM_UEFIVARS_WRITE_BACK
#define THROUGH	KVM_UEFIVARS_WRITE_THROUGH

/* cap_start() without the mapping of the page, which holds the port as well. */
static struct cap_vm *start_unmapped(unsigned int nr_vcpus, uint32_t durability,
				     uint32_t wait_ms)
{
	struct cap_vm *c = cap_open(nr_vcpus, durability, wait_ms);

	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), 0);
	cap_begin(c, 0);
	cap_set_registers(c, 0);
	cap_run(c, 0);
	return c;
}

static void request_once(struct cap_vm *c, uint64_t status)
{
	struct cap_op *sts;

	put_set(cap_msg(c, 0), "Life", NV_BS_RT, "ding", 4);
	cap_begin(c, 0);
	sts = cap_request(c, 0);
	cap_run(c, 0);
	CHECK_EQ(sts->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(cap_msg(c, 0)), status);
}

static void sleep_ms(unsigned int ms)
{
	poll(NULL, 0, (int)ms);
}

static void port_closed_first(const void *data)
{
	struct cap_vm *c = start_unmapped(1, BACK, 0);
	struct cap_op *sts;

	(void)data;
	request_once(c, 0);
	CHECK(!close(c->port));
	CHECK_EQ(store_info(c->store).state, 0);
	cap_begin(c, 0);
	sts = cap_request(c, 0);
	cap_run(c, 0);
	/* As if there had never been anything. */
	CHECK_EQ(sts->data, 0x5a5a);
	CHECK_EQ(c->nr_mmio, 2);
	CHECK_EQ(store_info(c->store).nr_requests, 1);
	c->port = open_port(c->store);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), 0);
	cap_begin(c, 0);
	cap_set_registers(c, 0);
	cap_run(c, 0);
	request_once(c, 0);
	CHECK_EQ(c->nr_mmio, 2);
}

static void vm_closed_first(const void *data)
{
	struct cap_vm *c = start_unmapped(1, BACK, 0);

	(void)data;
	CHECK(!close(c->vm.fd));
	request_once(c, 0);
	c->vm.fd = -1;
	vmm_destroy(&c->vm);
	/* Only the port holds the VM now. */
	CHECK_EQ(port_info(c->port).transport, KVM_UEFIVARS_TRANSPORT_KVM);
	CHECK_EQ(reg_read(c->port, CAP_REG(BUFFER_SIZE), 4), 65536);
	/* Its memory is unmapped: that is an error, and no more. */
	reg_write(c->port, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_DMA_MM);
	CHECK_EQ(reg_read(c->port, CAP_REG(CMD_STS), 2),
		 KVM_UEFIVARS_STS_UNKNOWN);
	CHECK(!close(c->port));
	CHECK_EQ(store_info(c->store).state, 0);
}

/* The page comes and goes under a guest that does not stop asking. */
static void port_closed_under_way(const void *data)
{
	struct cap_vm *c = start_unmapped(1, BACK, 0);
	int i;

	(void)data;
	put_get(cap_msg(c, 0), "Life", 8);
	cap_begin(c, 0);
	for (i = 0; i < 600; i++)
		cap_request(c, 0);
	for (i = 0; i < 10; i++) {
		cap_spawn(c, 0);
		sleep_ms(5);
		CHECK(!close(c->port));
		sleep_ms(5);
		c->port = open_port(c->store);
		CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), 0);
		cap_join(c, 0);
	}
	CHECK(c->nr_mmio > 0);
	cap_begin(c, 0);
	cap_set_registers(c, 0);
	cap_run(c, 0);
	request_once(c, 0);
}

/* Attaching may have made changes of its own. */
static void acknowledge(int store)
{
	while (ack_all(store))
		;
}

static void wait_for_change(int store)
{
	struct pollfd p = { .fd = store, .events = POLLIN };

	CHECK_EQ(poll(&p, 1, (int)ktap_ms(10000)), 1);
}

/* @data: the VMM is killed by a signal, or leaves by itself. */
static void vmm_ends_in_request(const void *data)
{
	struct kvm_uefivars_open_port arg = { .size = sizeof(arg) };
	struct cap_vm *c = cap_open(0, THROUGH, 30000), *child;
	uint64_t begin;
	pid_t pid;

	close(c->port);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		child = cap_open(2, THROUGH, 30000);
		close(child->port);
		child->port = open_port(c->store);
		CHECK_EQ(cap_enable(child, child->port, CAP_BASE, 0), 0);
		acknowledge(c->store);
		put_set(cap_msg(child, 0), "Life", NV_BS_RT, "last", 4);
		cap_begin(child, 0);
		cap_set_registers(child, 0);
		cap_request(child, 0);
		/* The other one waits for the port, in KVM_RUN as well. */
		cap_begin(child, 1);
		cap_write(child, 1, CAP_REG(BUFFER_SIZE), 4, 4096);
		cap_spawn(child, 0);
		wait_for_change(c->store);
		cap_spawn(child, 1);
		sleep_ms(200);
		if (data)
			_exit(0);
		kill(getpid(), SIGKILL);
		pause();
	}
	wait_for_change(c->store);
	begin = now_ms();
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(now_ms() - begin < ktap_ms(5000));
	CHECK(events(c->store, POLLPRI));
	CHECK_EQ(store_info(c->store).state, 0);
	CHECK_EQ(call(c->store, KVM_UEFIVARS_OPEN_PORT, &arg), 0);
}

static void modules_stay(const void *data)
{
	struct cap_vm *c = start_unmapped(1, BACK, 0);
	int fd;

	(void)data;
	/* All that is left of ours is the port. */
	for (fd = 3; fd < 64; fd++)
		if (fd != c->port)
			close(fd);
	CHECK(syscall(SYS_delete_module, "kvm_uefivars", O_NONBLOCK));
	CHECK_EQ(errno, EWOULDBLOCK);
	CHECK(syscall(SYS_delete_module, "kvm", O_NONBLOCK));
	CHECK_EQ(errno, EWOULDBLOCK);
	CHECK_EQ(port_info(c->port).transport, KVM_UEFIVARS_TRANSPORT_KVM);
}

static void two_vcpus(const void *data)
{
	struct cap_vm *c = cap_start(2, BACK, 0, 0);
	struct cap_op *sts[2][200];
	const uint8_t *value;
	int v, i;

	(void)data;
	CHECK_EQ(var_set(c->store, "V0", NV_BS_RT, "zero", 4, 0), 0);
	CHECK_EQ(var_set(c->store, "V1", NV_BS_RT, "one!", 4, 0), 0);
	for (v = 0; v < 2; v++) {
		put_get(cap_msg(c, v), v ? "V1" : "V0", 8);
		cap_begin(c, v);
		for (i = 0; i < 200; i++) {
			cap_op(c, v, CAP_LOCK, 0, 0, 0);
			cap_set_registers(c, v);
			sts[v][i] = cap_request(c, v);
			cap_op(c, v, CAP_UNLOCK, 0, 0, 0);
		}
	}
	cap_spawn(c, 0);
	cap_spawn(c, 1);
	cap_join(c, 0);
	cap_join(c, 1);
	for (v = 0; v < 2; v++) {
		for (i = 0; i < 200; i++)
			CHECK_EQ(sts[v][i]->data, KVM_UEFIVARS_STS_SUCCESS);
		CHECK_EQ(reply_status(cap_msg(c, v)), 0);
		CHECK_EQ(reply_data(cap_msg(c, v), &value), 4);
		CHECK(!memcmp(value, v ? "one!" : "zero", 4));
	}
	CHECK_EQ(store_info(c->store).nr_requests, 400);
}

/* @data: flags. A guest without a lock harms itself only. */
static void vcpus_without_lock(const void *data)
{
	const uint64_t *flags = data;
	struct cap_vm *c = cap_start(4, BACK, 0, *flags);
	int v, i;

	for (v = 0; v < 4; v++) {
		put_get(cap_msg(c, v), "None", 8);
		cap_begin(c, v);
		for (i = 0; i < 150; i++) {
			cap_set_registers(c, v);
			cap_write(c, v, CAP_REG(PIO_DATA), 4, (uint64_t)i);
			cap_request(c, v);
			cap_read(c, v, CAP_REG(PIO_DATA), 8);
			cap_write(c, v, CAP_REG(CMD_STS), 2,
				  (uint64_t)(i % 5));
		}
	}
	for (v = 0; v < 4; v++)
		cap_spawn(c, v);
	for (v = 0; v < 4; v++)
		cap_join(c, v);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_RESET);
	cap_set_registers(c, 0);
	cap_run(c, 0);
	request_once(c, 0);
	CHECK_EQ(c->nr_mmio, 0);
}

static void on_signal(int sig)
{
	(void)sig;
}

/* Signals to this process, as often as it can bear. */
static void storm(unsigned int us)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct itimerval t = {
		.it_interval.tv_usec = us, .it_value.tv_usec = us,
	};

	sigaction(SIGALRM, &sa, NULL);
	CHECK(!setitimer(ITIMER_REAL, &t, NULL));
}

static void signals(const void *data)
{
	struct cap_vm *c = cap_start(1, BACK, 0, 0);
	struct cap_op *sts[500];
	int i;

	(void)data;
	put_get(cap_msg(c, 0), "None", 8);
	cap_begin(c, 0);
	for (i = 0; i < 500; i++)
		sts[i] = cap_request(c, 0);
	c->vm.vcpus[0].nr_returns = 0;
	storm(700);
	cap_run(c, 0);
	storm(0);
	for (i = 0; i < 500; i++)
		CHECK_EQ(sts[i]->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(cap_msg(c, 0)), KVM_UEFIVARS_EFI_ERROR(14));
	CHECK_EQ(store_info(c->store).nr_requests, 500);
	CHECK(c->vm.vcpus[0].nr_returns > 5);
}

/* A request is over when KVM_RUN returns, whatever made it return. */
static void signal_in_slow_request(const void *data)
{
	struct cap_vm *c = cap_start(1, THROUGH, 400, 0);
	uint64_t begin = now_ms();

	(void)data;
	storm(20000);
	put_set(cap_msg(c, 0), "Life", NV_BS_RT, "ding", 4);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_DMA_MM);
	c->vm.vcpus[0].run->immediate_exit = 0;
	CHECK(ioctl(c->vm.vcpus[0].fd, KVM_RUN, NULL));
	CHECK_EQ(errno, EINTR);
	storm(0);
	if (reply_status(cap_msg(c, 0)))
		CHECK(now_ms() - begin >= 390);
	cap_run(c, 0);
	CHECK_EQ(reply_status(cap_msg(c, 0)), KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(store_info(c->store).nr_requests, 1);
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static uint16_t page_status(const struct cap_vm *c)
{
	uint16_t *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, c->port, 0);

	CHECK(page != MAP_FAILED);
	return page[CAP_REG(CMD_STS) / 2];
}

/* vCPU 0 in a request that ends when its wait does. */
static void begin_slow(struct cap_vm *c)
{
	acknowledge(c->store);
	put_set(cap_msg(c, 0), "Life", NV_BS_RT, "ding", 4);
	cap_begin(c, 0);
	cap_request(c, 0);
	cap_spawn(c, 0);
	wait_for_change(c->store);
}

/* A vCPU that waits for the disk keeps nobody from changing memory slots. */
static void slots_change_quickly(const void *data)
{
	struct cap_vm *c = cap_start(1, THROUGH, 3000, 0);
	static _Alignas(4096) uint8_t more[4096];
	uint64_t begin, took, worst = 0;
	int i;

	(void)data;
	begin_slow(c);
	for (i = 0; i < 20; i++) {
		begin = now_us();
		CHECK_EQ(vmm_map(&c->vm, 9, 0, 0x10000000, 4096, more), 0);
		CHECK_EQ(vmm_map(&c->vm, 9, 0, 0x10000000, 0, NULL), 0);
		took = now_us() - begin;
		worst = took > worst ? took : worst;
	}
	/* All of it while the request was under way. */
	CHECK_EQ(page_status(c), KVM_UEFIVARS_STS_BUSY);
	printf("# a slot came and went within %llu us\n",
	       (unsigned long long)worst);
	CHECK(worst < ktap_ms(400) * 1000);
	cap_join(c, 0);
	CHECK_EQ(store_info(c->store).nr_requests, 1);
}

/* Reads answer at once; a write waits, and is done before the guest goes on. */
static void registers_beside_slow_request(const void *data)
{
	struct cap_vm *c = cap_start(2, THROUGH, 2000, PIO);
	struct cap_op *sts, *size, *fifo;
	uint64_t begin;

	(void)data;
	begin_slow(c);
	begin = now_ms();
	cap_begin(c, 1);
	sts = cap_read(c, 1, CAP_REG(CMD_STS), 2);
	size = cap_read(c, 1, CAP_REG(BUFFER_SIZE), 4);
	fifo = cap_read(c, 1, CAP_REG(PIO_DATA), 4);
	cap_run(c, 1);
	CHECK_EQ(sts->data, KVM_UEFIVARS_STS_BUSY);
	CHECK_EQ(size->data, 65536);
	CHECK_EQ(fifo->data, 0xffffffff);
	CHECK(now_ms() - begin < ktap_ms(1000));
	cap_begin(c, 1);
	cap_write(c, 1, CAP_REG(BUFFER_SIZE), 4, 4096);
	size = cap_read(c, 1, CAP_REG(BUFFER_SIZE), 4);
	cap_run(c, 1);
	CHECK_EQ(size->data, 4096);
	CHECK(now_ms() - begin >= 1500);
	cap_join(c, 0);
}

static _Atomic int is_over;

static void *ask(void *arg)
{
	while (!is_over)
		port_info(*(int *)arg);
	return NULL;
}

/* Commands of the VMM hold the port's lock; no word of a message is lost. */
static void pio_beside_commands(const void *data)
{
	struct cap_vm *c = cap_start(1, BACK, 0, PIO);
	static _Alignas(8) uint8_t msg[1024];
	pthread_t thread;
	uint8_t big[200];
	uint32_t len;
	int i;

	(void)data;
	memset(big, 7, sizeof(big));
	CHECK(!pthread_create(&thread, NULL, ask, &c->port));
	for (i = 0; i < 20; i++) {
		len = put_set(msg, "Life", NV_BS_RT, big, sizeof(big));
		cap_pio(c, msg, len);
		CHECK_EQ(reply_status(msg), 0);
	}
	is_over = 1;
	CHECK(!pthread_join(thread, NULL));
	CHECK_EQ(store_info(c->store).nr_requests, 20);
}

#define RAM_PAGES	(CAP_RAM_LEN / 4096)
#define MSG_PAGE	(CAP_MSG_ADDR(0) / 4096)

static bool log_has(const struct cap_vm *c, uint32_t page)
{
	uint64_t bitmap[RAM_PAGES / 64] = {};
	struct kvm_dirty_log log = { .dirty_bitmap = bitmap };

	CHECK(!ioctl(c->vm.fd, KVM_GET_DIRTY_LOG, &log));
	return bitmap[page / 64] >> page % 64 & 1;
}

static struct kvm_uefivars_dirty take_dirty(const struct cap_vm *c)
{
	struct kvm_uefivars_dirty d = { .size = sizeof(d) };

	CHECK_EQ(call(c->port, KVM_UEFIVARS_TAKE_DIRTY, &d), 0);
	return d;
}

/* @data: in a storm of signals. The test's own writes are in no log. */
static void dirty_log(const void *data)
{
	struct cap_vm *c = cap_start(1, BACK, 0, 0);
	static const uint8_t big[5000];
	uint64_t returns = 0;
	int i;

	CHECK_EQ(vmm_map(&c->vm, VMM_SLOT_RAM, KVM_MEM_LOG_DIRTY_PAGES, 0,
			 CAP_RAM_LEN, c->vm.ram), 0);
	cap_begin(c, 0);
	for (i = 0; i < 5; i++)
		cap_request(c, 0);
	if (data)
		storm(700);
	for (i = 0; i < (data ? 150 : 5); i++) {
		put_get(cap_msg(c, 0), "None", sizeof(big));
		log_has(c, MSG_PAGE);
		CHECK(!log_has(c, MSG_PAGE));
		CHECK(!log_has(c, MSG_PAGE + 1));
		c->vm.vcpus[0].nr_returns = 0;
		cap_run(c, 0);
		returns += c->vm.vcpus[0].nr_returns - 1;
		CHECK(log_has(c, MSG_PAGE));
		CHECK_EQ(reply_status(cap_msg(c, 0)),
			 KVM_UEFIVARS_EFI_ERROR(14));
	}
	storm(0);
	CHECK(!data || returns > 0);
	/* What is there fills the next page, too. */
	CHECK_EQ(var_set(c->store, "None", NV_BS_RT, big, sizeof(big), 0), 0);
	put_get(cap_msg(c, 0), "None", sizeof(big));
	cap_run(c, 0);
	CHECK(log_has(c, MSG_PAGE + 1));
	CHECK_EQ(reply_status(cap_msg(c, 0)), 0);
	CHECK_EQ(take_dirty(c).nr, 0);
}

#define RING_LEN	65536

/* Entries of the ring of vCPU 0, given back; is @page among them? */
static bool ring_has(const struct cap_vm *c, struct kvm_dirty_gfn *ring,
		     uint32_t *next, uint32_t page)
{
	bool found = false;
	struct kvm_dirty_gfn *g;

	for (;;) {
		g = &ring[*next % (RING_LEN / sizeof(*g))];
		if (!(__atomic_load_n(&g->flags, __ATOMIC_ACQUIRE) &
		      KVM_DIRTY_GFN_F_DIRTY))
			break;
		found |= g->offset == page && !g->slot;
		__atomic_store_n(&g->flags, KVM_DIRTY_GFN_F_RESET,
				 __ATOMIC_RELEASE);
		(*next)++;
	}
	CHECK(ioctl(c->vm.fd, KVM_RESET_DIRTY_RINGS) >= 0);
	return found;
}

/* A ring belongs to a vCPU: behind a signal TAKE_DIRTY has what it lacks. */
static void dirty_ring(const void *data)
{
	struct cap_vm *c = cap_open(0, BACK, 0);
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_DIRTY_LOG_RING, .args = { RING_LEN },
	};
	uint32_t next = 0, nr_ring = 0, nr_taken = 0;
	struct kvm_dirty_gfn *ring;
	struct kvm_uefivars_dirty d;
	int i;

	(void)data;
	if (ioctl(c->vm.fd, KVM_ENABLE_CAP, &cap))
		ktap_skip("this KVM has no dirty rings");
	CHECK(vmm_vcpu_create(&c->vm, CAP_IMAGE_ADDR, CAP_STACK_ADDR(0)));
	ring = mmap(NULL, RING_LEN, PROT_READ | PROT_WRITE, MAP_SHARED,
		    c->vm.vcpus[0].fd, KVM_DIRTY_LOG_PAGE_OFFSET * 4096);
	CHECK(ring != MAP_FAILED);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), 0);
	cap_begin(c, 0);
	cap_set_registers(c, 0);
	cap_run(c, 0);
	CHECK_EQ(vmm_map(&c->vm, VMM_SLOT_RAM, KVM_MEM_LOG_DIRTY_PAGES, 0,
			 CAP_RAM_LEN, c->vm.ram), 0);
	cap_begin(c, 0);
	cap_request(c, 0);
	for (i = 0; i < 300; i++) {
		if (i == 20)
			storm(500);
		put_get(cap_msg(c, 0), "None", 100);
		ring_has(c, ring, &next, 0);
		take_dirty(c);
		cap_run(c, 0);
		CHECK_EQ(reply_status(cap_msg(c, 0)),
			 KVM_UEFIVARS_EFI_ERROR(14));
		d = take_dirty(c);
		if (ring_has(c, ring, &next, MSG_PAGE)) {
			nr_ring++;
			continue;
		}
		CHECK(i >= 20);
		CHECK_EQ(d.nr, 1);
		CHECK_EQ(d.ranges[0].gpa, CAP_MSG_ADDR(0));
		nr_taken++;
	}
	storm(0);
	printf("# %u replies in the ring, %u in TAKE_DIRTY\n", nr_ring,
	       nr_taken);
	CHECK(nr_ring > 20);
}

int main(void)
{
	static const uint64_t dma = 0, pio = PIO;

#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(port_closed_first);
	ADD(vm_closed_first);
	ADD(port_closed_under_way);
	ktap_add(vmm_ends_in_request, NULL, "vmm_killed_in_request");
	ktap_add(vmm_ends_in_request, "", "vmm_exits_in_request");
	ADD(modules_stay);
	ADD(two_vcpus);
	ktap_add(vcpus_without_lock, &dma, "vcpus_without_lock");
	ktap_add(vcpus_without_lock, &pio, "vcpus_without_lock_pio");
	ADD(signals);
	ADD(signal_in_slow_request);
	ADD(slots_change_quickly);
	ADD(registers_beside_slow_request);
	ADD(pio_beside_commands);
	ktap_add(dirty_log, NULL, "dirty_log");
	ktap_add(dirty_log, "", "dirty_log_with_signals");
	ADD(dirty_ring);
	return ktap_run();
}
