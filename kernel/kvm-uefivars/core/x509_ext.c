// SPDX-License-Identifier: GPL-2.0
/* What the extensions of a certificate say about chains. */
#include "x509_ext.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "der.h"
#include "x509_name.h"

/* First byte of the key usage: bits are counted from the highest. */
#define USAGE_CERT_SIGN	0x04

#define OID_ID_CE	0x55, 0x1d
#define OID_ID_PKIX	0x2b, 0x06, 0x01, 0x05, 0x05, 0x07

/* One kind of a GeneralName; names are explicitly tagged, the rest is not. */
static bool is_general_name(const struct kuv_der *el)
{
	struct kuv_span body = el->body;
	struct kuv_der name, part;

	switch (el->tag) {
	case KUV_DER_CONTEXT(0): /* otherName */
		return kuv_der_take(&body, KUV_DER_OID, &name) &&
		       kuv_der_only(&body, KUV_DER_CONTEXT(0), &part) &&
		       kuv_der_take_any(&part.body, &name) && !part.body.len;
	case KUV_DER_SIMPLE(1): /* mail, host, URI, address */
	case KUV_DER_SIMPLE(2):
	case KUV_DER_SIMPLE(6):
	case KUV_DER_SIMPLE(7):
		return true;
	case KUV_DER_CONTEXT(4): /* directoryName */
		return kuv_der_only(&body, KUV_DER_SEQUENCE, &name) &&
		       kuv_name_is_valid(&name.body);
	case KUV_DER_SIMPLE(8): /* registeredID */
		return kuv_der_check_type(KUV_DER_OID, &body);
	default:
		return false;
	}
}

static bool are_general_names(const struct kuv_span *body)
{
	struct kuv_span rest = *body;
	struct kuv_der el;

	while (rest.len)
		if (!kuv_der_next(&rest, &el) || !is_general_name(&el))
			return false;
	return true;
}

static bool read_basic(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	struct kuv_der seq, el;
	u32 i;

	x->has_basic = true;
	if (!kuv_der_only(value, KUV_DER_SEQUENCE, &seq))
		return false;
	if (kuv_der_take(&seq.body, KUV_DER_BOOLEAN, &el))
		x->is_ca = el.body.data[0];
	if (!seq.body.len)
		return true;
	if (!kuv_der_only(&seq.body, KUV_DER_INTEGER, &el))
		return false;
	x->is_broken |= el.body.data[0] >> 7;
	/* More than any chain has says nothing. */
	if (el.body.len < sizeof(x->path_len))
		for (x->path_len = 0, i = 0; i < el.body.len; i++)
			x->path_len = x->path_len << 8 | el.body.data[i];
	return true;
}

static bool read_usage(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	struct kuv_der bits;
	u32 i;
	u8 any = 0;

	x->has_usage = true;
	if (!kuv_der_only(value, KUV_DER_BIT_STRING, &bits))
		return false;
	for (i = 1; i < bits.body.len && i <= 2; i++)
		any |= bits.body.data[i];
	if (any)
		x->may_sign_certs = bits.body.data[1] & USAGE_CERT_SIGN;
	else
		x->is_broken = true;
	return true;
}

static bool read_key_id(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	struct kuv_der id;

	if (!kuv_der_only(value, KUV_DER_OCTET_STRING, &id))
		return false;
	x->has_key_id = true;
	x->key_id = id.body;
	return true;
}

/* The first directoryName of those given counts. */
static void read_issuer_name(struct kuv_span rest, struct kuv_x509_ext *x)
{
	struct kuv_der el, name;

	while (!x->has_issuer_name && kuv_der_next(&rest, &el)) {
		if (el.tag != KUV_DER_CONTEXT(4) ||
		    !kuv_der_only(&el.body, KUV_DER_SEQUENCE, &name))
			continue;
		x->has_issuer_name = true;
		x->issuer_name = name.body;
	}
}

static bool read_issuer_id(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	struct kuv_der seq, el;

	if (!kuv_der_only(value, KUV_DER_SEQUENCE, &seq))
		return false;
	if (kuv_der_take(&seq.body, KUV_DER_SIMPLE(0), &el)) {
		x->has_issuer_key_id = true;
		x->issuer_key_id = el.body;
	}
	if (kuv_der_take(&seq.body, KUV_DER_CONTEXT(1), &el)) {
		if (!are_general_names(&el.body))
			return false;
		read_issuer_name(el.body, x);
	}
	if (kuv_der_take(&seq.body, KUV_DER_SIMPLE(2), &el)) {
		if (!kuv_der_check_type(KUV_DER_INTEGER, &el.body))
			return false;
		x->has_issuer_serial = true;
		x->issuer_serial = el.body;
	}
	return !seq.body.len;
}

static bool read_names(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	struct kuv_der seq;

	return kuv_der_only(value, KUV_DER_SEQUENCE, &seq) &&
	       are_general_names(&seq.body);
}

