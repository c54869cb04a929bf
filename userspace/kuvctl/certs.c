// SPDX-License-Identifier: GPL-2.0-or-later
/* What a certificate says, in text fit for a terminal. */
#include "certs.h"

#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "var.h"

/* As RFC 2253, but characters of other scripts as such. */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

void cert_hex(const uint8_t *p, size_t len, char *text)
{
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", p[i]);
	text[2 * len] = 0;
}

void cert_date(int64_t when, char text[CERT_DATE])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (!when || !gmtime_r(&t, &tm) || tm.tm_year < 0 ||
	    tm.tm_year > 9999 - 1900)
		strcpy(text, "?");
	else
		strftime(text, CERT_DATE, "%Y-%m-%d", &tm);
}

static int64_t get_time(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	return t && ASN1_TIME_to_tm(t, &tm) ? (int64_t)timegm(&tm) : 0;
}

/* Text from a BIO: whole if there is room, and clean. */
static void take_text(BIO *bio, char *text, size_t size)
{
	int n = bio ? BIO_read(bio, text, (int)size - 1) : 0;

	text[n > 0 ? n : 0] = 0;
	/* A NUL inside would end it early, which is all it would do. */
	vard_text_clean(text);
}

static void format_name(const X509_NAME *name, char *text, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());

	text[0] = 0;
	if (bio && name && X509_NAME_print_ex(bio, name, 0, NAME_FLAGS) >= 0)
		take_text(bio, text, size);
	BIO_free(bio);
}

static void format_common_name(const X509_NAME *name, char *text, size_t size)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	X509_NAME_ENTRY *e = at >= 0 ? X509_NAME_get_entry(name, at) : NULL;
	BIO *bio = BIO_new(BIO_s_mem());

	text[0] = 0;
	if (bio && e &&
	    ASN1_STRING_print_ex(bio, X509_NAME_ENTRY_get_data(e),
				 ASN1_STRFLGS_ESC_CTRL |
					 ASN1_STRFLGS_UTF8_CONVERT) > 0)
		take_text(bio, text, size);
	BIO_free(bio);
}

static void take_key(const X509 *x, struct cert_info *ret)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	ret->is_rsa = key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	ret->key_bits = key ? EVP_PKEY_get_bits(key) : 0;
}

static void take_cert(const X509 *x, struct cert_info *ret)
{
	const X509_NAME *subject = X509_get_subject_name(x);

	ret->is_parsed = true;
	take_key(x, ret);
	ret->not_before = get_time(X509_get0_notBefore(x));
	ret->not_after = get_time(X509_get0_notAfter(x));
	format_name(subject, ret->subject, sizeof(ret->subject));
	format_name(X509_get_issuer_name(x), ret->issuer, sizeof(ret->issuer));
	format_common_name(subject, ret->name, sizeof(ret->name));
	ret->is_test = strstr(ret->subject, "DO NOT TRUST") ||
		       strstr(ret->subject, "DO NOT SHIP");
}

static void choose_name(struct cert_info *c)
{
	if (c->known)
		snprintf(c->name, sizeof(c->name), "%s", c->known->name);
	else if (!c->name[0])
		snprintf(c->name, sizeof(c->name), "%.*s",
			 (int)sizeof(c->name) - 1,
			 c->subject[0] ? c->subject :
			 c->is_parsed ? "(no name)" : "(no certificate)");
	/* A character may have been cut. */
	vard_text_clean(c->name);
}

bool cert_describe(const uint8_t *der, size_t len, struct cert_info *ret)
{
	const uint8_t *p = der;
	X509 *x;

	memset(ret, 0, sizeof(*ret));
	SHA256(der, len, ret->sha256);
	ret->known = cert_known_by_hash(ret->sha256);
	x = len <= CERT_MAX ? d2i_X509(NULL, &p, (long)len) : NULL;
	if (x)
		take_cert(x, ret);
	X509_free(x);
	ERR_clear_error();
	if (ret->known && ret->known->flags & CERT_TEST)
		ret->is_test = true;
	choose_name(ret);
	return ret->is_parsed;
}

bool cert_is_expired(const struct cert_info *c, int64_t now)
{
	return c->not_after && c->not_after < now;
}
