// SPDX-License-Identifier: GPL-2.0
/* KVM_CAP_UEFI_VARS: accesses of a real guest, answered by the module. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cap_vm.h"

#define PIO	KVM_UEFIVARS_ATTACH_PIO

/* Set and Get of one variable, over DMA. */
static void set_and_get(struct cap_vm *c, const char *name)
{
	const uint8_t *value;
	struct cap_op *sts;

	put_set(cap_msg(c, 0), name, NV_BS_RT, "ding", 4);
	cap_begin(c, 0);
	sts = cap_request(c, 0);
	cap_run(c, 0);
	CHECK_EQ(sts->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(cap_msg(c, 0)), 0);
	put_get(cap_msg(c, 0), name, 8);
	cap_run(c, 0);
	CHECK_EQ(sts->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(cap_msg(c, 0)), 0);
	CHECK_EQ(reply_data(cap_msg(c, 0), &value), 4);
	CHECK(!memcmp(value, "ding", 4));
}

static void enable_and_request(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, 0);
	struct kvm_uefivars_port_info info;
	char value[8];
	uint32_t len = sizeof(value);

	(void)data;
	CHECK_EQ(port_info(c->port).nr_kvm, 3);
	set_and_get(c, "Bell");
	CHECK_EQ(var_get(c->store, "Bell", value, &len), 0);
	CHECK_EQ(len, 4);
	CHECK(!memcmp(value, "ding", 4));
	info = port_info(c->port);
	CHECK_EQ(info.transport, KVM_UEFIVARS_TRANSPORT_KVM);
	CHECK_EQ(info.nr_kvm, 5);
	CHECK_EQ(info.nr_doorbell, 2);
	CHECK_EQ(info.nr_foreign, 0);
	CHECK_EQ(info.nr_forwarded, 0);
	CHECK_EQ(store_info(c->store).nr_requests, 2);
	CHECK_EQ(c->nr_mmio, 0);
}

/* The page as a slot: reading the status is free. */
static void one_exit_per_request(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, 0);
	struct vmm_vcpu *v = &c->vm.vcpus[0];
	uint64_t before, after;
	int i;

	(void)data;
	set_and_get(c, "Warm");
	put_get(cap_msg(c, 0), "Warm", 8);
	cap_begin(c, 0);
	for (i = 0; i < 500; i++)
		cap_request(c, 0);
	CHECK_EQ(vmm_vcpu_stat(v, "exits", &before), 0);
	v->nr_returns = 0;
	cap_run(c, 0);
	CHECK_EQ(vmm_vcpu_stat(v, "exits", &after), 0);
	/* One for the end, and what interrupts of the host add. */
	CHECK(after - before >= 501);
	CHECK(after - before < 560);
	CHECK_EQ(v->nr_returns, 1);
	CHECK_EQ(store_info(c->store).nr_requests, 502);
}

/* What an access of @len bytes at @offset reads, in a port at rest. */
static uint64_t expected(uint32_t offset, uint32_t len, uint32_t flags)
{
	const uint64_t addr = CAP_MSG_ADDR(0);

	if (offset == CAP_REG(MAGIC) && len == 2)
		return KVM_UEFIVARS_MAGIC_VALUE;
	if (offset == CAP_REG(CMD_STS) && len == 2)
		return 0;
	if (offset == CAP_REG(BUFFER_SIZE) && len == 4)
		return 65536;
	if (offset == CAP_REG(ADDR_LO) && (len == 4 || len == 8))
		return addr;
	if (offset == CAP_REG(ADDR_HI) && len == 4)
		return 0;
	if (offset == CAP_REG(PIO_DATA))
		return 0;
	if (offset == CAP_REG(PIO_CRC32C) && len == 4)
		return 0;
	if (offset == CAP_REG(FLAGS) && len == 4)
		return flags;
	return ~0ULL >> (64 - 8 * len);
}

