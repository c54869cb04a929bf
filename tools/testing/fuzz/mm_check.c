// SPDX-License-Identifier: GPL-2.0-or-later
/* What must hold of a service after every record of a script. */
#include "mm_check.h"

#include <linux/kvm_uefivars.h>
#include <linux/slab.h>

#include "buf.h"
#include "fuzz.h"
#include "group.h"
#include "guids.h"

#define MM_HEADER	sizeof(struct kvm_uefivars_mm_header)
#define BODY		(MM_HEADER + sizeof(struct kvm_uefivars_var_header))
#define ATTR_AP		KVM_UEFIVARS_ATTR_AP
#define RECORD_ALIGN	8
/* What MemoryOverwriteRequestControlLock costs. */
#define LOCK_COST	132

static u64 mix(u64 h, const void *data, u32 len)
{
	const u8 *p = data;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

static u64 mix_u64(u64 h, u64 v)
{
	return mix(h, &v, sizeof(v));
}

static u64 mix_var(u64 h, const struct kuv_var *v)
{
	h = mix_u64(h, v->seq);
	h = mix_u64(h, v->attributes);
	h = mix_u64(h, v->deleted);
	h = mix(h, v->guid, 16);
	h = mix(h, v->time, 16);
	h = mix_u64(h, v->name_len);
	h = mix(h, kuv_var_name(v), v->name_len);
	h = mix_u64(h, v->data_len);
	return v->data_len ? mix(h, kuv_var_data(v), v->data_len) : h;
}

static u64 policy_digest(const struct kuv_policy *p)
{
	u64 h = mix_u64(0, p->nr);

	h = mix_u64(h, p->disabled);
	return p->table_len ? mix(h, p->table, p->table_len) : h;
}

u64 mm_state_digest(const struct kuv_service *s)
{
	const struct kuv_vardb *db = &s->db;
	const struct kuv_var *v;
	u64 h = policy_digest(&s->policy);
	u32 i;

	h = mix(h, db, offsetof(struct kuv_vardb, nr_tombstones));
	h = mix_u64(h, db->nr_tombstones);
	for (v = kuv_vardb_next(db, NULL); v; v = kuv_vardb_next(db, v))
		h = mix_var(h, v);
	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v))
		h = mix_var(h, v);
	h = mix_u64(h, s->policy.locked);
	h = mix_u64(h, s->varcheck.nr);
	h = mix_u64(h, s->varcheck.names_len);
	h = mix_u64(h, s->mor.is_locked | s->mor.has_key << 1 |
		       s->mor.is_absent << 2 | s->varcheck.has_modes << 3);
	h = mix(h, s->mor.key, sizeof(s->mor.key));
	for (i = 0; i < KUV_NR_LANG; i++)
		h = mix(h, s->lang.codes[i], s->lang.len[i]);
	h = mix_u64(h, s->end_of_dxe | s->ready_to_boot << 1 |
		       s->at_runtime << 2 | s->closed << 3);
	return h;
}

static struct kuv_name name_of(const struct kuv_var *v)
{
	struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

	return n;
}

/* May no message change this variable now? */
static bool is_frozen(const struct kuv_service *s, const struct mm_before *b,
		      const struct kuv_var *v)
{
	const struct kvm_uefivars_var_property *p;
	const struct kvm_uefivars_policy_entry *e;
	struct kuv_name n = name_of(v);

	if (kuv_varcheck_is_fixed(&n))
		return true;
	if (b->at_runtime && (!kuv_var_is_nv(v) ||
			      !(v->attributes & KVM_UEFIVARS_ATTR_RT)))
		return true;
	if (!b->end_of_dxe)
		return false;
	p = kuv_varcheck_property(&s->varcheck, &n);
	if (p && le16_to_cpu(p->property) & KUV_PROPERTY_READ_ONLY)
		return true;
	e = kuv_policy_find(&s->policy, &n);
	return e && e->lock_type == KVM_UEFIVARS_LOCK_NOW;
}

static u64 frozen_digest(const struct kuv_service *s, const struct mm_before *b)
{
	const struct kuv_var *v;
	u64 h = 0;

	for (v = kuv_vardb_next(&s->db, NULL); v;
	     v = kuv_vardb_next(&s->db, v))
		if (is_frozen(s, b, v))
			h = mix_u64(mix_var(h, v), v->seq);
	return h;
}

