// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the batch parser: each bound, one at a time. */
#include "batch.h"

#include <linux/kvm_uefivars.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define HEAD sizeof(struct kvm_uefivars_batch)
#define RECORD sizeof(struct kvm_uefivars_record)
#define BUF 512

/* A batch that is built field by field and then spoiled. */
struct builder {
	/* Odd address: the parser must not rely on alignment. */
	uint8_t raw[BUF + 1];
	size_t len;
};

static uint8_t *bytes(struct builder *b)
{
	return b->raw + 1;
}

static struct kvm_uefivars_batch get_head(struct builder *b)
{
	struct kvm_uefivars_batch h;

	memcpy(&h, bytes(b), sizeof(h));
	return h;
}

static void set_head(struct builder *b, struct kvm_uefivars_batch h)
{
	memcpy(bytes(b), &h, sizeof(h));
}

static struct kvm_uefivars_record get_record(struct builder *b)
{
	struct kvm_uefivars_record r;

	memcpy(&r, bytes(b) + HEAD, sizeof(r));
	return r;
}

/* The first record of the batch. */
static void set_record(struct builder *b, struct kvm_uefivars_record r)
{
	memcpy(bytes(b) + HEAD, &r, sizeof(r));
}

static void add_record(struct builder *b, uint64_t seq, uint32_t flags)
{
	bool gone = flags & KVM_UEFIVARS_RECORD_DELETED;
	struct kvm_uefivars_record r = {
		.len = RECORD + 8,
		.head_len = RECORD,
		.seq = seq,
		.flags = flags,
		.attributes = gone ? 0 : 7,
		.guid = { 0xab },
		.time = { 0xcd },
		.name_len = 4,
		.data_len = gone ? 0 : 3,
	};
	struct kvm_uefivars_batch h = get_head(b);
	uint8_t *p = bytes(b) + b->len;

	memcpy(p, &r, sizeof(r));
	memcpy(p + RECORD, U16("AB"), 4);
	memcpy(p + RECORD + 4, "xyz", 3);
	b->len += r.len;
	h.len = b->len;
	h.nr_records++;
	if (seq > h.seq)
		h.seq = seq;
	set_head(b, h);
}

static void empty(struct builder *b)
{
	memset(b, 0, sizeof(*b));
	b->len = HEAD;
	set_head(b, (struct kvm_uefivars_batch){ .head_len = HEAD, .len = HEAD,
						 .seq = 1 });
}

static void two_records(struct builder *b)
{
	empty(b);
	add_record(b, 5, 0);
	add_record(b, 7, KVM_UEFIVARS_RECORD_DELETED);
}

/* A copy of exact size, so that the sanitizer sees one byte too far. */
static const char *parse(struct builder *b)
{
	uint8_t *exact = malloc(b->len ? b->len : 1);
	struct vard_batch batch;
	const char *reason;

	assert_non_null(exact);
	memcpy(exact, bytes(b), b->len);
	reason = vard_batch_init(&batch, exact, b->len);
	free(exact);
	return reason;
}

static void batch_sound(void **state)
{
	struct vard_batch batch;
	struct builder b;
	struct vard_var v;

	(void)state;
	two_records(&b);
	assert_null(vard_batch_init(&batch, bytes(&b), b.len));
	assert_int_equal(batch.seq, 7);
	assert_true(vard_batch_next(&batch, &v));
	assert_int_equal(v.seq, 5);
	assert_false(v.is_deleted);
	assert_int_equal(v.attributes, 7);
	assert_int_equal(v.guid[0], 0xab);
	assert_int_equal(v.time[0], 0xcd);
	assert_int_equal(v.name_len, 4);
	assert_memory_equal(v.name, U16("AB"), 4);
	assert_int_equal(v.data_len, 3);
	assert_memory_equal(v.data, "xyz", 3);
	assert_true(vard_batch_next(&batch, &v));
	assert_true(v.is_deleted);
	assert_int_equal(v.seq, 7);
	assert_false(vard_batch_next(&batch, &v));
}

static void batch_without_records(void **state)
{
	struct builder b;

	(void)state;
	empty(&b);
	assert_null(parse(&b));
}

static void batch_larger_head(void **state)
{
	struct vard_batch batch;
	struct builder b;
	struct vard_var v;

	(void)state;
	/* A newer module's head: what is not known is skipped. */
	empty(&b);
	b.len += 8;
	set_head(&b, (struct kvm_uefivars_batch){ .head_len = HEAD + 8,
						  .len = b.len, .seq = 1 });
	add_record(&b, 1, 0);
	assert_null(vard_batch_init(&batch, bytes(&b), b.len));
	assert_true(vard_batch_next(&batch, &v));
	assert_memory_equal(v.name, U16("AB"), 4);
}