static void every_register_and_width(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, PIO);
	struct cap_op *op;
	uint32_t offset, len;

	(void)data;
	for (len = 1; len <= 8; len *= 2) {
		for (offset = 0; offset < 0x28; offset++) {
			/* Reading data moves on, also what the CRC covers. */
			cap_begin(c, 0);
			cap_write(c, 0, CAP_REG(CMD_STS), 2,
				  KVM_UEFIVARS_CMD_PIO_ZERO);
			op = cap_read(c, 0, offset, len);
			cap_run(c, 0);
			if (op->data != expected(offset, len, 1))
				ktap_fail(__FILE__, __LINE__,
					  "%u bytes at %#x read %#llx", len,
					  offset, op->data);
		}
	}
	cap_begin(c, 0);
	op = cap_read(c, 0, 4096 - 8, 8);
	cap_run(c, 0);
	CHECK(op->data == ~0ULL);
	CHECK_EQ(c->nr_mmio, 0);
}

/* Across the end of the page KVM makes two of one: only one is ours. */
static void access_across_the_end(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, PIO);
	struct cap_op *op;

	(void)data;
	cap_begin(c, 0);
	op = cap_read(c, 0, 4096 - 3, 8);
	cap_write(c, 0, 4096 - 5, 8, 0);
	cap_write(c, 0, (uint32_t)-1, 8, ~0ULL);
	cap_run(c, 0);
	CHECK(op->data == 0x5a5a5a5a5affffffULL);
	CHECK(c->nr_mmio > 0);
	/* None of it moved a register. */
	CHECK_EQ(reg_read(c->port, CAP_REG(BUFFER_SIZE), 4), 65536);
	CHECK_EQ(reg_read(c->port, CAP_REG(ADDR_LO), 8), CAP_MSG_ADDR(0));
	CHECK_EQ(reg_read(c->port, CAP_REG(CMD_STS), 2), 0);
}

static void widths_of_writes(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, PIO);
	static const uint32_t readonly[] = {
		CAP_REG(MAGIC), CAP_REG(PIO_CRC32C), CAP_REG(FLAGS),
	};
	uint32_t i, len, offset;

	(void)data;
	cap_begin(c, 0);
	for (i = 0; i < 3; i++)
		for (len = 1; len <= 8; len *= 2)
			cap_write(c, 0, readonly[i], len, 0x1122334455667788);
	/* Not the width of a register: nothing. */
	for (len = 1; len <= 8; len *= 2)
		for (offset = 0; offset < 0x28; offset++)
			if (expected(offset, len, 1) ==
			    ~0ULL >> (64 - 8 * len))
				cap_write(c, 0, offset, len, 2);
	cap_run(c, 0);
	for (offset = 0; offset < 0x10; offset++)
		for (len = 1; len <= 8; len *= 2)
			CHECK_EQ(reg_read(c->port, offset, len),
				 expected(offset, len, 1));
	CHECK_EQ(reg_read(c->port, CAP_REG(FLAGS), 4), 1);
	CHECK_EQ(store_info(c->store).nr_requests, 0);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(ADDR_LO), 8, 0x1122334455667788);
	cap_run(c, 0);
	CHECK_EQ(reg_read(c->port, CAP_REG(ADDR_LO), 8), 0x1122334455667788);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(ADDR_HI), 4, 5);
	cap_write(c, 0, CAP_REG(BUFFER_SIZE), 4, 70000);
	cap_run(c, 0);
	CHECK_EQ(reg_read(c->port, CAP_REG(ADDR_LO), 8), 0x555667788);
	CHECK_EQ(reg_read(c->port, CAP_REG(BUFFER_SIZE), 4), 65536);
}

