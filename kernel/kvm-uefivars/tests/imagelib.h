/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites of state images share: what must move, and images taken apart. */
#ifndef _KUV_TESTS_IMAGELIB_H
#define _KUV_TESTS_IMAGELIB_H

#include "testlib.h"

#include "image.h"
#include "image_rows.h"

#define IMAGE_HEAD	sizeof(struct kuv_image_head)
#define IMAGE_BLOCK	sizeof(struct kuv_image_block)

/* Bytes of an image, or of a block's rows; goes with the test case. */
struct image_bytes {
	u8 *p;
	u64 len;
};

static inline u64 image_mix_vars(u64 h, const struct kuv_vardb *db, bool nv)
{
	const struct kuv_var *v;

	for (v = kuv_vardb_next(db, NULL); v; v = kuv_vardb_next(db, v)) {
		if (kuv_var_is_nv(v) != nv)
			continue;
		h = test_mix(h, v->guid, 16);
		h = test_mix(h, kuv_var_time(v), 16);
		h = test_mix_u64(h, v->attributes);
		h = test_mix_u64(h, v->name_len);
		h = test_mix(h, kuv_var_name(v), v->name_len);
		h = test_mix_u64(h, v->data_len);
		h = test_mix(h, kuv_var_data(v), v->data_len);
	}
	return h;
}

/* Everything of a machine that must be the same after a move. */
static inline u64 image_machine_digest(const struct kuv_service *s,
				       const struct kuv_regs *r)
{
	const struct kuv_property *p;
	u64 h = 0xcbf29ce484222325ULL;
	u32 i;

	h = test_mix_u64(h, s->end_of_dxe);
	h = test_mix_u64(h, s->ready_to_boot);
	h = test_mix_u64(h, s->at_runtime);
	h = test_mix_u64(h, s->closed);
	h = test_mix_u64(h, r->addr);
	h = test_mix_u64(h, r->size);
	h = test_mix_u64(h, r->pio_pos);
	h = test_mix_u64(h, r->status);
	h = test_mix_u64(h, r->staging_len);
	h = test_mix(h, r->staging, r->staging_len);
	h = test_mix_u64(h, s->policy.nr);
	h = test_mix_u64(h, s->policy.table_len);
	h = test_mix(h, s->policy.table, s->policy.table_len);
	h = test_mix_u64(h, s->policy.dump_len);
	h = test_mix(h, s->policy.dump, s->policy.dump_len);
	h = test_mix_u64(h, s->policy.locked);
	h = test_mix_u64(h, s->policy.disabled);
	h = test_mix_u64(h, s->varcheck.has_modes);
	h = test_mix_u64(h, s->varcheck.nr);
	h = test_mix_u64(h, s->varcheck.names_len);
	list_for_each_entry(p, &s->varcheck.properties, node) {
		h = test_mix(h, p->guid, 16);
		h = test_mix(h, &p->value, sizeof(p->value));
		h = test_mix_u64(h, p->name_len);
		h = test_mix(h, p->name, p->name_len);
	}
	h = test_mix_u64(h, s->mor.is_locked);
	h = test_mix_u64(h, s->mor.has_key);
	h = test_mix_u64(h, s->mor.is_absent);
	h = test_mix(h, s->mor.key, sizeof(s->mor.key));
	for (i = 0; i < KUV_NR_LANG; i++) {
		h = test_mix_u64(h, s->lang.len[i]);
		h = test_mix_u64(h, !!s->lang.codes[i]);
		h = test_mix(h, s->lang.codes[i], s->lang.len[i]);
	}
	h = test_mix_u64(h, s->db.volatile_used);
	h = test_mix_u64(h, s->db.nr_volatile);
	return image_mix_vars(h, &s->db, false);
}

static inline u64 image_variables_digest(const struct kuv_service *s)
{
	u64 h = test_mix_u64(0xcbf29ce484222325ULL, s->db.nv_used);

	h = test_mix_u64(h, s->db.nr_nv);
	return image_mix_vars(h, &s->db, true);
}

static inline struct image_bytes image_alloc(struct kunit *test, u64 len)
{
	struct image_bytes b = { kunit_kzalloc(test, len, GFP_KERNEL), len };

	KUNIT_ASSERT_NOT_NULL(test, b.p);
	return b;
}

