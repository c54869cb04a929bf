// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/varcheck.c. */
#include <linux/module.h>

#include "testlib.h"

#include "guids.h"

static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_vendor_keys_nv[16] = KUV_GUID_VENDOR_KEYS_NV;
static const u8 guid_cert_db[16] = KUV_GUID_CERT_DB;
static const u8 guid_var_error_flag[16] = KUV_GUID_VAR_ERROR_FLAG;
static const u8 guid_security[16] = KUV_GUID_SECURITY;
static const u8 guid_hw_error[16] = KUV_GUID_HW_ERROR;
static const u8 guid_sbe[16] = KUV_GUID_SECURE_BOOT_ENABLE;
static const u8 guid_custom[16] = KUV_GUID_CUSTOM_MODE;

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

static kuv_status_t check_in(struct kuv_test *t, const u8 *guid,
			     const char *name, u32 attributes, const void *data,
			     u32 len)
{
	struct kuv_write w = {
		.name = test_name_in(t, guid, name),
		.attributes = attributes,
		.data = data,
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

/* --- well-known names --- */

#define RO	KUV_PROPERTY_READ_ONLY
#define NO_MAX	(~0ULL)

struct row {
	const u8 *guid;
	const char *name;
	u16 flags;
	u32 attributes;
	u64 min, max;
};

static const struct row rows[] = {
	{ guid_global, "LangCodes", 0, BS_RT, 1, NO_MAX },
	{ guid_global, "PlatformLangCodes", 0, BS_RT, 1, NO_MAX },
	{ guid_global, "Lang", 0, NV_BS_RT, 1, NO_MAX },
	{ guid_global, "PlatformLang", 0, NV_BS_RT, 1, NO_MAX },
	{ guid_global, "Timeout", 0, NV_BS_RT, 2, 2 },
	{ guid_global, "BootNext", 0, NV_BS_RT, 2, 2 },
	{ guid_global, "HwErrRecSupport", 0, NV_BS_RT, 2, 2 },
	{ guid_global, "BootCurrent", 0, BS_RT, 2, 2 },
	{ guid_global, "BootOptionSupport", 0, BS_RT, 4, 4 },
	{ guid_global, "ConIn", 0, NV_BS_RT, 4, NO_MAX },
	{ guid_global, "ConOut", 0, NV_BS_RT, 4, NO_MAX },
	{ guid_global, "ErrOut", 0, NV_BS_RT, 4, NO_MAX },
	{ guid_global, "ConInDev", 0, BS_RT, 4, NO_MAX },
	{ guid_global, "ConOutDev", 0, BS_RT, 4, NO_MAX },
	{ guid_global, "ErrOutDev", 0, BS_RT, 4, NO_MAX },
	{ guid_global, "BootOrder", 0, NV_BS_RT, 2, NO_MAX },
	{ guid_global, "DriverOrder", 0, NV_BS_RT, 2, NO_MAX },
	{ guid_global, "SysPrepOrder", 0, NV_BS_RT, 2, NO_MAX },
	{ guid_global, "Boot00FF", 0, NV_BS_RT, 6, NO_MAX },
	{ guid_global, "Driver09AF", 0, NV_BS_RT, 6, NO_MAX },
	{ guid_global, "SysPrep0000", 0, NV_BS_RT, 6, NO_MAX },
	{ guid_global, "PlatformRecoveryFFFF", 0, BS_RT, 6, NO_MAX },
	{ guid_global, "Key0001", 0, NV_BS_RT, 10, 22 },
	{ guid_global, "OsIndications", 0, NV_BS_RT, 8, 8 },
	{ guid_global, "OsIndicationsSupported", 0, BS_RT, 8, 8 },
	{ guid_global, "PK", 0, NV_BS_RT | A_AT, 1, NO_MAX },
	{ guid_global, "KEK", 0, NV_BS_RT | A_AT, 1, NO_MAX },
	{ guid_global, "PKDefault", RO, BS_RT, 1, NO_MAX },
	{ guid_global, "KEKDefault", RO, BS_RT, 1, NO_MAX },
	{ guid_global, "dbDefault", RO, BS_RT, 1, NO_MAX },
	{ guid_global, "dbxDefault", RO, BS_RT, 1, NO_MAX },
	{ guid_global, "dbtDefault", RO, BS_RT, 1, NO_MAX },
	{ guid_security, "db", 0, NV_BS_RT | A_AT, 1, NO_MAX },
	{ guid_security, "dbx", 0, NV_BS_RT | A_AT, 1, NO_MAX },
	{ guid_security, "dbt", 0, NV_BS_RT | A_AT, 1, NO_MAX },
	{ guid_hw_error, "HwErrRec12EF", 0, NV_BS_RT | A_HR, 1, NO_MAX },
	{ guid_sbe, "SecureBootEnable", 0, NV_BS, 1, 1 },
	{ guid_custom, "CustomMode", 0, NV_BS, 1, 1 },
};

static bool has_row(struct kuv_test *t, const struct row *r)
{
	const struct kvm_uefivars_var_property *p = property(t, r->guid,
							     r->name);

	return p && le16_to_cpu(p->revision) == 1 &&
	       le16_to_cpu(p->property) == r->flags &&
	       le32_to_cpu(p->attributes) == r->attributes &&
	       le64_to_cpu(p->min_size) == r->min &&
	       le64_to_cpu(p->max_size) == r->max;
}

static void known_names(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_TRUE(test, has_row(test->priv, &rows[i]));
}

/* [V15] */
static void known_names_want_their_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		kuv_status_t want = r->flags & RO ? KUV_WRITE_PROTECTED :
						    KUV_INVALID_PARAMETER;

		EXPECT_STATUS(test, check_in(t, r->guid, r->name,
					     r->attributes ^ A_RT, t->msg, 4),
			      want);
		/* An append names the others, too. */
		EXPECT_STATUS(test, check_in(t, r->guid, r->name, A_AP, t->msg,
					     r->min), want);
		EXPECT_STATUS(test, check_in(t, r->guid, r->name, A_AP, t->msg,
					     0), want);
	}
}

