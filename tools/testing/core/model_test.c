// SPDX-License-Identifier: GPL-2.0
/* Random requests against the service and against a naive model of it. */
#include <stdlib.h>

#include "testlib.h"

#define NR_NAMES	6
#define DATA_MAX	24
#define NR_OPS		20000

/* A variable of the model; a reader's copy of the store has the same shape. */
struct model_var {
	bool exists;
	u32 attributes;
	u32 len;
	u8 data[DATA_MAX];
};

/* A walk of GetNextVariableName with other calls between its steps. */
struct walk {
	u8 guid[16];
	u8 name[2 * TEST_NAME_MAX];
	u32 len;
	u32 at;
	u32 met[NR_NAMES];
	bool changed[NR_NAMES];
};

/* What the service should hold, and what a reader of the log would have. */
struct model {
	struct kuv_test *t;
	u64 rng;
	u64 nv_base, volatile_base;
	bool at_runtime;
	struct model_var vars[NR_NAMES];
	struct model_var disk[NR_NAMES];
	struct walk walk;
	u32 nr_stayed;
};

static const char * const names[NR_NAMES] = { "a", "b", "c", "dd", "ee", "ff" };

static u32 rnd(struct model *m, u32 below)
{
	m->rng = m->rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(m->rng >> 33) % below;
}

static u32 cost(u32 i, u32 len)
{
	return (60 + 2 * strlen(names[i]) + 2 + len + 3) / 4 * 4;
}

static u64 model_used(const struct model *m, bool nv)
{
	u64 used = nv ? m->nv_base : m->volatile_base;
	u32 i;

	for (i = 0; i < NR_NAMES; i++)
		if (m->vars[i].exists && !(m->vars[i].attributes & A_NV) == !nv)
			used += cost(i, m->vars[i].len);
	return used;
}

/* Store @len bytes, unless the pool is full. */
static kuv_status_t model_store(struct model *m, u32 i, u32 attributes,
				const u8 *data, u32 len)
{
	struct model_var *v = &m->vars[i];
	bool nv = attributes & A_NV;
	u64 max = nv ? m->t->s.limits.nv_size : m->t->s.limits.volatile_size;
	u64 used = model_used(m, nv), old = v->exists ? cost(i, v->len) : 0;

	if (cost(i, len) > old && used - old + cost(i, len) > max)
		return KUV_OUT_OF_RESOURCES;
	v->exists = true;
	v->attributes = attributes;
	v->len = len;
	memcpy(v->data, data, len);
	return KUV_SUCCESS;
}

static kuv_status_t model_create(struct model *m, u32 i, u32 a, const u8 *data,
				 u32 len)
{
	if (!len)
		return a & A_AP ? KUV_SUCCESS : KUV_NOT_FOUND;
	if (!(a & (A_BS | A_RT)))
		return KUV_NOT_FOUND;
	if (m->at_runtime && (a & (A_NV | A_RT)) != (A_NV | A_RT))
		return KUV_INVALID_PARAMETER;
	return model_store(m, i, a & ~A_AP, data, len);
}

static kuv_status_t model_set(struct model *m, u32 i, u32 a, const u8 *data,
			      u32 len)
{
	struct model_var *v = &m->vars[i];
	u8 joined[DATA_MAX];

	if (((a & A_RT) && !(a & A_BS)) || a == A_NV)
		return KUV_INVALID_PARAMETER;
	if (len + 2 * strlen(names[i]) + 2 > m->t->s.limits.var_size - 60)
		return KUV_INVALID_PARAMETER;
	if (!v->exists)
		return model_create(m, i, a, data, len);
	if (m->at_runtime && !(v->attributes & A_RT))
		return KUV_WRITE_PROTECTED;
	if (a && (a & ~A_AP) != v->attributes)
		return KUV_INVALID_PARAMETER;
	if (m->at_runtime && !(v->attributes & A_NV))
		return KUV_WRITE_PROTECTED;
	if (!a || (!len && !(a & A_AP))) {
		v->exists = false;
		return KUV_SUCCESS;
	}
	if (!(a & A_AP))
		return model_store(m, i, a, data, len);
	if (v->len + len + 2 * strlen(names[i]) + 2 >
	    m->t->s.limits.var_size - 60)
		return KUV_INVALID_PARAMETER;
	memcpy(joined, v->data, v->len);
	memcpy(joined + v->len, data, len);
	return model_store(m, i, a & ~A_AP, joined, v->len + len);
}

