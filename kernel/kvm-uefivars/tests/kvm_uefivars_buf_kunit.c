// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/buf.c. */
#include <linux/module.h>

#include <kunit/test.h>

#include "buf.h"

static u8 bytes[8] = { 'a', 0, 'b', 0, 0, 0, 'c', 1 };

static void take_in_steps(struct kunit *test)
{
	struct kuv_buf b;

	kuv_buf_init(&b, bytes, sizeof(bytes));
	KUNIT_EXPECT_EQ(test, kuv_buf_left(&b), 8);
	KUNIT_EXPECT_PTR_EQ(test, kuv_buf_take(&b, 3), (void *)bytes);
	KUNIT_EXPECT_PTR_EQ(test, kuv_buf_take(&b, 5), (void *)(bytes + 3));
	KUNIT_EXPECT_EQ(test, kuv_buf_left(&b), 0);
}

static void take_nothing_at_end(struct kunit *test)
{
	struct kuv_buf b;

	kuv_buf_init(&b, bytes, sizeof(bytes));
	KUNIT_EXPECT_NOT_NULL(test, kuv_buf_take(&b, 8));
	KUNIT_EXPECT_PTR_EQ(test, kuv_buf_take(&b, 0), (void *)(bytes + 8));
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, 1));
}

static void take_past_end_moves_nothing(struct kunit *test)
{
	struct kuv_buf b;

	kuv_buf_init(&b, bytes, sizeof(bytes));
	KUNIT_EXPECT_NOT_NULL(test, kuv_buf_take(&b, 2));
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, 7));
	KUNIT_EXPECT_EQ(test, b.pos, 2);
	KUNIT_EXPECT_PTR_EQ(test, kuv_buf_take(&b, 6), (void *)(bytes + 2));
}

static void take_length_above_32_bits(struct kunit *test)
{
	struct kuv_buf b;

	kuv_buf_init(&b, bytes, sizeof(bytes));
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, (1ULL << 32) + 1));
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, 1ULL << 32));
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, ~0ULL));
	KUNIT_EXPECT_EQ(test, b.pos, 0);
}

static void take_length_that_would_wrap(struct kunit *test)
{
	struct kuv_buf b;

	kuv_buf_init(&b, bytes, sizeof(bytes));
	KUNIT_EXPECT_NOT_NULL(test, kuv_buf_take(&b, 4));
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, 0xfffffffcU));
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, ~0ULL - 3));
	KUNIT_EXPECT_EQ(test, b.pos, 4);
}

static void take_from_empty(struct kunit *test)
{
	struct kuv_buf b;

	kuv_buf_init(&b, bytes, 0);
	KUNIT_EXPECT_NULL(test, kuv_buf_take(&b, 1));
	KUNIT_EXPECT_NOT_NULL(test, kuv_buf_take(&b, 0));
}

static void utf16_at_is_little_endian(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kuv_utf16_at(bytes, 0), 'a');
	KUNIT_EXPECT_EQ(test, kuv_utf16_at(bytes, 3), 0x163);
	/* Unaligned. */
	KUNIT_EXPECT_EQ(test, kuv_utf16_at(bytes + 1, 0), 'b' << 8);
}

static void utf16_len_stops_at_first_nul(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kuv_utf16_len(bytes, 4), 2);
	KUNIT_EXPECT_EQ(test, kuv_utf16_len(bytes, 3), 2);
}

static void utf16_len_without_nul(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kuv_utf16_len(bytes, 2), 2);
	KUNIT_EXPECT_EQ(test, kuv_utf16_len(bytes, 0), 0);
}

static void utf16_len_needs_both_bytes_zero(struct kunit *test)
{
	static const u8 high[] = { 0, 1, 1, 0, 0, 0 };

	KUNIT_EXPECT_EQ(test, kuv_utf16_len(high, 3), 2);
}

/* Every place of the NUL, every length, units that are nearly zero. */
static void utf16_len_of_all_lengths(struct kunit *test)
{
	static const u16 units[] = { 1, 0x100, 0x8000, 0xffff, 0x7fff, 0xff };
	u8 *p = kunit_kzalloc(test, 2 * 16, GFP_KERNEL);
	u32 nul, nr, i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (nul = 0; nul <= 16; nul++) {
		for (i = 0; i < 16; i++) {
			u16 unit = i == nul ? 0 : units[(i + nul) % 6];

			p[2 * i] = unit;
			p[2 * i + 1] = unit >> 8;
		}
		for (nr = 0; nr <= 16; nr++) {
			/* At the end of the memory: a look behind is seen. */
			const u8 *s = p + 2 * (16 - nr);
			u32 want = nr, first = 16 - nr;

			if (nul >= first && nul < 16)
				want = nul - first;
			KUNIT_EXPECT_EQ(test, kuv_utf16_len(s, nr), want);
		}
	}
}

static struct kunit_case buf_cases[] = {
	KUNIT_CASE(take_in_steps),
	KUNIT_CASE(take_nothing_at_end),
	KUNIT_CASE(take_past_end_moves_nothing),
	KUNIT_CASE(take_length_above_32_bits),
	KUNIT_CASE(take_length_that_would_wrap),
	KUNIT_CASE(take_from_empty),
	KUNIT_CASE(utf16_at_is_little_endian),
	KUNIT_CASE(utf16_len_stops_at_first_nul),
	KUNIT_CASE(utf16_len_without_nul),
	KUNIT_CASE(utf16_len_needs_both_bytes_zero),
	KUNIT_CASE(utf16_len_of_all_lengths),
	{}
};

static struct kunit_suite buf_suite = {
	.name = "kvm_uefivars_buf",
	.test_cases = buf_cases,
};

kunit_test_suite(buf_suite);

MODULE_DESCRIPTION("KUnit tests of the message cursor");
MODULE_LICENSE("GPL");
