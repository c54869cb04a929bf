// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/auth.c. */
#include <linux/module.h>

#include "authlib.h"

/* Where things are in a descriptor. */
#define AT_LENGTH	16
#define AT_REVISION	20
#define AT_TYPE		22
#define AT_GUID		24
#define AT_MESSAGE	40

/* --- without a signature --- */

/* [V37] */
static void setup_key_without_signature(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 3, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS(t, pk, list_pk));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_pk, 3));
	KUNIT_EXPECT_EQ(test, auth_find(t, &var_pk)->attributes, A_KEY);
}

static void setup_databases_without_signature(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, BARE(t, kek, A_KEY, 1, kek), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, db, A_KEY, 1, cert), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, dbx, A_KEY, 1, one), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, dbt, A_KEY, 1, cert), KUV_SUCCESS);
	/* Older, the same, and gone: nobody asks for a time either. */
	EXPECT_STATUS(test, BARE(t, dbx, A_KEY, 0, two), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_dbx, 0));
	EXPECT_STATUS(test, auth_set_bare(t, &var_dbx, A_KEY, 0, "", 0),
		      KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_dbx));
}

/* There is no pool for it, even if nobody has to sign it. */
static void setup_hardware_error_record(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, BARE(t, dbx, A_KEY | A_HR, 1, one),
		       KUV_OUT_OF_RESOURCES);
	EXPECT_REFUSED(test, BARE(t, dbx, A_KEY | A_HR | A_AP, 1, one),
		       KUV_OUT_OF_RESOURCES);
}

/* [V34] */
static void setup_ignores_type_and_revision(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, PATCHED(t, kek, A_KEY, kek, AT_TYPE, 1),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, PATCHED(t, kek, A_KEY, kek, AT_GUID, 1),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, PATCHED(t, kek, A_KEY, kek, AT_REVISION, 1),
		      KUV_SUCCESS);
}

/* [M6] */
static void setup_malformed_list(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 list[sizeof(vec_list_one)];

	memcpy(list, vec_list_one, sizeof(list));
	/* No size: there would be no way forward. */
	memset(list + 16, 0, 4);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_db, A_KEY, 1, list,
					   sizeof(list)),
		       KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, BARE(t, db, A_KEY, 1, one), KUV_SUCCESS);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_db, A_KEY | A_AP, 1, list,
					   sizeof(list)),
		       KUV_INVALID_PARAMETER);
}

/* [V33] */
static void setup_garbage(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, auth_set_bare(t, &var_kek, A_KEY, 1, "garbage", 7),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, BARE(t, pk, A_KEY, 1, two_pks),
		       KUV_INVALID_PARAMETER);
}

/* [V38] */
static void setup_elliptic_curve(struct kunit *test)
{
	EXPECT_REFUSED(test, BARE(test->priv, kek, A_KEY, 1, ec),
		       KUV_INVALID_PARAMETER);
}

static void setup_delete_absent(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, auth_set_bare(t, &var_pk, A_KEY, 1, "", 0),
		       KUV_NOT_FOUND);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_db, A_KEY, 1, "", 0),
		       KUV_NOT_FOUND);
}

/* [V47] */
static void setup_append_to_absent_has_no_time(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, BARE(t, db, A_KEY | A_AP, 9, one), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_no_time(t, &var_db));
	EXPECT_REFUSED(test, auth_set_bare(t, &var_dbx, A_KEY | A_AP, 9, "", 0),
		       KUV_SUCCESS);
}

static void setup_append_drops_duplicates(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, BARE(t, db, A_KEY, 5, one), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, db, A_KEY | A_AP, 4, both), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS_BOTH(t, db, list_one, list_two));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_db, 5));
	EXPECT_STATUS(test, BARE(t, db, A_KEY | A_AP, 6, both), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS_BOTH(t, db, list_one, list_two));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_db, 6));
}

/* What the host loaded may be no list at all. */
static void setup_append_to_malformed(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, auth_load(t, &var_db, A_KEY, "garbage", 7),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, BARE(t, db, A_KEY | A_AP, 1, one),
		       KUV_INVALID_PARAMETER);
}

/* A platform key is joined as it is. */
static void setup_append_keeps_no_time_back(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, BARE(t, kek, A_KEY, 5, kek), KUV_SUCCESS);
	EXPECT_STATUS(test, auth_set_bare(t, &var_kek, A_KEY | A_AP, 7, "", 0),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS(t, kek, list_kek));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_kek, 7));
}

/* --- attributes --- */

static const struct auth_var *const keys[] = {
	&var_pk, &var_kek, &var_db, &var_dbx, &var_dbt,
};

static void key_needs_attributes(struct kunit *test)
{
	static const u32 attributes[] = {
		0, NV_BS_RT, BS_RT | A_AT, A_BS | A_AT, NV_BS_RT | A_AP,
	};
	struct kuv_test *t = test->priv;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		for (j = 0; j < ARRAY_SIZE(attributes); j++)
			EXPECT_REFUSED(test, auth_set_bare(t, keys[i],
							   attributes[j], 1,
							   vec_list_one,
							   sizeof(vec_list_one)),
				       KUV_INVALID_PARAMETER);
}

