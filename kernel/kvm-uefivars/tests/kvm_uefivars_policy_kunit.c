// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/policy.c. */
#include <linux/module.h>

#include "testlib.h"

#define ENTRY_LEN	sizeof(struct kvm_uefivars_policy_entry)
#define NO_MAX		0xffffffffU

/* An entry under construction; valid and for the whole namespace at first. */
struct entry {
	union {
		struct kvm_uefivars_policy_entry e;
		u8 bytes[1024];
	};
	u32 len;
};

static void entry_init(struct entry *p, u8 lock_type)
{
	memset(p, 0, sizeof(*p));
	p->e.version = cpu_to_le32(KVM_UEFIVARS_POLICY_ENTRY_VERSION);
	memcpy(p->e.guid, test_guid, 16);
	p->e.max_size = cpu_to_le32(NO_MAX);
	p->e.lock_type = lock_type;
	p->e.size = cpu_to_le16(ENTRY_LEN);
	p->e.name_offset = cpu_to_le16(ENTRY_LEN);
	p->len = ENTRY_LEN;
}

static void entry_text(struct entry *p, const char *ascii)
{
	do {
		p->bytes[p->len++] = *ascii;
		p->bytes[p->len++] = 0;
	} while (*ascii++);
	p->e.size = cpu_to_le16(p->len);
}

static void entry_named(struct entry *p, u8 lock_type, const char *name)
{
	entry_init(p, lock_type);
	entry_text(p, name);
}

/* Locks @name while @state in the same namespace has the value 1. */
static void entry_state(struct entry *p, const char *state, const char *name)
{
	entry_init(p, KVM_UEFIVARS_LOCK_ON_VAR_STATE);
	memcpy(p->bytes + p->len, test_guid, 16);
	p->bytes[p->len + 16] = 1;
	p->len += 18;
	entry_text(p, state);
	p->e.name_offset = cpu_to_le16(p->len);
	if (name)
		entry_text(p, name);
}

static kuv_status_t enter(struct kuv_test *t, const struct entry *p)
{
	return kuv_policy_register(&t->s.policy, p->bytes, p->len);
}

static kuv_status_t enter_named(struct kuv_test *t, u8 lock_type,
				const char *name)
{
	struct entry *p = kzalloc(sizeof(*p), GFP_KERNEL);
	kuv_status_t status;

	if (!p)
		return KUV_DEVICE_ERROR;
	entry_named(p, lock_type, name);
	status = enter(t, p);
	kfree(p);
	return status;
}

/* What the policies say about writing @len bytes with attributes. */
static kuv_status_t check(struct kuv_test *t, const char *name, u32 attributes,
			  u32 len)
{
	struct kuv_write w = {
		.name = test_name(t, name),
		.attributes = attributes,
		.data = t->msg,
		.len = len,
	};

	return kuv_policy_check(&t->s.policy, &t->s.db, &w, t->s.at_runtime);
}

static u32 lock_of(struct kuv_test *t, const char *name)
{
	struct kuv_name n = test_name(t, name);
	const struct kvm_uefivars_policy_entry *e =
		kuv_policy_find(&t->s.policy, &n);

	return e ? e->lock_type : 0xff;
}

/* One entry per test; big, so not on the stack. */
static struct entry e;

static void register_named(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name"),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 1);
	KUNIT_EXPECT_EQ(test, t->s.policy.table_len, ENTRY_LEN + 10);
	KUNIT_EXPECT_EQ(test, lock_of(t, "Name"), KVM_UEFIVARS_LOCK_NOW);
	KUNIT_EXPECT_EQ(test, lock_of(t, "Nam"), 0xff);
	KUNIT_EXPECT_EQ(test, lock_of(t, "Name1"), 0xff);
}

