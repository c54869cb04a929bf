// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/mode.c, and of core/boot.c as far as modes go. */
#include <linux/module.h>

#include "authlib.h"
#include "mode.h"

#define MODE_OPTIONS	KUV_OPT_AUDIT_MODE

static bool has_modes(struct kuv_test *t, u8 setup, u8 audit, u8 deployed)
{
	return auth_is_u8(t, &var_setup_mode, setup) &&
	       auth_is_u8(t, &var_audit, audit) &&
	       auth_is_u8(t, &var_deployed, deployed);
}

static bool has_secure_boot(struct kuv_test *t, u8 on)
{
	return auth_is_u8(t, &var_secure_boot, on);
}

static bool has_vendor_keys(struct kuv_test *t, u8 value)
{
	return auth_is_u8(t, &var_vendor_keys, value) &&
	       auth_is_u8(t, &var_vendor_keys_nv, value);
}

static kuv_status_t set_u8(struct kuv_test *t, const struct auth_var *v,
			   u32 attributes, u8 value)
{
	return auth_set(t, v, attributes, &value, 1);
}

/* --- Setup and User Mode --- */

/* [V27] */
static void key_comes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, set_u8(t, &var_enable, NV_BS, 0), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_enable, 1));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 1));
	KUNIT_EXPECT_FALSE(test, kuv_mode_is_setup(&t->s));
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
}

static void key_comes_by_append(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, auth_set_bare(t, &var_pk, A_KEY | A_AP, 1, "", 0),
		       KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, pk, A_KEY | A_AP, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
}

/* [V28] */
static void key_goes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 1));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_enable));
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 1));
	/* Deleted while the other switch was gone already. */
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	EXPECT_STATUS(test, auth_set(t, &var_enable, 0, "", 0), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 1));
}

static void key_changes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_enable, NV_BS, 0), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_update), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_enable, 0));
}

/* [V29] */
static void key_comes_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_enable));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_custom, 0));
	EXPECT_REFUSED(test, BARE(t, kek, A_KEY, 1, kek),
		       KUV_SECURITY_VIOLATION);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_enable, 1));
}

static void key_goes_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 1));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_enable, 1));
	EXPECT_STATUS(test, BARE(t, kek, A_KEY, 1, kek), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
}

/* An append of nothing leaves a key, however it is allowed. */
static void key_stays(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY | A_AP, pk_append_nothing),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	auth_custom_mode(test);
	EXPECT_STATUS(test, auth_set_bare(t, &var_pk, A_KEY | A_AP, 9, "", 0),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, IS(t, pk, list_pk));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
}

/* Nothing moves in the order that a guest enumerates. */
static void key_comes_in_order(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v = kuv_vardb_next(&t->s.db, NULL);

	KUNIT_EXPECT_PTR_EQ(test, v, auth_find(t, &var_setup_mode));
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_PTR_EQ(test, kuv_vardb_next(&t->s.db, NULL),
			    auth_find(t, &var_setup_mode));
}

/* No room for what follows: nothing happens at all. */
static void key_comes_without_room_for_the_switch(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = t->s.db.nv_used +
			      kuv_var_cost(4, sizeof(vec_list_pk)) + 4;
	EXPECT_REFUSED(test, BARE(t, pk, A_KEY, 1, pk), KUV_OUT_OF_RESOURCES);
	t->s.limits.nv_size += 100;
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
}

/* All of it is in one batch, the highest number last. */
static void key_and_switch_have_one_batch(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, var_pk.guid, "PK");
	u8 data[TEST_DESCRIPTOR + sizeof(vec_list_pk)];
	struct kuv_write w = { n, A_KEY, data, sizeof(data) };
	u64 seq;

	auth_descriptor(data, 1);
	memcpy(data + TEST_DESCRIPTOR, vec_list_pk, sizeof(vec_list_pk));
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, auth_find(t, &var_enable)->seq);
	KUNIT_EXPECT_EQ(test, seq, auth_find(t, &var_pk)->seq + 1);
}

/* --- Custom Mode --- */

static void custom_mode_needs_no_signature(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	auth_custom_mode(test);
	EXPECT_STATUS(test, BARE(t, db, A_KEY, 0, one), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 0));
	EXPECT_STATUS(test, BARE(t, kek, A_KEY, 0, kek), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 0, pk2), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	EXPECT_STATUS(test, auth_set_bare(t, &var_pk, A_KEY, 0, "", 0),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 1));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_custom, 1));
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_custom, 0));
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 0));
}

