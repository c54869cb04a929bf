// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/vardb.c. */
#include <linux/module.h>

#include "testlib.h"

/* The service of a test is not used here, its database is, emptied. */
static int vardb_init(struct kunit *test)
{
	struct kuv_test *t;
	int ret = test_init(test);

	if (ret)
		return ret;
	t = test->priv;
	kuv_vardb_exit(&t->s.db);
	return kuv_vardb_init(&t->s.db, test_hash_key);
}

static kuv_status_t prepare(struct kuv_test *t, struct kuv_change *c,
			    const char *name, u32 attributes, const char *data,
			    u32 flags)
{
	struct kuv_write w = {
		.name = test_name(t, name),
		.attributes = attributes,
		.data = (const u8 *)data,
		.len = strlen(data),
	};

	return kuv_vardb_prepare_set(&t->s.db, &t->s.limits, c, &w, NULL, 0,
				     NULL, flags);
}

static kuv_status_t put_flags(struct kuv_test *t, const char *name,
			      u32 attributes, const char *data, u32 flags)
{
	struct kuv_change c;
	kuv_status_t status = prepare(t, &c, name, attributes, data, flags);

	if (status == KUV_SUCCESS)
		kuv_vardb_commit(&t->s.db, &c);
	return status;
}

static kuv_status_t put(struct kuv_test *t, const char *name, u32 attributes,
			const char *data)
{
	return put_flags(t, name, attributes, data, 0);
}

static kuv_status_t drop(struct kuv_test *t, const char *name)
{
	struct kuv_name n = test_name(t, name);
	struct kuv_change c;
	kuv_status_t status;

	status = kuv_vardb_prepare_delete(&t->s.db, &t->s.limits, &c, &n, 0);
	if (status == KUV_SUCCESS)
		kuv_vardb_commit(&t->s.db, &c);
	return status;
}

/* Names are single letters; compare an enumeration with a string of them. */
static bool order_is(struct kuv_test *t, const char *letters, bool dirty)
{
	const struct kuv_var *v = NULL;

	for (;; letters++) {
		v = dirty ? kuv_vardb_next_dirty(&t->s.db, v) :
			    kuv_vardb_next(&t->s.db, v);
		if (!v || !*letters)
			return !v && !*letters;
		if (v->name_len != 2 || kuv_var_name(v)[0] != *letters)
			return false;
	}
}

#define EXPECT_ORDER(test, letters) \
	KUNIT_EXPECT_TRUE(test, order_is((test)->priv, letters, false))
#define EXPECT_DIRTY(test, letters) \
	KUNIT_EXPECT_TRUE(test, order_is((test)->priv, letters, true))

static void find_in_empty(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_NULL(test, test_find(t, "a"));
	KUNIT_EXPECT_NULL(test, kuv_vardb_next(&t->s.db, NULL));
	KUNIT_EXPECT_NULL(test, kuv_vardb_next_dirty(&t->s.db, NULL));
}

static void find_empty_name(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, put(t, "a", NV_BS, "1"), KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, test_find(t, ""));
}

static void find_needs_whole_name_and_guid(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, put(t, "Name", NV_BS, "1"), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "Name", NV_BS, "1"));
	KUNIT_EXPECT_NULL(test, test_find(t, "Nam"));
	KUNIT_EXPECT_NULL(test, test_find(t, "Name1"));
	KUNIT_EXPECT_NULL(test, test_find(t, "name"));
	KUNIT_EXPECT_NULL(test, test_find_in(t, other_guid, "Name"));
}

static void find_visible_hides_boot_variables(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name a = test_name(t, "a"), b = test_name(t, "b");

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS_RT, "1");
	KUNIT_EXPECT_NOT_NULL(test, kuv_vardb_find_visible(&t->s.db, &a, false));
	KUNIT_EXPECT_NULL(test, kuv_vardb_find_visible(&t->s.db, &a, true));
	KUNIT_EXPECT_NOT_NULL(test, kuv_vardb_find_visible(&t->s.db, &b, true));
}

