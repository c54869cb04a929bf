// SPDX-License-Identifier: GPL-2.0
/* What the shim headers declare: allocation, SipHash, and the KTAP runner. */
#include <stdio.h>
#include <stdlib.h>

#include <kunit/test.h>
#include <linux/siphash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>

u64 shim_nr_live;
u64 shim_nr_asked;
u64 shim_nr_steps;
static u64 fail_nth;

static struct kunit_suite *suites;

void shim_fail_nth(u64 nth)
{
	fail_nth = nth;
	shim_nr_asked = 0;
}

void *shim_alloc(size_t len, gfp_t gfp, bool zero)
{
	void *p;

	if (gfp == GFP_KERNEL_ACCOUNT && ++shim_nr_asked == fail_nth)
		return NULL;
	p = malloc(len);
	if (!p)
		abort();
	memset(p, zero ? 0 : 0xa5, len);
	shim_nr_live++;
	return p;
}

void shim_free(const void *p)
{
	if (!p)
		return;
	shim_nr_live--;
	free((void *)p);
}

static u64 rotl(u64 x, int n)
{
	return x << n | x >> (64 - n);
}

static void sip_rounds(u64 v[4], int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] = rotl(v[0], 32) + v[3];
		v[2] += v[1];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[2] = rotl(v[2], 32);
	}
}

u32 hsiphash(const void *data, size_t len, const hsiphash_key_t *key)
{
	u64 v[4] = {
		key->key[0] ^ 0x736f6d6570736575ULL,
		key->key[1] ^ 0x646f72616e646f6dULL,
		key->key[0] ^ 0x6c7967656e657261ULL,
		key->key[1] ^ 0x7465646279746573ULL,
	};
	const u8 *p = data;
	u64 word = 0;
	size_t i;

	for (i = 0; i <= len; i++) {
		u64 byte = i < len ? p[i] : 0;

		word |= byte << 8 * (i % 8);
		if (i == len)
			word |= (u64)len << 56;
		if (i % 8 != 7 && i != len)
			continue;
		v[3] ^= word;
		sip_rounds(v, 1);
		v[0] ^= word;
		word = 0;
	}
	v[2] ^= 0xff;
	sip_rounds(v, 3);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void shim_add_suite(struct kunit_suite *suite)
{
	struct kunit_suite **pos = &suites;

	while (*pos && strcmp((*pos)->name, suite->name) < 0)
		pos = &(*pos)->next;
	suite->next = *pos;
	*pos = suite;
}

void *kunit_kzalloc(struct kunit *test, size_t len, gfp_t gfp)
{
	if (test->nr_mem == ARRAY_SIZE(test->mem))
		abort();
	test->mem[test->nr_mem] = shim_alloc(len, gfp, true);
	return test->mem[test->nr_mem++];
}

void shim_failed(struct kunit *test, bool stop, const char *file, int line,
		 const char *what, long long left, long long right)
{
	printf("    # %s:%d: expected %s (%#llx, %#llx)\n", file, line, what,
	       (unsigned long long)left, (unsigned long long)right);
	test->failed = true;
	if (stop)
		longjmp(test->abort, 1);
}

static bool run_case(struct kunit_suite *suite, struct kunit_case *c)
{
	u64 live = shim_nr_live;
	struct kunit test = { 0 };

	shim_fail_nth(0);
	if (!setjmp(test.abort)) {
		if (suite->init && suite->init(&test))
			shim_failed(&test, true, __FILE__, __LINE__, "init",
				    0, 0);
		c->run_case(&test);
	}
	shim_fail_nth(0);
	if (!setjmp(test.abort) && suite->exit)
		suite->exit(&test);
	while (test.nr_mem)
		shim_free(test.mem[--test.nr_mem]);
	if (shim_nr_live != live)
		shim_failed(&test, false, __FILE__, __LINE__,
			    "allocations all freed", shim_nr_live, live);
	return !test.failed;
}

static u32 run_suite(struct kunit_suite *suite, u32 *nr_passed)
{
	struct kunit_case *c;
	u32 nr = 0, failed = 0;

	while (suite->test_cases[nr].run_case)
		nr++;
	printf("    KTAP version 1\n    # Subtest: %s\n    1..%u\n",
	       suite->name, nr);
	for (c = suite->test_cases; c->run_case; c++) {
		bool ok = run_case(suite, c);

		printf("    %s %u %s\n", ok ? "ok" : "not ok",
		       (u32)(c - suite->test_cases) + 1, c->name);
		failed += !ok;
	}
	*nr_passed += nr - failed;
	return failed;
}

/* All suites, or only the one that @only names. */
static void select_suites(const char *only)
{
	struct kunit_suite **pos = &suites;

	while (only && *pos) {
		if (strcmp((*pos)->name, only))
			*pos = (*pos)->next;
		else
			pos = &(*pos)->next;
	}
}

int main(int argc, char **argv)
{
	struct kunit_suite *suite;
	u32 nr = 0, passed = 0, failed = 0, bad;

	setvbuf(stdout, NULL, _IOLBF, 0);
	select_suites(argc > 1 ? argv[1] : NULL);
	for (suite = suites; suite; suite = suite->next)
		nr++;
	printf("KTAP version 1\n1..%u\n", nr);
	nr = 0;
	for (suite = suites; suite; suite = suite->next) {
		bad = run_suite(suite, &passed);
		printf("%s %u %s\n", bad ? "not ok" : "ok", ++nr, suite->name);
		failed += bad;
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