/* [S4] */
static void custom_mode_ends_with_the_firmware(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	auth_custom_mode(test);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, BARE(t, db, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, BARE(t, dbx, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 1));
}

/* Whatever its attributes were made to be before it was to be trusted. */
static void custom_mode_seen_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, auth_set(t, &var_custom, 0, "", 0), KUV_SUCCESS);
	EXPECT_STATUS(test, set_u8(t, &var_custom, NV_BS_RT, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, db, A_KEY, 9, one), KUV_SUCCESS);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, BARE(t, dbx, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_u8(t, &var_custom, NV_BS_RT, 1),
		       KUV_INVALID_PARAMETER);
}

static void custom_mode_is_one(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_custom, NV_BS, 2), KUV_SUCCESS);
	EXPECT_REFUSED(test, BARE(t, db, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
}

static void custom_mode_absent(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, auth_set(t, &var_custom, 0, "", 0), KUV_SUCCESS);
	EXPECT_REFUSED(test, BARE(t, db, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
}

static void custom_mode_in_setup_mode(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_custom_mode(test);
	EXPECT_STATUS(test, BARE(t, db, A_KEY, 1, one), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 1));
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 0));
}

static void custom_mode_forbidden(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	auth_custom_mode(test);
	/* Forbidden while it is on: at once. */
	t->s.options = KUV_OPT_NO_CUSTOM_MODE;
	EXPECT_REFUSED(test, BARE(t, db, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_u8(t, &var_custom, NV_BS, 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_custom, NV_BS, 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, auth_set(t, &var_custom, 0, "", 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, SIGNED(t, db, A_KEY, db_by_kek), KUV_SUCCESS);
}

/* --- switches --- */

static void switches_need_presence(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Set up without a switch of its own: there is none to protect. */
	EXPECT_STATUS(test, auth_set(t, &var_custom, 0, "", 0), KUV_SUCCESS);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, set_u8(t, &var_enable, NV_BS, 1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_u8(t, &var_custom, NV_BS, 1),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, auth_set(t, &var_custom, 0, "", 0),
		       KUV_SECURITY_VIOLATION);
}

static void secure_boot_switched_off(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_enable, NV_BS, 0), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_enable, 0));
}

static void secure_boot_forced(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_enable, NV_BS, 0), KUV_SUCCESS);
	auth_options(test, KUV_OPT_FORCE_SECURE_BOOT);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_enable, 1));
	EXPECT_REFUSED(test, set_u8(t, &var_enable, NV_BS, 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_enable, NV_BS, 2),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, auth_set(t, &var_enable, NV_BS, "\x01\x01", 2),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_enable, NV_BS | A_AP, 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, auth_set(t, &var_enable, NV_BS, "", 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_enable, 0, 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_enable, NV_BS, 1), KUV_SUCCESS);
	/* The owner of the platform key may still take it away. */
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
}

static void secure_boot_forced_without_keys(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, KUV_OPT_FORCE_SECURE_BOOT);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_enable));
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
}

/* --- a platform key that signs itself --- */

static void first_key_signs_itself(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.options = KUV_OPT_SELF_SIGNED_PK;
	EXPECT_REFUSED(test, BARE(t, pk, A_KEY, 1, pk),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, pk, A_KEY, pk_by_other),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, PATCHED(t, pk, A_KEY, pk_self, 22, 1),
		       KUV_SECURITY_VIOLATION);
	/* What has no certificate signs nothing. */
	EXPECT_REFUSED(test, SIGNED(t, pk, A_KEY, pk_empty_self),
		       KUV_SECURITY_VIOLATION);
	/* Nobody asks for that of the others. */
	EXPECT_STATUS(test, BARE(t, kek, A_KEY, 1, kek), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_self), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 1));
	/* From now on it is the one there is that signs. */
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_update), KUV_SUCCESS);
}

static void first_key_in_custom_mode(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.options = KUV_OPT_SELF_SIGNED_PK;
	auth_custom_mode(test);
	EXPECT_STATUS(test, BARE(t, kek, A_KEY, 1, kek), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 1));
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 0));
}

/* --- names that only the service writes --- */

