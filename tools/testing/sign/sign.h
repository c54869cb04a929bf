/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed SetVariable data for tests, made with OpenSSL; errors end the program. */
#ifndef _KUV_TEST_SIGN_H
#define _KUV_TEST_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#define SIGN_BYTES_MAX	8192

/**
 * struct signer - a key and its self-signed certificate
 * @key: RSA
 * @cert: its certificate
 */
struct signer {
	EVP_PKEY *key;
	X509 *cert;
};

/**
 * struct bytes - bytes being put together
 * @len: bytes used
 * @data: they
 */
struct bytes {
	size_t len;
	uint8_t data[SIGN_BYTES_MAX];
};

/**
 * struct write - a SetVariable
 * @guid: namespace
 * @name: ASCII
 * @attributes: with append, if it is one
 * @time: seconds since midnight of a day
 * @payload: what is to be stored or appended
 */
struct write {
	const uint8_t *guid;
	const char *name;
	uint32_t attributes;
	uint32_t time;
	struct bytes payload;
};

/* Append bytes, or a number of @len bytes, little-endian. */
void put(struct bytes *b, const void *data, size_t len);
void put_le(struct bytes *b, uint64_t value, size_t len);

/* UTF-16 without a NUL. */
void put_name(struct bytes *b, const char *name);

/* A new key of @bits, and a certificate with that common name. */
void new_signer(struct signer *s, const char *name, unsigned int bits);

/* A signature list of one certificate. */
void put_cert_list(struct bytes *b, const uint8_t *owner,
		   const struct signer *s);

/*
 * The descriptor in front of a payload: time, certificate, SignedData over what
 * UEFI says is signed. @s NULL: no signature, as in setup mode.
 */
void put_descriptor(struct bytes *b, const struct write *w,
		    const struct signer *s);

#endif /* _KUV_TEST_SIGN_H */
