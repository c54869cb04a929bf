// SPDX-License-Identifier: GPL-2.0-or-later
/* A reference VMM for tests: KVM calls, the exit loop and binary statistics. */

#include "vmm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct vmm_stats {
	uint32_t nr;
	uint32_t name_size;
	uint64_t data_offset;
	size_t desc_size;
	uint8_t descs[];
};

int vmm_map(struct vmm *vm, unsigned int slot, uint32_t flags, uint64_t gpa,
	    uint64_t len, const void *hva)
{
	struct kvm_userspace_memory_region r = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = len,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &r) ? -errno : 0;
}

int vmm_create(struct vmm *vm, size_t ram_len, const struct vmm_ops *ops,
	       void *ctx)
{
	void *ram;

	*vm = (struct vmm){ .kvm = -1, .fd = -1, .ops = ops, .ctx = ctx };
	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0)
		return -errno;
	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return -errno;
	/* Intel only: three pages that no slot covers. */
	ioctl(vm->fd, KVM_SET_TSS_ADDR, 0xfffbd000);
	ram = mmap(NULL, ram_len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (ram == MAP_FAILED)
		return -errno;
	vm->ram = ram;
	vm->ram_len = ram_len;
	return vmm_map(vm, VMM_SLOT_RAM, 0, 0, ram_len, ram);
}

static size_t run_len(const struct vmm *vm)
{
	return (size_t)ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
}

static void vcpu_close(struct vmm_vcpu *v)
{
	free(v->stats);
	if (v->run)
		munmap(v->run, run_len(v->vm));
	if (v->stats_fd >= 0)
		close(v->stats_fd);
	if (v->fd >= 0)
		close(v->fd);
}

void vmm_destroy(struct vmm *vm)
{
	while (vm->nr_vcpus)
		vcpu_close(&vm->vcpus[--vm->nr_vcpus]);
	if (vm->fd >= 0)
		close(vm->fd);
	if (vm->ram)
		munmap(vm->ram, vm->ram_len);
	if (vm->kvm >= 0)
		close(vm->kvm);
}

int vmm_load(struct vmm *vm, const char *path, uint64_t gpa)
{
	size_t room = vm->ram_len - gpa, pos = 0;
	ssize_t n = 1;
	int fd;

	if (gpa >= vm->ram_len)
		return -EFBIG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (n > 0 && pos < room) {
		n = read(fd, vm->ram + gpa + pos, room - pos);
		if (n > 0)
			pos += (size_t)n;
	}
	close(fd);
	if (n < 0)
		return -EIO;
	return pos < room ? 0 : -EFBIG;
}

