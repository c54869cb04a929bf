// SPDX-License-Identifier: GPL-2.0
/* A real VM with a port, over each of the transports there are. */
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE		4096
#define STATUS_POS	(sizeof(struct kvm_uefivars_mm_header) + \
			 offsetof(struct kvm_uefivars_var_header, status))

const struct transport transports[] = {
	{ "forward", KVM_UEFIVARS_TRANSPORT_FORWARD, true },
	{ "doorbell", KVM_UEFIVARS_TRANSPORT_DOORBELL, true },
	{ "cap", KVM_UEFIVARS_TRANSPORT_KVM, true },
	{ "cap_alone", KVM_UEFIVARS_TRANSPORT_KVM, false },
};

const int nr_transports = sizeof(transports) / sizeof(transports[0]);

/* The guest's program; symbols made by the linker. */
extern const uint8_t rig_image[] __asm__("_binary_vcpu_guest_bin_start");
extern const uint8_t rig_image_end[] __asm__("_binary_vcpu_guest_bin_end");

static bool kvm_has_cap(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), version = 0;

	if (kvm >= 0) {
		version = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_UEFI_VARS);
		close(kvm);
	}
	return version > 0;
}

static void no_cap(const void *data)
{
	(void)data;
	ktap_skip("this KVM has no KVM_CAP_UEFI_VARS: no case of it is tried");
}

/* One skipped case stands for all. */
void rig_add(ktap_fn *fn, const char *name)
{
	static bool is_first = true;
	bool has_cap = kvm_has_cap();
	int i;

	for (i = 0; i < nr_transports; i++)
		if (has_cap || transports[i].value != KVM_UEFIVARS_TRANSPORT_KVM)
			ktap_add(fn, &transports[i], "%s_%s",
				 transports[i].name, name);
	if (!has_cap && is_first)
		ktap_add(no_cap, NULL, "cap");
	is_first = false;
}

static bool has_memory_table(const struct rig *r)
{
	return r->t->value != KVM_UEFIVARS_TRANSPORT_KVM;
}

int rig_enable_cap(const struct rig *r, int port, uint64_t base, uint64_t flags)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_UEFI_VARS,
		.args = { (uint64_t)port, base, flags },
	};

	return ioctl(r->vm.fd, KVM_ENABLE_CAP, &cap) ? -errno : 0;
}

void rig_start_vm(struct rig *r, const struct transport *t,
		  unsigned int nr_vcpus)
{
	unsigned int i;
	int ret;

	*r = (struct rig){ .t = t, .port = -1, .bell = -1, .store = -1 };
	r->dev = open_device();
	ret = vmm_create(&r->vm, RIG_RAM_LEN, NULL, r);
	if (ret == -ENOENT)
		ktap_skip("no /dev/kvm");
	CHECK_EQ(ret, 0);
	memcpy(r->vm.ram + RIG_IMAGE_ADDR, rig_image,
	       (size_t)(rig_image_end - rig_image));
	for (i = 0; i < nr_vcpus; i++) {
		CHECK(vmm_vcpu_create(&r->vm, RIG_IMAGE_ADDR,
				      RIG_STACK_ADDR - i * RIG_STACK_LEN));
		/* Up to the first job. */
		CHECK_EQ(rig_run(r, i), 0);
	}
}

static void map_page(struct rig *r)
{
	r->status = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, r->port, 0);
	CHECK(r->status != MAP_FAILED);
	if (r->t->has_page)
		CHECK_EQ(vmm_map(&r->vm, VMM_SLOT_STATUS, KVM_MEM_READONLY,
				 KVM_UEFIVARS_MMIO_BASE, PAGE, r->status), 0);
}

void rig_attach(struct rig *r)
{
	r->port = open_port(r->store);
	if (r->t->value == KVM_UEFIVARS_TRANSPORT_KVM) {
		CHECK_EQ(rig_enable_cap(r, r->port, KVM_UEFIVARS_MMIO_BASE, 0),
			 0);
		map_page(r);
		return;
	}
	if (r->t->value == KVM_UEFIVARS_TRANSPORT_DOORBELL) {
		r->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		CHECK(r->bell >= 0);
	}
	attach(r->port, r->bell);
	CHECK_EQ(set_memory(r->port, VMM_SLOT_RAM, 0, RIG_RAM_LEN, r->vm.ram, 0),
		 0);
	map_page(r);
	if (r->bell >= 0)
		CHECK_EQ(vmm_ioeventfd(&r->vm, r->bell, KVM_UEFIVARS_MMIO_BASE +
				       KVM_UEFIVARS_REG_CMD_STS,
				       KVM_UEFIVARS_CMD_DMA_MM), 0);
}

