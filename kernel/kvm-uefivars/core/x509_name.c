// SPDX-License-Identifier: GPL-2.0
/* Distinguished names: well-formed, equal, and the common name in them. */
#include "x509_name.h"

#include <linux/errno.h>
#include <linux/string.h>

#include "der.h"
#include "x509.h"

/* What a string yields besides characters. */
#define TEXT_END	(~0U)
#define TEXT_BAD	(~1U)
#define UNICODE_LIMIT	0x110000

static const u8 oid_common_name[] = { 0x55, 0x04, 0x03 };

/**
 * struct attr - one attribute of a name
 * @oid: its type
 * @value: its value
 */
struct attr {
	struct kuv_span oid;
	struct kuv_der value;
};

/**
 * struct text - a string, being read in canonical form
 * @rest: bytes to come
 * @tag: type of the string
 * @is_inside: something other than white space was read
 * @held: character after the space that was yielded, or TEXT_END
 */
struct text {
	struct kuv_span rest;
	u8 tag;
	bool is_inside;
	u32 held;
};

static bool is_character(u32 c)
{
	return c < UNICODE_LIMIT && !(c >= 0xd800 && c < 0xe000);
}

/* One character of @nr bytes, big-endian; lengths were checked. */
static u32 wide_next(struct kuv_span *rest, u32 nr)
{
	u32 c = 0, i;

	for (i = 0; i < nr; i++)
		c = c << 8 | rest->data[i];
	rest->data += nr;
	rest->len -= nr;
	return is_character(c) ? c : TEXT_BAD;
}

static u32 utf8_next(struct kuv_span *rest)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	u8 first = rest->data[0];
	u32 c, nr, i;

	if (first < 0x80)
		return wide_next(rest, 1);
	if ((first & 0xe0) == 0xc0)
		nr = 2;
	else if ((first & 0xf0) == 0xe0)
		nr = 3;
	else if ((first & 0xf8) == 0xf0)
		nr = 4;
	else
		return TEXT_BAD;
	if (nr > rest->len)
		return TEXT_BAD;
	c = first & (0x7f >> nr);
	for (i = 1; i < nr; i++) {
		if ((rest->data[i] & 0xc0) != 0x80)
			return TEXT_BAD;
		c = c << 6 | (rest->data[i] & 0x3f);
	}
	rest->data += nr;
	rest->len -= nr;
	return c >= least[nr] && is_character(c) ? c : TEXT_BAD;
}

/* The next character as it stands. */
static u32 text_raw(struct kuv_span *rest, u8 tag)
{
	if (!rest->len)
		return TEXT_END;
	switch (tag) {
	case KUV_DER_UTF8:
		return utf8_next(rest);
	case KUV_DER_BMP:
		return wide_next(rest, 2);
	case KUV_DER_UNIVERSAL:
		return wide_next(rest, 4);
	default:
		return wide_next(rest, 1);
	}
}

/* Types that are compared as text; the others byte by byte. */
static bool is_text(u8 tag)
{
	switch (tag) {
	case KUV_DER_UTF8:
	case KUV_DER_PRINTABLE:
	case KUV_DER_T61:
	case KUV_DER_IA5:
	case KUV_DER_UNIVERSAL:
	case KUV_DER_BMP:
		return true;
	default:
		return false;
	}
}

static bool is_value_type(u8 tag)
{
	return is_text(tag) || tag == KUV_DER_NUMERIC ||
	       tag == KUV_DER_BIT_STRING || tag == KUV_DER_SEQUENCE;
}

