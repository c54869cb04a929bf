// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/service.c and core/boot.c. */
#include <linux/module.h>

#include "testlib.h"

#include "guids.h"

static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_security[16] = KUV_GUID_SECURITY;
static const u8 guid_secure_boot_enable[16] = KUV_GUID_SECURE_BOOT_ENABLE;
static const u8 guid_custom_mode[16] = KUV_GUID_CUSTOM_MODE;
static const u8 guid_vendor_keys_nv[16] = KUV_GUID_VENDOR_KEYS_NV;
static const u8 guid_cert_db[16] = KUV_GUID_CERT_DB;

static kuv_status_t get(struct kuv_test *t, const char *name)
{
	struct kuv_name n = test_name(t, name);
	const struct kuv_var *v;

	return kuv_service_get(&t->s, &n, &v);
}

static kuv_status_t next_of(struct kuv_test *t, const char *name,
			    const struct kuv_var **v)
{
	struct kuv_name n = test_name(t, name);

	return kuv_service_next(&t->s, &n, v);
}

static kuv_status_t query(struct kuv_test *t, u32 attributes)
{
	struct kuv_storage_info info;

	return kuv_service_query(&t->s, attributes, &info);
}

static kuv_status_t delete(struct kuv_test *t, const char *name)
{
	return test_set(t, name, 0, "");
}

/* An authenticated write whose descriptor says it is @dw_length long. */
static kuv_status_t set_auth(struct kuv_test *t, const u8 *guid,
			     const char *name, u32 attributes, u32 len,
			     u32 dw_length)
{
	__le32 wire = cpu_to_le32(dw_length);
	kuv_status_t status;
	u8 *data = kzalloc(len < 20 ? 20 : len, GFP_KERNEL);

	if (!data)
		return KUV_DEVICE_ERROR;
	memcpy(data + 16, &wire, sizeof(wire));
	status = test_set_in(t, guid, name, attributes, data, len);
	kfree(data);
	return status;
}

/* Does a variable of the service's own have these attributes and bytes? */
static void expect_own(struct kunit *test, const u8 *guid, const char *name,
		       u32 attributes, const void *data, u32 len)
{
	const struct kuv_var *v = test_find_in(test->priv, guid, name);

	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, v->attributes, attributes);
	KUNIT_ASSERT_EQ(test, v->data_len, len);
	KUNIT_EXPECT_MEMEQ(test, kuv_var_data(v), data, len);
}

static void load(struct kuv_test *t, const u8 *guid, const char *name,
		 u32 attributes, const char *data)
{
	struct kuv_name n = test_name_in(t, guid, name);

	kuv_service_host_set(&t->s, &n, attributes, NULL, data, strlen(data),
			     true, NULL);
}

/* --- start of the firmware --- */

static void boot_without_keys(struct kunit *test)
{
	static const u8 cert_db[] = { 4, 0, 0, 0 };

	expect_own(test, guid_global, "SetupMode", BS_RT, "\x01", 1);
	expect_own(test, guid_global, "SecureBoot", BS_RT, "\x00", 1);
	expect_own(test, guid_global, "VendorKeys", BS_RT, "\x01", 1);
	expect_own(test, guid_custom_mode, "CustomMode", NV_BS, "\x00", 1);
	expect_own(test, guid_vendor_keys_nv, "VendorKeysNv", NV_BS | A_AT,
		   "\x01", 1);
	expect_own(test, guid_cert_db, "certdb", NV_BS_RT | A_AT, cert_db, 4);
	expect_own(test, guid_cert_db, "certdbv", BS_RT | A_AT, cert_db, 4);
	KUNIT_EXPECT_NULL(test, test_find_in(test->priv,
					     guid_secure_boot_enable,
					     "SecureBootEnable"));
}

static void boot_lists_signature_types(struct kunit *test)
{
	static const u8 types[][16] = {
		KUV_GUID_SHA1, KUV_GUID_SHA256, KUV_GUID_SHA384,
		KUV_GUID_SHA512, KUV_GUID_RSA2048, KUV_GUID_X509,
	};

	expect_own(test, guid_global, "SignatureSupport", BS_RT, types, 96);
	/* C1C41626-504C-4092-ACA9-41F936934328 on the wire. */
	KUNIT_EXPECT_MEMEQ(test, types[1],
			   "\x26\x16\xc4\xc1\x4c\x50\x92\x40"
			   "\xac\xa9\x41\xf9\x36\x93\x43\x28", 16);
}

static void boot_with_keys(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	load(t, guid_global, "PK", NV_BS_RT | A_AT, "key");
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	expect_own(test, guid_global, "SetupMode", BS_RT, "\x00", 1);
	expect_own(test, guid_global, "SecureBoot", BS_RT, "\x01", 1);
	expect_own(test, guid_secure_boot_enable, "SecureBootEnable", NV_BS,
		   "\x01", 1);
}

static void boot_with_keys_and_secure_boot_off(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_secure_boot_enable,
					 "SecureBootEnable");

	load(t, guid_global, "PK", NV_BS_RT | A_AT, "key");
	kuv_service_host_set(&t->s, &n, NV_BS, NULL, "\x00", 1, true, NULL);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	expect_own(test, guid_global, "SecureBoot", BS_RT, "\x00", 1);
	expect_own(test, guid_secure_boot_enable, "SecureBootEnable", NV_BS,
		   "\x00", 1);
}

static void boot_without_keys_ignores_secure_boot_enable(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	load(t, guid_secure_boot_enable, "SecureBootEnable", NV_BS, "\x01");
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	expect_own(test, guid_global, "SecureBoot", BS_RT, "\x00", 1);
	expect_own(test, guid_secure_boot_enable, "SecureBootEnable", NV_BS,
		   "\x01", 1);
}

static void boot_leaves_custom_mode(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, test_set_in(t, guid_custom_mode, "CustomMode",
					NV_BS, "\x01", 1), KUV_SUCCESS);
	kuv_service_reset(&t->s);
	expect_own(test, guid_custom_mode, "CustomMode", NV_BS, "\x00", 1);
}

