/* SPDX-License-Identifier: GPL-2.0 */
/* Who signs a private variable: the variables certdb and certdbv. */
#ifndef _KUV_CORE_CERTDB_H
#define _KUV_CORE_CERTDB_H

#include "service.h"

struct kuv_group;

/**
 * kuv_certdb_find() - what is known about the signer of a private variable
 * @s: service
 * @name: variable
 * @is_nv: it is not volatile
 * @ret_signer: what was bound: a digest, or a stack of certificates that an
 *	older firmware wrote; valid until the next change
 *
 * Context: Any.
 * Return: SUCCESS, NOT_FOUND, or SECURITY_VIOLATION if the database is missing
 * or malformed.
 */
kuv_status_t kuv_certdb_find(const struct kuv_service *s,
			     const struct kuv_name *name, bool is_nv,
			     struct kuv_span *ret_signer);

/**
 * kuv_certdb_bind() - bind a new private variable to its signer
 * @s: service
 * @g: group that the change of the database is added to
 * @name: variable; what was bound to the name before is dropped
 * @is_nv: it is not volatile
 * @signer: what to bind
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, SECURITY_VIOLATION (malformed, or over the size that the
 * database may have), OUT_OF_RESOURCES (pool) or DEVICE_ERROR (no memory).
 */
kuv_status_t kuv_certdb_bind(const struct kuv_service *s, struct kuv_group *g,
			     const struct kuv_name *name, bool is_nv,
			     const struct kuv_span *signer);

/**
 * kuv_certdb_unbind() - forget the signer of a private variable that goes
 * @s: service
 * @g: group that the change of the database is added to
 * @name: variable
 * @is_nv: it is not volatile
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, also if nothing was bound, or DEVICE_ERROR (no memory).
 */
kuv_status_t kuv_certdb_unbind(const struct kuv_service *s,
			       struct kuv_group *g,
			       const struct kuv_name *name, bool is_nv);

/**
 * kuv_certdb_boot() - make both databases of a fresh boot
 * @s: service without volatile variables
 *
 * certdbv is empty. certdb is what is stored without entries of variables that
 * are missing or not authenticated. What the host loaded may be malformed: of
 * entries, those in front of the first bad one stay; if its size or attributes
 * are wrong, none. A private variable without an entry can be read, but nobody
 * can sign an update of it.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: 0 or -ENOMEM.
 */
int kuv_certdb_boot(struct kuv_service *s);

#endif /* _KUV_CORE_CERTDB_H */