/* Nothing that has no data and no signature deletes anything. [S1] */
static void expect_no_deletion(struct kunit *test, const struct auth_var *v,
			       u32 attributes)
{
	struct kuv_test *t = test->priv;
	u64 before = test_digest(&t->s);
	kuv_status_t status = auth_set(t, v, attributes, "", 0);

	KUNIT_EXPECT_TRUE(test, status == KUV_INVALID_PARAMETER ||
				status == KUV_SECURITY_VIOLATION ||
				status == KUV_WRITE_PROTECTED);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

static void expect_no_deletions(struct kunit *test)
{
	static const u32 attributes[] = {
		0, NV_BS_RT, A_KEY, A_KEY | A_AP,
	};
	struct kuv_test *t = test->priv;
	u32 i, j;

	for (j = 0; j < ARRAY_SIZE(attributes); j++) {
		for (i = 0; i < ARRAY_SIZE(keys); i++)
			expect_no_deletion(test, keys[i], attributes[j]);
		expect_no_deletion(test, &var_mine, attributes[j]);
	}
	/* The plain one next to them goes, by each of the two ways. */
	EXPECT_REFUSED(test, test_set(t, "Plain", A_KEY, ""),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, test_set(t, "Plain", A_KEY | A_AP, ""),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, test_set(t, "Plain", NV_BS_RT, ""), KUV_SUCCESS);
	EXPECT_REFUSED(test, test_set(t, "Plain", NV_BS_RT, ""), KUV_NOT_FOUND);
	EXPECT_STATUS(test, test_set(t, "Plain", NV_BS_RT, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "Plain", 0, ""), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "Plain", NV_BS_RT, "1"), KUV_SUCCESS);
}

static void fill_for_deletion(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbt, A_KEY, dbt), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "Plain", NV_BS_RT, "1"), KUV_SUCCESS);
}

/* [S1] */
static void size_zero_while_firmware_runs(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	fill_for_deletion(test);
	expect_no_deletions(test);
	kuv_service_end_of_dxe(&t->s, NULL);
	expect_no_deletions(test);
}

/* [S1] */
static void size_zero_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	fill_for_deletion(test);
	kuv_service_exit_boot_services(&t->s, NULL);
	expect_no_deletions(test);
}

/* --- descriptor --- */

/* [M5] */
static void descriptor_lengths(struct kunit *test)
{
	u8 data[TEST_DESCRIPTOR + 1] = { 0 };
	struct kuv_test *t = test->priv;
	u32 len;

	auth_enroll(test);
	for (len = 0; len <= 24; len++) {
		auth_descriptor(data, 5);
		data[AT_LENGTH] = len;
		EXPECT_REFUSED(test, auth_set(t, &var_db, A_KEY, data,
					      sizeof(data)),
			       KUV_SECURITY_VIOLATION);
		EXPECT_REFUSED(test, auth_set(t, &var_mine, A_KEY, data,
					      sizeof(data)),
			       KUV_SECURITY_VIOLATION);
	}
	memset(data + AT_LENGTH, 0xff, 4);
	EXPECT_REFUSED(test, auth_set(t, &var_db, A_KEY, data, sizeof(data)),
		       KUV_SECURITY_VIOLATION);
	/* One byte beyond the end, and one that takes a byte off the payload. */
	EXPECT_REFUSED(test, PATCHED(t, kek, A_KEY, kek, AT_LENGTH, 1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, PATCHED(t, kek, A_KEY, kek, AT_LENGTH + 1, 0x80),
		       KUV_SECURITY_VIOLATION);
}

/* [S9] */
static void descriptor_reserved_fields(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_pad1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_nanosecond),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_zone),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_daylight),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_pad2),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
}

/* [V34] */
static void descriptor_type_and_revision(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, PATCHED(t, kek, A_KEY, kek, AT_TYPE, 1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, PATCHED(t, kek, A_KEY, kek, AT_GUID + 15, 1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, PATCHED(t, kek, A_KEY, kek, AT_REVISION + 1, 2),
		      KUV_SUCCESS);
}

/* [S8] */
static void time_must_be_later(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_older),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek_newer), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_kek, 6));
}

