// SPDX-License-Identifier: GPL-2.0-or-later
// libkuv-preload.so: attaches a port to the VM of an unmodified QEMU, by watching its ioctls.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dirty.h"
#include "hold.h"
#include "libkuv.h"
#include "preload.h"
#include "qemu.h"
#include "reset.h"

/* Newer than Debian 12's headers; begins as struct kvm_userspace_memory_region. */
#define SET_USER_MEMORY_REGION2	_IOC(_IOC_WRITE, KVMIO, 0x49, 160)
#define MEM_GUEST_MEMFD		(1U << 2)

typedef int ioctl_fn(int fd, unsigned long request, ...);

/* One vCPU. Made once, never freed: QEMU keeps the descriptor of a vCPU. */
struct vcpu {
	struct vcpu *next;
	int fd;
	struct kvm_run *run;
	/* vCPU 0 only. */
	bool is_first;
	bool needs_reset;
	struct kuv_reset reset;
};

static struct {
	/* What kuv-run handed down; -1 once it is used, or if it is not there. */
	_Atomic int port_fd;
	bool is_verbose;
	/* Set once, before the first vCPU is made. */
	struct libkuv_port *port;
	_Atomic int vm_fd;
	size_t run_len;
	struct kuv_hold hold;
	struct kuv_dirty dirty;
	/* Grows at the head only. */
	struct vcpu *_Atomic vcpus;
	atomic_flag has_complained;
} state = { .port_fd = -1, .vm_fd = -1, .has_complained = ATOMIC_FLAG_INIT };

static ioctl_fn *real_ioctl;
/* The ioctls of libkuv itself go straight on. */
static _Thread_local bool is_inside;
static _Thread_local struct vcpu *this_vcpu;

/* A VM without its variables must not run. */
static _Noreturn void die(const char *what, int err)
{
	fprintf(stderr, "kuv-run: %s: %s\n", what, strerror(-err));
	_exit(1);
}

static ioctl_fn *find_ioctl(void)
{
	if (!real_ioctl)
		*(void **)&real_ioctl = dlsym(RTLD_NEXT, "ioctl");
	if (!real_ioctl)
		die("no ioctl in the C library", -ENOSYS);
	return real_ioctl;
}

/* env_number() - a number from the environment, or @otherwise */
static uint64_t env_number(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);
	char *end;
	uint64_t v;

	if (!s || !*s)
		return otherwise;
	errno = 0;
	v = strtoull(s, &end, 0);
	if (*end || errno)
		die(name, -EINVAL);
	return v;
}

static void set_cloexec(int fd)
{
	if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		die("descriptor from kuv-run", -errno);
}

/* is_this_library() - whether an LD_PRELOAD entry of @len bytes is this file */
static bool is_this_library(const char *entry, size_t len)
{
	size_t n = strlen(KUV_PRELOAD_NAME);

	return len >= n && !memcmp(entry + len - n, KUV_PRELOAD_NAME, n) &&
	       (len == n || entry[len - n - 1] == '/');
}

/* Leaves in LD_PRELOAD what the user had there. */
static void clean_ld_preload(void)
{
	const char *old = getenv("LD_PRELOAD");
	size_t len, at = 0;
	char *rest;

	if (!old)
		return;
	rest = calloc(1, strlen(old) + 2);
	if (!rest)
		die("LD_PRELOAD", -ENOMEM);
	for (; *old; old += len, old += strspn(old, ": ")) {
		len = strcspn(old, ": ");
		if (is_this_library(old, len))
			continue;
		if (at)
			rest[at++] = ':';
		memcpy(rest + at, old, len);
		at += len;
	}
	if (*rest)
		setenv("LD_PRELOAD", rest, 1);
	else
		unsetenv("LD_PRELOAD");
	free(rest);
}

/*
 * Takes what kuv-run handed down out of reach of QEMU's own children. Not
 * before QEMU makes its VM: until then this may be a program that runs QEMU.
 */
static void clean_environment(void)
{
	set_cloexec((int)env_number(KUV_ENV_INFO_FD, (uint64_t)-1));
	unsetenv(KUV_ENV_INFO_FD);
	unsetenv(KUV_ENV_PORT_FD);
	unsetenv(KUV_ENV_BASE);
	unsetenv(KUV_ENV_ATTACH);
	unsetenv(KUV_ENV_VM);
	unsetenv(KUV_ENV_INCOMING);
	unsetenv(KUV_ENV_VERBOSE);
	clean_ld_preload();
}