static void boot_mirrors_vendor_keys(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_vendor_keys_nv,
					 "VendorKeysNv");

	kuv_service_host_set(&t->s, &n, NV_BS | A_AT, NULL, "\x00", 1, true,
			     NULL);
	kuv_service_reset(&t->s);
	expect_own(test, guid_global, "VendorKeys", BS_RT, "\x00", 1);
}

static void boot_again_logs_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 seq = t->s.db.seq;

	KUNIT_EXPECT_GT(test, seq, 0);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_EQ(test, t->s.db.seq, seq);
}

static void boot_replaces_stored_state(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* A bad template: a variable of the service's own, non-volatile. */
	load(t, guid_global, "SecureBoot", NV_BS_RT, "\x01");
	kuv_service_reset(&t->s);
	expect_own(test, guid_global, "SecureBoot", BS_RT, "\x00", 1);
}

static void boot_with_a_full_store(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = 1;
	t->s.limits.volatile_size = 1;
	load(t, guid_global, "PK", NV_BS_RT | A_AT, "key");
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	expect_own(test, guid_global, "SetupMode", BS_RT, "\x01", 1);
}

static void reset_forgets_the_boot(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Locked");
	struct kvm_uefivars_var_property p = { .revision = cpu_to_le16(1) };

	kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
	test_set(t, "Vol", BS_RT, "1");
	test_set(t, "Nv", NV_BS, "1");
	kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
	kuv_service_ready_to_boot(&t->s, NULL);
	kuv_service_exit_boot_services(&t->s, NULL);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_FALSE(test, t->s.end_of_dxe);
	KUNIT_EXPECT_FALSE(test, t->s.ready_to_boot);
	KUNIT_EXPECT_FALSE(test, t->s.at_runtime);
	KUNIT_EXPECT_FALSE(test, t->s.policy.locked);
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 0);
	KUNIT_EXPECT_EQ(test, t->s.varcheck.nr, 0);
	KUNIT_EXPECT_NULL(test, test_find(t, "Vol"));
	KUNIT_EXPECT_TRUE(test, test_is(t, "Nv", NV_BS, "1"));
}

static void closed_before_first_reset(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v;

	kuv_service_exit(&t->s);
	memset(&t->s, 0xa5, sizeof(t->s));
	KUNIT_ASSERT_EQ(test, kuv_service_init(&t->s, &test_limits,
					       &kuv_crypto_ops, test_hash_key), 0);
	KUNIT_EXPECT_FALSE(test, t->s.at_runtime);
	KUNIT_EXPECT_NULL(test, t->s.policy.table);
	EXPECT_REFUSED(test, get(t, "a"), KUV_DEVICE_ERROR);
	EXPECT_REFUSED(test, next_of(t, "", &v), KUV_DEVICE_ERROR);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS, "1"), KUV_DEVICE_ERROR);
	EXPECT_REFUSED(test, query(t, NV_BS), KUV_DEVICE_ERROR);
}

/* --- Get --- */

static void get_absent(struct kunit *test)
{
	EXPECT_REFUSED(test, get(test->priv, "a"), KUV_NOT_FOUND);
}

static void get_empty_name(struct kunit *test)
{
	EXPECT_REFUSED(test, get(test->priv, ""), KUV_NOT_FOUND);
}

static void get_boot_variable_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "1");
	EXPECT_STATUS(test, get(t, "a"), KUV_SUCCESS);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, get(t, "a"), KUV_NOT_FOUND);
}

static void get_runtime_variable_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS_RT, "1");
	test_set(t, "b", BS_RT, "1");
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, get(t, "a"), KUV_SUCCESS);
	EXPECT_STATUS(test, get(t, "b"), KUV_SUCCESS);
}

/* --- GetNext --- */

static void next_of_absent(struct kunit *test)
{
	const struct kuv_var *v;

	EXPECT_REFUSED(test, next_of(test->priv, "a", &v),
		       KUV_INVALID_PARAMETER);
}

static void next_of_deleted(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v;

	test_set(t, "a", NV_BS, "1");
	delete(t, "a");
	EXPECT_REFUSED(test, next_of(t, "a", &v), KUV_INVALID_PARAMETER);
}

static void next_reaches_end(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v;

	test_set(t, "a", NV_BS, "1");
	EXPECT_REFUSED(test, next_of(t, "a", &v), KUV_NOT_FOUND);
}

static void next_visits_each_once(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = { .guid = test_guid, .name = t->msg };
	u32 nr = t->s.db.nr_nv + t->s.db.nr_volatile + 2, found = 0;
	const struct kuv_var *v;

	test_set(t, "a", NV_BS, "1");
	test_set(t, "b", BS_RT, "1");
	while (kuv_service_next(&t->s, &n, &v) == KUV_SUCCESS && found <= nr) {
		n.guid = v->guid;
		n.name = kuv_var_name(v);
		n.len = v->name_len;
		found++;
	}
	KUNIT_EXPECT_EQ(test, found, nr);
}

/* One step of a walk, by name as a guest takes it; "" at the end. */
static void step(struct kunit *test, struct kuv_test *t, char *name)
{
	const struct kuv_var *v;
	kuv_status_t status;

	do {
		status = next_of(t, name, &v);
		if (status != KUV_SUCCESS) {
			EXPECT_STATUS(test, status, KUV_NOT_FOUND);
			name[0] = 0;
			return;
		}
		name[0] = kuv_var_name(v)[0];
		name[1] = 0;
	} while (memcmp(v->guid, test_guid, 16));
}

#define EXPECT_STEP(test, t, name, want) do { \
	step(test, t, name); \
	KUNIT_EXPECT_EQ(test, name[0], want); \
} while (0)

/* The variables of a reset are in other namespaces. */
static void only_ours(struct kuv_test *t)
{
	const struct kuv_var *v;

	while ((v = kuv_vardb_next(&t->s.db, NULL))) {
		struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

		kuv_service_host_delete(&t->s, &n, NULL);
	}
}

