// SPDX-License-Identifier: GPL-2.0-or-later
/* The measuring guest: makes the calls of a job and checks every answer. */

#include "guest.h"

#define POISON		0xdeadbeefu

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

void bad(struct bench_job *j, u32 line, u64 value)
{
	if (!j->nr_bad++) {
		j->bad_line = line;
		j->bad_value = value;
	}
}

void record(struct bench_job *j, u64 ticks)
{
	j->calls++;
	j->sum += ticks;
	if (ticks < j->min)
		j->min = ticks;
	if (ticks > j->max)
		j->max = ticks;
}

static u64 status_of(const struct message *m)
{
	return m->var.status;
}

/* Numbers of variables: the list first, then what the jobs make themselves. */
#define GET_NUMBER	1000
#define SET_NUMBER	1100
#define DELETE_NUMBER	2000

/* A word for each thousand, and three digits. */
static void put_name(void *to, u32 number)
{
	static const char family[][6] = { "Bench", "Other", "Erase" };
	u16 name[NAME_CHARS + 1];
	u32 i;

	for (i = 0; i < 5; i++)
		name[i] = (u16)family[number / 1000][i];
	number %= 1000;
	name[5] = (u16)('0' + number / 100);
	name[6] = (u16)('0' + number / 10 % 10);
	name[7] = (u16)('0' + number % 10);
	name[8] = 0;
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
	status = ring(j);
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
	status = ring(j);
	check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
	check_data(j, seed, 4);
}

static void do_fill(struct bench_job *j)
{
	u32 i;

	for (i = 0; i < j->nr_list; i++)
		set_variable(j, i, i);
}

static void send_event(struct bench_job *j, const u8 *guid)
{
	struct message *m = mailbox();
	u16 status;

	memcpy(m->head.guid, guid, 16);
	m->head.message_len = 1;
	*(u8 *)&m->var = 0;
	status = ring(j);
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

	for (i = 0; i < BENCH_WINDOW; i++)
		timed_nothing(j);
}

static void doorbell_window(struct bench_job *j)
{
	u32 i;

	for (i = 0; i < BENCH_WINDOW; i++)
		timed_ring(j);
}

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

static void query_window(struct bench_job *j)
{
	struct message *m = mailbox();
	u32 i;

	put_head(m, KVM_UEFIVARS_FN_QUERY_INFO, sizeof(m->q));
	for (i = 0; i < BENCH_WINDOW; i++) {
		memset(&m->q, 0, sizeof(m->q));
		m->q.attributes = j->attributes;
		m->var.status = POISON;
		timed_ring(j);
		check(j, !status_of(m), status_of(m));
		check(j, m->q.storage_max, 0);
		check(j, m->q.storage_left <= m->q.storage_max,
		      m->q.storage_left);
	}
}

/* What the next window deletes; BENCH_WINDOW variables, each deleted once. */
static void make_deletable(struct bench_job *j)
{
	u32 i;

	for (i = 0; i < BENCH_WINDOW; i++)
		set_variable(j, DELETE_NUMBER + i, i);
}

static void delete_window(struct bench_job *j)
{
	struct message *m = mailbox();
	u32 i;

	for (i = 0; i < BENCH_WINDOW; i++) {
		put_access(m, KVM_UEFIVARS_FN_SET_VARIABLE, DELETE_NUMBER + i,
			   j->attributes, 0);
		timed_ring(j);
		check(j, !status_of(m), status_of(m));
	}
}

/* All of them are gone. */
static void verify_deleted(struct bench_job *j)
{
	struct message *m = mailbox();
	u32 i;
	u16 status;

	for (i = 0; i < BENCH_WINDOW; i++) {
		put_access(m, KVM_UEFIVARS_FN_GET_VARIABLE, DELETE_NUMBER + i,
			   0, j->data_len);
		status = ring(j);
		check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
		check(j, status_of(m) == KVM_UEFIVARS_EFI_NOT_FOUND,
		      status_of(m));
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
		check(j, nr_listed == j->nr_list, nr_listed);
		nr_listed = 0;
		nr_lists++;
		put_first(m);
		return;
	}
	check(j, !status_of(m), status_of(m));
	if (!is_equal(m->n.next.guid, bench_guid, sizeof(bench_guid)))
		return;
	check(j, m->n.next.name_size == NAME_LEN, m->n.next.name_size);
	if (m->n.name[0] == 'B') /* not one that a job made */
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

/*
 * The first window warms up: it meets the first fault of every page. What @prepare
 * does before each, NULL for nothing, is not counted.
 */
static void run_prepared(struct bench_job *j,
			 void (*prepare)(struct bench_job *j),
			 void (*window)(struct bench_job *j))
{
	u32 i;

	if (!(j->flags & BENCH_COLD)) {
		if (prepare)
			prepare(j);
		window(j);
		clear_times(j);
	}
	for (i = 0; i < j->windows; i++) {
		if (prepare)
			prepare(j);
		out(BENCH_EVENT_BEGIN);
		window(j);
		out(BENCH_EVENT_END);
	}
}

static void run_windows(struct bench_job *j,
			void (*window)(struct bench_job *j))
{
	run_prepared(j, (void *)0, window);
}

static void do_delete(struct bench_job *j)
{
	run_prepared(j, make_deletable, delete_window);
	verify_deleted(j);
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

static void skip_auth(u32 nr)
{
	next_auth = (const u8 *)BENCH_AUTH_ADDR;
	while (nr--)
		next_auth += 8 + ((*(const u32 *)next_auth + 7) & ~7u);
}

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

	skip_auth(0);
	for (i = 0; i < BENCH_AUTH_KEYS; i++) {
		put_auth(m);
		status = ring(j);
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

/* @first: the first message of this kind; some to warm up, then the window. */
static void do_auth(struct bench_job *j, u32 first)
{
	if (j->flags & BENCH_COLD) {
		skip_auth(first + BENCH_AUTH_WARM);
	} else {
		skip_auth(first);
		auth_calls(j, BENCH_AUTH_WARM);
		clear_times(j);
	}
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
		return set_up_registers(j);
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
	case BENCH_QUERY:
		return run_windows(j, query_window);
	case BENCH_DELETE:
		return do_delete(j);
	case BENCH_SET:
		run_windows(j, set_window);
		return verify_variable(j, set_number(j), (u32)j->calls);
	case BENCH_KEYS:
		return do_keys(j);
	case BENCH_SIGNED:
		return touch_auth();
	case BENCH_APPEND:
		return do_auth(j, BENCH_AUTH_KEYS);
	case BENCH_PRIVATE:
		return do_auth(j, BENCH_AUTH_KEYS + BENCH_AUTH_WARM +
				  BENCH_WINDOW);
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
