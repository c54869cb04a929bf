// SPDX-License-Identifier: GPL-2.0
/* Closing, killing, resetting and restoring in every order and under requests: each transport. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define PAGE		4096
/* Wait of a request that is raced with, where it has to end by itself. */
#define WAIT_MS		200
/* The longest there is, kvm_uefivars_info.wait_ms_max. */
#define WAIT_MS_MAX	30000
#define SOON_MS		3000
#define KILLS		6
#define RIVALS		4
#define RACES		10

static int write_through(uint64_t wait_ms)
{
	int dev = open_device();
	uint64_t ms = ktap_ms(wait_ms);
	int store;

	/* However slow the machine is, the module has a limit. */
	if (ms > WAIT_MS_MAX)
		ms = WAIT_MS_MAX;
	store = create_store(dev, KVM_UEFIVARS_WRITE_THROUGH, (uint32_t)ms);

	close(dev);
	return store;
}

static void start_slow(struct rig *r, const struct transport *t,
		       uint64_t wait_ms)
{
	rig_start_on(r, t, 1, write_through(wait_ms));
	rig_begin_slow(r);
}

/* A VM of another kind takes the store over, and it works. */
static void check_store_again(int store)
{
	struct rig r;

	rig_start_on(&r, &transports[0], 1, dup(store));
	rig_check_works(&r);
	rig_end(&r);
}

/* --- who holds what */

static void store_closed_while_attached(const void *data)
{
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg) };
	int dev = open_device();
	struct rig r;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	arg.id = store_info(r.store).id;
	close(r.store);
	close(r.dev);
	r.store = r.dev = -1;
	rig_check_works(&r);
	CHECK_EQ(call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &arg), 0);
	close(arg.fd);
	rig_end(&r);
	CHECK_EQ(call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &arg), -ENOENT);
}

static void drop_port(struct rig *r)
{
	close(r->port);
	r->port = -1;
}

static void drop_page(struct rig *r)
{
	CHECK(!munmap(r->status, PAGE));
	r->status = NULL;
}

static void drop_store(struct rig *r)
{
	close(r->store);
	r->store = -1;
}

/* The VM goes with the last of its descriptors. */
static void drop_vm(struct rig *r)
{
	close(r->vm.fd);
	r->vm.fd = -1;
	close(r->vm.vcpus[0].stats_fd);
	r->vm.vcpus[0].stats_fd = -1;
	close(r->vm.vcpus[0].fd);
	r->vm.vcpus[0].fd = -1;
}

#define STORE_DROP	2

static void drop_in_order(const struct transport *t, const unsigned int *order)
{
	static void (*const drops[])(struct rig *r) = {
		drop_port, drop_page, [STORE_DROP] = drop_store, drop_vm,
	};
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg) };
	unsigned int i;
	struct rig r;
	int dev;

	rig_start(&r, t, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	arg.id = store_info(r.store).id;
	dev = dup(r.dev);
	for (i = 0; i < 4; i++)
		drops[order[i]](&r);
	rig_end(&r);
	CHECK_EQ(call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &arg), -ENOENT);
	close(dev);
}

/* Every order; by forwarding and without the page only those that end with the store. */
static void closed_in_every_order(const void *data)
{
	const struct transport *t = data;
	bool is_plain = !t->has_page ||
			t->value == KVM_UEFIVARS_TRANSPORT_FORWARD;
	unsigned int a, b, c;

	for (a = 0; a < 4; a++)
		for (b = 0; b < 4; b++)
			for (c = 0; c < 4; c++) {
				unsigned int o[4] = { a, b, c, 6 - a - b - c };

				if (a == b || a == c || b == c)
					continue;
				if (!is_plain || o[3] == STORE_DROP)
					drop_in_order(t, o);
			}
}

/* The page shows what was last, or the VMM gets the access; no answer in either case. */
static void rings_after_port_is_closed(const void *data)
{
	volatile struct rig_job *j;
	struct rig r;
	int ret;

	rig_start(&r, data, 1, KVM_UEFIVARS_WRITE_BACK, 0);
	memcpy(r.vm.ram + RIG_MAILBOX_ADDR, r.vm.ram + RIG_MESSAGE_ADDR,
	       RIG_MESSAGE_LEN);
	if (r.t->has_page)
		CHECK_EQ(vmm_map(&r.vm, VMM_SLOT_STATUS, 0,
				 KVM_UEFIVARS_MMIO_BASE, 0, NULL), 0);
	drop_page(&r);
	drop_port(&r);
	CHECK_EQ(store_info(r.store).state, 0);
	j = rig_prepare(&r, 0, RIG_RING, 1);
	ret = rig_run(&r, 0);
	CHECK(ret == -ENXIO || ret == -EBADF);
	CHECK(j->status != KVM_UEFIVARS_STS_SUCCESS);
	CHECK(!memcmp(r.vm.ram + RIG_MAILBOX_ADDR, r.vm.ram + RIG_MESSAGE_ADDR,
		      j->len[0]));
	rig_end(&r);
}