void rig_start_on(struct rig *r, const struct transport *t,
		  unsigned int nr_vcpus, int store)
{
	unsigned int i;

	rig_start_vm(r, t, nr_vcpus);
	r->store = store;
	rig_attach(r);
	for (i = 0; i < nr_vcpus; i++)
		rig_messages(r, i, BS_RT);
	rig_setup(r, RIG_MAILBOX_ADDR);
	CHECK_EQ(port_info(r->port).transport, t->value);
}

void rig_start(struct rig *r, const struct transport *t, unsigned int nr_vcpus,
	       uint32_t durability, uint32_t wait_ms)
{
	int dev = open_device();

	rig_start_on(r, t, nr_vcpus, create_store(dev, durability, wait_ms));
	close(dev);
}

void rig_map(struct rig *r, unsigned int slot, uint64_t gpa, uint64_t len,
	     void *hva, bool is_readonly)
{
	CHECK_EQ(vmm_map(&r->vm, slot, is_readonly ? KVM_MEM_READONLY : 0, gpa,
			 len, hva), 0);
	if (has_memory_table(r))
		CHECK_EQ(set_memory(r->port, slot, gpa, len, hva,
				    is_readonly ? KVM_UEFIVARS_MEM_READONLY : 0),
			 0);
}

void rig_unmap(struct rig *r, unsigned int slot, uint64_t gpa)
{
	if (has_memory_table(r))
		CHECK_EQ(set_memory(r->port, slot, gpa, 0, NULL, 0), 0);
	CHECK_EQ(vmm_map(&r->vm, slot, 0, gpa, 0, NULL), 0);
}

volatile struct rig_job *rig_job(const struct rig *r, unsigned int vcpu)
{
	return (void *)(r->vm.ram + RIG_JOB_ADDR + vcpu * RIG_JOB_LEN);
}

void rig_messages(const struct rig *r, unsigned int vcpu, uint32_t attributes)
{
	uint8_t *m = r->vm.ram + RIG_MESSAGE_ADDR + vcpu * 2 * RIG_MESSAGE_LEN;
	volatile struct rig_job *j = rig_job(r, vcpu);
	char name[] = "Vcpu0";
	const uint32_t zero = 0;

	if (attributes & KVM_UEFIVARS_ATTR_NV)
		memcpy(name, "Slow", 4);
	name[4] = (char)(name[4] + vcpu);
	j->len[0] = put_set(m, name, attributes, &zero, sizeof(zero));
	j->len[1] = put_get(m + RIG_MESSAGE_LEN, name, sizeof(zero));
	j->data_pos[0] = j->len[0] - (uint32_t)sizeof(zero);
	j->data_pos[1] = j->len[1] - (uint32_t)sizeof(zero);
	j->status_pos = STATUS_POS;
}

volatile struct rig_job *rig_prepare(const struct rig *r, unsigned int vcpu,
				     uint32_t kind, uint32_t count)
{
	volatile struct rig_job *j = rig_job(r, vcpu);

	j->kind = kind;
	j->count = count;
	j->stop = j->done = j->nr_success = j->nr_busy = j->nr_bad = 0;
	j->status = ~0U;
	return j;
}

/* A register access that came out to the VMM. */
static int forward(const struct rig *r, struct kvm_run *run)
{
	struct kvm_uefivars_mmio m = {
		.size = sizeof(m),
		.flags = run->mmio.is_write ? KVM_UEFIVARS_MMIO_WRITE : 0,
		.offset = (uint32_t)(run->mmio.phys_addr -
				     KVM_UEFIVARS_MMIO_BASE),
		.len = run->mmio.len,
	};
	int ret;

	if (r->t->value == KVM_UEFIVARS_TRANSPORT_KVM ||
	    run->mmio.phys_addr - KVM_UEFIVARS_MMIO_BASE >= PAGE)
		return -ENXIO; /* nothing is left for the VMM */
	memcpy(&m.data, run->mmio.data, sizeof(m.data));
	ret = call(r->port, KVM_UEFIVARS_MMIO, &m);
	memcpy(run->mmio.data, &m.data, sizeof(m.data));
	return ret;
}

