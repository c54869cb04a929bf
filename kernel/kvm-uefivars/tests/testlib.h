/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites of the core share: a service, names, messages, a digest. */
#ifndef _KUV_TESTS_TESTLIB_H
#define _KUV_TESTS_TESTLIB_H

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <kunit/test.h>

#include "../crypto.h"
#include "buf.h"
#include "mm.h"

#define A_NV	KVM_UEFIVARS_ATTR_NV
#define A_BS	KVM_UEFIVARS_ATTR_BS
#define A_RT	KVM_UEFIVARS_ATTR_RT
#define A_HR	KVM_UEFIVARS_ATTR_HR
#define A_AW	KVM_UEFIVARS_ATTR_AW
#define A_AT	KVM_UEFIVARS_ATTR_AT
#define A_AP	KVM_UEFIVARS_ATTR_AP
#define A_ENH	KVM_UEFIVARS_ATTR_ENH
#define NV_BS		(A_NV | A_BS)
#define BS_RT		(A_BS | A_RT)
#define NV_BS_RT	(A_NV | A_BS | A_RT)

#define TEST_NAMES	8
#define TEST_NAME_MAX	64
#define MM_HEADER	24

/**
 * struct kuv_test - what a test case works on
 * @s: service, reset once
 * @names: buffers of test_name(), used in turn
 * @next_name: the one to use next
 * @msg: message being built, then its reply
 * @sent: message as it was sent
 * @total: bytes of @msg
 * @buffer_size: shared buffer a guest would have; 0: as large as the message
 * @res: result of the last message
 * @sts: transport status of the last message
 */
struct kuv_test {
	struct kuv_service s;
	u8 names[TEST_NAMES][2 * TEST_NAME_MAX];
	u32 next_name;
	u8 *msg;
	u8 *sent;
	u32 total;
	u32 buffer_size;
	struct kuv_mm_result res;
	u16 sts;
};

static const u8 test_guid[16] __maybe_unused = {
	0x4b, 0x55, 0x56, 0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
};

static const u8 other_guid[16] __maybe_unused = {
	0x4b, 0x55, 0x56, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
};

static const u8 test_hash_key[16] __maybe_unused = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
};

static const struct kuv_limits test_limits __maybe_unused = {
	.nv_size = 262144,
	.volatile_size = 262144,
	.var_size = KUV_VAR_SIZE_MAX,
	.auth_var_size = KUV_VAR_SIZE_MAX,
	.volatile_var_size = KUV_VAR_SIZE_MAX,
};

/* Statuses have a type of their own that KUnit cannot print. */
#define EXPECT_STATUS(test, call, want) \
	KUNIT_EXPECT_EQ(test, (__force u64)(call), (__force u64)(want))

/* A call fails with this status and leaves everything as it was. */
#define EXPECT_REFUSED(test, call, want) do { \
	struct kuv_test *__t = (test)->priv; \
	u64 __before = test_digest(&__t->s); \
	EXPECT_STATUS(test, call, want); \
	KUNIT_EXPECT_EQ(test, test_digest(&__t->s), __before); \
} while (0)

static inline u64 test_mix(u64 h, const void *data, u32 len)
{
	const u8 *p = data;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

static inline u64 test_mix_u64(u64 h, u64 v)
{
	return test_mix(h, &v, sizeof(v));
}

static inline u64 test_mix_var(u64 h, const struct kuv_var *v)
{
	h = test_mix_u64(h, v->seq);
	h = test_mix_u64(h, v->attributes);
	h = test_mix_u64(h, v->deleted);
	h = test_mix(h, v->guid, 16);
	h = test_mix(h, kuv_var_time(v), 16);
	h = test_mix_u64(h, v->name_len);
	h = test_mix(h, kuv_var_name(v), v->name_len);
	h = test_mix_u64(h, v->data_len);
	return test_mix(h, kuv_var_data(v), v->data_len);
}

/* Everything a database holds, order and accounting included. */
static inline u64 test_db_digest(const struct kuv_vardb *db)
{
	const struct kuv_var *v;
	u64 h = 0xcbf29ce484222325ULL;

	h = test_mix_u64(h, db->seq);
	h = test_mix_u64(h, db->acked_seq);
	h = test_mix_u64(h, db->nv_used);
	h = test_mix_u64(h, db->volatile_used);
	h = test_mix_u64(h, db->tombstone_used);
	h = test_mix_u64(h, db->nr_nv);
	h = test_mix_u64(h, db->nr_volatile);
	h = test_mix_u64(h, db->nr_tombstones);
	for (v = kuv_vardb_next(db, NULL); v; v = kuv_vardb_next(db, v))
		h = test_mix_var(h, v);
	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v))
		h = test_mix_var(h, v);
	return h;
}

