// SPDX-License-Identifier: GPL-2.0
/* The variables of one VM: lookup, order, accounting and change order. */
#include "vardb.h"

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buf.h"

#define TIME_LEN	16
/* An adoption may need more tombstones than the pool, and a boot more yet. */
#define ADOPT_FORCED_MAX	(KUV_POOL_FORCED_MAX - 256)

bool kuv_name_has_text(const struct kuv_name *n, const char *ascii)
{
	u32 i;

	for (i = 0; i < n->len / 2; i++)
		if (!ascii[i] || kuv_utf16_at(n->name, i) != (u8)ascii[i])
			return false;
	return !ascii[i];
}

static u16 hash_name(const struct kuv_vardb *db, const struct kuv_name *n)
{
	return kuv_vartab_hash(&db->table, n);
}

static struct kuv_var *lookup(const struct kuv_vardb *db,
			      const struct kuv_name *n, u16 hash, bool deleted)
{
	return kuv_vartab_find(&db->table, n, hash, deleted);
}

/* Where the time is, in front of the data of an authenticated variable. */
static u32 time_len(u32 attributes)
{
	return attributes & KVM_UEFIVARS_ATTR_AT ? TIME_LEN : 0;
}

static void free_data(u8 *data, u32 attributes)
{
	if (data)
		kvfree(data - time_len(attributes));
}

const u8 *kuv_var_time(const struct kuv_var *v)
{
	static const u8 zero[TIME_LEN];

	return time_len(v->attributes) ? v->data - TIME_LEN : zero;
}

/* At the end of its pool and, if it is seen there, of that at runtime. */
static void move_to_end(struct kuv_vardb *db, struct kuv_var *v)
{
	bool nv = kuv_var_is_nv(v);

	list_move_tail(&v->order_node, nv ? &db->nv : &db->vol);
	if (v->attributes & KVM_UEFIVARS_ATTR_RT)
		list_move_tail(&v->rt_node, nv ? &db->nv_rt : &db->vol_rt);
	else
		list_del_init(&v->rt_node);
}

static void free_var(struct kuv_vardb *db, struct kuv_var *v)
{
	kuv_vartab_del(&db->table, v);
	list_del(&v->order_node);
	list_del(&v->rt_node);
	list_del(&v->dirty_node);
	free_data(v->data, v->attributes);
	kvfree(v);
}

static void free_order(struct kuv_vardb *db, struct list_head *order)
{
	struct kuv_var *v, *next;

	list_for_each_entry_safe(v, next, order, order_node)
		free_var(db, v);
}

int kuv_vardb_init(struct kuv_vardb *db, const u8 *hash_key)
{
	memset(db, 0, sizeof(*db));
	INIT_LIST_HEAD(&db->nv);
	INIT_LIST_HEAD(&db->vol);
	INIT_LIST_HEAD(&db->nv_rt);
	INIT_LIST_HEAD(&db->vol_rt);
	INIT_LIST_HEAD(&db->dirty);
	return kuv_vartab_init(&db->table, hash_key);
}

