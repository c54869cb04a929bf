// SPDX-License-Identifier: GPL-2.0-or-later
/* Signing variables: EFI_VARIABLE_AUTHENTICATION_2 with libcrypto. */
#include "sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

/* edk2 and others look for the algorithm at a place that fits these sizes. */
#define SIGNED_MIN	256
#define SIGNED_MAX	65535

#define HEAD_LEN	40

static const uint8_t guid_pkcs7[16] = {
	0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
	0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7,
};

/* Nobody is asked on a terminal. */
static int no_password(char *buf, int size, int is_write, void *arg)
{
	(void)buf;
	(void)size;
	(void)is_write;
	(void)arg;
	return -1;
}

static const char *load_key(const char *path, EVP_PKEY **ret)
{
	BIO *bio = BIO_new_file(path, "r");

	if (!bio)
		return "the key cannot be opened";
	*ret = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	if (!*ret)
		return "the key is no PEM, or it is encrypted";
	if (EVP_PKEY_get_base_id(*ret) != EVP_PKEY_RSA)
		return "the key is not RSA: firmware takes no other";
	return NULL;
}

static const char *load_cert(const char *path, X509 **ret)
{
	BIO *bio = BIO_new_file(path, "r");

	if (!bio)
		return "the certificate cannot be opened";
	*ret = PEM_read_bio_X509(bio, NULL, no_password, NULL);
	if (!*ret && BIO_seek(bio, 0) >= 0)
		*ret = d2i_X509_bio(bio, NULL);
	BIO_free(bio);
	return *ret ? NULL : "the certificate is neither PEM nor DER";
}

const char *sign_key_load(const char *key_path, const char *cert_path,
			  struct sign_key *ret)
{
	struct sign_key k = { 0 };
	const char *why = load_key(key_path, &k.key);

	if (!why)
		why = load_cert(cert_path, &k.cert);
	if (!why && !X509_check_private_key(k.cert, k.key))
		why = "the key is not that of the certificate";
	ERR_clear_error();
	if (why)
		sign_key_free(&k);
	else
		*ret = k;
	return why;
}

void sign_key_free(struct sign_key *k)
{
	EVP_PKEY_free(k->key);
	X509_free(k->cert);
	memset(k, 0, sizeof(*k));
}

void sign_time_from(time_t t, uint8_t ret[16])
{
	struct tm tm = { 0 };
	unsigned int year;

	gmtime_r(&t, &tm);
	year = (unsigned int)tm.tm_year + 1900;
	memset(ret, 0, 16);
	ret[0] = (uint8_t)year;
	ret[1] = (uint8_t)(year >> 8);
	ret[2] = (uint8_t)(tm.tm_mon + 1);
	ret[3] = (uint8_t)tm.tm_mday;
	ret[4] = (uint8_t)tm.tm_hour;
	ret[5] = (uint8_t)tm.tm_min;
	ret[6] = (uint8_t)tm.tm_sec;
}

/* Does this day exist? timegm() makes another one of it if not. */
static bool is_real(const struct tm *tm)
{
	struct tm copy = *tm;

	return timegm(&copy) != -1 && copy.tm_mday == tm->tm_mday &&
	       copy.tm_mon == tm->tm_mon && copy.tm_year == tm->tm_year &&
	       copy.tm_hour == tm->tm_hour && copy.tm_sec == tm->tm_sec;
}

bool sign_time_parse(const char *text, uint8_t ret[16])
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S",
					       "%Y-%m-%dT%H:%M:%SZ",
					       "%Y-%m-%d %H:%M:%S", "%Y-%m-%d" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, formats[i], &tm);

		if (!end || *end || tm.tm_year < 1998 - 1900 ||
		    tm.tm_year > 9999 - 1900 || !is_real(&tm))
			continue;
		sign_time_from(timegm(&tm), ret);
		return true;
	}
	return false;
}

/* What UEFI says is signed: name, namespace, attributes, time, content. */
static BIO *make_text(const struct vard_var *v)
{
	BIO *bio = BIO_new(BIO_s_mem());
	uint8_t attributes[4];

	for (unsigned int i = 0; i < 4; i++)
		attributes[i] = (uint8_t)(v->attributes >> (8 * i));
	if (bio && BIO_write(bio, v->name, (int)v->name_len) >= 0 &&
	    BIO_write(bio, v->guid, 16) == 16 &&
	    BIO_write(bio, attributes, 4) == 4 &&
	    BIO_write(bio, v->time, 16) == 16 &&
	    (!v->data_len ||
	     BIO_write(bio, v->data, (int)v->data_len) == (int)v->data_len))
		return bio;
	BIO_free(bio);
	return NULL;
}

static PKCS7 *make_signature(BIO *text, const struct sign_key *k)
{
	const int flags = PKCS7_BINARY | PKCS7_DETACHED | PKCS7_NOATTR;
	PKCS7 *p7 = PKCS7_sign(NULL, NULL, NULL, text, flags | PKCS7_PARTIAL);

	if (p7 && PKCS7_sign_add_signer(p7, k->cert, k->key, EVP_sha256(),
					flags) &&
	    PKCS7_final(p7, text, flags))
		return p7;
	PKCS7_free(p7);
	return NULL;
}

static int encode(PKCS7 *p7, bool content_info, uint8_t **der)
{
	return content_info ? i2d_PKCS7(p7, der) :
			      i2d_PKCS7_SIGNED(p7->d.sign, der);
}

static uint8_t *put_together(const struct vard_var *v, const uint8_t *der,
			     size_t der_len, size_t *ret_len)
{
	uint32_t cert_len = 24 + (uint32_t)der_len;
	uint8_t *p = malloc(HEAD_LEN + der_len + v->data_len);

	if (!p)
		return NULL;
	memcpy(p, v->time, 16);
	for (unsigned int i = 0; i < 4; i++)
		p[16 + i] = (uint8_t)(cert_len >> (8 * i));
	memcpy(p + 20, "\x00\x02\xf1\x0e", 4);
	memcpy(p + 24, guid_pkcs7, 16);
	memcpy(p + HEAD_LEN, der, der_len);
	if (v->data_len)
		memcpy(p + HEAD_LEN + der_len, v->data, v->data_len);
	*ret_len = HEAD_LEN + der_len + v->data_len;
	return p;
}

const char *sign_variable(const struct vard_var *v, const struct sign_key *k,
			  bool content_info, uint8_t **ret, size_t *ret_len)
{
	BIO *text = make_text(v);
	PKCS7 *p7 = text ? make_signature(text, k) : NULL;
	uint8_t *der = NULL;
	const char *why = NULL;
	int len = p7 ? encode(p7, content_info, &der) : -1;

	if (len < 0)
		why = "OpenSSL cannot sign";
	else if (len < SIGNED_MIN || len > SIGNED_MAX)
		why = "the signature has a size that firmware does not take";
	else if (!(*ret = put_together(v, der, (size_t)len, ret_len)))
		why = "no memory";
	OPENSSL_free(der);
	PKCS7_free(p7);
	BIO_free(text);
	ERR_clear_error();
	return why;
}
