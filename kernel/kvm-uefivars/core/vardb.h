/* SPDX-License-Identifier: GPL-2.0 */
/* The variables of one VM: lookup, order, accounting and change order. */
#ifndef _KUV_CORE_VARDB_H
#define _KUV_CORE_VARDB_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/string.h>
#include <linux/types.h>

#include "status.h"
#include "vartab.h"

/* What a stored variable costs beside its name and data. */
#define KUV_VAR_HEADER_LEN	60
/* Most name (NUL included) plus data of a variable that a message can carry. */
#define KUV_VAR_CONTENT_MAX \
	(KVM_UEFIVARS_BUFFER_MAX - sizeof(struct kvm_uefivars_mm_header) - \
	 sizeof(struct kvm_uefivars_var_header) - \
	 sizeof(struct kvm_uefivars_var_access))
/* How far the service's own variables may push the use of a pool over it. */
#define KUV_POOL_FORCED_MAX	1024
/* Largest value of a *_var_size limit that has a meaning. */
#define KUV_VAR_SIZE_MAX	(KUV_VAR_HEADER_LEN + KUV_VAR_CONTENT_MAX)

/**
 * struct kuv_limits - how much one VM may store
 * @nv_size: bytes of the non-volatile pool
 * @volatile_size: bytes of the volatile pool
 * @var_size: largest header + name + data of a plain non-volatile variable
 * @auth_var_size: the same for an authenticated variable
 * @volatile_var_size: the same for a volatile variable
 *
 * The header of a variable counts 60 bytes, as in a flash store. Whatever the
 * last three say, no variable is larger than KUV_VAR_SIZE_MAX.
 */
struct kuv_limits {
	u64 nv_size;
	u64 volatile_size;
	u32 var_size;
	u32 auth_var_size;
	u32 volatile_var_size;
};

/**
 * struct kuv_name - a variable name and its namespace, not owned
 * @guid: vendor namespace, 16 bytes in wire order
 * @name: UTF-16LE bytes without a NUL, any alignment
 * @len: bytes of @name, even; 0 only where a function says what that means
 */
struct kuv_name {
	const u8 *guid;
	const u8 *name;
	u32 len;
};

/**
 * struct kuv_write - a variable as a caller wants it stored
 * @name: name and namespace
 * @attributes: as passed, KVM_UEFIVARS_ATTR_AP included
 * @data: payload, without a descriptor of authentication
 * @len: bytes of @data
 * @old: what kuv_vardb_find() said of @name, which spares hashing it again; NULL
 *	if nobody has asked, or there was nothing
 */
struct kuv_write {
	struct kuv_name name;
	u32 attributes;
	const u8 *data;
	u32 len;
	const struct kuv_var *old;
};

/**
 * struct kuv_var - one variable, or what is left of a deleted one
 * @seq: change that made it what it is; 0 if never logged
 * @hash: part of the keyed hash of namespace and name
 * @name_len: bytes of name, no NUL
 * @data_len: bytes of data, 0 only if @deleted
 * @attributes: stored attributes, 0 if @deleted
 * @deleted: a tombstone: kept until the deletion of a non-volatile variable is
 *	acknowledged, seen by kuv_vardb_next_dirty() only
 * @guid: vendor namespace
 * @hash_next: next entry in the bucket of its name
 * @order_node: in the list of its pool; a tombstone is in none
 * @rt_node: likewise in the list of what is seen at runtime, or empty
 * @dirty_node: in the list of unacknowledged changes, or empty
 * @data: owned; the EFI_TIME of an authenticated variable lies in front of it
 * @name: owned, UTF-16LE
 *
 * Dense: a host may keep a hundred thousand of these.
 */
struct kuv_var {
	u64 seq;
	u16 hash;
	u16 name_len;
	u16 data_len;
	u8 attributes;
	bool deleted;
	u8 guid[16];
	struct kuv_var *hash_next;
	struct list_head order_node;
	struct list_head rt_node;
	struct list_head dirty_node;
	u8 *data;
	u8 name[];
};