__attribute__((constructor)) static void preload_init(void)
{
	find_ioctl();
	state.port_fd = (int)env_number(KUV_ENV_PORT_FD, (uint64_t)-1);
	state.is_verbose = env_number(KUV_ENV_VERBOSE, 0) != 0;
}

/* What the VM did, for those who asked. */
__attribute__((destructor)) static void preload_exit(void)
{
	struct kvm_uefivars_port_info info = { .size = sizeof(info) };

	if (!state.port || !state.is_verbose)
		return;
	if (libkuv_port_info(state.port, &info) < 0)
		return;
	fprintf(stderr,
		"kuv-run: cap %llu doorbell %llu foreign %llu forwarded %llu resets %llu\n",
		(unsigned long long)info.nr_kvm,
		(unsigned long long)info.nr_doorbell,
		(unsigned long long)info.nr_foreign,
		(unsigned long long)info.nr_forwarded,
		(unsigned long long)info.nr_resets);
}

/* The machine woke: what was put to the vCPUs before was no reset. */
static void on_wakeup(void)
{
	for (struct vcpu *v = state.vcpus; v; v = v->next)
		if (v->is_first)
			kuv_reset_note_wakeup(&v->reset);
	if (state.is_verbose)
		fprintf(stderr, "kuv-run: machine woke\n");
}

static void on_ran(bool is_running)
{
	is_inside = true;
	kuv_hold_set_running(&state.hold, is_running);
	is_inside = false;
}

static void on_departed(void)
{
	is_inside = true;
	kuv_hold_departed(&state.hold);
	is_inside = false;
}

/* Makes QEMU say when the machine wakes, see reset.h, and when it moves. */
static void watch_qemu(void)
{
	static const struct kuv_qemu_events events = {
		.woke = on_wakeup,
		.ran = on_ran,
		.departed = on_departed,
	};

	if (!kuv_qemu_watch_wakeup(&events))
		fprintf(stderr,
			"kuv-run: this QEMU does not tell when a machine wakes from sleep: the guest's operating system can make it look like a reset, and get at variables as firmware does\n");
	if (!kuv_qemu_watch_moves(&events))
		fprintf(stderr,
			"kuv-run: this QEMU does not tell when a machine is stopped or migrated: the VM cannot be moved away from this host\n");
}

/* No vCPU runs yet; before the first one does, it asks whether it may. */
static void begin_held(const char *vm, bool is_incoming)
{
	state.hold.port = state.port;
	state.hold.vm = vm;
	state.hold.is_verbose = state.is_verbose;
	state.hold.is_incoming = is_incoming;
	is_inside = true;
	kuv_hold_pause(&state.hold, 0);
	is_inside = false;
}

/* copy_name() - name of the VM, before the environment is cleaned */
static char *copy_name(void)
{
	const char *name = getenv(KUV_ENV_VM);
	char *copy = strdup(name ? name : "?");

	if (!copy)
		die("name of the VM", -ENOMEM);
	return copy;
}

/* die_unattached() - the VM cannot have what kuv-run was told to use */
static _Noreturn void die_unattached(uint32_t flags, int err)
{
	if (err == -EOPNOTSUPP && flags & LIBKUV_ATTACH_KVM_ONLY)
		die("this VM does not have KVM_CAP_UEFI_VARS: use --attach doorbell",
		    err);
	if (err == -EOPNOTSUPP)
		die("this VM cannot have a doorbell, it has no read-only memory or no ioeventfd: use --attach forward",
		    err);
	die("cannot attach the variables to the VM", err);
}

/* What happened, for those who asked. */
static void say_attached(uint64_t base, uint32_t flags)
{
	int transport = libkuv_port_transport(state.port);

	if (state.is_verbose)
		fprintf(stderr, "kuv-run: attached at 0x%llx by %s%s\n",
			(unsigned long long)base,
			libkuv_transport_name(transport),
			flags & LIBKUV_ATTACH_PIO ? ", PIO" : "");
}

