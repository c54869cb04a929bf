// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/mor.c. */
#include <linux/module.h>

#include "testlib.h"

#include "guids.h"

#define REQUEST	"MemoryOverwriteRequestControl"
#define LOCK	"MemoryOverwriteRequestControlLock"

static const u8 guid_request[16] = KUV_GUID_MOR;
static const u8 guid_lock[16] = KUV_GUID_MOR_LOCK;

#define KEY	"\x01\x02\x03\x04\x05\x06\x07\x08"
#define OTHER	"\x01\x02\x03\x04\x05\x06\x07\x09"

static kuv_status_t set_request(struct kuv_test *t, u32 attributes,
				const char *data, u32 len)
{
	return test_set_in(t, guid_request, REQUEST, attributes, data, len);
}

static kuv_status_t set_lock(struct kuv_test *t, u32 attributes,
			     const char *data, u32 len)
{
	return test_set_in(t, guid_lock, LOCK, attributes, data, len);
}

static kuv_status_t lock(struct kuv_test *t, const char *data, u32 len)
{
	return set_lock(t, NV_BS_RT, data, len);
}

/* What the lock's variable says; 0xff if there is none. */
static u8 lock_value(struct kuv_test *t)
{
	const struct kuv_var *v = test_find_in(t, guid_lock, LOCK);

	if (!v || v->attributes != NV_BS_RT || v->data_len != 1)
		return 0xff;
	return kuv_var_data(v)[0];
}

static u8 request_value(struct kuv_test *t)
{
	const struct kuv_var *v = test_find_in(t, guid_request, REQUEST);

	return v ? kuv_var_data(v)[0] : 0xff;
}

static bool has_no_key(const struct kuv_test *t)
{
	static const u8 zero[KUV_MOR_KEY_LEN];

	return !t->s.mor.has_key && !memcmp(t->s.mor.key, zero, sizeof(zero));
}

/* Is a key in the memory of any variable? */
static bool is_stored(struct kuv_test *t, const char *key)
{
	const struct kuv_var *v;
	u32 i;

	for (v = kuv_vardb_next(&t->s.db, NULL); v;
	     v = kuv_vardb_next(&t->s.db, v))
		for (i = 0; i + KUV_MOR_KEY_LEN <= v->data_len; i++)
			if (!memcmp(kuv_var_data(v) + i, key, KUV_MOR_KEY_LEN))
				return true;
	return false;
}

/* A firmware with a request, at the end of its trusted phase. */
static void start(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\0", 1), KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0);
	KUNIT_EXPECT_FALSE(test, t->s.mor.is_locked);
}

/* --- the request --- */

static void request_is_written(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\x01", 1), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, request_value(t), 1);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\x11", 1), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, request_value(t), 0x11);
}

/* [V16] */
static void request_of_another_form(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 phase;

	for (phase = 0; phase < 2; phase++) {
		EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "12", 2),
			       KUV_INVALID_PARAMETER);
		EXPECT_REFUSED(test, set_request(t, NV_BS, "1", 1),
			       KUV_INVALID_PARAMETER);
		EXPECT_REFUSED(test, set_request(t, BS_RT, "1", 1),
			       KUV_INVALID_PARAMETER);
		EXPECT_REFUSED(test, set_request(t, NV_BS_RT | A_AP, "1", 1),
			       KUV_INVALID_PARAMETER);
		start(test);
	}
}

static void request_is_not_deleted(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, set_request(t, 0, "", 0), KUV_INVALID_PARAMETER);
	start(test);
	EXPECT_REFUSED(test, set_request(t, 0, "", 0), KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_request(t, 0, "1", 1), KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "", 0),
		       KUV_INVALID_PARAMETER);
}

static void request_while_locked(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	lock(t, "\x01", 1);
	EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "\x01", 1),
		       KUV_ACCESS_DENIED);
	/* Its form is looked at first. */
	EXPECT_REFUSED(test, set_request(t, 0, "", 0), KUV_INVALID_PARAMETER);
}

static void names_of_other_namespaces(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, test_set(t, REQUEST, NV_BS, "12"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set(t, LOCK, NV_BS, "12345678"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_in(t, guid_request, LOCK, NV_BS, "123", 3),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_in(t, guid_lock, REQUEST, NV_BS, "123", 3),
		      KUV_SUCCESS);
	KUNIT_EXPECT_FALSE(test, t->s.mor.is_locked);
}

/* --- the lock --- */

static void lock_is_not_deleted(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, set_lock(t, 0, "", 0), KUV_WRITE_PROTECTED);
	start(test);
	EXPECT_REFUSED(test, set_lock(t, 0, "", 0), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_lock(t, 0, "\0", 1), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_lock(t, NV_BS_RT, "", 0),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set_lock(t, NV_BS_RT | A_AP, "", 0),
		       KUV_WRITE_PROTECTED);
	lock(t, KEY, 8);
	EXPECT_REFUSED(test, set_lock(t, 0, "", 0), KUV_WRITE_PROTECTED);
}