static void find_after_growth(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char name[8] = "n000";
	u32 i;

	for (i = 0; i < 1000; i++) {
		name[1] = '0' + i / 100;
		name[2] = '0' + i / 10 % 10;
		name[3] = '0' + i % 10;
		put(t, name, i % 2 ? NV_BS : BS_RT, name);
	}
	KUNIT_EXPECT_GE(test, 2 * t->s.db.table.nr_buckets, 1000);
	KUNIT_EXPECT_TRUE(test, test_is(t, "n000", BS_RT, "n000"));
	KUNIT_EXPECT_TRUE(test, test_is(t, "n999", NV_BS, "n999"));
	/* The exit of the suite looks every one of them up. */
}

static void find_depends_on_secret(struct kunit *test)
{
	static const u8 other_key[16] = { 99 };
	struct kuv_test *t = test->priv;
	u64 hash;

	put(t, "a", NV_BS, "1");
	hash = test_find(t, "a")->hash;
	kuv_vardb_exit(&t->s.db);
	KUNIT_ASSERT_EQ(test, kuv_vardb_init(&t->s.db, other_key), 0);
	put(t, "a", NV_BS, "1");
	KUNIT_EXPECT_NE(test, test_find(t, "a")->hash, hash);
}

/* Entries in the longest bucket. */
static u32 longest_bucket(const struct kuv_vartab *tab)
{
	u32 longest = 0, i;

	for (i = 0; i < tab->nr_buckets; i++) {
		const struct kuv_var *v = tab->buckets[i];
		u32 nr = 0;

		for (; v; v = v->hash_next)
			nr++;
		if (nr > longest)
			longest = nr;
	}
	return longest;
}

/* A pool of default size full of the smallest variables, names in a row. */
static void find_cost_does_not_grow(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_vartab *tab = &t->s.db.table;
	char name[5] = "";
	u32 nr;

	for (nr = 0;; nr++) {
		name[0] = 'a' + nr % 16;
		name[1] = 'a' + nr / 16 % 16;
		name[2] = 'a' + nr / 256 % 16;
		if (put(t, name, NV_BS, "1") != KUV_SUCCESS)
			break;
		KUNIT_EXPECT_LE(test, tab->nr, 2 * tab->nr_buckets);
	}
	KUNIT_EXPECT_GE(test, nr, 3600);
	KUNIT_EXPECT_EQ(test, tab->nr, nr);
	KUNIT_EXPECT_LE(test, longest_bucket(tab), 12);
}

/* Names that a guest could only find with the key: right, only slower. */
static void find_among_colliding_names(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "aaaaaa");
	u16 hash = kuv_vartab_hash(&t->s.db.table, &n);
	char names[6][7];
	u32 nr = 0, i, k;

	for (i = 0; nr < ARRAY_SIZE(names); i++) {
		char name[7] = "aaaaaa";

		for (k = 0; k < 6; k++)
			name[k] += i >> 4 * k & 15;
		n = test_name(t, name);
		if (kuv_vartab_hash(&t->s.db.table, &n) != hash)
			continue;
		memcpy(names[nr++], name, sizeof(name));
		EXPECT_STATUS(test, put(t, name, NV_BS, name), KUV_SUCCESS);
	}
	KUNIT_EXPECT_EQ(test, longest_bucket(&t->s.db.table), nr);
	/* From the middle, the end and the beginning of the bucket. */
	for (i = 0; i < nr; i++) {
		k = (i + nr / 2) % nr;
		KUNIT_EXPECT_TRUE(test, test_is(t, names[k], NV_BS, names[k]));
		drop(t, names[k]);
		KUNIT_EXPECT_NULL(test, test_find(t, names[k]));
		test_check_db(test, &t->s.db);
	}
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	KUNIT_EXPECT_EQ(test, t->s.db.table.nr, 0);
}

static void cost_is_rounded_up(struct kunit *test)
{
	/* PK of a real store: name of 2 characters, 1005 bytes. */
	KUNIT_EXPECT_EQ(test, kuv_var_cost(4, 1005), 1072);
	KUNIT_EXPECT_EQ(test, kuv_var_cost(4, 1006), 1072);
	KUNIT_EXPECT_EQ(test, kuv_var_cost(4, 1007), 1076);
}

static void set_charges_its_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "12345");
	KUNIT_EXPECT_EQ(test, t->s.db.nv_used, 72);
	KUNIT_EXPECT_EQ(test, t->s.db.volatile_used, 0);
	put(t, "b", BS_RT, "1");
	KUNIT_EXPECT_EQ(test, t->s.db.volatile_used, 68);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_nv, 1);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_volatile, 1);
}