static void attach(int kvm_fd, int vm_fd, int port_fd)
{
	uint64_t base = env_number(KUV_ENV_BASE, KVM_UEFIVARS_MMIO_BASE);
	uint32_t flags = (uint32_t)env_number(KUV_ENV_ATTACH, 0);
	bool is_incoming = env_number(KUV_ENV_INCOMING, 0) != 0;
	char *vm = copy_name();
	int len, ret;

	len = real_ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (len < 0)
		die("KVM_GET_VCPU_MMAP_SIZE", -errno);
	state.run_len = (size_t)len;
	set_cloexec(port_fd);
	clean_environment();
	is_inside = true;
	ret = libkuv_port_attach(&state.port, port_fd, vm_fd, base, flags);
	is_inside = false;
	if (ret < 0)
		die_unattached(flags, ret);
	state.vm_fd = vm_fd;
	begin_held(vm, is_incoming);
	watch_qemu();
	say_attached(base, flags);
}

static int on_create_vm(int fd, void *arg)
{
	int vm_fd = real_ioctl(fd, KVM_CREATE_VM, arg);
	int port_fd;

	if (vm_fd < 0)
		return vm_fd;
	port_fd = atomic_exchange(&state.port_fd, -1);
	if (port_fd >= 0)
		attach(fd, vm_fd, port_fd);
	return vm_fd;
}

/* Says once that something could not be done which the VM survives. */
static void complain(const char *what, uint64_t at, int err)
{
	if (!atomic_flag_test_and_set(&state.has_complained))
		fprintf(stderr, "kuv-run: %s at 0x%llx: %s\n", what,
			(unsigned long long)at, strerror(-err));
}

static void mirror(const struct kvm_userspace_memory_region *region)
{
	uint32_t flags = 0;
	int ret;

	if (region->flags & KVM_MEM_READONLY)
		flags = KVM_UEFIVARS_MEM_READONLY;
	kuv_dirty_set_slot(&state.dirty, region->slot, region->guest_phys_addr,
			   region->memory_size);
	is_inside = true;
	ret = libkuv_port_set_memory(state.port, region->slot, flags,
				     region->guest_phys_addr,
				     region->memory_size,
				     (void *)(uintptr_t)region->userspace_addr);
	is_inside = false;
	if (ret < 0)
		complain("variables cannot be passed through guest memory",
			 region->guest_phys_addr, ret);
}

/* Only the normal address space: firmware's buffer is not in SMRAM. */
static int on_set_memory(int fd, unsigned long request, void *arg)
{
	const struct kvm_userspace_memory_region *region = arg;
	int ret;

	if (region->slot >> 16 || region->flags & MEM_GUEST_MEMFD)
		return real_ioctl(fd, request, arg);
	if (!region->memory_size)
		mirror(region);
	ret = real_ioctl(fd, request, arg);
	if (!ret && region->memory_size)
		mirror(region);
	return ret;
}

/*
 * Adds what KVM did not see. QEMU joins each log with its own before it sends
 * a page, also where it clears KVM's by a call of its own (KVM_CLEAR_DIRTY_LOG).
 */
static int on_get_dirty_log(int fd, void *arg)
{
	struct kvm_uefivars_dirty taken = { .size = sizeof(taken) };
	const struct kvm_dirty_log *log = arg;
	int err, ret;

	ret = real_ioctl(fd, KVM_GET_DIRTY_LOG, arg);
	if (ret < 0 || log->slot >> 16)
		return ret;
	is_inside = true;
	err = libkuv_port_take_dirty(state.port, &taken);
	is_inside = false;
	if (err < 0)
		complain("log of dirty memory is incomplete, the VM cannot be moved, slot",
			 log->slot, err);
	else
		kuv_dirty_note(&state.dirty, &taken);
	kuv_dirty_report(&state.dirty, log->slot, log->dirty_bitmap);
	return ret;
}

static struct vcpu *vcpu_find(int fd)
{
	struct vcpu *v = this_vcpu;

	if (v && v->fd == fd)
		return v;
	for (v = state.vcpus; v; v = v->next)
		if (v->fd == fd)
			break;
	this_vcpu = v;
	return v;
}

static int on_create_vcpu(int fd, void *arg)
{
	int vcpu_fd = real_ioctl(fd, KVM_CREATE_VCPU, arg);
	struct vcpu *v;

	if (vcpu_fd < 0)
		return vcpu_fd;
	v = calloc(1, sizeof(*v));
	if (!v)
		die("new vCPU", -ENOMEM);
	v->fd = vcpu_fd;
	v->run = mmap(NULL, state.run_len, PROT_READ | PROT_WRITE, MAP_SHARED,
		      vcpu_fd, 0);
	if (v->run == MAP_FAILED)
		die("cannot map the exits of a vCPU", -errno);
	v->next = state.vcpus;
	do {
		v->is_first = !v->next;
	} while (!atomic_compare_exchange_weak(&state.vcpus, &v->next, v));
	return vcpu_fd;
}

