// SPDX-License-Identifier: GPL-2.0
/* X.509 certificates as spans into the bytes they came in. */
#include "x509.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "der.h"
#include "x509_name.h"

/* Fewest bytes of padding in front of a digest. */
#define PADDING_MIN	8

/**
 * struct oid - an object identifier that is known
 * @len: bytes of it
 * @der: they
 */
struct oid {
	u8 len;
	u8 der[11];
};

/* 1.2.840.113549.1.1, without the last number. */
#define OID_PKCS1	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01

static const struct oid oid_rsa = { 9, { OID_PKCS1, 0x01 } };

/**
 * struct sig_alg - a signature algorithm that uses RSA
 * @oid: its name
 * @is_known: can be checked: PKCS#1 v1.5 with @hash
 * @hash: digest algorithm
 */
struct sig_alg {
	struct oid oid;
	bool is_known;
	enum kuv_hash hash;
};

static const struct sig_alg sig_algs[] = {
	{ { 9, { OID_PKCS1, 0x05 } }, true, KUV_HASH_SHA1 },
	{ { 5, { 0x2b, 0x0e, 0x03, 0x02, 0x1d } }, true, KUV_HASH_SHA1 },
	{ { 9, { OID_PKCS1, 0x0b } }, true, KUV_HASH_SHA256 },
	{ { 9, { OID_PKCS1, 0x0c } }, true, KUV_HASH_SHA384 },
	{ { 9, { OID_PKCS1, 0x0d } }, true, KUV_HASH_SHA512 },
	{ { 9, { OID_PKCS1, 0x02 } } }, /* MD2 */
	{ { 9, { OID_PKCS1, 0x03 } } }, /* MD4 */
	{ { 9, { OID_PKCS1, 0x04 } } }, /* MD5 */
	{ { 9, { OID_PKCS1, 0x0a } } }, /* PSS */
	{ { 9, { OID_PKCS1, 0x0e } } }, /* SHA-224 */
	{ { 9, { OID_PKCS1, 0x0f } } }, /* SHA-512/224 */
	{ { 9, { OID_PKCS1, 0x10 } } }, /* SHA-512/256 */
};

/* DigestInfo in front of the digest itself. */
static const struct {
	u8 len;
	u8 der[19];
} digest_infos[KUV_NR_HASHES] = {
	[KUV_HASH_SHA1] = { 15, { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
		0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14 } },
	[KUV_HASH_SHA256] = { 19, { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
		0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 } },
	[KUV_HASH_SHA384] = { 19, { 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
		0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30 } },
	[KUV_HASH_SHA512] = { 19, { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
		0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40 } },
};

static bool is_oid(const struct kuv_span *oid, const struct oid *known)
{
	return oid->len == known->len && !memcmp(oid->data, known->der, known->len);
}

static const struct sig_alg *sig_alg_find(const struct kuv_span *oid)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sig_algs); i++)
		if (is_oid(oid, &sig_algs[i].oid))
			return &sig_algs[i];
	return NULL;
}

static bool take_version(struct kuv_span *tbs, struct kuv_x509 *cert)
{
	struct kuv_der outer, version;

	cert->is_v1 = true;
	if (!kuv_der_is_next(tbs, KUV_DER_CONTEXT(0)))
		return true;
	if (!kuv_der_take(tbs, KUV_DER_CONTEXT(0), &outer) ||
	    !kuv_der_only(&outer.body, KUV_DER_INTEGER, &version))
		return false;
	cert->is_v1 = version.body.len == 1 && !version.body.data[0];
	return true;
}

static bool is_validity(const struct kuv_span *body)
{
	struct kuv_span rest = *body;
	struct kuv_der time;
	u32 i;

	for (i = 0; i < 2; i++)
		if (!kuv_der_take(&rest, KUV_DER_UTC_TIME, &time) &&
		    !kuv_der_take(&rest, KUV_DER_GENERAL_TIME, &time))
			return false;
	return !rest.len;
}

/* An RSA number: read as unsigned, whatever its first bit. */
static bool take_number(struct kuv_span *rest, struct kuv_span *ret)
{
	struct kuv_der number;

	if (!kuv_der_is_next(rest, KUV_DER_INTEGER) ||
	    !kuv_der_next(rest, &number))
		return false;
	*ret = number.body;
	while (ret->len && !ret->data[0]) {
		ret->data++;
		ret->len--;
	}
	return ret->len;
}