static void next_is_stable_across_inserts(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char at[2] = "";

	only_ours(t);
	test_set(t, "a", BS_RT, "1");
	test_set(t, "b", BS_RT, "1");
	test_set(t, "m", NV_BS, "1");
	test_set(t, "n", NV_BS, "1");
	EXPECT_STEP(test, t, at, 'a');
	test_set(t, "o", NV_BS, "1");
	EXPECT_STEP(test, t, at, 'b');
	test_set(t, "c", BS_RT, "1");
	EXPECT_STEP(test, t, at, 'c');
	EXPECT_STEP(test, t, at, 'm');
	/* In the pool that the walk has left: met by the next walk. */
	test_set(t, "d", BS_RT, "1");
	test_set(t, "p", NV_BS, "1");
	EXPECT_STEP(test, t, at, 'n');
	EXPECT_STEP(test, t, at, 'o');
	EXPECT_STEP(test, t, at, 'p');
	EXPECT_STEP(test, t, at, 0);
}

static void next_is_stable_across_deletes(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char at[2] = "";

	only_ours(t);
	test_set(t, "a", BS_RT, "1");
	test_set(t, "b", BS_RT, "1");
	test_set(t, "c", BS_RT, "1");
	test_set(t, "m", NV_BS, "1");
	test_set(t, "n", NV_BS, "1");
	test_set(t, "o", NV_BS, "1");
	EXPECT_STEP(test, t, at, 'a');
	EXPECT_STEP(test, t, at, 'b');
	/* Behind, ahead, and the first of the other pool. */
	test_set(t, "a", BS_RT, "");
	test_set(t, "c", BS_RT, "");
	test_set(t, "m", NV_BS, "");
	EXPECT_STEP(test, t, at, 'n');
	test_set(t, "b", BS_RT, "");
	/* What comes again is new, its old place is gone. */
	test_set(t, "m", NV_BS, "2");
	EXPECT_STEP(test, t, at, 'o');
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	EXPECT_STEP(test, t, at, 'm');
	EXPECT_STEP(test, t, at, 0);
}

/* As edk2 has it: what is written again comes last once more. */
static void next_of_what_was_written_again(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char at[2] = "";

	only_ours(t);
	test_set(t, "a", NV_BS, "1");
	test_set(t, "b", NV_BS, "1");
	EXPECT_STEP(test, t, at, 'a');
	test_set(t, "a", NV_BS, "2");
	EXPECT_STEP(test, t, at, 0);
	/* The same once more is no write. */
	EXPECT_STEP(test, t, at, 'b');
	test_set(t, "b", NV_BS, "1");
	EXPECT_STEP(test, t, at, 'a');
}

static void next_includes_certificate_databases(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_global, "SecureBoot");
	const struct kuv_var *v;

	EXPECT_STATUS(test, kuv_service_next(&t->s, &n, &v), KUV_SUCCESS);
	n.guid = v->guid;
	n.name = kuv_var_name(v);
	n.len = v->name_len;
	KUNIT_EXPECT_TRUE(test, kuv_name_is(&n, guid_cert_db, "certdbv"));
}

static void next_of_boot_variable_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v;

	test_set(t, "a", NV_BS, "1");
	test_set(t, "b", NV_BS_RT, "1");
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, next_of(t, "a", &v), KUV_INVALID_PARAMETER);
}

static void next_skips_boot_variables_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *v = NULL;

	test_set(t, "a", NV_BS_RT, "1");
	test_set(t, "b", NV_BS, "1");
	test_set(t, "c", NV_BS_RT, "1");
	test_set(t, "d", NV_BS, "1");
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, next_of(t, "a", &v), KUV_SUCCESS);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, kuv_var_name(v)[0], 'c');
	EXPECT_REFUSED(test, next_of(t, "c", &v), KUV_NOT_FOUND);
}

/* --- Set: arguments --- */

static void set_empty_name(struct kunit *test)
{
	EXPECT_REFUSED(test, test_set(test->priv, "", NV_BS, "1"),
		       KUV_INVALID_PARAMETER);
	/* Deletion too. */
	EXPECT_REFUSED(test, test_set(test->priv, "", 0, ""),
		       KUV_INVALID_PARAMETER);
}

static void set_unknown_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, test_set(t, "a", NV_BS | A_ENH, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", A_ENH, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS | 1U << 31, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", 1U << 8, "1"),
		       KUV_INVALID_PARAMETER);
}

static void set_runtime_without_boot(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, test_set(t, "a", A_RT, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", A_NV | A_RT, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", A_RT | A_AW, "1"),
		       KUV_UNSUPPORTED);
}

static void set_only_non_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, test_set(t, "a", A_NV, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", A_NV | A_AW, "1"),
		       KUV_UNSUPPORTED);
}

static void set_non_volatile_append_only(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Passes the check of attributes and finds nothing to change. */
	EXPECT_REFUSED(test, test_set(t, "a", A_NV | A_AP, "1"),
		       KUV_NOT_FOUND);
	test_set(t, "a", NV_BS, "1");
	EXPECT_REFUSED(test, test_set(t, "a", A_NV | A_AP, "1"),
		       KUV_INVALID_PARAMETER);
}

static void set_hardware_error_record(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT | A_HR, "1"),
		       KUV_INVALID_PARAMETER);
}

static void set_hardware_error_record_authenticated(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT | A_HR | A_AT, "1"),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT | A_HR | A_AW, "1"),
		       KUV_UNSUPPORTED);
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS_RT | A_HR | A_AW, 560),
		       KUV_UNSUPPORTED);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT | A_HR | A_AW | A_AT, "1"),
		       KUV_UNSUPPORTED);
}

static void set_both_kinds_of_authentication(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Comes before the size, which is too large in any case here. */
	t->s.limits.auth_var_size = 60;
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS | A_AW | A_AT, "1"),
		       KUV_UNSUPPORTED);
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS | A_AW | A_AT, 560),
		       KUV_UNSUPPORTED);
}

static void set_counter_authentication(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Of the one size that is right, nothing is payload. */
	t->s.limits.auth_var_size = 60 + 4;
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS | A_AW, 560),
		       KUV_UNSUPPORTED);
	/* Only that one gets as far as the limit. */
	t->s.limits.auth_var_size = 60;
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS | A_AW, 559),
		       KUV_UNSUPPORTED);
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS | A_AW, 561),
		       KUV_UNSUPPORTED);
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS | A_AW, 560),
		       KUV_INVALID_PARAMETER);
}

