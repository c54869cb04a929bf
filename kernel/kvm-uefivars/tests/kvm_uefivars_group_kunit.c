// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/group.c. */
#include <linux/module.h>

#include "testlib.h"

#include "group.h"

#define A_NV_BS	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS)

static kuv_status_t add(struct kuv_test *t, struct kuv_group *g,
			const char *name)
{
	struct kuv_write w = {
		.name = test_name(t, name),
		.attributes = A_NV_BS,
		.data = (const u8 *)"x",
		.len = 1,
	};

	return kuv_group_set(g, &w, NULL, 0, NULL, 0);
}

static bool is_there(struct kuv_test *t, const char *name)
{
	struct kuv_name n = test_name(t, name);

	return kuv_vardb_find(&t->s.db, &n);
}

static void empty_group_changes_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 before = test_digest(&t->s);
	struct kuv_group g;

	kuv_group_init(&g, &t->s.db, &t->s.limits);
	KUNIT_EXPECT_EQ(test, kuv_group_commit(&g), 0);
	kuv_group_abort(&g);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

static void commit_makes_all(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name gone = test_name(t, "gone");
	u64 seq = t->s.db.seq;
	struct kuv_group g;

	kuv_group_init(&g, &t->s.db, &t->s.limits);
	EXPECT_STATUS(test, add(t, &g, "gone"), KUV_SUCCESS);
	kuv_group_commit(&g);
	EXPECT_STATUS(test, kuv_group_delete(&g, &gone, 0), KUV_SUCCESS);
	EXPECT_STATUS(test, add(t, &g, "one"), KUV_SUCCESS);
	EXPECT_STATUS(test, add(t, &g, "two"), KUV_SUCCESS);
	KUNIT_EXPECT_FALSE(test, is_there(t, "two"));
	KUNIT_EXPECT_EQ(test, kuv_group_commit(&g), seq + 4);
	KUNIT_EXPECT_FALSE(test, is_there(t, "gone"));
	KUNIT_EXPECT_TRUE(test, is_there(t, "one"));
	KUNIT_EXPECT_TRUE(test, is_there(t, "two"));
}

static void abort_makes_none(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 before = test_digest(&t->s);
	struct kuv_group g;

	kuv_group_init(&g, &t->s.db, &t->s.limits);
	EXPECT_STATUS(test, add(t, &g, "one"), KUV_SUCCESS);
	EXPECT_STATUS(test, add(t, &g, "two"), KUV_SUCCESS);
	kuv_group_abort(&g);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

/* What cannot be prepared leaves the others as they are. */
static void refused_change_is_no_part(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name absent = test_name(t, "absent");
	struct kuv_write none = {
		.name = test_name(t, "none"), .attributes = A_NV_BS,
	};
	struct kuv_group g;

	kuv_group_init(&g, &t->s.db, &t->s.limits);
	EXPECT_STATUS(test, add(t, &g, "one"), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_group_delete(&g, &absent, 0), KUV_NOT_FOUND);
	EXPECT_STATUS(test, kuv_group_set(&g, &none, NULL, 0, NULL, 0),
		      KUV_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, g.nr, 1);
	kuv_group_commit(&g);
	KUNIT_EXPECT_TRUE(test, is_there(t, "one"));
}

/* One more than any request needs is a defect, not a reason to overflow. */
static void group_is_bounded(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char name[] = "a";
	struct kuv_name first;
	struct kuv_group g;

	kuv_group_init(&g, &t->s.db, &t->s.limits);
	for (; name[0] < 'a' + KUV_GROUP_MAX; name[0]++)
		EXPECT_STATUS(test, add(t, &g, name), KUV_SUCCESS);
	EXPECT_STATUS(test, add(t, &g, name), KUV_DEVICE_ERROR);
	first = test_name(t, "a");
	EXPECT_STATUS(test, kuv_group_delete(&g, &first, 0), KUV_DEVICE_ERROR);
	kuv_group_commit(&g);
	KUNIT_EXPECT_TRUE(test, is_there(t, "a"));
	KUNIT_EXPECT_FALSE(test, is_there(t, name));
}

static struct kunit_case group_cases[] = {
	KUNIT_CASE(empty_group_changes_nothing),
	KUNIT_CASE(commit_makes_all),
	KUNIT_CASE(abort_makes_none),
	KUNIT_CASE(refused_change_is_no_part),
	KUNIT_CASE(group_is_bounded),
	{}
};

static struct kunit_suite group_suite = {
	.name = "kvm_uefivars_group",
	.init = test_init,
	.exit = test_exit,
	.test_cases = group_cases,
};

kunit_test_suite(group_suite);

MODULE_DESCRIPTION("KUnit tests of groups of changes");
MODULE_LICENSE("GPL");