static void set_again_charges_net(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "12345");
	put(t, "a", NV_BS, "1");
	KUNIT_EXPECT_EQ(test, t->s.db.nv_used, 68);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_nv, 1);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "1"));
}

static void set_without_data(struct kunit *test)
{
	EXPECT_REFUSED(test, put(test->priv, "a", NV_BS, ""),
		       KUV_INVALID_PARAMETER);
}

static void set_without_name(struct kunit *test)
{
	EXPECT_REFUSED(test, put(test->priv, "", NV_BS, "1"),
		       KUV_INVALID_PARAMETER);
}

static void set_more_than_a_message_carries(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = {
		.name = test_name(t, "a"),
		.attributes = NV_BS,
		.data = t->msg,
		.len = KUV_VAR_CONTENT_MAX - 4,
	};
	struct kuv_change c;

	/* A message has 65536 - 24 - 16 - 36 bytes for name and data. */
	KUNIT_EXPECT_EQ(test, KUV_VAR_CONTENT_MAX, 65460);
	EXPECT_STATUS(test, kuv_vardb_prepare_set(&t->s.db, &t->s.limits, &c,
						  &w, NULL, 0, NULL, 0),
		      KUV_SUCCESS);
	kuv_vardb_abort(&t->s.db, &c);
	EXPECT_REFUSED(test, kuv_vardb_prepare_set(&t->s.db, &t->s.limits, &c,
						   &w, t->msg, 1, NULL, 0),
		       KUV_OUT_OF_RESOURCES);
}

static void set_joins_head_and_data(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const u8 time[16] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct kuv_write w = {
		.name = test_name(t, "a"),
		.attributes = NV_BS | A_AT,
		.data = (const u8 *)"tail",
		.len = 4,
	};
	struct kuv_change c;

	EXPECT_STATUS(test, kuv_vardb_prepare_set(&t->s.db, &t->s.limits, &c,
						  &w, (const u8 *)"head ", 5,
						  time, 0), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_vardb_commit(&t->s.db, &c), 1);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS | A_AT, "head tail"));
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(test_find(t, "a")), time, 16);
}

/* A variable gets its time, loses it and gets it back with its attribute. */
static void time_comes_and_goes_with_its_attribute(struct kunit *test)
{
	static const u8 time[16] = { 1, 2, 3 }, zero[16];
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");

	EXPECT_STATUS(test, kuv_service_host_set(&t->s, &n, NV_BS | A_AT, time,
						 "1", 1, false, NULL),
		      KUV_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(test_find(t, "a")), time, 16);
	put(t, "a", NV_BS, "22");
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(test_find(t, "a")), zero, 16);
	put(t, "a", NV_BS | A_AT, "333");
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(test_find(t, "a")), zero, 16);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS | A_AT, "333"));
	drop(t, "a");
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(kuv_vardb_next_dirty(&t->s.db,
								  NULL)),
			   zero, 16);
}

static void order_is_volatile_then_creation(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", BS_RT, "1");
	put(t, "c", NV_BS, "1");
	put(t, "d", BS_RT, "1");
	EXPECT_ORDER(test, "bdac");
}

static void order_moves_what_is_written(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS, "1");
	put(t, "x", BS_RT, "1");
	put(t, "y", BS_RT, "1");
	put(t, "a", NV_BS, "2");
	put(t, "x", BS_RT, "2");
	EXPECT_ORDER(test, "yxba");
}

static void order_without_deleted(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS, "1");
	put(t, "c", NV_BS, "1");
	drop(t, "b");
	EXPECT_ORDER(test, "ac");
	EXPECT_DIRTY(test, "acb");
}

/* The names that are seen at runtime, single letters. */
static bool runtime_order_is(struct kuv_test *t, const char *letters)
{
	const struct kuv_var *v = NULL;

	while ((v = kuv_vardb_next_visible(&t->s.db, v, true)))
		if (v->name_len != 2 || kuv_var_name(v)[0] != *letters++)
			return false;
	return !*letters;
}

#define EXPECT_RUNTIME(test, letters) \
	KUNIT_EXPECT_TRUE(test, runtime_order_is((test)->priv, letters))