static void set_time_authentication_descriptor(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const u32 a = NV_BS | A_AT;
	u32 i;

	/* What passes as a descriptor is then found to be too large. */
	t->s.limits.auth_var_size = 60;
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 40, 24),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 100, 84),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 0, 0),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 39, 24),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 40, 25),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 100, 85),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 100, ~0U),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 100, 1U << 16),
		       KUV_SECURITY_VIOLATION);
	for (i = 0; i < 24; i++)
		EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 100, i),
			       KUV_SECURITY_VIOLATION);
}

static void set_time_authentication_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const u32 a = NV_BS | A_AT;

	/* Only the payload counts, so the length of the descriptor decides. */
	t->s.limits.auth_var_size = 60 + 4 + 10;
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 40 + 11, 24),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", a, 40 + 11, 25),
		       KUV_SECURITY_VIOLATION);
}

static void set_size_by_class(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Name of one character: 4 bytes. */
	t->s.limits.var_size = 60 + 4 + 10;
	t->s.limits.volatile_var_size = 60 + 4 + 20;
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS, 11),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set_len(t, "a", BS_RT, 21),
		       KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, test_set_len(t, "a", NV_BS, 10), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_len(t, "b", BS_RT, 20), KUV_SUCCESS);
}

static void set_60000_bytes_over_default_limit(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.var_size = 0x8400;
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS, 60000),
		       KUV_INVALID_PARAMETER);
}

static void set_largest_a_message_carries(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.var_size = ~0U;
	EXPECT_REFUSED(test, test_set_len(t, "a", NV_BS, 65460 - 3),
		       KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, test_set_len(t, "a", NV_BS, 65460 - 4),
		      KUV_SUCCESS);
}

static void set_size_of_deletion_too(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.volatile_var_size = 60 + 4 + 10;
	test_set(t, "a", NV_BS, "1");
	EXPECT_REFUSED(test, test_set_len(t, "a", 0, 11),
		       KUV_INVALID_PARAMETER);
}

static void set_name_of_surrogates(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const u8 name[] = { 0, 0xd8, 0xff, 0xdf, 0, 0xdc };
	struct kuv_write w = {
		.name = { test_guid, name, sizeof(name) },
		.attributes = NV_BS,
		.data = name,
		.len = 1,
	};
	u64 seq;

	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_NOT_NULL(test, kuv_vardb_find(&t->s.db, &w.name));
}

/* --- Set: create, replace, delete --- */

static void set_creates(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, test_set(t, "a", NV_BS_RT, "data"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "b", A_BS, "data"), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS_RT, "data"));
	KUNIT_EXPECT_TRUE(test, test_is(t, "b", A_BS, "data"));
}

static void set_replaces(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "long data");
	EXPECT_STATUS(test, test_set(t, "a", NV_BS, "short"), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "short"));
}

static void set_other_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "1");
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", A_BS, "1"),
		       KUV_INVALID_PARAMETER);
	/* A deletion with attributes that are not its own as well. */
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT, ""),
		       KUV_INVALID_PARAMETER);
}

static void set_same_data_changes_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "1");
	test_set(t, "b", NV_BS, "1");
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS, "1"), KUV_SUCCESS);
}

static void set_reports_its_seq(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = {
		.name = test_name(t, "a"),
		.attributes = NV_BS,
		.data = (const u8 *)"1",
		.len = 1,
	};
	u64 seq = 0;

	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, t->s.db.seq);
	w.name = test_name(t, "b");
	w.attributes = BS_RT;
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, 0);
	w.attributes = A_NV;
	seq = 99;
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq),
		      KUV_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, seq, 0);
}

static void set_again_waits_for_the_first(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = {
		.name = test_name(t, "a"),
		.attributes = NV_BS,
		.data = (const u8 *)"1",
		.len = 1,
	};
	u64 first, seq;

	kuv_service_set(&t->s, &w, &first);
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, first);
	kuv_vardb_ack(&t->s.db, first);
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, 0);
}

static void delete_again_waits_for_the_first(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = { .name = test_name(t, "a"), .data = t->msg };
	u64 first, seq;

	test_set(t, "a", NV_BS, "1");
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &first), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_NOT_FOUND);
	KUNIT_EXPECT_EQ(test, seq, first);
	kuv_vardb_ack(&t->s.db, first);
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_NOT_FOUND);
	KUNIT_EXPECT_EQ(test, seq, 0);
}

/* A volatile one that took the name in between changes nothing. */
static void delete_volatile_waits_for_non_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = {
		.name = test_name(t, "v"),
		.attributes = NV_BS,
		.data = (const u8 *)"x",
		.len = 1,
	};
	u64 seq, gone;

	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "v", NV_BS, ""), KUV_SUCCESS);
	gone = t->s.db.seq;
	w.attributes = A_BS;
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, 0);
	w.len = 0;
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, gone);
	KUNIT_EXPECT_EQ(test, t->s.db.seq, gone);
}

static void set_without_place(struct kunit *test)
{
	/* Neither boot nor runtime: a deletion of nothing. */
	EXPECT_REFUSED(test, test_set(test->priv, "a", 0, "1"), KUV_NOT_FOUND);
}

static void delete_absent(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, delete(t, "a"), KUV_NOT_FOUND);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS, ""), KUV_NOT_FOUND);
}

static void delete_by_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "1");
	EXPECT_STATUS(test, test_set(t, "a", NV_BS, ""), KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, test_find(t, "a"));
}

static void delete_by_attributes_with_data(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "1");
	EXPECT_STATUS(test, test_set(t, "a", 0, "data"), KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, test_find(t, "a"));
}

static void delete_authenticated_without_authentication(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	load(t, test_guid, "a", NV_BS_RT | A_AT, "1");
	EXPECT_REFUSED(test, delete(t, "a"), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT, ""),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT | A_AT, ""),
		       KUV_SECURITY_VIOLATION);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, delete(t, "a"), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS_RT | A_AT, ""),
		       KUV_SECURITY_VIOLATION);
}

static void append_to_absent_creates(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, test_set(t, "a", NV_BS | A_AP, "1"), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "1"));
}

static void append_joins(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "one");
	EXPECT_STATUS(test, test_set(t, "a", NV_BS | A_AP, " two"),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "one two"));
}

