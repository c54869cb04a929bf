/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and signed messages as OpenSSL makes them, from the fuzzers' keys. */
#ifndef _FUZZ_SIGNED_H
#define _FUZZ_SIGNED_H

#include <stddef.h>
#include <stdint.h>

/* What a certificate has. */
#define CERT_CA		(1U << 0)
#define CERT_V1		(1U << 1)
#define CERT_KEY_IDS	(1U << 2)
#define CERT_USAGE	(1U << 3)
#define CERT_UTF16	(1U << 4)
#define CERT_NO_CN	(1U << 5)
#define CERT_SHA1	(1U << 6)
#define CERT_UNKNOWN	(1U << 7)
#define CERT_PATH_0	(1U << 8)
#define CERT_MANY	(1U << 9)
#define CERT_ISSUER_ID	(1U << 10)
#define CERT_LIMITED	(1U << 11)
#define CERT_NO_SIGN	(1U << 12)
#define CERT_ALIEN_ID	(1U << 13)
#define CERT_ALIEN_SIG	(1U << 14)
#define CERT_NUL_NAME	(1U << 15)
#define CERT_LONG_NAME	(1U << 16)

/**
 * struct signed_cert - a certificate to make
 * @subject: whose key it has; its common name is K and this number
 * @issuer: who signs it
 * @flags: CERT_*
 */
struct signed_cert {
	uint32_t subject;
	uint32_t issuer;
	uint32_t flags;
};

/* What a message is like. */
#define MESSAGE_WRAPPED	(1U << 0)
#define MESSAGE_ATTRS	(1U << 1)
#define MESSAGE_SHA384	(1U << 2)
#define MESSAGE_SHA512	(1U << 3)
#define MESSAGE_SHA1	(1U << 4)
#define MESSAGE_TWICE	(1U << 5)

/**
 * struct signed_message - a message to make
 * @certs: certificates in it, the signer's first
 * @nr_certs: how many
 * @flags: MESSAGE_*
 * @data: what is signed
 * @data_len: bytes of it
 */
struct signed_message {
	const struct signed_cert *certs;
	uint32_t nr_certs;
	uint32_t flags;
	const uint8_t *data;
	size_t data_len;
};

/**
 * signed_make_cert() - make a certificate
 * @c: which
 * @ret: its DER, for free()
 *
 * Return: Bytes of it.
 */
size_t signed_make_cert(const struct signed_cert *c, uint8_t **ret);

/**
 * signed_make_message() - make a SignedData message
 * @m: which
 * @ret: its DER, for free()
 *
 * Return: Bytes of it.
 */
size_t signed_make_message(const struct signed_message *m, uint8_t **ret);

#endif /* _FUZZ_SIGNED_H */
