// SPDX-License-Identifier: GPL-2.0
/* Every allocation of a run fails once: nothing changes, nothing leaks. */
#include "authlib.h"

#include "guids.h"

static const u8 guid_variable[16] = KVM_UEFIVARS_GUID_VARIABLE;
static const u8 guid_policy[16] = KVM_UEFIVARS_GUID_POLICY;
static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_request[16] = KUV_GUID_MOR;
static const u8 guid_lock[16] = KUV_GUID_MOR_LOCK;

/* One step of a run; its result says whether memory was short. */
struct step {
	const char *what;
	kuv_status_t (*fn)(struct kuv_test *t);
};

static kuv_status_t set_new(struct kuv_test *t)
{
	return test_set(t, "new", NV_BS, "data");
}

static kuv_status_t set_volatile(struct kuv_test *t)
{
	return test_set(t, "vol", BS_RT, "data");
}

static kuv_status_t set_longer(struct kuv_test *t)
{
	return test_set(t, "new", NV_BS, "longer data");
}

static kuv_status_t append(struct kuv_test *t)
{
	return test_set(t, "new", NV_BS | A_AP, " and more");
}

static kuv_status_t delete(struct kuv_test *t)
{
	return test_set(t, "new", 0, "");
}

static kuv_status_t revive(struct kuv_test *t)
{
	return test_set(t, "new", NV_BS, "again");
}

static kuv_status_t host_change_pool(struct kuv_test *t)
{
	struct kuv_name n = test_name(t, "vol");

	return kuv_service_host_set(&t->s, &n, NV_BS, NULL, "x", 1, false,
				    NULL);
}

static kuv_status_t lock_name(struct kuv_test *t)
{
	struct kuv_name n = test_name(t, "locked");

	return kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
}

static kuv_status_t set_property(struct kuv_test *t)
{
	struct kuv_name n = test_name(t, "property");
	struct kvm_uefivars_var_property p = { .revision = cpu_to_le16(1) };

	return kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
}

static kuv_status_t dump(struct kuv_test *t)
{
	return kuv_policy_dump_start(&t->s.policy);
}

static kuv_status_t set_lang_codes(struct kuv_test *t)
{
	return test_set_in(t, guid_global, "LangCodes", BS_RT, "engfra", 7);
}

static kuv_status_t set_platform_lang(struct kuv_test *t)
{
	return test_set_in(t, guid_global, "PlatformLang", NV_BS_RT, "fr", 3);
}

/* Brings Lang with it. */
static kuv_status_t set_platform_lang_codes(struct kuv_test *t)
{
	return test_set_in(t, guid_global, "PlatformLangCodes", BS_RT, "en;fr",
			   6);
}

/* Brings PlatformLang with it. */
static kuv_status_t set_lang(struct kuv_test *t)
{
	return test_set_in(t, guid_global, "Lang", NV_BS_RT, "eng", 4);
}

static kuv_status_t set_request(struct kuv_test *t)
{
	return test_set_in(t, guid_request, "MemoryOverwriteRequestControl",
			   NV_BS_RT, "", 1);
}

static kuv_status_t set_request_lock(struct kuv_test *t)
{
	return test_set_in(t, guid_lock, "MemoryOverwriteRequestControlLock",
			   NV_BS_RT, "12345678", 8);
}

static kuv_status_t set_by_message(struct kuv_test *t)
{
	mm_begin(t, guid_variable);
	mm_int(t, KVM_UEFIVARS_FN_SET_VARIABLE, 8);
	mm_int(t, 0, 8);
	mm_bytes(t, test_guid, 16);
	mm_int(t, 4, 8);
	mm_int(t, 4, 8);
	mm_int(t, NV_BS_RT, 4);
	mm_name(t, "m");
	mm_bytes(t, "data", 4);
	mm_call(t);
	return t->res.status;
}

static kuv_status_t dump_by_message(struct kuv_test *t)
{
	mm_begin(t, guid_policy);
	mm_int(t, KVM_UEFIVARS_POLICY_SIGNATURE, 4);
	mm_int(t, KVM_UEFIVARS_POLICY_REVISION, 4);
	mm_int(t, KVM_UEFIVARS_POLICY_DUMP, 4);
	mm_zero(t, 16384 - t->total);
	mm_call(t);
	return t->res.status;
}

static kuv_status_t set_exchange_key(struct kuv_test *t)
{
	return BARE(t, kek, A_KEY, 1, kek);
}

/* Changes the mode of the machine, too. */
static kuv_status_t set_platform_key(struct kuv_test *t)
{
	return BARE(t, pk, A_KEY, 1, pk);
}