/**
 * struct kuv_vardb - the variables of one VM
 * @seq: number of the newest change to a non-volatile variable
 * @acked_seq: number up to which changes are acknowledged
 * @nv_used: bytes charged to the non-volatile pool
 * @volatile_used: bytes charged to the volatile pool
 * @tombstone_used: bytes charged for tombstones, bounded as the NV pool is
 * @nr_nv: non-volatile variables
 * @nr_volatile: volatile variables
 * @nr_tombstones: deletions not acknowledged yet
 * @nv: non-volatile variables, least recently written first
 * @vol: volatile variables, likewise
 * @nv_rt: those of @nv that are seen at runtime, in the same order
 * @vol_rt: those of @vol, likewise
 * @dirty: unacknowledged changes by ascending seq, a variable at most once
 * @table: all variables and tombstones by name
 *
 * A name is there at most once, beside at most one tombstone of that name.
 */
struct kuv_vardb {
	u64 seq;
	u64 acked_seq;
	u64 nv_used;
	u64 volatile_used;
	u64 tombstone_used;
	u32 nr_nv;
	u32 nr_volatile;
	u32 nr_tombstones;
	struct list_head nv;
	struct list_head vol;
	struct list_head nv_rt;
	struct list_head vol_rt;
	struct list_head dirty;
	struct kuv_vartab table;
};

/* Flags of a change. */
#define KUV_CHANGE_CLEAN	BIT(0)	/* on disk already: do not log it */
#define KUV_CHANGE_FORCE	BIT(1)	/* own variable: pools may overflow */
#define KUV_CHANGE_IN_PLACE	BIT(2)	/* keep its place in the order */

/**
 * struct kuv_change - a change that is ready and cannot fail any more
 * @var: entry that gets the new state, NULL for a deletion
 * @gone: entry that goes, or NULL
 * @data: new data, owned, as in a variable of @attributes
 * @data_len: bytes of @data
 * @attributes: new attributes
 * @flags: KUV_CHANGE_*
 * @is_new: @var was allocated for this change
 * @nv: bytes added to the non-volatile pool, may be negative
 * @vol: bytes added to the volatile pool, may be negative
 * @tombstones: bytes added to the tombstones, may be negative
 */
struct kuv_change {
	struct kuv_var *var;
	struct kuv_var *gone;
	u8 *data;
	u32 data_len;
	u32 attributes;
	u32 flags;
	bool is_new;
	s64 nv;
	s64 vol;
	s64 tombstones;
};

/**
 * kuv_write_is_delete() - does a write look like a deletion?
 * @w: write
 *
 * Context: Any.
 * Return: true if no attributes are given, or no data without an append.
 */
static inline bool kuv_write_is_delete(const struct kuv_write *w)
{
	return !w->attributes ||
	       (!w->len && !(w->attributes & KVM_UEFIVARS_ATTR_AP));
}

/**
 * kuv_var_name() - the name of a variable
 * @v: variable or tombstone
 *
 * Context: Any.
 * Return: @v->name_len bytes of UTF-16LE, no NUL.
 */
static inline const u8 *kuv_var_name(const struct kuv_var *v)
{
	return v->name;
}

/**
 * kuv_var_data() - the data of a variable
 * @v: variable or tombstone
 *
 * Context: Any.
 * Return: @v->data_len bytes; NULL for a tombstone.
 */
static inline const u8 *kuv_var_data(const struct kuv_var *v)
{
	return v->data;
}

/**
 * kuv_var_time() - when a variable was signed
 * @v: variable or tombstone
 *
 * Context: Any.
 * Return: 16 bytes of EFI_TIME, zero if @v is not an authenticated variable.
 */
const u8 *kuv_var_time(const struct kuv_var *v);

/**
 * kuv_var_is_nv() - is a variable non-volatile?
 * @v: variable, no tombstone
 *
 * Context: Any.
 * Return: true if it is in the non-volatile pool.
 */
static inline bool kuv_var_is_nv(const struct kuv_var *v)
{
	return v->attributes & KVM_UEFIVARS_ATTR_NV;
}

/**
 * kuv_var_cost() - what a variable is charged
 * @name_len: bytes of name, no NUL
 * @data_len: bytes of data
 *
 * Context: Any.
 * Return: Bytes, a multiple of 4.
 */
static inline u32 kuv_var_cost(u32 name_len, u32 data_len)
{
	return (KUV_VAR_HEADER_LEN + name_len + 2 + data_len + 3) & ~3U;
}

/**
 * kuv_limits_content_max() - most name and data a variable may have
 * @limits: limits in force
 * @attributes: attributes of the variable
 *
 * The one place that knows the limit of a variable.
 *
 * Context: Any.
 * Return: Bytes of name (NUL included) plus data.
 */
u32 kuv_limits_content_max(const struct kuv_limits *limits, u32 attributes);