static void commands(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, 0);
	struct cap_op *unknown, *event, *bad, *gone, *reset, *after;
	static const uint8_t odd[16] = { 1 };

	(void)data;
	put_event(cap_msg(c, 0), odd);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, 9);
	unknown = cap_read(c, 0, CAP_REG(CMD_STS), 2);
	event = cap_request(c, 0);
	cap_write(c, 0, CAP_REG(BUFFER_SIZE), 4, 24);
	bad = cap_request(c, 0);
	cap_write(c, 0, CAP_REG(BUFFER_SIZE), 4, 65536);
	cap_write(c, 0, CAP_REG(ADDR_LO), 4, CAP_RAM_LEN - 8);
	gone = cap_request(c, 0);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_RESET);
	reset = cap_read(c, 0, CAP_REG(CMD_STS), 2);
	after = cap_read(c, 0, CAP_REG(BUFFER_SIZE), 4);
	cap_run(c, 0);
	CHECK_EQ(unknown->data, KVM_UEFIVARS_STS_UNSUPPORTED);
	CHECK_EQ(event->data, KVM_UEFIVARS_STS_UNSUPPORTED);
	CHECK_EQ(bad->data, KVM_UEFIVARS_STS_BAD_SIZE);
	CHECK_EQ(gone->data, KVM_UEFIVARS_STS_UNKNOWN);
	CHECK_EQ(reset->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(after->data, 0);
}

/* Guest memory is KVM's: in two slots, at their border, and read-only. */
static void memory_in_slots(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, 0);
	static _Alignas(4096) uint8_t more[0x10000];
	struct cap_op *across, *ro;
	uint32_t len;

	(void)data;
	CHECK_EQ(vmm_map(&c->vm, 5, 0, CAP_RAM_LEN, sizeof(more), more), 0);
	len = put_set(cap_msg(c, 0), "Slots", NV_BS_RT, "half", 4);
	memcpy(c->vm.ram + CAP_RAM_LEN - 50, cap_msg(c, 0), 50);
	memcpy(more, cap_msg(c, 0) + 50, len - 50);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(ADDR_LO), 4, CAP_RAM_LEN - 50);
	across = cap_request(c, 0);
	cap_run(c, 0);
	CHECK_EQ(across->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(store_info(c->store).nr_requests, 1);
	CHECK_EQ(var_get(c->store, "Slots", more, &len), 0);
	put_get(more, "Slots", 8);
	CHECK_EQ(vmm_map(&c->vm, 5, 0, CAP_RAM_LEN, 0, NULL), 0);
	CHECK_EQ(vmm_map(&c->vm, 5, KVM_MEM_READONLY, CAP_RAM_LEN,
			 sizeof(more), more), 0);
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(ADDR_LO), 4, CAP_RAM_LEN);
	ro = cap_request(c, 0);
	cap_run(c, 0);
	CHECK_EQ(ro->data, KVM_UEFIVARS_STS_UNKNOWN);
	CHECK_EQ(store_info(c->store).nr_requests, 2);
	CHECK_EQ(reply_status(more), 0);
}

static void pio_messages(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, PIO);
	static _Alignas(8) uint8_t msg[4096];
	const uint8_t *value;
	uint32_t len, i;
	uint8_t big[600];

	(void)data;
	for (i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)i;
	len = put_set(msg, "Slow", NV_BS_RT, big, sizeof(big));
	cap_pio(c, msg, len);
	CHECK_EQ(reply_status(msg), 0);
	/* 25 bytes and 3 of padding. */
	len = put_event(msg, (const uint8_t[])KVM_UEFIVARS_GUID_END_OF_DXE);
	cap_pio(c, msg, len);
	len = put_get(msg, "Slow", sizeof(big));
	cap_pio(c, msg, len);
	CHECK_EQ(reply_status(msg), 0);
	CHECK_EQ(reply_data(msg, &value), sizeof(big));
	CHECK(!memcmp(value, big, sizeof(big)));
	CHECK_EQ(store_info(c->store).nr_requests, 3);
	CHECK_EQ(c->vm.vcpus[0].nr_returns, 7);
	CHECK_EQ(c->nr_mmio, 0);
}