/* --- while a request waits */

/* Ends by itself, whatever became of the VM's parts. */
static void join_soon(struct rig *r, uint64_t start)
{
	rig_join(r, 0);
	CHECK(now_ms() - start < ktap_ms(WAIT_MS + SOON_MS));
}

static void port_closed_in_request(const void *data)
{
	uint64_t start = now_ms();
	struct rig r;
	int store;

	start_slow(&r, data, WAIT_MS);
	store = dup(r.store);
	drop_page(&r);
	drop_port(&r);
	join_soon(&r, start);
	CHECK_EQ(store_info(store).state, 0);
	rig_end(&r);
	check_store_again(store);
}

static void port_number_reused_in_request(const void *data)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint64_t start = now_ms();
	struct rig r;

	start_slow(&r, data, WAIT_MS);
	/* The page still holds the port: the request has its answer. */
	CHECK_EQ(dup2(null, r.port), r.port);
	join_soon(&r, start);
	CHECK(store_info(r.store).state & KVM_UEFIVARS_STORE_ATTACHED);
	drop_page(&r);
	CHECK_EQ(store_info(r.store).state, 0);
	rig_end(&r);
}

static void vm_closed_in_request(const void *data)
{
	uint64_t start = now_ms();
	struct rig r;
	int store;

	start_slow(&r, data, WAIT_MS);
	store = dup(r.store);
	drop_vm(&r);
	drop_page(&r);
	drop_store(&r);
	drop_port(&r);
	join_soon(&r, start);
	rig_end(&r);
	check_store_again(store);
}

static void reset_in_request(const void *data)
{
	struct kvm_uefivars_machine_reset reset = { .size = sizeof(reset) };
	uint64_t start = now_ms();
	struct rig r;

	start_slow(&r, data, WAIT_MS);
	CHECK_EQ(call(r.port, KVM_UEFIVARS_MACHINE_RESET, &reset), 0);
	CHECK_EQ(rig_join(&r, 0), 0);
	CHECK(now_ms() - start < ktap_ms(WAIT_MS + SOON_MS));
	CHECK_EQ(port_info(r.port).nr_resets, 1);
	rig_check_works(&r);
	rig_end(&r);
}

static void saved_and_restored_in_request(const void *data)
{
	static uint8_t image[1 << 20];
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = KVM_UEFIVARS_STATE_VARIABLES,
		.data = (uintptr_t)image,
		.len = sizeof(image),
	};
	uint64_t start = now_ms();
	struct rig r;

	start_slow(&r, data, WAIT_MS);
	CHECK_EQ(call(r.store, KVM_UEFIVARS_SAVE_STATE, &arg), 0);
	CHECK_EQ(call(r.store, KVM_UEFIVARS_RESTORE_STATE, &arg), 0);
	CHECK_EQ(rig_join(&r, 0), 0);
	CHECK(now_ms() - start < ktap_ms(WAIT_MS + SOON_MS));
	/* What was under way is in the image, and in the store again. */
	CHECK(store_info(r.store).nr_nv > 0);
	rig_check_works(&r);
	rig_end(&r);
}

static void attached_again_in_request(const void *data)
{
	struct kvm_uefivars_attach arg = { .size = sizeof(arg), .eventfd = -1 };
	struct rig r;

	start_slow(&r, data, WAIT_MS);
	CHECK_EQ(call(r.port, KVM_UEFIVARS_ATTACH, &arg), -EBUSY);
	if (ioctl(r.vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_UEFI_VARS) > 0)
		CHECK_EQ(rig_enable_cap(&r, r.port, 0xfed00000, 0), -EBUSY);
	CHECK_EQ(rig_join(&r, 0), 0);
	rig_check_works(&r);
	rig_end(&r);
}

/* --- several who attach, and one port */

struct rival {
	pthread_t thread;
	struct rig *r;
	pthread_barrier_t *start;
	bool by_kvm;
	int ret;
};

