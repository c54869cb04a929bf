// SPDX-License-Identifier: GPL-2.0
/* What calls cost with many variables, in entries that are looked at. */
#include <stdio.h>

#include <linux/list.h>

#include "testlib.h"

#define MANY	3000

/* Variables that a guest sees at boot only, of one pool. */
static void put_hidden(struct kunit *test, struct kuv_test *t, u32 attributes)
{
	char name[16];
	u32 i;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "h%c%u",
			 attributes & A_NV ? 'n' : 'v', i);
		EXPECT_STATUS(test, test_set(t, name, attributes, "1"),
			      KUV_SUCCESS);
	}
}

/* Entries that GetNextVariableName looks at beyond the bucket of its name. */
static u64 next_steps(struct kunit *test, struct kuv_test *t, const char *from,
		      const char *to)
{
	struct kuv_name n = test_name(t, from);
	const struct kuv_var *v;
	u64 before = shim_nr_steps;

	EXPECT_STATUS(test, kuv_service_next(&t->s, &n, &v), KUV_SUCCESS);
	before = shim_nr_steps - before;
	KUNIT_EXPECT_PTR_EQ(test, v, test_find(t, to));
	return before;
}

static void next_cost_does_not_grow(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", BS_RT, "1");
	put_hidden(test, t, A_BS);
	test_set(t, "b", BS_RT, "1");
	test_set(t, "c", NV_BS_RT, "1");
	put_hidden(test, t, NV_BS);
	test_set(t, "d", NV_BS_RT, "1");
	/* The last of one pool, the first of the other. */
	KUNIT_EXPECT_EQ(test, next_steps(test, t, "a", "hv0"), 1);
	KUNIT_EXPECT_EQ(test, next_steps(test, t, "hv1500", "hv1501"), 1);
	KUNIT_EXPECT_EQ(test, next_steps(test, t, "c", "hn0"), 1);
	kuv_service_exit_boot_services(&t->s, NULL);
	KUNIT_EXPECT_EQ(test, next_steps(test, t, "a", "b"), 1);
	KUNIT_EXPECT_EQ(test, next_steps(test, t, "c", "d"), 1);
}

static void set_cost_does_not_grow(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 few, many;

	test_set(t, "a", NV_BS_RT, "1");
	few = shim_nr_steps;
	test_set(t, "a", NV_BS_RT, "2");
	few = shim_nr_steps - few;
	put_hidden(test, t, A_BS);
	put_hidden(test, t, NV_BS);
	many = shim_nr_steps;
	test_set(t, "a", NV_BS_RT, "3");
	KUNIT_EXPECT_EQ(test, shim_nr_steps - many, few);
}

static void query_cost_does_not_grow(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_storage_info info;
	u64 before;

	put_hidden(test, t, NV_BS);
	before = shim_nr_steps;
	EXPECT_STATUS(test, kuv_service_query(&t->s, NV_BS, &info),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, shim_nr_steps, before);
}

/* A batch of one change in a store that has many variables. */
static void log_cost_does_not_grow(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v;
	u64 before;

	put_hidden(test, t, NV_BS);
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	test_set(t, "a", NV_BS, "1");
	before = shim_nr_steps;
	v = kuv_vardb_next_dirty(&t->s.db, NULL);
	KUNIT_EXPECT_PTR_EQ(test, v, test_find(t, "a"));
	KUNIT_EXPECT_NULL(test, kuv_vardb_next_dirty(&t->s.db, v));
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	/* The walk of the acknowledgement looks one ahead and at the head. */
	KUNIT_EXPECT_LE(test, shim_nr_steps - before, 4);
	KUNIT_EXPECT_NULL(test, kuv_vardb_next_dirty(&t->s.db, NULL));
}

static struct kunit_case growth_cases[] = {
	KUNIT_CASE(next_cost_does_not_grow),
	KUNIT_CASE(set_cost_does_not_grow),
	KUNIT_CASE(query_cost_does_not_grow),
	KUNIT_CASE(log_cost_does_not_grow),
	{}
};

static struct kunit_suite growth_suite = {
	.name = "core_growth",
	.init = test_init,
	.exit = test_exit,
	.test_cases = growth_cases,
};

kunit_test_suite(growth_suite);