/* The bits of a key, if they are those of an RSA key. */
static void read_rsa_key(const struct kuv_span *bits, struct kuv_x509 *cert)
{
	struct kuv_span key = { bits->data + 1, bits->len - 1 };
	struct kuv_span n, e;
	struct kuv_der seq;

	if (bits->data[0] || !kuv_der_only(&key, KUV_DER_SEQUENCE, &seq) ||
	    !take_number(&seq.body, &n) || !take_number(&seq.body, &e) ||
	    seq.body.len)
		return;
	cert->n = n;
	cert->e = e;
}

static bool take_key(struct kuv_span *tbs, struct kuv_x509 *cert)
{
	struct kuv_der seq, bits;
	struct kuv_span oid;

	if (!kuv_der_take(tbs, KUV_DER_SEQUENCE, &seq) ||
	    !kuv_der_take_algorithm(&seq.body, &oid, NULL) ||
	    !kuv_der_only(&seq.body, KUV_DER_BIT_STRING, &bits))
		return false;
	if (is_oid(&oid, &oid_rsa))
		read_rsa_key(&bits.body, cert);
	return true;
}

/* Unique identifiers of issuer and subject, then extensions; all optional. */
static bool take_tail(struct kuv_span *tbs, struct kuv_x509 *cert)
{
	struct kuv_der el, seq;
	u32 i;

	for (i = 1; i <= 2; i++) {
		if (!kuv_der_is_next(tbs, KUV_DER_SIMPLE(i)))
			continue;
		if (!kuv_der_take(tbs, KUV_DER_SIMPLE(i), &el) ||
		    !kuv_der_check_type(KUV_DER_BIT_STRING, &el.body))
			return false;
	}
	if (!tbs->len)
		return true;
	if (!kuv_der_take(tbs, KUV_DER_CONTEXT(3), &el) || tbs->len ||
	    !kuv_der_only(&el.body, KUV_DER_SEQUENCE, &seq))
		return false;
	cert->extensions = seq.body;
	return true;
}

static bool read_tbs(struct kuv_span tbs, struct kuv_x509 *cert,
		     struct kuv_span *ret_alg)
{
	struct kuv_der serial, issuer, validity, subject;
	struct kuv_span oid;

	if (!take_version(&tbs, cert) ||
	    !kuv_der_take(&tbs, KUV_DER_INTEGER, &serial) ||
	    !kuv_der_take_algorithm(&tbs, &oid, ret_alg) ||
	    !kuv_der_take(&tbs, KUV_DER_SEQUENCE, &issuer) ||
	    !kuv_der_take(&tbs, KUV_DER_SEQUENCE, &validity) ||
	    !is_validity(&validity.body) ||
	    !kuv_der_take(&tbs, KUV_DER_SEQUENCE, &subject) ||
	    !take_key(&tbs, cert) || !take_tail(&tbs, cert))
		return false;
	cert->serial = serial.body;
	cert->issuer = issuer.body;
	cert->subject = subject.body;
	/* What the signature should be is said inside. */
	cert->sig_alg = oid;
	return true;
}

int kuv_x509_fields(const struct kuv_span *der, struct kuv_x509 *ret_cert)
{
	struct kuv_span rest = *der, oid, inner, outer;
	struct kuv_der cert, tbs, sig;

	memset(ret_cert, 0, sizeof(*ret_cert));
	if (!kuv_der_take(&rest, KUV_DER_SEQUENCE, &cert) ||
	    cert.all.len > KUV_DER_LEN_MAX ||
	    !kuv_der_take(&cert.body, KUV_DER_SEQUENCE, &tbs) ||
	    !read_tbs(tbs.body, ret_cert, &inner) ||
	    !kuv_der_take_algorithm(&cert.body, &oid, &outer) ||
	    !kuv_der_only(&cert.body, KUV_DER_BIT_STRING, &sig))
		return -EBADMSG;
	ret_cert->der = cert.all;
	ret_cert->tbs = tbs.all;
	ret_cert->is_alg_same = kuv_span_equal(&inner, &outer);
	/* A signature is whole bytes; anything else can never be right. */
	if (!sig.body.data[0])
		ret_cert->sig = (struct kuv_span){ sig.body.data + 1,
						   sig.body.len - 1 };
	return 0;
}

bool kuv_x509_next_extension(struct kuv_span *rest, struct kuv_span *ret_oid,
			     struct kuv_span *ret_value, bool *ret_critical)
{
	struct kuv_der seq, oid, critical, value;

