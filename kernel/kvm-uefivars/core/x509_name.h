/* SPDX-License-Identifier: GPL-2.0 */
/* Distinguished names: well-formed, equal, and the common name in them. */
#ifndef _KUV_CORE_X509_NAME_H
#define _KUV_CORE_X509_NAME_H

#include "crypto.h"

/* Most attributes in one part of a name; more are refused. */
#define KUV_RDN_ATTRS_MAX	8

/**
 * kuv_name_is_valid() - is a name well-formed?
 * @name: contents of its SEQUENCE, may be empty
 *
 * Context: Any.
 * Return: true if it parses and every string is right for its type.
 */
bool kuv_name_is_valid(const struct kuv_span *name);

/**
 * kuv_name_equal() - do two names say the same?
 * @a: contents of a valid name
 * @b: contents of another one
 *
 * Case of ASCII letters, type of strings, and white space at the ends and its
 * amount inside make no difference.
 *
 * Context: Any.
 * Return: true if so.
 */
bool kuv_name_equal(const struct kuv_span *a, const struct kuv_span *b);

/**
 * kuv_name_common_name() - first common name
 * @name: contents of a valid name
 * @ret: room for KUV_CN_LEN_MAX bytes
 *
 * Context: Any.
 * Return: As kuv_x509_common_name().
 */
int kuv_name_common_name(const struct kuv_span *name, u8 *ret);

#endif /* _KUV_CORE_X509_NAME_H */