/**
 * kuv_name_has_text() - compare a name, not its namespace
 * @n: name
 * @ascii: name, ASCII only
 *
 * Context: Any.
 * Return: true if both are equal.
 */
bool kuv_name_has_text(const struct kuv_name *n, const char *ascii);

/**
 * kuv_name_is() - compare a name with a well-known one
 * @n: name
 * @guid: namespace, 16 bytes
 * @ascii: name, ASCII only
 *
 * Most names are in no well-known namespace, and differ in its first byte.
 *
 * Context: Any.
 * Return: true if both are equal.
 */
static inline bool kuv_name_is(const struct kuv_name *n, const u8 *guid,
			       const char *ascii)
{
	return n->guid[0] == guid[0] && !memcmp(n->guid, guid, 16) &&
	       kuv_name_has_text(n, ascii);
}

/**
 * kuv_vardb_init() - an empty database
 * @db: uninitialised memory
 * @hash_key: 16 random bytes that no guest knows
 *
 * Context: May sleep.
 * Return: 0 or -ENOMEM.
 */
int kuv_vardb_init(struct kuv_vardb *db, const u8 *hash_key);

/**
 * kuv_vardb_exit() - free all variables and tombstones
 * @db: database
 *
 * Context: May sleep.
 */
void kuv_vardb_exit(struct kuv_vardb *db);

/**
 * kuv_vardb_find() - look a variable up
 * @db: database
 * @name: name; an empty one finds nothing
 *
 * The cost does not depend on how many variables there are.
 *
 * Context: Any.
 * Return: The variable or NULL; valid until the next change.
 */
const struct kuv_var *kuv_vardb_find(const struct kuv_vardb *db,
				     const struct kuv_name *name);

/**
 * kuv_vardb_find_visible() - look a variable up as a guest sees it
 * @db: database
 * @name: name
 * @at_runtime: ExitBootServices was called: only RT variables are seen
 *
 * Context: Any.
 * Return: The variable or NULL; valid until the next change.
 */
static inline const struct kuv_var *
kuv_vardb_find_visible(const struct kuv_vardb *db, const struct kuv_name *name,
		       bool at_runtime)
{
	const struct kuv_var *v = kuv_vardb_find(db, name);

	if (v && at_runtime && !(v->attributes & KVM_UEFIVARS_ATTR_RT))
		return NULL;
	return v;
}

/**
 * kuv_vardb_pending_seq() - change of a name that is not acknowledged yet
 * @db: database
 * @name: name
 *
 * Context: Any.
 * Return: Sequence number of the newest unacknowledged change (a deletion
 * too), 0 if there is none.
 */
u64 kuv_vardb_pending_seq(const struct kuv_vardb *db,
			  const struct kuv_name *name);

/**
 * kuv_vardb_next() - enumerate, volatile variables first
 * @db: database
 * @prev: variable before, NULL to begin
 *
 * Within a pool the order is that of creation; a variable that is written
 * again moves to the end. Whatever else is made or deleted between two steps,
 * each of the others is met once.
 *
 * Context: Any.
 * Return: The next variable, never a tombstone; NULL at the end.
 */
const struct kuv_var *kuv_vardb_next(const struct kuv_vardb *db,
				     const struct kuv_var *prev);

/**
 * kuv_vardb_next_visible() - enumerate what a guest sees, in the same order
 * @db: database
 * @prev: variable before, one that is seen; NULL to begin
 * @at_runtime: ExitBootServices was called: only RT variables are seen
 *
 * The cost does not depend on how many variables there are, hidden ones
 * included.
 *
 * Context: Any.
 * Return: The next variable; NULL at the end.
 */
const struct kuv_var *kuv_vardb_next_visible(const struct kuv_vardb *db,
					     const struct kuv_var *prev,
					     bool at_runtime);

/**
 * kuv_vardb_next_dirty() - enumerate unacknowledged changes
 * @db: database
 * @prev: entry before, NULL to begin
 *
 * Context: Any.
 * Return: The next changed variable or tombstone by ascending seq, or NULL.
 */
const struct kuv_var *kuv_vardb_next_dirty(const struct kuv_vardb *db,
					   const struct kuv_var *prev);

/**
 * kuv_vardb_ack() - forget changes that are durable
 * @db: database
 * @seq: newest of them; anything newer than @db->seq counts as @db->seq
 *
 * Context: May sleep.
 */