static void order_at_runtime_leaves_out_the_hidden(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_RUNTIME(test, "");
	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS_RT, "1");
	put(t, "c", A_BS, "1");
	put(t, "d", NV_BS, "1");
	put(t, "e", BS_RT, "1");
	put(t, "f", NV_BS_RT, "1");
	EXPECT_RUNTIME(test, "ebf");
	EXPECT_ORDER(test, "ceabdf");
	put(t, "b", NV_BS_RT, "2");
	EXPECT_RUNTIME(test, "efb");
	drop(t, "f");
	EXPECT_RUNTIME(test, "eb");
	kuv_vardb_drop_volatile(&t->s.db);
	EXPECT_RUNTIME(test, "b");
}

/* The host may give a variable other attributes. */
static void order_at_runtime_follows_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS_RT, "1");
	put(t, "a", NV_BS_RT, "2");
	EXPECT_RUNTIME(test, "ba");
	put(t, "b", NV_BS, "2");
	EXPECT_RUNTIME(test, "a");
	put(t, "a", BS_RT, "3");
	EXPECT_RUNTIME(test, "a");
	EXPECT_ORDER(test, "ab");
	/* In place, but not where the other order would not have it. */
	put(t, "c", NV_BS_RT, "1");
	put_flags(t, "b", NV_BS_RT, "3", KUV_CHANGE_IN_PLACE);
	EXPECT_RUNTIME(test, "acb");
	EXPECT_ORDER(test, "acb");
	put_flags(t, "c", NV_BS_RT, "2", KUV_CHANGE_IN_PLACE);
	EXPECT_RUNTIME(test, "acb");
	EXPECT_ORDER(test, "acb");
}

static void seq_counts_non_volatile_changes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", BS_RT, "1");
	put(t, "c", NV_BS, "1");
	KUNIT_EXPECT_EQ(test, test_find(t, "a")->seq, 1);
	KUNIT_EXPECT_EQ(test, test_find(t, "b")->seq, 0);
	KUNIT_EXPECT_EQ(test, test_find(t, "c")->seq, 2);
	drop(t, "b");
	KUNIT_EXPECT_EQ(test, t->s.db.seq, 2);
	drop(t, "a");
	KUNIT_EXPECT_EQ(test, t->s.db.seq, 3);
}

static void dirty_has_each_variable_once(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS, "1");
	put(t, "a", NV_BS, "2");
	EXPECT_DIRTY(test, "ba");
}

static void dirty_ignores_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", BS_RT, "1");
	drop(t, "a");
	EXPECT_DIRTY(test, "");
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 0);
}

static void ack_forgets_up_to_its_seq(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS, "1");
	put(t, "c", NV_BS, "1");
	kuv_vardb_ack(&t->s.db, 2);
	EXPECT_DIRTY(test, "c");
	EXPECT_ORDER(test, "abc");
	KUNIT_EXPECT_EQ(test, t->s.db.acked_seq, 2);
}

static void ack_of_old_seq(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS, "1");
	kuv_vardb_ack(&t->s.db, 2);
	put(t, "a", NV_BS, "2");
	kuv_vardb_ack(&t->s.db, 1);
	EXPECT_DIRTY(test, "a");
	KUNIT_EXPECT_EQ(test, t->s.db.acked_seq, 2);
}

static void ack_from_the_future(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	kuv_vardb_ack(&t->s.db, 1000);
	KUNIT_EXPECT_EQ(test, t->s.db.acked_seq, 1);
	put(t, "b", NV_BS, "1");
	EXPECT_DIRTY(test, "b");
}

static void ack_keeps_what_changed_since(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "a", NV_BS, "2");
	kuv_vardb_ack(&t->s.db, 1);
	EXPECT_DIRTY(test, "a");
}

static void delete_absent(struct kunit *test)
{
	EXPECT_REFUSED(test, drop(test->priv, "a"), KUV_NOT_FOUND);
}

static void delete_twice(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	drop(t, "a");
	EXPECT_REFUSED(test, drop(t, "a"), KUV_NOT_FOUND);
}