/* [V16] */
static void lock_of_another_form(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len;

	start(test);
	for (len = 2; len < 10; len++)
		if (len != 8)
			EXPECT_REFUSED(test, lock(t, "123456789", len),
				       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_lock(t, NV_BS, "\x01", 1),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_lock(t, BS_RT, "\x01", 1),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set_lock(t, NV_BS_RT | A_AP, "\x01", 1),
		       KUV_INVALID_PARAMETER);
}

static void open_lock_stays_open(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	EXPECT_STATUS(test, lock(t, "\0", 1), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0);
	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\x01", 1), KUV_SUCCESS);
}

static void open_lock_closes_without_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	EXPECT_STATUS(test, lock(t, "\x01", 1), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_value(t), 1);
	KUNIT_EXPECT_TRUE(test, t->s.mor.is_locked);
	KUNIT_EXPECT_TRUE(test, has_no_key(t));
}

static void open_lock_refuses_other_values(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	EXPECT_REFUSED(test, lock(t, "\x02", 1), KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, lock(t, "\xff", 1), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\x01", 1), KUV_SUCCESS);
}

static void open_lock_closes_with_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	EXPECT_STATUS(test, lock(t, KEY, 8), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_value(t), 2);
	KUNIT_EXPECT_TRUE(test, t->s.mor.is_locked);
	KUNIT_EXPECT_TRUE(test, t->s.mor.has_key);
	KUNIT_EXPECT_FALSE(test, is_stored(t, KEY));
	EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "\x01", 1),
		       KUV_ACCESS_DENIED);
}

static void lock_without_key_never_opens(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	lock(t, "\x01", 1);
	EXPECT_REFUSED(test, lock(t, "\0", 1), KUV_ACCESS_DENIED);
	EXPECT_REFUSED(test, lock(t, "\x01", 1), KUV_ACCESS_DENIED);
	EXPECT_REFUSED(test, lock(t, "\x07", 1), KUV_ACCESS_DENIED);
	EXPECT_REFUSED(test, lock(t, KEY, 8), KUV_ACCESS_DENIED);
	EXPECT_REFUSED(test, lock(t, "\0\0\0\0\0\0\0\0", 8),
		       KUV_ACCESS_DENIED);
}

static void lock_with_key_takes_no_value(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	lock(t, KEY, 8);
	EXPECT_REFUSED(test, lock(t, "\0", 1), KUV_ACCESS_DENIED);
	EXPECT_REFUSED(test, lock(t, "\x01", 1), KUV_ACCESS_DENIED);
	KUNIT_EXPECT_EQ(test, lock_value(t), 2);
}

static void lock_opens_with_its_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	lock(t, KEY, 8);
	EXPECT_STATUS(test, lock(t, KEY, 8), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0);
	KUNIT_EXPECT_FALSE(test, t->s.mor.is_locked);
	KUNIT_EXPECT_TRUE(test, has_no_key(t));
	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\x01", 1), KUV_SUCCESS);
	/* Another round, with another key, at runtime. */
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, lock(t, OTHER, 8), KUV_SUCCESS);
	EXPECT_STATUS(test, lock(t, OTHER, 8), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0);
}

static void wrong_key_closes_for_good(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	lock(t, KEY, 8);
	EXPECT_STATUS(test, lock(t, OTHER, 8), KUV_ACCESS_DENIED);
	KUNIT_EXPECT_EQ(test, lock_value(t), 1);
	KUNIT_EXPECT_TRUE(test, t->s.mor.is_locked);
	KUNIT_EXPECT_TRUE(test, has_no_key(t));
	/* One try only. */
	EXPECT_REFUSED(test, lock(t, KEY, 8), KUV_ACCESS_DENIED);
	EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "\x01", 1),
		       KUV_ACCESS_DENIED);
}

static void every_byte_of_a_key_counts(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char key[8];
	u32 i;

	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
		start(test);
		lock(t, KEY, 8);
		memcpy(key, KEY, 8);
		key[i] ^= 0x80;
		EXPECT_STATUS(test, lock(t, key, 8), KUV_ACCESS_DENIED);
		KUNIT_EXPECT_EQ(test, lock_value(t), 1);
	}
}

static void key_of_zeros_is_a_key(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	EXPECT_STATUS(test, lock(t, "\0\0\0\0\0\0\0\0", 8), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_value(t), 2);
	EXPECT_STATUS(test, lock(t, KEY, 8), KUV_ACCESS_DENIED);
}

