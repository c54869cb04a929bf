// SPDX-License-Identifier: GPL-2.0
/* SignedData messages: who signed, and does it hold. */
#include "pkcs7.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "der.h"
#include "pkcs7_chain.h"
#include "x509_name.h"

/* 1.2.840.113549.1.7 and .1.9, without the last number. */
#define OID_PKCS7	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07
#define OID_PKCS9	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09

static const u8 oid_pkcs7[] = { OID_PKCS7 };
static const u8 oid_signed_data[] = { OID_PKCS7, 0x02 };
static const u8 oid_message_digest[] = { OID_PKCS9, 0x04 };
/* SHA-2, without the last number: 1 to 3 are those that may sign. */
static const u8 oid_sha2[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02 };

static bool is_oid(const struct kuv_span *oid, const u8 *known, u32 len)
{
	return oid->len == len && !memcmp(oid->data, known, len);
}

static bool take_hash(struct kuv_span *rest, enum kuv_hash *ret)
{
	static const enum kuv_hash hashes[] = {
		KUV_HASH_SHA256, KUV_HASH_SHA384, KUV_HASH_SHA512,
	};
	struct kuv_span oid;
	u8 last;

	if (!kuv_der_take_algorithm(rest, &oid, NULL) ||
	    oid.len != sizeof(oid_sha2) + 1 ||
	    memcmp(oid.data, oid_sha2, sizeof(oid_sha2)))
		return false;
	last = oid.data[sizeof(oid_sha2)];
	if (last < 1 || last > ARRAY_SIZE(hashes))
		return false;
	*ret = hashes[last - 1];
	return true;
}

/* The SignedData inside, bare or wrapped; only the latter may have a tail. */
static bool find_signed_data(const struct kuv_span *der, struct kuv_der *ret)
{
	struct kuv_span rest = *der;
	struct kuv_der outer, oid, inner;

	if (rest.len > KUV_DER_LEN_MAX ||
	    !kuv_der_take(&rest, KUV_DER_SEQUENCE, &outer))
		return false;
	if (!kuv_der_is_next(&outer.body, KUV_DER_OID)) {
		*ret = outer;
		return !rest.len;
	}
	return kuv_der_take(&outer.body, KUV_DER_OID, &oid) &&
	       is_oid(&oid.body, oid_signed_data, sizeof(oid_signed_data)) &&
	       kuv_der_only(&outer.body, KUV_DER_CONTEXT(0), &inner) &&
	       kuv_der_only(&inner.body, KUV_DER_SEQUENCE, ret);
}

/*
 * The content that a message brings along is not looked at: what is verified is
 * what the caller has. It must be one element, and none of the structures of
 * PKCS#7, which would have to be parsed to know that they are well-formed.
 */
static bool take_content(struct kuv_span *rest)
{
	struct kuv_der seq, oid, outer, content;

	if (!kuv_der_take(rest, KUV_DER_SEQUENCE, &seq) ||
	    !kuv_der_take(&seq.body, KUV_DER_OID, &oid))
		return false;
	if (!seq.body.len)
		return true;
	if (!kuv_der_only(&seq.body, KUV_DER_CONTEXT(0), &outer) ||
	    !kuv_der_take_any(&outer.body, &content) || outer.body.len)
		return false;
	return oid.body.len != sizeof(oid_pkcs7) + 1 ||
	       memcmp(oid.body.data, oid_pkcs7, sizeof(oid_pkcs7)) ||
	       content.tag == KUV_DER_OCTET_STRING;
}

/* Each certificate must parse, those that nobody needs too. */
static bool take_certs(struct kuv_span *rest, struct kuv_span *ret)
{
	struct kuv_x509 cert;
	struct kuv_span left;
	struct kuv_der set;
	u32 nr;

	*ret = (struct kuv_span){ 0 };
	if (!kuv_der_is_next(rest, KUV_DER_CONTEXT(0)))
		return true;
	if (!kuv_der_take(rest, KUV_DER_CONTEXT(0), &set))
		return false;
	left = set.body;
	for (nr = 0; left.len; nr++) {
		if (nr == KUV_PKCS7_CERTS_MAX || kuv_x509_parse(&left, &cert))
			return false;
		left.data += cert.der.len;
		left.len -= cert.der.len;
	}
	*ret = set.body;
	return true;
}

/* The order of DER: by bytes, the shorter one first where they are the same. */
static bool is_in_order(const struct kuv_span *a, const struct kuv_span *b)
{
	u32 len = a->len < b->len ? a->len : b->len;
	int diff = memcmp(a->data, b->data, len);

	return diff < 0 || (!diff && a->len <= b->len);
}

