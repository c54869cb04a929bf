// SPDX-License-Identifier: GPL-2.0-or-later
/* Guest test tool: a running OS drives the mailbox itself, past firmware and efivarfs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm_uefivars_mailbox.h>

#define PAGE 4096u
#define HUGE_PAGE (512 * PAGE)

/* One page of this process is the message buffer: contiguous without effort. */
struct mbox {
	volatile uint8_t *regs;
	uint8_t *buf;
	size_t size;
	uint64_t phys;
	uint32_t saved[3];
};

struct var_msg {
	struct kvm_uefivars_mm_header mm;
	struct kvm_uefivars_var_header var;
	uint8_t body[];
} __attribute__((packed));

static const uint8_t variable_guid[16] = KVM_UEFIVARS_GUID_VARIABLE;

static void die(const char *what)
{
	fprintf(stderr, "mbox: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint64_t phys_of(const void *p)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &entry, 8, (off_t)((uintptr_t)p / PAGE * 8)) != 8)
		die("pagemap");
	close(fd);
	if (!(entry >> 63) || !(entry & ((1ULL << 55) - 1))) {
		errno = EPERM;
		die("pagemap entry");
	}
	return (entry & ((1ULL << 55) - 1)) * PAGE;
}

/* @huge: MAP_HUGETLB for messages of more than 4096 bytes, or 0. */
static void mbox_open(struct mbox *m, int huge)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);

	if (fd < 0)
		die("/dev/mem");
	m->regs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       KVM_UEFIVARS_MMIO_BASE);
	if (m->regs == MAP_FAILED)
		die("mmap of the mailbox page");
	m->size = huge ? KVM_UEFIVARS_BUFFER_MAX : PAGE;
	m->buf = mmap(NULL, huge ? HUGE_PAGE : PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE |
		      huge, -1, 0);
	if (m->buf == MAP_FAILED)
		die("mmap of the buffer");
	m->buf[0] = 1;
	m->phys = phys_of(m->buf);
}

static uint16_t command(struct mbox *m, uint16_t cmd)
{
	volatile uint16_t *reg =
		(volatile uint16_t *)(m->regs + KVM_UEFIVARS_REG_CMD_STS);
	int i;

	/* The host reads and writes what the compiler may have in registers. */
	__asm__ volatile("" ::: "memory");
	*reg = cmd;
	for (i = 0; i < 100 && *reg == KVM_UEFIVARS_STS_BUSY; i++)
		;
	__asm__ volatile("" ::: "memory");
	return *reg;
}

static void reg32(struct mbox *m, unsigned int off, uint32_t val)
{
	*(volatile uint32_t *)(m->regs + off) = val;
}

static uint32_t get32(struct mbox *m, unsigned int off)
{
	return *(volatile uint32_t *)(m->regs + off);
}

/* What firmware has set up, to be given back to it. */
static void save_regs(struct mbox *m)
{
	m->saved[0] = get32(m, KVM_UEFIVARS_REG_BUFFER_SIZE);
	m->saved[1] = get32(m, KVM_UEFIVARS_REG_ADDR_LO);
	m->saved[2] = get32(m, KVM_UEFIVARS_REG_ADDR_HI);
}

static void restore_regs(struct mbox *m)
{
	reg32(m, KVM_UEFIVARS_REG_BUFFER_SIZE, m->saved[0]);
	reg32(m, KVM_UEFIVARS_REG_ADDR_LO, m->saved[1]);
	reg32(m, KVM_UEFIVARS_REG_ADDR_HI, m->saved[2]);
}

/* Takes the mailbox over from the firmware and sends one message of @len bytes. */
static uint16_t send_msg(struct mbox *m, size_t len)
{
	reg32(m, KVM_UEFIVARS_REG_BUFFER_SIZE, (uint32_t)m->size);
	reg32(m, KVM_UEFIVARS_REG_ADDR_LO, (uint32_t)m->phys);
	reg32(m, KVM_UEFIVARS_REG_ADDR_HI, (uint32_t)(m->phys >> 32));
	((struct kvm_uefivars_mm_header *)m->buf)->message_len =
		len - sizeof(struct kvm_uefivars_mm_header);
	return command(m, KVM_UEFIVARS_CMD_DMA_MM);
}

static void report(struct mbox *m, uint16_t transport)
{
	struct var_msg *msg = (struct var_msg *)m->buf;

	printf("transport=0x%x status=0x%016" PRIx64 "\n", transport,
	       (uint64_t)msg->var.status);
}