/* Each field decides, the year before all others. */
static void time_fields_by_weight(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, var_kek.guid, var_kek.name);
	u32 field;

	for (field = 0; field < 7; field++) {
		u8 d[TEST_DESCRIPTOR];

		/* Stored: one more in this field, nothing in those behind. */
		auth_descriptor(d, 5);
		d[field]++;
		memset(d + (field < 2 ? 2 : field + 1), 0,
		       field < 2 ? 5 : 6 - field);
		EXPECT_STATUS(test, kuv_service_host_set(&t->s, &n, A_KEY, d,
							 "x", 1, true, NULL),
			      KUV_SUCCESS);
		EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek),
			       KUV_SECURITY_VIOLATION);
		d[field] -= 2;
		memset(d + (field < 2 ? 2 : field + 1), 0xff,
		       field < 2 ? 5 : 6 - field);
		EXPECT_STATUS(test, kuv_service_host_set(&t->s, &n, A_KEY, d,
							 "x", 1, true, NULL),
			      KUV_SUCCESS);
		EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
	}
}

/* --- what is signed --- */

static void signature_covers_all(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 i;

	/* Year to second. */
	for (i = 0; i < 7; i++)
		EXPECT_REFUSED(test, PATCHED(t, kek, A_KEY, kek, i, 0x40),
			       KUV_SECURITY_VIOLATION);
	/* The last byte, which is of the payload. */
	EXPECT_REFUSED(test, PATCHED(t, kek, A_KEY, kek, sizeof(vec_kek) - 1,
				     1), KUV_SECURITY_VIOLATION);
	/* Attributes, name, namespace. */
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY | A_AP, kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, dbx, A_KEY, db_by_kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, auth_set(t, &var_other, A_KEY, vec_mine_create,
				      sizeof(vec_mine_create)),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, test_set_in(t, other_guid, "Mine", A_KEY,
					 vec_mine_create,
					 sizeof(vec_mine_create)),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
}

/* No byte of a message may be another one and still count. */
static void signature_with_any_byte_changed(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 end = sizeof(vec_db_by_kek) - sizeof(vec_list_one), i;
	u64 before = test_digest(&t->s);

	for (i = end - 256; i < end; i += 16)
		EXPECT_STATUS(test, PATCHED(t, db, A_KEY, db_by_kek, i, 0x10),
			      KUV_SECURITY_VIOLATION);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

/* [S10] */
static void digest_algorithms(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_sha1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_sha224),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek_sha384), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, dbt, A_KEY, 1, cert),
		      KUV_SECURITY_VIOLATION);
}

/* [V35] */
static void message_bare_and_wrapped(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, vec_kek_wrapped[AT_MESSAGE + 4], 6);
	KUNIT_EXPECT_NE(test, vec_db_by_kek_bare[AT_MESSAGE + 4], 6);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek_wrapped), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kek_bare),
		      KUV_SUCCESS);
}

/* --- who signed --- */

static void platform_key_signs_its_successor(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, BARE(t, pk, A_KEY, 9, pk2),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, pk, A_KEY, pk_update_by_new),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_update), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS(t, pk, list_pk2));
	/* The old one has nothing to say any more. */
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek),
		       KUV_SECURITY_VIOLATION);
}

static void platform_key_signs_exchange_keys(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, BARE(t, kek, A_KEY, 9, kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_by_kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek_delete), KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_kek));
}

/* [S11] */
static void platform_key_delegates_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_by_leaf),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, pk, A_KEY, pk_update_by_leaf),
		       KUV_SECURITY_VIOLATION);
}

/* The first signer is the platform key, and those beside it belong to it. */
static void platform_key_and_another(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_two_signers_one_strange),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_two_signers_leaf_first),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek_two_signers),
		      KUV_SUCCESS);
}

static void signer_must_be_in_the_message(struct kunit *test)
{
	EXPECT_REFUSED(test, SIGNED(test->priv, kek, A_KEY, kek_no_certificate),
		       KUV_SECURITY_VIOLATION);
}

/* What the host loaded as a platform key may be nothing of the kind. */
static void platform_key_is_garbage(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, auth_load(t, &var_pk, A_KEY, "garbage", 7),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, auth_load(t, &var_pk, A_KEY, vec_list_hashes_only,
				      sizeof(vec_list_hashes_only)),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek),
		       KUV_SECURITY_VIOLATION);
}

/* The host may have stored keys that only the firmware sees. */
static void keys_hidden_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const u32 hidden = NV_BS | A_AT;

	EXPECT_STATUS(test, auth_load(t, &var_pk, hidden, vec_list_pk,
				      sizeof(vec_list_pk)), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_pk), KUV_SUCCESS);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, auth_load(t, &var_kek, hidden, vec_list_kek,
				      sizeof(vec_list_kek)), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, dbx, A_KEY, dbx), KUV_NOT_FOUND);
}

/* [V30] */
static void database_signed_by_platform_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS(t, db, list_one));
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_delete_by_pk),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_delete_by_pk),
		       KUV_NOT_FOUND);
}

static void database_signed_by_exchange_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, BARE(t, db, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_by_stranger),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS(t, db, list_one));
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_delete_by_kek),
		      KUV_SUCCESS);
}

/* An exchange key may be a certificate authority, the platform key not. */
static void database_signed_below_exchange_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kekleaf), KUV_SUCCESS);
}