static bool is_same(const struct model_var *v, const struct kuv_var *real)
{
	if (!real)
		return !v->exists;
	return v->exists && v->attributes == real->attributes &&
	       v->len == real->data_len &&
	       !memcmp(v->data, kuv_var_data(real), v->len);
}

static u32 index_of(const struct kuv_var *v)
{
	u32 i;

	for (i = 0; i < NR_NAMES; i++)
		if (!memcmp(v->guid, test_guid, 16) &&
		    v->name_len == 2 * strlen(names[i]) &&
		    kuv_var_name(v)[0] == names[i][0])
			return i;
	return NR_NAMES;
}

static void begin_walk(struct model *m)
{
	memset(&m->walk, 0, sizeof(m->walk));
	m->walk.at = NR_NAMES;
}

/* The walk is over: all that was there and stayed as it was is met once. */
static void end_walk(struct kunit *test, struct model *m)
{
	const struct walk *w = &m->walk;
	u32 i;

	for (i = 0; i < NR_NAMES; i++) {
		const struct model_var *v = &m->vars[i];
		bool is_seen = v->exists &&
			       (!m->at_runtime || v->attributes & A_RT);

		if (!w->changed[i])
			KUNIT_EXPECT_EQ(test, w->met[i], is_seen);
		m->nr_stayed += !w->changed[i] && is_seen;
	}
	begin_walk(m);
}

static void random_walk(struct kunit *test, struct model *m)
{
	struct walk *w = &m->walk;
	struct kuv_name n = { w->guid, w->name, w->len };
	const struct kuv_var *v;
	kuv_status_t status = kuv_service_next(&m->t->s, &n, &v);

	if (status == KUV_INVALID_PARAMETER) {
		/* Where the walk is, nothing is any more. */
		KUNIT_EXPECT_TRUE(test, w->len &&
				  !kuv_vardb_find_visible(&m->t->s.db, &n,
							  m->at_runtime));
		begin_walk(m);
		return;
	}
	if (status != KUV_SUCCESS) {
		EXPECT_STATUS(test, status, KUV_NOT_FOUND);
		end_walk(test, m);
		return;
	}
	memcpy(w->guid, v->guid, sizeof(w->guid));
	memcpy(w->name, kuv_var_name(v), v->name_len);
	w->len = v->name_len;
	w->at = index_of(v);
	if (w->at < NR_NAMES)
		w->met[w->at]++;
}

/* A reader takes the whole log and acknowledges it, all of it or less. */
static void read_log(struct model *m, struct kuv_vardb *db)
{
	const struct kuv_var *v;
	u64 seq = 0;

	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v)) {
		u32 i = index_of(v);

		seq = v->seq;
		if (i == NR_NAMES)
			continue;
		m->disk[i].exists = !v->deleted;
		m->disk[i].attributes = v->attributes;
		m->disk[i].len = v->data_len;
		if (v->data_len)
			memcpy(m->disk[i].data, kuv_var_data(v), v->data_len);
	}
	kuv_vardb_ack(db, rnd(m, 3) ? seq : seq / 2);
}

/* After a complete read the copy is the non-volatile part of the store. */
static void check_disk(struct kunit *test, struct model *m)
{
	u32 i;

	for (i = 0; i < NR_NAMES; i++) {
		const struct model_var *v = &m->vars[i], *d = &m->disk[i];
		bool is_nv = v->exists && v->attributes & A_NV;

		KUNIT_EXPECT_EQ(test, d->exists, is_nv);
		if (is_nv && d->exists)
			KUNIT_EXPECT_TRUE(test, d->len == v->len &&
					  d->attributes == v->attributes &&
					  !memcmp(d->data, v->data, v->len));
	}
}