static bool read_purposes(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	struct kuv_der seq, oid;

	if (!kuv_der_only(value, KUV_DER_SEQUENCE, &seq))
		return false;
	while (seq.body.len)
		if (!kuv_der_take(&seq.body, KUV_DER_OID, &oid))
			return false;
	return true;
}

/* Where a list of revoked certificates is: a full name; parts of one are not. */
static bool is_list_name(const struct kuv_span *body)
{
	struct kuv_der names;

	return kuv_der_only(body, KUV_DER_CONTEXT(0), &names) &&
	       are_general_names(&names.body);
}

static bool is_list_point(struct kuv_span point)
{
	bool has_name = false;
	struct kuv_der el;

	if (kuv_der_take(&point, KUV_DER_CONTEXT(0), &el)) {
		if (!is_list_name(&el.body))
			return false;
		has_name = true;
	}
	if (kuv_der_take(&point, KUV_DER_SIMPLE(1), &el) &&
	    !kuv_der_check_type(KUV_DER_BIT_STRING, &el.body))
		return false;
	if (kuv_der_take(&point, KUV_DER_CONTEXT(2), &el)) {
		if (!are_general_names(&el.body))
			return false;
		has_name |= el.body.len;
	}
	return has_name && !point.len;
}

static bool read_list_points(const struct kuv_span *value,
			     struct kuv_x509_ext *x)
{
	struct kuv_der seq, point;

	if (!kuv_der_only(value, KUV_DER_SEQUENCE, &seq))
		return false;
	while (seq.body.len)
		if (!kuv_der_take(&seq.body, KUV_DER_SEQUENCE, &point) ||
		    !is_list_point(point.body))
			return false;
	return true;
}

static bool read_netscape(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	struct kuv_der bits;

	return kuv_der_only(value, KUV_DER_BIT_STRING, &bits);
}

static bool read_constraints(const struct kuv_span *value,
			     struct kuv_x509_ext *x)
{
	x->has_constraints = true;
	return true;
}

static bool read_unusable(const struct kuv_span *value, struct kuv_x509_ext *x)
{
	x->is_unusable = true;
	return true;
}

/**
 * struct known - an extension that may be critical, or is read
 * @may_be_critical: a critical one is no reason to refuse
 * @len: bytes of its OID
 * @oid: they
 * @read: what it says; false if it is not understood. NULL: nothing that matters
 */
struct known {
	bool may_be_critical;
	u8 len;
	u8 oid[9];
	bool (*read)(const struct kuv_span *value, struct kuv_x509_ext *x);
};

static const struct known known[] = {
	{ false, 3, { OID_ID_CE, 14 }, read_key_id },
	{ true, 3, { OID_ID_CE, 15 }, read_usage },
	{ true, 3, { OID_ID_CE, 17 }, read_names },
	{ true, 3, { OID_ID_CE, 19 }, read_basic },
	{ true, 3, { OID_ID_CE, 30 }, read_constraints },
	{ true, 3, { OID_ID_CE, 31 }, read_list_points },
	{ true, 3, { OID_ID_CE, 32 }, NULL }, /* policies */
	{ true, 3, { OID_ID_CE, 33 }, NULL }, /* their mappings */
	{ false, 3, { OID_ID_CE, 35 }, read_issuer_id },
	{ true, 3, { OID_ID_CE, 36 }, NULL }, /* their constraints */
	{ true, 3, { OID_ID_CE, 37 }, read_purposes },
	{ true, 3, { OID_ID_CE, 54 }, NULL }, /* inhibitAnyPolicy */
	{ true, 9, { OID_ID_PKIX, 0x30, 1, 5 }, NULL }, /* noCheck of OCSP */
	{ true, 8, { OID_ID_PKIX, 1, 7 }, read_unusable }, /* addresses */
	{ true, 8, { OID_ID_PKIX, 1, 8 }, read_unusable }, /* AS numbers */
	{ true, 8, { OID_ID_PKIX, 1, 14 }, read_unusable }, /* proxy */
	{ true, 9, { 0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1 }, read_netscape },
};

static int known_find(const struct kuv_span *oid)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (oid->len == known[i].len &&
		    !memcmp(oid->data, known[i].oid, oid->len))
			return i;
	return -1;
}

void kuv_x509_read_ext(const struct kuv_x509 *cert, struct kuv_x509_ext *ret)
{
	struct kuv_span rest = cert->extensions, oid, value;
	bool is_critical;
	u32 seen = 0;
	int i;

	memset(ret, 0, sizeof(*ret));
	ret->path_len = KUV_PATH_LEN_ANY;
	while (kuv_x509_next_extension(&rest, &oid, &value, &is_critical)) {
		i = known_find(&oid);
		if (is_critical && (i < 0 || !known[i].may_be_critical))
			ret->has_unknown_critical = true;
		if (i < 0 || !known[i].read)
			continue;
		if (seen & 1U << i)
			ret->is_broken = true;
		else if (!known[i].read(&value, ret))
			ret->is_strange = true;
		seen |= 1U << i;
	}
}