static void append_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, test_set(t, "a", NV_BS | A_AP, ""), KUV_SUCCESS);
	test_set(t, "a", NV_BS, "one");
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS | A_AP, ""), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "one"));
}

static void append_over_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.var_size = 60 + 4 + 10;
	test_set(t, "a", NV_BS, "12345");
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS | A_AP, "678901"),
		       KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, test_set(t, "a", NV_BS | A_AP, "67890"),
		      KUV_SUCCESS);
}

static void append_over_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "12345");
	t->s.limits.nv_size = t->s.db.nv_used;
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS | A_AP, "67890"),
		       KUV_OUT_OF_RESOURCES);
}

static void set_over_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = t->s.db.nv_used + 67;
	t->s.limits.volatile_size = t->s.db.volatile_used + 67;
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS, "1"),
		       KUV_OUT_OF_RESOURCES);
	EXPECT_REFUSED(test, test_set(t, "a", BS_RT, "1"),
		       KUV_OUT_OF_RESOURCES);
	t->s.limits.nv_size++;
	t->s.limits.volatile_size++;
	EXPECT_STATUS(test, test_set(t, "a", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "b", BS_RT, "1"), KUV_SUCCESS);
}

static void delete_from_full_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "1");
	t->s.limits.nv_size = t->s.db.nv_used;
	EXPECT_STATUS(test, delete(t, "a"), KUV_SUCCESS);
}

/* --- Set at runtime --- */

/* At runtime, with one variable of each kind. */
static struct kuv_test *at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "nvbs", NV_BS, "1");
	test_set(t, "nvrt", NV_BS_RT, "1");
	test_set(t, "volbs", A_BS, "1");
	test_set(t, "volrt", BS_RT, "1");
	kuv_service_exit_boot_services(&t->s, NULL);
	return t;
}

static void runtime_set_boot_variable(struct kunit *test)
{
	struct kuv_test *t = at_runtime(test);

	EXPECT_REFUSED(test, test_set(t, "nvbs", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "volbs", A_BS, "2"),
		       KUV_WRITE_PROTECTED);
	/* Not even found out to be other attributes. */
	EXPECT_REFUSED(test, test_set(t, "nvbs", NV_BS_RT, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, delete(t, "nvbs"), KUV_WRITE_PROTECTED);
}

static void runtime_set_volatile_variable(struct kunit *test)
{
	struct kuv_test *t = at_runtime(test);

	EXPECT_REFUSED(test, test_set(t, "volrt", BS_RT, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "volrt", BS_RT, "1"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "volrt", BS_RT | A_AP, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, delete(t, "volrt"), KUV_WRITE_PROTECTED);
}

static void runtime_set_runtime_variable(struct kunit *test)
{
	struct kuv_test *t = at_runtime(test);

	EXPECT_STATUS(test, test_set(t, "nvrt", NV_BS_RT, "2"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "nvrt", NV_BS_RT | A_AP, "3"),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "nvrt", NV_BS_RT, "23"));
	EXPECT_STATUS(test, delete(t, "nvrt"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "new", NV_BS_RT, "1"), KUV_SUCCESS);
}

static void runtime_create_volatile(struct kunit *test)
{
	struct kuv_test *t = at_runtime(test);

	EXPECT_REFUSED(test, test_set(t, "new", BS_RT, "1"),
		       KUV_INVALID_PARAMETER);
}

static void runtime_create_boot_variable(struct kunit *test)
{
	struct kuv_test *t = at_runtime(test);

	EXPECT_REFUSED(test, test_set(t, "new", NV_BS, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "new", A_BS, "1"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set(t, "new", A_NV | A_RT, "1"),
		       KUV_INVALID_PARAMETER);
}

static void runtime_delete_absent(struct kunit *test)
{
	struct kuv_test *t = at_runtime(test);

	EXPECT_REFUSED(test, delete(t, "new"), KUV_NOT_FOUND);
}

/* --- names with rules of their own --- */

static void set_read_only_name_at_any_time(struct kunit *test)
{
	static const char * const names[] = {
		"SetupMode", "SecureBoot", "SignatureSupport", "VendorKeys",
	};
	struct kuv_test *t = test->priv;
	u32 i, late;

	for (late = 0; late < 2; late++) {
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			EXPECT_REFUSED(test, test_set_in(t, guid_global,
							 names[i], BS_RT,
							 "\x01", 1),
				       KUV_WRITE_PROTECTED);
			EXPECT_REFUSED(test, test_set_in(t, guid_global,
							 names[i], 0, "", 0),
				       KUV_WRITE_PROTECTED);
		}
		kuv_service_exit_boot_services(&t->s, NULL);
	}
}

static void set_certificate_database(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, set_auth(t, guid_cert_db, "certdb",
				      NV_BS_RT | A_AT, 50, 24),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_auth(t, guid_cert_db, "certdbv",
				      BS_RT | A_AT, 50, 24),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set_in(t, guid_cert_db, "certdb", 0, "", 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_auth(t, guid_vendor_keys_nv, "VendorKeysNv",
				      NV_BS | A_AT, 41, 24),
		       KUV_WRITE_PROTECTED);
}

/* Every key variable answers this. */
static void expect_key(struct kunit *test, u32 attributes, u32 len,
		       kuv_status_t want)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, set_auth(t, guid_global, "PK", attributes, len,
				      24), want);
	EXPECT_REFUSED(test, set_auth(t, guid_global, "KEK", attributes, len,
				      24), want);
	EXPECT_REFUSED(test, set_auth(t, guid_security, "db", attributes, len,
				      24), want);
	EXPECT_REFUSED(test, set_auth(t, guid_security, "dbx", attributes,
				      len, 24), want);
	EXPECT_REFUSED(test, set_auth(t, guid_security, "dbt", attributes,
				      len, 24), want);
}

static void set_key_without_authentication(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	expect_key(test, NV_BS_RT, 10, KUV_INVALID_PARAMETER);
	expect_key(test, BS_RT | A_AT, 41, KUV_INVALID_PARAMETER);
	expect_key(test, 0, 0, KUV_INVALID_PARAMETER);
	expect_key(test, 0, 10, KUV_INVALID_PARAMETER);
	expect_key(test, NV_BS_RT, 0, KUV_INVALID_PARAMETER);
	kuv_service_exit_boot_services(&t->s, NULL);
	expect_key(test, 0, 0, KUV_INVALID_PARAMETER);
	expect_key(test, NV_BS_RT, 10, KUV_INVALID_PARAMETER);
}

