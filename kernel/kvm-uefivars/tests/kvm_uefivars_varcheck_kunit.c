// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/varcheck.c. */
#include <linux/module.h>

#include "testlib.h"

#include "guids.h"

static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_vendor_keys_nv[16] = KUV_GUID_VENDOR_KEYS_NV;
static const u8 guid_cert_db[16] = KUV_GUID_CERT_DB;
static const u8 guid_var_error_flag[16] = KUV_GUID_VAR_ERROR_FLAG;

static kuv_status_t set_property(struct kuv_test *t, const char *name,
				 u16 flags, u32 attributes, u64 min, u64 max)
{
	struct kuv_name n = test_name(t, name);
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
		.property = cpu_to_le16(flags),
		.attributes = cpu_to_le32(attributes),
		.min_size = cpu_to_le64(min),
		.max_size = cpu_to_le64(max),
	};

	return kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
}

static const struct kvm_uefivars_var_property *
property(struct kuv_test *t, const u8 *guid, const char *name)
{
	struct kuv_name n = test_name_in(t, guid, name);

	return kuv_varcheck_property(&t->s.varcheck, &n);
}

static kuv_status_t check(struct kuv_test *t, const char *name, u32 attributes,
			  u32 len)
{
	struct kuv_write w = {
		.name = test_name(t, name),
		.attributes = attributes,
		.data = t->msg,
		.len = len,
	};

	return kuv_varcheck_check(&t->s.varcheck, &w);
}

static bool is_fixed(struct kuv_test *t, const u8 *guid, const char *name)
{
	struct kuv_name n = test_name_in(t, guid, name);

	return kuv_varcheck_is_fixed(&n);
}

static void fixed_names(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_global, "SetupMode"));
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_global, "SecureBoot"));
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_global, "SignatureSupport"));
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_global, "VendorKeys"));
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_vendor_keys_nv,
					 "VendorKeysNv"));
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_cert_db, "certdb"));
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_cert_db, "certdbv"));
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_var_error_flag,
					 "VarErrorFlag"));
}

static void fixed_names_of_other_namespaces(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_FALSE(test, is_fixed(t, test_guid, "SetupMode"));
	KUNIT_EXPECT_FALSE(test, is_fixed(t, guid_global, "certdb"));
	KUNIT_EXPECT_FALSE(test, is_fixed(t, guid_global, "VendorKeysNv"));
	KUNIT_EXPECT_FALSE(test, is_fixed(t, guid_global, "setupmode"));
	KUNIT_EXPECT_FALSE(test, is_fixed(t, guid_global, "BootOrder"));
}

static void fixed_name_stays_fixed_with_property(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_global, "SetupMode");
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
		.max_size = cpu_to_le64(~0ULL),
	};

	EXPECT_STATUS(test, kuv_varcheck_set_property(&t->s.varcheck, &n, &p),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, is_fixed(t, guid_global, "SetupMode"));
}

static void property_of_fixed_names(struct kunit *test)
{
	static const struct {
		const u8 *guid;
		const char *name;
		u32 attributes;
		u64 min, max;
	} want[] = {
		{ guid_global, "SetupMode", BS_RT, 1, 1 },
		{ guid_global, "SecureBoot", BS_RT, 1, 1 },
		{ guid_global, "SignatureSupport", BS_RT, 16, ~0ULL },
		{ guid_global, "VendorKeys", BS_RT, 1, 1 },
		{ guid_vendor_keys_nv, "VendorKeysNv", NV_BS_RT | A_AT, 1, 1 },
		{ guid_cert_db, "certdb", NV_BS_RT | A_AT, 0, ~0ULL },
		{ guid_cert_db, "certdbv", BS_RT | A_AT, 0, ~0ULL },
		{ guid_var_error_flag, "VarErrorFlag", NV_BS_RT, 1, 1 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		const struct kvm_uefivars_var_property *p =
			property(test->priv, want[i].guid, want[i].name);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, le16_to_cpu(p->revision), 1);
		KUNIT_EXPECT_EQ(test, le16_to_cpu(p->property), 1);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(p->attributes),
				want[i].attributes);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(p->min_size), want[i].min);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(p->max_size), want[i].max);
	}
}

static void property_set_and_get(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kvm_uefivars_var_property *p;

	EXPECT_STATUS(test, set_property(t, "Name", 0, NV_BS, 2, 4),
		      KUV_SUCCESS);
	p = property(t, test_guid, "Name");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p->attributes), NV_BS);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p->min_size), 2);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p->max_size), 4);
	KUNIT_EXPECT_NULL(test, property(t, test_guid, "Nam"));
	KUNIT_EXPECT_NULL(test, property(t, other_guid, "Name"));
}

static void property_set_replaces(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property(t, "Name", 0, NV_BS, 2, 4);
	set_property(t, "Other", 0, NV_BS, 2, 4);
	EXPECT_STATUS(test, set_property(t, "Name", 1, NV_BS_RT, 7, 9),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->s.varcheck.nr, 2);
	KUNIT_EXPECT_EQ(test,
			le64_to_cpu(property(t, test_guid, "Name")->min_size),
			7);
}