/* [M1] */
static void register_nameless_matches_namespace(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name other = test_name_in(t, other_guid, "Any");

	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_of(t, "Any"), KVM_UEFIVARS_LOCK_NOW);
	KUNIT_EXPECT_NULL(test, kuv_policy_find(&t->s.policy, &other));
	EXPECT_STATUS(test, check(t, "Any", NV_BS, 1), KUV_WRITE_PROTECTED);
}

static void register_shorter_than_an_entry(struct kunit *test)
{
	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	e.len = ENTRY_LEN - 1;
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

/* [V23] */
static void register_other_version(struct kunit *test)
{
	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	e.e.version = cpu_to_le32(1);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_size_below_minimum(struct kunit *test)
{
	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	e.e.size = cpu_to_le16(ENTRY_LEN - 2);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_size_beyond_message(struct kunit *test)
{
	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, "Name");
	e.len -= 2;
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_with_bytes_behind(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, "Name");
	e.len = sizeof(e.bytes);
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->s.policy.table_len, ENTRY_LEN + 10);
}

/* [V23] */
static void register_max_size_zero(struct kunit *test)
{
	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	e.e.max_size = 0;
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

/* [V23] */
static void register_unknown_lock_type(struct kunit *test)
{
	entry_init(&e, 9);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
	entry_init(&e, 4);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_name_offset_wrong(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, "Name");
	e.e.name_offset = cpu_to_le16(ENTRY_LEN + 2);
	EXPECT_REFUSED(test, enter(t, &e), KUV_INVALID_PARAMETER);
	e.e.name_offset = cpu_to_le16(ENTRY_LEN - 2);
	EXPECT_REFUSED(test, enter(t, &e), KUV_INVALID_PARAMETER);
	e.e.name_offset = cpu_to_le16(e.len + 2);
	EXPECT_REFUSED(test, enter(t, &e), KUV_INVALID_PARAMETER);
	e.e.name_offset = cpu_to_le16(0xffff);
	EXPECT_REFUSED(test, enter(t, &e), KUV_INVALID_PARAMETER);
}

/* [M8] */
static void register_name_without_nul(struct kunit *test)
{
	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, "Name");
	e.len -= 2;
	e.e.size = cpu_to_le16(e.len);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_name_with_nul_inside(struct kunit *test)
{
	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, "Name");
	entry_text(&e, "More");
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_name_of_odd_length(struct kunit *test)
{
	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, "Name");
	e.len += 1;
	e.e.size = cpu_to_le16(e.len);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
	e.len = ENTRY_LEN + 1;
	e.e.size = cpu_to_le16(e.len);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_empty_name(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Only a NUL: a name that no variable has, and no whole namespace. */
	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, ""),
		      KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_of(t, "Any"), 0xff);
	EXPECT_REFUSED(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, ""),
		       KUV_ALREADY_STARTED);
}

static void register_too_many_wildcards(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static char name[257];

	memset(name, '#', 256);
	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, name);
	EXPECT_REFUSED(test, enter(t, &e), KUV_INVALID_PARAMETER);
	name[255] = 0;
	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, name);
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
}

static void register_state_without_name_end(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* Ends before the offset, and after it. */
	entry_state(&e, "st", "Name");
	e.e.name_offset = cpu_to_le16(le16_to_cpu(e.e.name_offset) + 2);
	EXPECT_REFUSED(test, enter(t, &e), KUV_INVALID_PARAMETER);
	entry_state(&e, "st", "Name");
	e.e.name_offset = cpu_to_le16(le16_to_cpu(e.e.name_offset) - 2);
	EXPECT_REFUSED(test, enter(t, &e), KUV_INVALID_PARAMETER);
}

static void register_state_without_tail(struct kunit *test)
{
	entry_named(&e, KVM_UEFIVARS_LOCK_ON_VAR_STATE, "Name");
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
	entry_init(&e, KVM_UEFIVARS_LOCK_ON_VAR_STATE);
	EXPECT_REFUSED(test, enter(test->priv, &e), KUV_INVALID_PARAMETER);
}

