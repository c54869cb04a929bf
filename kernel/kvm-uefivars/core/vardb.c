// SPDX-License-Identifier: GPL-2.0
/* The variables of one VM: lookup, order, accounting and change order. */
#include "vardb.h"

#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buf.h"

#define BUCKETS_MIN	64
#define BUCKETS_MAX	65536
/* Room for the variables of kuv_boot_init() above the pool's size. */
#define FORCED_MAX	1024

u32 kuv_limits_content_max(const struct kuv_limits *limits, u32 attributes)
{
	u32 max;

	if (attributes & (KVM_UEFIVARS_ATTR_AT | KVM_UEFIVARS_ATTR_AW))
		max = limits->auth_var_size;
	else if (attributes & KVM_UEFIVARS_ATTR_NV)
		max = limits->var_size;
	else
		max = limits->volatile_var_size;
	if (max < KUV_VAR_HEADER_LEN)
		return 0;
	if (max > KUV_VAR_SIZE_MAX)
		return KUV_VAR_CONTENT_MAX;
	return max - KUV_VAR_HEADER_LEN;
}

bool kuv_name_is(const struct kuv_name *n, const u8 *guid, const char *ascii)
{
	u32 i;

	if (memcmp(n->guid, guid, 16))
		return false;
	for (i = 0; i < n->len / 2; i++)
		if (!ascii[i] || kuv_utf16_at(n->name, i) != (u8)ascii[i])
			return false;
	return !ascii[i];
}

/* The namespace goes in with the key: one pass over one string. */
static u64 hash_name(const struct kuv_vardb *db, const struct kuv_name *n)
{
	siphash_key_t key;
	u64 guid[2];

	memcpy(guid, n->guid, sizeof(guid));
	key.key[0] = db->hash_key.key[0] ^ guid[0];
	key.key[1] = db->hash_key.key[1] ^ guid[1];
	return siphash(n->name, n->len, &key);
}

static struct hlist_head *bucket(const struct kuv_vardb *db, u64 hash)
{
	return &db->buckets[hash & (db->nr_buckets - 1)];
}

static bool has_name(const struct kuv_var *v, const struct kuv_name *n)
{
	return v->name_len == n->len && !memcmp(v->guid, n->guid, 16) &&
	       !memcmp(v->name, n->name, n->len);
}

static struct kuv_var *lookup(const struct kuv_vardb *db,
			      const struct kuv_name *n, u64 hash, bool deleted)
{
	struct kuv_var *v;

	hlist_for_each_entry(v, bucket(db, hash), hash_node)
		if (v->hash == hash && v->deleted == deleted && has_name(v, n))
			return v;
	return NULL;
}

/* Keep buckets short. Without memory they get longer, nothing else. */
static void maybe_grow(struct kuv_vardb *db)
{
	u32 nr = db->nr_nv + db->nr_volatile + db->nr_tombstones;
	struct kuv_vardb bigger = { .nr_buckets = db->nr_buckets * 2 };
	struct hlist_node *next;
	struct kuv_var *v;
	u32 i;

	if (nr < db->nr_buckets || db->nr_buckets >= BUCKETS_MAX)
		return;
	bigger.buckets = kvcalloc(bigger.nr_buckets, sizeof(*bigger.buckets),
				  GFP_KERNEL_ACCOUNT);
	if (!bigger.buckets)
		return;
	for (i = 0; i < db->nr_buckets; i++)
		hlist_for_each_entry_safe(v, next, &db->buckets[i], hash_node)
			hlist_add_head(&v->hash_node, bucket(&bigger, v->hash));
	kvfree(db->buckets);
	db->buckets = bigger.buckets;
	db->nr_buckets = bigger.nr_buckets;
}

static void free_var(struct kuv_var *v)
{
	hlist_del(&v->hash_node);
	list_del(&v->order_node);
	list_del(&v->dirty_node);
	kvfree(v->data);
	kvfree(v);
}

static void free_order(struct list_head *order)
{
	struct kuv_var *v, *next;

	list_for_each_entry_safe(v, next, order, order_node)
		free_var(v);
}