static void delete_leaves_tombstone(struct kunit *test)
{
	static const u8 time[16] = { 1 }, zero[16];
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");
	const struct kuv_var *v;

	kuv_service_host_set(&t->s, &n, NV_BS | A_AT, time, "1", 1, false,
			     NULL);
	drop(t, "a");
	KUNIT_EXPECT_NULL(test, test_find(t, "a"));
	KUNIT_EXPECT_EQ(test, t->s.db.nv_used, 0);
	KUNIT_EXPECT_EQ(test, t->s.db.tombstone_used, 64);
	v = kuv_vardb_next_dirty(&t->s.db, NULL);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_TRUE(test, v->deleted);
	KUNIT_EXPECT_EQ(test, v->seq, 2);
	KUNIT_EXPECT_EQ(test, v->attributes, 0);
	KUNIT_EXPECT_NULL(test, kuv_var_data(v));
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(v), zero, 16);
}

static void tombstone_goes_with_its_ack(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	drop(t, "a");
	kuv_vardb_ack(&t->s.db, 2);
	EXPECT_DIRTY(test, "");
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 0);
	KUNIT_EXPECT_EQ(test, t->s.db.tombstone_used, 0);
}

static void tombstone_becomes_variable(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	drop(t, "a");
	put(t, "b", NV_BS, "1");
	put(t, "a", NV_BS, "2");
	EXPECT_ORDER(test, "ba");
	EXPECT_DIRTY(test, "ba");
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 0);
	KUNIT_EXPECT_EQ(test, t->s.db.tombstone_used, 0);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "2"));
}

static void tombstone_beside_volatile_variable(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	drop(t, "a");
	put(t, "a", BS_RT, "2");
	EXPECT_DIRTY(test, "a");
	EXPECT_ORDER(test, "a");
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", BS_RT, "2"));
	drop(t, "a");
	EXPECT_DIRTY(test, "a");
	EXPECT_ORDER(test, "");
}

static void tombstones_are_bounded(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* One variable fits and one tombstone, but not two. */
	t->s.limits.nv_size = 100;
	EXPECT_STATUS(test, put(t, "a", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, drop(t, "a"), KUV_SUCCESS);
	EXPECT_STATUS(test, put(t, "b", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_REFUSED(test, drop(t, "b"), KUV_OUT_OF_RESOURCES);
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	EXPECT_STATUS(test, drop(t, "b"), KUV_SUCCESS);
}

static void pending_seq_of_variable_and_tombstone(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name a = test_name(t, "a"), b = test_name(t, "b");

	KUNIT_EXPECT_EQ(test, kuv_vardb_pending_seq(&t->s.db, &a), 0);
	put(t, "a", NV_BS, "1");
	put(t, "b", BS_RT, "1");
	KUNIT_EXPECT_EQ(test, kuv_vardb_pending_seq(&t->s.db, &a), 1);
	KUNIT_EXPECT_EQ(test, kuv_vardb_pending_seq(&t->s.db, &b), 0);
	drop(t, "a");
	KUNIT_EXPECT_EQ(test, kuv_vardb_pending_seq(&t->s.db, &a), 2);
	put(t, "a", BS_RT, "1");
	KUNIT_EXPECT_EQ(test, kuv_vardb_pending_seq(&t->s.db, &a), 2);
	kuv_vardb_ack(&t->s.db, 2);
	KUNIT_EXPECT_EQ(test, kuv_vardb_pending_seq(&t->s.db, &a), 0);
}

static void pool_full_non_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = 136;
	EXPECT_STATUS(test, put(t, "a", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, put(t, "b", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_REFUSED(test, put(t, "c", NV_BS, "1"), KUV_OUT_OF_RESOURCES);
	/* The other pool has its own room. */
	EXPECT_STATUS(test, put(t, "c", BS_RT, "1"), KUV_SUCCESS);
}

static void pool_full_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.volatile_size = 68;
	EXPECT_STATUS(test, put(t, "a", BS_RT, "1"), KUV_SUCCESS);
	EXPECT_REFUSED(test, put(t, "b", BS_RT, "1"), KUV_OUT_OF_RESOURCES);
	EXPECT_STATUS(test, put(t, "b", NV_BS, "1"), KUV_SUCCESS);
}

static void pool_full_replace_frees_the_old(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = 68;
	EXPECT_STATUS(test, put(t, "a", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, put(t, "a", NV_BS, "2"), KUV_SUCCESS);
	EXPECT_REFUSED(test, put(t, "a", NV_BS, "12345"),
		       KUV_OUT_OF_RESOURCES);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "2"));
}

static void pool_over_lowered_limit(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "123456789");
	t->s.limits.nv_size = 10;
	EXPECT_REFUSED(test, put(t, "b", NV_BS, "1"), KUV_OUT_OF_RESOURCES);
	/* What does not grow is still possible. */
	EXPECT_STATUS(test, put(t, "a", NV_BS, "987654321"), KUV_SUCCESS);
	EXPECT_STATUS(test, put(t, "a", NV_BS, "12345"), KUV_SUCCESS);
}

static void force_passes_a_full_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = 10;
	EXPECT_STATUS(test, put_flags(t, "a", NV_BS, "1", KUV_CHANGE_FORCE),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->s.db.nv_used, 68);
}

static void force_passes_full_tombstones(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name a = test_name(t, "a");
	struct kuv_change c;

	put(t, "a", NV_BS, "1");
	t->s.limits.nv_size = 10;
	EXPECT_REFUSED(test, drop(t, "a"), KUV_OUT_OF_RESOURCES);
	EXPECT_STATUS(test, kuv_vardb_prepare_delete(&t->s.db, &t->s.limits,
						     &c, &a, KUV_CHANGE_FORCE),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_vardb_commit(&t->s.db, &c), 2);
	KUNIT_EXPECT_NULL(test, test_find(t, "a"));
}

static void clean_is_not_logged(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put_flags(t, "a", NV_BS, "1", KUV_CHANGE_CLEAN);
	EXPECT_DIRTY(test, "");
	KUNIT_EXPECT_EQ(test, t->s.db.seq, 0);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "1"));
}

