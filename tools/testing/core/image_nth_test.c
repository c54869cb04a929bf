// SPDX-License-Identifier: GPL-2.0
/* Every allocation of reading an image fails once, of applying it each one. */
#include "imagelib.h"

#include "guids.h"

/* A machine with something in each block, so that each one allocates. */
static struct image_bytes full_image(struct kunit *test)
{
	static const u8 guid_global[16] = KUV_GUID_GLOBAL;
	static u8 staging[] = "staged";
	struct kuv_regs regs = {
		.size = 64, .staging = staging, .staging_len = 6,
	};
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
	};
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "name");

	EXPECT_STATUS(test, test_set(t, "var", NV_BS, "data"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "vol", BS_RT, "data"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_in(t, guid_global, "LangCodes", BS_RT,
					"engfra", 6), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_in(t, guid_global, "PlatformLangCodes",
					BS_RT, "en;fr", 5), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_policy_lock_name(&t->s.policy, &t->s.db, &n,
						 false), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_policy_dump_start(&t->s.policy), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_varcheck_set_property(&t->s.varcheck, &n, &p),
		      KUV_SUCCESS);
	return image_save(test, &t->s, &regs, true);
}

static void each_read_fails_cleanly(struct kunit *test)
{
	struct image_bytes b = full_image(test);
	struct kuv_test *t = test->priv;
	struct kuv_service *s = image_fresh(test);
	u64 before = test_digest(s), live = shim_nr_live, nth;
	struct kuv_image img;
	int ret;

	for (nth = 1; ; nth++) {
		shim_fail_nth(nth);
		ret = kuv_image_read(s, b.p, b.len, true, &img);
		if (!ret)
			break;
		KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
		KUNIT_EXPECT_EQ(test, shim_nr_asked, nth);
		KUNIT_EXPECT_EQ(test, shim_nr_live, live);
		KUNIT_EXPECT_EQ(test, test_digest(s), before);
	}
	shim_fail_nth(0);
	/* Two for each variable, and one at least for each other block. */
	KUNIT_EXPECT_EQ(test, nth, 2 * (t->s.db.nr_nv + t->s.db.nr_volatile) +
				   1 + 1 + 2 + 1 + 2 + 1);
	kuv_image_exit(&img);
	kuv_service_exit(s);
}

/* More variables than the service has buckets for, and no memory for more. */
static void apply_cannot_fail(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_service *s = image_fresh(test);
	u32 nr = s->db.table.nr_buckets, i;
	struct image_bytes b;
	struct kuv_image img;
	struct kuv_regs regs = { 0 };
	char name[3] = "";
	u64 seq, nth;

	for (i = 0; i < 200; i++) {
		name[0] = 'a' + i / 20;
		name[1] = 'a' + i % 20;
		test_set(t, name, i % 2 ? NV_BS : BS_RT, "x");
	}
	b = image_save(test, &t->s, &regs, true);
	for (nth = 1; nth <= 200; nth += 199) {
		KUNIT_ASSERT_EQ(test, kuv_image_read(s, b.p, b.len, true, &img),
				0);
		shim_fail_nth(nth);
		kuv_image_apply(s, &img, true, &seq);
		shim_fail_nth(0);
		kuv_image_exit(&img);
		test_check_db(test, &s->db);
		KUNIT_EXPECT_EQ(test, image_machine_digest(s, &regs),
				image_machine_digest(&t->s, &regs));
		KUNIT_EXPECT_EQ(test, image_variables_digest(s),
				image_variables_digest(&t->s));
	}
	KUNIT_EXPECT_GT(test, s->db.table.nr_buckets, nr);
	kuv_service_exit(s);
}

static struct kunit_case image_nth_cases[] = {
	KUNIT_CASE(each_read_fails_cleanly),
	KUNIT_CASE(apply_cannot_fail),
	{}
};

static struct kunit_suite image_nth_suite = {
	.name = "core_image_nth",
	.init = test_init,
	.exit = test_exit,
	.test_cases = image_nth_cases,
};

kunit_test_suite(image_nth_suite);