static void known_names_want_their_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];

		if (r->flags & RO)
			continue;
		if (r->min > 1)
			EXPECT_STATUS(test, check_in(t, r->guid, r->name,
						     r->attributes, t->msg,
						     r->min - 1),
				      KUV_INVALID_PARAMETER);
		if (r->max != NO_MAX)
			EXPECT_STATUS(test, check_in(t, r->guid, r->name,
						     r->attributes, t->msg,
						     r->max + 1),
				      KUV_INVALID_PARAMETER);
		if (r->min == r->max)
			EXPECT_STATUS(test, check_in(t, r->guid, r->name,
						     r->attributes, t->msg,
						     r->min), KUV_SUCCESS);
	}
}

static void known_names_may_be_deleted(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		kuv_status_t want = rows[i].flags & RO ? KUV_WRITE_PROTECTED :
							 KUV_SUCCESS;

		EXPECT_STATUS(test, check_in(t, rows[i].guid, rows[i].name, 0,
					     t->msg, 3), want);
		EXPECT_STATUS(test, check_in(t, rows[i].guid, rows[i].name,
					     NV_BS, t->msg, 0), want);
	}
}

static void wildcards_are_upper_case_digits(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_NOT_NULL(test, property(t, guid_global, "Boot09AF"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot00af"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot00FG"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot00F@"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot00F/"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot00F:"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot000"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot00000"));
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Boot#00F"));
	KUNIT_EXPECT_NULL(test, property(t, test_guid, "Boot0001"));
}

static void wildcard_character_beyond_ascii(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_global, "Boot0001");

	/* U+0130 is no '0', U+0142 no 'B'. */
	((u8 *)n.name)[9] = 1;
	KUNIT_EXPECT_NULL(test, kuv_varcheck_property(&t->s.varcheck, &n));
	n = test_name_in(t, guid_global, "Boot0001");
	((u8 *)n.name)[1] = 1;
	KUNIT_EXPECT_NULL(test, kuv_varcheck_property(&t->s.varcheck, &n));
}

static kuv_status_t set_property_in(struct kuv_test *t, const u8 *guid,
				    const char *name, u16 flags, u32 attributes)
{
	struct kuv_name n = test_name_in(t, guid, name);
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
		.property = cpu_to_le16(flags),
		.attributes = cpu_to_le32(attributes),
		.max_size = cpu_to_le64(NO_MAX),
	};

	return kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
}