static void property_set_other_revision(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Name");
	struct kvm_uefivars_var_property p = { .revision = cpu_to_le16(2) };

	EXPECT_REFUSED(test, kuv_varcheck_set_property(&t->s.varcheck, &n, &p),
		       KUV_INVALID_PARAMETER);
}

static void property_set_without_name(struct kunit *test)
{
	EXPECT_REFUSED(test, set_property(test->priv, "", 0, NV_BS, 2, 4),
		       KUV_INVALID_PARAMETER);
}

static void property_count_is_bounded(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char name[] = "n00";
	u32 i;

	for (i = 0; i < KUV_PROPERTY_NR_MAX; i++) {
		name[1] = '0' + i / 64;
		name[2] = '0' + i % 64;
		if (set_property(t, name, 0, 0, 0, 1) != KUV_SUCCESS)
			break;
	}
	KUNIT_EXPECT_EQ(test, i, KUV_PROPERTY_NR_MAX);
	EXPECT_REFUSED(test, set_property(t, "one more", 0, 0, 0, 1),
		       KUV_OUT_OF_RESOURCES);
	/* Replacing is still possible. */
	EXPECT_STATUS(test, set_property(t, name, 0, 0, 0, 2), KUV_SUCCESS);
}

static void property_names_are_bounded(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kvm_uefivars_var_property p = { .revision = cpu_to_le16(1) };
	struct kuv_name n = { .guid = test_guid, .name = t->msg };

	memset(t->msg, 'n', KVM_UEFIVARS_BUFFER_MAX);
	n.len = KUV_PROPERTY_NAMES_MAX - 2;
	EXPECT_STATUS(test, kuv_varcheck_set_property(&t->s.varcheck, &n, &p),
		      KUV_SUCCESS);
	n.len = 4;
	EXPECT_REFUSED(test, kuv_varcheck_set_property(&t->s.varcheck, &n, &p),
		       KUV_OUT_OF_RESOURCES);
	n.len = 2;
	EXPECT_STATUS(test, kuv_varcheck_set_property(&t->s.varcheck, &n, &p),
		      KUV_SUCCESS);
}

static void reset_forgets_properties(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property(t, "Name", 0, NV_BS, 2, 4);
	kuv_varcheck_reset(&t->s.varcheck);
	KUNIT_EXPECT_NULL(test, property(t, test_guid, "Name"));
	KUNIT_EXPECT_EQ(test, t->s.varcheck.nr, 0);
	KUNIT_EXPECT_EQ(test, t->s.varcheck.names_len, 0);
}

static void check_without_property(struct kunit *test)
{
	EXPECT_STATUS(test, check(test->priv, "Name", NV_BS, 1), KUV_SUCCESS);
}

static void check_read_only(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property(t, "Name", KUV_PROPERTY_READ_ONLY, NV_BS, 1, 8);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_WRITE_PROTECTED);
	/* Deletion and append as well. */
	EXPECT_STATUS(test, check(t, "Name", 0, 0), KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, check(t, "Name", NV_BS | A_AP, 1),
		      KUV_WRITE_PROTECTED);
}

static void check_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property(t, "Name", 0, NV_BS, 1, 8);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS | A_AP, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS_RT, 1),
		      KUV_INVALID_PARAMETER);
}

static void check_any_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property(t, "Name", 0, 0, 1, 8);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS_RT, 1), KUV_SUCCESS);
}

static void check_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property(t, "Name", 0, NV_BS, 2, 4);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 2), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 4), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 5), KUV_INVALID_PARAMETER);
	/* An append of nothing has no size to check. */
	EXPECT_STATUS(test, check(t, "Name", NV_BS | A_AP, 0), KUV_SUCCESS);
}

static void check_delete_passes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property(t, "Name", 0, NV_BS, 2, 4);
	EXPECT_STATUS(test, check(t, "Name", NV_BS_RT, 0), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", 0, 100), KUV_SUCCESS);
}

static struct kunit_case varcheck_cases[] = {
	KUNIT_CASE(fixed_names),
	KUNIT_CASE(fixed_names_of_other_namespaces),
	KUNIT_CASE(fixed_name_stays_fixed_with_property),
	KUNIT_CASE(property_of_fixed_names),
	KUNIT_CASE(property_set_and_get),
	KUNIT_CASE(property_set_replaces),
	KUNIT_CASE(property_set_other_revision),
	KUNIT_CASE(property_set_without_name),
	KUNIT_CASE(property_count_is_bounded),
	KUNIT_CASE(property_names_are_bounded),
	KUNIT_CASE(reset_forgets_properties),
	KUNIT_CASE(check_without_property),
	KUNIT_CASE(check_read_only),
	KUNIT_CASE(check_attributes),
	KUNIT_CASE(check_any_attributes),
	KUNIT_CASE(check_size),
	KUNIT_CASE(check_delete_passes),
	{}
};

static struct kunit_suite varcheck_suite = {
	.name = "kvm_uefivars_varcheck",
	.init = test_init,
	.exit = test_exit,
	.test_cases = varcheck_cases,
};

kunit_test_suite(varcheck_suite);

MODULE_DESCRIPTION("KUnit tests of variable properties");
MODULE_LICENSE("GPL");