void kuv_vardb_ack(struct kuv_vardb *db, u64 seq);

/**
 * kuv_vardb_prepare_set() - build a new state of a variable aside
 * @db: database
 * @limits: limits in force; only the pools are checked here
 * @c: change, filled on success
 * @w: name, stored attributes (no AP), data; @w->len must not be 0
 * @head: bytes that go in front of @w->data, may be NULL
 * @head_len: bytes of @head
 * @time: EFI_TIME of an authenticated variable, or NULL for zero
 * @flags: KUV_CHANGE_*
 *
 * Replaces whatever the name was, also in the other pool. Between this and
 * kuv_vardb_commit() or kuv_vardb_abort() only further changes, of other
 * names, may be prepared; a group of them is committed or aborted as a whole.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, OUT_OF_RESOURCES (pool full) or DEVICE_ERROR (no memory),
 * both with nothing changed.
 */
kuv_status_t kuv_vardb_prepare_set(struct kuv_vardb *db,
				   const struct kuv_limits *limits,
				   struct kuv_change *c,
				   const struct kuv_write *w,
				   const u8 *head, u32 head_len,
				   const u8 *time, u32 flags);

/**
 * kuv_vardb_prepare_delete() - get the deletion of a variable ready
 * @db: database
 * @limits: limits in force
 * @c: change, filled on success
 * @name: variable to delete
 * @flags: KUV_CHANGE_*
 *
 * Context: Any.
 * Return: SUCCESS, NOT_FOUND, or OUT_OF_RESOURCES (too many deletions are not
 * acknowledged yet).
 */
kuv_status_t kuv_vardb_prepare_delete(struct kuv_vardb *db,
				      const struct kuv_limits *limits,
				      struct kuv_change *c,
				      const struct kuv_name *name, u32 flags);

/**
 * kuv_vardb_commit() - make a prepared change, which cannot fail
 * @db: database
 * @c: change, used up
 *
 * Context: May sleep.
 * Return: Its sequence number, 0 if it was not logged.
 */
u64 kuv_vardb_commit(struct kuv_vardb *db, struct kuv_change *c);

/**
 * kuv_vardb_abort() - drop a prepared change, nothing has happened
 * @db: database
 * @c: change, used up
 *
 * Context: May sleep.
 */
void kuv_vardb_abort(struct kuv_vardb *db, struct kuv_change *c);

/**
 * kuv_vardb_drop_volatile() - forget all volatile variables
 * @db: database
 *
 * Context: May sleep.
 */
void kuv_vardb_drop_volatile(struct kuv_vardb *db);

/**
 * kuv_vardb_can_adopt() - is there room for the deletions of an adoption?
 * @db: database
 * @limits: limits in force
 * @from: database with the variables to adopt
 *
 * Context: Any.
 * Return: false if too many deletions would not be acknowledged.
 */
bool kuv_vardb_can_adopt(const struct kuv_vardb *db,
			 const struct kuv_limits *limits,
			 const struct kuv_vardb *from);

/**
 * kuv_vardb_adopt() - let the non-volatile variables be those of another
 * database, which cannot fail
 * @db: database
 * @from: database with the same hash key and no changes to acknowledge; loses
 *	its non-volatile variables
 *
 * Those that are the same in both keep their state and are not logged; all
 * take the order of @from. Those that @from has not are deleted. A volatile
 * variable of @db gives way to one of its name.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: Sequence number of the newest change, 0 if none was logged.
 */
u64 kuv_vardb_adopt(struct kuv_vardb *db, struct kuv_vardb *from);

/**
 * kuv_vardb_adopt_volatile() - let the volatile variables be those of another
 * database, which cannot fail
 * @db: database; has no non-volatile variable of their names
 * @from: database with the same hash key; loses its volatile variables
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 */
void kuv_vardb_adopt_volatile(struct kuv_vardb *db, struct kuv_vardb *from);

/**
 * kuv_vardb_batch_len_max() - bound of what unacknowledged changes can be
 * @db: database
 * @limits: limits in force
 * @record_len: bytes a batch spends on a change beside its name and data,
 *	padding included
 *
 * Valid as long as @limits are.
 *
 * Context: Any.
 * Return: Most bytes that all changes together can need.
 */
u64 kuv_vardb_batch_len_max(const struct kuv_vardb *db,
			    const struct kuv_limits *limits, u32 record_len);

#endif /* _KUV_CORE_VARDB_H */
