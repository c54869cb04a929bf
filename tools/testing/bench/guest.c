// SPDX-License-Identifier: GPL-2.0-or-later
/* The measuring guest: drives the mailbox by DMA and times each call by TSC. */

#include <linux/kvm_uefivars_mailbox.h>

#include "job.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define HEAD_LEN	sizeof(struct kvm_uefivars_mm_header)
#define POISON		0xdeadbeefu
#define NAME_CHARS	8	/* of every name here, without the NUL */
#define NAME_LEN	((NAME_CHARS + 1) * sizeof(u16))

struct message {
	struct kvm_uefivars_mm_header head;
	struct kvm_uefivars_var_header var;
	union {
		struct {
			struct kvm_uefivars_var_access access;
			u16 name[NAME_CHARS + 1];
			u8 data[65536 - 24 - 16 - 36 - NAME_LEN];
		} __attribute__((packed)) a;
		struct {
			struct kvm_uefivars_var_next next;
			u16 name[512];
		} __attribute__((packed)) n;
	};
} __attribute__((packed));

static const u8 variable_guid[16] = KVM_UEFIVARS_GUID_VARIABLE;
/* The namespace of all variables made here. */
static const u8 bench_guid[16] = {
	0x52, 0x13, 0xd8, 0x7a, 0x9e, 0x60, 0x4f, 0x4c,
	0xb1, 0x0a, 0x8e, 0x27, 0xc3, 0x95, 0x11, 0x6d,
};

static void out(u32 event)
{
	asm volatile("outl %0, %w1" : : "a"(event), "Nd"(BENCH_PORT) : "memory");
}

static u64 rdtsc(void)
{
	u64 t;

	asm volatile("rdtsc" : "=A"(t) : : "memory");
	return t;
}

