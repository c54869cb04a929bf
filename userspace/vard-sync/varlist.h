/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables in memory: a list that owns them, can be searched and compared. */
#ifndef _VARD_VARLIST_H
#define _VARD_VARLIST_H

#include "digest.h"
#include "var.h"

/**
 * struct vard_varlist - variables, in the order in which they were added
 * @vars: each owns its name and data
 * @nr: how many
 * @sorted: the same in the order of a digest; NULL until it is asked for
 */
struct vard_varlist {
	struct vard_var *vars;
	size_t nr;
	struct vard_var **sorted;
};

/**
 * vard_varlist_free() - forget every variable
 * @l: list; empty afterwards
 */
void vard_varlist_free(struct vard_varlist *l);

/**
 * vard_varlist_add() - add a copy
 * @l: list
 * @v: variable, or a removal, that is not in it yet
 *
 * Return: 0 or -ENOMEM.
 */
int vard_varlist_add(struct vard_varlist *l, const struct vard_var *v);

/**
 * vard_varlist_find() - look a variable up
 * @l: list; nothing may be added to it from now on
 * @key: its guid and name
 * @ret: filled: the variable, or NULL if there is none
 *
 * Return: 0 or -ENOMEM.
 */
int vard_varlist_find(struct vard_varlist *l, const struct vard_var *key,
		      const struct vard_var **ret);

/**
 * vard_varlist_digest() - the digest of the non-volatile ones
 * @l: list; nothing may be added to it from now on
 * @ret: filled
 *
 * Return: 0, -ENOMEM, or -EIO without SHA-256.
 */
int vard_varlist_digest(struct vard_varlist *l, uint8_t ret[VARD_DIGEST_LEN]);

/**
 * vard_varlist_diff() - what leads from one list to another
 * @before: list
 * @after: list
 * @ret: filled: non-volatile variables of @after that are not the same in
 *	@before, in the order of @after, then removals; also after a failure
 *	for vard_varlist_free()
 *
 * Return: 0 or -ENOMEM.
 */
int vard_varlist_diff(struct vard_varlist *before, struct vard_varlist *after,
		      struct vard_varlist *ret);

/**
 * vard_var_is_same() - are two variables the same, but for their seq?
 * @a: variable or NULL
 * @b: variable or NULL
 *
 * Return: Whether they are.
 */
bool vard_var_is_same(const struct vard_var *a, const struct vard_var *b);

#endif /* _VARD_VARLIST_H */