static void pio_widths(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, PIO);
	const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct cap_op *crc, *a, *b, *d, *e, *over, *still;

	(void)data;
	cap_begin(c, 0);
	cap_write(c, 0, CAP_REG(BUFFER_SIZE), 4, sizeof(want));
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_PIO_ZERO);
	cap_write(c, 0, CAP_REG(PIO_DATA), 1, 1);
	cap_write(c, 0, CAP_REG(PIO_DATA), 2, 0x0302);
	cap_write(c, 0, CAP_REG(PIO_DATA), 4, 0x07060504);
	cap_write(c, 0, CAP_REG(PIO_DATA), 8, 0x0f0e0d0c0b0a0908);
	cap_write(c, 0, CAP_REG(PIO_DATA), 1, 0xff);
	crc = cap_read(c, 0, CAP_REG(PIO_CRC32C), 4);
	cap_write(c, 0, CAP_REG(CMD_STS), 2, KVM_UEFIVARS_CMD_PIO_ZERO);
	a = cap_read(c, 0, CAP_REG(PIO_DATA), 8);
	b = cap_read(c, 0, CAP_REG(PIO_DATA), 4);
	d = cap_read(c, 0, CAP_REG(PIO_DATA), 2);
	over = cap_read(c, 0, CAP_REG(PIO_DATA), 2);
	e = cap_read(c, 0, CAP_REG(PIO_DATA), 1);
	still = cap_read(c, 0, CAP_REG(PIO_CRC32C), 4);
	cap_run(c, 0);
	CHECK_EQ(crc->data, cap_crc32c(want, sizeof(want)));
	CHECK(a->data == 0x0807060504030201);
	CHECK_EQ(b->data, 0x0c0b0a09);
	CHECK_EQ(d->data, 0x0e0d);
	CHECK_EQ(over->data, 0);
	CHECK_EQ(e->data, 0x0f);
	CHECK_EQ(still->data, crc->data);
}

/* One instruction that writes to several registers, the command among them. */
static void string_instruction(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, 0);
	uint16_t *words = (uint16_t *)(cap_msg(c, 0) + 0x10000);
	struct cap_op *sts;
	int i;

	(void)data;
	put_set(cap_msg(c, 0), "Rep", NV_BS_RT, "ding", 4);
	for (i = 0; i < 2048; i++)
		words[i] = KVM_UEFIVARS_CMD_DMA_MM;
	cap_begin(c, 0);
	cap_op(c, 0, CAP_MOVS, 0, 2048, CAP_MSG_ADDR(0) + 0x10000);
	sts = cap_read(c, 0, CAP_REG(CMD_STS), 2);
	cap_run(c, 0);
	CHECK_EQ(sts->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(cap_msg(c, 0)), 0);
	CHECK_EQ(store_info(c->store).nr_requests, 1);
	CHECK_EQ(port_info(c->port).nr_kvm, 3 + 2048);
}

static int enable_raw(const struct cap_vm *c, struct kvm_enable_cap cap)
{
	cap.cap = KVM_CAP_UEFI_VARS;
	return ioctl(c->vm.fd, KVM_ENABLE_CAP, &cap) ? -errno : 0;
}

static void errors(const void *data)
{
	struct cap_vm *c = cap_open(1, KVM_UEFIVARS_WRITE_BACK, 0);
	uint64_t port = (uint64_t)c->port;
	int null = open("/dev/null", O_RDONLY);

	(void)data;
	CHECK_EQ(cap_enable(c, -1, CAP_BASE, 0), -EBADF);
	CHECK_EQ(cap_enable(c, 1000, CAP_BASE, 0), -EBADF);
	CHECK_EQ(cap_enable(c, null, CAP_BASE, 0), -EINVAL);
	CHECK_EQ(cap_enable(c, c->store, CAP_BASE, 0), -EINVAL);
	CHECK_EQ(cap_enable(c, c->vm.fd, CAP_BASE, 0), -EINVAL);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 2), -EINVAL);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 1ULL << 32), -EINVAL);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE + 8, 0), -EINVAL);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE + 2048, 0), -EINVAL);
	CHECK_EQ(cap_enable(c, c->port, -4096ULL, 0), -EINVAL);
	CHECK_EQ(enable_raw(c, (struct kvm_enable_cap){
		.flags = 1, .args = { port, CAP_BASE } }), -EINVAL);
	CHECK_EQ(enable_raw(c, (struct kvm_enable_cap){
		.args = { port, CAP_BASE, 0, 1 } }), -EINVAL);
	CHECK_EQ(enable_raw(c, (struct kvm_enable_cap){
		.args = { port | 1ULL << 32, CAP_BASE } }), -EBADF);
	/* None of them did anything. */
	CHECK_EQ(port_info(c->port).transport, KVM_UEFIVARS_TRANSPORT_NONE);
	CHECK_EQ(store_info(c->store).state, KVM_UEFIVARS_STORE_HAS_PORT);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), 0);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), -EBUSY);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE + 0x10000, 0), -EBUSY);
	cap_begin(c, 0);
	cap_set_registers(c, 0);
	cap_run(c, 0);
	set_and_get(c, "Late");
}

