// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/image.c: all that moves, and machines that go on. */
#include <linux/module.h>

#include "authlib.h"
#include "imagelib.h"

static const struct kuv_regs no_regs;

AUTH_VAR(var_request, KUV_GUID_MOR, "MemoryOverwriteRequestControl");
AUTH_VAR(var_lock, KUV_GUID_MOR_LOCK, "MemoryOverwriteRequestControlLock");
AUTH_VAR(var_lang, KUV_GUID_GLOBAL, "Lang");
AUTH_VAR(var_platform_lang, KUV_GUID_GLOBAL, "PlatformLang");
AUTH_VAR(var_lang_codes, KUV_GUID_GLOBAL, "LangCodes");
AUTH_VAR(var_platform_codes, KUV_GUID_GLOBAL, "PlatformLangCodes");

static kuv_status_t lock_name(struct kuv_test *t, const char *name)
{
	struct kuv_name n = test_name(t, name);

	return kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
}

static kuv_status_t set_property(struct kuv_test *t, const char *name,
				 u16 property, u64 max_size)
{
	struct kuv_name n = test_name(t, name);
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
		.property = cpu_to_le16(property),
		.max_size = cpu_to_le64(max_size),
	};

	return kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
}

/* --- each row of the table: another value, and what that needs --- */

static void set_end_of_dxe(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.end_of_dxe = true;
	t->s.policy.locked = true;
}

static void set_ready_to_boot(struct kuv_test *t, struct kuv_regs *r)
{
	set_end_of_dxe(t, r);
	t->s.ready_to_boot = true;
}

static void set_at_runtime(struct kuv_test *t, struct kuv_regs *r)
{
	set_end_of_dxe(t, r);
	t->s.at_runtime = true;
}

static void set_closed(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.closed = true;
}

static void set_addr(struct kuv_test *t, struct kuv_regs *r)
{
	r->addr = 0x123456789abcdef0ULL;
}

static void set_size(struct kuv_test *t, struct kuv_regs *r)
{
	r->size = KVM_UEFIVARS_BUFFER_MAX;
}

static void set_pio_pos(struct kuv_test *t, struct kuv_regs *r)
{
	static u8 zero[3];

	r->size = 0x1234;
	r->pio_pos = 3;
	r->staging = zero;
	r->staging_len = sizeof(zero);
}

static void set_status(struct kuv_test *t, struct kuv_regs *r)
{
	r->status = 0x8765;
}

static void set_staging(struct kuv_test *t, struct kuv_regs *r)
{
	static u8 bytes[] = "what was staged";

	r->size = sizeof(bytes);
	r->pio_pos = 2;
	r->staging = bytes;
	r->staging_len = sizeof(bytes) - 1;
}

static void set_policy_table(struct kuv_test *t, struct kuv_regs *r)
{
	lock_name(t, "first");
	lock_name(t, "second");
}

static void set_policy_dump(struct kuv_test *t, struct kuv_regs *r)
{
	lock_name(t, "first");
	kuv_policy_dump_start(&t->s.policy);
	lock_name(t, "second");
}

static void set_policy_locked(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.policy.locked = true;
}

/* The one row with a value that no service has: refused, not lost. */
static void set_policy_disabled(struct kuv_test *t, struct kuv_regs *r)
{
}

static void set_has_modes(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.varcheck.has_modes = true;
}

static void set_properties(struct kuv_test *t, struct kuv_regs *r)
{
	set_property(t, "one", KUV_PROPERTY_READ_ONLY, 7);
	set_property(t, "another", 0, 0x123456789aULL);
}

static void set_mor_locked(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.mor.is_locked = true;
}

static void set_mor_key(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.mor.is_locked = true;
	t->s.mor.has_key = true;
	memcpy(t->s.mor.key, "\1\2\3\4\5\6\7\x80", KUV_MOR_KEY_LEN);
}

static void set_mor_has_key(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.mor.is_locked = true;
	t->s.mor.has_key = true;
}