static kuv_status_t set_signed(struct kuv_test *t)
{
	return SIGNED(t, dbx, A_KEY, dbx);
}

static kuv_status_t append_signed(struct kuv_test *t)
{
	return SIGNED(t, dbx, A_KEY | A_AP, dbx_append_both);
}

static kuv_status_t create_private(struct kuv_test *t)
{
	return SIGNED(t, mine, A_KEY, mine_create);
}

static kuv_status_t delete_private(struct kuv_test *t)
{
	return SIGNED(t, mine, A_KEY, mine_delete);
}

static kuv_status_t delete_platform_key(struct kuv_test *t)
{
	return SIGNED(t, pk, A_KEY, pk_delete);
}

/* The platform key goes; with the next one the machine is deployed. */
static kuv_status_t enter_audit_mode(struct kuv_test *t)
{
	return auth_set(t, &var_audit, BS_RT, "\x01", 1);
}

static const struct step steps[] = {
	{ "set_new", set_new },
	{ "set_volatile", set_volatile },
	{ "set_longer", set_longer },
	{ "append", append },
	{ "delete", delete },
	{ "revive", revive },
	{ "host_change_pool", host_change_pool },
	{ "lock_name", lock_name },
	{ "set_property", set_property },
	{ "dump", dump },
	{ "set_lang_codes", set_lang_codes },
	{ "set_platform_lang", set_platform_lang },
	{ "set_platform_lang_codes", set_platform_lang_codes },
	{ "set_lang", set_lang },
	{ "set_request", set_request },
	{ "set_request_lock", set_request_lock },
	{ "set_by_message", set_by_message },
	{ "dump_by_message", dump_by_message },
	{ "set_exchange_key", set_exchange_key },
	{ "set_platform_key", set_platform_key },
	{ "set_signed", set_signed },
	{ "append_signed", append_signed },
	{ "create_private", create_private },
	{ "delete_private", delete_private },
	{ "enter_audit_mode", enter_audit_mode },
	{ "set_platform_key", set_platform_key },
	{ "delete_platform_key", delete_platform_key },
};

/* Run all steps while the @nth allocation fails; true if one did. */
static bool run_with_failure(struct kunit *test, u64 nth)
{
	struct kuv_test *t = test->priv;
	bool failed = false;
	u32 i;

	shim_fail_nth(nth);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		u64 before = test_digest(&t->s);
		u64 asked = shim_nr_asked;
		bool hit;
		kuv_status_t status = steps[i].fn(t);

		hit = asked < nth && shim_nr_asked >= nth;
		test_check_db(test, &t->s.db);
		if (!hit) {
			EXPECT_STATUS(test, status, KUV_SUCCESS);
			continue;
		}
		failed = true;
		KUNIT_EXPECT_TRUE(test, status == KUV_DEVICE_ERROR ||
				  status == KUV_OUT_OF_RESOURCES);
		if (steps[i].fn != dump && steps[i].fn != dump_by_message)
			KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
		/* The same request works once there is memory again. */
		EXPECT_STATUS(test, steps[i].fn(t), KUV_SUCCESS);
	}
	shim_fail_nth(0);
	return failed;
}

static void each_request_fails_cleanly(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 nth = 0;

	do {
		kuv_service_exit(&t->s);
		KUNIT_ASSERT_EQ(test, kuv_service_init(&t->s, &test_limits,
						       &kuv_crypto_ops,
						       test_hash_key), 0);
		t->s.options = KUV_OPT_AUDIT_MODE;
		KUNIT_ASSERT_EQ(test, kuv_service_reset(&t->s), 0);
		nth++;
	} while (run_with_failure(test, nth));
	/* Two for each new variable, one for each of the others, and messages. */
	KUNIT_EXPECT_GE(test, nth, 50);
}

static void init_fails_cleanly(struct kunit *test)
{
	struct kuv_service *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	shim_fail_nth(1);
	KUNIT_EXPECT_EQ(test, kuv_service_init(s, &test_limits, &kuv_crypto_ops,
					       test_hash_key), -12);
	shim_fail_nth(0);
	/* What glue does with a service whose init failed. */
	kuv_service_exit(s);
}