int kuv_vardb_init(struct kuv_vardb *db, const u8 *hash_key)
{
	memset(db, 0, sizeof(*db));
	INIT_LIST_HEAD(&db->nv);
	INIT_LIST_HEAD(&db->vol);
	INIT_LIST_HEAD(&db->dirty);
	memcpy(&db->hash_key, hash_key, sizeof(db->hash_key));
	db->nr_buckets = BUCKETS_MIN;
	db->buckets = kvcalloc(db->nr_buckets, sizeof(*db->buckets),
			       GFP_KERNEL_ACCOUNT);
	return db->buckets ? 0 : -ENOMEM;
}

void kuv_vardb_exit(struct kuv_vardb *db)
{
	struct kuv_var *v, *next;

	free_order(&db->vol);
	free_order(&db->nv);
	/* Only tombstones are left. */
	list_for_each_entry_safe(v, next, &db->dirty, dirty_node)
		free_var(v);
	kvfree(db->buckets);
	db->buckets = NULL;
}

const struct kuv_var *kuv_vardb_find(const struct kuv_vardb *db,
				     const struct kuv_name *name)
{
	return lookup(db, name, hash_name(db, name), false);
}

static u64 unacked_seq(const struct kuv_var *v)
{
	return v && !list_empty(&v->dirty_node) ? v->seq : 0;
}

u64 kuv_vardb_pending_seq(const struct kuv_vardb *db,
			  const struct kuv_name *name)
{
	u64 hash = hash_name(db, name);
	u64 live = unacked_seq(lookup(db, name, hash, false));
	u64 gone = unacked_seq(lookup(db, name, hash, true));

	return live > gone ? live : gone;
}

const struct kuv_var *kuv_vardb_next(const struct kuv_vardb *db,
				     const struct kuv_var *prev)
{
	struct list_head *pos = prev ? prev->order_node.next : db->vol.next;

	if (pos == &db->vol)
		pos = db->nv.next;
	if (pos == &db->nv)
		return NULL;
	return list_entry(pos, struct kuv_var, order_node);
}

const struct kuv_var *kuv_vardb_next_dirty(const struct kuv_vardb *db,
					   const struct kuv_var *prev)
{
	struct list_head *pos = prev ? prev->dirty_node.next : db->dirty.next;

	if (pos == &db->dirty)
		return NULL;
	return list_entry(pos, struct kuv_var, dirty_node);
}

void kuv_vardb_ack(struct kuv_vardb *db, u64 seq)
{
	struct kuv_var *v, *next;

	if (seq > db->seq)
		seq = db->seq;
	if (seq > db->acked_seq)
		db->acked_seq = seq;
	list_for_each_entry_safe(v, next, &db->dirty, dirty_node) {
		if (v->seq > seq)
			break;
		list_del_init(&v->dirty_node);
		if (!v->deleted)
			continue;
		db->tombstone_used -= kuv_var_cost(v->name_len, 0);
		db->nr_tombstones--;
		free_var(v);
	}
}

/* Account for @c at once, so that the next change of a group sees it. */
static void charge(struct kuv_vardb *db, const struct kuv_change *c)
{
	db->nv_used += c->nv;
	db->volatile_used += c->vol;
	db->tombstone_used += c->tombstones;
}

/* What shrinks always fits, even where a limit was lowered below the use. */
static bool fits(u64 used, s64 delta, u64 max)
{
	return delta <= 0 || used + delta <= max;
}

static kuv_status_t try_charge(struct kuv_vardb *db,
			       const struct kuv_limits *limits,
			       const struct kuv_change *c)
{
	if (!(c->flags & KUV_CHANGE_FORCE) &&
	    (!fits(db->nv_used, c->nv, limits->nv_size) ||
	     !fits(db->volatile_used, c->vol, limits->volatile_size) ||
	     !fits(db->tombstone_used, c->tombstones, limits->nv_size)))
		return KUV_OUT_OF_RESOURCES;
	charge(db, c);
	return KUV_SUCCESS;
}

