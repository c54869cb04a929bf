// SPDX-License-Identifier: GPL-2.0-or-later
/* Signed SetVariable data for tests, made with OpenSSL; errors end the program. */
#include "sign.h"

#include <err.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pkcs7.h>

static const uint8_t guid_x509[16] = {
	0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
	0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
};
static const uint8_t guid_pkcs7[16] = {
	0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
	0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7,
};

void put(struct bytes *b, const void *data, size_t len)
{
	if (len > sizeof(b->data) - b->len)
		errx(1, "a message is too long");
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void put_le(struct bytes *b, uint64_t value, size_t len)
{
	put(b, &value, len);
}

void put_name(struct bytes *b, const char *name)
{
	for (; *name; name++)
		put_le(b, (uint8_t)*name, 2);
}

static void put_time(struct bytes *b, uint32_t time)
{
	put_le(b, 2026, 2);
	put_le(b, 1, 1);
	put_le(b, 1, 1);
	put_le(b, time / 3600, 1);
	put_le(b, time / 60 % 60, 1);
	put_le(b, time % 60, 1);
	put_le(b, 0, 1);
	put_le(b, 0, 8);
}

void new_signer(struct signer *s, const char *name, unsigned int bits)
{
	X509_NAME *n;

	s->key = EVP_RSA_gen(bits);
	s->cert = X509_new();
	if (!s->key || !s->cert)
		errx(1, "cannot make a key");
	X509_set_version(s->cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(s->cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(s->cert), 0);
	X509_gmtime_adj(X509_getm_notAfter(s->cert), 86400);
	n = X509_get_subject_name(s->cert);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(s->cert, n);
	X509_set_pubkey(s->cert, s->key);
	if (!X509_sign(s->cert, s->key, EVP_sha256()))
		errx(1, "cannot sign a certificate");
}

/* Detached SignedData over what UEFI says is signed. */
static void put_signature(struct bytes *b, const struct write *w,
			  const struct signer *s)
{
	struct bytes text = { 0 };
	uint8_t *der = NULL;
	PKCS7 *p7;
	BIO *bio;
	int len;

	put_name(&text, w->name);
	put(&text, w->guid, 16);
	put_le(&text, w->attributes, 4);
	put_time(&text, w->time);
	put(&text, w->payload.data, w->payload.len);
	bio = BIO_new_mem_buf(text.data, (int)text.len);
	p7 = PKCS7_sign(s->cert, s->key, NULL, bio,
			PKCS7_BINARY | PKCS7_DETACHED | PKCS7_NOATTR);
	len = p7 ? i2d_PKCS7(p7, &der) : -1;
	if (len < 0)
		errx(1, "cannot sign %s", w->name);
	put(b, der, (size_t)len);
	OPENSSL_free(der);
	PKCS7_free(p7);
	BIO_free(bio);
}

void put_cert_list(struct bytes *b, const uint8_t *owner,
		   const struct signer *s)
{
	uint8_t *der = NULL;
	int len = i2d_X509(s->cert, &der);

	if (len < 0)
		errx(1, "cannot encode a certificate");
	put(b, guid_x509, 16);
	put_le(b, 28 + 16 + (uint64_t)len, 4);
	put_le(b, 0, 4);
	put_le(b, 16 + (uint64_t)len, 4);
	put(b, owner, 16);
	put(b, der, (size_t)len);
	OPENSSL_free(der);
}

void put_descriptor(struct bytes *b, const struct write *w,
			   const struct signer *s)
{
	struct bytes sig = { 0 };

	if (s)
		put_signature(&sig, w, s);
	put_time(b, w->time);
	put_le(b, 24 + sig.len, 4);
	put_le(b, 0x0200, 2);
	put_le(b, 0x0ef1, 2);
	put(b, guid_pkcs7, 16);
	put(b, sig.data, sig.len);
}
