// SPDX-License-Identifier: GPL-2.0
/* The writing guest: numbered variables, and a report of what was acknowledged. */
#include "guest.h"

#include <linux/kvm_uefivars_mailbox.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;

#define NAME_CHARS 6
#define NAME_LEN ((NAME_CHARS + 1) * sizeof(u16))
/* The number, again and again. */
#define DATA_WORDS 24
#define DATA_LEN (DATA_WORDS * sizeof(u32))

struct message {
	struct kvm_uefivars_mm_header head;
	struct kvm_uefivars_var_header var;
	struct kvm_uefivars_var_access access;
	u16 name[NAME_CHARS + 1];
	u32 data[DATA_WORDS];
} __attribute__((packed));

static const u8 variable_guid[16] = KVM_UEFIVARS_GUID_VARIABLE;
static const u8 vendor_guid[16] = {
	0x07, 0x2b, 0x55, 0xe1, 0x3d, 0x90, 0x4e, 0x46,
	0x9a, 0x11, 0x5c, 0xd8, 0x03, 0x77, 0xb4, 0x2f,
};

void *memcpy(void *to, const void *from, u32 len);
void *memset(void *to, int c, u32 len);
void guest_main(void) __attribute__((noreturn));

/* The compiler may call these. */
void *memcpy(void *to, const void *from, u32 len)
{
	void *ret = to;

	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
	return ret;
}

void *memset(void *to, int c, u32 len)
{
	void *ret = to;

	asm volatile("rep stosb" : "+D"(to), "+c"(len) : "a"(c) : "memory");
	return ret;
}

static volatile struct guest_report *report(void)
{
	return (volatile struct guest_report *)GUEST_REPORT_ADDR;
}

static struct message *mailbox(void)
{
	return (struct message *)GUEST_MAILBOX_ADDR;
}

static void *reg(u32 offset)
{
	return (void *)((u32)KVM_UEFIVARS_MMIO_BASE + offset);
}

static u16 read16(u32 offset)
{
	return *(volatile u16 *)reg(offset);
}

static void write16(u32 offset, u16 v)
{
	*(volatile u16 *)reg(offset) = v;
}

static void write32(u32 offset, u32 v)
{
	*(volatile u32 *)reg(offset) = v;
}

static void __attribute__((noreturn)) halt(u32 state)
{
	report()->state = state;
	for (;;)
		asm volatile("hlt");
}

static void __attribute__((noreturn)) fail(u32 line, u32 status)
{
	report()->line = line;
	report()->status = status;
	halt(GUEST_FAILED);
}

/* The low part of an EFI status tells them apart. */
#define must(cond, status) \
	do { if (!(cond)) fail(__LINE__, (u32)(status)); } while (0)

static void set_up(void)
{
	must(read16(KVM_UEFIVARS_REG_MAGIC) == KVM_UEFIVARS_MAGIC_VALUE,
	     read16(KVM_UEFIVARS_REG_MAGIC));
	write16(KVM_UEFIVARS_REG_CMD_STS, KVM_UEFIVARS_CMD_RESET);
	write32(KVM_UEFIVARS_REG_BUFFER_SIZE, KVM_UEFIVARS_BUFFER_MAX);
	write32(KVM_UEFIVARS_REG_ADDR_LO, GUEST_MAILBOX_ADDR);
	write32(KVM_UEFIVARS_REG_ADDR_HI, 0);
}

/* The command, then its status; the message is in memory before, the reply after. */
static u16 ring(void)
{
	u16 status;

	asm volatile("" : : : "memory");
	write16(KVM_UEFIVARS_REG_CMD_STS, KVM_UEFIVARS_CMD_DMA_MM);
	status = read16(KVM_UEFIVARS_REG_CMD_STS);
	asm volatile("" : : : "memory");
	return status;
}

/* One call about a variable; its EFI status. */
static __u64 call(u32 function, u32 which)
{
	static const u16 name[NAME_CHARS + 1] = { 'C', 'r', 'a', 's', 'h' };
	struct message *m = mailbox();
	u16 status;

	memcpy(m->head.guid, variable_guid, sizeof(variable_guid));
	m->head.message_len = sizeof(*m) - sizeof(m->head);
	m->var.function = function;
	m->var.status = ~0ULL;
	memcpy(m->access.guid, vendor_guid, sizeof(vendor_guid));
	m->access.data_size = DATA_LEN;
	m->access.name_size = NAME_LEN;
	m->access.attributes = KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS |
			       KVM_UEFIVARS_ATTR_RT;
	memcpy(m->name, name, sizeof(name));
	m->name[NAME_CHARS - 1] = (u16)('A' + which);
	status = ring();
	must(status == KVM_UEFIVARS_STS_SUCCESS, status);
	return m->var.status;
}

/* The number in a variable, 0 if it is not there. */
static u32 get(u32 which)
{
	const struct message *m = mailbox();
	__u64 status = call(KVM_UEFIVARS_FN_GET_VARIABLE, which);
	u32 i;

	if (status == KVM_UEFIVARS_EFI_NOT_FOUND)
		return 0;
	must(status == KVM_UEFIVARS_EFI_SUCCESS, status);
	must(m->access.data_size == DATA_LEN, m->access.data_size);
	for (i = 1; i < DATA_WORDS; i++)
		must(m->data[i] == m->data[0], i);
	return m->data[0];
}

/* All variables there are make one run of numbers; the newest. */
static u32 newest(void)
{
	u32 i, n, max = 0;

	for (i = 0; i < GUEST_NAMES; i++) {
		n = get(i);
		must(n == 0 || n % GUEST_NAMES == i, n);
		max = n > max ? n : max;
	}
	for (i = 0; i < GUEST_NAMES && i < max; i++)
		must(get((max - i) % GUEST_NAMES) == max - i, max - i);
	return max;
}

static void put(u32 n)
{
	struct message *m = mailbox();
	__u64 status;
	u32 i;

	for (i = 0; i < DATA_WORDS; i++)
		m->data[i] = n;
	status = call(KVM_UEFIVARS_FN_SET_VARIABLE, n % GUEST_NAMES);
	must(status == KVM_UEFIVARS_EFI_SUCCESS, status);
	report()->acked = n;
}

void guest_main(void)
{
	u32 n;

	set_up();
	n = newest();
	report()->first = n + 1;
	report()->acked = n;
	report()->state = GUEST_WRITING;
	while (!report()->stop)
		put(++n);
	halt(GUEST_STOPPED);
}
