// SPDX-License-Identifier: GPL-2.0-or-later
/* What OpenSSL thinks of a certificate or a message, asked as edk2 asks it. */
#include "auth_openssl.h"

#include <linux/errno.h>

#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "fuzz.h"
#include "x509_name.h"

/* A message as it is, or put into the wrapper that it lacks. */
static PKCS7 *read_message(const struct kuv_span *der)
{
	const u8 *p = der->data;
	PKCS7 *p7 = d2i_PKCS7(NULL, &p, der->len);
	PKCS7_SIGNED *bare;

	if (p7)
		return p7;
	p = der->data;
	bare = d2i_PKCS7_SIGNED(NULL, &p, der->len);
	if (!bare)
		return NULL;
	p7 = PKCS7_new();
	CHECK(p7);
	p7->type = OBJ_nid2obj(NID_pkcs7_signed);
	p7->d.sign = bare;
	return p7;
}

static X509_STORE *make_store(const struct kuv_span *anchor)
{
	X509_STORE *store = X509_STORE_new();
	const u8 *p = anchor ? anchor->data : NULL;
	X509 *cert;

	CHECK(store);
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN |
				    X509_V_FLAG_NO_CHECK_TIME);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	if (!anchor)
		return store;
	cert = d2i_X509(NULL, &p, anchor->len);
	if (cert)
		CHECK(X509_STORE_add_cert(store, cert));
	else
		X509_STORE_free(store);
	X509_free(cert);
	return cert ? store : NULL;
}

enum auth_opinion auth_openssl_verify(const struct kuv_span *der,
				      const struct kuv_span *data,
				      const struct kuv_span *anchor)
{
	int flags = PKCS7_BINARY | (anchor ? 0 : PKCS7_NOVERIFY), ok;
	PKCS7 *p7 = read_message(der);
	X509_STORE *store;
	BIO *bio;

	if (!p7)
		return AUTH_UNREADABLE;
	store = make_store(anchor);
	if (!store) {
		PKCS7_free(p7);
		return AUTH_UNREADABLE;
	}
	bio = BIO_new_mem_buf(data->data, data->len);
	CHECK(bio);
	ok = PKCS7_verify(p7, NULL, store, bio, NULL, flags);
	BIO_free(bio);
	X509_STORE_free(store);
	PKCS7_free(p7);
	return ok == 1 ? AUTH_ACCEPTED : AUTH_REFUSED;
}

/* As edk2 takes it: header and all of the first element inside. */
static void check_tbs(const struct kuv_x509 *ours)
{
	const u8 *p = ours->der.data, *tbs;
	int tag, class;
	long len;

	CHECK(!(ASN1_get_object(&p, &len, &tag, &class, ours->der.len) & 0x80));
	tbs = p;
	CHECK(!(ASN1_get_object(&p, &len, &tag, &class, len) & 0x80));
	CHECK(tag == V_ASN1_SEQUENCE && tbs == ours->tbs.data);
	CHECK(p + len - tbs == ours->tbs.len);
}

static void check_number(const struct kuv_span *ours, const BIGNUM *theirs)
{
	BIGNUM *n = BN_bin2bn(ours->data, ours->len, NULL);

	CHECK(n && !BN_cmp(n, theirs));
	BN_free(n);
}

static void check_key(const struct kuv_x509 *ours, X509 *theirs)
{
	EVP_PKEY *key = X509_get0_pubkey(theirs);
	const RSA *rsa = NULL;

	if (key && EVP_PKEY_id(key) == EVP_PKEY_RSA)
		rsa = EVP_PKEY_get0_RSA(key);
	if (!ours->n.len)
		return;
	CHECK(rsa || !kuv_x509_is_rsa(ours));
	if (!rsa)
		return;
	check_number(&ours->n, RSA_get0_n(rsa));
	check_number(&ours->e, RSA_get0_e(rsa));
}

/* As edk2 takes it: the first one, in UTF-8, cut at 127 bytes and at a NUL. */
static void check_name(const struct kuv_x509 *ours, X509 *theirs)
{
	const X509_NAME *name = X509_get_subject_name(theirs);
	int at = X509_NAME_get_index_by_NID((X509_NAME *)name, NID_commonName,
					    -1);
	u8 cn[KUV_CN_LEN_MAX], *text = NULL;
	int len = kuv_x509_common_name(ours, cn), want = -1;

	if (at >= 0)
		want = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(
				X509_NAME_get_entry(name, at)));
	if (want < 0) {
		CHECK(len == -ENOENT);
		return;
	}
	if (want > KUV_CN_LEN_MAX)
		want = KUV_CN_LEN_MAX;
	want = strnlen((char *)text, want);
	CHECK(len == want && !memcmp(cn, text, len));
	OPENSSL_free(text);
}

void auth_openssl_check_cert(const struct kuv_x509 *cert)
{
	const u8 *p = cert->der.data;
	X509 *theirs = d2i_X509(NULL, &p, cert->der.len);

	if (!theirs)
		return;
	CHECK(p - cert->der.data == cert->der.len);
	CHECK(cert->is_v1 == !X509_get_version(theirs));
	check_tbs(cert);
	check_key(cert, theirs);
	check_name(cert, theirs);
	CHECK(kuv_name_equal(&cert->subject, &cert->issuer) ==
	      !X509_NAME_cmp(X509_get_subject_name(theirs),
			     X509_get_issuer_name(theirs)));
	X509_free(theirs);
}
