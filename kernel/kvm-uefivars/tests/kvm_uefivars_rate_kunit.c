// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/rate.c. */
#include <linux/module.h>

#include <kunit/test.h>

#include "rate.h"

#define SEC	1000000000ULL
#define START	(12345 * SEC)

/* Take @nr tokens at one time; the last one's wait. */
static u64 take_many(struct kuv_rate *r, u32 nr, u64 now)
{
	u64 wait = 0;

	while (nr--)
		wait = kuv_rate_take(r, now);
	return wait;
}

static void burst_is_free(struct kunit *test)
{
	struct kuv_rate r;
	u32 i;

	kuv_rate_init(&r, 10, 100, START);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START), 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START), SEC / 10);
}

/* Who waits as told gets the rate, to the nanosecond. */
static void rate_is_exact(struct kunit *test)
{
	static const u32 rates[] = { 1, 3, 7, 500, 999, 1000000, 999999937 };
	struct kuv_rate r;
	u64 now;
	u32 i, n;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		now = START;
		kuv_rate_init(&r, rates[i], 5, now);
		for (n = 0; n < 5 + 3000; n++)
			now += kuv_rate_take(&r, now);
		now -= START;
		/* 3000 tokens, and less than a nanosecond of rounding. */
		KUNIT_EXPECT_GE(test, now * rates[i], 3000 * SEC);
		KUNIT_EXPECT_LE(test, now * rates[i], 3000 * SEC + 3000ULL * rates[i]);
	}
}

/* Waiting longer than told, as timers do, costs nothing in the long run. */
static void late_wakeups_are_made_up(struct kunit *test)
{
	struct kuv_rate r;
	u64 now = START;
	u32 n;

	kuv_rate_init(&r, 500, 10, now);
	for (n = 0; n < 10 + 1000; n++)
		if (kuv_rate_take(&r, now))
			now += 9 * 1000000;
	KUNIT_EXPECT_GE(test, now - START, 2 * SEC - 20 * 1000000);
	KUNIT_EXPECT_LE(test, now - START, 2 * SEC + 20 * 1000000);
}

static void time_gives_tokens_back(struct kunit *test)
{
	struct kuv_rate r;

	kuv_rate_init(&r, 100, 10, START);
	take_many(&r, 10, START);
	/* 35 ms: three tokens and a half. */
	KUNIT_EXPECT_EQ(test, take_many(&r, 3, START + SEC * 35 / 1000), 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START + SEC * 35 / 1000),
			SEC * 5 / 1000);
}

static void idle_fills_no_more_than_burst(struct kunit *test)
{
	static const u64 idle[] = {
		SEC, 1000 * SEC, 1ULL << 62, ~0ULL - START,
	};
	struct kuv_rate r;
	u32 i;

	for (i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
		kuv_rate_init(&r, 4000000000U, 3, START);
		take_many(&r, 4, START);
		KUNIT_EXPECT_EQ(test, take_many(&r, 3, START + idle[i]), 0);
		KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START + idle[i]), 1);
	}
}

static void time_that_goes_back(struct kunit *test)
{
	struct kuv_rate r;

	kuv_rate_init(&r, 10, 2, START);
	KUNIT_EXPECT_EQ(test, take_many(&r, 2, START), 0);
	/* Nothing for the way back, nothing lost from there on. */
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START - SEC), SEC / 10);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START - SEC + SEC / 5), 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, 0), SEC / 10);
}

/* Not waiting does not pile up: the bound of a wait is a second. */
static void debt_is_bounded(struct kunit *test)
{
	struct kuv_rate r;

	kuv_rate_init(&r, 1, 1, START);
	KUNIT_EXPECT_EQ(test, take_many(&r, 1000, START), SEC);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START + SEC), SEC);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START + 3 * SEC), 0);
}

static void largest_numbers(struct kunit *test)
{
	u32 max = KUV_RATE_UNLIMITED - 1;
	struct kuv_rate r;

	kuv_rate_init(&r, max, ~0U, 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, 0), 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, ~0ULL), 0);
	r.used = ~0U * SEC;
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, ~0ULL), 1);
	KUNIT_EXPECT_EQ(test, r.used, (~0U + 1ULL) * SEC);
	kuv_rate_set(&r, 1, ~0U, ~0ULL);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, ~0ULL), SEC);
}

static void unlimited(struct kunit *test)
{
	struct kuv_rate r;

	kuv_rate_init(&r, KUV_RATE_UNLIMITED, 1, START);
	KUNIT_EXPECT_EQ(test, take_many(&r, 5000, START), 0);
	/* What nobody counted is not owed afterwards. */
	kuv_rate_set(&r, 1, 2, START);
	KUNIT_EXPECT_EQ(test, take_many(&r, 2, START), 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START), SEC);
	kuv_rate_set(&r, KUV_RATE_UNLIMITED, 2, START);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START), 0);
}

static void another_rate_counts_from_then_on(struct kunit *test)
{
	struct kuv_rate r;

	kuv_rate_init(&r, 10, 10, START);
	take_many(&r, 10, START);
	/* Half a second at the old rate gives five, then two more at the new. */
	kuv_rate_set(&r, 1, 10, START + SEC / 2);
	KUNIT_EXPECT_EQ(test, take_many(&r, 7, START + 5 * SEC / 2), 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START + 5 * SEC / 2), SEC);
}

static void another_burst_counts_at_once(struct kunit *test)
{
	struct kuv_rate r;

	kuv_rate_init(&r, 1, 10, START);
	take_many(&r, 10, START);
	kuv_rate_set(&r, 1, 15, START);
	KUNIT_EXPECT_EQ(test, take_many(&r, 5, START), 0);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START), SEC);
	/* Smaller: no debt beyond one token. */
	kuv_rate_set(&r, 1, 2, START);
	KUNIT_EXPECT_EQ(test, kuv_rate_take(&r, START), SEC);
	KUNIT_EXPECT_EQ(test, take_many(&r, 1, START + 2 * SEC), 0);
}

static struct kunit_case rate_cases[] = {
	KUNIT_CASE(burst_is_free),
	KUNIT_CASE(rate_is_exact),
	KUNIT_CASE(late_wakeups_are_made_up),
	KUNIT_CASE(time_gives_tokens_back),
	KUNIT_CASE(idle_fills_no_more_than_burst),
	KUNIT_CASE(time_that_goes_back),
	KUNIT_CASE(debt_is_bounded),
	KUNIT_CASE(largest_numbers),
	KUNIT_CASE(unlimited),
	KUNIT_CASE(another_rate_counts_from_then_on),
	KUNIT_CASE(another_burst_counts_at_once),
	{}
};

static struct kunit_suite rate_suite = {
	.name = "kvm_uefivars_rate",
	.test_cases = rate_cases,
};
kunit_test_suite(rate_suite);

MODULE_DESCRIPTION("KUnit tests of the bound on changes");
MODULE_LICENSE("GPL");