static void batch_cut_anywhere(void **state)
{
	struct builder b;
	size_t full;

	(void)state;
	two_records(&b);
	full = b.len;
	for (b.len = 0; b.len < full; b.len++)
		assert_non_null(parse(&b));
}

static void batch_cut_with_matching_length(void **state)
{
	struct builder b;
	size_t full;

	(void)state;
	two_records(&b);
	full = b.len;
	for (b.len = HEAD; b.len < full; b.len++) {
		struct kvm_uefivars_batch h = get_head(&b);

		h.len = b.len;
		set_head(&b, h);
		assert_non_null(parse(&b));
	}
}

/* Each row sets one field of the head to one value. */
#define HEAD_CASE(field, value)                                        \
	do {                                                           \
		struct kvm_uefivars_batch h;                           \
		struct builder b;                                      \
								       \
		two_records(&b);                                       \
		h = get_head(&b);                                      \
		h.field = value;                                       \
		set_head(&b, h);                                       \
		if (!parse(&b))                                        \
			fail_msg("head." #field " = " #value);         \
	} while (0)

static void batch_bad_head(void **state)
{
	(void)state;
	HEAD_CASE(head_len, 0);
	HEAD_CASE(head_len, HEAD - 1);
	HEAD_CASE(head_len, HEAD + 1);
	HEAD_CASE(head_len, BUF);
	HEAD_CASE(head_len, UINT32_MAX);
	HEAD_CASE(nr_records, 0);
	HEAD_CASE(nr_records, 1);
	HEAD_CASE(nr_records, 3);
	HEAD_CASE(nr_records, UINT32_MAX);
	HEAD_CASE(len, 0);
	HEAD_CASE(len, h.len - 1);
	HEAD_CASE(len, h.len + 1);
	HEAD_CASE(len, UINT64_MAX);
	HEAD_CASE(seq, 0);
	HEAD_CASE(seq, 6);
}

#define RECORD_CASE(field, value)                                      \
	do {                                                           \
		struct kvm_uefivars_record r;                          \
		struct builder b;                                      \
								       \
		two_records(&b);                                       \
		r = get_record(&b);                                    \
		r.field = value;                                       \
		set_record(&b, r);                                     \
		if (!parse(&b))                                        \
			fail_msg("record." #field " = " #value);       \
	} while (0)

static void batch_bad_record(void **state)
{
	(void)state;
	RECORD_CASE(len, 0);
	RECORD_CASE(len, 8);
	RECORD_CASE(len, r.len - 8);
	RECORD_CASE(len, r.len + 4);
	RECORD_CASE(len, r.len + 8);
	RECORD_CASE(len, UINT32_MAX);
	RECORD_CASE(len, UINT32_MAX - 7);
	RECORD_CASE(head_len, 0);
	RECORD_CASE(head_len, RECORD - 1);
	RECORD_CASE(head_len, r.len + 1);
	RECORD_CASE(head_len, UINT32_MAX);
	RECORD_CASE(seq, 0);
	RECORD_CASE(seq, 8);
	RECORD_CASE(flags, 2);
	RECORD_CASE(flags, 1); /* removed, and yet data */
	RECORD_CASE(attributes, 0);
	RECORD_CASE(attributes, 6);
	RECORD_CASE(name_len, 0);
	RECORD_CASE(name_len, 3);
	RECORD_CASE(name_len, 10);
	RECORD_CASE(name_len, UINT32_MAX);
	RECORD_CASE(name_len, UINT32_MAX - 1);
	RECORD_CASE(data_len, 0);
	RECORD_CASE(data_len, 5);
	RECORD_CASE(data_len, UINT32_MAX);
	RECORD_CASE(data_len, UINT32_MAX - 3);
}

static void batch_nul_in_name(void **state)
{
	struct builder b;

	(void)state;
	two_records(&b);
	memset(bytes(&b) + HEAD + RECORD, 0, 2);
	assert_non_null(parse(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batch_sound),
		cmocka_unit_test(batch_without_records),
		cmocka_unit_test(batch_larger_head),
		cmocka_unit_test(batch_cut_anywhere),
		cmocka_unit_test(batch_cut_with_matching_length),
		cmocka_unit_test(batch_bad_head),
		cmocka_unit_test(batch_bad_record),
		cmocka_unit_test(batch_nul_in_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