void mm_remember(const struct kuv_service *s, struct mm_before *b)
{
	b->nv_used = s->db.nv_used;
	b->volatile_used = s->db.volatile_used;
	b->tombstone_used = s->db.tombstone_used;
	b->seq = s->db.seq;
	b->end_of_dxe = s->end_of_dxe;
	b->ready_to_boot = s->ready_to_boot;
	b->at_runtime = s->at_runtime;
	b->is_locked = s->policy.locked;
	b->state = mm_state_digest(s);
	b->frozen = frozen_digest(s, b);
	b->policies = policy_digest(&s->policy);
}

/* The guest's own enumeration sees each visible variable once, and ends. */
static void check_enumeration(const struct kuv_service *s)
{
	struct kuv_name n = { .guid = (const u8 *)"0123456789abcdef" };
	const struct kuv_var *want = NULL, *v = NULL;
	kuv_status_t status;

	do {
		do {
			want = kuv_vardb_next(&s->db, want);
		} while (want && s->at_runtime &&
			 !(want->attributes & KVM_UEFIVARS_ATTR_RT));
		status = kuv_service_next(s, &n, &v);
		CHECK(status == (want ? KUV_SUCCESS : KUV_NOT_FOUND));
		if (want)
			CHECK(v == want);
		if (want)
			n = name_of(v);
	} while (want);
}

static void check_var(const struct kuv_vardb *db, const struct kuv_var *v)
{
	struct kuv_name n = name_of(v);

	CHECK(!v->deleted && v->data_len);
	CHECK(v->name_len && v->name_len % 2 == 0);
	CHECK(kuv_utf16_len(kuv_var_name(v), v->name_len / 2) ==
	      v->name_len / 2);
	CHECK(v->attributes & KVM_UEFIVARS_ATTR_BS);
	CHECK(!(v->attributes & (ATTR_AP | KVM_UEFIVARS_ATTR_HR |
				 KVM_UEFIVARS_ATTR_AW)));
	CHECK((u64)v->name_len + 2 + v->data_len <= KUV_VAR_CONTENT_MAX);
	/* Names are unique: of two, this would find one only. */
	CHECK(kuv_vardb_find(db, &n) == v);
}

static void check_accounting(const struct kuv_vardb *db)
{
	u64 nv = 0, vol = 0;
	u32 nr_nv = 0, nr_volatile = 0;
	const struct kuv_var *v;

	for (v = kuv_vardb_next(db, NULL); v; v = kuv_vardb_next(db, v)) {
		u32 cost = kuv_var_cost(v->name_len, v->data_len);

		CHECK(nr_nv + nr_volatile < 1000000);
		check_var(db, v);
		if (kuv_var_is_nv(v)) {
			nv += cost;
			nr_nv++;
		} else {
			vol += cost;
			nr_volatile++;
			CHECK(!nr_nv && !v->seq);
		}
	}
	CHECK(nv == db->nv_used && vol == db->volatile_used);
	CHECK(nr_nv == db->nr_nv && nr_volatile == db->nr_volatile);
}

