/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which variable a word of the command line means. */
#ifndef _KUVCTL_NAMES_H
#define _KUVCTL_NAMES_H

#include <stdbool.h>

#include "vars.h"

/**
 * enum names_want - what a command wants of the variable
 * @NAMES_EXISTING: it must be there
 * @NAMES_ANY: it may be a new one
 */
enum names_want {
	NAMES_EXISTING,
	NAMES_ANY,
};

/**
 * names_resolve() - the variable that a word means, or exit
 * @v: variables of the VM
 * @word: NAME-GUID, or NAME: one of the specification, else the only one of
 *	that name which the VM has, else one that is well known
 * @want: may it be new?
 * @ret: guid and name are filled, the name to free(); if the VM has the
 *	variable, attributes and time are its own, else those that are usual
 *
 * Return: The VM's variable, or NULL.
 */
const struct vard_var *names_resolve(const struct kuvctl_vars *v,
				     const char *word, enum names_want want,
				     struct vard_var *ret);

/**
 * names_match() - does a word of the command line mean a variable?
 * @v: variable
 * @word: NAME, NAME-GUID, or a glob for one of them
 */
bool names_match(const struct vard_var *v, const char *word);

/**
 * names_is_key() - is it one of those that Secure Boot trusts?
 * @v: variable
 */
bool names_is_key(const struct vard_var *v);

#endif /* _KUVCTL_NAMES_H */
