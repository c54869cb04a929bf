// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/der.c. */
#include <linux/kernel.h>
#include <linux/module.h>

#include <kunit/test.h>

#include "der.h"

#define SPAN(bytes)	((struct kuv_span){ bytes, sizeof(bytes) })

/* Is the whole of these bytes one element, or no element at all? */
#define EXPECT_ELEMENT(test, ...) do { \
	static const u8 bytes_[] = { __VA_ARGS__ }; \
	struct kuv_span rest_ = SPAN(bytes_); \
	struct kuv_der el_; \
	KUNIT_EXPECT_TRUE(test, kuv_der_next(&rest_, &el_)); \
	KUNIT_EXPECT_EQ(test, rest_.len, 0); \
	KUNIT_EXPECT_EQ(test, el_.all.len, sizeof(bytes_)); \
} while (0)

#define EXPECT_NO_ELEMENT(test, ...) do { \
	static const u8 bytes_[] = { __VA_ARGS__ }; \
	struct kuv_span rest_ = SPAN(bytes_); \
	struct kuv_der el_; \
	KUNIT_EXPECT_FALSE(test, kuv_der_next(&rest_, &el_)); \
	KUNIT_EXPECT_PTR_EQ(test, rest_.data, &bytes_[0]); \
	KUNIT_EXPECT_EQ(test, rest_.len, sizeof(bytes_)); \
} while (0)

/* Is an element well-formed in the way its type wants? */
#define EXPECT_ANY(test, want, ...) do { \
	static const u8 bytes_[] = { __VA_ARGS__ }; \
	struct kuv_span rest_ = SPAN(bytes_); \
	struct kuv_der el_; \
	KUNIT_EXPECT_EQ(test, kuv_der_take_any(&rest_, &el_), want); \
	KUNIT_EXPECT_EQ(test, rest_.len, (want) ? 0 : sizeof(bytes_)); \
} while (0)

static void next_takes_header_and_body(struct kunit *test)
{
	static const u8 b[] = { 0x04, 3, 1, 2, 3, 0x05, 0 };
	struct kuv_span rest = SPAN(b);
	struct kuv_der el;

	KUNIT_ASSERT_TRUE(test, kuv_der_next(&rest, &el));
	KUNIT_EXPECT_EQ(test, el.tag, 4);
	KUNIT_EXPECT_PTR_EQ(test, el.body.data, b + 2);
	KUNIT_EXPECT_EQ(test, el.body.len, 3);
	KUNIT_EXPECT_PTR_EQ(test, el.all.data, &b[0]);
	KUNIT_EXPECT_EQ(test, el.all.len, 5);
	KUNIT_EXPECT_PTR_EQ(test, rest.data, b + 5);
	KUNIT_EXPECT_EQ(test, rest.len, 2);
}

static void next_needs_a_whole_header(struct kunit *test)
{
	static const u8 b[] = { 0x04 };
	struct kuv_span rest = { b, 0 };
	struct kuv_der el;

	KUNIT_EXPECT_FALSE(test, kuv_der_next(&rest, &el));
	EXPECT_NO_ELEMENT(test, 0x04);
	EXPECT_NO_ELEMENT(test, 0x04, 0x81);
	EXPECT_NO_ELEMENT(test, 0x04, 0x82, 1);
	EXPECT_NO_ELEMENT(test, 0x04, 0x83, 1, 0);
}

static void next_needs_a_whole_body(struct kunit *test)
{
	EXPECT_NO_ELEMENT(test, 0x04, 2, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0x7f, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0x81, 0x80, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0x82, 0xff, 0xff, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0x83, 0xff, 0xff, 0xff, 0);
}

static void next_refuses_indefinite_lengths(struct kunit *test)
{
	EXPECT_NO_ELEMENT(test, 0x30, 0x80, 0, 0);
	EXPECT_NO_ELEMENT(test, 0x24, 0x80, 0x04, 1, 0, 0, 0);
}