/* [S2] [S3] */
static void fixed_names(struct kunit *test)
{
	static const struct auth_var *const names[] = {
		&var_setup_mode, &var_secure_boot, &var_vendor_keys,
		&var_signature_support,
	};
	struct kuv_test *t = test->priv;
	u32 i, phase;

	auth_enroll(test);
	for (phase = 0; phase < 2; phase++) {
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			EXPECT_REFUSED(test, set_u8(t, names[i], BS_RT, 1),
				       KUV_WRITE_PROTECTED);
			EXPECT_REFUSED(test, auth_set(t, names[i], 0, "", 0),
				       KUV_WRITE_PROTECTED);
		}
		kuv_service_exit_boot_services(&t->s, NULL);
	}
}

/* What a machine was in must not be the guest's to say. */
static void stored_mode(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v;
	struct kuv_write w = { .attributes = NV_BS, .data = (u8 *)"\0",
			       .len = 1 };
	u64 seq;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_deployed, BS_RT, 1), KUV_SUCCESS);
	v = kuv_own_find(&t->s.db, KUV_OWN_STORED_MODE);
	KUNIT_ASSERT_NOT_NULL(test, v);
	w.name.guid = v->guid;
	w.name.name = kuv_var_name(v);
	w.name.len = v->name_len;
	EXPECT_REFUSED(test, kuv_service_set(&t->s, &w, &seq),
		       KUV_WRITE_PROTECTED);
	w.attributes = 0;
	EXPECT_REFUSED(test, kuv_service_set(&t->s, &w, &seq),
		       KUV_WRITE_PROTECTED);
}

/* --- Audit and Deployed Mode --- */

static void modes_are_off(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_NULL(test, auth_find(t, &var_audit));
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_deployed));
	EXPECT_STATUS(test, set_u8(t, &var_audit, BS_RT, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, set_u8(t, &var_audit, BS_RT, 0), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, kuv_own_find(&t->s.db, KUV_OWN_STORED_MODE));
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 1),
		       KUV_INVALID_PARAMETER);
}

/* The operator said so while the machine ran: from its next start on. */
static void modes_come_with_a_reset(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.options = MODE_OPTIONS;
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 1),
		       KUV_WRITE_PROTECTED);
	/* Until then it is in neither of them. */
	auth_enroll(test);
	KUNIT_EXPECT_NULL(test, kuv_own_find(&t->s.db, KUV_OWN_STORED_MODE));
	auth_custom_mode(test);
	EXPECT_STATUS(test, BARE(t, db, A_KEY, 9, one), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
	EXPECT_STATUS(test, set_u8(t, &var_audit, BS_RT, 1), KUV_SUCCESS);
}

static void audit_from_setup(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	EXPECT_STATUS(test, set_u8(t, &var_audit, BS_RT, 1), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 1, 1, 0));
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 1));
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 1, 1, 0));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
}

static void audit_from_user(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
	EXPECT_STATUS(test, set_u8(t, &var_audit, BS_RT, 1), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 1, 1, 0));
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_pk));
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_enable));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 0));
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 0));
	/* Only a platform key leads out of it. */
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 1), KUV_SUCCESS);
}

static void deployed_from_audit(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS | KUV_OPT_SELF_SIGNED_PK);
	EXPECT_STATUS(test, set_u8(t, &var_audit, BS_RT, 1), KUV_SUCCESS);
	auth_custom_mode(test);
	/* The most that one write changes. */
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 1));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
	KUNIT_EXPECT_TRUE(test, has_vendor_keys(t, 0));
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 1));
	KUNIT_EXPECT_TRUE(test, has_secure_boot(t, 1));
}

static void deployed_from_user(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 1),
		       KUV_WRITE_PROTECTED);
	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_deployed, BS_RT, 1), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 1));
	/* Nothing that is not signed leads out of it. */
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 0),
		       KUV_WRITE_PROTECTED);
	auth_custom_mode(test);
	EXPECT_REFUSED(test, auth_set_bare(t, &var_pk, A_KEY, 9, "", 0),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, BARE(t, db, A_KEY, 9, one),
		       KUV_SECURITY_VIOLATION);
}

static void deployed_key_goes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_deployed, BS_RT, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 1, 0, 0));
	/* A key that comes later finds User Mode, and stays there. */
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
	EXPECT_STATUS(test, SIGNED(t, pk, A_KEY, pk_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 1, 0, 0));
}

