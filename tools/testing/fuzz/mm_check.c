// SPDX-License-Identifier: GPL-2.0-or-later
/* What must hold of a service after every record of a script. */
#include "mm_check.h"

#include <linux/kvm_uefivars.h>
#include <linux/slab.h>

#include "buf.h"
#include "fuzz.h"
#include "group.h"
#include "guids.h"
#include "siglist.h"

#define MM_HEADER	sizeof(struct kvm_uefivars_mm_header)
#define BODY		(MM_HEADER + sizeof(struct kvm_uefivars_var_header))
#define ATTR_AP		KVM_UEFIVARS_ATTR_AP
#define RECORD_ALIGN	8
/* What MemoryOverwriteRequestControlLock costs. */
#define LOCK_COST	132

static u64 mix_u64(u64 h, u64 v)
{
	return fuzz_mix(h, &v, sizeof(v));
}

static u64 mix_var(u64 h, const struct kuv_var *v)
{
	h = mix_u64(h, v->seq);
	h = mix_u64(h, v->attributes);
	h = mix_u64(h, v->deleted);
	h = fuzz_mix(h, v->guid, 16);
	h = fuzz_mix(h, kuv_var_time(v), 16);
	h = mix_u64(h, v->name_len);
	h = fuzz_mix(h, kuv_var_name(v), v->name_len);
	h = mix_u64(h, v->data_len);
	return v->data_len ? fuzz_mix(h, kuv_var_data(v), v->data_len) : h;
}

static u64 policy_digest(const struct kuv_policy *p)
{
	u64 h = mix_u64(0, p->nr);

	h = mix_u64(h, p->disabled);
	return p->table_len ? fuzz_mix(h, p->table, p->table_len) : h;
}

u64 mm_state_digest(const struct kuv_service *s)
{
	const struct kuv_vardb *db = &s->db;
	const struct kuv_var *v;
	u64 h = policy_digest(&s->policy);
	u32 i;

	h = fuzz_mix(h, db, offsetof(struct kuv_vardb, nr_tombstones));
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
	h = fuzz_mix(h, s->mor.key, sizeof(s->mor.key));
	for (i = 0; i < KUV_NR_LANG; i++)
		h = fuzz_mix(h, s->lang.codes[i], s->lang.len[i]);
	h = mix_u64(h, s->end_of_dxe | s->ready_to_boot << 1 |
		       s->at_runtime << 2 | s->closed << 3);
	return h;
}

static struct kuv_name name_of(const struct kuv_var *v)
{
	struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

	return n;
}

/* Do a property or a policy forbid writing this name? */
static bool is_ruled_out(const struct kuv_service *s, const struct mm_before *b,
			 const struct kuv_name *n)
{
	const struct kvm_uefivars_var_property *p;
	const struct kvm_uefivars_policy_entry *e;

	if (!b->end_of_dxe)
		return false;
	p = kuv_varcheck_property(&s->varcheck, n);
	if (p && le16_to_cpu(p->property) & KUV_PROPERTY_READ_ONLY)
		return true;
	e = kuv_policy_find(&s->policy, n);
	return e && e->lock_type == KVM_UEFIVARS_LOCK_NOW;
}