/* [V18] */
static void property_of_a_wildcard(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kvm_uefivars_var_property *p;

	p = property(t, guid_global, "Boot####");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(p->min_size), 6);
	KUNIT_EXPECT_PTR_EQ(test, property(t, guid_global, "Boot0001"), p);

	set_property_in(t, guid_global, "Boot####", RO, NV_BS);
	KUNIT_EXPECT_EQ(test, t->s.varcheck.nr, 1);
	p = property(t, guid_global, "Boot####");
	KUNIT_EXPECT_EQ(test, le16_to_cpu(p->property), RO);
	KUNIT_EXPECT_PTR_EQ(test, property(t, guid_global, "Boot0001"), p);
	KUNIT_EXPECT_PTR_EQ(test, property(t, guid_global, "BootFFFF"), p);
	p = property(t, guid_global, "Key0001");
	KUNIT_EXPECT_EQ(test, le16_to_cpu(p->property), 0);
	EXPECT_STATUS(test, check_in(t, guid_global, "Boot0001", 0, "", 0),
		      KUV_WRITE_PROTECTED);

	/* One for the very name comes first. */
	set_property_in(t, guid_global, "Boot0001", 0, NV_BS_RT);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(property(t, guid_global,
						   "Boot0001")->property), 0);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(property(t, guid_global,
						   "Boot0002")->property), RO);
}

static void property_of_an_unknown_wildcard(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Only wildcards that exist stand for other names. */
	set_property_in(t, guid_global, "Mine####", RO, NV_BS);
	KUNIT_EXPECT_NULL(test, property(t, guid_global, "Mine0001"));
	KUNIT_EXPECT_NOT_NULL(test, property(t, guid_global, "Mine####"));
	set_property_in(t, test_guid, "Boot####", RO, NV_BS);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(property(t, guid_global,
						   "Boot0001")->property), 0);
}

/* --- names that are not known --- */

/* [V15] */
static void unknown_names_of_closed_namespaces(struct kunit *test)
{
	static const char * const names[] = {
		"dbr", "AuditMode", "DeployedMode", "OsRecoveryOrder",
		"OsRecovery0001", "CryptoIndications", "dbrDefault",
		"devAuthBoot", "NobodyKnows", "lang", "Boot00af",
	};
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_STATUS(test, check_in(t, guid_global, names[i], NV_BS_RT,
					     t->msg, 8), KUV_INVALID_PARAMETER);
		EXPECT_STATUS(test, check_in(t, guid_security, names[i],
					     NV_BS_RT | A_AT, t->msg, 8),
			      KUV_INVALID_PARAMETER);
		EXPECT_STATUS(test, check_in(t, guid_hw_error, names[i],
					     NV_BS_RT, t->msg, 8),
			      KUV_INVALID_PARAMETER);
		/* An append of nothing is a write, a deletion passes. */
		EXPECT_STATUS(test, check_in(t, guid_security, names[i],
					     NV_BS_RT | A_AT | A_AP, t->msg, 0),
			      KUV_INVALID_PARAMETER);
		EXPECT_STATUS(test, check_in(t, guid_global, names[i], NV_BS_RT,
					     t->msg, 0), KUV_SUCCESS);
		EXPECT_STATUS(test, check_in(t, guid_global, names[i], 0,
					     t->msg, 8), KUV_SUCCESS);
	}
}

static void unknown_names_of_open_namespaces(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, check_in(t, guid_sbe, "NobodyKnows", NV_BS,
				     t->msg, 8), KUV_SUCCESS);
	EXPECT_STATUS(test, check_in(t, guid_custom, "SecureBootEnable", BS_RT,
				     t->msg, 8), KUV_SUCCESS);
	EXPECT_STATUS(test, check_in(t, test_guid, "PK", BS_RT, t->msg, 8),
		      KUV_SUCCESS);
}

static void unknown_name_with_a_property(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property_in(t, guid_global, "NobodyKnows", 0, NV_BS);
	EXPECT_STATUS(test, check_in(t, guid_global, "NobodyKnows", NV_BS,
				     t->msg, 8), KUV_SUCCESS);
	EXPECT_STATUS(test, check_in(t, guid_global, "NobodyKnows", NV_BS_RT,
				     t->msg, 8), KUV_INVALID_PARAMETER);
}

