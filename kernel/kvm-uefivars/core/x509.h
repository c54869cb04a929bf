/* SPDX-License-Identifier: GPL-2.0 */
/* X.509 certificates as spans into the bytes they came in. */
#ifndef _KUV_CORE_X509_H
#define _KUV_CORE_X509_H

#include "crypto.h"

/* Longest common name that counts, in bytes of UTF-8. */
#define KUV_CN_LEN_MAX	127

/**
 * struct kuv_x509 - a certificate that was parsed
 * @der: the whole certificate, without what may follow it
 * @tbs: TBSCertificate with its header
 * @serial: contents of the serial number
 * @issuer: contents of the issuer's name
 * @subject: contents of the subject's name
 * @extensions: contents of the extensions' SEQUENCE, empty if none
 * @n: RSA modulus without leading zeroes, empty if the key is not RSA
 * @e: RSA exponent, likewise
 * @sig: signature of the issuer
 * @sig_alg: contents of the signature algorithm's OID
 * @is_v1: version 1: cannot say what it may be used for
 * @is_alg_same: the algorithm inside the signed part is the one outside
 */
struct kuv_x509 {
	struct kuv_span der;
	struct kuv_span tbs;
	struct kuv_span serial;
	struct kuv_span issuer;
	struct kuv_span subject;
	struct kuv_span extensions;
	struct kuv_span n;
	struct kuv_span e;
	struct kuv_span sig;
	struct kuv_span sig_alg;
	bool is_v1;
	bool is_alg_same;
};

/**
 * kuv_x509_parse() - take a certificate apart
 * @der: DER; bytes after the certificate are tolerated
 * @ret_cert: certificate, points into @der
 *
 * Context: Any. Bounded by the length, allocates nothing.
 * Return: 0 or -EBADMSG.
 */
int kuv_x509_parse(const struct kuv_span *der, struct kuv_x509 *ret_cert);

/**
 * kuv_x509_is_rsa() - does it carry an RSA key that can be used?
 * @cert: certificate
 *
 * Context: Any.
 * Return: true if it has an odd modulus of at most 8192 bits and an odd
 * exponent of at most 64 bits.
 */
bool kuv_x509_is_rsa(const struct kuv_x509 *cert);

/**
 * kuv_x509_common_name() - first common name of the subject
 * @cert: certificate
 * @ret_name: room for KUV_CN_LEN_MAX bytes, UTF-8, no NUL
 *
 * Longer names are cut, and everything from a NUL on.
 *
 * Context: Any.
 * Return: Bytes of the name (may be 0), or -ENOENT if there is none.
 */
int kuv_x509_common_name(const struct kuv_x509 *cert, u8 *ret_name);

/**
 * kuv_x509_fields() - find the fields of a certificate that was parsed before
 * @der: what kuv_x509_parse() took
 * @ret_cert: certificate, points into @der
 *
 * Cheaper than kuv_x509_parse(): names, key and extensions are not looked into
 * again.
 *
 * Context: Any.
 * Return: 0 or -EBADMSG.
 */
int kuv_x509_fields(const struct kuv_span *der, struct kuv_x509 *ret_cert);

/**
 * kuv_x509_next_extension() - step over an extension
 * @rest: contents of the extensions' SEQUENCE, shortened by it
 * @ret_oid: contents of its OID
 * @ret_value: its value
 * @ret_critical: must it be understood?
 *
 * Context: Any.
 * Return: false at the end, or if it is malformed.
 */
bool kuv_x509_next_extension(struct kuv_span *rest, struct kuv_span *ret_oid,
			     struct kuv_span *ret_value, bool *ret_critical);

/**
 * kuv_x509_has_rsa_sig() - was it signed with RSA of any kind?
 * @cert: certificate
 *
 * Says which key the issuer has, not that the signature can be checked.
 *
 * Context: Any.
 * Return: true if so.
 */
bool kuv_x509_has_rsa_sig(const struct kuv_x509 *cert);

/**
 * kuv_x509_check_digest() - is an RSA signature (PKCS#1 v1.5) right?
 * @key: whose key
 * @ops: crypto
 * @hash: digest algorithm
 * @digest: digest of what was signed
 * @sig: signature
 *
 * Context: May sleep.
 * Return: 0, -EKEYREJECTED, or another negative errno of the host.
 */
int kuv_x509_check_digest(const struct kuv_x509 *key,
			  const struct kuv_crypto_ops *ops, enum kuv_hash hash,
			  const u8 *digest, const struct kuv_span *sig);

/**
 * kuv_x509_check_sig() - did this key sign that certificate?
 * @cert: certificate
 * @key: certificate with the key
 * @ops: crypto
 *
 * Context: May sleep.
 * Return: 0, -EKEYREJECTED (also for algorithms other than RSA PKCS#1 v1.5 with
 * SHA-1 or SHA-2), or another negative errno of the host.
 */
int kuv_x509_check_sig(const struct kuv_x509 *cert, const struct kuv_x509 *key,
		       const struct kuv_crypto_ops *ops);

#endif /* _KUV_CORE_X509_H */