static void set_key_with_authentication(struct kunit *test)
{
	/* In Setup Mode a signature is not looked at, the one byte behind it is. */
	expect_key(test, NV_BS_RT | A_AT, 41, KUV_INVALID_PARAMETER);
	expect_key(test, NV_BS_RT | A_AT, 0, KUV_SECURITY_VIOLATION);
	expect_key(test, NV_BS_RT | A_AT | A_AP, 41, KUV_INVALID_PARAMETER);
}

static void delete_stored_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	load(t, guid_global, "PK", NV_BS_RT | A_AT, "key");
	load(t, guid_security, "db", NV_BS_RT | A_AT, "key");
	EXPECT_REFUSED(test, test_set_in(t, guid_global, "PK", 0, "", 0),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, test_set_in(t, guid_global, "PK",
					 NV_BS_RT | A_AT, "", 0),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, test_set_in(t, guid_security, "db", 0, "", 0),
		       KUV_INVALID_PARAMETER);
}

static void set_key_names_of_other_namespaces(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, test_set(t, "PK", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "db", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_in(t, guid_global, "db", NV_BS, "1", 1),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_in(t, guid_security, "PK", NV_BS, "1", 1),
		      KUV_SUCCESS);
}

static void set_custom_mode_needs_presence(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, test_set_in(t, guid_custom_mode, "CustomMode",
					NV_BS, "\x01", 1), KUV_SUCCESS);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, test_set_in(t, guid_custom_mode, "CustomMode",
					 NV_BS, "\x01", 1),
		       KUV_WRITE_PROTECTED);
	/* Absent, so nothing hides it. */
	EXPECT_REFUSED(test, test_set_in(t, guid_secure_boot_enable,
					 "SecureBootEnable", NV_BS,
					 "\x01", 1), KUV_SECURITY_VIOLATION);
}

/* --- phases --- */

static void rules_start_at_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Locked"), p = test_name(t, "Prop");
	struct kvm_uefivars_var_property read_only = {
		.revision = cpu_to_le16(1),
		.property = cpu_to_le16(KUV_PROPERTY_READ_ONLY),
	};

	kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
	kuv_varcheck_set_property(&t->s.varcheck, &p, &read_only);
	EXPECT_STATUS(test, test_set(t, "Locked", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, "Prop", NV_BS, "1"), KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, test_set(t, "Locked", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "Prop", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
	/* Deletions too. */
	EXPECT_REFUSED(test, delete(t, "Locked"), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, delete(t, "Prop"), KUV_WRITE_PROTECTED);
}

static void rules_see_the_payload_only(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(1),
		.min_size = cpu_to_le64(1),
		.max_size = cpu_to_le64(10),
	};

	kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", NV_BS | A_AT, 40 + 10,
				      24), KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, set_auth(t, test_guid, "a", NV_BS | A_AT, 40 + 11,
				      24), KUV_INVALID_PARAMETER);
}

static void end_of_dxe_locks_policies(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_end_of_dxe(&t->s, NULL);
	KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
	KUNIT_EXPECT_TRUE(test, t->s.policy.locked);
	KUNIT_EXPECT_FALSE(test, t->s.ready_to_boot);
	EXPECT_STATUS(test, kuv_policy_lock(&t->s.policy),
		      KUV_WRITE_PROTECTED);
}

static void ready_to_boot_means_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_ready_to_boot(&t->s, NULL);
	KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
	KUNIT_EXPECT_TRUE(test, t->s.ready_to_boot);
	KUNIT_EXPECT_TRUE(test, t->s.policy.locked);
	KUNIT_EXPECT_FALSE(test, t->s.at_runtime);
}

static void exit_boot_services_means_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_exit_boot_services(&t->s, NULL);
	KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
	KUNIT_EXPECT_TRUE(test, t->s.policy.locked);
	KUNIT_EXPECT_TRUE(test, t->s.at_runtime);
}

/* --- Query --- */

static void query_refuses(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, query(t, 0), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, query(t, A_AW), KUV_UNSUPPORTED);
	EXPECT_STATUS(test, query(t, NV_BS | A_AW), KUV_UNSUPPORTED);
	EXPECT_STATUS(test, query(t, A_ENH), KUV_UNSUPPORTED);
	EXPECT_STATUS(test, query(t, 1U << 31), KUV_UNSUPPORTED);
	EXPECT_STATUS(test, query(t, A_NV), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, query(t, A_RT), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, query(t, A_NV | A_RT), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, query(t, BS_RT | A_HR), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, query(t, NV_BS_RT | A_HR), KUV_UNSUPPORTED);
}

static void query_accepts(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, query(t, A_BS), KUV_SUCCESS);
	EXPECT_STATUS(test, query(t, BS_RT), KUV_SUCCESS);
	EXPECT_STATUS(test, query(t, NV_BS), KUV_SUCCESS);
	EXPECT_STATUS(test, query(t, NV_BS_RT | A_AT), KUV_SUCCESS);
	EXPECT_STATUS(test, query(t, NV_BS_RT | A_AP), KUV_SUCCESS);
	EXPECT_STATUS(test, query(t, NV_BS_RT | A_ENH), KUV_SUCCESS);
	/* Anything but NV alone names a place. */
	EXPECT_STATUS(test, query(t, A_AT), KUV_SUCCESS);
	EXPECT_STATUS(test, query(t, A_AP), KUV_SUCCESS);
}

static void query_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, query(t, NV_BS), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, query(t, A_BS), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, query(t, NV_BS_RT), KUV_SUCCESS);
}