	if (!kuv_der_take(rest, KUV_DER_SEQUENCE, &seq) ||
	    !kuv_der_take(&seq.body, KUV_DER_OID, &oid))
		return false;
	*ret_critical = false;
	if (kuv_der_take(&seq.body, KUV_DER_BOOLEAN, &critical))
		*ret_critical = critical.body.data[0];
	if (!kuv_der_only(&seq.body, KUV_DER_OCTET_STRING, &value))
		return false;
	*ret_oid = oid.body;
	*ret_value = value.body;
	return true;
}

static bool are_extensions(const struct kuv_span *extensions)
{
	struct kuv_span rest = *extensions, oid, value;
	bool is_critical;

	while (rest.len)
		if (!kuv_x509_next_extension(&rest, &oid, &value, &is_critical))
			return false;
	return true;
}

int kuv_x509_parse(const struct kuv_span *der, struct kuv_x509 *ret_cert)
{
	int ret = kuv_x509_fields(der, ret_cert);

	if (ret)
		return ret;
	if (!kuv_name_is_valid(&ret_cert->issuer) ||
	    !kuv_name_is_valid(&ret_cert->subject) ||
	    !are_extensions(&ret_cert->extensions))
		return -EBADMSG;
	return 0;
}

bool kuv_x509_is_rsa(const struct kuv_x509 *cert)
{
	const struct kuv_span *n = &cert->n, *e = &cert->e;

	if (!n->len || n->len > KUV_RSA_LEN_MAX || !(n->data[n->len - 1] & 1))
		return false;
	/* With 1 for an exponent everybody could sign. */
	if (!e->len || e->len > sizeof(u64) || (e->len == 1 && e->data[0] == 1))
		return false;
	return e->data[e->len - 1] & 1;
}

int kuv_x509_common_name(const struct kuv_x509 *cert, u8 *ret_name)
{
	return kuv_name_common_name(&cert->subject, ret_name);
}

bool kuv_x509_has_rsa_sig(const struct kuv_x509 *cert)
{
	return sig_alg_find(&cert->sig_alg);
}

/* Is an encoded message 00 01 ff..ff 00 DigestInfo digest, and nothing else? */
static bool is_encoding(const u8 *em, u32 em_len, enum kuv_hash hash,
			const u8 *digest)
{
	u32 info_len = digest_infos[hash].len, digest_len = kuv_hash_len(hash);
	u32 tail_len = info_len + digest_len, i;
	const u8 *tail = em + em_len - tail_len;

	if (em[0] != 0x00 || em[1] != 0x01 || tail[-1] != 0x00)
		return false;
	for (i = 2; i < em_len - tail_len - 1; i++)
		if (em[i] != 0xff)
			return false;
	return !memcmp(tail, digest_infos[hash].der, info_len) &&
	       !memcmp(tail + info_len, digest, digest_len);
}

int kuv_x509_check_digest(const struct kuv_x509 *key,
			  const struct kuv_crypto_ops *ops, enum kuv_hash hash,
			  const u8 *digest, const struct kuv_span *sig)
{
	u32 tail_len = digest_infos[hash].len + kuv_hash_len(hash);
	u8 em[KUV_RSA_LEN_MAX];
	int ret;

	if (!kuv_x509_is_rsa(key) || sig->len != key->n.len ||
	    key->n.len < 3 + PADDING_MIN + tail_len)
		return -EKEYREJECTED;
	ret = ops->rsa(&key->n, &key->e, sig, em);
	if (ret)
		return ret == -EBADMSG ? -EKEYREJECTED : ret;
	return is_encoding(em, key->n.len, hash, digest) ? 0 : -EKEYREJECTED;
}

int kuv_x509_check_sig(const struct kuv_x509 *cert, const struct kuv_x509 *key,
		       const struct kuv_crypto_ops *ops)
{
	const struct sig_alg *alg = sig_alg_find(&cert->sig_alg);
	u8 digest[KUV_DIGEST_LEN_MAX];
	int ret;

	if (!alg || !alg->is_known || !cert->is_alg_same)
		return -EKEYREJECTED;
	ret = ops->hash(alg->hash, &cert->tbs, 1, digest);
	if (ret)
		return ret;
	return kuv_x509_check_digest(key, ops, alg->hash, digest, &cert->sig);
}
