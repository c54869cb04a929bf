// SPDX-License-Identifier: GPL-2.0-or-later
/* X.509 certificates for people. */
#include "show.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <time.h>

/* Characters of a name that are shown; some certificates have novels. */
#define NAME_MAX_LEN 400
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

static void put_name(json_object *o, const char *key, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len = 0;

	if (bio && X509_NAME_print_ex(bio, name, 0, NAME_FLAGS) >= 0)
		len = BIO_get_mem_data(bio, &text);
	if (len > NAME_MAX_LEN)
		len = NAME_MAX_LEN;
	show_put(o, key, "%.*s", (int)len, text ? text : "");
	BIO_free(bio);
}

static void put_day(json_object *o, const char *key, const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	if (!t || !ASN1_TIME_to_tm(t, &tm)) {
		show_put(o, key, "malformed");
		return;
	}
	show_put(o, key, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday);
}

bool show_certificate(json_object *o, struct show_data d)
{
	const unsigned char *p = d.p;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	X509 *x = d2i_X509(NULL, &p, (long)d.len);
	bool is_expired;

	if (x) {
		put_name(o, "subject", X509_get_subject_name(x));
		put_name(o, "issuer", X509_get_issuer_name(x));
		put_day(o, "valid-from", X509_get0_notBefore(x));
		put_day(o, "valid-to", X509_get0_notAfter(x));
		is_expired = X509_cmp_current_time(X509_get0_notAfter(x)) < 0;
		json_object_object_add(o, "expired",
				       json_object_new_boolean(is_expired));
	}
	ERR_clear_error();
	SHA256(d.p, d.len, digest);
	json_object_object_add(o, "sha-256",
			       show_hex((struct show_data){ digest,
							    sizeof(digest) }));
	X509_free(x);
	return x;
}
