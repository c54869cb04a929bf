// SPDX-License-Identifier: GPL-2.0
/* A guest without a VM: this process' memory, registers through MMIO. */
#include "guest.h"

#include <string.h>
#include <sys/mman.h>

#define BODY	(sizeof(struct kvm_uefivars_mm_header) + \
		 sizeof(struct kvm_uefivars_var_header))

uint64_t reg_read(int port, uint32_t offset, uint32_t len)
{
	struct kvm_uefivars_mmio arg = {
		.size = sizeof(arg),
		.offset = offset,
		.len = len,
	};

	CHECK_EQ(call(port, KVM_UEFIVARS_MMIO, &arg), 0);
	return arg.data;
}

void reg_write(int port, uint32_t offset, uint32_t len, uint64_t data)
{
	struct kvm_uefivars_mmio arg = {
		.size = sizeof(arg),
		.flags = KVM_UEFIVARS_MMIO_WRITE,
		.offset = offset,
		.len = len,
		.data = data,
	};

	CHECK_EQ(call(port, KVM_UEFIVARS_MMIO, &arg), 0);
}

int set_memory(int port, uint32_t slot, uint64_t gpa, uint64_t len,
	       const void *hva, uint32_t flags)
{
	struct kvm_uefivars_memory arg = {
		.size = sizeof(arg),
		.flags = flags,
		.slot = slot,
		.gpa = gpa,
		.len = len,
		.hva = (uintptr_t)hva,
	};

	return call(port, KVM_UEFIVARS_SET_MEMORY, &arg);
}

struct guest guest_start(int store, int eventfd)
{
	struct guest g = { .port = open_port(store) };

	g.mem = mmap(NULL, GUEST_LEN, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(g.mem != MAP_FAILED);
	attach(g.port, eventfd);
	CHECK_EQ(set_memory(g.port, 0, GUEST_GPA, GUEST_LEN, g.mem, 0), 0);
	reg_write(g.port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, 65536);
	reg_write(g.port, KVM_UEFIVARS_REG_ADDR_LO, 4, GUEST_GPA);
	reg_write(g.port, KVM_UEFIVARS_REG_ADDR_HI, 4, GUEST_GPA >> 32);
	return g;
}

static void put_header(uint8_t *msg, const uint8_t *guid, uint64_t len)
{
	struct kvm_uefivars_mm_header *hdr = (void *)msg;

	memcpy(hdr->guid, guid, sizeof(hdr->guid));
	hdr->message_len = len;
}

static uint32_t put_access(uint8_t *msg, uint64_t function, const char *name,
			   uint32_t attributes, uint32_t len)
{
	static const uint8_t guid[] = KVM_UEFIVARS_GUID_VARIABLE;
	struct kvm_uefivars_var_header *var =
		(void *)(msg + sizeof(struct kvm_uefivars_mm_header));
	struct kvm_uefivars_var_access *access = (void *)(msg + BODY);
	uint16_t name16[256] = {};
	uint32_t name_len = utf16(name, name16) + 2;

	*var = (struct kvm_uefivars_var_header){ .function = function };
	*access = (struct kvm_uefivars_var_access){
		.data_size = len,
		.name_size = name_len,
		.attributes = attributes,
	};
	memcpy(access->guid, test_guid, sizeof(access->guid));
	memcpy(access + 1, name16, name_len);
	put_header(msg, guid, sizeof(*var) + sizeof(*access) + name_len + len);
	return BODY + sizeof(*access) + name_len;
}

uint32_t put_set(uint8_t *msg, const char *name, uint32_t attributes,
		 const void *data, uint32_t len)
{
	uint32_t pos = put_access(msg, KVM_UEFIVARS_FN_SET_VARIABLE, name,
				  attributes, len);

	if (len)
		memcpy(msg + pos, data, len);
	return pos + len;
}

uint32_t put_get(uint8_t *msg, const char *name, uint32_t room)
{
	uint32_t pos = put_access(msg, KVM_UEFIVARS_FN_GET_VARIABLE, name, 0,
				  room);

	memset(msg + pos, 0, room);
	return pos + room;
}

uint32_t put_event(uint8_t *msg, const uint8_t *guid)
{
	put_header(msg, guid, 1);
	msg[sizeof(struct kvm_uefivars_mm_header)] = 0;
	return sizeof(struct kvm_uefivars_mm_header) + 1;
}

uint16_t guest_command(const struct guest *g, uint16_t cmd)
{
	reg_write(g->port, KVM_UEFIVARS_REG_CMD_STS, 2, cmd);
	return (uint16_t)reg_read(g->port, KVM_UEFIVARS_REG_CMD_STS, 2);
}

uint64_t reply_status(const uint8_t *msg)
{
	const struct kvm_uefivars_var_header *var =
		(const void *)(msg + sizeof(struct kvm_uefivars_mm_header));

	return var->status;
}

uint64_t reply_data(const uint8_t *msg, const uint8_t **data)
{
	const struct kvm_uefivars_var_access *access =
		(const void *)(msg + BODY);

	*data = msg + BODY + sizeof(*access) + access->name_size;
	return access->data_size;
}

uint64_t guest_set(const struct guest *g, const char *name, uint32_t attributes,
		   const void *data, uint32_t len)
{
	put_set(g->mem, name, attributes, data, len);
	CHECK_EQ(guest_command(g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
	return reply_status(g->mem);
}

uint64_t guest_get(const struct guest *g, const char *name, uint32_t room)
{
	put_get(g->mem, name, room);
	CHECK_EQ(guest_command(g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
	return reply_status(g->mem);
}