static void set_mor_absent(struct kuv_test *t, struct kuv_regs *r)
{
	set_end_of_dxe(t, r);
	t->s.mor.is_absent = true;
}

static void set_codes(struct kuv_test *t, struct kuv_regs *r)
{
	auth_set(t, &var_lang_codes, BS_RT, "engfra", 6);
	auth_set(t, &var_platform_codes, BS_RT, "en;fr", 5);
}

static void set_vol(struct kuv_test *t, struct kuv_regs *r)
{
	test_set(t, "v1", BS_RT, "volatile");
	test_set(t, "v2", A_BS, "too");
	test_set(t, "v1", BS_RT, "written again");
	SIGNED(t, mine, BS_RT | A_AT, mine_create_volatile);
}

static void set_nv(struct kuv_test *t, struct kuv_regs *r)
{
	test_set(t, "n1", NV_BS_RT, "not volatile");
	test_set(t, "n2", NV_BS, "too");
	test_set(t, "n1", NV_BS_RT, "written again");
	BARE(t, kek, A_KEY, 1, kek);
}

#define ROWS(X) \
	X(end_of_dxe, "end_of_dxe") \
	X(ready_to_boot, "ready_to_boot") \
	X(at_runtime, "at_runtime") \
	X(closed, "closed") \
	X(addr, "regs.addr") \
	X(size, "regs.size") \
	X(pio_pos, "regs.pio_pos") \
	X(status, "regs.status") \
	X(staging, "regs.staging") \
	X(policy_table, "policy.table") \
	X(policy_dump, "policy.dump") \
	X(policy_locked, "policy.locked") \
	X(policy_disabled, "policy.disabled") \
	X(has_modes, "varcheck.has_modes") \
	X(properties, "varcheck.properties") \
	X(mor_locked, "mor.is_locked") \
	X(mor_has_key, "mor.has_key") \
	X(mor_absent, "mor.is_absent") \
	X(mor_key, "mor.key") \
	X(codes, "lang.codes") \
	X(vol, "db.vol") \
	X(nv, "db.nv")

typedef void (*set_fn)(struct kuv_test *t, struct kuv_regs *r);

static const struct {
	const char *member;
	set_fn set;
} row_tests[] = {
#define ROW(id, name)	{ name, set_##id },
	ROWS(ROW)
};

/* To be the same in every byte after the machine and its variables moved. */
static void expect_moved(struct kunit *test, const struct kuv_regs *regs)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b = image_save(test, &t->s, regs, true), again;
	struct kuv_service *s = image_fresh(test);
	struct kuv_image img;
	u64 seq;

	KUNIT_ASSERT_EQ(test, kuv_image_read(s, b.p, b.len, true, &img), 0);
	KUNIT_EXPECT_TRUE(test, img.has_machine && img.has_variables);
	kuv_image_apply(s, &img, true, &seq);
	KUNIT_EXPECT_EQ(test, image_machine_digest(s, &img.regs),
			image_machine_digest(&t->s, regs));
	KUNIT_EXPECT_EQ(test, image_variables_digest(s),
			image_variables_digest(&t->s));
	again = image_save(test, s, &img.regs, true);
	KUNIT_ASSERT_EQ(test, again.len, b.len);
	KUNIT_EXPECT_MEMEQ(test, again.p, b.p, b.len);
	test_check_db(test, &s->db);
	kuv_image_exit(&img);
	kuv_service_exit(s);
}

static void carries(struct kunit *test, set_fn set)
{
	struct kuv_test *t = test->priv;
	struct kuv_regs regs = no_regs;
	u64 machine = image_machine_digest(&t->s, &regs);
	u64 variables = image_variables_digest(&t->s);

	set(t, &regs);
	if (set != set_policy_disabled)
		KUNIT_EXPECT_TRUE(test,
				  image_machine_digest(&t->s, &regs) != machine ||
				  image_variables_digest(&t->s) != variables);
	expect_moved(test, &regs);
}