static void next_refuses_lengths_that_are_too_long(struct kunit *test)
{
	EXPECT_NO_ELEMENT(test, 0x04, 0x81, 0x01, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0x81, 0x00);
	EXPECT_NO_ELEMENT(test, 0x04, 0x82, 0x00, 0x01, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0x84, 0x00, 0x00, 0x00, 0x01, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0x84, 0x01, 0x00, 0x00, 0x00, 0);
	EXPECT_NO_ELEMENT(test, 0x04, 0xff, 0x01, 0x00, 0x00, 0x00, 0);
}

static void next_takes_long_lengths(struct kunit *test)
{
	static u8 b[3 + 0x80] = { 0x04, 0x81, 0x80 };
	static u8 c[4 + 0x100] = { 0x04, 0x82, 0x01, 0x00 };
	struct kuv_span rest = SPAN(b);
	struct kuv_der el;

	KUNIT_EXPECT_TRUE(test, kuv_der_next(&rest, &el));
	KUNIT_EXPECT_EQ(test, el.body.len, 0x80);
	rest = SPAN(c);
	KUNIT_EXPECT_TRUE(test, kuv_der_next(&rest, &el));
	KUNIT_EXPECT_EQ(test, el.body.len, 0x100);
	EXPECT_ELEMENT(test, 0x05, 0);
}

static void next_refuses_other_tags(struct kunit *test)
{
	EXPECT_NO_ELEMENT(test, 0x00, 0);
	EXPECT_NO_ELEMENT(test, 0x1f, 1, 0);
	EXPECT_NO_ELEMENT(test, 0xbf, 1, 0);
	EXPECT_ELEMENT(test, 0x9e, 1, 0);
}

static void take_wants_its_tag(struct kunit *test)
{
	static const u8 b[] = { 0x02, 1, 5 };
	struct kuv_span rest = SPAN(b);
	struct kuv_der el;

	KUNIT_EXPECT_FALSE(test, kuv_der_take(&rest, KUV_DER_OID, &el));
	KUNIT_EXPECT_EQ(test, rest.len, 3);
	KUNIT_EXPECT_TRUE(test, kuv_der_take(&rest, KUV_DER_INTEGER, &el));
	KUNIT_EXPECT_FALSE(test, kuv_der_take(&rest, KUV_DER_INTEGER, &el));
	KUNIT_EXPECT_FALSE(test, kuv_der_is_next(&rest, KUV_DER_INTEGER));
}

static void only_wants_nothing_else(struct kunit *test)
{
	static const u8 b[] = { 0x05, 0, 0x05, 0 };
	struct kuv_span one = { b, 2 }, two = { b, 4 };
	struct kuv_der el;

	KUNIT_EXPECT_TRUE(test, kuv_der_only(&one, KUV_DER_NULL, &el));
	KUNIT_EXPECT_FALSE(test, kuv_der_only(&two, KUV_DER_NULL, &el));
	KUNIT_EXPECT_FALSE(test, kuv_der_only(&one, KUV_DER_SET, &el));
	KUNIT_EXPECT_EQ(test, one.len, 2);
}

static void integers_are_minimal(struct kunit *test)
{
	EXPECT_ANY(test, true, 0x02, 1, 0x00);
	EXPECT_ANY(test, true, 0x02, 1, 0x80);
	EXPECT_ANY(test, true, 0x02, 2, 0x00, 0x80);
	EXPECT_ANY(test, true, 0x02, 2, 0xff, 0x7f);
	EXPECT_ANY(test, true, 0x0a, 1, 0x01);
	EXPECT_ANY(test, false, 0x02, 0);
	EXPECT_ANY(test, false, 0x0a, 0);
	EXPECT_ANY(test, false, 0x02, 2, 0x00, 0x7f);
	EXPECT_ANY(test, false, 0x02, 2, 0xff, 0x80);
}

