// SPDX-License-Identifier: GPL-2.0
/* The register file: reset values, widths, hostile sizes and addresses, messages. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define REG(name)	KVM_UEFIVARS_REG_##name
#define STS(name)	KVM_UEFIVARS_STS_##name
#define HDR		sizeof(struct kvm_uefivars_mm_header)

static int new_store(void)
{
	return create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
}

static struct guest start(void)
{
	return guest_start(new_store(), -1);
}

static uint16_t ring(const struct guest *g)
{
	return guest_command(g, KVM_UEFIVARS_CMD_DMA_MM);
}

static void check_power_on(int port)
{
	CHECK_EQ(reg_read(port, REG(MAGIC), 2), KVM_UEFIVARS_MAGIC_VALUE);
	CHECK_EQ(reg_read(port, REG(CMD_STS), 2), STS(SUCCESS));
	CHECK_EQ(reg_read(port, REG(BUFFER_SIZE), 4), 0);
	CHECK_EQ(reg_read(port, REG(ADDR_LO), 4), 0);
	CHECK_EQ(reg_read(port, REG(ADDR_HI), 4), 0);
	CHECK_EQ(reg_read(port, REG(PIO_DATA), 4), 0);
	CHECK_EQ(reg_read(port, REG(PIO_CRC32C), 4), 0);
	CHECK_EQ(reg_read(port, REG(FLAGS), 4), 0);
}

static void registers_at_power_on(const void *data)
{
	int port = open_port(new_store());

	(void)data;
	attach(port, -1);
	check_power_on(port);
	CHECK_EQ(port_info(port).nr_forwarded, 8);
}

static void registers_after_reset_command(const void *data)
{
	struct guest g = start();

	(void)data;
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_RESET), STS(SUCCESS));
	check_power_on(g.port);
}

static void registers_after_machine_reset(const void *data)
{
	struct kvm_uefivars_machine_reset arg = { .size = sizeof(arg) };
	struct guest g = start();

	(void)data;
	CHECK_EQ(call(g.port, KVM_UEFIVARS_MACHINE_RESET, &arg), 0);
	check_power_on(g.port);
	CHECK_EQ(port_info(g.port).nr_resets, 1);
}

static void registers_hold_what_is_written(const void *data)
{
	int port = open_port(new_store());

	(void)data;
	attach(port, -1);
	reg_write(port, REG(BUFFER_SIZE), 4, 4096);
	reg_write(port, REG(ADDR_LO), 4, 0x89abcdef);
	reg_write(port, REG(ADDR_HI), 4, 0x01234567);
	CHECK_EQ(reg_read(port, REG(BUFFER_SIZE), 4), 4096);
	CHECK_EQ(reg_read(port, REG(ADDR_LO), 8), 0x0123456789abcdefULL);
	reg_write(port, REG(ADDR_LO), 8, 0x1122334455667788ULL);
	CHECK_EQ(reg_read(port, REG(ADDR_LO), 4), 0x55667788);
	CHECK_EQ(reg_read(port, REG(ADDR_HI), 4), 0x11223344);
}

static void registers_read_only(const void *data)
{
	struct guest g = start();

	(void)data;
	reg_write(g.port, REG(MAGIC), 2, 0x1234);
	reg_write(g.port, REG(FLAGS), 4, ~0ULL);
	reg_write(g.port, REG(PIO_CRC32C), 4, 1);
	CHECK_EQ(reg_read(g.port, REG(MAGIC), 2), KVM_UEFIVARS_MAGIC_VALUE);
	CHECK_EQ(reg_read(g.port, REG(FLAGS), 4), 0);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4), 0);
}

static void size_is_clamped(const void *data)
{
	struct guest g = start();

	(void)data;
	reg_write(g.port, REG(BUFFER_SIZE), 4, 0xffffffff);
	CHECK_EQ(reg_read(g.port, REG(BUFFER_SIZE), 4), 65536);
	reg_write(g.port, REG(BUFFER_SIZE), 4, 65537);
	CHECK_EQ(reg_read(g.port, REG(BUFFER_SIZE), 4), 65536);
	reg_write(g.port, REG(BUFFER_SIZE), 4, 8);
	CHECK_EQ(reg_read(g.port, REG(BUFFER_SIZE), 4), 8);
}

/* Whether a register of exactly this width is at this offset. */
static bool exists(uint32_t offset, uint32_t len)
{
	switch (offset) {
	case REG(MAGIC):
	case REG(CMD_STS):
		return len == 2;
	case REG(BUFFER_SIZE):
	case REG(ADDR_HI):
	case REG(PIO_CRC32C):
	case REG(FLAGS):
		return len == 4;
	case REG(ADDR_LO):
		return len == 4 || len == 8;
	case REG(PIO_DATA):
		return true;
	}
	return false;
}