/* Everything a service holds. */
static inline u64 test_digest(const struct kuv_service *s)
{
	u64 h = test_db_digest(&s->db);
	u32 i;

	h = test_mix(h, s->policy.table, s->policy.table_len);
	h = test_mix_u64(h, s->policy.nr);
	h = test_mix_u64(h, s->policy.dump_len);
	h = test_mix_u64(h, s->policy.locked);
	h = test_mix_u64(h, s->policy.disabled);
	h = test_mix_u64(h, s->varcheck.nr);
	h = test_mix_u64(h, s->varcheck.names_len);
	h = test_mix_u64(h, s->varcheck.has_modes);
	h = test_mix_u64(h, s->mor.is_locked);
	h = test_mix_u64(h, s->mor.has_key);
	h = test_mix_u64(h, s->mor.is_absent);
	h = test_mix(h, s->mor.key, sizeof(s->mor.key));
	for (i = 0; i < KUV_NR_LANG; i++) {
		h = test_mix_u64(h, s->lang.len[i]);
		h = test_mix(h, s->lang.codes[i], s->lang.len[i]);
	}
	h = test_mix_u64(h, s->end_of_dxe);
	h = test_mix_u64(h, s->ready_to_boot);
	h = test_mix_u64(h, s->at_runtime);
	return test_mix_u64(h, s->closed);
}

/* What is seen at runtime is the rest in the same order. */
static inline void test_check_runtime(struct kunit *test,
				      const struct kuv_vardb *db)
{
	const struct kuv_var *v = NULL, *seen = NULL;

	while ((v = kuv_vardb_next(db, v))) {
		if (!(v->attributes & A_RT))
			continue;
		seen = kuv_vardb_next_visible(db, seen, true);
		KUNIT_EXPECT_PTR_EQ(test, seen, v);
		if (seen != v)
			return;
	}
	KUNIT_EXPECT_NULL(test, kuv_vardb_next_visible(db, seen, true));
}

/* The invariants of a database: sums, counts, order, every name found. */
static inline void test_check_db(struct kunit *test, const struct kuv_vardb *db)
{
	u64 nv = 0, vol = 0, gone = 0, seq = 0;
	u32 nr_nv = 0, nr_vol = 0, nr_gone = 0;
	const struct kuv_var *v;

	for (v = kuv_vardb_next(db, NULL); v; v = kuv_vardb_next(db, v)) {
		struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };
		u32 cost = kuv_var_cost(v->name_len, v->data_len);

		if (kuv_var_is_nv(v)) {
			nv += cost;
			nr_nv++;
		} else {
			/* Volatile ones come first and are never logged. */
			KUNIT_EXPECT_EQ(test, nr_nv, 0);
			KUNIT_EXPECT_EQ(test, v->seq, 0);
			vol += cost;
			nr_vol++;
		}
		KUNIT_EXPECT_FALSE(test, v->deleted);
		KUNIT_EXPECT_GT(test, v->data_len, 0);
		KUNIT_EXPECT_PTR_EQ(test, kuv_vardb_find(db, &n), v);
	}
	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v)) {
		KUNIT_EXPECT_GT(test, v->seq, seq);
		KUNIT_EXPECT_GT(test, v->seq, db->acked_seq);
		seq = v->seq;
		if (v->deleted) {
			KUNIT_EXPECT_EQ(test, v->data_len, 0);
			gone += kuv_var_cost(v->name_len, 0);
			nr_gone++;
		}
	}
	test_check_runtime(test, db);
	KUNIT_EXPECT_LE(test, seq, db->seq);
	KUNIT_EXPECT_EQ(test, nr_nv + nr_vol + nr_gone, db->table.nr);
	KUNIT_EXPECT_EQ(test, nv, db->nv_used);
	KUNIT_EXPECT_EQ(test, vol, db->volatile_used);
	KUNIT_EXPECT_EQ(test, gone, db->tombstone_used);
	KUNIT_EXPECT_EQ(test, nr_nv, db->nr_nv);
	KUNIT_EXPECT_EQ(test, nr_vol, db->nr_volatile);
	KUNIT_EXPECT_EQ(test, nr_gone, db->nr_tombstones);
}

static inline int test_init(struct kunit *test)
{
	struct kuv_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->msg = kunit_kzalloc(test, KVM_UEFIVARS_BUFFER_MAX, GFP_KERNEL);
	t->sent = kunit_kzalloc(test, KVM_UEFIVARS_BUFFER_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->msg);
	KUNIT_ASSERT_NOT_NULL(test, t->sent);
	KUNIT_ASSERT_EQ(test, kuv_crypto_init(), 0);
	ret = kuv_service_init(&t->s, &test_limits, &kuv_crypto_ops,
			       test_hash_key);
	KUNIT_ASSERT_EQ(test, ret, 0);
	test->priv = t;
	return kuv_service_reset(&t->s);
}

static inline void test_exit(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	if (!t)
		return;
	test_check_db(test, &t->s.db);
	kuv_service_exit(&t->s);
	kuv_crypto_exit();
}

/* A name in UTF-16; good until TEST_NAMES more were made. */
static inline struct kuv_name test_name_in(struct kuv_test *t, const u8 *guid,
					   const char *ascii)
{
	u8 *p = t->names[t->next_name++ % TEST_NAMES];
	struct kuv_name n = { .guid = guid, .name = p };

	for (; *ascii && n.len < 2 * TEST_NAME_MAX; n.len += 2) {
		p[n.len] = *ascii++;
		p[n.len + 1] = 0;
	}
	return n;
}

