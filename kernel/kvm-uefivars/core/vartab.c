// SPDX-License-Identifier: GPL-2.0
/* The variables of one VM by name: a keyed hash table that grows. */
#include "vartab.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vardb.h"

#define BUCKETS_MIN	64
/* Entries per bucket: a store of usual size has the first ones for good. */
#define LOAD_MAX	2

int kuv_vartab_init(struct kuv_vartab *tab, const u8 *key)
{
	tab->nr = 0;
	tab->nr_buckets = BUCKETS_MIN;
	memcpy(&tab->key, key, sizeof(tab->key));
	tab->buckets = kvcalloc(tab->nr_buckets, sizeof(*tab->buckets),
				GFP_KERNEL_ACCOUNT);
	return tab->buckets ? 0 : -ENOMEM;
}

void kuv_vartab_exit(struct kuv_vartab *tab)
{
	kvfree(tab->buckets);
	tab->buckets = NULL;
}

/* The namespace goes in with the key: one pass over one string. */
u16 kuv_vartab_hash(const struct kuv_vartab *tab, const struct kuv_name *name)
{
	hsiphash_key_t key = tab->key;
	unsigned long guid[16 / sizeof(long)];
	u32 i;

	memcpy(guid, name->guid, sizeof(guid));
	for (i = 0; i < ARRAY_SIZE(guid); i++)
		key.key[i % ARRAY_SIZE(key.key)] ^= guid[i];
	return hsiphash(name->name, name->len, &key);
}

static struct kuv_var **bucket(const struct kuv_vartab *tab, u16 hash)
{
	return &tab->buckets[hash & (tab->nr_buckets - 1)];
}

static bool has_name(const struct kuv_var *v, const struct kuv_name *n)
{
	return v->name_len == n->len && !memcmp(v->guid, n->guid, 16) &&
	       !memcmp(v->name, n->name, n->len);
}

struct kuv_var *kuv_vartab_find(const struct kuv_vartab *tab,
				const struct kuv_name *name, u16 hash,
				bool deleted)
{
	struct kuv_var *v;

	for (v = *bucket(tab, hash); v; v = v->hash_next)
		if (v->hash == hash && v->deleted == deleted &&
		    has_name(v, name))
			return v;
	return NULL;
}

void kuv_vartab_add(struct kuv_vartab *tab, struct kuv_var *v)
{
	struct kuv_var **head = bucket(tab, v->hash);

	v->hash_next = *head;
	*head = v;
	tab->nr++;
}

void kuv_vartab_del(struct kuv_vartab *tab, struct kuv_var *v)
{
	struct kuv_var **p = bucket(tab, v->hash);

	while (*p != v)
		p = &(*p)->hash_next;
	*p = v->hash_next;
	tab->nr--;
}

void kuv_vartab_make_room(struct kuv_vartab *tab)
{
	struct kuv_vartab bigger = { .nr_buckets = tab->nr_buckets * 2 };
	struct kuv_var *v;
	u32 i;

	if (tab->nr < LOAD_MAX * tab->nr_buckets ||
	    tab->nr_buckets >= KUV_VARTAB_BUCKETS_MAX)
		return;
	bigger.buckets = kvcalloc(bigger.nr_buckets, sizeof(*bigger.buckets),
				  GFP_KERNEL_ACCOUNT);
	if (!bigger.buckets)
		return;
	for (i = 0; i < tab->nr_buckets; i++)
		while ((v = tab->buckets[i])) {
			tab->buckets[i] = v->hash_next;
			kuv_vartab_add(&bigger, v);
		}
	kvfree(tab->buckets);
	tab->buckets = bigger.buckets;
	tab->nr_buckets = bigger.nr_buckets;
}