static void undefined_accesses(const void *data)
{
	struct guest g = start();
	uint32_t offset, len;

	(void)data;
	for (len = 1; len <= 8; len *= 2)
		for (offset = 0; offset < 0x40; offset++) {
			if (exists(offset, len))
				continue;
			CHECK_EQ(reg_read(g.port, offset, len),
				 ~0ULL >> (64 - 8 * len));
			reg_write(g.port, offset, len, 2);
		}
	for (len = 1; len <= 8; len *= 2) {
		CHECK_EQ(reg_read(g.port, 4095, len), ~0ULL >> (64 - 8 * len));
		reg_write(g.port, 4095, len, 1);
	}
	CHECK_EQ(reg_read(g.port, REG(BUFFER_SIZE), 4), 65536);
	CHECK_EQ(reg_read(g.port, REG(ADDR_LO), 8), GUEST_GPA);
	CHECK_EQ(reg_read(g.port, REG(CMD_STS), 2), STS(SUCCESS));
}

static void unknown_commands(const void *data)
{
	struct guest g = start();
	uint32_t cmd;

	(void)data;
	CHECK_EQ(guest_command(&g, 0), STS(UNSUPPORTED));
	for (cmd = 5; cmd < 0x10000; cmd += 17)
		CHECK_EQ(guest_command(&g, (uint16_t)cmd), STS(UNSUPPORTED));
	CHECK_EQ(reg_read(g.port, REG(BUFFER_SIZE), 4), 65536);
}

static void command_without_buffer(const void *data)
{
	int port = open_port(new_store());
	struct guest g = { .port = port };

	(void)data;
	attach(port, -1);
	CHECK_EQ(ring(&g), STS(BAD_SIZE));
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(BAD_SIZE));
	reg_write(port, REG(BUFFER_SIZE), 4, HDR - 1);
	CHECK_EQ(ring(&g), STS(BAD_SIZE));
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(BAD_SIZE));
}