#define CARRIES(id, name) \
	static void carries_##id(struct kunit *test) \
	{ \
		carries(test, set_##id); \
	}
ROWS(CARRIES)

static void disabled_policies_are_refused(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_image img;
	struct image_bytes b;

	t->s.policy.disabled = true;
	b = image_save(test, &t->s, &no_regs, true);
	t->s.policy.disabled = false;
	KUNIT_EXPECT_EQ(test, kuv_image_read(&t->s, b.p, b.len, true, &img),
			-EBADMSG);
}

/* A row without a test of its own does not pass. */
static void every_row_has_its_test(struct kunit *test)
{
	u32 i;

	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(row_tests), kuv_image_nr_rows);
	for (i = 0; i < ARRAY_SIZE(row_tests); i++)
		KUNIT_EXPECT_EQ(test, strcmp(row_tests[i].member,
					     kuv_image_rows[i].member), 0);
}

static void all_rows_at_once(struct kunit *test)
{
	struct kuv_regs regs = no_regs;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(row_tests); i++)
		row_tests[i].set(test->priv, &regs);
	expect_moved(test, &regs);
}

static void rows_come_by_kind(struct kunit *test)
{
	u32 i, kinds = 0;

	for (i = 0; i < kuv_image_nr_rows; i++) {
		kinds |= BIT(kuv_image_rows[i].kind);
		KUNIT_EXPECT_TRUE(test, !i || kuv_image_rows[i].kind >=
					      kuv_image_rows[i - 1].kind);
	}
	KUNIT_EXPECT_EQ(test, kinds, BIT(KUV_NR_IMAGE_KINDS) - 2);
}

static void untouched_machine(struct kunit *test)
{
	expect_moved(test, &no_regs);
}

/* What is behind the last byte that matters does not make another image. */
static void staging_ends_where_it_is_zero(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 bytes[16] = "abc";
	struct kuv_regs regs = {
		.size = 16, .staging_len = 16, .staging = bytes,
	};
	struct image_bytes a = image_save(test, &t->s, &regs, false), b;

	regs.staging_len = 3;
	b = image_save(test, &t->s, &regs, false);
	KUNIT_ASSERT_EQ(test, a.len, b.len);
	KUNIT_EXPECT_MEMEQ(test, a.p, b.p, a.len);
	/* Up to the position all of it matters. */
	regs.staging_len = 16;
	regs.pio_pos = 12;
	b = image_save(test, &t->s, &regs, false);
	KUNIT_EXPECT_EQ(test, image_rows(b, KUV_IMAGE_REGISTERS).len,
			image_rows(a, KUV_IMAGE_REGISTERS).len + 9);
}

/* --- parts of an image --- */

static void only_variables(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b;
	struct kuv_service *s;
	u64 seq, machine;

	set_nv(t, NULL);
	b = image_save(test, &t->s, NULL, true);
	s = image_fresh(test);
	machine = image_machine_digest(s, &no_regs);
	KUNIT_EXPECT_EQ(test, image_restore(s, b, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, image_machine_digest(s, &no_regs), machine);
	KUNIT_EXPECT_EQ(test, image_variables_digest(s),
			image_variables_digest(&t->s));
	KUNIT_EXPECT_EQ(test, seq, s->db.seq);
	kuv_service_exit(s);
}

static void only_a_machine(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b;
	struct kuv_service *s;
	u64 seq, variables;

	set_vol(t, NULL);
	b = image_save(test, &t->s, &no_regs, false);
	s = image_fresh(test);
	variables = test_mix_u64(image_variables_digest(s), s->db.seq);
	KUNIT_EXPECT_EQ(test, image_restore(s, b, false, &seq), 0);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, image_machine_digest(s, &no_regs),
			image_machine_digest(&t->s, &no_regs));
	KUNIT_EXPECT_EQ(test, test_mix_u64(image_variables_digest(s),
					   s->db.seq), variables);
	kuv_service_exit(s);
}