static int try_attach(int port, uint32_t flags, int bell)
{
	struct kvm_uefivars_attach arg = {
		.size = sizeof(arg), .flags = flags, .eventfd = bell,
	};

	return call(port, KVM_UEFIVARS_ATTACH, &arg);
}

static void attach_and_enable(const void *data)
{
	struct cap_vm *c = cap_open(1, KVM_UEFIVARS_WRITE_BACK, 0);
	int bell = eventfd(0, 0), other;

	(void)data;
	CHECK_EQ(try_attach(c->port, PIO, bell), -EINVAL);
	CHECK_EQ(try_attach(c->port, 2, -1), -EINVAL);
	CHECK_EQ(try_attach(c->port, PIO, -1), 0);
	CHECK_EQ(reg_read(c->port, CAP_REG(FLAGS), 4), 1);
	CHECK_EQ(port_info(c->port).transport, KVM_UEFIVARS_TRANSPORT_FORWARD);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), -EBUSY);
	other = open_port(create_store(open_device(), 0, 0));
	CHECK_EQ(cap_enable(c, other, CAP_BASE, 0), 0);
	CHECK_EQ(try_attach(other, 0, -1), -EBUSY);
	CHECK_EQ(port_info(other).transport, KVM_UEFIVARS_TRANSPORT_KVM);
	/* Memory is KVM's, not the VMM's to tell. */
	CHECK_EQ(set_memory(other, 0, 0, CAP_RAM_LEN, c->vm.ram, 0), -EINVAL);
	CHECK_EQ(reg_read(other, CAP_REG(MAGIC), 2), KVM_UEFIVARS_MAGIC_VALUE);
}

static void addresses_in_use(const void *data)
{
	struct cap_vm *c = cap_open(1, KVM_UEFIVARS_WRITE_BACK, 0);
	int bell = eventfd(0, 0);
	int other = open_port(create_store(open_device(), 0, 0));
	struct kvm_coalesced_mmio_zone zone = { CAP_BASE - 100, 101, { 0 } };

	(void)data;
	CHECK_EQ(vmm_ioeventfd(&c->vm, bell, CAP_BASE + 0xffe, 0), 0);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), -EEXIST);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE + 4096, 0), 0);
	CHECK_EQ(cap_enable(c, other, CAP_BASE + 4096, 0), -EEXIST);
	CHECK(!ioctl(c->vm.fd, KVM_REGISTER_COALESCED_MMIO, &zone));
	CHECK_EQ(cap_enable(c, other, CAP_BASE - 4096, 0), -EEXIST);
	CHECK_EQ(cap_enable(c, other, CAP_BASE + 8192, 0), 0);
	CHECK_EQ(port_info(other).transport, KVM_UEFIVARS_TRANSPORT_KVM);
}

static void no_room_on_the_bus(const void *data)
{
	struct cap_vm *c = cap_open(1, KVM_UEFIVARS_WRITE_BACK, 0);
	struct kvm_coalesced_mmio_zone zone = { 0xe0000000, 4, { 0 } };
	int i, ret = 0;

	(void)data;
	for (i = 0; i < 2000 && !ret; i++, zone.addr += 16)
		ret = ioctl(c->vm.fd, KVM_REGISTER_COALESCED_MMIO, &zone) ?
			-errno : 0;
	CHECK_EQ(ret, -ENOSPC);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), -ENOSPC);
	CHECK_EQ(port_info(c->port).transport, KVM_UEFIVARS_TRANSPORT_NONE);
	zone.addr = 0xe0000000;
	CHECK(!ioctl(c->vm.fd, KVM_UNREGISTER_COALESCED_MMIO, &zone));
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), 0);
}