/* [V32] */
static void database_of_time_stamps(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, dbt, A_KEY, dbt_by_stranger),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, dbt, A_KEY, dbt), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
}

/* [V31] */
static void database_without_exchange_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek_delete), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_NOT_FOUND);
	EXPECT_REFUSED(test, SIGNED(t, dbx, A_KEY, dbx), KUV_NOT_FOUND);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_pk), KUV_SUCCESS);
	/* What is wrong in itself is said first. */
	EXPECT_REFUSED(test, PATCHED(t, dbx, A_KEY, dbx, AT_TYPE, 1),
		       KUV_SECURITY_VIOLATION);
}

static void database_with_any_of_several_exchange_keys(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, auth_load(t, &var_kek, A_KEY, vec_list_keks,
				      sizeof(vec_list_keks)), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_SUCCESS);
	EXPECT_STATUS(test, auth_load(t, &var_kek, A_KEY, vec_list_hashes_only,
				      sizeof(vec_list_hashes_only)),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, dbx, A_KEY, dbx),
		       KUV_SECURITY_VIOLATION);
}

/* A certificate counts where a list says that it is one. */
static void exchange_key_of_another_type(struct kunit *test)
{
	static const u8 sha256[16] = KUV_GUID_SHA256;
	struct kuv_test *t = test->priv;
	u8 *keks = kunit_kzalloc(test, sizeof(vec_list_kek), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, keks);
	memcpy(keks, vec_list_kek, sizeof(vec_list_kek));
	memcpy(keks, sha256, sizeof(sha256));
	EXPECT_STATUS(test, auth_load(t, &var_kek, A_KEY, keks,
				      sizeof(vec_list_kek)), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_by_kek),
		       KUV_SECURITY_VIOLATION);
}

/* A certificate that is none does not hide the one behind it. */
static void exchange_keys_with_garbage(struct kunit *test)
{
	static const u8 x509[16] = KUV_GUID_X509;
	struct kuv_test *t = test->priv;
	u8 *keks = kunit_kzalloc(test, 64 + sizeof(vec_list_kek), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, keks);
	memcpy(keks, x509, 16);
	keks[16] = 64;
	keks[24] = 36;
	memcpy(keks + 64, vec_list_kek, sizeof(vec_list_kek));
	EXPECT_STATUS(test, auth_load(t, &var_kek, A_KEY, keks,
				      64 + sizeof(vec_list_kek)), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_SUCCESS);
	EXPECT_STATUS(test, auth_load(t, &var_kek, A_KEY, keks, 64),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, dbx, A_KEY, dbx),
		       KUV_SECURITY_VIOLATION);
}

/* --- what was signed is still checked --- */

/* [V33] [V38] */
static void signed_malformed(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_garbage),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek_ec),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, SIGNED(t, pk, A_KEY, pk_two),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_garbage_by_kek),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_garbage_by_pk),
		       KUV_INVALID_PARAMETER);
}

static void signed_over_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = t->s.db.nv_used + 64;
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_by_kek),
		       KUV_OUT_OF_RESOURCES);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create),
		       KUV_OUT_OF_RESOURCES);
}

static void signed_over_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	t->s.limits.auth_var_size = KUV_VAR_HEADER_LEN + 8 +
				    sizeof(vec_list_one) +
				    sizeof(vec_list_two) - 1;
	EXPECT_REFUSED(test, SIGNED(t, dbx, A_KEY | A_AP, dbx_append_both),
		       KUV_INVALID_PARAMETER);
	/* What counts is what is left to append. */
	t->s.limits.auth_var_size++;
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY | A_AP, dbx_append_both),
		      KUV_SUCCESS);
}

/* --- append --- */

/* [S6] */
static void append_keeps_other_types(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 old[sizeof(vec_list_384) + sizeof(vec_list_x509_hash)];

	memcpy(old, vec_list_384, sizeof(vec_list_384));
	memcpy(old + sizeof(vec_list_384), vec_list_x509_hash,
	       sizeof(vec_list_x509_hash));
	EXPECT_STATUS(test, auth_load(t, &var_dbx, A_KEY, old, sizeof(old)),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY | A_AP, dbx_append),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_both(t, &var_dbx, old, sizeof(old),
					     vec_list_two,
					     sizeof(vec_list_two)));
}

/* [S7] */
static void append_keeps_two_certificates(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, auth_load(t, &var_db, A_KEY, vec_list_two_certs,
				      sizeof(vec_list_two_certs)),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY | A_AP, db_append_cert),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS_BOTH(t, db, list_two_certs, list_cert));
}

static void append_drops_what_is_there(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY | A_AP, dbx_append_both),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS_BOTH(t, dbx, list_one, list_two));
}

/* Nothing is left to append: only the time moves. */
static void append_of_nothing_new(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY | A_AP, dbx_append_same),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS(t, dbx, list_one));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_dbx, 6));
}