static void clean_replaces_a_pending_change(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put_flags(t, "a", NV_BS, "2", KUV_CHANGE_CLEAN);
	EXPECT_DIRTY(test, "");
	KUNIT_EXPECT_EQ(test, test_find(t, "a")->seq, 0);
}

static void change_of_pool_to_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	EXPECT_STATUS(test, put(t, "a", BS_RT, "2"), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", BS_RT, "2"));
	EXPECT_ORDER(test, "a");
	EXPECT_DIRTY(test, "a");
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 1);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_nv, 0);
}

static void change_of_pool_to_non_volatile(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", BS_RT, "1");
	EXPECT_STATUS(test, put(t, "a", NV_BS, "2"), KUV_SUCCESS);
	EXPECT_ORDER(test, "a");
	EXPECT_DIRTY(test, "a");
	KUNIT_EXPECT_EQ(test, t->s.db.nr_volatile, 0);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 0);
}

static void change_of_pool_there_and_back(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "a", BS_RT, "2");
	EXPECT_STATUS(test, put(t, "a", NV_BS, "3"), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "3"));
	EXPECT_ORDER(test, "a");
	EXPECT_DIRTY(test, "a");
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 0);
}

static void abort_restores_everything(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name b = test_name(t, "b");
	struct kuv_change c[3];
	u64 before;

	put(t, "a", NV_BS, "1");
	put(t, "b", NV_BS, "1");
	before = test_digest(&t->s);
	EXPECT_STATUS(test, prepare(t, &c[0], "a", NV_BS, "12345", 0),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, prepare(t, &c[1], "new", BS_RT, "1", 0),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_vardb_prepare_delete(&t->s.db, &t->s.limits,
						     &c[2], &b, 0),
		      KUV_SUCCESS);
	kuv_vardb_abort(&t->s.db, &c[2]);
	kuv_vardb_abort(&t->s.db, &c[1]);
	kuv_vardb_abort(&t->s.db, &c[0]);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

static void group_counts_what_is_prepared(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_change a, b;

	t->s.limits.nv_size = 68;
	EXPECT_STATUS(test, prepare(t, &a, "a", NV_BS, "1", 0), KUV_SUCCESS);
	EXPECT_REFUSED(test, prepare(t, &b, "b", NV_BS, "1", 0),
		       KUV_OUT_OF_RESOURCES);
	kuv_vardb_abort(&t->s.db, &a);
}

static void group_commits_in_order(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_change a, b;

	EXPECT_STATUS(test, prepare(t, &a, "a", NV_BS, "1", 0), KUV_SUCCESS);
	EXPECT_STATUS(test, prepare(t, &b, "b", NV_BS, "1", 0), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_vardb_commit(&t->s.db, &a), 1);
	KUNIT_EXPECT_EQ(test, kuv_vardb_commit(&t->s.db, &b), 2);
	EXPECT_ORDER(test, "ab");
	EXPECT_DIRTY(test, "ab");
}

static void drop_volatile_keeps_the_rest(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	put(t, "a", NV_BS, "1");
	put(t, "b", BS_RT, "1");
	put(t, "c", BS_RT, "1");
	kuv_vardb_drop_volatile(&t->s.db);
	EXPECT_ORDER(test, "a");
	EXPECT_DIRTY(test, "a");
	KUNIT_EXPECT_EQ(test, t->s.db.volatile_used, 0);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_volatile, 0);
}