static void names_of_audit_mode(struct kunit *test)
{
	static const struct row modes[] = {
		{ guid_global, "AuditMode", 0, BS_RT, 1, 1 },
		{ guid_global, "DeployedMode", 0, BS_RT, 1, 1 },
		{ guid_security, "dbr", 0, NV_BS_RT | A_AT, 1, NO_MAX },
	};
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		KUNIT_EXPECT_NULL(test, property(t, modes[i].guid,
						 modes[i].name));
	/* From the next reset on. */
	t->s.options |= KUV_OPT_AUDIT_MODE;
	KUNIT_EXPECT_FALSE(test, t->s.varcheck.has_modes);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	for (i = 0; i < ARRAY_SIZE(modes); i++)
		KUNIT_EXPECT_TRUE(test, has_row(t, &modes[i]));
	EXPECT_STATUS(test, check_in(t, guid_global, "AuditMode", BS_RT, "\x01",
				     1), KUV_SUCCESS);
	EXPECT_STATUS(test, check_in(t, guid_security, "dbr", NV_BS_RT | A_AT,
				     "list", 4), KUV_SUCCESS);
	EXPECT_STATUS(test, check_in(t, guid_global, "dbr", NV_BS_RT | A_AT,
				     "list", 4), KUV_INVALID_PARAMETER);
	t->s.options = 0;
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_FALSE(test, t->s.varcheck.has_modes);
}

/* [V15] */
static void hardware_error_records(struct kunit *test)
{
	const u32 record = NV_BS_RT | A_HR;
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, check_in(t, guid_hw_error, "HwErrRec0001", record,
				     "r", 1), KUV_SUCCESS);
	EXPECT_STATUS(test, check_in(t, guid_hw_error, "HwErrRec0001", NV_BS_RT,
				     "r", 1), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check_in(t, guid_hw_error, "HwErrRec000a", record,
				     "r", 1), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check_in(t, test_guid, "HwErrRec0001", record, "r",
				     1), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check_in(t, test_guid, "a", A_AP | record, "", 0),
		      KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check_in(t, test_guid, "a", record, "", 0),
		      KUV_SUCCESS);
}

/* --- contents --- */

static kuv_status_t check_global(struct kuv_test *t, const char *name,
				 const void *data, u32 len)
{
	const struct kvm_uefivars_var_property *p = property(t, guid_global,
							     name);
	u8 *exact = kmalloc(len, GFP_KERNEL);
	kuv_status_t status;

	if (!exact)
		return KUV_DEVICE_ERROR;
	/* Its memory ends with the data, so overruns are seen. */
	memcpy(exact, data, len);
	status = check_in(t, guid_global, name, le32_to_cpu(p->attributes),
			  exact, len);
	kfree(exact);
	return status;
}

#define EXPECT_CONTENT(test, name, bytes, want) \
	EXPECT_STATUS(test, check_global((test)->priv, name, bytes, \
					 sizeof(bytes)), want)
#define GOOD	KUV_SUCCESS
#define BAD	KUV_INVALID_PARAMETER

static void content_text(struct kunit *test)
{
	static const char * const names[] = {
		"Lang", "PlatformLang", "LangCodes", "PlatformLangCodes",
	};
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_STATUS(test, check_global(t, names[i], "eng\0", 4), GOOD);
		EXPECT_STATUS(test, check_global(t, names[i], "\0", 1), GOOD);
		EXPECT_STATUS(test, check_global(t, names[i], "en\0g", 4),
			      GOOD);
		EXPECT_STATUS(test, check_global(t, names[i], "eng", 3), BAD);
	}
}

static void content_order(struct kunit *test)
{
	static const char * const names[] = {
		"BootOrder", "DriverOrder", "SysPrepOrder",
	};
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_STATUS(test, check_global(t, names[i], "1234", 4), GOOD);
		EXPECT_STATUS(test, check_global(t, names[i], "123", 3), BAD);
	}
}

static void content_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len;

	for (len = 9; len <= 23; len++)
		EXPECT_STATUS(test, check_global(t, "Key0001", t->msg, len),
			      len == 10 || len == 14 || len == 18 ||
			      len == 22 ? GOOD : BAD);
}