static void random_set(struct kunit *test, struct model *m)
{
	static const u32 attributes[] = {
		NV_BS, NV_BS_RT, BS_RT, A_BS, 0, A_NV, A_NV | A_RT,
		NV_BS | A_AP, NV_BS_RT | A_AP, BS_RT | A_AP, A_AP,
	};
	u32 i = rnd(m, NR_NAMES), a = attributes[rnd(m, ARRAY_SIZE(attributes))];
	u32 len = rnd(m, 4) ? rnd(m, DATA_MAX / 2) : 0, k;
	u64 before = test_digest(&m->t->s);
	u8 data[DATA_MAX];
	kuv_status_t status, want;

	for (k = 0; k < len; k++)
		data[k] = rnd(m, 3);
	want = model_set(m, i, a, data, len);
	status = test_set_in(m->t, test_guid, names[i], a, data, len);
	EXPECT_STATUS(test, status, want);
	if (status != KUV_SUCCESS) {
		KUNIT_EXPECT_EQ(test, test_digest(&m->t->s), before);
		return;
	}
	m->walk.changed[i] = true;
	/* Written again it is the last; the others are not met from there. */
	if (m->walk.at == i && m->vars[i].exists)
		begin_walk(m);
}

static void model_reset(struct kunit *test, struct model *m)
{
	u32 i;

	KUNIT_EXPECT_EQ(test, kuv_service_reset(&m->t->s), 0);
	m->at_runtime = false;
	begin_walk(m);
	for (i = 0; i < NR_NAMES; i++)
		if (!(m->vars[i].attributes & A_NV))
			m->vars[i].exists = false;
}

static void random_op(struct kunit *test, struct model *m)
{
	u32 op = rnd(m, 200), i;

	if (op == 0) {
		model_reset(test, m);
	} else if (op == 1) {
		kuv_service_exit_boot_services(&m->t->s, NULL);
		m->at_runtime = true;
		for (i = 0; i < NR_NAMES; i++)
			m->walk.changed[i] |= !(m->vars[i].attributes & A_RT);
	} else if (op < 20) {
		read_log(m, &m->t->s.db);
		check_disk(test, m);
	} else {
		random_set(test, m);
	}
	for (i = rnd(m, 5); i; i--)
		random_walk(test, m);
	for (i = 0; i < NR_NAMES; i++)
		KUNIT_EXPECT_TRUE(test, is_same(&m->vars[i],
						test_find(m->t, names[i])));
	KUNIT_EXPECT_EQ(test, model_used(m, true), m->t->s.db.nv_used);
	KUNIT_EXPECT_EQ(test, model_used(m, false), m->t->s.db.volatile_used);
	test_check_db(test, &m->t->s.db);
}

/* KUV_SEED=n repeats one run; the limits make every refusal happen. */
static void random_requests_agree_with_model(struct kunit *test)
{
	const char *env = getenv("KUV_SEED");
	u64 seed = env ? strtoull(env, NULL, 0) : 1;
	struct model m = { .t = test->priv, .rng = seed };
	struct kuv_test *t = m.t;
	u32 i;

	begin_walk(&m);
	m.nv_base = t->s.db.nv_used;
	m.volatile_base = t->s.db.volatile_used;
	t->s.limits.nv_size = m.nv_base + 4 * 80;
	t->s.limits.volatile_size = m.volatile_base + 2 * 80;
	t->s.limits.var_size = 60 + 4 + DATA_MAX - 4;
	t->s.limits.volatile_var_size = t->s.limits.var_size;
	for (i = 0; i < NR_OPS && !test->failed; i++)
		random_op(test, &m);
	/* The walks have said something. */
	KUNIT_EXPECT_GT(test, m.nr_stayed, 1000);
	/* Name the seed where it went wrong. */
	if (test->failed)
		shim_failed(test, false, __FILE__, __LINE__, "seed, operation",
			    seed, i);
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE(random_requests_agree_with_model),
	{}
};

static struct kunit_suite model_suite = {
	.name = "core_model",
	.init = test_init,
	.exit = test_exit,
	.test_cases = model_cases,
};

kunit_test_suite(model_suite);
