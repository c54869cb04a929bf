// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/certdb.c. */
#include <linux/module.h>

#include "authlib.h"
#include "certdb.h"

#define DB_MAX	1024

/* A database being built, as the host might load one. */
struct db {
	u32 len;
	u8 data[DB_MAX];
};

static void put_u32(struct db *db, u32 value)
{
	__le32 wire = cpu_to_le32(value);

	memcpy(db->data + db->len, &wire, sizeof(wire));
	db->len += sizeof(wire);
}

static void put_bytes(struct db *db, const void *data, u32 len)
{
	memcpy(db->data + db->len, data, len);
	db->len += len;
}

/* Its own size goes in front, however long it is then. */
static void finish(struct db *db)
{
	__le32 wire = cpu_to_le32(db->len);

	memcpy(db->data, &wire, sizeof(wire));
}

static void begin(struct db *db)
{
	db->len = 0;
	put_u32(db, 0);
}

/* Numbers as they should be, each of them plus what the caller wants. */
static void add_odd(struct kuv_test *t, struct db *db, const struct auth_var *v,
		    const void *signer, u32 signer_len, u32 more_len,
		    u32 more_chars, u32 more_signer)
{
	struct kuv_name n = test_name_in(t, v->guid, v->name);

	put_bytes(db, v->guid, 16);
	put_u32(db, 28 + n.len + signer_len + more_len);
	put_u32(db, n.len / 2 + more_chars);
	put_u32(db, signer_len + more_signer);
	put_bytes(db, n.name, n.len);
	put_bytes(db, signer, signer_len);
}

static void add(struct kuv_test *t, struct db *db, const struct auth_var *v,
		const void *signer, u32 signer_len)
{
	add_odd(t, db, v, signer, signer_len, 0, 0, 0);
}

#define ADD(t, db, var, vec) \
	add(t, db, &var_##var, vec_##vec, sizeof(vec_##vec))

static bool is_db(struct kuv_test *t, const struct db *db)
{
	return auth_is(t, &var_certdb, db->data, db->len);
}

static void load(struct kunit *test, const struct db *db)
{
	EXPECT_STATUS(test, auth_load(test->priv, &var_certdb, A_KEY, db->data,
				      db->len), KUV_SUCCESS);
}

static void load_mine(struct kunit *test)
{
	EXPECT_STATUS(test, auth_load(test->priv, &var_mine, A_KEY, "one", 3),
		      KUV_SUCCESS);
}

static struct db *new_db(struct kunit *test)
{
	struct db *db = kunit_kzalloc(test, sizeof(*db), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, db);
	begin(db);
	return db;
}

static struct kuv_span find(struct kunit *test, const struct auth_var *v,
			    bool is_nv, kuv_status_t want)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, v->guid, v->name);
	struct kuv_span signer = { NULL, 0 };

	EXPECT_STATUS(test, kuv_certdb_find(&t->s, &n, is_nv, &signer), want);
	return signer;
}

/* --- what writes make of it --- */

/* The bytes are edk2's: entries one behind the other, the newest last. [V39] */
static void entries_as_edk2_has_them(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	ADD(t, db, mine, alice_sha256);
	finish(db);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
	KUNIT_EXPECT_EQ(test, auth_find(t, &var_certdb)->attributes, A_KEY);
	EXPECT_STATUS(test, SIGNED(t, other, A_KEY, mine_create_second),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, auth_find(t, &var_certdb)->data_len,
			db->len + 28 + 10 + 32);
	KUNIT_EXPECT_MEMEQ(test, kuv_var_data(auth_find(t, &var_certdb)) + 4,
			   db->data + 4, db->len - 4);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, auth_find(t, &var_certdb)->data_len,
			4 + 28 + 10 + 32);
}

/* [V39] */
static void entries_by_hash(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create_384),
		      KUV_SUCCESS);
	ADD(t, db, mine, alice_sha384);
	finish(db);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete),
		      KUV_SECURITY_VIOLATION);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
}

static void entries_by_longest_hash(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create_512),
		      KUV_SUCCESS);
	ADD(t, db, mine, alice_sha512);
	finish(db);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update),
		      KUV_SECURITY_VIOLATION);
}

static void update_changes_no_entry(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 seq;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	seq = auth_find(t, &var_certdb)->seq;
	/* Variable and entry are one change to whoever stores them. */
	KUNIT_EXPECT_EQ(test, auth_find(t, &var_mine)->seq, seq + 1);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, auth_find(t, &var_certdb)->seq, seq);
}

/* --- what the host loaded --- */

static void loaded_digest(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	load_mine(test);
	ADD(t, db, mine, alice_sha256);
	finish(db);
	load(test, db);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update_by_bob),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update), KUV_SUCCESS);
}