static void oids_are_complete(struct kunit *test)
{
	EXPECT_ANY(test, true, 0x06, 1, 0x00);
	EXPECT_ANY(test, true, 0x06, 3, 0x2a, 0x86, 0x48);
	EXPECT_ANY(test, true, 0x06, 3, 0x2a, 0x81, 0x00);
	EXPECT_ANY(test, true, 0x06, 4, 0x2a, 0x81, 0x80, 0x00);
	EXPECT_ANY(test, false, 0x06, 0);
	EXPECT_ANY(test, false, 0x06, 2, 0x2a, 0x86);
	EXPECT_ANY(test, false, 0x06, 2, 0x80, 0x01);
	EXPECT_ANY(test, false, 0x06, 3, 0x2a, 0x80, 0x01);
}

static void bit_strings_have_clear_unused_bits(struct kunit *test)
{
	EXPECT_ANY(test, true, 0x03, 1, 0);
	EXPECT_ANY(test, true, 0x03, 2, 0, 0xff);
	EXPECT_ANY(test, true, 0x03, 2, 7, 0x80);
	EXPECT_ANY(test, false, 0x03, 0);
	EXPECT_ANY(test, false, 0x03, 1, 1);
	EXPECT_ANY(test, false, 0x03, 2, 8, 0x00);
	EXPECT_ANY(test, false, 0x03, 2, 7, 0xc0);
	EXPECT_ANY(test, false, 0x03, 3, 1, 0xff, 0x01);
}

static void simple_types_have_their_length(struct kunit *test)
{
	EXPECT_ANY(test, true, 0x01, 1, 0x01);
	EXPECT_ANY(test, false, 0x01, 0);
	EXPECT_ANY(test, false, 0x01, 2, 0, 0);
	EXPECT_ANY(test, true, 0x05, 0);
	EXPECT_ANY(test, false, 0x05, 1, 0);
	EXPECT_ANY(test, true, 0x1e, 2, 0, 'a');
	EXPECT_ANY(test, false, 0x1e, 3, 0, 'a', 0);
	EXPECT_ANY(test, true, 0x1c, 4, 0, 0, 0, 'a');
	EXPECT_ANY(test, false, 0x1c, 2, 0, 'a');
}

static void sequences_are_constructed(struct kunit *test)
{
	EXPECT_ANY(test, true, 0x30, 0);
	EXPECT_ANY(test, true, 0x31, 0);
	EXPECT_ANY(test, false, 0x10, 0);
	EXPECT_ANY(test, false, 0x11, 0);
}

static void strings_are_not(struct kunit *test)
{
	EXPECT_ANY(test, true, 0x04, 1, 0);
	EXPECT_ANY(test, false, 0x24, 3, 0x04, 1, 0);
	EXPECT_ANY(test, false, 0x2c, 0);
	EXPECT_ANY(test, false, 0x22, 1, 0);
	/* What context-specific tags stand for is not known here. */
	EXPECT_ANY(test, true, 0xa4, 1, 0);
	EXPECT_ANY(test, true, 0x84, 1, 0);
}

static void any_needs_an_element(struct kunit *test)
{
	EXPECT_ANY(test, false, 0x30, 1);
}

#define EXPECT_ALGORITHM(test, want, ...) do { \
	static const u8 bytes_[] = { __VA_ARGS__ }; \
	struct kuv_span rest_ = SPAN(bytes_), oid_, all_; \
	KUNIT_EXPECT_EQ(test, kuv_der_take_algorithm(&rest_, &oid_, &all_), \
			want); \
	KUNIT_EXPECT_EQ(test, rest_.len, (want) ? 0 : sizeof(bytes_)); \
} while (0)

static void algorithms_have_an_oid_and_may_have_parameters(struct kunit *test)
{
	EXPECT_ALGORITHM(test, true, 0x30, 3, 0x06, 1, 1);
	EXPECT_ALGORITHM(test, true, 0x30, 5, 0x06, 1, 1, 0x05, 0);
	EXPECT_ALGORITHM(test, true, 0x30, 5, 0x06, 1, 1, 0x30, 0);
	EXPECT_ALGORITHM(test, false, 0x30, 0);
	EXPECT_ALGORITHM(test, false, 0x31, 3, 0x06, 1, 1);
	EXPECT_ALGORITHM(test, false, 0x30, 2, 0x05, 0);
	EXPECT_ALGORITHM(test, false, 0x30, 5, 0x06, 1, 1, 0x05, 1);
	EXPECT_ALGORITHM(test, false, 0x30, 6, 0x06, 1, 1, 0x05, 1, 0);
	EXPECT_ALGORITHM(test, false, 0x30, 7, 0x06, 1, 1, 0x05, 0, 0x05, 0);
}