/* [V7] */
static void append_of_another_owner(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY | A_AP,
				   dbx_append_other_owner), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS_BOTH(t, dbx, list_one,
					list_one_other_owner));
}

/* [V6] */
static void append_with_an_older_time(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY | A_AP,
				   dbx_append_same_older), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_dbx, 5));
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY | A_AP, kek_append_older),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_kek, 5));
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY | A_AP, kek_append_newer),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_kek, 8));
	KUNIT_EXPECT_TRUE(test, IS_BOTH(t, kek, list_kek, list_cert));
}

/* [V47] */
static void append_to_absent_has_no_time(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY | A_AP, dbx_append),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_no_time(t, &var_dbx));
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY | A_AP, mine_create_append),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_has_no_time(t, &var_mine));
	/* So that any date does for the next one. */
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update_ancient),
		      KUV_SUCCESS);
}

/* --- private variables --- */

/* [V39] */
static void private_is_bound_to_its_signer(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_mine, "one", 3));
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_mine, "two!", 4));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_mine, 6));
}

/* Certificates that are sent along make no difference. [V39] */
static void private_with_and_without_root(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update_root),
		      KUV_SUCCESS);
}

/* [S5] */
static void private_of_another_leaf(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create_chain),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update_by_bob),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update_by_root),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY | A_AP, mine_append_by_bob),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_delete_by_bob),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create_bob),
		       KUV_SECURITY_VIOLATION);
}

static void private_keeps_its_hash(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update_384),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create_384),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update_384),
		      KUV_SUCCESS);
}

static void private_signer_must_be_one_with_a_name(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create_two_signers),
		       KUV_SECURITY_VIOLATION);
	/* The second leads to the first. */
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create_root_and_leaf),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create_no_name),
		       KUV_SECURITY_VIOLATION);
}

/* Nothing is above it, yet it must be a certificate that can be used. */
static void private_signer_with_an_unknown_extension(struct kunit *test)
{
	EXPECT_REFUSED(test, SIGNED(test->priv, mine, A_KEY, mine_create_odd),
		       KUV_SECURITY_VIOLATION);
}

static void private_is_never_unsigned(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, auth_set_bare(t, &var_mine, A_KEY, 5, "one", 3),
		       KUV_SECURITY_VIOLATION);
	auth_enroll(test);
	auth_custom_mode(test);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_mine, A_KEY, 5, "one", 3),
		       KUV_SECURITY_VIOLATION);
}

/* [S8] */
static void private_time_must_be_later(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update_ancient),
		       KUV_SECURITY_VIOLATION);
}

/* [V5] [V6] */
static void private_append(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY | A_AP, mine_append_older),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_mine, "one more", 8));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_mine, 5));
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY | A_AP, mine_append),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_mine, "one more more", 13));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_mine, 6));
}

/* [V4] */
static void private_append_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY | A_AP,
				    mine_create_append_nothing), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY | A_AP, mine_append_nothing),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_mine, "one", 3));
	KUNIT_EXPECT_TRUE(test, auth_has_time(t, &var_mine, 8));
}

static void private_delete(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete), KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_mine));
	/* Whoever comes first has it then. */
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create_bob),
		      KUV_SUCCESS);
}

/* [V36] */
static void private_delete_absent(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_delete),
		       KUV_NOT_FOUND);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create_empty),
		       KUV_NOT_FOUND);
	EXPECT_REFUSED(test, PATCHED(t, mine, A_KEY, mine_delete, 6, 1),
		       KUV_SECURITY_VIOLATION);
}

static void private_without_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_REFUSED(test, auth_set(t, &var_mine, 0, "", 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, auth_set(t, &var_mine, 0, "data", 4),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, auth_set(t, &var_mine, NV_BS_RT, "data", 4),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, SIGNED(t, mine, NV_BS | A_AT, mine_create_boot),
		       KUV_INVALID_PARAMETER);
}

/* A signature is no excuse for a place where nothing can be. */
static void private_refused_after_its_signature(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, SIGNED(t, mine, A_NV | A_AT, mine_create_nowhere),
		       KUV_NOT_FOUND);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, SIGNED(t, mine, BS_RT | A_AT,
				    mine_create_not_runtime),
		       KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update), KUV_SUCCESS);
}

static void private_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, BS_RT | A_AT, mine_create_volatile),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, BS_RT | A_AT, mine_update_volatile),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
	KUNIT_EXPECT_FALSE(test, auth_is(t, &var_certdbv, "\x04\0\0\0", 4));
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, SIGNED(t, mine, BS_RT | A_AT,
				    mine_delete_volatile),
		       KUV_WRITE_PROTECTED);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdbv, "\x04\0\0\0", 4));
	EXPECT_STATUS(test, SIGNED(t, mine, BS_RT | A_AT, mine_create_volatile),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, BS_RT | A_AT, mine_delete_volatile),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdbv, "\x04\0\0\0", 4));
}