static void set_then_get(const void *data)
{
	struct guest g = start();
	const uint8_t *value;

	(void)data;
	CHECK_EQ(guest_set(&g, "Var", NV_BS_RT, "hello", 5),
		 KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(guest_get(&g, "Var", 16), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(reply_data(g.mem, &value), 5);
	CHECK(!memcmp(value, "hello", 5));
	CHECK_EQ(guest_get(&g, "Var", 4), KVM_UEFIVARS_EFI_BUFFER_TOO_SMALL);
	CHECK_EQ(reply_data(g.mem, &value), 5);
	CHECK_EQ(guest_get(&g, "Nix", 4), KVM_UEFIVARS_EFI_NOT_FOUND);
}

/* A reply is as long as its request: not a byte more may change. */
static void reply_stays_inside(const void *data)
{
	struct guest g = start();
	uint32_t total, i;

	(void)data;
	CHECK_EQ(guest_set(&g, "Var", NV_BS_RT, "hello", 5), 0);
	memset(g.mem, 0xa5, GUEST_LEN);
	total = put_get(g.mem, "Var", 4);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	for (i = total; i < GUEST_LEN; i++)
		CHECK_EQ(g.mem[i], 0xa5);
}

/* Nothing of an earlier, longer message shows in a later one. */
static void reply_has_no_leftovers(const void *data)
{
	static uint8_t secret[4096];
	struct guest g = start();
	const uint8_t *value;
	uint32_t i;

	(void)data;
	memset(secret, 0x5a, sizeof(secret));
	CHECK_EQ(guest_set(&g, "Big", NV_BS_RT, secret, sizeof(secret)), 0);
	CHECK_EQ(guest_set(&g, "Small", NV_BS_RT, "s", 1), 0);
	CHECK_EQ(guest_get(&g, "Small", 4096), 0);
	CHECK_EQ(reply_data(g.mem, &value), 1);
	for (i = 1; i < 4096; i++)
		CHECK_EQ(value[i], 0);
}

static void message_of_buffer_size(const void *data)
{
	struct guest g = start();
	struct kvm_uefivars_mm_header *hdr = (void *)g.mem;

	(void)data;
	put_get(g.mem, "Var", 4);
	hdr->message_len = 65536 - HDR;
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(reply_status(g.mem), KVM_UEFIVARS_EFI_NOT_FOUND);
}

static void hostile_message_len(const void *data)
{
	static const uint64_t lens[] = {
		65536 - HDR + 1, 65536, 1ULL << 32, 1ULL << 63,
		~0ULL, ~0ULL - HDR, ~0ULL - HDR + 1, (1ULL << 32) - HDR,
	};
	struct guest g = start();
	struct kvm_uefivars_mm_header *hdr = (void *)g.mem;
	unsigned int i;

	(void)data;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		put_get(g.mem, "Var", 4);
		hdr->message_len = lens[i];
		CHECK_EQ(ring(&g), STS(BAD_SIZE));
		CHECK_EQ(hdr->message_len, lens[i]);
		CHECK_EQ(reply_status(g.mem), 0);
	}
	for (i = 0; i < 16; i++) {
		put_get(g.mem, "Var", 4);
		hdr->message_len = i;
		CHECK_EQ(ring(&g), STS(BAD_SIZE));
	}
}

static void smaller_buffer_size(const void *data)
{
	struct guest g = start();
	uint32_t total = put_get(g.mem, "Var", 4);

	(void)data;
	reg_write(g.port, REG(BUFFER_SIZE), 4, total - 1);
	CHECK_EQ(ring(&g), STS(BAD_SIZE));
	reg_write(g.port, REG(BUFFER_SIZE), 4, total);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(reply_status(g.mem), KVM_UEFIVARS_EFI_NOT_FOUND);
}

static void unknown_guid(const void *data)
{
	struct guest g = start();
	uint8_t copy[256];

	(void)data;
	put_get(g.mem, "Var", 4);
	g.mem[3] ^= 1;
	memcpy(copy, g.mem, sizeof(copy));
	CHECK_EQ(ring(&g), STS(UNSUPPORTED));
	CHECK(!memcmp(copy, g.mem, sizeof(copy)));
}

static void check_no_memory(const struct guest *g, uint64_t addr)
{
	reg_write(g->port, REG(ADDR_LO), 8, addr);
	CHECK_EQ(ring(g), STS(UNKNOWN));
}

static void hostile_addresses(const void *data)
{
	int store = new_store();
	struct guest g = guest_start(store, -1);

	(void)data;
	check_no_memory(&g, 0);
	check_no_memory(&g, GUEST_GPA - 1);
	check_no_memory(&g, GUEST_GPA - HDR);
	check_no_memory(&g, GUEST_GPA + GUEST_LEN);
	check_no_memory(&g, GUEST_GPA + GUEST_LEN - HDR + 1);
	check_no_memory(&g, ~0ULL);
	check_no_memory(&g, ~0ULL - HDR + 1);
	check_no_memory(&g, (uintptr_t)g.mem);
	CHECK_EQ(store_info(store).nr_requests, 0);
}

static void message_runs_out_of_memory(const void *data)
{
	int store = new_store();
	struct guest g = guest_start(store, -1);
	uint8_t *msg = g.mem + GUEST_LEN - 128;

	(void)data;
	put_get(msg, "V", 4);
	((struct kvm_uefivars_mm_header *)msg)->message_len = 128 - HDR + 1;
	reg_write(g.port, REG(ADDR_LO), 8, GUEST_GPA + GUEST_LEN - 128);
	CHECK_EQ(ring(&g), STS(UNKNOWN));
	CHECK_EQ(store_info(store).nr_requests, 0);
	((struct kvm_uefivars_mm_header *)msg)->message_len = 128 - HDR;
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(reply_status(msg), KVM_UEFIVARS_EFI_NOT_FOUND);
}

/* Guest memory in three slots, not in order, the message across all of them. */
static void message_across_slots(const void *data)
{
	struct guest g = start();
	uint64_t gpa = 0x40000000;
	uint8_t *msg = g.mem + 4096 - 40;
	const uint8_t *value;

	(void)data;
	CHECK_EQ(set_memory(g.port, 9, gpa + 8192, 4096, g.mem + 8192, 0), 0);
	CHECK_EQ(set_memory(g.port, 3, gpa, 4096, g.mem, 0), 0);
	CHECK_EQ(set_memory(g.port, 5, gpa + 4096, 4096, g.mem + 4096, 0), 0);
	reg_write(g.port, REG(ADDR_LO), 8, gpa + 4096 - 40);
	put_set(msg, "Across", NV_BS_RT, "slots", 5);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(reply_status(msg), 0);
	put_get(msg, "Across", 6000);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(reply_status(msg), 0);
	CHECK_EQ(reply_data(msg, &value), 5);
	CHECK(!memcmp(value, "slots", 5));
	/* With a hole in the middle it is no message any more. */
	CHECK_EQ(set_memory(g.port, 5, 0, 0, NULL, 0), 0);
	put_get(msg, "Across", 6000);
	CHECK_EQ(ring(&g), STS(UNKNOWN));
}

static void slot_is_replaced_and_removed(const void *data)
{
	struct guest g = start();

	(void)data;
	put_get(g.mem, "V", 4);
	put_get(g.mem + 65536, "V", 4);
	CHECK_EQ(set_memory(g.port, 0, GUEST_GPA, 65536, g.mem + 65536, 0), 0);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(reply_status(g.mem), 0);
	CHECK_EQ(reply_status(g.mem + 65536), KVM_UEFIVARS_EFI_NOT_FOUND);
	CHECK_EQ(set_memory(g.port, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(ring(&g), STS(UNKNOWN));
	/* Nothing there to remove is what the caller wants. */
	CHECK_EQ(set_memory(g.port, 0, 0, 0, NULL, 0), 0);
}

static void many_slots(const void *data)
{
	struct guest g = start();
	uint32_t i;

	(void)data;
	CHECK_EQ(set_memory(g.port, 0, 0, 0, NULL, 0), 0);
	for (i = 0; i < 1024; i++)
		CHECK_EQ(set_memory(g.port, i, 0x10000000ULL + 8192ULL * (i ^ 5),
				    4096, g.mem, 0), 0);
	for (i = 0; i < 1024; i += 31) {
		put_get(g.mem, "V", 4);
		reg_write(g.port, REG(ADDR_LO), 8, 0x10000000ULL + 8192ULL * i);
		CHECK_EQ(ring(&g), STS(SUCCESS));
		CHECK_EQ(reply_status(g.mem), KVM_UEFIVARS_EFI_NOT_FOUND);
		reg_write(g.port, REG(ADDR_LO), 8,
			  0x10000000ULL + 8192ULL * i + 4096);
		CHECK_EQ(ring(&g), STS(UNKNOWN));
	}
}

static void readonly_slot(const void *data)
{
	struct guest g = start();

	(void)data;
	CHECK_EQ(set_memory(g.port, 0, GUEST_GPA, GUEST_LEN, g.mem,
			    KVM_UEFIVARS_MEM_READONLY), 0);
	put_get(g.mem, "V", 4);
	CHECK_EQ(ring(&g), STS(UNKNOWN));
	CHECK_EQ(reply_status(g.mem), 0);
}

static void unmapped_memory(const void *data)
{
	struct guest g = start();

	(void)data;
	CHECK(!munmap(g.mem, GUEST_LEN));
	CHECK_EQ(ring(&g), STS(UNKNOWN));
}

static void write_protected_memory(const void *data)
{
	int store = new_store();
	struct guest g = guest_start(store, -1);

	(void)data;
	put_get(g.mem, "V", 4);
	CHECK(!mprotect(g.mem, GUEST_LEN, PROT_READ));
	CHECK_EQ(ring(&g), STS(UNKNOWN));
}

static void boot_phases(const void *data)
{
	static const uint8_t dxe[] = KVM_UEFIVARS_GUID_END_OF_DXE;
	static const uint8_t boot[] = KVM_UEFIVARS_GUID_READY_TO_BOOT;
	static const uint8_t ebs[] = KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES;
	struct kvm_uefivars_machine_reset reset = { .size = sizeof(reset) };
	int store = new_store();
	struct guest g = guest_start(store, -1);
	uint32_t base = KVM_UEFIVARS_STORE_HAS_PORT | KVM_UEFIVARS_STORE_ATTACHED;
	uint32_t all = base | KVM_UEFIVARS_STORE_END_OF_DXE |
		       KVM_UEFIVARS_STORE_READY_TO_BOOT |
		       KVM_UEFIVARS_STORE_AT_RUNTIME;

	(void)data;
	CHECK_EQ(store_info(store).state, base);
	put_event(g.mem, dxe);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(store_info(store).state, base | KVM_UEFIVARS_STORE_END_OF_DXE);
	put_event(g.mem, boot);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	put_event(g.mem, ebs);
	CHECK_EQ(ring(&g), STS(SUCCESS));
	CHECK_EQ(store_info(store).state, all);
	/* The guest cannot go back, only the VMM can. */
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_RESET), STS(SUCCESS));
	CHECK_EQ(store_info(store).state, all);
	CHECK_EQ(call(g.port, KVM_UEFIVARS_MACHINE_RESET, &reset), 0);
	CHECK_EQ(store_info(store).state, base);
}

static void machine_reset_drops_volatile(const void *data)
{
	struct kvm_uefivars_machine_reset reset = { .size = sizeof(reset) };
	int store = new_store();
	struct guest g = guest_start(store, -1);
	uint32_t len = 0;

	(void)data;
	CHECK_EQ(guest_set(&g, "NonVol", NV_BS_RT, "x", 1), 0);
	CHECK_EQ(guest_set(&g, "Vol", BS_RT, "x", 1), 0);
	CHECK_EQ(call(g.port, KVM_UEFIVARS_MACHINE_RESET, &reset), 0);
	CHECK_EQ(var_get(store, "NonVol", NULL, &len), -EMSGSIZE);
	CHECK_EQ(var_get(store, "Vol", NULL, &len), -ENOENT);
}

static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};
static const uint8_t guid_custom_mode[16] = {
	0x0c, 0xec, 0x76, 0xc0, 0x28, 0x70, 0x99, 0x43,
	0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f,
};