static void register_same_name_twice(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name"),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, enter_named(t, KVM_UEFIVARS_LOCK_NONE, "Name"),
		       KUV_ALREADY_STARTED);
}

static void register_name_that_a_wildcard_covers(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Boot####");
	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NONE, "Boot0001"),
		      KUV_SUCCESS);
}

/* [V26] */
static void register_same_wildcard_twice(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Boot####"),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NONE, "Boot####"),
		      KUV_SUCCESS);
	/* The first one counts. */
	KUNIT_EXPECT_EQ(test, lock_of(t, "Boot0001"), KVM_UEFIVARS_LOCK_NOW);
}

static void register_same_namespace_twice(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
	entry_init(&e, KVM_UEFIVARS_LOCK_NONE);
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, lock_of(t, "Any"), KVM_UEFIVARS_LOCK_NOW);
}

static void register_when_locked(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_policy_lock(&t->s.policy);
	EXPECT_REFUSED(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name"),
		       KUV_WRITE_PROTECTED);
	/* The lock is looked at before the structure is. */
	entry_init(&e, 9);
	EXPECT_REFUSED(test, enter(t, &e), KUV_WRITE_PROTECTED);
}

/* [M11] */
static void register_count_is_bounded(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < KUV_POLICY_NR_MAX; i++)
		if (enter_named(t, KVM_UEFIVARS_LOCK_NOW, "A#") != KUV_SUCCESS)
			break;
	KUNIT_EXPECT_EQ(test, i, KUV_POLICY_NR_MAX);
	EXPECT_REFUSED(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, "A#"),
		       KUV_OUT_OF_RESOURCES);
}

/* [M11] */
static void register_bytes_are_bounded(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static char name[234];

	/* Entries of 512 bytes. */
	memset(name, 'n', 233);
	name[0] = '#';
	while (enter_named(t, KVM_UEFIVARS_LOCK_NOW, name) == KUV_SUCCESS)
		;
	EXPECT_REFUSED(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, name),
		       KUV_OUT_OF_RESOURCES);
	KUNIT_EXPECT_EQ(test, t->s.policy.table_len, KUV_POLICY_TABLE_MAX);
}

static void match_wildcard_is_hex_digit(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const char hex[] = "0123456789ABCDEFabcdef";
	char name[3] = "B";
	u32 c;

	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "B#");
	for (c = 1; c < 128; c++) {
		name[1] = c;
		KUNIT_EXPECT_EQ(test, lock_of(t, name),
				strchr(hex, c) ? KVM_UEFIVARS_LOCK_NOW : 0xff);
	}
}

/* [M9] */
static void match_wildcard_against_high_character(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "B0");

	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "B#");
	t->names[0][3] = 1;
	KUNIT_EXPECT_NULL(test, kuv_policy_find(&t->s.policy, &n));
	t->names[0][3] = 0xff;
	KUNIT_EXPECT_NULL(test, kuv_policy_find(&t->s.policy, &n));
}

static void match_best_wins(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	enter(t, &e);
	enter_named(t, KVM_UEFIVARS_LOCK_ON_CREATE, "B##");
	enter_named(t, KVM_UEFIVARS_LOCK_NONE, "B0#");
	KUNIT_EXPECT_EQ(test, lock_of(t, "B00"), KVM_UEFIVARS_LOCK_NONE);
	KUNIT_EXPECT_EQ(test, lock_of(t, "B10"), KVM_UEFIVARS_LOCK_ON_CREATE);
	KUNIT_EXPECT_EQ(test, lock_of(t, "C"), KVM_UEFIVARS_LOCK_NOW);
	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "B00");
	KUNIT_EXPECT_EQ(test, lock_of(t, "B00"), KVM_UEFIVARS_LOCK_NOW);
}