static void *reg(u32 offset)
{
	return (void *)(u32)(KVM_UEFIVARS_MMIO_BASE + offset);
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

/* The compiler may call these. */
void *memcpy(void *to, const void *from, u32 len);
void *memset(void *to, int c, u32 len);

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

static int is_equal(const void *a, const void *b, u32 len)
{
	const u8 *x = a, *y = b;

	while (len && *x == *y) {
		x++;
		y++;
		len--;
	}
	return !len;
}

static void bad(struct bench_job *j, u32 line, u64 value)
{
	if (!j->nr_bad++) {
		j->bad_line = line;
		j->bad_value = value;
	}
}

/* check: count a wrong answer, with where and what. */
#define check(j, cond, value) \
	do { if (!(cond)) bad(j, __LINE__, value); } while (0)

static struct message *mailbox(void)
{
	return (struct message *)BENCH_MAILBOX_ADDR;
}

/* One call as firmware makes it: the command, then the status. */
static inline u16 ring(void)
{
	write16(KVM_UEFIVARS_REG_CMD_STS, KVM_UEFIVARS_CMD_DMA_MM);
	return read16(KVM_UEFIVARS_REG_CMD_STS);
}

static void record(struct bench_job *j, u64 ticks)
{
	j->calls++;
	j->sum += ticks;
	if (ticks < j->min)
		j->min = ticks;
	if (ticks > j->max)
		j->max = ticks;
}

static void timed_ring(struct bench_job *j)
{
	u64 start = rdtsc();
	u16 status = ring();
	u64 end = rdtsc();

	record(j, end - start);
	check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
}

static u64 status_of(const struct message *m)
{
	return m->var.status;
}

/* "Bench" and three digits. */
static void put_name(void *to, u32 number)
{
	u16 name[NAME_CHARS + 1] = { 'B', 'e', 'n', 'c', 'h' };

	name[5] = (u16)('0' + number / 100);
	name[6] = (u16)('0' + number / 10 % 10);
	name[7] = (u16)('0' + number % 10);
	memcpy(to, name, sizeof(name));
}

static void put_head(struct message *m, u32 function, u32 body_len)
{
	memcpy(m->head.guid, variable_guid, sizeof(variable_guid));
	m->head.message_len = sizeof(m->var) + body_len;
	m->var.function = function;
	m->var.status = POISON;
}

static void put_access(struct message *m, u32 function, u32 number,
		       u32 attributes, u32 len)
{
	put_head(m, function, sizeof(m->a.access) + NAME_LEN + len);
	memcpy(m->a.access.guid, bench_guid, sizeof(bench_guid));
	m->a.access.data_size = len;
	m->a.access.name_size = NAME_LEN;
	m->a.access.attributes = attributes;
	put_name(m->a.name, number);
}

static u32 get_word(const struct message *m, u32 pos)
{
	u32 v;

	memcpy(&v, m->a.data + pos, sizeof(v));
	return v;
}

static void put_word(struct message *m, u32 pos, u32 v)
{
	memcpy(m->a.data + pos, &v, sizeof(v));
}

/* Contents that differ from word to word and from @seed to @seed. */
static u32 pattern(u32 seed, u32 pos)
{
	return seed * 0x9e3779b1u + pos;
}

static void put_data(struct message *m, u32 seed, u32 len)
{
	u32 pos;

	for (pos = 0; pos < len; pos += 4)
		put_word(m, pos, pattern(seed, pos));
}

static void set_variable(struct bench_job *j, u32 number, u32 seed)
{
	struct message *m = mailbox();
	u16 status;

	put_access(m, KVM_UEFIVARS_FN_SET_VARIABLE, number, j->attributes,
		   j->data_len);
	put_data(m, seed, j->data_len);
	status = ring();
	check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
	check(j, !status_of(m), status_of(m));
}

static void check_data(struct bench_job *j, u32 seed, u32 step)
{
	const struct message *m = mailbox();
	u32 pos, last = j->data_len - 4;

	check(j, !status_of(m), status_of(m));
	check(j, m->a.access.data_size == j->data_len, m->a.access.data_size);
	check(j, m->a.access.attributes == j->attributes,
	      m->a.access.attributes);
	for (pos = 0; pos < last; pos += step)
		check(j, get_word(m, pos) == pattern(seed, pos), pos);
	check(j, get_word(m, last) == pattern(seed, last), last);
}

/* Read back all of a variable, untimed. */
static void verify_variable(struct bench_job *j, u32 number, u32 seed)
{
	struct message *m = mailbox();
	u16 status;

	put_access(m, KVM_UEFIVARS_FN_GET_VARIABLE, number, 0, j->data_len);
	memset(m->a.data, 0, j->data_len);
	status = ring();
	check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
	check_data(j, seed, 4);
}

static void do_setup(struct bench_job *j)
{
	write16(KVM_UEFIVARS_REG_CMD_STS, KVM_UEFIVARS_CMD_RESET);
	write32(KVM_UEFIVARS_REG_BUFFER_SIZE, KVM_UEFIVARS_BUFFER_MAX);
	write32(KVM_UEFIVARS_REG_ADDR_LO, BENCH_MAILBOX_ADDR);
	write32(KVM_UEFIVARS_REG_ADDR_HI, 0);
	check(j, read16(KVM_UEFIVARS_REG_MAGIC) == KVM_UEFIVARS_MAGIC_VALUE,
	      read16(KVM_UEFIVARS_REG_MAGIC));
}

static void do_fill(struct bench_job *j)
{
	u32 i;

	for (i = 0; i < BENCH_LIST_VARS; i++)
		set_variable(j, i, i);
}

static void send_event(struct bench_job *j, const u8 *guid)
{
	struct message *m = mailbox();
	u16 status;

	memcpy(m->head.guid, guid, 16);
	m->head.message_len = 1;
	*(u8 *)&m->var = 0;
	status = ring();
	check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
}

static void do_boot_done(struct bench_job *j)
{
	static const u8 events[][16] = {
		KVM_UEFIVARS_GUID_END_OF_DXE,
		KVM_UEFIVARS_GUID_READY_TO_BOOT,
		KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES,
	};
	u32 i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		send_event(j, events[i]);
}

static void nothing_window(struct bench_job *j)
{
	u32 i;

	for (i = 0; i < BENCH_WINDOW; i++) {
		u64 start = rdtsc();

		record(j, rdtsc() - start);
	}
}

static void doorbell_window(struct bench_job *j)
{
	u32 i;

	for (i = 0; i < BENCH_WINDOW; i++)
		timed_ring(j);
}

/* Not in the list, so that size and attributes are free. */
#define GET_NUMBER	500
#define SET_NUMBER	600

static u32 set_number(const struct bench_job *j)
{
	return SET_NUMBER + j->attributes;
}

static void get_window(struct bench_job *j)
{
	struct message *m = mailbox();
	u32 i, last = j->data_len - 4;

	put_access(m, KVM_UEFIVARS_FN_GET_VARIABLE, GET_NUMBER, 0, j->data_len);
	for (i = 0; i < BENCH_WINDOW; i++) {
		m->var.status = POISON;
		m->a.access.attributes = POISON;
		put_word(m, 0, POISON);
		put_word(m, last, POISON);
		timed_ring(j);
		check_data(j, j->data_len, j->data_len);
	}
}

static void set_window(struct bench_job *j)
{
	struct message *m = mailbox();
	u32 i, seed = (u32)j->calls;

	put_access(m, KVM_UEFIVARS_FN_SET_VARIABLE, set_number(j),
		   j->attributes, j->data_len);
	for (i = 0; i < BENCH_WINDOW; i++) {
		m->var.status = POISON;
		put_data(m, ++seed, j->data_len);
		timed_ring(j);
		check(j, !status_of(m), status_of(m));
	}
}

static void put_first(struct message *m)
{
	memset(&m->n, 0, sizeof(m->n));
}

/* Found since the start of the list, and ends of the list; both span windows. */
static u32 nr_listed, nr_lists;

/* One call; an end of the list starts it again and must have shown it all. */
static void next_call(struct bench_job *j, struct message *m)
{
	m->var.status = POISON;
	m->n.next.name_size = sizeof(m->n.name);
	timed_ring(j);
	if (status_of(m) == KVM_UEFIVARS_EFI_NOT_FOUND) {
		check(j, nr_listed == BENCH_LIST_VARS, nr_listed);
		nr_listed = 0;
		nr_lists++;
		put_first(m);
		return;
	}
	check(j, !status_of(m), status_of(m));
	if (!is_equal(m->n.next.guid, bench_guid, sizeof(bench_guid)))
		return;
	check(j, m->n.next.name_size == NAME_LEN, m->n.next.name_size);
	if (m->n.name[5] < '1') /* "Bench0.." */
		nr_listed++;
}

static void next_window(struct bench_job *j)
{
	struct message *m = mailbox();
	u32 i;

	put_head(m, KVM_UEFIVARS_FN_GET_NEXT_NAME, sizeof(m->n));
	for (i = 0; i < BENCH_WINDOW; i++)
		next_call(j, m);
}

static void clear_times(struct bench_job *j)
{
	j->calls = 0;
	j->sum = 0;
	j->max = 0;
	j->min = ~0ULL;
}

/* The first window warms up: it meets the first fault of every page. */
static void run_windows(struct bench_job *j,
			void (*window)(struct bench_job *j))
{
	u32 i;

	window(j);
	clear_times(j);
	for (i = 0; i < j->windows; i++) {
		out(BENCH_EVENT_BEGIN);
		window(j);
		out(BENCH_EVENT_END);
	}
}

static void do_get_next(struct bench_job *j)
{
	nr_listed = 0;
	nr_lists = 0;
	put_first(mailbox());
	run_windows(j, next_window);
	check(j, nr_lists, nr_lists);
}

/* The next message of the file; its length, itself, padding to 8 bytes. */
static const u8 *next_auth;

static void put_auth(struct message *m)
{
	u32 len = *(const u32 *)next_auth;

	memcpy(m, next_auth + 8, len);
	next_auth += 8 + ((len + 7) & ~7u);
}

/* Meet the first fault of every page now. */
static void touch_auth(void)
{
	u32 addr;

	for (addr = BENCH_AUTH_ADDR; addr < BENCH_RAM_LEN; addr += 4096)
		(void)*(volatile const u8 *)addr;
}

static void do_keys(struct bench_job *j)
{
	struct message *m = mailbox();
	u32 i;
	u16 status;

	touch_auth();
	next_auth = (const u8 *)BENCH_AUTH_ADDR;
	for (i = 0; i < BENCH_AUTH_KEYS; i++) {
		put_auth(m);
		status = ring();
		check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
		check(j, !status_of(m), status_of(m));
	}
}

static void auth_calls(struct bench_job *j, u32 nr)
{
	struct message *m = mailbox();

	while (nr--) {
		put_auth(m);
		timed_ring(j);
		check(j, !status_of(m), status_of(m));
	}
}

static void do_auth(struct bench_job *j)
{
	auth_calls(j, BENCH_AUTH_WARM);
	clear_times(j);
	out(BENCH_EVENT_BEGIN);
	auth_calls(j, BENCH_WINDOW);
	out(BENCH_EVENT_END);
}

static void run_job(struct bench_job *j)
{
	switch (j->kind) {
	case BENCH_NOTHING:
		return run_windows(j, nothing_window);
	case BENCH_DOORBELL:
		return run_windows(j, doorbell_window);
	case BENCH_SETUP:
		return do_setup(j);
	case BENCH_FILL:
		return do_fill(j);
	case BENCH_BOOT_DONE:
		return do_boot_done(j);
	case BENCH_GET:
		set_variable(j, GET_NUMBER, j->data_len);
		verify_variable(j, GET_NUMBER, j->data_len);
		return run_windows(j, get_window);
	case BENCH_GET_NEXT:
		return do_get_next(j);
	case BENCH_SET:
		run_windows(j, set_window);
		return verify_variable(j, set_number(j), (u32)j->calls);
	case BENCH_KEYS:
		return do_keys(j);
	case BENCH_AUTH:
		return do_auth(j);
	}
	bad(j, __LINE__, j->kind);
}

void guest_main(u32 vcpu) __attribute__((noreturn));

void guest_main(u32 vcpu)
{
	struct bench_job *j;

	j = (struct bench_job *)(BENCH_JOB_ADDR + vcpu * BENCH_JOB_LEN);
	for (;;) {
		out(BENCH_EVENT_READY);
		j->nr_bad = 0;
		j->bad_line = 0;
		j->bad_value = 0;
		clear_times(j);
		run_job(j);
	}
}