/* Bytes that all pending changes need with @record_len each. */
static u64 batch_len(const struct kuv_vardb *db, u32 record_len)
{
	const struct kuv_var *v;
	u64 len = 0;

	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v))
		len += record_len + v->name_len + v->data_len;
	return len;
}

static void batch_bound_with_smallest_variables(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char name[2] = "a";
	u64 max;

	t->s.limits.nv_size = 24 * 68;
	max = kuv_vardb_batch_len_max(&t->s.db, &t->s.limits, 80);
	while (put(t, name, NV_BS, "1") == KUV_SUCCESS)
		name[0]++;
	for (; name[0] > 'a'; name[0]--)
		drop(t, name);
	for (name[0] = 'A'; put(t, name, NV_BS, "1") == KUV_SUCCESS; name[0]++)
		;
	/* Both budgets are full now. */
	KUNIT_EXPECT_GE(test, t->s.db.nr_nv, 24);
	KUNIT_EXPECT_GE(test, t->s.db.nr_tombstones, 23);
	KUNIT_EXPECT_LE(test, batch_len(&t->s.db, 80), max);
	KUNIT_EXPECT_EQ(test, max, kuv_vardb_batch_len_max(&t->s.db,
							   &t->s.limits, 80));
	/* Nor is the bound wildly too large. */
	KUNIT_EXPECT_LT(test, max, 4 * batch_len(&t->s.db, 80));
}

static void batch_bound_over_lowered_limit(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < 26; i++) {
		char name[2] = { 'a' + i, 0 };

		put(t, name, NV_BS, "some text that takes a little room");
	}
	t->s.limits.nv_size = 10;
	KUNIT_EXPECT_LE(test, batch_len(&t->s.db, 80),
			kuv_vardb_batch_len_max(&t->s.db, &t->s.limits, 80));
}

/* Both budgets are over their limit when a reset makes variables of its own. */
static void batch_bound_outlives_reset(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char name[2] = "a";
	u64 max;

	while (kuv_vardb_next(&t->s.db, NULL)) {
		const struct kuv_var *v = kuv_vardb_next(&t->s.db, NULL);
		struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

		EXPECT_STATUS(test, kuv_service_host_delete(&t->s, &n, NULL),
			      KUV_SUCCESS);
	}
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	for (; name[0] <= 'z'; name[0]++) {
		put(t, name, NV_BS, "1");
		drop(t, name);
	}
	for (name[0] = 'A'; name[0] <= 'Z'; name[0]++)
		put(t, name, NV_BS, "1");
	t->s.limits.nv_size = 10;
	max = kuv_vardb_batch_len_max(&t->s.db, &t->s.limits, 71);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_LE(test, batch_len(&t->s.db, 71), max);
}

static void content_max_by_class(struct kunit *test)
{
	const struct kuv_limits l = {
		.var_size = 1000,
		.auth_var_size = 2000,
		.volatile_var_size = 3000,
	};

	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, NV_BS), 940);
	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, NV_BS | A_AT), 1940);
	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, BS_RT | A_AT), 1940);
	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, NV_BS | A_AW), 1940);
	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, BS_RT), 2940);
	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, 0), 2940);
}

static void content_max_at_extremes(struct kunit *test)
{
	const struct kuv_limits l = { .var_size = 59, .auth_var_size = ~0U,
				      .volatile_var_size = 60 };

	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, NV_BS), 0);
	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, A_AT),
			KUV_VAR_CONTENT_MAX);
	KUNIT_EXPECT_EQ(test, kuv_limits_content_max(&l, BS_RT), 0);
}

