// SPDX-License-Identifier: GPL-2.0-or-later
/* Variables in memory: a list that owns them, can be searched and compared. */
#include "varlist.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

void vard_varlist_free(struct vard_varlist *l)
{
	for (size_t i = 0; i < l->nr; i++)
		free((void *)(uintptr_t)l->vars[i].name);
	free(l->vars);
	free(l->sorted);
	*l = (struct vard_varlist){ 0 };
}

int vard_varlist_add(struct vard_varlist *l, const struct vard_var *v)
{
	size_t name_len = v->name_len, data_len = v->is_deleted ? 0 : v->data_len;
	uint8_t *copy;

	/* Doubles at each power of two. */
	if ((l->nr & (l->nr - 1)) == 0) {
		void *p = reallocarray(l->vars, l->nr ? l->nr * 2 : 1,
				       sizeof(*l->vars));

		if (!p)
			return -ENOMEM;
		l->vars = p;
	}
	/* One allocation: the data is behind the name. */
	copy = malloc(name_len + data_len + 1);
	if (!copy)
		return -ENOMEM;
	if (name_len)
		memcpy(copy, v->name, name_len);
	if (data_len)
		memcpy(copy + name_len, v->data, data_len);
	l->vars[l->nr] = *v;
	l->vars[l->nr].name = copy;
	l->vars[l->nr].data = copy + name_len;
	l->vars[l->nr++].data_len = (uint32_t)data_len;
	return 0;
}

/* As SQLite orders guid, name_utf16. */
static int compare(const struct vard_var *a, const struct vard_var *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int r = vard_guid_compare(a->guid, b->guid);

	if (r)
		return r;
	r = len ? memcmp(a->name, b->name, len) : 0;
	return r ? r : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

static int compare_entries(const void *a, const void *b)
{
	return compare(*(struct vard_var *const *)a,
		       *(struct vard_var *const *)b);
}

static int sort(struct vard_varlist *l)
{
	if (l->sorted)
		return 0;
	l->sorted = calloc(l->nr + 1, sizeof(*l->sorted));
	if (!l->sorted)
		return -ENOMEM;
	for (size_t i = 0; i < l->nr; i++)
		l->sorted[i] = &l->vars[i];
	qsort(l->sorted, l->nr, sizeof(*l->sorted), compare_entries);
	return 0;
}

int vard_varlist_find(struct vard_varlist *l, const struct vard_var *key,
		      const struct vard_var **ret)
{
	struct vard_var **found;
	int r = sort(l);

	if (r < 0)
		return r;
	found = bsearch(&key, l->sorted, l->nr, sizeof(*l->sorted),
			compare_entries);
	*ret = found ? *found : NULL;
	return 0;
}

static bool is_nv(const struct vard_var *v)
{
	return v->attributes & KVM_UEFIVARS_ATTR_NV;
}

int vard_varlist_digest(struct vard_varlist *l, uint8_t ret[VARD_DIGEST_LEN])
{
	struct vard_digest *d;
	int r = sort(l);

	if (r < 0)
		return r;
	d = vard_digest_new();
	if (!d)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < l->nr; i++)
		if (is_nv(l->sorted[i]))
			r = vard_digest_add(d, l->sorted[i]);
	if (r == 0)
		r = vard_digest_end(d, ret);
	vard_digest_free(d);
	return r;
}

bool vard_var_is_same(const struct vard_var *a, const struct vard_var *b)
{
	if (!a || !b)
		return !a && !b;
	return a->attributes == b->attributes && a->data_len == b->data_len &&
	       compare(a, b) == 0 &&
	       memcmp(a->time, b->time, sizeof(a->time)) == 0 &&
	       (a->data_len == 0 || memcmp(a->data, b->data, a->data_len) == 0);
}

static int add_if_new(struct vard_varlist *before, const struct vard_var *v,
		      struct vard_varlist *ret)
{
	const struct vard_var *old;
	int r = vard_varlist_find(before, v, &old);

	if (r < 0 || !is_nv(v) || vard_var_is_same(old, v))
		return r;
	return vard_varlist_add(ret, v);
}

static int add_if_gone(struct vard_varlist *after, const struct vard_var *v,
		       struct vard_varlist *ret)
{
	const struct vard_var *now;
	struct vard_var gone = *v;
	int r = vard_varlist_find(after, v, &now);

	if (r < 0 || !is_nv(v) || (now && is_nv(now)))
		return r;
	gone.is_deleted = true;
	return vard_varlist_add(ret, &gone);
}

int vard_varlist_diff(struct vard_varlist *before, struct vard_varlist *after,
		      struct vard_varlist *ret)
{
	int r = 0;

	*ret = (struct vard_varlist){ 0 };
	for (size_t i = 0; r == 0 && i < after->nr; i++)
		r = add_if_new(before, &after->vars[i], ret);
	for (size_t i = 0; r == 0 && i < before->nr; i++)
		r = add_if_gone(after, &before->vars[i], ret);
	return r;
}