/* The image has variables, but those of the service are wanted. */
static void variables_are_ignored(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_service *s = image_fresh(test);
	u64 seq, variables = image_variables_digest(s);
	struct image_bytes b;

	set_nv(t, NULL);
	b = image_save(test, &t->s, &no_regs, true);
	/* Not even looked at. */
	memset(image_rows(b, KUV_IMAGE_VARIABLES).p, 0xff,
	       image_rows(b, KUV_IMAGE_VARIABLES).len);
	KUNIT_EXPECT_EQ(test, image_restore(s, b, false, &seq), 0);
	KUNIT_EXPECT_EQ(test, image_variables_digest(s), variables);
	KUNIT_EXPECT_EQ(test, image_machine_digest(s, &no_regs),
			image_machine_digest(&t->s, &no_regs));
	kuv_service_exit(s);
}

/* The image has a machine, but the service keeps its own. */
static void machine_is_ignored(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_service *s = image_fresh(test);
	u64 seq, machine = image_machine_digest(s, &no_regs);
	struct image_bytes b;
	struct kuv_image img;

	set_at_runtime(t, NULL);
	set_nv(t, NULL);
	set_vol(t, NULL);
	b = image_save(test, &t->s, &no_regs, true);
	KUNIT_ASSERT_EQ(test, kuv_image_read(s, b.p, b.len, true, &img), 0);
	kuv_image_apply(s, &img, false, &seq);
	kuv_image_exit(&img);
	KUNIT_EXPECT_EQ(test, image_machine_digest(s, &no_regs), machine);
	KUNIT_EXPECT_EQ(test, image_variables_digest(s),
			image_variables_digest(&t->s));
	test_check_db(test, &s->db);
	kuv_service_exit(s);
}

static void nothing_at_all(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b = image_save(test, &t->s, NULL, false);
	u64 seq, before = test_digest(&t->s);

	KUNIT_EXPECT_EQ(test, b.len, IMAGE_HEAD);
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, b, false, &seq), 0);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

/* An image that was read can be dropped: nothing has happened. */
static void read_changes_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_regs regs = no_regs;
	struct kuv_image img;
	struct image_bytes b;
	u64 before;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(row_tests); i++)
		row_tests[i].set(t, &regs);
	b = image_save(test, &t->s, &regs, true);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	before = test_digest(&t->s);
	KUNIT_EXPECT_EQ(test, kuv_image_read(&t->s, b.p, b.len, true, &img), 0);
	kuv_image_exit(&img);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

static void closed_service_opens(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b = image_save(test, &t->s, &no_regs, false);
	u64 seq;

	t->s.closed = true;
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, b, false, &seq), 0);
	EXPECT_STATUS(test, test_set(t, "a", NV_BS, "1"), KUV_SUCCESS);
}

/* --- a machine that moves in the middle of its life goes on --- */

/* [V40] */
static void private_variable_is_updated_after_a_move(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_create), KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	image_move(test, &no_regs);
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_update_by_bob),
		       KUV_SECURITY_VIOLATION);
	/* The time was carried. */
	EXPECT_REFUSED(test, SIGNED(t, mine, A_KEY, mine_create),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, mine, A_KEY, mine_update), KUV_SUCCESS);
	EXPECT_STATUS(test, SIGNED(t, dbx, A_KEY, dbx), KUV_SUCCESS);
}

static void volatile_private_variable_is_updated(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, SIGNED(t, mine, BS_RT | A_AT, mine_create_volatile),
		      KUV_SUCCESS);
	image_move(test, &no_regs);
	EXPECT_STATUS(test, SIGNED(t, mine, BS_RT | A_AT, mine_update_volatile),
		      KUV_SUCCESS);
}

static void keys_stay_enrolled(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	auth_enroll(test);
	image_move(test, &no_regs);
	KUNIT_EXPECT_TRUE(test, auth_is_u8(t, &var_setup_mode, 0));
	EXPECT_REFUSED(test, BARE(t, db, A_KEY, 2, cert),
		       KUV_SECURITY_VIOLATION);
	EXPECT_STATUS(test, SIGNED(t, kek, A_KEY, kek), KUV_SUCCESS);
}