static void wrong_key_is_waited_for(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = {
		.name = test_name_in(t, guid_lock, LOCK),
		.attributes = NV_BS_RT,
		.data = (const u8 *)OTHER,
		.len = 8,
	};
	u64 seq;

	start(test);
	lock(t, KEY, 8);
	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq),
		      KUV_ACCESS_DENIED);
	KUNIT_EXPECT_EQ(test, seq, t->s.db.seq);
	KUNIT_EXPECT_EQ(test, test_find_in(t, guid_lock, LOCK)->seq, seq);
}

/* A lock that could not be stored has not moved, and nobody got a try. */
static void lock_moves_only_with_its_variable(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_lock, LOCK);

	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\0", 1), KUV_SUCCESS);
	lock(t, KEY, 8);
	kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, lock(t, OTHER, 8), KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, lock(t, KEY, 8), KUV_WRITE_PROTECTED);
	KUNIT_EXPECT_TRUE(test, t->s.mor.has_key);
}

static void lock_before_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\0", 1), KUV_SUCCESS);
	EXPECT_STATUS(test, lock(t, KEY, 8), KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	/* The variable goes on saying what is the case. */
	KUNIT_EXPECT_EQ(test, lock_value(t), 2);
	EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "\x01", 1),
		       KUV_ACCESS_DENIED);
	EXPECT_STATUS(test, lock(t, KEY, 8), KUV_SUCCESS);
}

static void reset_opens_and_wipes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	lock(t, KEY, 8);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_FALSE(test, t->s.mor.is_locked);
	KUNIT_EXPECT_TRUE(test, has_no_key(t));
	/* The last boot's lock is still written there, until EndOfDxe. */
	KUNIT_EXPECT_EQ(test, lock_value(t), 2);
	kuv_service_end_of_dxe(&t->s, NULL);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0);
	EXPECT_STATUS(test, set_request(t, NV_BS_RT, "\x01", 1), KUV_SUCCESS);
}

static void exit_wipes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	lock(t, KEY, 8);
	kuv_service_exit(&t->s);
	KUNIT_EXPECT_TRUE(test, has_no_key(t));
	KUNIT_ASSERT_EQ(test, kuv_service_init(&t->s, &test_limits, NULL,
					       test_hash_key), 0);
}

/* --- EndOfDxe --- */

static void end_of_dxe_with_request(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 seq = 77;

	set_request(t, NV_BS_RT, "\0", 1);
	kuv_service_end_of_dxe(&t->s, &seq);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0);
	KUNIT_EXPECT_EQ(test, seq, test_find_in(t, guid_lock, LOCK)->seq);
	KUNIT_EXPECT_EQ(test, seq, t->s.db.seq);
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 0);
	/* Once only. */
	kuv_service_ready_to_boot(&t->s, &seq);
	KUNIT_EXPECT_EQ(test, seq, 0);
}

static void end_of_dxe_with_open_lock(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 seq = 77, before;

	start(test);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	before = test_db_digest(&t->s.db);
	kuv_service_end_of_dxe(&t->s, &seq);
	/* It reads as open already. */
	KUNIT_EXPECT_FALSE(test, t->s.closed);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, test_db_digest(&t->s.db), before);
}

static void end_of_dxe_repairs_the_lock(struct kunit *test)
{
	static const struct {
		u32 attributes;
		const char *data;
		u32 len;
	} strange[] = {
		{ NV_BS_RT, "\x02", 1 },
		{ NV_BS_RT, "\0\0", 2 },
		{ NV_BS, "\0", 1 },
	};
	struct kuv_test *t = test->priv;
	struct kuv_name n;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(strange); i++) {
		set_request(t, NV_BS_RT, "\0", 1);
		n = test_name_in(t, guid_lock, LOCK);
		kuv_service_host_set(&t->s, &n, strange[i].attributes, NULL,
				     strange[i].data, strange[i].len, true,
				     NULL);
		kuv_service_end_of_dxe(&t->s, NULL);
		KUNIT_EXPECT_EQ(test, lock_value(t), 0);
		KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	}
}

static void end_of_dxe_without_request(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_request, REQUEST);
	u64 seq = 77;

	kuv_service_end_of_dxe(&t->s, &seq);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 2);
	KUNIT_EXPECT_EQ(test, kuv_policy_find(&t->s.policy, &n)->lock_type,
			KVM_UEFIVARS_LOCK_NOW);
	n = test_name_in(t, guid_lock, LOCK);
	KUNIT_EXPECT_EQ(test, kuv_policy_find(&t->s.policy, &n)->lock_type,
			KVM_UEFIVARS_LOCK_NOW);
	KUNIT_EXPECT_TRUE(test, t->s.policy.locked);
}