/* Loaded by the host, which said nothing about its signer. */
static void private_of_unknown_signer(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, auth_load(t, &var_mine, A_KEY, "one", 3),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_delete),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY | A_AP, mine_append),
		       KUV_SECURITY_VIOLATION);
}

/* What was done stays done, and nobody's memory grows. [M12] */
static void private_many_updates(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 used;
	u32 i;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	used = t->s.db.nv_used;
	for (i = 0; i < 20; i++) {
		EXPECT_STATUS(test, SIGNED(t, mine, A_KEY | A_AP,
					   mine_append_nothing), KUV_SUCCESS);
		KUNIT_EXPECT_EQ(test, t->s.db.nv_used, used);
	}
	for (i = 0; i < 10; i++) {
		EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete),
			      KUV_SUCCESS);
		EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create),
			      KUV_SUCCESS);
		KUNIT_EXPECT_EQ(test, t->s.db.nv_used, used);
	}
}

/* --- presence --- */

static void presence_deletes_if_allowed(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_mine, A_KEY, 0, "", 0),
		       KUV_SECURITY_VIOLATION);
	t->s.options = KUV_OPT_PRESENCE_DELETE;
	EXPECT_REFUSED(test, auth_set_bare(t, &var_mine, A_KEY, 0, "x", 1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_mine, A_KEY | A_AP, 0, "",
					   0), KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_other, A_KEY, 0, "", 0),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, auth_set_bare(t, &var_mine, A_KEY, 0, "", 0),
		      KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_mine));
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
}

static void presence_ends_with_the_firmware(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.options = KUV_OPT_PRESENCE_DELETE;
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_mine, A_KEY, 0, "", 0),
		       KUV_SECURITY_VIOLATION);
}

static void presence_deletes_no_keys(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	t->s.options = KUV_OPT_PRESENCE_DELETE;
	EXPECT_REFUSED(test, auth_set_bare(t, &var_pk, A_KEY, 9, "", 0),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_kek, A_KEY, 9, "", 0),
		       KUV_SECURITY_VIOLATION);
}

/* A variable of the old, counter-based kind, as nobody can make any more. */
static void make_counted(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = {
		.name = test_name(t, "Counted"),
		.attributes = NV_BS | A_AW,
		.data = (const u8 *)"1",
		.len = 1,
	};
	struct kuv_change c;

	EXPECT_STATUS(test, kuv_vardb_prepare_set(&t->s.db, &t->s.limits, &c,
						  &w, NULL, 0, NULL, 0),
		      KUV_SUCCESS);
	kuv_vardb_commit(&t->s.db, &c);
}

static void presence_deletes_counted(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	make_counted(test);
	EXPECT_REFUSED(test, test_set_len(t, "Counted", NV_BS | A_AW, 560),
		       KUV_UNSUPPORTED);
	EXPECT_REFUSED(test, test_set(t, "Counted", 0, ""),
		       KUV_WRITE_PROTECTED);
	t->s.options = KUV_OPT_PRESENCE_DELETE;
	EXPECT_REFUSED(test, test_set_len(t, "Counted", NV_BS_RT | A_AW, 560),
		       KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, test_set_len(t, "Counted", NV_BS | A_AW, 560),
		      KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, test_find(t, "Counted"));
}

/* --- host --- */

static int no_memory_hash(enum kuv_hash alg, const struct kuv_span *parts,
			  u32 nr, u8 *ret_digest)
{
	return -ENOMEM;
}

static int no_memory_rsa(const struct kuv_span *n, const struct kuv_span *e,
			 const struct kuv_span *sig, u8 *ret_em)
{
	return -ENOMEM;
}

/* That the host cannot compute is no verdict about a signature. */
static void host_cannot_compute(struct kunit *test)
{
	struct kuv_crypto_ops ops = kuv_crypto_ops;
	struct kuv_test *t = test->priv;

	t->s.crypto = &ops;
	ops.rsa = no_memory_rsa;
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek), KUV_DEVICE_ERROR);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_DEVICE_ERROR);
	EXPECT_REFUSED(test, SIGNED(t, db, A_KEY, db_by_pk), KUV_DEVICE_ERROR);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create),
		       KUV_DEVICE_ERROR);
	ops.hash = no_memory_hash;
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek), KUV_DEVICE_ERROR);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create),
		       KUV_DEVICE_ERROR);
	t->s.crypto = &kuv_crypto_ops;
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
}

/* --- dbr --- */

static void recovery_database_by_default(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* In the trusted phase a name like any other, later not a name at all. */
	EXPECT_STATUS(test, SIGNED(t, dbr, A_KEY, dbr_by_stranger),
		      KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, SIGNED(t, dbr, A_KEY, dbr),
		       KUV_INVALID_PARAMETER);
}