static void locked_request_stays_locked(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, auth_set(t, &var_request, NV_BS_RT, "\1", 1),
		      KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_STATUS(test, auth_set(t, &var_lock, NV_BS_RT, "12345678", 8),
		      KUV_SUCCESS);
	image_move(test, &no_regs);
	EXPECT_REFUSED(test, auth_set(t, &var_request, NV_BS_RT, "\0", 1),
		       KUV_ACCESS_DENIED);
	EXPECT_STATUS(test, auth_set(t, &var_lock, NV_BS_RT, "12345678", 8),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, auth_set(t, &var_request, NV_BS_RT, "\0", 1),
		      KUV_SUCCESS);
}

static void policies_go_on(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, lock_name(t, "locked"), KUV_SUCCESS);
	EXPECT_STATUS(test, set_property(t, "fixed", KUV_PROPERTY_READ_ONLY, 9),
		      KUV_SUCCESS);
	/* Before the end of DXE neither is in force. */
	image_move(test, &no_regs);
	EXPECT_STATUS(test, test_set(t, "locked", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, lock_name(t, "late"), KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	image_move(test, &no_regs);
	EXPECT_REFUSED(test, test_set(t, "locked", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "late", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, test_set(t, "fixed", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, lock_name(t, "later"), KUV_WRITE_PROTECTED);
}

static void languages_go_on(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_codes(t, NULL);
	image_move(test, &no_regs);
	EXPECT_STATUS(test, auth_set(t, &var_platform_lang, NV_BS_RT, "fr", 3),
		      KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, auth_is(t, &var_lang, "fra", 4));
}

static void runtime_goes_on(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, test_set(t, "boot", NV_BS, "1"), KUV_SUCCESS);
	kuv_service_exit_boot_services(&t->s, NULL);
	image_move(test, &no_regs);
	EXPECT_REFUSED(test, test_set(t, "boot", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, test_set(t, "run", NV_BS_RT, "1"), KUV_SUCCESS);
	EXPECT_REFUSED(test, test_set(t, "vol", BS_RT, "1"),
		       KUV_INVALID_PARAMETER);
}

/* As many variables as fit, then the service's own on top of them. */
static void full_store_moves(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 left;

	EXPECT_STATUS(test, auth_load(t, &var_request, NV_BS_RT, "\0", 1),
		      KUV_SUCCESS);
	for (left = 4; left; left--)
		test_set_len(t, left & 1 ? "a" : "b", NV_BS, 4096);
	left = test_limits.nv_size - t->s.db.nv_used;
	while (left > 100) {
		char name[3] = { 'A' + left % 26, 'A' + left / 26 % 26 };
		u32 len = left < 32768 ? left : 32768;

		EXPECT_STATUS(test, test_set_len(t, name, NV_BS, len - 68),
			      KUV_SUCCESS);
		left = test_limits.nv_size - t->s.db.nv_used;
	}
	/* The request's lock is forced in. */
	kuv_service_end_of_dxe(&t->s, NULL);
	KUNIT_EXPECT_GT(test, t->s.db.nv_used, test_limits.nv_size);
	expect_moved(test, &no_regs);
}

/* Limits below what the service itself needs at every boot. */
static void tiny_pool_moves(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b;
	u64 seq;

	t->s.limits.nv_size = 100;
	t->s.limits.volatile_size = 100;
	t->s.limits.volatile_var_size = 80;
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_GT(test, t->s.db.nv_used, 100);
	b = image_save(test, &t->s, &no_regs, true);
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, seq, 0);
}

/* --- non-volatile variables take the place of others --- */

/* What a reader of all pending changes has on disk afterwards. */
static void replay(struct kunit *test, const struct kuv_vardb *db,
		   struct kuv_service *disk)
{
	const struct kuv_var *v = NULL;

	while ((v = kuv_vardb_next_dirty(db, v))) {
		struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

		if (v->deleted)
			kuv_service_host_delete(disk, &n, NULL);
		else
			EXPECT_STATUS(test, kuv_service_host_set(disk, &n,
					v->attributes, kuv_var_time(v), kuv_var_data(v),
					v->data_len, true, NULL), KUV_SUCCESS);
	}
}

static void expect_on_disk(struct kunit *test, const struct kuv_vardb *db,
			   const struct kuv_service *disk)
{
	const struct kuv_var *v = NULL, *d;

	KUNIT_EXPECT_EQ(test, disk->db.nr_nv, db->nr_nv);
	while ((v = kuv_vardb_next(db, v))) {
		struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

		if (!kuv_var_is_nv(v))
			continue;
		d = kuv_vardb_find(&disk->db, &n);
		KUNIT_ASSERT_NOT_NULL(test, d);
		KUNIT_EXPECT_TRUE(test, d->attributes == v->attributes &&
				  d->data_len == v->data_len &&
				  !memcmp(kuv_var_time(d), kuv_var_time(v), 16) &&
				  !memcmp(d->data, v->data, v->data_len));
	}
}

static struct kuv_service *new_disk(struct kunit *test)
{
	struct kuv_service *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_EQ(test, kuv_service_init(s, &test_limits, &kuv_crypto_ops,
					       test_hash_key), 0);
	return s;
}

/* The state that is restored: "same", "other data", "new" in this order. */
static struct image_bytes some_variables(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b;

	test_set(t, "new", NV_BS, "n");
	test_set(t, "other", NV_BS, "after");
	test_set(t, "attributes", NV_BS_RT, "a");
	test_set(t, "revived", NV_BS, "r");
	test_set(t, "same", NV_BS, "s");
	b = image_save(test, &t->s, NULL, true);
	test_exit(test);
	KUNIT_ASSERT_EQ(test, test_init(test), 0);
	return b;
}

/* What is there before: some of it acknowledged, some not. */
static void some_history(struct kuv_test *t, struct kunit *test,
			 struct kuv_service *disk)
{
	test_set(t, "same", NV_BS, "s");
	test_set(t, "other", NV_BS, "before");
	test_set(t, "gone", NV_BS, "g");
	test_set(t, "revived", NV_BS, "r");
	replay(test, &t->s.db, disk);
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	test_set(t, "attributes", NV_BS, "a");
	test_set(t, "gone too", NV_BS, "g");
	test_set(t, "revived", 0, "");
	test_set(t, "new", BS_RT, "volatile");
}

static void adoption_logs_what_differs(struct kunit *test)
{
	struct image_bytes b = some_variables(test);
	struct kuv_service *disk = new_disk(test);
	struct kuv_test *t = test->priv;
	u64 before, seq;

	some_history(t, test, disk);
	before = t->s.db.seq;
	KUNIT_ASSERT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, seq, t->s.db.seq);
	/* Two are gone, four are new or other. */
	KUNIT_EXPECT_EQ(test, seq, before + 6);
	test_check_db(test, &t->s.db);
	KUNIT_EXPECT_LE(test, test_find(t, "same")->seq, t->s.db.acked_seq);
	KUNIT_EXPECT_TRUE(test, test_is(t, "other", NV_BS, "after"));
	KUNIT_EXPECT_TRUE(test, test_is(t, "attributes", NV_BS_RT, "a"));
	KUNIT_EXPECT_TRUE(test, test_is(t, "new", NV_BS, "n"));
	KUNIT_EXPECT_NULL(test, test_find(t, "gone"));
	replay(test, &t->s.db, disk);
	expect_on_disk(test, &t->s.db, disk);
	kuv_service_exit(disk);
}

/* The reader had read, but not acknowledged, what came before. */
static void adoption_after_an_unacknowledged_batch(struct kunit *test)
{
	struct image_bytes b = some_variables(test);
	struct kuv_service *disk = new_disk(test);
	struct kuv_test *t = test->priv;
	u64 seq;

	some_history(t, test, disk);
	replay(test, &t->s.db, disk);
	KUNIT_ASSERT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	replay(test, &t->s.db, disk);
	expect_on_disk(test, &t->s.db, disk);
	kuv_vardb_ack(&t->s.db, seq);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 0);
	KUNIT_EXPECT_EQ(test, t->s.db.tombstone_used, 0);
	kuv_service_exit(disk);
}