/* [V16] */
static void nobody_makes_them_later(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 phase;

	kuv_service_end_of_dxe(&t->s, NULL);
	for (phase = 0; phase < 2; phase++) {
		EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "\x01", 1),
			       KUV_WRITE_PROTECTED);
		EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "12", 2),
			       KUV_INVALID_PARAMETER);
		EXPECT_REFUSED(test, lock(t, "\0", 1), KUV_WRITE_PROTECTED);
		EXPECT_REFUSED(test, lock(t, KEY, 8), KUV_WRITE_PROTECTED);
		EXPECT_REFUSED(test, lock(t, "\x05", 1),
			       KUV_INVALID_PARAMETER);
		kuv_service_exit_boot_services(&t->s, NULL);
	}
}

static void nobody_makes_them_in_spite_of_policies(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* No policy can be registered any more. */
	kuv_policy_lock(&t->s.policy);
	kuv_service_end_of_dxe(&t->s, NULL);
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 0);
	KUNIT_EXPECT_FALSE(test, t->s.closed);
	EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "\x01", 1),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, lock(t, "\x01", 1), KUV_WRITE_PROTECTED);
}

static void end_of_dxe_deletes_a_lock_without_request(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 seq = 0;

	lock(t, "\x01", 1);
	/* However full the store is. */
	t->s.limits.nv_size = 1;
	kuv_service_end_of_dxe(&t->s, &seq);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0xff);
	KUNIT_EXPECT_EQ(test, seq, t->s.db.seq);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 1);
	/* It had locked the request, too. */
	EXPECT_REFUSED(test, set_request(t, NV_BS_RT, "\x01", 1),
		       KUV_ACCESS_DENIED);
}

static void end_of_dxe_of_a_full_store(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_request(t, NV_BS_RT, "\0", 1);
	t->s.limits.nv_size = t->s.db.nv_used;
	kuv_service_end_of_dxe(&t->s, NULL);
	KUNIT_EXPECT_EQ(test, lock_value(t), 0);
	KUNIT_EXPECT_FALSE(test, t->s.closed);
}

static void end_of_dxe_of_a_closed_service(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 before, seq = 77;

	set_request(t, NV_BS_RT, "\0", 1);
	t->s.closed = true;
	before = test_db_digest(&t->s.db);
	kuv_service_end_of_dxe(&t->s, &seq);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, test_db_digest(&t->s.db), before);
	KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
}

static void reset_lets_a_firmware_begin_anew(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_end_of_dxe(&t->s, NULL);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_FALSE(test, t->s.mor.is_absent);
	start(test);
}

static struct kunit_case mor_cases[] = {
	KUNIT_CASE(request_is_written),
	KUNIT_CASE(request_of_another_form),
	KUNIT_CASE(request_is_not_deleted),
	KUNIT_CASE(request_while_locked),
	KUNIT_CASE(names_of_other_namespaces),
	KUNIT_CASE(lock_is_not_deleted),
	KUNIT_CASE(lock_of_another_form),
	KUNIT_CASE(open_lock_stays_open),
	KUNIT_CASE(open_lock_closes_without_key),
	KUNIT_CASE(open_lock_refuses_other_values),
	KUNIT_CASE(open_lock_closes_with_key),
	KUNIT_CASE(lock_without_key_never_opens),
	KUNIT_CASE(lock_with_key_takes_no_value),
	KUNIT_CASE(lock_opens_with_its_key),
	KUNIT_CASE(wrong_key_closes_for_good),
	KUNIT_CASE(every_byte_of_a_key_counts),
	KUNIT_CASE(key_of_zeros_is_a_key),
	KUNIT_CASE(wrong_key_is_waited_for),
	KUNIT_CASE(lock_moves_only_with_its_variable),
	KUNIT_CASE(lock_before_end_of_dxe),
	KUNIT_CASE(reset_opens_and_wipes),
	KUNIT_CASE(exit_wipes),
	KUNIT_CASE(end_of_dxe_with_request),
	KUNIT_CASE(end_of_dxe_with_open_lock),
	KUNIT_CASE(end_of_dxe_repairs_the_lock),
	KUNIT_CASE(end_of_dxe_without_request),
	KUNIT_CASE(nobody_makes_them_later),
	KUNIT_CASE(nobody_makes_them_in_spite_of_policies),
	KUNIT_CASE(end_of_dxe_deletes_a_lock_without_request),
	KUNIT_CASE(end_of_dxe_of_a_full_store),
	KUNIT_CASE(end_of_dxe_of_a_closed_service),
	KUNIT_CASE(reset_lets_a_firmware_begin_anew),
	{}
};

static struct kunit_suite mor_suite = {
	.name = "kvm_uefivars_mor",
	.init = test_init,
	.exit = test_exit,
	.test_cases = mor_cases,
};

kunit_test_suite(mor_suite);

MODULE_DESCRIPTION("KUnit tests of the memory overwrite request");
MODULE_LICENSE("GPL");