static void match_many_wildcards_against_namespace(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static char name[256];
	struct kuv_name n = {
		.guid = test_guid,
		.name = t->msg,
		.len = 2 * 255,
	};
	u32 i;

	/* 255 wildcards rank as a namespace does: the first one counts. */
	memset(name, '#', 255);
	entry_named(&e, KVM_UEFIVARS_LOCK_ON_CREATE, name);
	enter(t, &e);
	entry_init(&e, KVM_UEFIVARS_LOCK_NOW);
	enter(t, &e);
	for (i = 0; i < 255; i++)
		t->msg[2 * i] = '0';
	KUNIT_ASSERT_NOT_NULL(test, kuv_policy_find(&t->s.policy, &n));
	KUNIT_EXPECT_EQ(test, kuv_policy_find(&t->s.policy, &n)->lock_type,
			KVM_UEFIVARS_LOCK_ON_CREATE);
}

static void check_without_policy(struct kunit *test)
{
	EXPECT_STATUS(test, check(test->priv, "Name", NV_BS, 1), KUV_SUCCESS);
}

static void check_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NONE, "Name");
	e.e.min_size = cpu_to_le32(4);
	e.e.max_size = cpu_to_le32(8);
	enter(t, &e);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 3), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 4), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 8), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 9), KUV_INVALID_PARAMETER);
}

static void check_size_of_empty_append(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* No deletion, so its size of 0 counts. */
	entry_named(&e, KVM_UEFIVARS_LOCK_NONE, "Name");
	e.e.min_size = cpu_to_le32(1);
	enter(t, &e);
	EXPECT_STATUS(test, check(t, "Name", NV_BS | A_AP, 0),
		      KUV_INVALID_PARAMETER);
}

static void check_must_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NONE, "Name");
	e.e.attr_must = cpu_to_le32(A_NV | A_RT);
	enter(t, &e);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check(t, "Name", NV_BS_RT, 1), KUV_SUCCESS);
}

static void check_cant_attributes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NONE, "Name");
	e.e.attr_cant = cpu_to_le32(A_RT);
	enter(t, &e);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS_RT, 1),
		      KUV_INVALID_PARAMETER);
}

/* [V25] */
static void check_cant_append(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NONE, "Name");
	e.e.attr_cant = cpu_to_le32(A_AP);
	enter(t, &e);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS | A_AP, 1),
		      KUV_INVALID_PARAMETER);
}

/* [V24] */
static void check_delete_ignores_all_but_locks(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NONE, "Name");
	e.e.min_size = cpu_to_le32(4);
	e.e.attr_must = cpu_to_le32(A_RT);
	e.e.attr_cant = cpu_to_le32(A_BS);
	enter(t, &e);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 0), KUV_SUCCESS);
	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Locked");
	EXPECT_STATUS(test, check(t, "Locked", NV_BS, 0), KUV_WRITE_PROTECTED);
}

static void check_size_before_lock(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_named(&e, KVM_UEFIVARS_LOCK_NOW, "Name");
	e.e.max_size = cpu_to_le32(8);
	enter(t, &e);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 9), KUV_INVALID_PARAMETER);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 8), KUV_WRITE_PROTECTED);
}

static void check_lock_on_create(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter_named(t, KVM_UEFIVARS_LOCK_ON_CREATE, "Name");
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	test_set(t, "Name", NV_BS, "1");
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 0), KUV_WRITE_PROTECTED);
	/* What is not seen is not there. */
	t->s.at_runtime = true;
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
}

/* [S14] */
static void check_lock_on_state(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_state(&e, "st", "Name");
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	test_set(t, "st", NV_BS, "\x02");
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	test_set(t, "st", NV_BS, "\x01");
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 0), KUV_WRITE_PROTECTED);
}

static void check_lock_on_state_of_wrong_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_state(&e, "st", "Name");
	enter(t, &e);
	test_set(t, "st", NV_BS, "\x01\x01");
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
}

/* [S14] */
static void check_lock_on_state_of_one_character(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_state(&e, "s", "Name");
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
	test_set(t, "s", NV_BS, "\x01");
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_WRITE_PROTECTED);
}