/* Its own property is read-only; another one leaves the form. */
static void content_signature_support(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_property_in(t, guid_global, "SignatureSupport", 0, BS_RT);
	EXPECT_STATUS(test, check_global(t, "SignatureSupport", t->msg, 32),
		      GOOD);
	EXPECT_STATUS(test, check_global(t, "SignatureSupport", t->msg, 31),
		      BAD);
}

/* A name may be given a size that its form cannot have. */
static void content_shorter_than_its_form(struct kunit *test)
{
	static const char * const names[] = { "Key####", "ConIn", "Boot####" };
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		set_property_in(t, guid_global, names[i], 0, NV_BS_RT);
	EXPECT_STATUS(test, check_global(t, "Key0001", t->msg, 6), BAD);
	EXPECT_STATUS(test, check_global(t, "ConIn", "\x7f\xff\x04", 3), BAD);
	EXPECT_STATUS(test, check_global(t, "Boot0001", t->msg, 5), BAD);
}

#define END	0x7f, 0xff, 4, 0

static void content_device_path(struct kunit *test)
{
	static const u8 end[] = { END };
	static const u8 node[] = { 1, 1, 6, 0, 0, 0, END };
	static const u8 two[] = { 1, 1, 4, 0, 2, 1, 5, 0, 9, END };
	static const u8 instances[] = { 1, 1, 4, 0, 0x7f, 1, 4, 0, END };
	static const u8 behind[] = { END, 1, 2, 3 };
	static const u8 file[] = { 4, 4, 8, 0, 'a', 0, 0, 0, END };
	static const u8 later[] = { 1, 1, 5, 0, 9, 4, 4, 6, 0, 0, 0, END };
	static const char * const names[] = {
		"ConIn", "ConOut", "ErrOut", "ConInDev", "ConOutDev",
		"ErrOutDev",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_CONTENT(test, names[i], end, GOOD);
		EXPECT_CONTENT(test, names[i], node, GOOD);
		EXPECT_CONTENT(test, names[i], two, GOOD);
		EXPECT_CONTENT(test, names[i], instances, GOOD);
		EXPECT_CONTENT(test, names[i], behind, GOOD);
		EXPECT_CONTENT(test, names[i], file, GOOD);
		EXPECT_CONTENT(test, names[i], later, GOOD);
	}
}

/* [V15] */
static void content_device_path_malformed(struct kunit *test)
{
	static const u8 no_end[] = { 1, 1, 4, 0 };
	static const u8 other_end[] = { 0x7f, 1, 4, 0 };
	static const u8 long_end[] = { 0x7f, 0xff, 5, 0, 0 };
	static const u8 short_node[] = { 1, 1, 3, 0, END };
	static const u8 empty_node[] = { 1, 1, 0, 0, END };
	static const u8 beyond[] = { 1, 1, 9, 0, 0, END };
	static const u8 huge[] = { 1, 1, 0xff, 0xff, END };
	static const u8 cut_end[] = { 1, 1, 5, 0, 0, 0x7f, 0xff, 4 };
	static const u8 open_file[] = { 4, 4, 8, 0, 'a', 0, 'b', 0, END };
	static const u8 high_file[] = { 4, 4, 6, 0, 0, 1, END };
	static const u8 empty_file[] = { 4, 4, 4, 0, END };
	static const u8 later_file[] = { 1, 1, 4, 0, 4, 4, 6, 0, 1, 0, END };
	static const u8 later_beyond[] = { 1, 1, 4, 0, 1, 1, 5, 0, END };
	static const char name[] = "ConOut";

	EXPECT_CONTENT(test, name, no_end, BAD);
	EXPECT_CONTENT(test, name, other_end, BAD);
	EXPECT_CONTENT(test, name, long_end, BAD);
	EXPECT_CONTENT(test, name, short_node, BAD);
	EXPECT_CONTENT(test, name, empty_node, BAD);
	EXPECT_CONTENT(test, name, beyond, BAD);
	EXPECT_CONTENT(test, name, huge, BAD);
	EXPECT_CONTENT(test, name, cut_end, BAD);
	EXPECT_CONTENT(test, name, open_file, BAD);
	EXPECT_CONTENT(test, name, high_file, BAD);
	EXPECT_CONTENT(test, name, empty_file, BAD);
	EXPECT_CONTENT(test, name, later_file, BAD);
	EXPECT_CONTENT(test, name, later_beyond, BAD);
}

