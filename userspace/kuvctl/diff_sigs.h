/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between two signature databases. */
#ifndef _KUVCTL_DIFF_SIGS_H
#define _KUVCTL_DIFF_SIGS_H

#include <json-c/json.h>

#include "var.h"

/**
 * diff_sigs() - compare signature databases entry by entry, or exit
 * @old: variable; one without a name has no entries
 * @new: the same variable later, likewise
 *
 * Return: Array of objects with change, type, owner, and subject and sha-256
 * or data; NULL if the variable is no signature database or one is malformed.
 */
json_object *diff_sigs(const struct vard_var *old, const struct vard_var *new);

/**
 * diff_sigs_print() - print what diff_sigs() returned
 * @list: array or NULL
 */
void diff_sigs_print(json_object *list);

#endif /* _KUVCTL_DIFF_SIGS_H */