static void *rival_attach(void *arg)
{
	struct kvm_uefivars_attach a = { .size = sizeof(a), .eventfd = -1 };
	struct rival *v = arg;

	pthread_barrier_wait(v->start);
	if (v->by_kvm)
		v->ret = rig_enable_cap(v->r, v->r->port,
					KVM_UEFIVARS_MMIO_BASE, 0);
	else
		v->ret = call(v->r->port, KVM_UEFIVARS_ATTACH, &a);
	return NULL;
}

/* Exactly one has it. */
static void attach_race(struct rig *r)
{
	pthread_barrier_t start;
	struct rival v[RIVALS];
	int i, nr_won = 0;

	CHECK(!pthread_barrier_init(&start, NULL, RIVALS));
	for (i = 0; i < RIVALS; i++) {
		v[i] = (struct rival){
			.r = r, .start = &start,
			.by_kvm = i % 2 &&
				  r->t->value == KVM_UEFIVARS_TRANSPORT_KVM,
		};
		CHECK(!pthread_create(&v[i].thread, NULL, rival_attach, &v[i]));
	}
	for (i = 0; i < RIVALS; i++) {
		CHECK(!pthread_join(v[i].thread, NULL));
		CHECK(!v[i].ret || v[i].ret == -EBUSY);
		nr_won += !v[i].ret;
	}
	CHECK_EQ(nr_won, 1);
	pthread_barrier_destroy(&start);
}

static void attached_by_many_at_once(const void *data)
{
	struct rig r;
	int i;

	rig_start_vm(&r, data, 1);
	r.store = create_store(r.dev, KVM_UEFIVARS_WRITE_BACK, 0);
	for (i = 0; i < RACES; i++) {
		r.port = open_port(r.store);
		attach_race(&r);
		close(r.port);
		/* Whoever it was, nothing of it is left. */
		CHECK_EQ(store_info(r.store).state, 0);
	}
	rig_attach(&r);
	rig_check_works(&r);
	rig_end(&r);
}

/* --- a VMM that is killed */

static void wait_for_port_closed(int store)
{
	struct pollfd pfd = { .fd = store, .events = POLLPRI };
	uint64_t until = now_ms() + ktap_ms(SOON_MS);

	while (store_info(store).state && now_ms() < until)
		poll(&pfd, 1, 100);
	CHECK_EQ(store_info(store).state, 0);
}

static void kill_now(pid_t pid, int store)
{
	uint64_t start = now_ms();

	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	wait_for_port_closed(store);
	CHECK(now_ms() - start < ktap_ms(SOON_MS));
}

static void killed_in_request(const void *data)
{
	int store = write_through(20000);
	uint32_t len = 0;
	struct rig r;
	pid_t pid;

	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		rig_start_on(&r, data, 1, store);
		rig_begin_slow(&r);
		pause();
	}
	while (var_get(store, "Slow0", NULL, &len) == -ENOENT)
		usleep(1000);
	kill_now(pid, store);
	/* The change stays, and is still to be made durable. */
	len = 0;
	CHECK_EQ(var_get(store, "Slow0", NULL, &len), -EMSGSIZE);
	CHECK(ack_all(store));
	check_store_again(store);
}

static void run_until_killed(const struct transport *t, int store)
{
	unsigned int i;
	struct rig r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	rig_start_on(&r, t, 3, store);
	for (i = 0; i < 3; i++) {
		rig_prepare(&r, i, RIG_LOCKED, ~0U);
		rig_go(&r, i);
	}
	pause();
}

static void killed_at_random(const void *data)
{
	int dev = open_device();
	int store = create_store(dev, KVM_UEFIVARS_WRITE_BACK, 0), i;

	srandom(1);
	for (i = 0; i < KILLS; i++) {
		uint64_t before = store_info(store).nr_requests;
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid)
			run_until_killed(data, store);
		while (store_info(store).nr_requests < before + 20)
			usleep(1000);
		usleep((useconds_t)random() % 20000);
		kill_now(pid, store);
	}
	check_store_again(store);
}

/* --- everything at once */

struct storm {
	struct rig r;
	_Atomic int stop;
	void *hva;
};

static void *storm_reset(void *arg)
{
	struct kvm_uefivars_machine_reset reset = { .size = sizeof(reset) };
	struct storm *s = arg;

	while (!s->stop) {
		call(s->r.port, KVM_UEFIVARS_MACHINE_RESET, &reset);
		usleep(1000);
	}
	return NULL;
}

