// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates and signed messages as OpenSSL makes them, from the fuzzers' keys. */
#include "signed.h"

#include <openssl/bio.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>

#include "fuzz.h"
#include "keys.h"

/* The common name: K and a number, in various shapes. Returns its bytes. */
static int make_text(uint32_t key, uint32_t flags, uint8_t *text)
{
	int len = 0, i;

	if (flags & CERT_LONG_NAME)
		for (i = 0; i < 42; i++, len += 3)
			memcpy(text + len, "\342\202\254", 3);
	text[len++] = 'K';
	text[len++] = flags & CERT_NUL_NAME ? 0 : '0' + key;
	text[len++] = '0' + key;
	return flags & (CERT_NUL_NAME | CERT_LONG_NAME) ? len : len - 1;
}

static X509_NAME *make_name(uint32_t key, uint32_t flags)
{
	X509_NAME *name = X509_NAME_new();
	int type = flags & CERT_UTF16 ? V_ASN1_BMPSTRING : V_ASN1_UTF8STRING;
	const char *field = flags & CERT_NO_CN ? "O" : "CN";
	uint8_t text[160];
	ASN1_STRING *s = NULL;
	int len = make_text(key, flags, text);

	CHECK(name);
	CHECK(X509_NAME_add_entry_by_txt(name, "OU", MBSTRING_ASC,
					 (const uint8_t *)"fuzz", -1, -1, 0));
	CHECK(ASN1_mbstring_copy(&s, text, len, MBSTRING_UTF8,
				 ASN1_tag2bit(type)) == type);
	CHECK(X509_NAME_add_entry_by_txt(name, field, type, s->data, s->length,
					 -1, 0));
	ASN1_STRING_free(s);
	return name;
}

static void set_names(X509 *cert, const struct signed_cert *c)
{
	X509_NAME *name = make_name(c->subject, c->flags);

	CHECK(X509_set_subject_name(cert, name));
	X509_NAME_free(name);
	/* Whoever is not its own issuer has one with the usual name. */
	name = make_name(c->issuer, c->subject == c->issuer ? c->flags : 0);
	CHECK(X509_set_issuer_name(cert, name));
	X509_NAME_free(name);
}

static void add_extension(X509 *cert, X509V3_CTX *ctx, int nid,
			  const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, ctx, nid, value);

	CHECK(e && X509_add_ext(cert, e, -1));
	X509_EXTENSION_free(e);
}

/* The issuer's key identifier is that of its key: no certificate is needed. */
static void add_key_ids(X509 *cert, const struct signed_cert *c)
{
	X509 *issuer = X509_new();
	X509V3_CTX ctx;

	CHECK(issuer);
	CHECK(X509_set_pubkey(issuer, keys_evp(c->flags & CERT_ALIEN_ID ?
					       c->subject : c->issuer)));
	X509V3_set_ctx(&ctx, issuer, issuer, NULL, NULL, 0);
	add_extension(issuer, &ctx, NID_subject_key_identifier, "hash");
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	add_extension(cert, &ctx, NID_subject_key_identifier, "hash");
	add_extension(cert, &ctx, NID_authority_key_identifier, "keyid:always");
	X509_free(issuer);
}

/* What says nothing about chains, but is parsed. */
static void add_many(X509 *cert, X509V3_CTX *ctx)
{
	static const struct {
		int nid;
		const char *value;
	} many[] = {
		{ NID_subject_alt_name, "DNS:a,email:b@c,URI:d:e,IP:1.2.3.4,"
		  "RID:1.2.3,otherName:1.2.3.4;UTF8:f" },
		{ NID_ext_key_usage, "serverAuth,1.2.3" },
		{ NID_crl_distribution_points, "URI:http:a,URI:http:b" },
		{ NID_certificate_policies, "DER:3006300406022a03" },
		{ NID_policy_constraints, "requireExplicitPolicy:3" },
		{ NID_netscape_cert_type, "server" },
		{ NID_issuer_alt_name, "DNS:g" },
		{ NID_inhibit_any_policy, "critical,0" },
	};
	size_t i;

	for (i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		add_extension(cert, ctx, many[i].nid, many[i].value);
}

/* Name and number of the issuer's certificate, without that certificate. */
static void add_issuer_id(X509 *cert, const struct signed_cert *c)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
	GENERAL_NAME *name = GENERAL_NAME_new();

	CHECK(id && name);
	name->type = GEN_DIRNAME;
	name->d.dirn = make_name(c->issuer, 0);
	id->issuer = GENERAL_NAMES_new();
	id->serial = ASN1_INTEGER_new();
	CHECK(id->issuer && sk_GENERAL_NAME_push(id->issuer, name));
	CHECK(ASN1_INTEGER_set(id->serial, 1000 + 17 * c->issuer));
	CHECK(X509_add1_ext_i2d(cert, NID_authority_key_identifier, id, 0, 0));
	AUTHORITY_KEYID_free(id);
}

/* A critical one that nobody knows. */
static void add_unknown(X509 *cert)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	CHECK(oid && value && ASN1_OCTET_STRING_set(value, (uint8_t *)"\5", 2));
	e = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
	CHECK(e && X509_add_ext(cert, e, -1));
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