static void reset_fails_closed_and_recovers(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 nth, asked;

	for (nth = 1; ; nth++) {
		kuv_service_exit(&t->s);
		KUNIT_ASSERT_EQ(test, kuv_service_init(&t->s, &test_limits,
						       &kuv_crypto_ops,
						       test_hash_key), 0);
		shim_fail_nth(nth);
		if (!kuv_service_reset(&t->s))
			break;
		asked = shim_nr_asked;
		KUNIT_EXPECT_EQ(test, asked, nth);
		test_check_db(test, &t->s.db);
		EXPECT_REFUSED(test, test_set(t, "a", NV_BS, "1"),
			       KUV_DEVICE_ERROR);
		shim_fail_nth(0);
		KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
		EXPECT_STATUS(test, test_set(t, "a", NV_BS, "1"), KUV_SUCCESS);
	}
	shim_fail_nth(0);
	/* Eight variables of the service's own, two allocations each. */
	KUNIT_EXPECT_EQ(test, nth, 17);
}

/* An entry that has to go: a new certdb is built at reset. */
static void reset_with_signers_fails_cleanly(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Mine");
	const struct kuv_var *v;
	u64 nth;

	EXPECT_STATUS(test, create_private(t), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_service_host_delete(&t->s, &n, NULL),
		      KUV_SUCCESS);
	for (nth = 1; ; nth++) {
		shim_fail_nth(nth);
		if (!kuv_service_reset(&t->s))
			break;
		test_check_db(test, &t->s.db);
		EXPECT_REFUSED(test, test_set(t, "a", NV_BS, "1"),
			       KUV_DEVICE_ERROR);
	}
	shim_fail_nth(0);
	/* Two for each of five volatile variables: certdb was done before. */
	KUNIT_EXPECT_EQ(test, nth, 11);
	v = kuv_own_find(&t->s.db, KUV_OWN_CERTDB);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, v->data_len, 4);
}

static void reset_of_an_open_service_closes_it(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	shim_fail_nth(1);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), -12);
	shim_fail_nth(0);
	EXPECT_REFUSED(test, test_set(t, "a", NV_BS, "1"), KUV_DEVICE_ERROR);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	EXPECT_STATUS(test, test_set(t, "a", NV_BS, "1"), KUV_SUCCESS);
}

static void end_of_dxe_without_memory_closes(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 nth, seq;

	for (nth = 1; nth <= 2; nth++) {
		u64 before;

		set_request(t);
		before = test_db_digest(&t->s.db);
		shim_fail_nth(nth);
		kuv_service_end_of_dxe(&t->s, &seq);
		shim_fail_nth(0);
		KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
		KUNIT_EXPECT_TRUE(test, t->s.closed);
		KUNIT_EXPECT_EQ(test, seq, 0);
		KUNIT_EXPECT_EQ(test, test_db_digest(&t->s.db), before);
		EXPECT_REFUSED(test, test_set(t, "a", NV_BS, "1"),
			       KUV_DEVICE_ERROR);
		KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
		EXPECT_STATUS(test, test_set(t, "a", NV_BS, "1"), KUV_SUCCESS);
	}
}

/* The two names are out of reach, whatever becomes of their policies. */
static void end_of_dxe_without_memory_for_policies(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	shim_fail_nth(1);
	kuv_service_end_of_dxe(&t->s, NULL);
	shim_fail_nth(0);
	KUNIT_EXPECT_FALSE(test, t->s.closed);
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 1);
	EXPECT_REFUSED(test, set_request(t), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_request_lock(t), KUV_WRITE_PROTECTED);
}

static void growth_of_the_table_may_fail(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char name[8] = "n00";
	u32 i, nr = t->s.db.table.nr_buckets;

	for (i = t->s.db.nr_nv + t->s.db.nr_volatile; i < 2 * nr; i++) {
		name[1] = '0' + i / 10;
		name[2] = '0' + i % 10;
		test_set(t, name, NV_BS, "1");
	}
	shim_fail_nth(1);
	EXPECT_STATUS(test, test_set(t, "more", NV_BS, "1"), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->s.db.table.nr_buckets, nr);
	EXPECT_STATUS(test, test_set(t, "still more", NV_BS, "1"), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->s.db.table.nr_buckets, 2 * nr);
}

static struct kunit_case fail_nth_cases[] = {
	KUNIT_CASE(each_request_fails_cleanly),
	KUNIT_CASE(init_fails_cleanly),
	KUNIT_CASE(reset_fails_closed_and_recovers),
	KUNIT_CASE(reset_with_signers_fails_cleanly),
	KUNIT_CASE(reset_of_an_open_service_closes_it),
	KUNIT_CASE(end_of_dxe_without_memory_closes),
	KUNIT_CASE(end_of_dxe_without_memory_for_policies),
	KUNIT_CASE(growth_of_the_table_may_fail),
	{}
};

static struct kunit_suite fail_nth_suite = {
	.name = "core_fail_nth",
	.init = test_init,
	.exit = test_exit,
	.test_cases = fail_nth_cases,
};

kunit_test_suite(fail_nth_suite);
