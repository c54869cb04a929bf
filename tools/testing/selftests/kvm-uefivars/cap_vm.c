// SPDX-License-Identifier: GPL-2.0
/* A VM whose guest makes the register accesses that a test wants. */
#include "cap_vm.h"

#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* The image, from the linker. */
extern const uint8_t _binary_cap_guest_bin_start[];
extern const uint8_t _binary_cap_guest_bin_end[];

static int on_out(struct vmm_vcpu *v, uint16_t port, uint32_t value)
{
	(void)v;
	(void)value;
	return port == CAP_DONE_PORT ? 1 : -EPROTO;
}

static int on_mmio(struct vmm_vcpu *v, uint64_t gpa, void *data, uint32_t len,
		   int is_write)
{
	struct cap_vm *c = v->vm->ctx;

	c->nr_mmio++;
	c->mmio_gpa = gpa;
	if (!is_write)
		memset(data, 0x5a, len);
	return 0;
}

static const struct vmm_ops ops = { .out = on_out, .mmio = on_mmio };

static bool is_supported(const struct vmm *vm)
{
	struct kvm_uefivars_info info = { .size = sizeof(info) };
	int version = ioctl(vm->fd, KVM_CHECK_EXTENSION, KVM_CAP_UEFI_VARS);

	CHECK_EQ(call(open_device(), KVM_UEFIVARS_GET_INFO, &info), 0);
	CHECK_EQ(version, info.caps & KVM_UEFIVARS_CAP_KVM ?
			  KVM_UEFIVARS_ABI : 0);
	return version;
}

struct cap_vm *cap_open(unsigned int nr_vcpus, uint32_t durability,
			uint32_t wait_ms)
{
	struct cap_vm *c = calloc(1, sizeof(*c));
	/* First: without the module there is nothing to be tried. */
	int dev = open_device();
	unsigned int i;
	int ret;

	CHECK(c);
	ret = vmm_create(&c->vm, CAP_RAM_LEN, &ops, c);
	if (ret == -ENOENT || ret == -ENODEV)
		ktap_skip("no /dev/kvm");
	CHECK_EQ(ret, 0);
	if (!is_supported(&c->vm))
		ktap_skip("this KVM has no KVM_CAP_UEFI_VARS");
	memcpy(c->vm.ram + CAP_IMAGE_ADDR, _binary_cap_guest_bin_start,
	       (size_t)(_binary_cap_guest_bin_end -
			_binary_cap_guest_bin_start));
	for (i = 0; i < nr_vcpus; i++)
		CHECK(vmm_vcpu_create(&c->vm, CAP_IMAGE_ADDR,
				      CAP_STACK_ADDR(i)));
	c->store = create_store(dev, durability, wait_ms);
	c->port = open_port(c->store);
	return c;
}

int cap_enable(const struct cap_vm *c, int port, uint64_t base, uint64_t flags)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_UEFI_VARS,
		.args = { (uint32_t)port, base, flags },
	};

	return ioctl(c->vm.fd, KVM_ENABLE_CAP, &cap) ? -errno : 0;
}

struct cap_vm *cap_start(unsigned int nr_vcpus, uint32_t durability,
			 uint32_t wait_ms, uint64_t flags)
{
	struct cap_vm *c = cap_open(nr_vcpus, durability, wait_ms);
	void *page;

	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, flags), 0);
	if (!flags) {
		page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, c->port, 0);
		CHECK(page != MAP_FAILED);
		CHECK_EQ(vmm_map(&c->vm, VMM_SLOT_STATUS, KVM_MEM_READONLY,
				 CAP_BASE, 4096, page), 0);
	}
	cap_begin(c, 0);
	cap_set_registers(c, 0);
	cap_run(c, 0);
	return c;
}

static struct cap_op *ops_of(struct cap_vm *c, unsigned int v)
{
	return (struct cap_op *)(c->vm.ram + CAP_OPS_ADDR(v));
}

void cap_begin(struct cap_vm *c, unsigned int v)
{
	c->nr_ops[v] = 0;
	ops_of(c, v)->kind = CAP_END;
}