static s64 *pool_delta(struct kuv_change *c, u32 attributes)
{
	return attributes & KVM_UEFIVARS_ATTR_NV ? &c->nv : &c->vol;
}

static void plan_removal(struct kuv_change *c, struct kuv_var *v)
{
	c->gone = v;
	*pool_delta(c, v->attributes) -= kuv_var_cost(v->name_len, v->data_len);
	if (kuv_var_is_nv(v))
		c->tombstones += kuv_var_cost(v->name_len, 0);
}

/* Find the entry that will carry the new state; NULL if a new one is needed. */
static void plan_entry(const struct kuv_vardb *db, struct kuv_change *c,
		       const struct kuv_name *n, u64 hash)
{
	bool nv = c->attributes & KVM_UEFIVARS_ATTR_NV;
	struct kuv_var *old = lookup(db, n, hash, false);

	if (old && kuv_var_is_nv(old) == nv) {
		c->var = old;
		*pool_delta(c, old->attributes) -=
			kuv_var_cost(old->name_len, old->data_len);
		return;
	}
	if (old)
		plan_removal(c, old);
	if (!nv)
		return;
	c->var = lookup(db, n, hash, true);
	if (c->var)
		c->tombstones -= kuv_var_cost(n->len, 0);
}

static struct kuv_var *alloc_var(const struct kuv_name *n, u64 hash)
{
	struct kuv_var *v = kvzalloc(struct_size(v, name, n->len),
				     GFP_KERNEL_ACCOUNT);

	if (!v)
		return NULL;
	INIT_LIST_HEAD(&v->order_node);
	INIT_LIST_HEAD(&v->dirty_node);
	v->hash = hash;
	memcpy(v->guid, n->guid, sizeof(v->guid));
	memcpy(v->name, n->name, n->len);
	v->name_len = n->len;
	return v;
}

static kuv_status_t alloc_change(struct kuv_change *c,
				 const struct kuv_name *n, u64 hash)
{
	c->data = kvmalloc(c->data_len, GFP_KERNEL_ACCOUNT);
	if (!c->data)
		return KUV_DEVICE_ERROR;
	if (c->var)
		return KUV_SUCCESS;
	c->var = alloc_var(n, hash);
	if (!c->var)
		return KUV_DEVICE_ERROR;
	c->is_new = true;
	return KUV_SUCCESS;
}

static void free_change(struct kuv_change *c)
{
	kvfree(c->data);
	if (c->is_new)
		kvfree(c->var);
	memset(c, 0, sizeof(*c));
}

kuv_status_t kuv_vardb_prepare_set(struct kuv_vardb *db,
				   const struct kuv_limits *limits,
				   struct kuv_change *c,
				   const struct kuv_write *w,
				   const u8 *head, u32 head_len,
				   const u8 *time, u32 flags)
{
	u64 hash = hash_name(db, &w->name);
	kuv_status_t status;
	u64 content = (u64)w->name.len + 2 + head_len + w->len;

	memset(c, 0, sizeof(*c));
	if (!w->name.len || !(head_len + w->len))
		return KUV_INVALID_PARAMETER;
	if (content > KUV_VAR_CONTENT_MAX)
		return KUV_OUT_OF_RESOURCES;
	c->flags = flags;
	c->attributes = w->attributes;
	c->data_len = head_len + w->len;
	maybe_grow(db);
	plan_entry(db, c, &w->name, hash);
	*pool_delta(c, w->attributes) += kuv_var_cost(w->name.len, c->data_len);
	status = alloc_change(c, &w->name, hash);
	if (status == KUV_SUCCESS)
		status = try_charge(db, limits, c);
	if (status != KUV_SUCCESS) {
		free_change(c);
		return status;
	}
	if (head_len)
		memcpy(c->data, head, head_len);
	if (w->len)
		memcpy(c->data + head_len, w->data, w->len);
	if (time)
		memcpy(c->time, time, sizeof(c->time));
	return KUV_SUCCESS;
}