/* The same again: not one change, whatever is pending. */
static void adoption_of_the_same(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b;
	u64 seq, before;

	set_nv(t, NULL);
	kuv_vardb_ack(&t->s.db, t->s.db.seq - 1);
	before = test_db_digest(&t->s.db);
	b = image_save(test, &t->s, NULL, true);
	KUNIT_ASSERT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, test_db_digest(&t->s.db), before);
}

static void adoption_takes_the_order(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b;
	u64 seq, digest;

	test_set(t, "one", NV_BS, "1");
	test_set(t, "two", NV_BS, "2");
	b = image_save(test, &t->s, NULL, true);
	digest = image_variables_digest(&t->s);
	test_set(t, "one", NV_BS, "x");
	test_set(t, "one", NV_BS, "1");
	KUNIT_EXPECT_NE(test, image_variables_digest(&t->s), digest);
	KUNIT_ASSERT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, seq, 0);
	KUNIT_EXPECT_EQ(test, image_variables_digest(&t->s), digest);
}

/* A name that is volatile in the image and was not before. */
static void adoption_changes_the_pool(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_service *s = image_fresh(test), *disk = new_disk(test);
	struct kuv_name n = test_name(t, "a");
	struct image_bytes b;
	u64 seq;

	test_set(t, "a", BS_RT, "1");
	b = image_save(test, &t->s, &no_regs, true);
	kuv_service_host_set(s, &n, NV_BS, NULL, "1", 1, false, NULL);
	KUNIT_ASSERT_EQ(test, image_restore(s, b, true, &seq), 0);
	test_check_db(test, &s->db);
	KUNIT_EXPECT_EQ(test, s->db.nr_tombstones, 1);
	KUNIT_EXPECT_FALSE(test, kuv_var_is_nv(kuv_vardb_find(&s->db, &n)));
	replay(test, &s->db, disk);
	expect_on_disk(test, &s->db, disk);
	kuv_service_exit(disk);
	kuv_service_exit(s);
}