static u64 record_len(const struct kuv_var *v)
{
	u64 len = sizeof(struct kvm_uefivars_record) + v->name_len +
		  v->data_len;

	return (len + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

static void check_changes(const struct kuv_vardb *db, u64 batch_max)
{
	u64 seq = db->acked_seq, gone = 0, batch = 0;
	const struct kuv_var *v;
	u32 nr_gone = 0;

	for (v = kuv_vardb_next_dirty(db, NULL); v;
	     v = kuv_vardb_next_dirty(db, v)) {
		struct kuv_name n = name_of(v);

		CHECK(v->seq > seq);
		seq = v->seq;
		batch += record_len(v);
		CHECK(kuv_vardb_pending_seq(db, &n) == seq);
		if (!v->deleted) {
			CHECK(kuv_vardb_find(db, &n) == v && kuv_var_is_nv(v));
			continue;
		}
		CHECK(!v->data_len && !v->data && !v->attributes);
		gone += kuv_var_cost(v->name_len, 0);
		nr_gone++;
	}
	CHECK(seq <= db->seq);
	CHECK(gone == db->tombstone_used && nr_gone == db->nr_tombstones);
	CHECK(batch <= batch_max);
}

static void check_policies(const struct kuv_policy *p)
{
	const struct kvm_uefivars_policy_entry *e;
	u32 nr = 0, pos;

	for (pos = 0; pos < p->table_len; pos += le16_to_cpu(e->size), nr++) {
		e = (const void *)(p->table + pos);
		CHECK(p->table_len - pos >= sizeof(*e));
		CHECK(le16_to_cpu(e->size) >= sizeof(*e));
		CHECK(le16_to_cpu(e->name_offset) >= sizeof(*e));
		CHECK(le16_to_cpu(e->name_offset) <= le16_to_cpu(e->size));
	}
	CHECK(pos == p->table_len && nr == p->nr);
	CHECK(nr <= KUV_POLICY_NR_MAX && pos <= KUV_POLICY_TABLE_MAX);
	CHECK(!p->disabled);
}

/* Each allocation alive belongs to something. */
static void check_memory(const struct kuv_service *s)
{
	const struct kuv_vardb *db = &s->db;

	CHECK(shim_nr_live == 1 + 2 * ((u64)db->nr_nv + db->nr_volatile) +
			      db->nr_tombstones + s->varcheck.nr +
			      !!s->policy.table + !!s->policy.dump +
			      !!s->lang.codes[0] + !!s->lang.codes[1]);
	CHECK(s->varcheck.nr <= KUV_PROPERTY_NR_MAX);
	CHECK(s->varcheck.names_len <= KUV_PROPERTY_NAMES_MAX);
}

void mm_check_service(const struct kuv_service *s, u64 batch_max)
{
	check_accounting(&s->db);
	check_changes(&s->db, batch_max);
	check_policies(&s->policy);
	check_memory(s);
	if (!s->closed)
		check_enumeration(s);
}

void mm_check_growth(const struct kuv_service *s, const struct mm_before *b)
{
	const struct kuv_vardb *db = &s->db;
	const struct kuv_limits *l = &s->limits;

	u64 nv_max = l->nv_size;

	/* EndOfDxe writes the lock of the memory overwrite request. */
	if (s->end_of_dxe && !b->end_of_dxe && b->nv_used > nv_max)
		nv_max = b->nv_used;
	if (s->end_of_dxe && !b->end_of_dxe)
		nv_max += LOCK_COST;
	CHECK(db->nv_used <= b->nv_used || db->nv_used <= nv_max);
	CHECK(db->volatile_used <= b->volatile_used ||
	      db->volatile_used <= l->volatile_size);
	CHECK(db->tombstone_used <= b->tombstone_used ||
	      db->tombstone_used <= l->nv_size);
}

void mm_check_guest(const struct kuv_service *s, const struct mm_before *b)
{
	mm_check_growth(s, b);
	CHECK(s->end_of_dxe >= b->end_of_dxe);
	CHECK(s->ready_to_boot >= b->ready_to_boot);
	CHECK(s->at_runtime >= b->at_runtime);
	CHECK(s->policy.locked >= b->is_locked);
	CHECK(!s->end_of_dxe || s->policy.locked);
	if (b->is_locked)
		CHECK(policy_digest(&s->policy) == b->policies);
	CHECK(frozen_digest(s, b) == b->frozen);
	/* One message, one group of changes. */
	CHECK(s->db.seq >= b->seq && s->db.seq <= b->seq + KUV_GROUP_MAX);
}

static bool only_status_differs(const u8 *sent, const u8 *reply, u32 total,
				u32 at)
{
	return !memcmp(sent, reply, at) &&
	       !memcmp(sent + at + 8, reply + at + 8, total - at - 8);
}

/* Functions that only look. */
static bool is_reader(const struct kuv_mm_result *res)
{
	if (res->protocol == KUV_MM_POLICY)
		return res->function != KVM_UEFIVARS_POLICY_REGISTER &&
		       res->function != KVM_UEFIVARS_POLICY_LOCK;
	return res->protocol == KUV_MM_VARIABLE &&
	       (res->function == KVM_UEFIVARS_FN_GET_VARIABLE ||
		res->function == KVM_UEFIVARS_FN_GET_NEXT_NAME ||
		res->function == KVM_UEFIVARS_FN_QUERY_INFO ||
		res->function == KVM_UEFIVARS_FN_PROPERTY_GET ||
		res->function >= KVM_UEFIVARS_FN_GET_PAYLOAD_SIZE);
}

/* A write that succeeded is there as it was sent, and is waited for. */
static void check_written(const struct kuv_service *s, const u8 *sent,
			  const struct kuv_mm_result *res)
{
	const struct kvm_uefivars_var_access *a = (const void *)(sent + BODY);
	const u8 *name = (const u8 *)(a + 1);
	u32 attributes = le32_to_cpu(a->attributes);
	u64 len = le64_to_cpu(a->data_size);
	const u8 *data = name + le64_to_cpu(a->name_size);
	struct kuv_name n = { a->guid, name, 0 };
	const struct kuv_var *v;
	bool is_append = attributes & ATTR_AP;

	n.len = 2 * kuv_utf16_len(name, le64_to_cpu(a->name_size) / 2);
	v = kuv_vardb_find(&s->db, &n);
	/* Signed payloads are cut out of the data: only their place is known. */
	if (attributes & KVM_UEFIVARS_ATTR_AT || (!len && is_append))
		return;
	if (!(attributes & KVM_UEFIVARS_ATTR_BS) || !len) {
		CHECK(!v);
		CHECK(res->seq >= kuv_vardb_pending_seq(&s->db, &n));
		return;
	}
	CHECK(v && v->attributes == (attributes & ~ATTR_AP));
	CHECK(is_append ? v->data_len >= len : v->data_len == len);
	CHECK(!memcmp(kuv_var_data(v) + v->data_len - len, data, len));
	/* It may wait for what had its name before, or for what follows it. */
	if (kuv_var_is_nv(v) || res->seq)
		CHECK(res->seq >= kuv_vardb_pending_seq(&s->db, &n));
}

static bool is_request_lock(const u8 *sent)
{
	static const u8 guid[16] = KUV_GUID_MOR_LOCK;

	return !memcmp(sent + BODY, guid, sizeof(guid));
}

/* The one answer with an error that changes something. */
static bool is_wrong_key(const u8 *sent, const struct kuv_mm_result *res)
{
	return res->protocol == KUV_MM_VARIABLE &&
	       res->function == KVM_UEFIVARS_FN_SET_VARIABLE &&
	       res->status == KUV_ACCESS_DENIED && is_request_lock(sent);
}

/* Of what is no write, only the end of the trusted phase changes a variable. */
static void check_phase(const struct kuv_service *s, const struct mm_before *b,
			const struct kuv_mm_result *res)
{
	CHECK(!res->seq || (res->seq == s->db.seq && s->end_of_dxe &&
			    !b->end_of_dxe));
	CHECK(res->seq || s->db.seq == b->seq);
}

static void check_set(const struct kuv_service *s, const struct mm_before *b,
		      const u8 *sent, const struct kuv_mm_result *res)
{
	CHECK(res->seq <= s->db.seq);
	if (s->db.seq != b->seq)
		CHECK(res->seq == s->db.seq &&
		      (res->status == KUV_SUCCESS || is_wrong_key(sent, res)));
	if (res->status == KUV_SUCCESS && !is_request_lock(sent))
		check_written(s, sent, res);
}

void mm_check_reply(const struct kuv_service *s, const struct mm_before *b,
		    const u8 *sent, const u8 *reply, u32 total, u16 sts,
		    const struct kuv_mm_result *res)
{
	bool is_set = res->protocol == KUV_MM_VARIABLE &&
		      res->function == KVM_UEFIVARS_FN_SET_VARIABLE;
	u64 wire;

	if (sts != KVM_UEFIVARS_STS_SUCCESS || res->protocol == KUV_MM_EVENT) {
		CHECK(!memcmp(sent, reply, total));
		CHECK(!res->status_offset);
		check_phase(s, b, res);
		if (sts != KVM_UEFIVARS_STS_SUCCESS)
			CHECK(mm_state_digest(s) == b->state);
		return;
	}
	CHECK(res->status_offset >= MM_HEADER &&
	      res->status_offset + 8 <= total);
	memcpy(&wire, reply + res->status_offset, sizeof(wire));
	CHECK(wire == (__force u64)kuv_status_wire(res->status));
	CHECK(!memcmp(sent, reply, MM_HEADER));
	if ((res->status != KUV_SUCCESS && !is_wrong_key(sent, res)) ||
	    is_reader(res))
		CHECK(mm_state_digest(s) == b->state);
	if (is_set || !is_reader(res))
		CHECK(only_status_differs(sent, reply, total,
					  res->status_offset));
	if (is_set)
		check_set(s, b, sent, res);
	else
		check_phase(s, b, res);
}

u64 mm_batch_bound(const struct kuv_service *s)
{
	return kuv_vardb_batch_len_max(&s->db, &s->limits,
				       sizeof(struct kvm_uefivars_record) +
				       RECORD_ALIGN - 1);
}
