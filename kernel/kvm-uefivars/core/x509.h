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
 * @is_v1: no extensions: cannot say what it may be used for
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

#endif /* _KUV_CORE_X509_H */