/* More than there are buckets at the start. */
static void adoption_of_many(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	char name[3] = "";
	u32 i, nr;

	for (i = 0; i < 400; i++) {
		name[0] = 'a' + i / 20;
		name[1] = 'a' + i % 20;
		test_set(t, name, i % 2 ? NV_BS : BS_RT, "x");
	}
	nr = t->s.db.table.nr_buckets;
	image_move(test, &no_regs);
	KUNIT_EXPECT_EQ(test, t->s.db.table.nr_buckets, nr);
	KUNIT_EXPECT_NOT_NULL(test, test_find(t, "ab"));
	test_check_db(test, &t->s.db);
}

/* Deletions that nobody acknowledged leave no room for all these. */
static void adoption_needs_tombstones(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b = image_save(test, &t->s, NULL, true);
	char name[3] = "";
	u64 seq;
	u32 i;

	for (i = 0; i < 400; i++) {
		name[0] = 'a' + i / 20;
		name[1] = 'a' + i % 20;
		test_set(t, name, NV_BS, "x");
	}
	t->s.limits.nv_size = t->s.db.nv_used + KUV_POOL_FORCED_MAX;
	for (i = 0; i < 200; i++) {
		name[0] = 'a' + i / 20;
		name[1] = 'a' + i % 20;
		EXPECT_STATUS(test, test_set(t, name, 0, ""), KUV_SUCCESS);
	}
	/* Half are pending deletions, the others still fit. */
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	test_check_db(test, &t->s.db);
	for (i = 0; i < 100; i++) {
		name[0] = 'A' + i / 20;
		name[1] = 'a' + i % 20;
		test_set(t, name, NV_BS, "x");
	}
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, b, true, &seq), -ENOSPC);
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
}