static void check_lock_on_state_of_namespace(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_state(&e, "st", NULL);
	EXPECT_STATUS(test, enter(t, &e), KUV_SUCCESS);
	test_set(t, "st", NV_BS, "\x01");
	EXPECT_STATUS(test, check(t, "Any", NV_BS, 1), KUV_WRITE_PROTECTED);
}

/* [V48] */
static void check_lock_on_state_not_seen_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	entry_state(&e, "st", "Name");
	enter(t, &e);
	test_set(t, "st", NV_BS, "\x01");
	t->s.at_runtime = true;
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
}

static void check_when_disabled(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name");
	t->s.policy.disabled = true;
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_SUCCESS);
	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Other"),
		      KUV_SUCCESS);
}

static void lock_twice(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, kuv_policy_lock(&t->s.policy), KUV_SUCCESS);
	EXPECT_REFUSED(test, kuv_policy_lock(&t->s.policy),
		       KUV_WRITE_PROTECTED);
}

static void lock_keeps_enforcing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name");
	kuv_policy_lock(&t->s.policy);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 1), KUV_WRITE_PROTECTED);
}

/* [V22] */
static void disable_is_not_permitted(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_REFUSED(test, kuv_policy_disable(&t->s.policy),
		       KUV_WRITE_PROTECTED);
	t->s.policy.disabled = true;
	EXPECT_REFUSED(test, kuv_policy_disable(&t->s.policy),
		       KUV_ALREADY_STARTED);
}

static kuv_status_t lock_name(struct kuv_test *t, const struct kuv_name *n)
{
	return kuv_policy_lock_name(&t->s.policy, &t->s.db, n,
				    t->s.at_runtime);
}

static void lock_name_once(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Name");

	EXPECT_STATUS(test, lock_name(t, &n), KUV_SUCCESS);
	EXPECT_STATUS(test, check(t, "Name", NV_BS, 100), KUV_WRITE_PROTECTED);
	EXPECT_STATUS(test, check(t, "Name1", NV_BS, 100), KUV_SUCCESS);
}

/* [V19] */
static void lock_name_twice(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Name");

	lock_name(t, &n);
	EXPECT_REFUSED(test, lock_name(t, &n), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 1);
}

/* [V19] */
static void lock_name_with_open_policy(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Name");

	enter_named(t, KVM_UEFIVARS_LOCK_NONE, "Name");
	EXPECT_REFUSED(test, lock_name(t, &n), KUV_ACCESS_DENIED);
}

static void lock_name_when_locked(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "Name");

	kuv_policy_lock(&t->s.policy);
	EXPECT_REFUSED(test, lock_name(t, &n), KUV_WRITE_PROTECTED);
}

static void lock_name_too_long_for_an_entry(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = {
		.guid = test_guid,
		.name = t->msg,
		.len = 65490,
	};

	memset(t->msg, 'n', n.len);
	EXPECT_REFUSED(test, lock_name(t, &n), KUV_INVALID_PARAMETER);
	n.len = 65488;
	EXPECT_STATUS(test, lock_name(t, &n), KUV_SUCCESS);
}

static void dump_is_a_copy(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_policy *p = &t->s.policy;

	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name");
	EXPECT_STATUS(test, kuv_policy_dump_start(p), KUV_SUCCESS);
	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "More");
	KUNIT_EXPECT_EQ(test, p->dump_len, ENTRY_LEN + 10);
	KUNIT_EXPECT_MEMEQ(test, p->dump, p->table, p->dump_len);
	EXPECT_STATUS(test, kuv_policy_dump_start(p), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, p->dump_len, 2 * (ENTRY_LEN + 10));
	kuv_policy_dump_end(p);
	KUNIT_EXPECT_NULL(test, p->dump);
	KUNIT_EXPECT_EQ(test, p->dump_len, 0);
}