static void recovery_database_with_modes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, KUV_OPT_AUDIT_MODE);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, SIGNED(t, dbr, A_KEY, dbr_by_stranger),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, dbr, A_KEY, dbr), KUV_SUCCESS);
	EXPECT_REFUSED(test, auth_set(t, &var_dbr, 0, "", 0),
		       KUV_INVALID_PARAMETER);
}

/* --- by the host's operator --- */

static kuv_status_t operator_set(struct kuv_test *t, const struct auth_var *v,
				 u32 attributes, const void *data, u32 len)
{
	struct kuv_write w = {
		.name = test_name_in(t, v->guid, v->name),
		.attributes = attributes,
		.data = data,
		.len = len,
	};
	u64 seq;

	return kuv_service_set_signed(&t->s, &w, &seq);
}

#define OPERATOR(t, var, attributes, vec) \
	operator_set(t, &var_##var, attributes, vec_##vec, sizeof(vec_##vec))

static void operator_needs_a_signature(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, OPERATOR(t, kek, A_KEY, kek_by_kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, OPERATOR(t, kek, A_KEY, kek), KUV_SUCCESS);
	EXPECT_REFUSED(test, OPERATOR(t, kek, A_KEY, kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, OPERATOR(t, dbx, A_KEY, dbx), KUV_SUCCESS);
	EXPECT_STATUS(test, OPERATOR(t, dbx, A_KEY | A_AP, dbx_append_both),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, OPERATOR(t, mine, NV_BS_RT, list_one),
		       KUV_INVALID_PARAMETER);
}

/* Whoever turned that on was at the machine. */
static void operator_is_not_present(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 bare[TEST_DESCRIPTOR];

	auth_options(test, KUV_OPT_PRESENCE_DELETE);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	auth_custom_mode(test);
	auth_descriptor(bare, 9);
	EXPECT_REFUSED(test, operator_set(t, &var_kek, A_KEY, bare,
					  sizeof(bare)),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, operator_set(t, &var_mine, A_KEY, bare,
					  sizeof(bare)),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, auth_set(t, &var_mine, A_KEY, bare, sizeof(bare)),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, auth_set(t, &var_kek, A_KEY, bare, sizeof(bare)),
		      KUV_SUCCESS);
}

/* A guest that is somewhere else in its life stays there. */
static void operator_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const u32 hidden = NV_BS | A_AT;

	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, auth_load(t, &var_pk, hidden, vec_list_pk,
				      sizeof(vec_list_pk)), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, kek, A_KEY, kek),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, OPERATOR(t, kek, A_KEY, kek), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, t->s.at_runtime);
}

static void operator_changes_no_secure_boot_that_runs(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_secure_boot, 1));
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, OPERATOR(t, pk, A_KEY, pk_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 1));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_secure_boot, 1));
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_secure_boot, 0));
	/* While the firmware runs it is seen at once. */
	EXPECT_STATUS(test, OPERATOR(t, pk, A_KEY, pk_self), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_secure_boot, 1));
}