/* The message at the front of guest memory, of another namespace. */
static uint64_t ring_in(const struct guest *g, const uint8_t *guid)
{
	struct kvm_uefivars_var_access *access =
		(void *)(g->mem + HDR + sizeof(struct kvm_uefivars_var_header));

	memcpy(access->guid, guid, sizeof(access->guid));
	CHECK_EQ(ring(g), STS(SUCCESS));
	return reply_status(g->mem);
}

static void option_at_attach(const void *data)
{
	struct kvm_uefivars_config config = {
		.durability = KVM_UEFIVARS_WRITE_BACK,
		.options = KVM_UEFIVARS_OPT_AUDIT_MODE,
	};
	int store = create_store_with(open_device(), &config);
	struct guest g = guest_start(store, -1);

	(void)data;
	CHECK_EQ(store_info(store).config.options,
		 KVM_UEFIVARS_OPT_AUDIT_MODE);
	put_get(g.mem, "AuditMode", 4);
	CHECK_EQ(ring_in(&g, guid_global), KVM_UEFIVARS_EFI_SUCCESS);
}

static void option_left_out(const void *data)
{
	struct guest g = start();

	(void)data;
	put_get(g.mem, "AuditMode", 4);
	CHECK_EQ(ring_in(&g, guid_global), KVM_UEFIVARS_EFI_NOT_FOUND);
}