static inline struct kuv_name test_name(struct kuv_test *t, const char *ascii)
{
	return test_name_in(t, test_guid, ascii);
}

static inline kuv_status_t test_set_in(struct kuv_test *t, const u8 *guid,
				       const char *name, u32 attributes,
				       const void *data, u32 len)
{
	struct kuv_write w = {
		.name = test_name_in(t, guid, name),
		.attributes = attributes,
		.data = data,
		.len = len,
	};
	u64 seq;

	return kuv_service_set(&t->s, &w, &seq);
}

static inline kuv_status_t test_set(struct kuv_test *t, const char *name,
				    u32 attributes, const char *data)
{
	return test_set_in(t, test_guid, name, attributes, data, strlen(data));
}

/* SetVariable with @len bytes of some data. */
static inline kuv_status_t test_set_len(struct kuv_test *t, const char *name,
					u32 attributes, u32 len)
{
	u8 *data = kzalloc(len + 1, GFP_KERNEL);
	kuv_status_t status;

	if (!data)
		return KUV_DEVICE_ERROR;
	memset(data, 'd', len);
	status = test_set_in(t, test_guid, name, attributes, data, len);
	kfree(data);
	return status;
}

static inline const struct kuv_var *test_find_in(struct kuv_test *t,
						 const u8 *guid,
						 const char *name)
{
	struct kuv_name n = test_name_in(t, guid, name);

	return kuv_vardb_find(&t->s.db, &n);
}

static inline const struct kuv_var *test_find(struct kuv_test *t,
					      const char *name)
{
	return test_find_in(t, test_guid, name);
}

/* Does a variable have these attributes and this text as data? */
static inline bool test_is(struct kuv_test *t, const char *name,
			   u32 attributes, const char *data)
{
	const struct kuv_var *v = test_find(t, name);

	return v && v->attributes == attributes &&
	       v->data_len == strlen(data) &&
	       !memcmp(kuv_var_data(v), data, v->data_len);
}

/* Messages: begin, append fields, call. */

static inline void mm_bytes(struct kuv_test *t, const void *p, u32 len)
{
	memcpy(t->msg + t->total, p, len);
	t->total += len;
}

static inline void mm_int(struct kuv_test *t, u64 v, u32 len)
{
	__le64 wire = cpu_to_le64(v);

	mm_bytes(t, &wire, len);
}

static inline void mm_zero(struct kuv_test *t, u32 len)
{
	memset(t->msg + t->total, 0, len);
	t->total += len;
}

static inline void mm_begin(struct kuv_test *t, const u8 *guid)
{
	memset(t->msg, 0, KVM_UEFIVARS_BUFFER_MAX);
	t->total = 0;
	mm_bytes(t, guid, 16);
	mm_int(t, 0, 8);
}

/* UTF-16 without a NUL. */
static inline void mm_text(struct kuv_test *t, const char *ascii)
{
	for (; *ascii; ascii++)
		mm_int(t, *ascii, 2);
}

static inline void mm_name(struct kuv_test *t, const char *ascii)
{
	mm_text(t, ascii);
	mm_int(t, 0, 2);
}

/* Send what was built; memory ends with the message, so overruns are seen. */
static inline u16 mm_call(struct kuv_test *t)
{
	u32 size = t->buffer_size > t->total ? t->buffer_size : t->total;
	__le64 len = cpu_to_le64(t->total - MM_HEADER);
	u8 *p = kzalloc(size, GFP_KERNEL);

	if (!p)
		return 0xffff;
	memcpy(t->msg + 16, &len, sizeof(len));
	memcpy(t->sent, t->msg, t->total);
	memcpy(p, t->msg, t->total);
	memset(p + t->total, 0x5a, size - t->total);
	memset(&t->res, 0xa5, sizeof(t->res));
	t->sts = kuv_mm_handle(&t->s, p, t->total, size, &t->res);
	memcpy(t->msg, p, t->total);
	/* Neither read, as the replies show, nor written. */
	while (size > t->total)
		if (p[--size] != 0x5a)
			t->sts = 0xfffe;
	/* The guest gets no more than this back. */
	if (t->res.reply_len > t->total ||
	    memcmp(p + t->res.reply_len, t->sent + t->res.reply_len,
		   t->total - t->res.reply_len))
		t->sts = 0xfffd;
	kfree(p);
	return t->sts;
}

static inline u64 mm_get(const struct kuv_test *t, u32 at, u32 len)
{
	__le64 wire = 0;

	memcpy(&wire, t->msg + at, len);
	return le64_to_cpu(wire);
}

/* Did a reply change nothing but the status? */
static inline bool mm_only_status(const struct kuv_test *t)
{
	u32 at = t->res.status_offset;

	return at && !memcmp(t->msg, t->sent, at) &&
	       !memcmp(t->msg + at + 8, t->sent + at + 8, t->total - at - 8);
}

#endif /* _KUV_TESTS_TESTLIB_H */