static void operator_obeys_rules(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 bare[TEST_DESCRIPTOR + 1] = {};
	struct kuv_name mine = test_name_in(t, var_mine.guid, var_mine.name);

	auth_descriptor(bare, 9);
	EXPECT_REFUSED(test, operator_set(t, &var_vendor_keys_nv, A_KEY, bare,
					  sizeof(bare)), KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, kuv_policy_lock_name(&t->s.policy, &t->s.db, &mine,
						 false), KUV_SUCCESS);
	/* The firmware is still in the phase that no policy counts for. */
	EXPECT_REFUSED(test, OPERATOR(t, mine, A_KEY, mine_create),
		       KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	KUNIT_EXPECT_FALSE(test, t->s.end_of_dxe);
}

static void operator_on_a_new_service(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_exit(&t->s);
	KUNIT_ASSERT_EQ(test, kuv_service_init(&t->s, &test_limits,
					       &kuv_crypto_ops, test_hash_key),
			0);
	EXPECT_STATUS(test, auth_load(t, &var_pk, A_KEY, vec_list_pk,
				      sizeof(vec_list_pk)), KUV_SUCCESS);
	EXPECT_STATUS(test, OPERATOR(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	EXPECT_REFUSED(test, OPERATOR(t, mine, A_KEY, mine_update_by_bob),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, OPERATOR(t, mine, A_KEY, mine_update), KUV_SUCCESS);
}

/* What a failed reset closed is not the operator's to open. */
static void operator_opens_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.closed = true;
	EXPECT_REFUSED(test, OPERATOR(t, kek, A_KEY, kek), KUV_DEVICE_ERROR);
	KUNIT_EXPECT_TRUE(test, t->s.closed);
}

static struct kunit_case setup_cases[] = {
	KUNIT_CASE(setup_key_without_signature),
	KUNIT_CASE(setup_databases_without_signature),
	KUNIT_CASE(setup_hardware_error_record),
	KUNIT_CASE(setup_ignores_type_and_revision),
	KUNIT_CASE(setup_malformed_list),
	KUNIT_CASE(setup_garbage),
	KUNIT_CASE(setup_elliptic_curve),
	KUNIT_CASE(setup_delete_absent),
	KUNIT_CASE(setup_append_to_absent_has_no_time),
	KUNIT_CASE(setup_append_drops_duplicates),
	KUNIT_CASE(setup_append_to_malformed),
	KUNIT_CASE(setup_append_keeps_no_time_back),
	KUNIT_CASE(key_needs_attributes),
	KUNIT_CASE(size_zero_while_firmware_runs),
	KUNIT_CASE(size_zero_at_runtime),
	KUNIT_CASE(descriptor_lengths),
	KUNIT_CASE(private_is_bound_to_its_signer),
	KUNIT_CASE(private_with_and_without_root),
	KUNIT_CASE(private_of_another_leaf),
	KUNIT_CASE(private_keeps_its_hash),
	KUNIT_CASE(private_signer_must_be_one_with_a_name),
	KUNIT_CASE(private_signer_with_an_unknown_extension),
	KUNIT_CASE(private_is_never_unsigned),
	KUNIT_CASE(private_time_must_be_later),
	KUNIT_CASE(private_append),
	KUNIT_CASE(private_append_nothing),
	KUNIT_CASE(private_delete),
	KUNIT_CASE(private_delete_absent),
	KUNIT_CASE(private_without_attributes),
	KUNIT_CASE(private_refused_after_its_signature),
	KUNIT_CASE(private_volatile),
	KUNIT_CASE(private_of_unknown_signer),
	KUNIT_CASE(private_many_updates),
	KUNIT_CASE(presence_deletes_if_allowed),
	KUNIT_CASE(presence_ends_with_the_firmware),
	KUNIT_CASE(presence_deletes_no_keys),
	KUNIT_CASE(presence_deletes_counted),
	{}
};

static struct kunit_case user_cases[] = {
	KUNIT_CASE(descriptor_reserved_fields),
	KUNIT_CASE(descriptor_type_and_revision),
	KUNIT_CASE(time_must_be_later),
	KUNIT_CASE(time_fields_by_weight),
	KUNIT_CASE(signature_covers_all),
	KUNIT_CASE(signature_with_any_byte_changed),
	KUNIT_CASE(digest_algorithms),
	KUNIT_CASE(message_bare_and_wrapped),
	KUNIT_CASE(platform_key_signs_its_successor),
	KUNIT_CASE(platform_key_signs_exchange_keys),
	KUNIT_CASE(platform_key_delegates_nothing),
	KUNIT_CASE(platform_key_and_another),
	KUNIT_CASE(signer_must_be_in_the_message),
	KUNIT_CASE(platform_key_is_garbage),
	KUNIT_CASE(keys_hidden_at_runtime),
	KUNIT_CASE(database_signed_by_platform_key),
	KUNIT_CASE(database_signed_by_exchange_key),
	KUNIT_CASE(database_signed_below_exchange_key),
	KUNIT_CASE(database_of_time_stamps),
	KUNIT_CASE(database_without_exchange_key),
	KUNIT_CASE(database_with_any_of_several_exchange_keys),
	KUNIT_CASE(exchange_key_of_another_type),
	KUNIT_CASE(exchange_keys_with_garbage),
	KUNIT_CASE(signed_malformed),
	KUNIT_CASE(signed_over_pool),
	KUNIT_CASE(signed_over_size),
	KUNIT_CASE(append_keeps_other_types),
	KUNIT_CASE(append_keeps_two_certificates),
	KUNIT_CASE(append_drops_what_is_there),
	KUNIT_CASE(append_of_nothing_new),
	KUNIT_CASE(append_of_another_owner),
	KUNIT_CASE(append_with_an_older_time),
	KUNIT_CASE(append_to_absent_has_no_time),
	KUNIT_CASE(host_cannot_compute),
	KUNIT_CASE(recovery_database_by_default),
	KUNIT_CASE(recovery_database_with_modes),
	KUNIT_CASE(operator_needs_a_signature),
	KUNIT_CASE(operator_is_not_present),
	KUNIT_CASE(operator_at_runtime),
	KUNIT_CASE(operator_changes_no_secure_boot_that_runs),
	KUNIT_CASE(operator_obeys_rules),
	KUNIT_CASE(operator_on_a_new_service),
	KUNIT_CASE(operator_opens_nothing),
	{}
};

static struct kunit_suite setup_suite = {
	.name = "kvm_uefivars_auth",
	.init = test_init,
	.exit = test_exit,
	.test_cases = setup_cases,
};

static struct kunit_suite user_suite = {
	.name = "kvm_uefivars_auth_user",
	.init = auth_init,
	.exit = test_exit,
	.test_cases = user_cases,
};

kunit_test_suite(setup_suite);
kunit_test_suite(user_suite);

MODULE_DESCRIPTION("KUnit suite of core/auth.c");
MODULE_LICENSE("GPL");