struct cap_op *cap_op(struct cap_vm *c, unsigned int v, unsigned int kind,
		      uint32_t offset, uint32_t len, uint64_t data)
{
	struct cap_op *op = ops_of(c, v) + c->nr_ops[v]++;

	CHECK(c->nr_ops[v] < CAP_OPS_MAX);
	*op = (struct cap_op){ kind, offset, len, 0, data };
	op[1].kind = CAP_END;
	return op;
}

struct cap_op *cap_read(struct cap_vm *c, unsigned int v, uint32_t offset,
			uint32_t len)
{
	return cap_op(c, v, CAP_READ, offset, len, 0);
}

void cap_write(struct cap_vm *c, unsigned int v, uint32_t offset, uint32_t len,
	       uint64_t data)
{
	cap_op(c, v, CAP_WRITE, offset, len, data);
}

struct cap_op *cap_request(struct cap_vm *c, unsigned int v)
{
	cap_write(c, v, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_DMA_MM);
	return cap_read(c, v, CAP_REG(CMD_STS), 2);
}

void cap_run(struct cap_vm *c, unsigned int v)
{
	CHECK_EQ(vmm_vcpu_run(&c->vm.vcpus[v]), 0);
}

uint8_t *cap_msg(struct cap_vm *c, unsigned int v)
{
	return c->vm.ram + CAP_MSG_ADDR(v);
}

void cap_set_registers(struct cap_vm *c, unsigned int v)
{
	cap_write(c, v, CAP_REG(BUFFER_SIZE), 4, 65536);
	cap_write(c, v, CAP_REG(ADDR_LO), 4, CAP_MSG_ADDR(v));
	cap_write(c, v, CAP_REG(ADDR_HI), 4, 0);
}

struct spawned {
	struct cap_vm *c;
	unsigned int v;
};

static void *spawned_run(void *arg)
{
	struct spawned *s = arg;

	cap_run(s->c, s->v);
	free(s);
	return NULL;
}

void cap_spawn(struct cap_vm *c, unsigned int v)
{
	struct spawned *s = malloc(sizeof(*s));

	CHECK(s);
	*s = (struct spawned){ c, v };
	CHECK(!pthread_create(&c->vm.vcpus[v].thread, NULL, spawned_run, s));
}

void cap_join(struct cap_vm *c, unsigned int v)
{
	CHECK(!pthread_join(c->vm.vcpus[v].thread, NULL));
}

uint32_t cap_crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0U;
	int i;

	while (len--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static uint32_t words(uint32_t len)
{
	return (len + 3) / 4;
}

static void pio_send(struct cap_vm *c, const uint8_t *msg, uint32_t len)
{
	struct cap_op *crc, *sts;
	uint32_t i, word;

	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_PIO_ZERO);
	for (i = 0; i < words(len); i++) {
		memcpy(&word, msg + 4 * i, 4);
		cap_write(c, 0, CAP_REG(PIO_DATA), 4, word);
	}
	crc = cap_read(c, 0, CAP_REG(PIO_CRC32C), 4);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_PIO_MM);
	sts = cap_read(c, 0, CAP_REG(CMD_STS), 2);
	cap_run(c, 0);
	CHECK_EQ(crc->data, cap_crc32c(msg, 4 * words(len)));
	CHECK_EQ(sts->data, KVM_UEFIVARS_STS_SUCCESS);
}

void cap_pio(struct cap_vm *c, uint8_t *msg, uint32_t len)
{
	struct cap_op *first = NULL, *op, *crc;
	uint32_t i, word;

	pio_send(c, msg, len);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_PIO_ZERO);
	for (i = 0; i < words(len); i++) {
		op = cap_read(c, 0, CAP_REG(PIO_DATA), 4);
		first = first ? first : op;
	}
	crc = cap_read(c, 0, CAP_REG(PIO_CRC32C), 4);
	cap_run(c, 0);
	for (i = 0; i < words(len); i++) {
		word = (uint32_t)first[i].data;
		memcpy(msg + 4 * i, &word, 4);
	}
	CHECK_EQ(crc->data, cap_crc32c(msg, 4 * words(len)));
}
