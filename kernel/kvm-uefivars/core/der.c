// SPDX-License-Identifier: GPL-2.0
/* Bounded walker over DER: spans only, nothing allocated, no recursion. */
#include "der.h"

#include <linux/string.h>

#define TAG_CLASS	0xc0
#define TAG_CONSTRUCTED	0x20
#define TAG_NUMBER	0x1f

bool kuv_span_equal(const struct kuv_span *a, const struct kuv_span *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

/* Bytes of a length field and the length itself. */
static bool take_length(const u8 *p, u32 left, u32 *ret_field, u32 *ret_len)
{
	u32 nr, i, len = 0;

	if (!left)
		return false;
	if (p[0] < 0x80) {
		*ret_field = 1;
		*ret_len = p[0];
		return true;
	}
	nr = p[0] & 0x7f;
	/* 0 is the indefinite form; more than three cannot be within the cap. */
	if (!nr || nr > 3 || nr >= left || !p[1])
		return false;
	for (i = 1; i <= nr; i++)
		len = len << 8 | p[i];
	if (len < 0x80)
		return false;
	*ret_field = 1 + nr;
	*ret_len = len;
	return true;
}

bool kuv_der_next(struct kuv_span *rest, struct kuv_der *ret)
{
	const u8 *p = rest->data;
	u32 field, len, header;

	if (rest->len < 2 || !p[0] || (p[0] & TAG_NUMBER) == TAG_NUMBER)
		return false;
	if (!take_length(p + 1, rest->len - 1, &field, &len))
		return false;
	header = 1 + field;
	if (len > rest->len - header) /* cannot wrap: the header was there */
		return false;
	ret->tag = p[0];
	ret->body = (struct kuv_span){ p + header, len };
	ret->all = (struct kuv_span){ p, header + len };
	rest->data += header + len;
	rest->len -= header + len;
	return true;
}

bool kuv_der_is_next(const struct kuv_span *rest, u8 tag)
{
	return rest->len && rest->data[0] == tag;
}

/* Two's complement, no byte more than needed. */
static bool is_integer(const struct kuv_span *body)
{
	const u8 *p = body->data;

	if (body->len < 2)
		return body->len;
	return !(p[0] == 0x00 && p[1] < 0x80) && !(p[0] == 0xff && p[1] >= 0x80);
}

/* Groups of seven bits, none with a leading zero, the last one complete. */
static bool is_oid(const struct kuv_span *body)
{
	bool is_first = true;
	u32 i;

	if (!body->len || body->data[body->len - 1] & 0x80)
		return false;
	for (i = 0; i < body->len; i++) {
		if (is_first && body->data[i] == 0x80)
			return false;
		is_first = !(body->data[i] & 0x80);
	}
	return true;
}

/* Number of unused bits, then bytes; unused bits are zero. */
static bool is_bit_string(const struct kuv_span *body)
{
	const u8 *p = body->data;

	if (!body->len || p[0] > 7)
		return false;
	if (body->len == 1)
		return !p[0];
	return !(p[body->len - 1] & ((1U << p[0]) - 1));
}

bool kuv_der_check_type(u8 tag, const struct kuv_span *body)
{
	switch (tag) {
	case KUV_DER_BOOLEAN:
		return body->len == 1;
	case KUV_DER_INTEGER:
	case KUV_DER_ENUMERATED:
		return is_integer(body);
	case KUV_DER_BIT_STRING:
		return is_bit_string(body);
	case KUV_DER_NULL:
		return !body->len;
	case KUV_DER_OID:
		return is_oid(body);
	case KUV_DER_UNIVERSAL:
		return !(body->len & 3);
	case KUV_DER_BMP:
		return !(body->len & 1);
	case KUV_DER_SEQUENCE:
	case KUV_DER_SET:
		return true;
	case KUV_DER_SEQUENCE & ~TAG_CONSTRUCTED:
	case KUV_DER_SET & ~TAG_CONSTRUCTED:
		return false;
	default:
		/* Strings in pieces are BER. */
		return tag & TAG_CLASS || !(tag & TAG_CONSTRUCTED);
	}
}

bool kuv_der_take_any(struct kuv_span *rest, struct kuv_der *ret)
{
	struct kuv_span left = *rest;

	if (!kuv_der_next(&left, ret) ||
	    !kuv_der_check_type(ret->tag, &ret->body))
		return false;
	*rest = left;
	return true;
}

bool kuv_der_take(struct kuv_span *rest, u8 tag, struct kuv_der *ret)
{
	return kuv_der_is_next(rest, tag) && kuv_der_take_any(rest, ret);
}

bool kuv_der_only(const struct kuv_span *from, u8 tag, struct kuv_der *ret)
{
	struct kuv_span rest = *from;

	return kuv_der_take(&rest, tag, ret) && !rest.len;
}

bool kuv_der_take_algorithm(struct kuv_span *rest, struct kuv_span *ret_oid,
			    struct kuv_span *ret_all)
{
	struct kuv_span left = *rest;
	struct kuv_der seq, oid, params;

	if (!kuv_der_take(&left, KUV_DER_SEQUENCE, &seq) ||
	    !kuv_der_take(&seq.body, KUV_DER_OID, &oid))
		return false;
	if (seq.body.len &&
	    (!kuv_der_take_any(&seq.body, &params) || seq.body.len))
		return false;
	*ret_oid = oid.body;
	if (ret_all)
		*ret_all = seq.all;
	*rest = left;
	return true;
}