/* GUID in its text form to wire order. */
static void parse_guid(const char *s, uint8_t out[16])
{
	static const uint8_t at[16] = { 3, 2, 1, 0, 5, 4, 7, 6,
					8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned int i, byte;

	for (i = 0; i < 16; i++) {
		while (*s == '-')
			s++;
		if (sscanf(s, "%2x", &byte) != 1) {
			errno = EINVAL;
			die("guid");
		}
		out[at[i]] = (uint8_t)byte;
		s += 2;
	}
}

/* Fills the buffer with a Get or Set message; returns its length. */
static size_t var_msg(struct mbox *m, uint64_t fn, const char *guid,
		      const char *name, uint32_t attrs, const char *data,
		      size_t data_len)
{
	struct var_msg *msg = (struct var_msg *)m->buf;
	struct kvm_uefivars_var_access *a = (void *)msg->body;
	uint8_t *p = (uint8_t *)(a + 1);
	size_t i;

	memset(m->buf, 0, PAGE);
	memcpy(msg->mm.guid, variable_guid, 16);
	msg->var.function = fn;
	msg->var.status = ~0ULL;
	parse_guid(guid, a->guid);
	a->name_size = 2 * (strlen(name) + 1);
	a->data_size = data_len;
	a->attributes = attrs;
	for (i = 0; i <= strlen(name); i++, p += 2)
		p[0] = (uint8_t)name[i];
	if (data)
		memcpy(p, data, data_len);
	return (size_t)(p - m->buf) + data_len;
}

static uint32_t le32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

/* One message of the policy protocol; its parameters are at the returned address. */
static uint8_t *policy(struct mbox *m, uint32_t command, uint32_t page,
		       uint64_t *result)
{
	static const uint8_t guid[16] = KVM_UEFIVARS_GUID_POLICY;
	struct kvm_uefivars_mm_header *mm = (void *)m->buf;
	struct kvm_uefivars_policy_header *h = (void *)(mm + 1);
	uint16_t transport;

	memset(m->buf, 0, KVM_UEFIVARS_POLICY_MSG_MAX);
	memcpy(mm->guid, guid, sizeof(guid));
	h->signature = KVM_UEFIVARS_POLICY_SIGNATURE;
	h->revision = KVM_UEFIVARS_POLICY_REVISION;
	h->command = command;
	h->result = ~0ULL;
	memcpy(h + 1, &page, sizeof(page));
	transport = send_msg(m, KVM_UEFIVARS_POLICY_MSG_MAX);
	if (transport) {
		printf("policies: transport=0x%x\n", transport);
		exit(1);
	}
	*result = h->result;
	return (uint8_t *)(h + 1);
}

/* Prints size and a hash of the table of policies, and whether it is locked. */
static void show_policies(struct mbox *m)
{
	uint32_t total, len, hash = 2166136261u, page = 0;
	uint64_t result;
	uint8_t *p = policy(m, KVM_UEFIVARS_POLICY_DUMP, page, &result);

	total = le32(p + 4);
	while (!result && p[12]) {
		p = policy(m, KVM_UEFIVARS_POLICY_DUMP, ++page, &result);
		len = le32(p + 8);
		for (uint32_t i = 0; i < len; i++)
			hash = (hash ^ p[13 + i]) * 16777619u;
	}
	printf("policies: %" PRIu32 " bytes, hash %08" PRIx32
	       ", dump=0x%" PRIx64, total, hash, result);
	policy(m, KVM_UEFIVARS_POLICY_LOCK, 0, &result);
	printf(" lock=0x%" PRIx64 "\n", result);
}

static int usage(void)
{
	fprintf(stderr, "usage: mbox reset | fn NUMBER | policies | get GUID NAME |"
			" set GUID NAME ATTRIBUTES TEXT\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct mbox m;
	size_t len;

	if (argc < 2)
		return usage();
	mbox_open(&m, strcmp(argv[1], "policies") ? 0 : MAP_HUGETLB);
	save_regs(&m);
	if (!strcmp(argv[1], "policies") && argc == 2) {
		show_policies(&m);
		restore_regs(&m);
		return 0;
	}
	if (!strcmp(argv[1], "reset") && argc == 2) {
		printf("transport=0x%x\n", command(&m, KVM_UEFIVARS_CMD_RESET));
		return 0;
	}
	if (!strcmp(argv[1], "fn") && argc == 3) {
		var_msg(&m, strtoul(argv[2], NULL, 0),
			"00000000-0000-0000-0000-000000000000", "", 0, NULL, 0);
		len = sizeof(struct var_msg);
	} else if (!strcmp(argv[1], "get") && argc == 4) {
		len = var_msg(&m, KVM_UEFIVARS_FN_GET_VARIABLE, argv[2], argv[3],
			      0, NULL, 1024);
	} else if (!strcmp(argv[1], "set") && argc == 6) {
		len = var_msg(&m, KVM_UEFIVARS_FN_SET_VARIABLE, argv[2], argv[3],
			      (uint32_t)strtoul(argv[4], NULL, 0), argv[5],
			      strlen(argv[5]));
	} else {
		return usage();
	}
	report(&m, send_msg(&m, len));
	restore_regs(&m);
	return 0;
}