/*
 * Values of an attribute. OpenSSL hashes those that are signed in the order of
 * DER, so another order would mean that something else was signed.
 */
static bool are_values(struct kuv_span rest, bool is_signed)
{
	struct kuv_der value, last = { 0 };

	for (; rest.len; last = value)
		if (!kuv_der_take_any(&rest, &value) ||
		    (is_signed && last.all.len &&
		     !is_in_order(&last.all, &value.all)))
			return false;
	return true;
}

static bool take_attr(struct kuv_span *rest, bool is_signed,
		      struct kuv_span *ret_oid, struct kuv_span *ret_values)
{
	struct kuv_der seq, oid, values;

	if (!kuv_der_take(rest, KUV_DER_SEQUENCE, &seq) ||
	    !kuv_der_take(&seq.body, KUV_DER_OID, &oid) ||
	    !kuv_der_only(&seq.body, KUV_DER_SET, &values) ||
	    !are_values(values.body, is_signed))
		return false;
	*ret_oid = oid.body;
	*ret_values = values.body;
	return true;
}

/* The first digest among the attributes counts; it has one value. */
static bool read_signed_attrs(struct kuv_span rest, struct kuv_span *ret_digest)
{
	struct kuv_span oid, values;
	struct kuv_der digest;

	while (rest.len) {
		if (!take_attr(&rest, true, &oid, &values))
			return false;
		if (ret_digest->data || !is_oid(&oid, oid_message_digest,
						sizeof(oid_message_digest)))
			continue;
		if (!kuv_der_only(&values, KUV_DER_OCTET_STRING, &digest))
			return false;
		*ret_digest = digest.body;
	}
	return true;
}

static bool take_signed_attrs(struct kuv_span *rest,
			      struct kuv_pkcs7_signer *signer)
{
	struct kuv_der attrs;

	if (!kuv_der_is_next(rest, KUV_DER_CONTEXT(0)))
		return true;
	if (!kuv_der_take(rest, KUV_DER_CONTEXT(0), &attrs) ||
	    !read_signed_attrs(attrs.body, &signer->digest))
		return false;
	/* None at all is the same as no attributes. */
	if (!attrs.body.len)
		return true;
	signer->attrs = attrs.all;
	return signer->digest.data;
}

static bool take_unsigned_attrs(struct kuv_span *rest)
{
	struct kuv_span oid, values;
	struct kuv_der attrs;

	if (!kuv_der_is_next(rest, KUV_DER_CONTEXT(1)))
		return true;
	if (!kuv_der_take(rest, KUV_DER_CONTEXT(1), &attrs))
		return false;
	while (attrs.body.len)
		if (!take_attr(&attrs.body, false, &oid, &values))
			return false;
	return true;
}

/* The first certificate of this issuer with this number. */
static bool find_signer(struct kuv_pkcs7 *msg, const struct kuv_span *issuer,
			const struct kuv_span *serial, struct kuv_x509 *ret)
{
	struct kuv_span left = msg->certs;

	while (kuv_pkcs7_next_cert(msg, &left, ret))
		if (kuv_span_equal(&ret->serial, serial) &&
		    kuv_name_equal(&ret->issuer, issuer))
			return true;
	return false;
}

static bool take_signer_id(struct kuv_span *rest, struct kuv_pkcs7 *msg,
			   struct kuv_x509 *ret)
{
	struct kuv_der seq, issuer, serial;

	return kuv_der_take(rest, KUV_DER_SEQUENCE, &seq) &&
	       kuv_der_take(&seq.body, KUV_DER_SEQUENCE, &issuer) &&
	       kuv_name_is_valid(&issuer.body) &&
	       kuv_der_only(&seq.body, KUV_DER_INTEGER, &serial) &&
	       find_signer(msg, &issuer.body, &serial.body, ret);
}

static bool take_signer(struct kuv_span *rest, struct kuv_pkcs7 *msg,
			struct kuv_pkcs7_signer *signer)
{
	struct kuv_der seq, version, sig;
	struct kuv_span oid;
	enum kuv_hash hash;