/* An old firmware kept the certificates themselves. */
static void add_stack(struct kuv_test *t, struct db *db, u8 nr, u32 more,
		      u8 flip)
{
	struct db stack;

	stack.len = 0;
	put_bytes(&stack, &nr, 1);
	put_u32(&stack, sizeof(vec_alice_cert) + more);
	put_bytes(&stack, vec_alice_cert, sizeof(vec_alice_cert));
	stack.data[stack.len - 1] ^= flip;
	add(t, db, &var_mine, stack.data, stack.len);
	finish(db);
}

static void loaded_stack(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	load_mine(test);
	add_stack(t, db, 1, 0, 0);
	load(test, db);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update_by_bob),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update_384),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
}

static void loaded_stack_that_differs(struct kunit *test)
{
	static const struct {
		u8 nr;
		u32 more;
		u8 flip;
	} cases[] = { { 2, 0, 0 }, { 1, 1, 0 }, { 1, 0, 1 } };
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);
	u32 i;

	load_mine(test);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(db);
		add_stack(t, db, cases[i].nr, cases[i].more, cases[i].flip);
		load(test, db);
		EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update),
			       KUV_SECURITY_VIOLATION);
	}
	/* Neither a digest nor a stack. */
	begin(db);
	add(t, db, &var_mine, "", 0);
	finish(db);
	load(test, db);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update),
		       KUV_SECURITY_VIOLATION);
}

/* A name that is no variable any more, or one that nobody signed. */
static void loaded_orphans_go_at_reset(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test), *left = new_db(test);

	load_mine(test);
	EXPECT_STATUS(test, test_set(t, "Other", NV_BS_RT, "plain"),
		      KUV_SUCCESS);
	ADD(t, db, db, alice_sha384);
	ADD(t, db, mine, alice_sha256);
	ADD(t, db, other, alice_sha256);
	finish(db);
	ADD(t, left, mine, alice_sha256);
	finish(left);
	load(test, db);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, is_db(t, left));
}

/* Left behind by the host, which deleted the variable: the name is free. */
static void stale_entry_is_replaced(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	ADD(t, db, mine, alice_sha384);
	ADD(t, db, other, alice_sha256);
	finish(db);
	load(test, db);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	begin(db);
	ADD(t, db, other, alice_sha256);
	ADD(t, db, mine, alice_sha256);
	finish(db);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
}

/* The same name elsewhere, and another name of the same length. */
static void loaded_neighbours(struct kunit *test)
{
	static const struct auth_var elsewhere = { KUV_GUID_GLOBAL, "Mine" };
	static const struct auth_var like = { GUID_TEST, "Mind" };
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	load_mine(test);
	add(t, db, &elsewhere, vec_alice_sha384, 48);
	add(t, db, &like, vec_alice_sha384, 48);
	ADD(t, db, mine, alice_sha256);
	finish(db);
	load(test, db);
	KUNIT_EXPECT_EQ(test, find(test, &var_mine, true, KUV_SUCCESS).len, 32);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete), KUV_SUCCESS);
	begin(db);
	add(t, db, &elsewhere, vec_alice_sha384, 48);
	add(t, db, &like, vec_alice_sha384, 48);
	finish(db);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
}

/* The shortest entry there can be: of no variable. */
static void loaded_entry_of_nothing(struct kunit *test)
{
	static const struct auth_var nobody = { GUID_TEST, "" };
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	add(t, db, &nobody, "", 0);
	finish(db);
	load(test, db);
	find(test, &var_mine, true, KUV_NOT_FOUND);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	begin(db);
	ADD(t, db, mine, alice_sha256);
	finish(db);
	KUNIT_EXPECT_TRUE(test, is_db(t, db));
}

/* --- malformed --- */

/* While the machine runs nobody can sign anything private. */
static void expect_closed(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	find(test, &var_mine, true, KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_delete),
		       KUV_SECURITY_VIOLATION);
	EXPECT_REFUSED(test, SIGNED(t, other, A_KEY, mine_create_second),
		       KUV_SECURITY_VIOLATION);
}

/* Each number of an entry wrong in each way, behind a good entry. */
static void malformed_entries(struct kunit *test)
{
	static const struct {
		u32 len, chars, signer;
	} more[] = {
		{ 1, 0, 0 }, { -1, 0, 0 }, { 0, 1, 0 }, { 0, -1, 0 },
		{ 0, 0, 1 }, { 0, 0, -1 }, { 0, 0x7fffffff, 0 },
		{ 0, 0x80000000, 0 }, { 0, 0, 0x80000000 },
		{ 2, 1, 0 }, { 1, 0, 1 }, { 0x80000000, 0, 0x80000000 },
		/* Nothing but its size says that it is not there. */
		{ -(28 + 8 + 32), 0, 0 },
	};
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test), *left = new_db(test);
	u32 i;

	load_mine(test);
	ADD(t, left, mine, alice_sha256);
	finish(left);
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		begin(db);
		ADD(t, db, mine, alice_sha256);
		add_odd(t, db, &var_mine, vec_alice_sha256, 32, more[i].len,
			more[i].chars, more[i].signer);
		finish(db);
		load(test, db);
		expect_closed(test);
		/* The good part of it counts from the next start on. */
		KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
		KUNIT_EXPECT_TRUE(test, is_db(t, left));
	}
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update), KUV_SUCCESS);
}