kuv_status_t kuv_vardb_prepare_delete(struct kuv_vardb *db,
				      const struct kuv_limits *limits,
				      struct kuv_change *c,
				      const struct kuv_name *name, u32 flags)
{
	struct kuv_var *v = lookup(db, name, hash_name(db, name), false);

	memset(c, 0, sizeof(*c));
	if (!v)
		return KUV_NOT_FOUND;
	c->flags = flags;
	plan_removal(c, v);
	return try_charge(db, limits, c);
}

/* Take a variable out; a non-volatile one leaves a tombstone to be read. */
static u64 commit_removal(struct kuv_vardb *db, struct kuv_var *v)
{
	if (!kuv_var_is_nv(v)) {
		db->nr_volatile--;
		free_var(v);
		return 0;
	}
	db->nr_nv--;
	db->nr_tombstones++;
	list_del_init(&v->order_node);
	kvfree(v->data);
	v->data = NULL;
	v->data_len = 0;
	v->attributes = 0;
	memset(v->time, 0, sizeof(v->time));
	v->deleted = true;
	v->seq = ++db->seq;
	list_move_tail(&v->dirty_node, &db->dirty);
	return v->seq;
}

static void commit_order(struct kuv_vardb *db, const struct kuv_change *c)
{
	bool nv = c->attributes & KVM_UEFIVARS_ATTR_NV;
	struct kuv_var *v = c->var;

	if (c->is_new)
		hlist_add_head(&v->hash_node, bucket(db, v->hash));
	if (v->deleted)
		db->nr_tombstones--;
	if (c->is_new || v->deleted) {
		if (nv)
			db->nr_nv++;
		else
			db->nr_volatile++;
	}
	if (!(c->flags & KUV_CHANGE_IN_PLACE) || c->is_new || v->deleted)
		list_move_tail(&v->order_node, nv ? &db->nv : &db->vol);
	v->deleted = false;
}

static u64 commit_entry(struct kuv_vardb *db, struct kuv_change *c)
{
	struct kuv_var *v = c->var;

	commit_order(db, c);
	kvfree(v->data);
	v->data = c->data;
	v->data_len = c->data_len;
	v->attributes = c->attributes;
	memcpy(v->time, c->time, sizeof(v->time));
	if (!kuv_var_is_nv(v) || c->flags & KUV_CHANGE_CLEAN) {
		v->seq = 0;
		list_del_init(&v->dirty_node);
		return 0;
	}
	v->seq = ++db->seq;
	list_move_tail(&v->dirty_node, &db->dirty);
	return v->seq;
}

u64 kuv_vardb_commit(struct kuv_vardb *db, struct kuv_change *c)
{
	u64 seq = 0;

	if (c->gone)
		seq = commit_removal(db, c->gone);
	if (c->var) {
		u64 set_seq = commit_entry(db, c);

		seq = set_seq ? set_seq : seq;
	}
	memset(c, 0, sizeof(*c));
	return seq;
}

void kuv_vardb_abort(struct kuv_vardb *db, struct kuv_change *c)
{
	db->nv_used -= c->nv;
	db->volatile_used -= c->vol;
	db->tombstone_used -= c->tombstones;
	free_change(c);
}

void kuv_vardb_drop_volatile(struct kuv_vardb *db)
{
	free_order(&db->vol);
	db->nr_volatile = 0;
	db->volatile_used = 0;
}

/* Most bytes that entries of one pool need, each of at least 64 bytes cost. */
static u64 records_max(u64 pool, u32 record_len)
{
	u64 extra = record_len > KUV_VAR_HEADER_LEN ?
		    record_len - KUV_VAR_HEADER_LEN : 0;

	return pool + (pool / (KUV_VAR_HEADER_LEN + 4) + 1) * extra;
}

u64 kuv_vardb_batch_len_max(const struct kuv_vardb *db,
			    const struct kuv_limits *limits, u32 record_len)
{
	u64 pool = limits->nv_size;
	u64 nv = db->nv_used > pool ? db->nv_used : pool;
	u64 gone = db->tombstone_used > pool ? db->tombstone_used : pool;

	/* A reset adds to a pool that is over its limit, too. */
	return records_max(nv + FORCED_MAX, record_len) +
	       records_max(gone + FORCED_MAX, record_len);
}