static void query_counts_pools(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_storage_info nv, vol, now;

	t->s.limits.volatile_size = 100000;
	kuv_service_query(&t->s, NV_BS, &nv);
	kuv_service_query(&t->s, BS_RT, &vol);
	KUNIT_EXPECT_EQ(test, nv.storage_max, 262144);
	KUNIT_EXPECT_EQ(test, vol.storage_max, 100000);
	KUNIT_EXPECT_EQ(test, nv.storage_left, 262144 - t->s.db.nv_used);
	test_set(t, "a", NV_BS, "1");
	kuv_service_query(&t->s, NV_BS_RT, &now);
	KUNIT_EXPECT_EQ(test, now.storage_left, nv.storage_left - 68);
	kuv_service_query(&t->s, BS_RT, &now);
	KUNIT_EXPECT_EQ(test, now.storage_left, vol.storage_left);
	test_set(t, "b", BS_RT, "1");
	kuv_service_query(&t->s, A_BS, &now);
	KUNIT_EXPECT_EQ(test, now.storage_left, vol.storage_left - 68);
}

static void query_largest_variable_by_class(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_storage_info i;

	t->s.limits.var_size = 1000;
	t->s.limits.auth_var_size = 2000;
	t->s.limits.volatile_var_size = 3000;
	kuv_service_query(&t->s, NV_BS, &i);
	KUNIT_EXPECT_EQ(test, i.var_max, 940);
	kuv_service_query(&t->s, NV_BS | A_AT, &i);
	KUNIT_EXPECT_EQ(test, i.var_max, 1940);
	kuv_service_query(&t->s, BS_RT, &i);
	KUNIT_EXPECT_EQ(test, i.var_max, 2940);
}

static void query_when_nearly_full(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_storage_info i;

	t->s.limits.nv_size = t->s.db.nv_used + 100;
	kuv_service_query(&t->s, NV_BS, &i);
	KUNIT_EXPECT_EQ(test, i.storage_left, 100);
	KUNIT_EXPECT_EQ(test, i.var_max, 40);
	t->s.limits.nv_size = t->s.db.nv_used + 59;
	kuv_service_query(&t->s, NV_BS, &i);
	KUNIT_EXPECT_EQ(test, i.storage_left, 59);
	KUNIT_EXPECT_EQ(test, i.var_max, 0);
	t->s.limits.nv_size = 1;
	kuv_service_query(&t->s, NV_BS, &i);
	KUNIT_EXPECT_EQ(test, i.storage_left, 0);
	KUNIT_EXPECT_EQ(test, i.var_max, 0);
}

static void query_hardware_errors_have_no_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_storage_info i;

	EXPECT_STATUS(test, kuv_service_query(&t->s, NV_BS_RT | A_HR | A_AT,
					      &i), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, i.storage_max, 0);
	KUNIT_EXPECT_EQ(test, i.storage_left, 0);
	KUNIT_EXPECT_EQ(test, i.var_max, 0);
}

/* --- the host's operator --- */

static kuv_status_t host_set(struct kuv_test *t, const struct kuv_name *n,
			     u32 attributes, u32 len)
{
	return kuv_service_host_set(&t->s, n, attributes, NULL, t->msg, len,
				    false, NULL);
}

static void host_set_ignores_rules(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name pk = test_name_in(t, guid_global, "PK");
	struct kuv_name sm = test_name_in(t, guid_global, "SetupMode");
	struct kuv_name nvbs = test_name(t, "nvbs");

	at_runtime(test);
	EXPECT_STATUS(test, host_set(t, &pk, NV_BS_RT | A_AT, 5), KUV_SUCCESS);
	EXPECT_STATUS(test, host_set(t, &sm, BS_RT, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, host_set(t, &nvbs, NV_BS_RT, 1), KUV_SUCCESS);
}

static void host_set_is_logged_unless_clean(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");
	u64 before = t->s.db.seq, seq = 0;

	EXPECT_STATUS(test, kuv_service_host_set(&t->s, &n, NV_BS, NULL, "1",
						 1, false, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, before + 1);
	EXPECT_STATUS(test, kuv_service_host_set(&t->s, &n, NV_BS, NULL, "2",
						 1, true, &seq), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, t->s.db.seq, before + 1);
}

static void host_set_keeps_time_of_authenticated(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name a = test_name(t, "a"), b = test_name(t, "b");
	static const u8 time[16] = { 0xe8, 7, 1, 1 }, zero[16];

	kuv_service_host_set(&t->s, &a, NV_BS | A_AT, time, "1", 1, true, NULL);
	kuv_service_host_set(&t->s, &b, NV_BS, time, "1", 1, true, NULL);
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(test_find(t, "a")), time, 16);
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(test_find(t, "b")), zero, 16);
}

static void host_set_bad_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");
	static const u32 bad[] = {
		0, A_NV, A_RT, A_NV | A_RT, NV_BS | A_AP, NV_BS | A_HR,
		NV_BS | A_AW, NV_BS | A_ENH, NV_BS | 1U << 31,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_REFUSED(test, host_set(t, &n, bad[i], 1),
			       KUV_INVALID_PARAMETER);
}

static void host_set_bad_name(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "abc");

	n.len = 0;
	EXPECT_REFUSED(test, host_set(t, &n, NV_BS, 1), KUV_INVALID_PARAMETER);
	n.len = 5;
	EXPECT_REFUSED(test, host_set(t, &n, NV_BS, 1), KUV_INVALID_PARAMETER);
	n.len = 8;
	EXPECT_REFUSED(test, host_set(t, &n, NV_BS, 1), KUV_INVALID_PARAMETER);
}

static void host_set_without_data(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");

	EXPECT_REFUSED(test, host_set(t, &n, NV_BS, 0), KUV_INVALID_PARAMETER);
}

static void host_set_over_limits(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");

	t->s.limits.var_size = 60 + 4 + 10;
	EXPECT_REFUSED(test, host_set(t, &n, NV_BS, 11), KUV_OUT_OF_RESOURCES);
	EXPECT_STATUS(test, host_set(t, &n, NV_BS, 10), KUV_SUCCESS);
	n = test_name(t, "b");
	t->s.limits.nv_size = t->s.db.nv_used + 67;
	EXPECT_REFUSED(test, host_set(t, &n, NV_BS, 1), KUV_OUT_OF_RESOURCES);
}