/* May no message change this variable now? */
static bool is_frozen(const struct kuv_service *s, const struct mm_before *b,
		      const struct kuv_var *v)
{
	static const u8 mor[16] = KUV_GUID_MOR;
	struct kuv_name n = name_of(v);
	enum kuv_own id = kuv_own_id(&n);

	/* What the service writes itself is looked at in mm_signed.c. */
	if (id >= KUV_OWN_SETUP_MODE && id < KUV_NR_OWN)
		return false;
	/* Audit Mode forgets the platform key. */
	if (id == KUV_OWN_PK && s->options & KUV_OPT_AUDIT_MODE)
		return false;
	if (kuv_varcheck_is_fixed(&n))
		return true;
	if (b->is_mor_locked &&
	    kuv_name_is(&n, mor, "MemoryOverwriteRequestControl"))
		return true;
	if (b->at_runtime && (!kuv_var_is_nv(v) ||
			      !(v->attributes & KVM_UEFIVARS_ATTR_RT)))
		return true;
	return is_ruled_out(s, b, &n);
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
	b->is_mor_locked = s->mor.is_locked;
	b->state = mm_state_digest(s);
	b->frozen = frozen_digest(s, b);
	b->policies = policy_digest(&s->policy);
	mm_signed_remember(s, &b->auth);
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

/* A pool may shrink, or grow up to its limit; @extra is what may be forced in. */
static bool is_within(u64 used, u64 before, u64 max, u64 extra)
{
	if (extra && before > max)
		max = before;
	return used <= before || used <= max + extra;
}

void mm_check_growth(const struct kuv_service *s, const struct mm_before *b)
{
	/* EndOfDxe writes or drops the lock of the memory overwrite request. */
	u64 extra = s->end_of_dxe && !b->end_of_dxe ? LOCK_COST : 0;
	const struct kuv_vardb *db = &s->db;
	const struct kuv_limits *l = &s->limits;

	CHECK(is_within(db->nv_used, b->nv_used, l->nv_size, extra));
	CHECK(is_within(db->volatile_used, b->volatile_used, l->volatile_size,
			0));
	CHECK(is_within(db->tombstone_used, b->tombstone_used, l->nv_size,
			extra));
}

void mm_check_guest(const struct kuv_service *s, const struct mm_before *b)
{
	mm_check_growth(s, b);
	mm_signed_check(s, &b->auth, b->at_runtime);
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

/**
 * struct sent_write - a SetVariable as it was sent
 * @name: variable
 * @attributes: as sent
 * @descriptor: what stands in front of the payload of a signed one, or NULL
 * @data: payload
 * @len: bytes of it
 */
struct sent_write {
	struct kuv_name name;
	u32 attributes;
	const u8 *descriptor;
	const u8 *data;
	u64 len;
};

/* Takes apart what succeeded: its lengths are right. */
static void read_write(struct sent_write *w, const u8 *sent)
{
	const struct kvm_uefivars_var_access *a = (const void *)(sent + BODY);
	u32 head = 0, i;

	memset(w, 0, sizeof(*w));
	w->attributes = le32_to_cpu(a->attributes);
	w->name.guid = a->guid;
	w->name.name = (const u8 *)(a + 1);
	w->name.len = 2 * kuv_utf16_len(w->name.name,
					le64_to_cpu(a->name_size) / 2);
	w->data = w->name.name + le64_to_cpu(a->name_size);
	w->len = le64_to_cpu(a->data_size);
	if (w->attributes & KVM_UEFIVARS_ATTR_AT) {
		w->descriptor = w->data;
		for (i = 0; i < 4; i++)
			head |= (u32)w->data[16 + i] << 8 * i;
		head += 16;
	} else if (w->attributes & KVM_UEFIVARS_ATTR_AW) {
		head = w->len;
	}
	CHECK(head <= w->len);
	w->data += head;
	w->len -= head;
}

/* Of lists, what was not there is added. */
static void check_added(const struct kuv_var *v, const struct mm_before *b,
			const struct sent_write *w, enum kuv_own id)
{
	struct kuv_span old = { kuv_var_data(v), b->auth.own_len[id] };
	struct kuv_span added = { w->data, w->len };
	u8 *out = fuzz_copy(w->data, w->len, 0);
	u32 len;

	CHECK(old.len <= v->data_len);
	CHECK(kuv_siglist_filter(&old, &added, out, &len) == KUV_SUCCESS);
	CHECK(v->data_len == old.len + len);
	CHECK(!memcmp(kuv_var_data(v) + old.len, out, len));
	free(out);
}

/* What an append leaves: the end is what was sent, or what of it was new. */
static void check_appended(const struct kuv_var *v, const struct mm_before *b,
			   const struct sent_write *w)
{
	enum kuv_own id = kuv_own_id(&w->name);

	if (id > KUV_OWN_PK && id <= KUV_OWN_DBT && b->auth.own[id]) {
		check_added(v, b, w, id);
		return;
	}
	/* dbr may be a key or not. */
	if (id == KUV_OWN_DBR)
		return;
	CHECK(v->data_len >= w->len);
	CHECK(!memcmp(kuv_var_data(v) + v->data_len - w->len, w->data, w->len));
}

/* Keys and databases take nothing but lists. */
static void check_lists(const struct sent_write *w)
{
	enum kuv_own id = kuv_own_id(&w->name);
	struct kuv_span payload = { w->data, w->len };

	if (id <= KUV_OWN_DBT && w->attributes)
		CHECK(kuv_siglist_check(&payload, id == KUV_OWN_PK) ==
		      KUV_SUCCESS);
}

/* A write that succeeded is there as it was sent, and is waited for. */
static void check_written(const struct kuv_service *s,
			  const struct mm_before *b, const u8 *sent,
			  const struct kuv_mm_result *res)
{
	const struct kuv_var *v;
	struct sent_write w;

	read_write(&w, sent);
	v = kuv_vardb_find(&s->db, &w.name);
	CHECK(!kuv_varcheck_is_fixed(&w.name) && !is_ruled_out(s, b, &w.name));
	check_lists(&w);
	if (!w.len && w.attributes & ATTR_AP)
		return;
	if (!(w.attributes & KVM_UEFIVARS_ATTR_BS) || !w.len) {
		CHECK(!v);
		CHECK(res->seq >= kuv_vardb_pending_seq(&s->db, &w.name));
		return;
	}
	CHECK(v && v->attributes == (w.attributes & ~ATTR_AP));
	if (kuv_var_is_nv(v))
		CHECK(res->seq >= kuv_vardb_pending_seq(&s->db, &w.name));
	if (w.attributes & ATTR_AP) {
		check_appended(v, b, &w);
		return;
	}
	CHECK(v->data_len == w.len && !memcmp(kuv_var_data(v), w.data, w.len));
	if (w.descriptor)
		CHECK(!memcmp(kuv_var_time(v), w.descriptor, 16));
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
		check_written(s, b, sent, res);
}

void mm_check_reply(const struct kuv_service *s, const struct mm_before *b,
		    const u8 *sent, const u8 *reply, u32 total, u16 sts,
		    const struct kuv_mm_result *res)
{
	bool is_set = res->protocol == KUV_MM_VARIABLE &&
		      res->function == KVM_UEFIVARS_FN_SET_VARIABLE;
	u64 wire;

	CHECK(res->reply_len <= total);
	CHECK(!memcmp(sent + res->reply_len, reply + res->reply_len,
		      total - res->reply_len));
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