static void other_process_may_not(const void *data)
{
	struct cap_vm *c = cap_open(1, KVM_UEFIVARS_WRITE_BACK, 0);
	int status;
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0);
	if (!pid)
		_exit(-cap_enable(c, c->port, CAP_BASE, 0));
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), EIO);
	CHECK_EQ(cap_enable(c, c->port, CAP_BASE, 0), 0);
}

/* FREEZE, PAUSE and images do not care how requests come. */
static void standing_still(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, 0);
	struct kvm_uefivars_freeze freeze = { .size = sizeof(freeze) };
	struct kvm_uefivars_pause pause = { .size = sizeof(pause) };
	struct cap_op *sts;

	(void)data;
	CHECK_EQ(call(c->store, KVM_UEFIVARS_FREEZE, &freeze), -EBUSY);
	CHECK_EQ(call(c->port, KVM_UEFIVARS_PAUSE, &pause), 0);
	CHECK_EQ(call(c->store, KVM_UEFIVARS_FREEZE, &freeze), 0);
	put_set(cap_msg(c, 0), "Ice", NV_BS_RT, "cold", 4);
	cap_begin(c, 0);
	sts = cap_request(c, 0);
	cap_run(c, 0);
	CHECK_EQ(sts->data, KVM_UEFIVARS_STS_SUCCESS);
	CHECK_EQ(reply_status(cap_msg(c, 0)), KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(call(c->port, KVM_UEFIVARS_RESUME, &pause), -EAGAIN);
	CHECK_EQ(call(c->store, KVM_UEFIVARS_THAW, &freeze), 0);
	CHECK_EQ(call(c->port, KVM_UEFIVARS_RESUME, &pause), 0);
	set_and_get(c, "Water");
}

static void image_before_and_after(const void *data)
{
	struct cap_vm *c = cap_start(1, KVM_UEFIVARS_WRITE_BACK, 0, 0);
	struct cap_vm *before = cap_open(1, KVM_UEFIVARS_WRITE_BACK, 0);
	struct cap_vm *after = cap_open(1, KVM_UEFIVARS_WRITE_BACK, 0);
	static uint8_t image[1 << 20];
	struct kvm_uefivars_state s = {
		.size = sizeof(s),
		.flags = KVM_UEFIVARS_STATE_VARIABLES,
		.data = (uintptr_t)image,
		.len = sizeof(image),
	};

	(void)data;
	set_and_get(c, "Move");
	CHECK_EQ(call(c->store, KVM_UEFIVARS_SAVE_STATE, &s), 0);
	CHECK_EQ(call(before->store, KVM_UEFIVARS_RESTORE_STATE, &s), 0);
	CHECK_EQ(cap_enable(before, before->port, CAP_BASE, 0), 0);
	CHECK_EQ(cap_enable(after, after->port, CAP_BASE, PIO), 0);
	CHECK_EQ(call(after->store, KVM_UEFIVARS_RESTORE_STATE, &s), 0);
	/* No register is set again. */
	cap_begin(before, 0);
	set_and_get(before, "Moved");
	set_and_get(after, "Moved");
	/* How the guest is attached is not part of the image. */
	CHECK_EQ(reg_read(before->port, CAP_REG(FLAGS), 4), 0);
	CHECK_EQ(reg_read(after->port, CAP_REG(FLAGS), 4), 1);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(enable_and_request);
	ADD(one_exit_per_request);
	ADD(every_register_and_width);
	ADD(access_across_the_end);
	ADD(widths_of_writes);
	ADD(commands);
	ADD(memory_in_slots);
	ADD(pio_messages);
	ADD(pio_widths);
	ADD(string_instruction);
	ADD(errors);
	ADD(attach_and_enable);
	ADD(addresses_in_use);
	ADD(no_room_on_the_bus);
	ADD(other_process_may_not);
	ADD(standing_still);
	ADD(image_before_and_after);
	return ktap_run();
}