static void name_is_compares_all(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "PK");

	KUNIT_EXPECT_TRUE(test, kuv_name_is(&n, test_guid, "PK"));
	KUNIT_EXPECT_FALSE(test, kuv_name_is(&n, other_guid, "PK"));
	KUNIT_EXPECT_FALSE(test, kuv_name_is(&n, test_guid, "P"));
	KUNIT_EXPECT_FALSE(test, kuv_name_is(&n, test_guid, "PKK"));
	KUNIT_EXPECT_FALSE(test, kuv_name_is(&n, test_guid, "Pk"));
	/* U+0150, whose low byte is that of 'P'. */
	t->names[0][1] = 1;
	KUNIT_EXPECT_FALSE(test, kuv_name_is(&n, test_guid, "PK"));
}

static struct kunit_case vardb_cases[] = {
	KUNIT_CASE(find_in_empty),
	KUNIT_CASE(find_empty_name),
	KUNIT_CASE(find_needs_whole_name_and_guid),
	KUNIT_CASE(find_visible_hides_boot_variables),
	KUNIT_CASE(find_after_growth),
	KUNIT_CASE(find_depends_on_secret),
	KUNIT_CASE(find_cost_does_not_grow),
	KUNIT_CASE(find_among_colliding_names),
	KUNIT_CASE(cost_is_rounded_up),
	KUNIT_CASE(set_charges_its_pool),
	KUNIT_CASE(set_again_charges_net),
	KUNIT_CASE(set_without_data),
	KUNIT_CASE(set_without_name),
	KUNIT_CASE(set_more_than_a_message_carries),
	KUNIT_CASE(set_joins_head_and_data),
	KUNIT_CASE(time_comes_and_goes_with_its_attribute),
	KUNIT_CASE(order_is_volatile_then_creation),
	KUNIT_CASE(order_moves_what_is_written),
	KUNIT_CASE(order_without_deleted),
	KUNIT_CASE(order_at_runtime_leaves_out_the_hidden),
	KUNIT_CASE(order_at_runtime_follows_attributes),
	KUNIT_CASE(seq_counts_non_volatile_changes),
	KUNIT_CASE(dirty_has_each_variable_once),
	KUNIT_CASE(dirty_ignores_volatile),
	KUNIT_CASE(ack_forgets_up_to_its_seq),
	KUNIT_CASE(ack_of_old_seq),
	KUNIT_CASE(ack_from_the_future),
	KUNIT_CASE(ack_keeps_what_changed_since),
	KUNIT_CASE(delete_absent),
	KUNIT_CASE(delete_twice),
	KUNIT_CASE(delete_leaves_tombstone),
	KUNIT_CASE(tombstone_goes_with_its_ack),
	KUNIT_CASE(tombstone_becomes_variable),
	KUNIT_CASE(tombstone_beside_volatile_variable),
	KUNIT_CASE(tombstones_are_bounded),
	KUNIT_CASE(pending_seq_of_variable_and_tombstone),
	KUNIT_CASE(pool_full_non_volatile),
	KUNIT_CASE(pool_full_volatile),
	KUNIT_CASE(pool_full_replace_frees_the_old),
	KUNIT_CASE(pool_over_lowered_limit),
	KUNIT_CASE(force_passes_a_full_pool),
	KUNIT_CASE(force_passes_full_tombstones),
	KUNIT_CASE(clean_is_not_logged),
	KUNIT_CASE(clean_replaces_a_pending_change),
	KUNIT_CASE(change_of_pool_to_volatile),
	KUNIT_CASE(change_of_pool_to_non_volatile),
	KUNIT_CASE(change_of_pool_there_and_back),
	KUNIT_CASE(abort_restores_everything),
	KUNIT_CASE(group_counts_what_is_prepared),
	KUNIT_CASE(group_commits_in_order),
	KUNIT_CASE(drop_volatile_keeps_the_rest),
	KUNIT_CASE(batch_bound_with_smallest_variables),
	KUNIT_CASE(batch_bound_over_lowered_limit),
	KUNIT_CASE(batch_bound_outlives_reset),
	KUNIT_CASE(content_max_by_class),
	KUNIT_CASE(content_max_at_extremes),
	KUNIT_CASE(name_is_compares_all),
	{}
};

static struct kunit_suite vardb_suite = {
	.name = "kvm_uefivars_vardb",
	.init = vardb_init,
	.exit = test_exit,
	.test_cases = vardb_cases,
};

kunit_test_suite(vardb_suite);

MODULE_DESCRIPTION("KUnit tests of the variable database");
MODULE_LICENSE("GPL");
