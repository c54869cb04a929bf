// SPDX-License-Identifier: GPL-2.0
/* EFI_SIGNATURE_LIST: what PK, KEK, db, dbx and dbt hold. */
#include "siglist.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "guids.h"
#include "x509.h"

#define OWNER_LEN	16

/**
 * struct wire_list - head of a list, as it is in a value, unaligned
 * @type: what the signatures are
 * @len: bytes of the list, this head included
 * @header_len: bytes between this head and the first signature
 * @sig_len: bytes of each signature, its owner included
 */
struct wire_list {
	u8 type[16];
	__le32 len;
	__le32 header_len;
	__le32 sig_len;
};

/**
 * struct list - a list whose signatures lie inside a value
 * @data: its first byte, which is also that of its type
 * @len: bytes of the list
 * @first: offset of the first signature, @len if there is none
 * @sig_len: bytes of each signature, more than its owner takes
 */
struct list {
	const u8 *data;
	u32 len;
	u32 first;
	u32 sig_len;
};

/**
 * struct sig_type - a type that the service knows
 * @guid: its GUID
 * @data_len: bytes behind the owner, 0 if they vary
 */
struct sig_type {
	u8 guid[16];
	u32 data_len;
};

static const u8 guid_x509[16] = KUV_GUID_X509;

/* The last three are the hash of a certificate and when it was revoked. */
static const struct sig_type sig_types[] = {
	{ KUV_GUID_SHA1, 20 },
	{ KUV_GUID_SHA224, 28 },
	{ KUV_GUID_SHA256, 32 },
	{ KUV_GUID_SHA384, 48 },
	{ KUV_GUID_SHA512, 64 },
	{ KUV_GUID_RSA2048, 256 },
	{ KUV_GUID_RSA2048_SHA1, 256 },
	{ KUV_GUID_RSA2048_SHA256, 256 },
	{ KUV_GUID_X509, 0 },
	{ KUV_GUID_X509_SHA256, 32 + 16 },
	{ KUV_GUID_X509_SHA384, 48 + 16 },
	{ KUV_GUID_X509_SHA512, 64 + 16 },
};

/* The list at the start of @rest, if it is well-formed by itself. */
static bool peek_list(const struct kuv_span *rest, struct list *ret_list)
{
	struct wire_list w;
	u32 len, header_len, sig_len;

	BUILD_BUG_ON(sizeof(w) != 28);
	if (rest->len < sizeof(w))
		return false;
	memcpy(&w, rest->data, sizeof(w));
	len = le32_to_cpu(w.len);
	header_len = le32_to_cpu(w.header_len);
	sig_len = le32_to_cpu(w.sig_len);
	if (len < sizeof(w) || len > rest->len ||
	    header_len > len - sizeof(w) || sig_len <= OWNER_LEN ||
	    (len - sizeof(w) - header_len) % sig_len)
		return false;
	ret_list->data = rest->data;
	ret_list->len = len;
	ret_list->first = sizeof(w) + header_len;
	ret_list->sig_len = sig_len;
	return true;
}

/* Go on behind a list that peek_list() found: always some way forward. */
static void skip_list(struct kuv_span *rest, const struct list *l)
{
	rest->data += l->len;
	rest->len -= l->len;
}

static bool is_tiled(const struct kuv_span *value)
{
	struct kuv_span rest = *value;
	struct list l;

	while (peek_list(&rest, &l))
		skip_list(&rest, &l);
	return !rest.len;
}

static bool is_x509(const u8 *type)
{
	return !memcmp(type, guid_x509, sizeof(guid_x509));
}

static bool has_known_type(const struct list *l)
{
	u32 data_len = l->sig_len - OWNER_LEN, i;

	for (i = 0; i < ARRAY_SIZE(sig_types); i++)
		if (!memcmp(sig_types[i].guid, l->data, 16))
			return !sig_types[i].data_len ||
			       sig_types[i].data_len == data_len;
	return false;
}

static bool is_rsa_cert(const u8 *data, u32 len)
{
	struct kuv_span der = { data, len };
	struct kuv_x509 cert;

	return !kuv_x509_parse(&der, &cert) && kuv_x509_is_rsa(&cert);
}