static void set_many(struct kuv_test *t, char first, u32 nr, const char *data)
{
	char name[3] = "";
	u32 i;

	for (i = 0; i < nr; i++) {
		name[0] = first + i / 20;
		name[1] = 'a' + i % 20;
		test_set(t, name, *data ? NV_BS : 0, data);
	}
}

/* As many come back as go: their tombstones make room. */
static void adoption_reuses_tombstones(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b;
	u64 seq;

	set_many(t, 'a', 200, "x");
	t->s.limits.nv_size = t->s.db.nv_used;
	b = image_save(test, &t->s, NULL, true);
	set_many(t, 'a', 200, "");
	set_many(t, 'A', 200, "x");
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 200);
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, t->s.db.nr_tombstones, 200);
	KUNIT_EXPECT_NULL(test, test_find(t, "Aa"));
	test_check_db(test, &t->s.db);
}

/* Nothing but the time differs: with the old one, an old write was good again. */
static void adoption_takes_the_time(struct kunit *test)
{
	static const u8 old[16] = { 1 }, new[16] = { 2 };
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "a");
	struct image_bytes b;
	u64 seq;

	kuv_service_host_set(&t->s, &n, A_KEY, new, "1", 1, true, NULL);
	b = image_save(test, &t->s, NULL, true);
	kuv_service_host_set(&t->s, &n, A_KEY, old, "1", 1, true, NULL);
	KUNIT_ASSERT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, seq, t->s.db.seq);
	KUNIT_EXPECT_MEMEQ(test, kuv_var_time(test_find(t, "a")), new, 16);
	KUNIT_EXPECT_EQ(test, test_find(t, "a")->seq, seq);
}

static struct kunit_case image_cases[] = {
#define CARRIES_CASE(id, name)	KUNIT_CASE(carries_##id),
	ROWS(CARRIES_CASE)
	KUNIT_CASE(disabled_policies_are_refused),
	KUNIT_CASE(every_row_has_its_test),
	KUNIT_CASE(all_rows_at_once),
	KUNIT_CASE(rows_come_by_kind),
	KUNIT_CASE(untouched_machine),
	KUNIT_CASE(staging_ends_where_it_is_zero),
	KUNIT_CASE(only_variables),
	KUNIT_CASE(only_a_machine),
	KUNIT_CASE(variables_are_ignored),
	KUNIT_CASE(machine_is_ignored),
	KUNIT_CASE(nothing_at_all),
	KUNIT_CASE(read_changes_nothing),
	KUNIT_CASE(closed_service_opens),
	KUNIT_CASE(private_variable_is_updated_after_a_move),
	KUNIT_CASE(volatile_private_variable_is_updated),
	KUNIT_CASE(keys_stay_enrolled),
	KUNIT_CASE(locked_request_stays_locked),
	KUNIT_CASE(policies_go_on),
	KUNIT_CASE(languages_go_on),
	KUNIT_CASE(runtime_goes_on),
	KUNIT_CASE(full_store_moves),
	KUNIT_CASE(tiny_pool_moves),
	KUNIT_CASE(adoption_logs_what_differs),
	KUNIT_CASE(adoption_after_an_unacknowledged_batch),
	KUNIT_CASE(adoption_of_the_same),
	KUNIT_CASE(adoption_takes_the_order),
	KUNIT_CASE(adoption_changes_the_pool),
	KUNIT_CASE(adoption_of_many),
	KUNIT_CASE(adoption_needs_tombstones),
	KUNIT_CASE(adoption_reuses_tombstones),
	KUNIT_CASE(adoption_takes_the_time),
	{}
};

static struct kunit_suite image_suite = {
	.name = "kvm_uefivars_image",
	.init = test_init,
	.exit = test_exit,
	.test_cases = image_cases,
};

kunit_test_suite(image_suite);

MODULE_DESCRIPTION("KUnit suite of core/image.c");
MODULE_LICENSE("GPL");