static void *storm_state(void *arg)
{
	static uint8_t image[1 << 20];
	struct storm *s = arg;

	while (!s->stop) {
		struct kvm_uefivars_state a = {
			.size = sizeof(a),
			.flags = KVM_UEFIVARS_STATE_VARIABLES,
			.data = (uintptr_t)image,
			.len = sizeof(image),
		};

		CHECK_EQ(call(s->r.store, KVM_UEFIVARS_SAVE_STATE, &a), 0);
		CHECK_EQ(call(s->r.store, KVM_UEFIVARS_RESTORE_STATE, &a), 0);
		usleep(1000);
	}
	return NULL;
}

static void *storm_attach(void *arg)
{
	struct storm *s = arg;

	while (!s->stop) {
		struct kvm_uefivars_attach a = {
			.size = sizeof(a),
			.eventfd = eventfd(0, EFD_CLOEXEC),
		};

		CHECK(call(s->r.port, KVM_UEFIVARS_ATTACH, &a));
		CHECK(rig_enable_cap(&s->r, s->r.port, 0xfed00000, 0));
		close(a.eventfd);
		usleep(500);
	}
	return NULL;
}

static void *storm_memory(void *arg)
{
	struct storm *s = arg;

	while (!s->stop) {
		CHECK_EQ(vmm_map(&s->r.vm, 5, 0, 0x40000000, 0x10000, s->hva),
			 0);
		set_memory(s->r.port, 5, 0x40000000, 0x10000, s->hva, 0);
		set_memory(s->r.port, 5, 0x40000000, 0, NULL, 0);
		CHECK_EQ(vmm_map(&s->r.vm, 5, 0, 0x40000000, 0, NULL), 0);
		usleep(500);
	}
	return NULL;
}

static void *storm_ask(void *arg)
{
	struct kvm_uefivars_port_info info = { .size = sizeof(info) };
	struct kvm_uefivars_pause pause = { .size = sizeof(pause) };
	struct kvm_uefivars_dirty dirty;
	struct storm *s = arg;

	while (!s->stop) {
		dirty = (struct kvm_uefivars_dirty){ .size = sizeof(dirty) };
		call(s->r.port, KVM_UEFIVARS_PORT_INFO, &info);
		call(s->r.port, KVM_UEFIVARS_TAKE_DIRTY, &dirty);
		call(s->r.port, KVM_UEFIVARS_PAUSE, &pause);
		call(s->r.port, KVM_UEFIVARS_RESUME, &pause);
		if (s->r.bell >= 0)
			eventfd_write(s->r.bell, 1);
		usleep(500);
	}
	return NULL;
}

static void everything_at_once(const void *data)
{
	static void *(*const fns[])(void *arg) = {
		storm_reset, storm_state, storm_attach, storm_memory, storm_ask,
	};
	enum { NR = sizeof(fns) / sizeof(fns[0]) };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), store, i;
	pthread_t threads[NR];
	static struct storm s;

	s.hva = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(s.hva != MAP_FAILED && null >= 0);
	rig_start(&s.r, data, 2, KVM_UEFIVARS_WRITE_BACK, 0);
	store = dup(s.r.store);
	for (i = 0; i < 2; i++) {
		rig_prepare(&s.r, (unsigned int)i, RIG_UNLOCKED, ~0U);
		rig_go(&s.r, (unsigned int)i);
	}
	for (i = 0; i < NR; i++)
		CHECK(!pthread_create(&threads[i], NULL, fns[i], &s));
	usleep((useconds_t)ktap_ms(400) * 1000);
	/* The port's number is another file in the middle of it all. */
	CHECK_EQ(dup2(null, s.r.port), s.r.port);
	usleep(50000);
	s.stop = 1;
	for (i = 0; i < NR; i++)
		CHECK(!pthread_join(threads[i], NULL));
	for (i = 0; i < 2; i++)
		rig_job(&s.r, (unsigned int)i)->stop = 1;
	for (i = 0; i < 2; i++)
		rig_join(&s.r, (unsigned int)i);
	printf("# %u and %u requests\n", rig_job(&s.r, 0)->done,
	       rig_job(&s.r, 1)->done);
	rig_end(&s.r);
	wait_for_port_closed(store);
	check_store_again(store);
}

int main(void)
{
#define ADD(fn) rig_add(fn, #fn)
	ADD(store_closed_while_attached);
	ADD(closed_in_every_order);
	ADD(rings_after_port_is_closed);
	ADD(port_closed_in_request);
	ADD(port_number_reused_in_request);
	ADD(vm_closed_in_request);
	ADD(reset_in_request);
	ADD(saved_and_restored_in_request);
	ADD(attached_again_in_request);
	ADD(attached_by_many_at_once);
	ADD(killed_in_request);
	ADD(killed_at_random);
	ADD(everything_at_once);
	return ktap_run();
}