/* A list of certificates has one at least, and all of them can be used. */
static bool has_good_certs(const struct list *l)
{
	u32 pos;

	if (!is_x509(l->data))
		return true;
	for (pos = l->first; pos < l->len; pos += l->sig_len)
		if (!is_rsa_cert(l->data + pos + OWNER_LEN,
				 l->sig_len - OWNER_LEN))
			return false;
	return l->first < l->len;
}

kuv_status_t kuv_siglist_check(const struct kuv_span *payload, bool is_pk)
{
	struct kuv_span rest = *payload;
	struct list l;
	u32 nr = 0;

	while (rest.len) {
		/* No type that is known has a header of its own. */
		if (!peek_list(&rest, &l) ||
		    l.first != sizeof(struct wire_list) ||
		    !has_known_type(&l) || !has_good_certs(&l))
			return KUV_INVALID_PARAMETER;
		nr += (l.len - l.first) / l.sig_len;
		skip_list(&rest, &l);
	}
	return is_pk && nr > 1 ? KUV_INVALID_PARAMETER : KUV_SUCCESS;
}

void kuv_siglist_first(struct kuv_siglist_iter *it,
		       const struct kuv_span *data)
{
	it->rest = *data;
	it->pos = 0;
}

bool kuv_siglist_next(struct kuv_siglist_iter *it, struct kuv_sig *ret_sig)
{
	struct list l;

	while (peek_list(&it->rest, &l)) {
		if (!it->pos)
			it->pos = l.first;
		if (it->pos < l.len) {
			ret_sig->type = l.data;
			ret_sig->owner = l.data + it->pos;
			ret_sig->data.data = ret_sig->owner + OWNER_LEN;
			ret_sig->data.len = l.sig_len - OWNER_LEN;
			ret_sig->is_x509 = is_x509(l.data);
			it->pos += l.sig_len;
			return true;
		}
		skip_list(&it->rest, &l);
		it->pos = 0;
	}
	return false;
}

/* Is @sig, of a list like @like, among the signatures of @old? */
static bool has_sig(const struct kuv_span *old, const struct list *like,
		    const u8 *sig)
{
	struct kuv_span rest = *old;
	struct list l;
	u32 pos;

	for (; peek_list(&rest, &l); skip_list(&rest, &l)) {
		if (l.sig_len != like->sig_len ||
		    memcmp(l.data, like->data, sizeof(guid_x509)))
			continue;
		for (pos = l.first; pos < l.len; pos += l.sig_len)
			if (!memcmp(l.data + pos, sig, l.sig_len))
				return true;
	}
	return false;
}

/* What @old lacks of one list, at @out. Returns its bytes, 0 if it lacks none. */
static u32 filter_list(const struct kuv_span *old, const struct list *l,
		       u8 *out)
{
	u32 pos, len = l->first;
	__le32 wire;

	for (pos = l->first; pos < l->len; pos += l->sig_len) {
		if (has_sig(old, l, l->data + pos))
			continue;
		memcpy(out + len, l->data + pos, l->sig_len);
		len += l->sig_len;
	}
	if (len == l->first)
		return 0;
	memcpy(out, l->data, l->first);
	wire = cpu_to_le32(len);
	memcpy(out + offsetof(struct wire_list, len), &wire, sizeof(wire));
	return len;
}

/*
 * Each signature of @added meets each head and each like signature of @old. A
 * value is at most 64 KiB, a head 28 bytes, a signature of a known type at least
 * 36: so at worst 1820 x 2340 heads are read and 64 Ki x 64 Ki / 36 bytes, that
 * is 120 million, compared.
 */
kuv_status_t kuv_siglist_filter(const struct kuv_span *old,
				const struct kuv_span *added, u8 *out,
				u32 *ret_len)
{
	struct kuv_span rest = *added;
	struct list l;
	u32 len = 0;

	if (!is_tiled(old) || !is_tiled(added))
		return KUV_INVALID_PARAMETER;
	for (; peek_list(&rest, &l); skip_list(&rest, &l))
		len += filter_list(old, &l, out + len);
	*ret_len = len;
	return KUV_SUCCESS;
}