static void mode_values(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 2),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, auth_set(t, &var_audit, BS_RT, "\x01\x01", 2),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT | A_AP, 1),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, NV_BS_RT, 1),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, auth_set(t, &var_audit, BS_RT, "", 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, 0, 1), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 0), KUV_SUCCESS);
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 0), KUV_SUCCESS);
}

static void modes_after_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_STATUS(test, set_u8(t, &var_deployed, BS_RT, 1), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 1));
}

static void modes_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 1),
		       KUV_WRITE_PROTECTED);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
}

/* A mode that was stored says nothing without the key that belongs to it. */
static void stored_mode_without_its_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, var_pk.guid, "PK");

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_deployed, BS_RT, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_service_host_delete(&t->s, &n, NULL),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 1, 0, 0));
	/* Nor does it wait for the next key. */
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
}

static void stored_mode_without_modes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	EXPECT_STATUS(test, set_u8(t, &var_deployed, BS_RT, 1), KUV_SUCCESS);
	auth_options(test, 0);
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_deployed));
	auth_options(test, MODE_OPTIONS);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
}

static void stored_audit_with_a_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	EXPECT_STATUS(test, set_u8(t, &var_audit, BS_RT, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, auth_load(t, &var_pk, A_KEY, vec_list_pk,
				      sizeof(vec_list_pk)), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, has_modes(t, 0, 0, 0));
}

/* Not even a part of it happens where there is no room. */
static void modes_without_room(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_options(test, MODE_OPTIONS);
	auth_enroll(test);
	t->s.limits.nv_size = t->s.db.nv_used;
	EXPECT_REFUSED(test, set_u8(t, &var_audit, BS_RT, 1),
		       KUV_OUT_OF_RESOURCES);
	EXPECT_REFUSED(test, set_u8(t, &var_deployed, BS_RT, 1),
		       KUV_OUT_OF_RESOURCES);
}

static struct kunit_case mode_cases[] = {
	KUNIT_CASE(key_comes),
	KUNIT_CASE(key_comes_by_append),
	KUNIT_CASE(key_goes),
	KUNIT_CASE(key_changes),
	KUNIT_CASE(key_comes_at_runtime),
	KUNIT_CASE(key_goes_at_runtime),
	KUNIT_CASE(key_stays),
	KUNIT_CASE(key_comes_in_order),
	KUNIT_CASE(key_comes_without_room_for_the_switch),
	KUNIT_CASE(key_and_switch_have_one_batch),
	KUNIT_CASE(custom_mode_needs_no_signature),
	KUNIT_CASE(custom_mode_ends_with_the_firmware),
	KUNIT_CASE(custom_mode_seen_at_runtime),
	KUNIT_CASE(custom_mode_is_one),
	KUNIT_CASE(custom_mode_absent),
	KUNIT_CASE(custom_mode_in_setup_mode),
	KUNIT_CASE(custom_mode_forbidden),
	KUNIT_CASE(switches_need_presence),
	KUNIT_CASE(secure_boot_switched_off),
	KUNIT_CASE(secure_boot_forced),
	KUNIT_CASE(secure_boot_forced_without_keys),
	KUNIT_CASE(first_key_signs_itself),
	KUNIT_CASE(first_key_in_custom_mode),
	KUNIT_CASE(fixed_names),
	KUNIT_CASE(stored_mode),
	KUNIT_CASE(modes_are_off),
	KUNIT_CASE(modes_come_with_a_reset),
	KUNIT_CASE(audit_from_setup),
	KUNIT_CASE(audit_from_user),
	KUNIT_CASE(deployed_from_audit),
	KUNIT_CASE(deployed_from_user),
	KUNIT_CASE(deployed_key_goes),
	KUNIT_CASE(mode_values),
	KUNIT_CASE(modes_after_end_of_dxe),
	KUNIT_CASE(modes_at_runtime),
	KUNIT_CASE(stored_mode_without_its_key),
	KUNIT_CASE(stored_mode_without_modes),
	KUNIT_CASE(stored_audit_with_a_key),
	KUNIT_CASE(modes_without_room),
	{}
};

static struct kunit_suite mode_suite = {
	.name = "kvm_uefivars_mode",
	.init = test_init,
	.exit = test_exit,
	.test_cases = mode_cases,
};

kunit_test_suite(mode_suite);

MODULE_DESCRIPTION("KUnit suite of core/mode.c");
MODULE_LICENSE("GPL");