void kuv_vardb_exit(struct kuv_vardb *db)
{
	struct kuv_var *v, *next;

	free_order(db, &db->vol);
	free_order(db, &db->nv);
	/* Only tombstones are left. */
	list_for_each_entry_safe(v, next, &db->dirty, dirty_node)
		free_var(db, v);
	kuv_vartab_exit(&db->table);
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
	u16 hash = hash_name(db, name);
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

static const struct kuv_var *next_rt(const struct kuv_vardb *db,
				     const struct kuv_var *prev)
{
	struct list_head *pos = prev ? prev->rt_node.next : db->vol_rt.next;

	if (pos == &db->vol_rt)
		pos = db->nv_rt.next;
	if (pos == &db->nv_rt)
		return NULL;
	return list_entry(pos, struct kuv_var, rt_node);
}

const struct kuv_var *kuv_vardb_next_visible(const struct kuv_vardb *db,
					     const struct kuv_var *prev,
					     bool at_runtime)
{
	return at_runtime ? next_rt(db, prev) : kuv_vardb_next(db, prev);
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
		free_var(db, v);
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
		       const struct kuv_name *n, u16 hash)
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

static struct kuv_var *alloc_var(const struct kuv_name *n, u16 hash)
{
	struct kuv_var *v = kvzalloc(struct_size(v, name, n->len),
				     GFP_KERNEL_ACCOUNT);

	/* Lengths in it have 16 bits. */
	BUILD_BUG_ON(KUV_VAR_CONTENT_MAX > 0xffff);
	if (!v)
		return NULL;
	INIT_LIST_HEAD(&v->order_node);
	INIT_LIST_HEAD(&v->rt_node);
	INIT_LIST_HEAD(&v->dirty_node);
	v->hash = hash;
	memcpy(v->guid, n->guid, sizeof(v->guid));
	memcpy(v->name, n->name, n->len);
	v->name_len = n->len;
	return v;
}

static kuv_status_t alloc_change(struct kuv_change *c,
				 const struct kuv_name *n, u16 hash)
{
	u32 front = time_len(c->attributes);
	u8 *data = kvmalloc(front + c->data_len, GFP_KERNEL_ACCOUNT);

	if (!data)
		return KUV_DEVICE_ERROR;
	c->data = data + front;
	if (c->var)
		return KUV_SUCCESS;
	c->var = alloc_var(n, hash);
	if (!c->var)
		return KUV_DEVICE_ERROR;
	c->is_new = true;
	return KUV_SUCCESS;
}

static void fill_time(struct kuv_change *c, const u8 *time)
{
	u32 len = time_len(c->attributes);

	if (len && time)
		memcpy(c->data - len, time, len);
	else if (len)
		memset(c->data - len, 0, len);
}

static void free_change(struct kuv_change *c)
{
	free_data(c->data, c->attributes);
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
	u16 hash = w->old ? w->old->hash : hash_name(db, &w->name);
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
	kuv_vartab_make_room(&db->table);
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
	fill_time(c, time);
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
		free_var(db, v);
		return 0;
	}
	db->nr_nv--;
	db->nr_tombstones++;
	list_del_init(&v->order_node);
	list_del_init(&v->rt_node);
	free_data(v->data, v->attributes);
	v->data = NULL;
	v->data_len = 0;
	v->attributes = 0;
	v->deleted = true;
	v->seq = ++db->seq;
	list_move_tail(&v->dirty_node, &db->dirty);
	return v->seq;
}

/* Count what is one variable more; its place is commit_entry()'s. */
static void commit_new(struct kuv_vardb *db, const struct kuv_change *c)
{
	if (c->is_new)
		kuv_vartab_add(&db->table, c->var);
	else
		db->nr_tombstones--;
	if (c->attributes & KVM_UEFIVARS_ATTR_NV)
		db->nr_nv++;
	else
		db->nr_volatile++;
}

static u64 commit_entry(struct kuv_vardb *db, struct kuv_change *c)
{
	struct kuv_var *v = c->var;
	bool is_more = c->is_new || v->deleted;
	u32 changed = v->attributes ^ c->attributes;

	if (is_more)
		commit_new(db, c);
	v->deleted = false;
	free_data(v->data, v->attributes);
	v->data = c->data;
	v->data_len = c->data_len;
	v->attributes = c->attributes;
	if (is_more || changed & KVM_UEFIVARS_ATTR_RT ||
	    !(c->flags & KUV_CHANGE_IN_PLACE))
		move_to_end(db, v);
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
	free_order(db, &db->vol);
	db->nr_volatile = 0;
	db->volatile_used = 0;
}

static struct kuv_name name_of(const struct kuv_var *v)
{
	return (struct kuv_name){ v->guid, v->name, v->name_len };
}

/* Is there a non-volatile variable of that name? */
static bool has_nv(const struct kuv_vardb *db, const struct kuv_var *like)
{
	struct kuv_name n = name_of(like);
	const struct kuv_var *v = kuv_vardb_find(db, &n);

	return v && kuv_var_is_nv(v);
}

