/* SPDX-License-Identifier: GPL-2.0 */
/* EFI_SIGNATURE_LIST: what PK, KEK, db, dbx and dbt hold. */
#ifndef _KUV_CORE_SIGLIST_H
#define _KUV_CORE_SIGLIST_H

#include "crypto.h"
#include "status.h"

/**
 * struct kuv_sig - one signature of a list
 * @type: GUID of its type, 16 bytes
 * @owner: GUID of its owner, 16 bytes
 * @data: what follows the owner: a certificate, a hash ...
 * @is_x509: @data is an X.509 certificate (DER)
 */
struct kuv_sig {
	const u8 *type;
	const u8 *owner;
	struct kuv_span data;
	bool is_x509;
};

/**
 * struct kuv_siglist_iter - position among the signatures of a variable
 * @rest: bytes from the current list on
 * @pos: offset of the next signature in the current list, 0 before the first
 */
struct kuv_siglist_iter {
	struct kuv_span rest;
	u32 pos;
};

/**
 * kuv_siglist_check() - is a payload well-formed signature lists?
 * @payload: lists; empty ones pass
 * @is_pk: platform key: one signature at most
 *
 * Lists must tile the payload, each of a known type with its data size, and
 * every X.509 certificate must parse and have an RSA key. A list of hashes may
 * be empty, one of certificates not.
 *
 * Context: Any.
 * Return: SUCCESS or INVALID_PARAMETER.
 */
kuv_status_t kuv_siglist_check(const struct kuv_span *payload, bool is_pk);

/**
 * kuv_siglist_first() - begin with the signatures of a variable
 * @it: iterator
 * @data: value of the variable, whatever it holds
 *
 * Context: Any.
 */
void kuv_siglist_first(struct kuv_siglist_iter *it,
		       const struct kuv_span *data);

/**
 * kuv_siglist_next() - the next signature, of any type
 * @it: iterator
 * @ret_sig: signature
 *
 * Stops at the first list that is malformed, never reads past the value.
 *
 * Context: Any.
 * Return: false at the end.
 */
bool kuv_siglist_next(struct kuv_siglist_iter *it, struct kuv_sig *ret_sig);

/**
 * kuv_siglist_filter() - what an append really adds
 * @old: value there is
 * @added: lists to append, checked by kuv_siglist_check()
 * @out: room for @added->len bytes
 * @ret_len: bytes of @out used: @added without the signatures that @old has
 *	(same type, size, owner and data), and without lists that became empty
 *
 * Duplicates inside @added stay, as does its order. The cost is bounded:
 * lists of @old are compared by type and size first.
 *
 * Context: Any.
 * Return: SUCCESS, or INVALID_PARAMETER (@old or @added is malformed).
 */
kuv_status_t kuv_siglist_filter(const struct kuv_span *old,
				const struct kuv_span *added, u8 *out,
				u32 *ret_len);

#endif /* _KUV_CORE_SIGLIST_H */