/* Returns 0, or -EAGAIN if the variables are frozen after all. */
static int pass_on_reset(void)
{
	int ret;

	is_inside = true;
	ret = libkuv_port_reset(state.port);
	is_inside = false;
	if (ret == -EAGAIN)
		return ret;
	if (ret < 0)
		die("the variables did not take the machine reset", ret);
	if (state.is_verbose)
		fprintf(stderr, "kuv-run: machine reset\n");
	return 0;
}

/* leave_hold() - whether the vCPU may run; if not, QEMU wants it back */
static bool leave_hold(struct vcpu *v)
{
	int ret;

	is_inside = true;
	ret = kuv_hold_leave(&state.hold, v->run);
	is_inside = false;
	if (ret < 0 && ret != -EINTR)
		die("the variables do not let the VM run", ret);
	return !ret;
}

/*
 * may_run() - see to it that nothing stands against running the vCPU; false:
 * QEMU wants it back before that is so. A reset waits in the vCPU meanwhile.
 */
static bool may_run(struct vcpu *v)
{
	for (;;) {
		if (atomic_load(&state.hold.is_held) && !leave_hold(v))
			return false;
		if (v->is_first && kuv_reset_enter(&v->reset))
			v->needs_reset = true;
		if (!v->needs_reset)
			return true;
		v->needs_reset = pass_on_reset() < 0;
		if (v->needs_reset)
			kuv_hold_again(&state.hold);
	}
}

/* handle_exit() - whether the exit is dealt with and the vCPU can go on */
static bool handle_exit(struct vcpu *v)
{
	int ret;

	is_inside = true;
	ret = libkuv_port_handle_exit(state.port, v->run);
	is_inside = false;
	if (ret < 0)
		complain("register access was not forwarded",
			 v->run->mmio.phys_addr, ret);
	return ret > 0;
}

/*
 * What is handled here never reaches QEMU. Going back into KVM_RUN completes
 * the access first, and then returns to QEMU if it wants the vCPU: through
 * immediate_exit, or a pending signal.
 */
static int on_run(int fd, void *arg)
{
	struct vcpu *v = vcpu_find(fd);
	int ret;

	if (!v)
		return real_ioctl(fd, KVM_RUN, arg);
	if (!may_run(v)) {
		errno = EINTR;
		return -1;
	}
	do {
		ret = real_ioctl(fd, KVM_RUN, arg);
	} while (ret == 0 && handle_exit(v));
	return ret;
}

/* Notes what QEMU sets on vCPU 0 before it is set. */
static int on_set_state(int fd, unsigned long request, void *arg)
{
	struct vcpu *v = vcpu_find(fd);

	if (v && v->is_first) {
		if (request == KVM_SET_REGS)
			kuv_reset_note_regs(&v->reset, arg);
		else if (request == KVM_SET_MP_STATE)
			kuv_reset_note_mp_state(&v->reset);
		else
			kuv_reset_note_sregs(&v->reset, arg);
	}
	return real_ioctl(fd, request, arg);
}

static int on_kvm(int fd, unsigned long request, void *arg)
{
	switch (request) {
	case KVM_RUN:
		return on_run(fd, arg);
	case KVM_SET_REGS:
	case KVM_SET_SREGS:
	case KVM_SET_SREGS2:
	case KVM_SET_MP_STATE:
		return on_set_state(fd, request, arg);
	case KVM_CREATE_VM:
		return on_create_vm(fd, arg);
	case KVM_CREATE_VCPU:
		if (fd == state.vm_fd)
			return on_create_vcpu(fd, arg);
		break;
	case KVM_SET_USER_MEMORY_REGION:
	case SET_USER_MEMORY_REGION2:
		if (fd == state.vm_fd)
			return on_set_memory(fd, request, arg);
		break;
	case KVM_GET_DIRTY_LOG:
		if (fd == state.vm_fd)
			return on_get_dirty_log(fd, arg);
		break;
	}
	return real_ioctl(fd, request, arg);
}

/**
 * ioctl() - stands before the C library's
 * @fd: descriptor
 * @request: command; all but a few of KVM's go straight on
 *
 * Context: Any thread. Takes no lock.
 * Return: As ioctl(2).
 */
int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (_IOC_TYPE(request) != KVMIO || is_inside)
		return find_ioctl()(fd, request, arg);
	find_ioctl();
	return on_kvm(fd, request, arg);
}