static void host_delete_of_each_kind(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name nv = test_name(t, "nvbs"), vol = test_name(t, "volbs");
	u64 seq = 0, before;

	at_runtime(test);
	before = t->s.db.seq;
	EXPECT_STATUS(test, kuv_service_host_delete(&t->s, &nv, &seq),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, before + 1);
	EXPECT_STATUS(test, kuv_service_host_delete(&t->s, &vol, &seq),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, seq, 0);
	seq = 77;
	EXPECT_REFUSED(test, kuv_service_host_delete(&t->s, &vol, &seq),
		       KUV_NOT_FOUND);
	KUNIT_EXPECT_EQ(test, seq, 77);
}

static struct kunit_case service_cases[] = {
	KUNIT_CASE(boot_without_keys),
	KUNIT_CASE(boot_lists_signature_types),
	KUNIT_CASE(boot_with_keys),
	KUNIT_CASE(boot_with_keys_and_secure_boot_off),
	KUNIT_CASE(boot_without_keys_ignores_secure_boot_enable),
	KUNIT_CASE(boot_leaves_custom_mode),
	KUNIT_CASE(boot_mirrors_vendor_keys),
	KUNIT_CASE(boot_again_logs_nothing),
	KUNIT_CASE(boot_replaces_stored_state),
	KUNIT_CASE(boot_with_a_full_store),
	KUNIT_CASE(reset_forgets_the_boot),
	KUNIT_CASE(closed_before_first_reset),
	KUNIT_CASE(get_absent),
	KUNIT_CASE(get_empty_name),
	KUNIT_CASE(get_boot_variable_at_runtime),
	KUNIT_CASE(get_runtime_variable_at_runtime),
	KUNIT_CASE(next_of_absent),
	KUNIT_CASE(next_of_deleted),
	KUNIT_CASE(next_reaches_end),
	KUNIT_CASE(next_visits_each_once),
	KUNIT_CASE(next_is_stable_across_inserts),
	KUNIT_CASE(next_is_stable_across_deletes),
	KUNIT_CASE(next_of_what_was_written_again),
	KUNIT_CASE(next_includes_certificate_databases),
	KUNIT_CASE(next_of_boot_variable_at_runtime),
	KUNIT_CASE(next_skips_boot_variables_at_runtime),
	KUNIT_CASE(set_empty_name),
	KUNIT_CASE(set_unknown_attributes),
	KUNIT_CASE(set_runtime_without_boot),
	KUNIT_CASE(set_only_non_volatile),
	KUNIT_CASE(set_non_volatile_append_only),
	KUNIT_CASE(set_hardware_error_record),
	KUNIT_CASE(set_hardware_error_record_authenticated),
	KUNIT_CASE(set_both_kinds_of_authentication),
	KUNIT_CASE(set_counter_authentication),
	KUNIT_CASE(set_time_authentication_descriptor),
	KUNIT_CASE(set_time_authentication_size),
	KUNIT_CASE(set_size_by_class),
	KUNIT_CASE(set_60000_bytes_over_default_limit),
	KUNIT_CASE(set_largest_a_message_carries),
	KUNIT_CASE(set_size_of_deletion_too),
	KUNIT_CASE(set_name_of_surrogates),
	KUNIT_CASE(set_creates),
	KUNIT_CASE(set_replaces),
	KUNIT_CASE(set_other_attributes),
	KUNIT_CASE(set_same_data_changes_nothing),
	KUNIT_CASE(set_reports_its_seq),
	KUNIT_CASE(set_again_waits_for_the_first),
	KUNIT_CASE(delete_again_waits_for_the_first),
	KUNIT_CASE(delete_volatile_waits_for_non_volatile),
	KUNIT_CASE(set_without_place),
	KUNIT_CASE(delete_absent),
	KUNIT_CASE(delete_by_size),
	KUNIT_CASE(delete_by_attributes_with_data),
	KUNIT_CASE(delete_authenticated_without_authentication),
	KUNIT_CASE(append_to_absent_creates),
	KUNIT_CASE(append_joins),
	KUNIT_CASE(append_nothing),
	KUNIT_CASE(append_over_size),
	KUNIT_CASE(append_over_pool),
	KUNIT_CASE(set_over_pool),
	KUNIT_CASE(delete_from_full_pool),
	KUNIT_CASE(runtime_set_boot_variable),
	KUNIT_CASE(runtime_set_volatile_variable),
	KUNIT_CASE(runtime_set_runtime_variable),
	KUNIT_CASE(runtime_create_volatile),
	KUNIT_CASE(runtime_create_boot_variable),
	KUNIT_CASE(runtime_delete_absent),
	KUNIT_CASE(set_read_only_name_at_any_time),
	KUNIT_CASE(set_certificate_database),
	KUNIT_CASE(set_key_without_authentication),
	KUNIT_CASE(set_key_with_authentication),
	KUNIT_CASE(delete_stored_key),
	KUNIT_CASE(set_key_names_of_other_namespaces),
	KUNIT_CASE(set_custom_mode_needs_presence),
	KUNIT_CASE(rules_start_at_end_of_dxe),
	KUNIT_CASE(rules_see_the_payload_only),
	KUNIT_CASE(end_of_dxe_locks_policies),
	KUNIT_CASE(ready_to_boot_means_end_of_dxe),
	KUNIT_CASE(exit_boot_services_means_end_of_dxe),
	KUNIT_CASE(query_refuses),
	KUNIT_CASE(query_accepts),
	KUNIT_CASE(query_at_runtime),
	KUNIT_CASE(query_counts_pools),
	KUNIT_CASE(query_largest_variable_by_class),
	KUNIT_CASE(query_when_nearly_full),
	KUNIT_CASE(query_hardware_errors_have_no_pool),
	KUNIT_CASE(host_set_ignores_rules),
	KUNIT_CASE(host_set_is_logged_unless_clean),
	KUNIT_CASE(host_set_keeps_time_of_authenticated),
	KUNIT_CASE(host_set_bad_attributes),
	KUNIT_CASE(host_set_bad_name),
	KUNIT_CASE(host_set_without_data),
	KUNIT_CASE(host_set_over_limits),
	KUNIT_CASE(host_delete_of_each_kind),
	{}
};

static struct kunit_suite service_suite = {
	.name = "kvm_uefivars_service",
	.init = test_init,
	.exit = test_exit,
	.test_cases = service_cases,
};

kunit_test_suite(service_suite);

MODULE_DESCRIPTION("KUnit tests of the variable services");
MODULE_LICENSE("GPL");