static int is_busy(const struct rig *r)
{
	return *(volatile uint16_t *)(r->status + KVM_UEFIVARS_REG_CMD_STS) ==
		KVM_UEFIVARS_STS_BUSY;
}

/* 1: the job is done. */
static int run_once(struct rig *r, struct vmm_vcpu *v)
{
	int ret = ioctl(v->fd, KVM_RUN, NULL) ? -errno : 0;

	if (r->is_checked && is_busy(r))
		return -EBUSY;
	if (ret == -EINTR) {
		r->nr_eintr++;
		return 0;
	}
	if (ret)
		return ret;
	if (v->run->exit_reason == KVM_EXIT_IO)
		return v->run->io.port == RIG_PORT ? 1 : sched_yield();
	if (v->run->exit_reason == KVM_EXIT_MMIO)
		return forward(r, v->run);
	return v->run->exit_reason == KVM_EXIT_INTR ? 0 : -EPROTO;
}

int rig_run(struct rig *r, unsigned int vcpu)
{
	int ret;

	do
		ret = run_once(r, &r->vm.vcpus[vcpu]);
	while (!ret);
	return ret < 0 ? ret : 0;
}

static void *run_thread(void *arg)
{
	struct vmm_vcpu *v = arg;

	return (void *)(intptr_t)rig_run(v->vm->ctx, v->index);
}

void rig_go(struct rig *r, unsigned int vcpu)
{
	struct vmm_vcpu *v = &r->vm.vcpus[vcpu];

	CHECK(!pthread_create(&v->thread, NULL, run_thread, v));
}

int rig_join(struct rig *r, unsigned int vcpu)
{
	void *ret;

	CHECK(!pthread_join(r->vm.vcpus[vcpu].thread, &ret));
	return (int)(intptr_t)ret;
}

void rig_setup(struct rig *r, uint64_t addr)
{
	volatile struct rig_job *j = rig_prepare(r, 0, RIG_SETUP, 1);

	j->addr_lo = (uint32_t)addr;
	j->addr_hi = (uint32_t)(addr >> 32);
	CHECK_EQ(rig_run(r, 0), 0);
	rig_check_job(r, 0);
	CHECK_EQ(j->status, KVM_UEFIVARS_STS_SUCCESS);
}

uint16_t rig_ring(struct rig *r)
{
	volatile struct rig_job *j = rig_prepare(r, 0, RIG_RING, 1);

	CHECK_EQ(rig_run(r, 0), 0);
	return (uint16_t)j->status;
}

void rig_check_works(struct rig *r)
{
	rig_messages(r, 0, BS_RT);
	rig_setup(r, RIG_MAILBOX_ADDR);
	rig_prepare(r, 0, RIG_LOCKED, 1);
	CHECK_EQ(rig_run(r, 0), 0);
	rig_check_job(r, 0);
}

void rig_check_job(const struct rig *r, unsigned int vcpu)
{
	volatile struct rig_job *j = rig_job(r, vcpu);

	if (j->nr_bad)
		ktap_fail(__FILE__, __LINE__,
			  "vCPU %u: %u wrong answers, first at vcpu_guest.c:%u: %#x",
			  vcpu, j->nr_bad, j->bad_line, j->bad_value);
}

void rig_begin_slow(struct rig *r)
{
	uint64_t before = store_info(r->store).nr_requests;

	rig_messages(r, 0, NV_BS_RT);
	memcpy(r->vm.ram + RIG_MAILBOX_ADDR, r->vm.ram + RIG_MESSAGE_ADDR,
	       rig_job(r, 0)->len[0]);
	rig_prepare(r, 0, RIG_RING, 1);
	rig_go(r, 0);
	while (store_info(r->store).nr_requests == before)
		usleep(1000);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void rig_end(struct rig *r)
{
	if (r->status)
		munmap(r->status, PAGE);
	r->status = NULL;
	close_fd(&r->port);
	vmm_destroy(&r->vm);
	close_fd(&r->bell);
	close_fd(&r->store);
	close_fd(&r->dev);
}
