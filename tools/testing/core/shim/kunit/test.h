/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: the part of KUnit that the suites use; prints KTAP. */
#ifndef _SHIM_KUNIT_TEST_H
#define _SHIM_KUNIT_TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <linux/slab.h>
#include <linux/types.h>

struct kunit {
	void *priv;
	/* private: */
	bool failed;
	jmp_buf abort;
	void *mem[64];
	u32 nr_mem;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
	struct kunit_suite *next;
};

#define KUNIT_CASE(f)	{ .run_case = f, .name = #f }
#define KUNIT_CASE_SLOW(f)	KUNIT_CASE(f)

void shim_add_suite(struct kunit_suite *suite);

#define kunit_test_suite(s) \
	static void __attribute__((constructor)) shim_add_##s(void) \
	{ \
		shim_add_suite(&(s)); \
	}

/* Memory that goes with the test case. */
void *kunit_kzalloc(struct kunit *test, size_t len, gfp_t gfp);

void shim_failed(struct kunit *test, bool abort, const char *file, int line,
		 const char *what, long long left, long long right);

#define SHIM_CHECK(test, abort, a, op, b) do { \
	__typeof__(a) __a = (a); \
	__typeof__(b) __b = (b); \
	if (!(__a op __b)) \
		shim_failed(test, abort, __FILE__, __LINE__, \
			    #a " " #op " " #b, (long long)__a, \
			    (long long)__b); \
} while (0)

#define kunit_info(test, ...)	((void)(test), printf("    # " __VA_ARGS__))

#define KUNIT_EXPECT_EQ(t, a, b)	SHIM_CHECK(t, false, a, ==, b)
#define KUNIT_EXPECT_NE(t, a, b)	SHIM_CHECK(t, false, a, !=, b)
#define KUNIT_EXPECT_LT(t, a, b)	SHIM_CHECK(t, false, a, <, b)
#define KUNIT_EXPECT_LE(t, a, b)	SHIM_CHECK(t, false, a, <=, b)
#define KUNIT_EXPECT_GT(t, a, b)	SHIM_CHECK(t, false, a, >, b)
#define KUNIT_EXPECT_GE(t, a, b)	SHIM_CHECK(t, false, a, >=, b)
#define KUNIT_ASSERT_EQ(t, a, b)	SHIM_CHECK(t, true, a, ==, b)
#define KUNIT_ASSERT_GT(t, a, b)	SHIM_CHECK(t, true, a, >, b)
#define KUNIT_EXPECT_TRUE(t, c)		SHIM_CHECK(t, false, !!(c), ==, true)
#define KUNIT_EXPECT_FALSE(t, c)	SHIM_CHECK(t, false, !!(c), ==, false)
#define KUNIT_ASSERT_TRUE(t, c)		SHIM_CHECK(t, true, !!(c), ==, true)
#define KUNIT_EXPECT_NULL(t, p)		KUNIT_EXPECT_TRUE(t, !(p))
#define KUNIT_EXPECT_NOT_NULL(t, p)	KUNIT_EXPECT_TRUE(t, p)
#define KUNIT_ASSERT_NOT_NULL(t, p)	KUNIT_ASSERT_TRUE(t, p)
#define KUNIT_EXPECT_PTR_EQ(t, a, b)	KUNIT_EXPECT_TRUE(t, (a) == (b))
#define KUNIT_EXPECT_MEMEQ(t, a, b, len) \
	KUNIT_EXPECT_EQ(t, memcmp(a, b, len), 0)

#endif
