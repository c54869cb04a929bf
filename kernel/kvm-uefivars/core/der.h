/* SPDX-License-Identifier: GPL-2.0 */
/* Bounded walker over DER: spans only, nothing allocated, no recursion. */
#ifndef _KUV_CORE_DER_H
#define _KUV_CORE_DER_H

#include "crypto.h"

/* Longest message or certificate that is looked at. */
#define KUV_DER_LEN_MAX	65536

enum kuv_der_tag {
	KUV_DER_BOOLEAN		= 0x01,
	KUV_DER_INTEGER		= 0x02,
	KUV_DER_BIT_STRING	= 0x03,
	KUV_DER_OCTET_STRING	= 0x04,
	KUV_DER_NULL		= 0x05,
	KUV_DER_OID		= 0x06,
	KUV_DER_ENUMERATED	= 0x0a,
	KUV_DER_UTF8		= 0x0c,
	KUV_DER_NUMERIC		= 0x12,
	KUV_DER_PRINTABLE	= 0x13,
	KUV_DER_T61		= 0x14,
	KUV_DER_IA5		= 0x16,
	KUV_DER_UTC_TIME	= 0x17,
	KUV_DER_GENERAL_TIME	= 0x18,
	KUV_DER_VISIBLE		= 0x1a,
	KUV_DER_UNIVERSAL	= 0x1c,
	KUV_DER_BMP		= 0x1e,
	KUV_DER_SEQUENCE	= 0x30,
	KUV_DER_SET		= 0x31,
};

/* Context-specific tags, of simple and of constructed values. */
#define KUV_DER_SIMPLE(n)	(0x80 | (n))
#define KUV_DER_CONTEXT(n)	(0xa0 | (n))

/**
 * struct kuv_der - one element
 * @tag: first byte
 * @body: contents
 * @all: header and contents
 */
struct kuv_der {
	u8 tag;
	struct kuv_span body;
	struct kuv_span all;
};

/**
 * kuv_span_equal() - the same bytes?
 * @a: some bytes
 * @b: other bytes
 *
 * Context: Any.
 * Return: true if so.
 */
bool kuv_span_equal(const struct kuv_span *a, const struct kuv_span *b);

/**
 * kuv_der_next() - step over the next element
 * @rest: bytes to walk, shortened by the element
 * @ret: element
 *
 * Lengths must be definite and as short as they can be, tags one byte long and
 * not zero.
 *
 * Context: Any.
 * Return: false if there is no such element; @rest is unchanged then.
 */
bool kuv_der_next(struct kuv_span *rest, struct kuv_der *ret);

/**
 * kuv_der_is_next() - does an element with this tag follow?
 * @rest: bytes to walk
 * @tag: tag
 *
 * Context: Any.
 * Return: true if the first byte says so.
 */
bool kuv_der_is_next(const struct kuv_span *rest, u8 tag);

/**
 * kuv_der_take() - step over an element that must have this tag
 * @rest: bytes to walk, shortened by the element
 * @tag: tag
 * @ret: element; integers, OIDs and bit strings are well-formed
 *
 * Context: Any.
 * Return: false if it is another one; @rest is unchanged then.
 */
bool kuv_der_take(struct kuv_span *rest, u8 tag, struct kuv_der *ret);

/**
 * kuv_der_only() - take an element that is all there is
 * @from: bytes to walk
 * @tag: tag
 * @ret: element, as for kuv_der_take()
 *
 * Context: Any.
 * Return: false if it is another one, or if more follows.
 */
bool kuv_der_only(const struct kuv_span *from, u8 tag, struct kuv_der *ret);

/**
 * kuv_der_take_any() - step over an element of whatever type
 * @rest: bytes to walk, shortened by the element
 * @ret: element; contents of simple types are well-formed
 *
 * Context: Any.
 * Return: false if it is malformed; @rest is unchanged then.
 */
bool kuv_der_take_any(struct kuv_span *rest, struct kuv_der *ret);

/**
 * kuv_der_take_algorithm() - step over an AlgorithmIdentifier
 * @rest: bytes to walk, shortened by the element
 * @ret_oid: contents of its OID
 * @ret_all: the whole element with its parameters, may be NULL
 *
 * Context: Any.
 * Return: false if it is malformed; @rest is unchanged then.
 */
bool kuv_der_take_algorithm(struct kuv_span *rest, struct kuv_span *ret_oid,
			    struct kuv_span *ret_all);

/**
 * kuv_der_check_type() - is an element's content as its tag wants it?
 * @tag: tag
 * @body: contents
 *
 * Context: Any.
 * Return: false if a simple type is malformed, or is constructed.
 */
bool kuv_der_check_type(u8 tag, const struct kuv_span *body);

#endif /* _KUV_CORE_DER_H */