static inline struct image_bytes image_save(struct kunit *test,
					    const struct kuv_service *s,
					    const struct kuv_regs *regs,
					    bool variables)
{
	struct image_bytes b;

	b = image_alloc(test, kuv_image_len(s, regs, variables));
	memset(b.p, 0xa5, b.len);
	kuv_image_write(s, regs, variables, b.p);
	return b;
}

/* Read an image into a service and put all of it in force. */
static inline int image_restore(struct kuv_service *s, struct image_bytes b,
				bool variables, u64 *seq)
{
	struct kuv_image img;
	int ret = kuv_image_read(s, b.p, b.len, variables, &img);

	if (ret)
		return ret;
	kuv_image_apply(s, &img, img.has_machine, seq);
	kuv_image_exit(&img);
	return 0;
}

/* A service like that of a test, but as at power-on. */
static inline struct kuv_service *image_fresh(struct kunit *test)
{
	struct kuv_service *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_EQ(test, kuv_service_init(s, &test_limits, &kuv_crypto_ops,
					       test_hash_key), 0);
	KUNIT_ASSERT_EQ(test, kuv_service_reset(s), 0);
	return s;
}

/* The machine of a test goes away; another one takes its place. */
static inline void image_move(struct kunit *test, const struct kuv_regs *regs)
{
	struct kuv_test *t = test->priv;
	struct image_bytes b = image_save(test, &t->s, regs, true);
	u64 seq;

	kuv_service_exit(&t->s);
	KUNIT_ASSERT_EQ(test, kuv_service_init(&t->s, &test_limits,
					       &kuv_crypto_ops, test_hash_key),
			0);
	KUNIT_ASSERT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_ASSERT_EQ(test, image_restore(&t->s, b, true, &seq), 0);
}

static inline u64 image_get(const u8 *p, u32 len)
{
	__le64 wire = 0;

	memcpy(&wire, p, len);
	return le64_to_cpu(wire);
}

static inline void image_set(u8 *p, u64 v, u32 len)
{
	__le64 wire = cpu_to_le64(v);

	memcpy(p, &wire, len);
}

/* Bytes of a block with what is in front of and behind its rows. */
static inline u64 image_block_len(const u8 *block)
{
	u64 len = image_get(block + 8, 8);

	return IMAGE_BLOCK + len + (-len & 7);
}

/* Where the block of a kind begins, or the first one behind its place. */
static inline u64 image_find(struct image_bytes b, u32 kind)
{
	u64 pos = IMAGE_HEAD;

	while (pos < b.len && image_get(b.p + pos, 4) < kind)
		pos += image_block_len(b.p + pos);
	return pos;
}

static inline bool image_has(struct image_bytes b, u32 kind)
{
	u64 pos = image_find(b, kind);

	return pos < b.len && image_get(b.p + pos, 4) == kind;
}

/* The rows of a block, inside its image. */
static inline struct image_bytes image_rows(struct image_bytes b, u32 kind)
{
	u64 pos = image_find(b, kind);

	return (struct image_bytes){ b.p + pos + IMAGE_BLOCK,
				     image_get(b.p + pos + 8, 8) };
}

/* A copy with another block of a kind, or with one more, or one less. */
static inline struct image_bytes image_with(struct kunit *test,
					    struct image_bytes b, u32 kind,
					    u32 flags, const void *rows,
					    u64 len)
{
	u64 pos = image_find(b, kind), new_len, old_len = 0;
	u64 nr = image_get(b.p + 12, 4);
	struct image_bytes copy;
	u8 *p;

	if (image_has(b, kind)) {
		old_len = image_block_len(b.p + pos);
		nr--;
	}
	new_len = rows ? IMAGE_BLOCK + len + (-len & 7) : 0;
	copy = image_alloc(test, b.len - old_len + new_len);
	p = copy.p + pos;
	memcpy(copy.p, b.p, pos);
	memcpy(p + new_len, b.p + pos + old_len, b.len - pos - old_len);
	if (rows) {
		image_set(p, kind, 4);
		image_set(p + 4, flags, 4);
		image_set(p + 8, len, 8);
		memcpy(p + IMAGE_BLOCK, rows, len);
		nr++;
	}
	image_set(copy.p + 12, nr, 4);
	image_set(copy.p + 16, copy.len, 8);
	return copy;
}

#endif /* _KUV_TESTS_IMAGELIB_H */