int vmm_ioeventfd(struct vmm *vm, int eventfd, uint64_t gpa, uint16_t value)
{
	struct kvm_ioeventfd e = {
		.datamatch = value,
		.addr = gpa,
		.len = 2,
		.fd = eventfd,
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	return ioctl(vm->fd, KVM_IOEVENTFD, &e) ? -errno : 0;
}

/* Descriptors do not change while a vCPU lives: read them once. */
int vmm_vcpu_stats_open(struct vmm_vcpu *v)
{
	struct kvm_stats_header h;
	struct vmm_stats *s;
	size_t len;

	v->stats_fd = ioctl(v->fd, KVM_GET_STATS_FD, NULL);
	if (v->stats_fd < 0)
		return -errno;
	if (pread(v->stats_fd, &h, sizeof(h), 0) != sizeof(h))
		return -EIO;
	len = h.num_desc * (sizeof(struct kvm_stats_desc) + h.name_size);
	s = malloc(sizeof(*s) + len);
	if (!s)
		return -ENOMEM;
	v->stats = s;
	s->nr = h.num_desc;
	s->name_size = h.name_size;
	s->data_offset = h.data_offset;
	s->desc_size = sizeof(struct kvm_stats_desc) + h.name_size;
	return pread(v->stats_fd, s->descs, len, h.desc_offset) == (ssize_t)len ?
		0 : -EIO;
}

int vmm_vcpu_stat(struct vmm_vcpu *v, const char *name, uint64_t *ret_value)
{
	const struct vmm_stats *s = v->stats;
	const struct kvm_stats_desc *d;
	uint32_t i;

	for (i = 0; i < s->nr; i++) {
		d = (const void *)(s->descs + i * s->desc_size);
		if (strncmp(d->name, name, s->name_size))
			continue;
		return pread(v->stats_fd, ret_value, sizeof(*ret_value),
			     (off_t)(s->data_offset + d->offset)) ==
			sizeof(*ret_value) ? 0 : -EIO;
	}
	return -ENOENT;
}

static int set_flat_mode(struct vmm_vcpu *v)
{
	struct kvm_segment seg = {
		.limit = 0xffffffff, .present = 1, .s = 1, .db = 1, .g = 1,
	};
	struct kvm_sregs s;

	if (ioctl(v->fd, KVM_GET_SREGS, &s))
		return -errno;
	seg.selector = 8;
	seg.type = 0xb; /* code, readable, accessed */
	s.cs = seg;
	seg.selector = 16;
	seg.type = 3; /* data, writable, accessed */
	s.ds = s.es = s.fs = s.gs = s.ss = seg;
	s.cr0 = 0x11; /* PE, ET */
	return ioctl(v->fd, KVM_SET_SREGS, &s) ? -errno : 0;
}

static int vcpu_init(struct vmm_vcpu *v, uint32_t entry, uint32_t stack)
{
	struct kvm_regs r = {
		.rip = entry, .rsp = stack, .rax = v->index, .rflags = 2,
	};
	void *run;
	int ret;

	run = mmap(NULL, run_len(v->vm), PROT_READ | PROT_WRITE, MAP_SHARED,
		   v->fd, 0);
	if (run == MAP_FAILED)
		return -errno;
	v->run = run;
	ret = vmm_vcpu_stats_open(v);
	if (ret)
		return ret;
	ret = set_flat_mode(v);
	if (ret)
		return ret;
	return ioctl(v->fd, KVM_SET_REGS, &r) ? -errno : 0;
}

struct vmm_vcpu *vmm_vcpu_create(struct vmm *vm, uint32_t entry, uint32_t stack)
{
	struct vmm_vcpu *v = &vm->vcpus[vm->nr_vcpus];
	int ret;

	if (vm->nr_vcpus == VMM_VCPUS_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	*v = (struct vmm_vcpu){
		.vm = vm, .index = vm->nr_vcpus, .stats_fd = -1,
	};
	v->fd = ioctl(vm->fd, KVM_CREATE_VCPU, v->index);
	if (v->fd < 0)
		return NULL;
	vm->nr_vcpus++;
	ret = vcpu_init(v, entry, stack);
	if (!ret)
		return v;
	vm->nr_vcpus--;
	vcpu_close(v);
	errno = -ret;
	return NULL;
}

static int handle_io(struct vmm_vcpu *v)
{
	const struct kvm_run *run = v->run;
	uint32_t value = 0;

	if (run->io.direction != KVM_EXIT_IO_OUT || run->io.count != 1)
		return -EPROTO;
	memcpy(&value, (const uint8_t *)run + run->io.data_offset,
	       run->io.size);
	return v->vm->ops->out(v, run->io.port, value);
}

static int handle_exit(struct vmm_vcpu *v)
{
	struct kvm_run *run = v->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		return handle_io(v);
	case KVM_EXIT_MMIO:
		return v->vm->ops->mmio(v, run->mmio.phys_addr, run->mmio.data,
					run->mmio.len, run->mmio.is_write);
	case KVM_EXIT_INTR:
		return 0;
	}
	return -EPROTO;
}

int vmm_vcpu_run(struct vmm_vcpu *v)
{
	int ret = 0;

	while (!ret) {
		ret = ioctl(v->fd, KVM_RUN, NULL) ? -errno : 0;
		v->nr_returns++;
		/* KVM has completed the last exit before it says EINTR. */
		if (ret == -EINTR)
			ret = v->is_stopping;
		else if (!ret)
			ret = handle_exit(v);
	}
	return ret < 0 ? ret : 0;
}

/* It only interrupts KVM_RUN. */
static void on_stop(int sig)
{
	(void)sig;
}

void vmm_vcpu_stop(struct vmm_vcpu *v)
{
	struct sigaction sa = { .sa_handler = on_stop };

	sigaction(SIGUSR1, &sa, NULL);
	v->is_stopping = 1;
	/* For a signal that comes before KVM_RUN is entered. */
	v->run->immediate_exit = 1;
	pthread_kill(v->thread, SIGUSR1);
}

int vmm_vcpu_save(struct vmm_vcpu *v, struct vmm_vcpu_state *state)
{
	if (ioctl(v->fd, KVM_GET_REGS, &state->regs) ||
	    ioctl(v->fd, KVM_GET_SREGS, &state->sregs) ||
	    ioctl(v->fd, KVM_GET_VCPU_EVENTS, &state->events) ||
	    ioctl(v->fd, KVM_GET_MP_STATE, &state->mp_state))
		return -errno;
	return 0;
}

int vmm_vcpu_restore(struct vmm_vcpu *v, const struct vmm_vcpu_state *state)
{
	if (ioctl(v->fd, KVM_SET_SREGS, &state->sregs) ||
	    ioctl(v->fd, KVM_SET_REGS, &state->regs) ||
	    ioctl(v->fd, KVM_SET_VCPU_EVENTS, &state->events) ||
	    ioctl(v->fd, KVM_SET_MP_STATE, &state->mp_state))
		return -errno;
	return 0;
}