/* Cut off at any byte, with a size that is right for what is left. */
static void malformed_by_its_end(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);
	u32 len;

	load_mine(test);
	ADD(t, db, mine, alice_sha256);
	for (len = db->len - 1; len > 4; len--) {
		db->len = len;
		finish(db);
		load(test, db);
		expect_closed(test);
	}
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
	/* Nobody knows any more who may. */
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, other, A_KEY, mine_create_second),
		      KUV_SUCCESS);
}

static void malformed_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);
	u32 i;

	load_mine(test);
	ADD(t, db, mine, alice_sha256);
	finish(db);
	for (i = 0; i < 4; i++) {
		db->data[i] ^= 0x80;
		load(test, db);
		expect_closed(test);
		db->data[i] ^= 0x80;
	}
	/* Too short to have a size. */
	for (db->len = 1; db->len < 4; db->len++) {
		load(test, db);
		expect_closed(test);
	}
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
}

/* As some tools write it: names with their NUL, counted in bytes. */
static void malformed_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct db *db = new_db(test);

	load_mine(test);
	ADD(t, db, mine, alice_sha256);
	finish(db);
	EXPECT_STATUS(test, auth_load(t, &var_certdb, NV_BS_RT, db->data,
				      db->len), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
	KUNIT_EXPECT_EQ(test, auth_find(t, &var_certdb)->attributes, A_KEY);
}

static void missing(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, var_certdb.guid, "certdb");

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_STATUS(test, kuv_service_host_delete(&t->s, &n, NULL),
		      KUV_SUCCESS);
	expect_closed(test);
	/* To delete at the machine takes no signer. */
	t->s.options = KUV_OPT_PRESENCE_DELETE;
	EXPECT_STATUS(test, auth_set_bare(t, &var_mine, A_KEY, 0, "", 0),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
}

/* The variable has no entry: it goes all the same. */
static void missing_entry(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	load_mine(test);
	find(test, &var_mine, true, KUV_NOT_FOUND);
	find(test, &var_mine, false, KUV_NOT_FOUND);
	t->s.options = KUV_OPT_PRESENCE_DELETE;
	EXPECT_STATUS(test, auth_set_bare(t, &var_mine, A_KEY, 0, "", 0),
		      KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, auth_find(t, &var_mine));
}

/* --- size --- */

static void over_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len = 4 + 28 + 8 + 32;

	t->s.limits.auth_var_size = KUV_VAR_HEADER_LEN + 16 + len - 1;
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create),
		       KUV_SECURITY_VIOLATION);
	t->s.limits.auth_var_size++;
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	EXPECT_REFUSED(test, SIGNED(t, other, A_KEY, mine_create_second),
		       KUV_SECURITY_VIOLATION);
}

/* Room for the entry, none for the variable. */
static void over_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.nv_size = t->s.db.nv_used + 28 + 8 + 32;
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create),
		       KUV_OUT_OF_RESOURCES);
	find(test, &var_mine, true, KUV_NOT_FOUND);
	t->s.limits.nv_size += kuv_var_cost(8, 3);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, find(test, &var_mine, true, KUV_SUCCESS).len, 32);
}

static void deletion_from_a_full_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	t->s.limits.nv_size = 100;
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_delete), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_certdb, "\x04\0\0\0", 4));
}

static struct kunit_case certdb_cases[] = {
	KUNIT_CASE(entries_as_edk2_has_them),
	KUNIT_CASE(entries_by_hash),
	KUNIT_CASE(entries_by_longest_hash),
	KUNIT_CASE(update_changes_no_entry),
	KUNIT_CASE(loaded_digest),
	KUNIT_CASE(loaded_stack),
	KUNIT_CASE(loaded_stack_that_differs),
	KUNIT_CASE(loaded_orphans_go_at_reset),
	KUNIT_CASE(stale_entry_is_replaced),
	KUNIT_CASE(loaded_neighbours),
	KUNIT_CASE(loaded_entry_of_nothing),
	KUNIT_CASE(malformed_entries),
	KUNIT_CASE(malformed_by_its_end),
	KUNIT_CASE(malformed_size),
	KUNIT_CASE(malformed_attributes),
	KUNIT_CASE(missing),
	KUNIT_CASE(missing_entry),
	KUNIT_CASE(over_size),
	KUNIT_CASE(over_pool),
	KUNIT_CASE(deletion_from_a_full_pool),
	{}
};

static struct kunit_suite certdb_suite = {
	.name = "kvm_uefivars_certdb",
	.init = test_init,
	.exit = test_exit,
	.test_cases = certdb_cases,
};

kunit_test_suite(certdb_suite);

MODULE_DESCRIPTION("KUnit suite of core/certdb.c");
MODULE_LICENSE("GPL");