static void content_load_option(struct kunit *test)
{
	static const u8 plain[] = { 1, 0, 0, 0, 4, 0, 'a', 0, 0, 0, END };
	static const u8 nameless[] = { 1, 0, 0, 0, 4, 0, 0, 0, END };
	static const u8 data[] = { 1, 0, 0, 0, 4, 0, 'a', 0, 0, 0, END, 7 };
	static const u8 longer[] = {
		1, 0, 0, 0, 9, 0, 0, 0, 1, 1, 5, 0, 0, END,
	};
	static const char * const names[] = {
		"Boot0001", "Driver0001", "SysPrep0001", "PlatformRecovery0001",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_CONTENT(test, names[i], plain, GOOD);
		EXPECT_CONTENT(test, names[i], nameless, GOOD);
		EXPECT_CONTENT(test, names[i], data, GOOD);
		EXPECT_CONTENT(test, names[i], longer, GOOD);
	}
}

/* [V15] */
static void content_load_option_malformed(struct kunit *test)
{
	static const u8 no_text[] = { 1, 0, 0, 0, 4, 0 };
	static const u8 half_nul[] = { 1, 0, 0, 0, 4, 0, 0 };
	static const u8 no_nul[] = { 1, 0, 0, 0, 4, 0, 'a', 0, 'b', 0, 'c', 0 };
	static const u8 high[] = { 1, 0, 0, 0, 4, 0, 0, 1, END };
	static const u8 no_path[] = { 1, 0, 0, 0, 0, 0, 0, 0, END };
	static const u8 short_path[] = { 1, 0, 0, 0, 3, 0, 0, 0, END };
	static const u8 beyond[] = { 1, 0, 0, 0, 5, 0, 0, 0, END };
	static const u8 huge[] = { 1, 0, 0, 0, 0xff, 0xff, 0, 0, END };
	static const u8 bad_path[] = { 1, 0, 0, 0, 4, 0, 0, 0, 1, 1, 4, 0 };
	static const u8 end_behind[] = {
		1, 0, 0, 0, 4, 0, 0, 0, 1, 1, 4, 0, END,
	};
	static const char name[] = "Boot0001";

	EXPECT_CONTENT(test, name, no_text, BAD);
	EXPECT_CONTENT(test, name, half_nul, BAD);
	EXPECT_CONTENT(test, name, no_nul, BAD);
	EXPECT_CONTENT(test, name, high, BAD);
	EXPECT_CONTENT(test, name, no_path, BAD);
	EXPECT_CONTENT(test, name, short_path, BAD);
	EXPECT_CONTENT(test, name, beyond, BAD);
	EXPECT_CONTENT(test, name, huge, BAD);
	EXPECT_CONTENT(test, name, bad_path, BAD);
	EXPECT_CONTENT(test, name, end_behind, BAD);
}

/* --- as a guest sees it --- */

static kuv_status_t set_global(struct kuv_test *t, const char *name,
			       u32 attributes, const void *data, u32 len)
{
	return test_set_in(t, guid_global, name, attributes, data, len);
}

static void rules_start_after_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, set_global(t, "Timeout", BS_RT, "123", 3),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, set_global(t, "Timeout", 0, "", 0), KUV_SUCCESS);
	EXPECT_STATUS(test, set_global(t, "NobodyKnows", NV_BS, "1", 1),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, set_global(t, "dbDefault", BS_RT, "1", 1),
		      KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, set_global(t, "Timeout", BS_RT, "12", 2),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_global(t, "Timeout", NV_BS_RT, "123", 3),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_global(t, "Timeout", A_AP, "12", 2),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_global(t, "NobodyKnows", NV_BS, "2", 1),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_global(t, "dbDefault", BS_RT, "2", 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_global(t, "dbDefault", 0, "", 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, set_global(t, "Timeout", NV_BS_RT, "12", 2),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, set_global(t, "NobodyKnows", NV_BS, "", 0),
		      KUV_SUCCESS);
}

static void properties_come_before_policies(struct kunit *test)
{
	static const char * const names[] = {
		"LangCodes", "PlatformLangCodes", "HwErrRecSupport",
		"BootOptionSupport",
	};
	struct kuv_test *t = test->priv;
	struct kuv_name n;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		n = test_name_in(t, guid_global, names[i]);
		kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
	}
	kuv_service_end_of_dxe(&t->s, NULL);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_REFUSED(test, set_global(t, names[i], A_BS, "1234", 4),
			       KUV_INVALID_PARAMETER);
		EXPECT_REFUSED(test, set_global(t, names[i], 0, "", 0),
			       KUV_WRITE_PROTECTED);
	}
	EXPECT_REFUSED(test, set_global(t, "BootOptionSupport", BS_RT, "1234",
					4), KUV_WRITE_PROTECTED);
}