static bool is_space(u32 c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void text_first(struct text *t, const struct kuv_der *value)
{
	t->rest = value->body;
	t->tag = value->tag;
	t->is_inside = false;
	t->held = TEXT_END;
}

/* The next character: no space at the ends, one inside, lower case. */
static u32 text_next(struct text *t)
{
	bool is_gap = false;
	u32 c = t->held;

	if (c != TEXT_END) {
		t->held = TEXT_END;
		return c;
	}
	for (;;) {
		c = text_raw(&t->rest, t->tag);
		if (!is_space(c))
			break;
		is_gap = t->is_inside;
	}
	if (c == TEXT_END || c == TEXT_BAD)
		return c;
	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	t->is_inside = true;
	if (!is_gap)
		return c;
	t->held = c;
	return ' ';
}

static bool value_equal(const struct kuv_der *a, const struct kuv_der *b)
{
	struct text ta, tb;
	u32 c;

	if (!is_text(a->tag) || !is_text(b->tag))
		return kuv_span_equal(&a->all, &b->all);
	text_first(&ta, a);
	text_first(&tb, b);
	do {
		c = text_next(&ta);
		if (c != text_next(&tb))
			return false;
	} while (c != TEXT_END && c != TEXT_BAD);
	return c == TEXT_END;
}

static bool attr_next(struct kuv_span *rdn, struct attr *ret)
{
	struct kuv_der seq, oid;

	if (!kuv_der_take(rdn, KUV_DER_SEQUENCE, &seq) ||
	    !kuv_der_take(&seq.body, KUV_DER_OID, &oid) ||
	    !kuv_der_take_any(&seq.body, &ret->value) || seq.body.len)
		return false;
	ret->oid = oid.body;
	return true;
}

static bool attr_is_valid(const struct attr *attr)
{
	struct kuv_span rest = attr->value.body;
	u32 c;

	if (!is_value_type(attr->value.tag))
		return false;
	if (!is_text(attr->value.tag))
		return true;
	do {
		c = text_raw(&rest, attr->value.tag);
	} while (c != TEXT_END && c != TEXT_BAD);
	return c == TEXT_END;
}

bool kuv_name_is_valid(const struct kuv_span *name)
{
	struct kuv_span rest = *name;
	struct kuv_der rdn;
	struct attr attr;
	u32 nr;

	while (rest.len) {
		if (!kuv_der_take(&rest, KUV_DER_SET, &rdn) || !rdn.body.len)
			return false;
		for (nr = 0; rdn.body.len; nr++)
			if (nr == KUV_RDN_ATTRS_MAX ||
			    !attr_next(&rdn.body, &attr) ||
			    !attr_is_valid(&attr))
				return false;
	}
	return true;
}

/* Is @attr among those of @rdn that are not @used yet? Marks it then. */
static bool rdn_use(struct kuv_span rdn, const struct attr *attr, u32 *used)
{
	struct attr other;
	u32 i;

	for (i = 0; attr_next(&rdn, &other); i++) {
		if (*used & 1U << i || !kuv_span_equal(&attr->oid, &other.oid) ||
		    !value_equal(&attr->value, &other.value))
			continue;
		*used |= 1U << i;
		return true;
	}
	return false;
}

/* Attributes in one part of a name have no order. */
static bool rdn_equal(const struct kuv_span *a, const struct kuv_span *b)
{
	struct kuv_span rest = *a;
	u32 nr = 0, used = 0;
	struct attr attr;

	while (attr_next(&rest, &attr)) {
		if (!rdn_use(*b, &attr, &used))
			return false;
		nr++;
	}
	rest = *b;
	while (attr_next(&rest, &attr))
		nr--;
	return !nr;
}

bool kuv_name_equal(const struct kuv_span *a, const struct kuv_span *b)
{
	struct kuv_span ra = *a, rb = *b;
	struct kuv_der da, db;

	if (kuv_span_equal(a, b))
		return true;
	while (ra.len && rb.len)
		if (!kuv_der_take(&ra, KUV_DER_SET, &da) ||
		    !kuv_der_take(&rb, KUV_DER_SET, &db) ||
		    !rdn_equal(&da.body, &db.body))
			return false;
	return !ra.len && !rb.len;
}

/* UTF-8 of a character; returns its length. */
static u32 utf8_put(u32 c, u8 *out)
{
	if (c < 0x80) {
		out[0] = c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = 0xc0 | c >> 6;
		out[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		out[0] = 0xe0 | c >> 12;
		out[1] = 0x80 | (c >> 6 & 0x3f);
		out[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	out[0] = 0xf0 | c >> 18;
	out[1] = 0x80 | (c >> 12 & 0x3f);
	out[2] = 0x80 | (c >> 6 & 0x3f);
	out[3] = 0x80 | (c & 0x3f);
	return 4;
}

/* A string in UTF-8, cut at a NUL and after KUV_CN_LEN_MAX bytes. */
static u32 text_to_utf8(const struct kuv_der *value, u8 *ret)
{
	struct kuv_span rest = value->body;
	u32 c, nr, len = 0;
	u8 one[4];

	while (len < KUV_CN_LEN_MAX) {
		c = text_raw(&rest, value->tag);
		if (!c || c == TEXT_END || c == TEXT_BAD)
			break;
		nr = utf8_put(c, one);
		if (nr > KUV_CN_LEN_MAX - len)
			nr = KUV_CN_LEN_MAX - len;
		memcpy(ret + len, one, nr);
		len += nr;
	}
	return len;
}

int kuv_name_common_name(const struct kuv_span *name, u8 *ret)
{
	struct kuv_span rest = *name;
	struct kuv_der rdn;
	struct attr attr;

	while (kuv_der_take(&rest, KUV_DER_SET, &rdn))
		while (attr_next(&rdn.body, &attr)) {
			if (attr.oid.len != sizeof(oid_common_name) ||
			    memcmp(attr.oid.data, oid_common_name,
				   sizeof(oid_common_name)))
				continue;
			if (!is_text(attr.value.tag) &&
			    attr.value.tag != KUV_DER_NUMERIC)
				return -ENOENT;
			return text_to_utf8(&attr.value, ret);
		}
	return -ENOENT;
}
