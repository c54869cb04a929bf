/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may sign a private variable: edk2's variable certdb. */
#ifndef _VARD_SIGNERS_H
#define _VARD_SIGNERS_H

#include "records.h"

/**
 * vard_signers_is() - is this the database of signers?
 * @v: variable
 *
 * Return: Whether it is certdb or certdbv.
 */
bool vard_signers_is(const struct vard_var *v);

/**
 * vard_signers_find() - who may sign a variable
 * @vars: variables, with or without certdb among them
 * @nr: how many
 * @v: one of them
 *
 * Return: VARD_SIGNER_LEN bytes, borrowed; NULL if certdb does not tell, or
 * tells something else than a SHA-256 digest.
 */
const uint8_t *vard_signers_find(const struct vard_var *vars, size_t nr,
				 const struct vard_var *v);

/**
 * vard_signers_put() - make certdb from what the records of a file told
 * @r: records; unchanged, but for a warning, if certdb is among them
 *
 * Return: 0 or -ENOMEM.
 */
int vard_signers_put(struct vard_records *r);

/**
 * vard_signers_check() - leave a malformed certdb out, and say what a good one
 * knows
 * @r: all records of a file
 */
void vard_signers_check(struct vard_records *r);

/**
 * vard_signers_is_private() - is this a variable that one signer owns?
 * @v: variable
 *
 * Return: Whether it is authenticated, and neither a key nor the firmware's own.
 */
bool vard_signers_is_private(const struct vard_var *v);

/**
 * vard_signers_is_key() - is this a variable whose signers are other variables?
 * @v: authenticated variable
 *
 * Return: Whether it is PK, KEK, db, dbx, dbt or dbr.
 */
bool vard_signers_is_key(const struct vard_var *v);

/**
 * vard_signers_merge() - one database from two
 * @old: certdb; not used if malformed
 * @new: certdb whose entries count where both have one; good
 * @ret: filled on success, to free()
 * @ret_len: filled on success
 *
 * Return: 0 or -ENOMEM.
 */
int vard_signers_merge(const struct vard_var *old, const struct vard_var *new,
		       uint8_t **ret, size_t *ret_len);

#endif /* _VARD_SIGNERS_H */