static void dump_of_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, kuv_policy_dump_start(&t->s.policy), KUV_SUCCESS);
	KUNIT_EXPECT_NULL(test, t->s.policy.dump);
}

static void reset_forgets_all(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name");
	kuv_policy_dump_start(&t->s.policy);
	kuv_policy_lock(&t->s.policy);
	kuv_policy_reset(&t->s.policy);
	KUNIT_EXPECT_EQ(test, lock_of(t, "Name"), 0xff);
	EXPECT_STATUS(test, enter_named(t, KVM_UEFIVARS_LOCK_NOW, "Name"),
		      KUV_SUCCESS);
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(register_named),
	KUNIT_CASE(register_nameless_matches_namespace),
	KUNIT_CASE(register_shorter_than_an_entry),
	KUNIT_CASE(register_other_version),
	KUNIT_CASE(register_size_below_minimum),
	KUNIT_CASE(register_size_beyond_message),
	KUNIT_CASE(register_with_bytes_behind),
	KUNIT_CASE(register_max_size_zero),
	KUNIT_CASE(register_unknown_lock_type),
	KUNIT_CASE(register_name_offset_wrong),
	KUNIT_CASE(register_name_without_nul),
	KUNIT_CASE(register_name_with_nul_inside),
	KUNIT_CASE(register_name_of_odd_length),
	KUNIT_CASE(register_empty_name),
	KUNIT_CASE(register_too_many_wildcards),
	KUNIT_CASE(register_state_without_name_end),
	KUNIT_CASE(register_state_without_tail),
	KUNIT_CASE(register_same_name_twice),
	KUNIT_CASE(register_name_that_a_wildcard_covers),
	KUNIT_CASE(register_same_wildcard_twice),
	KUNIT_CASE(register_same_namespace_twice),
	KUNIT_CASE(register_when_locked),
	KUNIT_CASE(register_count_is_bounded),
	KUNIT_CASE(register_bytes_are_bounded),
	KUNIT_CASE(match_wildcard_is_hex_digit),
	KUNIT_CASE(match_wildcard_against_high_character),
	KUNIT_CASE(match_best_wins),
	KUNIT_CASE(match_many_wildcards_against_namespace),
	KUNIT_CASE(check_without_policy),
	KUNIT_CASE(check_size),
	KUNIT_CASE(check_size_of_empty_append),
	KUNIT_CASE(check_must_attributes),
	KUNIT_CASE(check_cant_attributes),
	KUNIT_CASE(check_cant_append),
	KUNIT_CASE(check_delete_ignores_all_but_locks),
	KUNIT_CASE(check_size_before_lock),
	KUNIT_CASE(check_lock_on_create),
	KUNIT_CASE(check_lock_on_state),
	KUNIT_CASE(check_lock_on_state_of_wrong_size),
	KUNIT_CASE(check_lock_on_state_of_one_character),
	KUNIT_CASE(check_lock_on_state_of_namespace),
	KUNIT_CASE(check_lock_on_state_not_seen_at_runtime),
	KUNIT_CASE(check_when_disabled),
	KUNIT_CASE(lock_twice),
	KUNIT_CASE(lock_keeps_enforcing),
	KUNIT_CASE(disable_is_not_permitted),
	KUNIT_CASE(lock_name_once),
	KUNIT_CASE(lock_name_twice),
	KUNIT_CASE(lock_name_with_open_policy),
	KUNIT_CASE(lock_name_when_locked),
	KUNIT_CASE(lock_name_too_long_for_an_entry),
	KUNIT_CASE(dump_is_a_copy),
	KUNIT_CASE(dump_of_nothing),
	KUNIT_CASE(reset_forgets_all),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "kvm_uefivars_policy",
	.init = test_init,
	.exit = test_exit,
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);

MODULE_DESCRIPTION("KUnit tests of variable policies");
MODULE_LICENSE("GPL");