static uint64_t set_custom_mode(const struct guest *g)
{
	put_set(g->mem, "CustomMode", NV_BS_RT & ~KVM_UEFIVARS_ATTR_RT, "\1",
		1);
	return ring_in(g, guid_custom_mode);
}

/* The operator decides, the guest that runs obeys. */
static void option_while_running(const void *data)
{
	struct kvm_uefivars_set_config arg = {
		.size = sizeof(arg),
		.config.durability = KVM_UEFIVARS_WRITE_BACK,
		.config.options = KVM_UEFIVARS_OPT_NO_CUSTOM_MODE,
	};
	int store = new_store();
	struct guest g = guest_start(store, -1);

	(void)data;
	CHECK_EQ(set_custom_mode(&g), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(call(store, KVM_UEFIVARS_SET_CONFIG, &arg), 0);
	CHECK_EQ(set_custom_mode(&g), KVM_UEFIVARS_EFI_WRITE_PROTECTED);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(registers_at_power_on);
	ADD(registers_after_reset_command);
	ADD(registers_after_machine_reset);
	ADD(registers_hold_what_is_written);
	ADD(registers_read_only);
	ADD(size_is_clamped);
	ADD(undefined_accesses);
	ADD(unknown_commands);
	ADD(command_without_buffer);
	ADD(set_then_get);
	ADD(reply_stays_inside);
	ADD(reply_has_no_leftovers);
	ADD(message_of_buffer_size);
	ADD(hostile_message_len);
	ADD(smaller_buffer_size);
	ADD(unknown_guid);
	ADD(hostile_addresses);
	ADD(message_runs_out_of_memory);
	ADD(message_across_slots);
	ADD(slot_is_replaced_and_removed);
	ADD(many_slots);
	ADD(readonly_slot);
	ADD(unmapped_memory);
	ADD(write_protected_memory);
	ADD(boot_phases);
	ADD(machine_reset_drops_volatile);
	ADD(option_at_attach);
	ADD(option_left_out);
	ADD(option_while_running);
	return ktap_run();
}