static void algorithm_is_handed_out(struct kunit *test)
{
	static const u8 b[] = { 0x30, 5, 0x06, 1, 1, 0x05, 0 };
	struct kuv_span rest = SPAN(b), oid, all;

	KUNIT_ASSERT_TRUE(test, kuv_der_take_algorithm(&rest, &oid, &all));
	KUNIT_EXPECT_PTR_EQ(test, oid.data, b + 4);
	KUNIT_EXPECT_EQ(test, oid.len, 1);
	KUNIT_EXPECT_PTR_EQ(test, all.data, &b[0]);
	KUNIT_EXPECT_EQ(test, all.len, sizeof(b));
	rest = SPAN(b);
	KUNIT_EXPECT_TRUE(test, kuv_der_take_algorithm(&rest, &oid, NULL));
}

static void spans_compare_lengths_and_bytes(struct kunit *test)
{
	static const u8 a[] = { 1, 2, 3 }, b[] = { 1, 2, 4 };
	struct kuv_span x = { a, 3 }, y = { b, 3 }, z = { a, 2 };
	struct kuv_span nothing = { NULL, 0 }, empty = { a, 0 };

	KUNIT_EXPECT_TRUE(test, kuv_span_equal(&x, &x));
	KUNIT_EXPECT_FALSE(test, kuv_span_equal(&x, &y));
	KUNIT_EXPECT_FALSE(test, kuv_span_equal(&x, &z));
	KUNIT_EXPECT_TRUE(test, kuv_span_equal(&nothing, &empty));
}

/* Whatever three bytes say, nothing outside of them is handed out. */
static void no_header_leads_outside(struct kunit *test)
{
	struct kuv_span rest;
	struct kuv_der el;
	u8 b[3];
	u32 i;

	for (i = 0; i < 1 << 16; i++) {
		b[0] = 0x04;
		b[1] = i >> 8;
		b[2] = i;
		rest = SPAN(b);
		if (!kuv_der_next(&rest, &el))
			continue;
		KUNIT_EXPECT_EQ(test, el.all.len + rest.len, sizeof(b));
		KUNIT_EXPECT_EQ(test, el.body.len, b[1]);
	}
}

static struct kunit_case der_cases[] = {
	KUNIT_CASE(next_takes_header_and_body),
	KUNIT_CASE(next_needs_a_whole_header),
	KUNIT_CASE(next_needs_a_whole_body),
	KUNIT_CASE(next_refuses_indefinite_lengths),
	KUNIT_CASE(next_refuses_lengths_that_are_too_long),
	KUNIT_CASE(next_takes_long_lengths),
	KUNIT_CASE(next_refuses_other_tags),
	KUNIT_CASE(take_wants_its_tag),
	KUNIT_CASE(only_wants_nothing_else),
	KUNIT_CASE(integers_are_minimal),
	KUNIT_CASE(oids_are_complete),
	KUNIT_CASE(bit_strings_have_clear_unused_bits),
	KUNIT_CASE(simple_types_have_their_length),
	KUNIT_CASE(sequences_are_constructed),
	KUNIT_CASE(strings_are_not),
	KUNIT_CASE(any_needs_an_element),
	KUNIT_CASE(algorithms_have_an_oid_and_may_have_parameters),
	KUNIT_CASE(algorithm_is_handed_out),
	KUNIT_CASE(spans_compare_lengths_and_bytes),
	KUNIT_CASE(no_header_leads_outside),
	{}
};

static struct kunit_suite der_suite = {
	.name = "kvm_uefivars_der",
	.test_cases = der_cases,
};

kunit_test_suite(der_suite);

MODULE_DESCRIPTION("KUnit tests of the DER walker");
MODULE_LICENSE("GPL");
