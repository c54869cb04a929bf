// SPDX-License-Identifier: GPL-2.0-or-later
/* One variable service under test, with a count of what it costs. */
#include "machine.h"

#include <string.h>
#include <time.h>

#include <linux/slab.h>

#include "../../../kernel/kvm-uefivars/crypto.h"

static struct cost *counted;

static int count_hash(enum kuv_hash alg, const struct kuv_span *parts, u32 nr,
		      u8 *ret_digest)
{
	u32 i;

	for (i = 0; i < nr; i++)
		counted->hashed += parts[i].len;
	return kuv_crypto_ops.hash(alg, parts, nr, ret_digest);
}

static int count_rsa(const struct kuv_span *n, const struct kuv_span *e,
		     const struct kuv_span *sig, u8 *ret_em)
{
	counted->rsa++;
	return kuv_crypto_ops.rsa(n, e, sig, ret_em);
}

static const struct kuv_crypto_ops counting_ops = {
	.hash = count_hash,
	.rsa = count_rsa,
};

bool machine_new(struct machine *m)
{
	static const u8 hash_key[16] = "vectors' own key";
	static const struct kuv_limits limits = {
		.nv_size = 262144,
		.volatile_size = 262144,
		.var_size = KUV_VAR_SIZE_MAX,
		.auth_var_size = KUV_VAR_SIZE_MAX,
		.volatile_var_size = KUV_VAR_SIZE_MAX,
	};

	machine_end(m);
	memset(&m->cost, 0, sizeof(m->cost));
	counted = &m->cost;
	if (kuv_service_init(&m->s, &limits, &counting_ops, hash_key))
		return false;
	m->is_up = true;
	return !kuv_service_reset(&m->s);
}

bool machine_end(struct machine *m)
{
	if (m->is_up)
		kuv_service_exit(&m->s);
	m->is_up = false;
	return !shim_nr_live;
}

static u64 mix(u64 h, const void *data, u32 len)
{
	const u8 *p = data;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

static u64 mix_number(u64 h, u64 n)
{
	return mix(h, &n, sizeof(n));
}

static u64 mix_var(u64 h, const struct kuv_var *v)
{
	h = mix_number(h, v->seq);
	h = mix_number(h, v->attributes);
	h = mix_number(h, v->deleted);
	h = mix_number(h, v->name_len);
	h = mix_number(h, v->data_len);
	h = mix(h, v->guid, sizeof(v->guid));
	h = mix(h, kuv_var_time(v), 16);
	h = mix(h, kuv_var_name(v), v->name_len);
	return mix(h, kuv_var_data(v), v->data_len);
}

/* Variables in their order, pending changes, accounting, modes. */
static u64 state(const struct kuv_service *s)
{
	const struct kuv_vardb *db = &s->db;
	const struct kuv_var *v;
	u64 h = 0xcbf29ce484222325ULL;

	h = mix_number(h, db->seq);
	h = mix_number(h, db->nv_used);
	h = mix_number(h, db->volatile_used);
	h = mix_number(h, db->tombstone_used);
	h = mix_number(h, s->closed);
	for (v = kuv_vardb_next(db, NULL); v; v = kuv_vardb_next(db, v))
		h = mix_var(h, v);
	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v))
		h = mix_var(h, v);
	return h;
}

static u64 cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000 + (u64)t.tv_nsec / 1000;
}

kuv_status_t machine_set(struct machine *m, const struct kuv_write *w,
			 bool *ret_intact)
{
	u64 live = shim_nr_live, before = state(&m->s), start, seq = 0;
	kuv_status_t status;

	memset(&m->cost, 0, sizeof(m->cost));
	start = cpu_us();
	status = kuv_service_set(&m->s, w, &seq);
	m->cost.us = cpu_us() - start;
	*ret_intact = status == KUV_SUCCESS ||
		      (state(&m->s) == before && shim_nr_live == live);
	return status;
}