static void add_extensions(X509 *cert, const struct signed_cert *c)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	if (c->flags & (CERT_KEY_IDS | CERT_ALIEN_ID))
		add_key_ids(cert, c);
	if (c->flags & CERT_PATH_0)
		add_extension(cert, &ctx, NID_basic_constraints,
			      "critical,CA:TRUE,pathlen:0");
	else
		add_extension(cert, &ctx, NID_basic_constraints,
			      c->flags & CERT_CA ? "critical,CA:TRUE" :
						   "CA:FALSE");
	if (c->flags & CERT_NO_SIGN)
		add_extension(cert, &ctx, NID_key_usage, "critical,cRLSign");
	else if (c->flags & CERT_USAGE)
		add_extension(cert, &ctx, NID_key_usage,
			      c->flags & CERT_CA ? "critical,keyCertSign" :
						   "critical,digitalSignature");
	if (c->flags & CERT_MANY)
		add_many(cert, &ctx);
	if (c->flags & CERT_ISSUER_ID)
		add_issuer_id(cert, c);
	if (c->flags & CERT_LIMITED)
		add_extension(cert, &ctx, NID_name_constraints,
			      "critical,permitted;DNS:a");
	if (c->flags & CERT_UNKNOWN)
		add_unknown(cert);
}

static X509 *make_cert(const struct signed_cert *c)
{
	X509 *cert = X509_new();
	uint32_t key;

	CHECK(cert && X509_set_version(cert, c->flags & CERT_V1 ? 0 : 2));
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(cert),
			       1000 + 16 * c->issuer + c->subject));
	set_names(cert, c);
	CHECK(ASN1_TIME_set_string(X509_getm_notBefore(cert), "200101000000Z"));
	CHECK(ASN1_TIME_set_string(X509_getm_notAfter(cert), "300101000000Z"));
	CHECK(X509_set_pubkey(cert, keys_evp(c->subject)));
	if (!(c->flags & CERT_V1))
		add_extensions(cert, c);
	key = c->flags & CERT_ALIEN_SIG ? (c->issuer + 1) % KEYS_NR : c->issuer;
	CHECK(X509_sign(cert, keys_evp(key),
			c->flags & CERT_SHA1 ? EVP_sha1() : EVP_sha256()));
	return cert;
}

size_t signed_make_cert(const struct signed_cert *c, uint8_t **ret)
{
	X509 *cert = make_cert(c);
	int len;

	*ret = NULL;
	len = i2d_X509(cert, ret);
	CHECK(len > 0);
	X509_free(cert);
	return len;
}

static const EVP_MD *digest_of(uint32_t flags)
{
	if (flags & MESSAGE_SHA1)
		return EVP_sha1();
	if (flags & MESSAGE_SHA384)
		return EVP_sha384();
	return flags & MESSAGE_SHA512 ? EVP_sha512() : EVP_sha256();
}

static void add_signer(PKCS7 *p7, X509 *cert, const struct signed_message *m)
{
	int flags = PKCS7_PARTIAL | PKCS7_NOCERTS | PKCS7_NOSMIMECAP;
	PKCS7_SIGNER_INFO *si;
	ASN1_UTCTIME *when = ASN1_UTCTIME_new();

	if (!(m->flags & MESSAGE_ATTRS))
		flags |= PKCS7_NOATTR;
	si = PKCS7_sign_add_signer(p7, cert, keys_evp(m->certs[0].subject),
				   digest_of(m->flags), flags);
	CHECK(si && when && ASN1_UTCTIME_set_string(when, "250101000000Z"));
	/* Else it would be now, and each seed another one. */
	if (m->flags & MESSAGE_ATTRS)
		CHECK(PKCS7_add0_attrib_signing_time(si, when));
	else
		ASN1_UTCTIME_free(when);
}

static size_t encode(PKCS7 *p7, uint32_t flags, uint8_t **ret)
{
	int len;

	*ret = NULL;
	if (flags & MESSAGE_WRAPPED)
		len = i2d_PKCS7(p7, ret);
	else
		len = i2d_PKCS7_SIGNED(p7->d.sign, ret);
	CHECK(len > 0);
	return len;
}

size_t signed_make_message(const struct signed_message *m, uint8_t **ret)
{
	PKCS7 *p7 = PKCS7_sign(NULL, NULL, NULL, NULL, PKCS7_PARTIAL |
			       PKCS7_DETACHED | PKCS7_BINARY);
	BIO *bio = BIO_new_mem_buf(m->data, m->data_len);
	size_t len;
	uint32_t i;

	CHECK(p7 && bio);
	for (i = 0; i < m->nr_certs; i++) {
		X509 *cert = make_cert(&m->certs[i]);

		CHECK(PKCS7_add_certificate(p7, cert));
		if (!i)
			add_signer(p7, cert, m);
		if (!i && m->flags & MESSAGE_TWICE)
			add_signer(p7, cert, m);
		X509_free(cert);
	}
	CHECK(PKCS7_final(p7, bio, PKCS7_DETACHED | PKCS7_BINARY));
	len = encode(p7, m->flags, ret);
	BIO_free(bio);
	PKCS7_free(p7);
	return len;
}