bool kuv_vardb_can_adopt(const struct kuv_vardb *db,
			 const struct kuv_limits *limits,
			 const struct kuv_vardb *from)
{
	u64 used = db->tombstone_used;
	const struct kuv_var *v;
	struct kuv_name n;

	list_for_each_entry(v, &db->nv, order_node)
		if (!has_nv(from, v))
			used += kuv_var_cost(v->name_len, 0);
	list_for_each_entry(v, &from->nv, order_node) {
		n = name_of(v);
		if (lookup(db, &n, hash_name(db, &n), true))
			used -= kuv_var_cost(v->name_len, 0);
	}
	return used <= limits->nv_size + ADOPT_FORCED_MAX;
}

/* The entry of @db that takes the state of a non-volatile one, or NULL. */
static struct kuv_var *adopting_entry(struct kuv_vardb *db,
				      const struct kuv_var *v)
{
	struct kuv_name n = name_of(v);
	struct kuv_var *old = lookup(db, &n, v->hash, false);

	if (old && kuv_var_is_nv(old))
		return old;
	if (old) {
		db->volatile_used -= kuv_var_cost(n.len, old->data_len);
		commit_removal(db, old);
	}
	return lookup(db, &n, v->hash, true);
}

static bool is_same_state(const struct kuv_var *a, const struct kuv_var *b)
{
	return a->attributes == b->attributes && a->data_len == b->data_len &&
	       !memcmp(kuv_var_time(a), kuv_var_time(b), TIME_LEN) &&
	       !memcmp(a->data, b->data, a->data_len);
}

/* Take over the state of @v of @from, which is freed. Is the state new? */
static bool take_state(struct kuv_vardb *db, struct kuv_var *old,
		       struct kuv_vardb *from, struct kuv_var *v)
{
	bool is_new = old->deleted || !is_same_state(old, v);

	if (old->deleted) {
		old->deleted = false;
		db->tombstone_used -= kuv_var_cost(old->name_len, 0);
		db->nr_tombstones--;
		db->nr_nv++;
	}
	if (is_new) {
		free_data(old->data, old->attributes);
		old->data = v->data;
		v->data = NULL;
		old->data_len = v->data_len;
		old->attributes = v->attributes;
	}
	free_var(from, v);
	return is_new;
}

static void move_entry(struct kuv_vardb *db, struct kuv_vardb *from,
		       struct kuv_var *v)
{
	kuv_vartab_del(&from->table, v);
	kuv_vartab_add(&db->table, v);
}

static void adopt_nv(struct kuv_vardb *db, struct kuv_vardb *from,
		     struct kuv_var *v)
{
	struct kuv_var *old = adopting_entry(db, v);
	bool is_new = true;

	if (old) {
		is_new = take_state(db, old, from, v);
		v = old;
	} else {
		move_entry(db, from, v);
		db->nr_nv++;
	}
	move_to_end(db, v);
	if (!is_new)
		return;
	v->seq = ++db->seq;
	list_move_tail(&v->dirty_node, &db->dirty);
}

u64 kuv_vardb_adopt(struct kuv_vardb *db, struct kuv_vardb *from)
{
	struct kuv_var *v, *next;
	u64 before = db->seq;

	list_for_each_entry_safe(v, next, &db->nv, order_node) {
		if (has_nv(from, v))
			continue;
		db->tombstone_used += kuv_var_cost(v->name_len, 0);
		commit_removal(db, v);
	}
	list_for_each_entry_safe(v, next, &from->nv, order_node) {
		kuv_vartab_make_room(&db->table);
		adopt_nv(db, from, v);
	}
	db->nv_used = from->nv_used;
	from->nv_used = 0;
	from->nr_nv = 0;
	return db->seq == before ? 0 : db->seq;
}

void kuv_vardb_adopt_volatile(struct kuv_vardb *db, struct kuv_vardb *from)
{
	struct kuv_var *v, *next;

	kuv_vardb_drop_volatile(db);
	list_for_each_entry_safe(v, next, &from->vol, order_node) {
		kuv_vartab_make_room(&db->table);
		move_entry(db, from, v);
		move_to_end(db, v);
		db->nr_volatile++;
	}
	db->volatile_used = from->volatile_used;
	from->volatile_used = 0;
	from->nr_volatile = 0;
}