static void unknown_name_comes_before_its_signature(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 signed_nothing[40] = { [16] = 24 };
	const u32 append = NV_BS_RT | A_AT | A_AP;

	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, test_set_in(t, guid_security, "dbr", append,
					 signed_nothing, 40),
		       KUV_INVALID_PARAMETER);
}

/* [S2] [S3] */
static void fixed_names_are_never_written(struct kunit *test)
{
	static const struct {
		const u8 *guid;
		const char *name;
		u32 attributes;
	} names[] = {
		{ guid_global, "SetupMode", BS_RT },
		{ guid_global, "SecureBoot", BS_RT },
		{ guid_global, "SignatureSupport", BS_RT },
		{ guid_global, "VendorKeys", BS_RT },
		{ guid_vendor_keys_nv, "VendorKeysNv", NV_BS | A_AT },
		{ guid_cert_db, "certdb", NV_BS_RT | A_AT },
		{ guid_cert_db, "certdbv", BS_RT | A_AT },
		{ guid_var_error_flag, "VarErrorFlag", NV_BS_RT },
	};
	u8 data[64] = { [16] = 24 };
	struct kuv_test *t = test->priv;
	u32 i, phase;

	for (phase = 0; phase < 3; phase++) {
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			EXPECT_REFUSED(test,
				       test_set_in(t, names[i].guid,
						   names[i].name,
						   names[i].attributes, data,
						   sizeof(data)),
				       KUV_WRITE_PROTECTED);
			EXPECT_REFUSED(test,
				       test_set_in(t, names[i].guid,
						   names[i].name, 0, "", 0),
				       KUV_WRITE_PROTECTED);
			EXPECT_REFUSED(test,
				       test_set_in(t, names[i].guid,
						   names[i].name,
						   names[i].attributes | A_AP,
						   data, sizeof(data)),
				       KUV_WRITE_PROTECTED);
		}
		if (!phase)
			kuv_service_end_of_dxe(&t->s, NULL);
		else
			kuv_service_exit_boot_services(&t->s, NULL);
	}
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
	KUNIT_CASE(known_names),
	KUNIT_CASE(known_names_want_their_attributes),
	KUNIT_CASE(known_names_want_their_size),
	KUNIT_CASE(known_names_may_be_deleted),
	KUNIT_CASE(wildcards_are_upper_case_digits),
	KUNIT_CASE(wildcard_character_beyond_ascii),
	KUNIT_CASE(property_of_a_wildcard),
	KUNIT_CASE(property_of_an_unknown_wildcard),
	KUNIT_CASE(unknown_names_of_closed_namespaces),
	KUNIT_CASE(unknown_names_of_open_namespaces),
	KUNIT_CASE(unknown_name_with_a_property),
	KUNIT_CASE(names_of_audit_mode),
	KUNIT_CASE(hardware_error_records),
	KUNIT_CASE(content_text),
	KUNIT_CASE(content_order),
	KUNIT_CASE(content_key),
	KUNIT_CASE(content_signature_support),
	KUNIT_CASE(content_shorter_than_its_form),
	KUNIT_CASE(content_device_path),
	KUNIT_CASE(content_device_path_malformed),
	KUNIT_CASE(content_load_option),
	KUNIT_CASE(content_load_option_malformed),
	KUNIT_CASE(rules_start_after_dxe),
	KUNIT_CASE(properties_come_before_policies),
	KUNIT_CASE(unknown_name_comes_before_its_signature),
	KUNIT_CASE(fixed_names_are_never_written),
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
