// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into QEMU: takes the exits of the measuring guest that are for the
 * bench, and counts returns of KVM_RUN. QEMU sees neither.
 */

#include "ops.h"
#include "vmm.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Newer than Debian 12's headers; begins as struct kvm_userspace_memory_region. */
#define SET_USER_MEMORY_REGION2	_IOC(_IOC_WRITE, KVMIO, 0x49, 160)
#define SLOTS_MAX	64

typedef int ioctl_fn(int fd, unsigned long request, ...);

static struct {
	ioctl_fn *ioctl;
	struct kvm_userspace_memory_region slots[SLOTS_MAX];
	struct vmm_vcpu vcpu;
	struct bench_run run;
	int is_started;
} state = { .vcpu = { .fd = -1, .stats_fd = -1 } };

int ioctl(int fd, unsigned long request, ...)
	__attribute__((visibility("default")));

static _Noreturn void finish(int status)
{
	fflush(stdout);
	_exit(status);
}

static _Noreturn void die(const char *what, int error)
{
	printf("failed peer: %s: %s\n", what, strerror(error));
	finish(1);
}

/* Guest memory is in QEMU's hands: only what KVM was told says where. */
static void *guest_memory(uint64_t gpa, uint64_t len)
{
	const struct kvm_userspace_memory_region *s;
	size_t i;

	for (i = 0; i < SLOTS_MAX; i++) {
		s = &state.slots[i];
		if (gpa >= s->guest_phys_addr &&
		    gpa - s->guest_phys_addr < s->memory_size &&
		    len <= s->memory_size - (gpa - s->guest_phys_addr))
			return (uint8_t *)(uintptr_t)s->userspace_addr +
			       (gpa - s->guest_phys_addr);
	}
	die("no guest memory there", EFAULT);
}

static int read_counters(void *ctx, struct bench_counters *c)
{
	struct vmm_vcpu *v = ctx;
	int ret = vmm_vcpu_stat(v, "exits", &c->exits);

	if (!ret)
		ret = vmm_vcpu_stat(v, "irq_exits", &c->irqs);
	c->returns = v->nr_returns;
	return ret;
}

static const char *env(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		die(name, EINVAL);
	return value;
}

static void load_auth(void)
{
	uint8_t *to = guest_memory(BENCH_AUTH_ADDR, 4096);
	const char *path = env("KUV_BENCH_AUTH");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		die(path, errno);
	while ((n = read(fd, to, BENCH_RAM_LEN - BENCH_AUTH_ADDR)) > 0)
		to += n;
	close(fd);
}

/* The guest is there and waits for its first job. */
static void start(void)
{
	struct bench_run *r = &state.run;

	state.is_started = 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	load_auth();
	r->setup = env("KUV_BENCH_SETUP");
	r->wanted = getenv("KUV_BENCH_ONLY");
	r->nr_list = (unsigned int)atoi(env("KUV_BENCH_VARS"));
	r->flags = getenv("KUV_BENCH_PIO") ? BENCH_PIO : 0;
	r->is_filled = getenv("KUV_BENCH_FILLED") != NULL;
	r->job = guest_memory(BENCH_JOB_ADDR, BENCH_JOB_LEN);
	r->read = read_counters;
	r->ctx = &state.vcpu;
	if (bench_list(r, env("KUV_BENCH_LIST")))
		die("no such list", EINVAL);
	if (vmm_vcpu_stats_open(&state.vcpu))
		die("statistics", errno);
}

static void on_bench_exit(const struct kvm_run *run)
{
	uint32_t event;
	int ret;

	memcpy(&event, (const uint8_t *)run + run->io.data_offset,
	       sizeof(event));
	if (!state.is_started)
		start();
	ret = bench_event(&state.run, event);
	if (ret)
		finish(ret < 0);
}

static int is_bench_exit(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_IO && run->io.port == BENCH_PORT;
}

static int on_run(int fd, void *arg)
{
	struct vmm_vcpu *v = &state.vcpu;
	int ret;

	for (;;) {
		ret = state.ioctl(fd, KVM_RUN, arg);
		v->nr_returns++;
		if (ret || !is_bench_exit(v->run))
			return ret;
		on_bench_exit(v->run);
	}
}

static int on_create_vcpu(int fd, void *arg)
{
	int vcpu_fd = state.ioctl(fd, KVM_CREATE_VCPU, arg);
	long len = sysconf(_SC_PAGESIZE);

	if (vcpu_fd < 0)
		return vcpu_fd;
	if (state.vcpu.fd >= 0)
		die("a second vCPU", EBUSY);
	state.vcpu.fd = vcpu_fd;
	/* Exits to I/O ports have their data in the second page. */
	state.vcpu.run = mmap(NULL, 2 * (size_t)len, PROT_READ | PROT_WRITE,
			      MAP_SHARED, vcpu_fd, 0);
	if (state.vcpu.run == MAP_FAILED)
		die("exits of the vCPU", errno);
	return vcpu_fd;
}

/* Only the normal address space. */
static void note_slot(const struct kvm_userspace_memory_region *r)
{
	if (r->slot < SLOTS_MAX)
		state.slots[r->slot] = *r;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request == KVM_RUN)
		return on_run(fd, arg);
	if (!state.ioctl)
		*(void **)&state.ioctl = dlsym(RTLD_NEXT, "ioctl");
	switch (request) {
	case KVM_CREATE_VCPU:
		return on_create_vcpu(fd, arg);
	case KVM_SET_USER_MEMORY_REGION:
	case SET_USER_MEMORY_REGION2:
		note_slot(arg);
	}
	return state.ioctl(fd, request, arg);
}
