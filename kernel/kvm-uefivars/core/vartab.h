/* SPDX-License-Identifier: GPL-2.0 */
/* The variables of one VM by name: a keyed hash table that grows. */
#ifndef _KUV_CORE_VARTAB_H
#define _KUV_CORE_VARTAB_H

#include <linux/siphash.h>
#include <linux/types.h>

struct kuv_name;
struct kuv_var;

/**
 * struct kuv_vartab - variables and tombstones by name
 * @buckets: first entry of each bucket, linked by kuv_var.hash_next
 * @nr_buckets: a power of two
 * @nr: entries
 * @key: secret, so that a guest cannot choose colliding names
 *
 * There are half as many buckets as entries or more, as long as they are less
 * than KUV_VARTAB_BUCKETS_MAX: so it is in pools of default size. With the
 * largest pools full of the smallest variables a bucket has a dozen entries.
 * Those whose names collide nonetheless cost a comparison of 16 bits each, at
 * most as many as the pools have room for.
 */
struct kuv_vartab {
	struct kuv_var **buckets;
	u32 nr_buckets;
	u32 nr;
	hsiphash_key_t key;
};

/* As many as kuv_var.hash can tell apart. */
#define KUV_VARTAB_BUCKETS_MAX	65536

/**
 * kuv_vartab_init() - an empty table
 * @tab: uninitialised memory
 * @key: 16 random bytes that no guest knows
 *
 * Context: May sleep.
 * Return: 0 or -ENOMEM.
 */
int kuv_vartab_init(struct kuv_vartab *tab, const u8 *key);

/**
 * kuv_vartab_exit() - free a table, not what is in it
 * @tab: table
 *
 * Context: May sleep.
 */
void kuv_vartab_exit(struct kuv_vartab *tab);

/**
 * kuv_vartab_hash() - hash of a name
 * @tab: table whose key to use
 * @name: name
 *
 * Context: Any.
 * Return: What kuv_var.hash is for that name.
 */
u16 kuv_vartab_hash(const struct kuv_vartab *tab, const struct kuv_name *name);

/**
 * kuv_vartab_find() - look a name up
 * @tab: table
 * @name: name
 * @hash: its hash
 * @deleted: look for a tombstone, not for a variable
 *
 * Context: Any.
 * Return: The entry or NULL.
 */
struct kuv_var *kuv_vartab_find(const struct kuv_vartab *tab,
				const struct kuv_name *name, u16 hash,
				bool deleted);

/**
 * kuv_vartab_add() - put an entry in
 * @tab: table
 * @v: entry with its hash, in no table
 *
 * Context: Any.
 */
void kuv_vartab_add(struct kuv_vartab *tab, struct kuv_var *v);

/**
 * kuv_vartab_del() - take an entry out
 * @tab: table
 * @v: entry of it
 *
 * Context: Any.
 */
void kuv_vartab_del(struct kuv_vartab *tab, struct kuv_var *v);

/**
 * kuv_vartab_make_room() - keep buckets short for one more entry
 * @tab: table
 *
 * Without memory they get longer, nothing else.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 */
void kuv_vartab_make_room(struct kuv_vartab *tab);

#endif /* _KUV_CORE_VARTAB_H */