	/* How the signature was made is said by the key, not by its algorithm. */
	if (!kuv_der_take(rest, KUV_DER_SEQUENCE, &seq) ||
	    !kuv_der_take(&seq.body, KUV_DER_INTEGER, &version) ||
	    !take_signer_id(&seq.body, msg, &signer->cert) ||
	    !take_hash(&seq.body, &hash) || hash != msg->hash ||
	    !take_signed_attrs(&seq.body, signer) ||
	    !kuv_der_take_algorithm(&seq.body, &oid, NULL) ||
	    !kuv_der_take(&seq.body, KUV_DER_OCTET_STRING, &sig) ||
	    !take_unsigned_attrs(&seq.body) || seq.body.len)
		return false;
	signer->sig = sig.body;
	return true;
}

static bool take_signers(struct kuv_span *rest, struct kuv_pkcs7 *msg)
{
	struct kuv_der set;

	if (!kuv_der_take(rest, KUV_DER_SET, &set) || !set.body.len)
		return false;
	for (msg->nr_signers = 0; set.body.len; msg->nr_signers++)
		if (msg->nr_signers == KUV_PKCS7_SIGNERS_MAX ||
		    !take_signer(&set.body, msg,
				 &msg->signers[msg->nr_signers]))
			return false;
	return true;
}

int kuv_pkcs7_parse(const struct kuv_span *der, struct kuv_pkcs7 *ret_msg)
{
	struct kuv_der data, version, hashes, crls;

	memset(ret_msg, 0, sizeof(*ret_msg));
	ret_msg->rsa_ops_left = KUV_PKCS7_RSA_OPS_MAX;
	ret_msg->walk_left = KUV_PKCS7_WALK_MAX;
	if (!find_signed_data(der, &data) ||
	    !kuv_der_take(&data.body, KUV_DER_INTEGER, &version) ||
	    !kuv_der_take(&data.body, KUV_DER_SET, &hashes) ||
	    !take_hash(&hashes.body, &ret_msg->hash) || hashes.body.len ||
	    !take_content(&data.body) ||
	    !take_certs(&data.body, &ret_msg->certs))
		return -EBADMSG;
	/* Revocation lists are not used, as nobody could keep them up to date. */
	if (kuv_der_is_next(&data.body, KUV_DER_CONTEXT(1)) &&
	    !kuv_der_take(&data.body, KUV_DER_CONTEXT(1), &crls))
		return -EBADMSG;
	if (!take_signers(&data.body, ret_msg) || data.body.len)
		return -EBADMSG;
	return 0;
}

/* Attributes are hashed as the set they stand for, not with their own tag. */
static int hash_attrs(const struct kuv_pkcs7 *msg,
		      const struct kuv_crypto_ops *ops,
		      const struct kuv_span *attrs, u8 *ret_digest)
{
	static const u8 tag = KUV_DER_SET;
	const struct kuv_span parts[] = {
		{ &tag, 1 },
		{ attrs->data + 1, attrs->len - 1 },
	};

	return ops->hash(msg->hash, parts, ARRAY_SIZE(parts), ret_digest);
}

static int verify_signer(struct kuv_pkcs7 *msg, const struct kuv_crypto_ops *ops,
			 const struct kuv_pkcs7_signer *signer,
			 const u8 *data_digest)
{
	const struct kuv_span want = { data_digest, kuv_hash_len(msg->hash) };
	u8 digest[KUV_DIGEST_LEN_MAX];
	int ret;

	if (signer->attrs.len) {
		if (!kuv_span_equal(&signer->digest, &want))
			return -EKEYREJECTED;
		ret = hash_attrs(msg, ops, &signer->attrs, digest);
		if (ret)
			return ret;
		data_digest = digest;
	}
	if (!kuv_pkcs7_spend_rsa(msg))
		return -EKEYREJECTED;
	return kuv_x509_check_digest(&signer->cert, ops, msg->hash, data_digest,
				     &signer->sig);
}

int kuv_pkcs7_verify(struct kuv_pkcs7 *msg, const struct kuv_crypto_ops *ops,
		     const struct kuv_span *data, u32 nr)
{
	u8 digest[KUV_DIGEST_LEN_MAX];
	int ret;
	u32 i;

	ret = ops->hash(msg->hash, data, nr, digest);
	for (i = 0; !ret && i < msg->nr_signers; i++)
		ret = verify_signer(msg, ops, &msg->signers[i], digest);
	return ret;
}

int kuv_pkcs7_check_trust(struct kuv_pkcs7 *msg,
			  const struct kuv_crypto_ops *ops,
			  const struct kuv_x509 *anchor)
{
	int ret = 0;
	u32 i;

	for (i = 0; !ret && i < msg->nr_signers; i++)
		ret = kuv_pkcs7_check_chain(msg, ops, &msg->signers[i].cert,
					    anchor);
	return ret;
}
