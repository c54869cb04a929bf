// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts of scripts that look signed: right for sham_crypto.c, for nobody else. */
#include "script_sign.h"

#include <string.h>

#include "guids.h"
#include "sham_crypto.h"

#define MODULUS_LEN	96
#define DER_MAX		2048

#define SEQUENCE	0x30
#define SET		0x31

/* Contents of OIDs. */
#define OID_CN		0x55, 0x04, 0x03
#define OID_RSA		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01
#define OID_PKCS7	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07
#define OID_PKCS9	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09
#define OID_SHA2	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02

/* DER under construction, from the end to the front: lengths are known then. */
struct der {
	u8 bytes[DER_MAX];
	u32 start;
};

static void der_init(struct der *d)
{
	d->start = DER_MAX;
}

static void put(struct der *d, const void *p, u32 len)
{
	d->start -= len;
	memcpy(d->bytes + d->start, p, len);
}

/* The head of what was put since @end. */
static void close(struct der *d, u8 tag, u32 end)
{
	u32 len = end - d->start;
	u8 head[4] = { tag, len };

	if (len < 0x80) {
		put(d, head, 2);
	} else if (len < 0x100) {
		head[1] = 0x81;
		head[2] = len;
		put(d, head, 3);
	} else {
		head[1] = 0x82;
		head[2] = len >> 8;
		head[3] = len;
		put(d, head, 4);
	}
}

static void put_simple(struct der *d, u8 tag, const void *p, u32 len)
{
	u32 end = d->start;

	put(d, p, len);
	close(d, tag, end);
}

static void put_number(struct der *d, u8 value)
{
	put_simple(d, 0x02, &value, 1);
}

/* AlgorithmIdentifier without parameters. */
static void put_algorithm(struct der *d, const u8 *oid, u32 len)
{
	u32 end = d->start;

	put_simple(d, 0x06, oid, len);
	close(d, SEQUENCE, end);
}

static void put_sha2(struct der *d, u8 which)
{
	const u8 oid[] = { OID_SHA2, which };

	put_algorithm(d, oid, sizeof(oid));
}

static void put_rsa(struct der *d, u8 which)
{
	const u8 oid[] = { OID_RSA, which };

	put_algorithm(d, oid, sizeof(oid));
}

/* One common name: K and a digit. */
static void put_name(struct der *d, u32 key)
{
	static const u8 oid[] = { OID_CN };
	const u8 text[] = { 'K', '0' + key };
	u32 end = d->start;

	put_simple(d, 0x0c, text, sizeof(text));
	put_simple(d, 0x06, oid, sizeof(oid));
	close(d, SEQUENCE, end);
	close(d, SET, end);
	close(d, SEQUENCE, end);
}

static u8 last_of_modulus(u32 key)
{
	return 1 + 2 * key;
}

static void put_key(struct der *d, u32 key)
{
	u32 end = d->start;
	u8 n[1 + MODULUS_LEN];

	memset(n, 0xd1, sizeof(n));
	n[0] = 0;
	n[MODULUS_LEN] = last_of_modulus(key);
	put_number(d, 3);
	put_simple(d, 0x02, n, sizeof(n));
	close(d, SEQUENCE, end);
	put(d, "", 1);
	close(d, 0x03, end);
	put_rsa(d, 1);
	close(d, SEQUENCE, end);
}

static void put_validity(struct der *d)
{
	u32 end = d->start;

	put_simple(d, 0x17, "300101000000Z", 13);
	put_simple(d, 0x17, "200101000000Z", 13);
	close(d, SEQUENCE, end);
}

static void put_signature(struct der *d, u8 tag, u32 key, bool is_bits)
{
	u32 end = d->start;
	u8 sig[MODULUS_LEN] = SHAM_MAGIC;

	sig[SHAM_MAGIC_LEN] = last_of_modulus(key);
	put(d, sig, sizeof(sig));
	if (is_bits)
		put(d, "", 1);
	close(d, tag, end);
}

/* Version 1: whoever signs itself may issue others. */
static void put_cert(struct der *d, u32 key, u32 issuer)
{
	u32 end = d->start, tbs;

	put_signature(d, 0x03, issuer, true);
	put_rsa(d, 11);
	tbs = d->start;
	put_key(d, key);
	put_name(d, key);
	put_validity(d);
	put_name(d, issuer);
	put_rsa(d, 11);
	put_number(d, 16 + 4 * issuer + key);
	close(d, SEQUENCE, tbs);
	close(d, SEQUENCE, end);
}

/* The digest of the data is not known here: such a signer is never right. */
static void put_attributes(struct der *d)
{
	static const u8 oid[] = { OID_PKCS9, 4 }, digest[32];
	u32 end = d->start;

	put_simple(d, 0x04, digest, sizeof(digest));
	close(d, SET, end);
	put_simple(d, 0x06, oid, sizeof(oid));
	close(d, SEQUENCE, end);
	close(d, 0xa0, end);
}

static void put_signer(struct der *d, u32 key, u32 issuer, u8 hash,
		       bool has_attributes)
{
	u32 end = d->start, id;

	put_signature(d, 0x04, key, false);
	put_rsa(d, 1);
	if (has_attributes)
		put_attributes(d);
	put_sha2(d, hash);
	id = d->start;
	put_number(d, 16 + 4 * issuer + key);
	put_name(d, issuer);
	close(d, SEQUENCE, id);
	put_number(d, 1);
	close(d, SEQUENCE, end);
}

static void put_content(struct der *d)
{
	static const u8 oid[] = { OID_PKCS7, 1 };

	put_algorithm(d, oid, sizeof(oid));
}

static void put_wrapper(struct der *d, u32 end)
{
	static const u8 oid[] = { OID_PKCS7, 2 };

	close(d, 0xa0, end);
	put_simple(d, 0x06, oid, sizeof(oid));
	close(d, SEQUENCE, end);
}

/*
 * Kinds: 1 signed by itself; 2 issued by the next key, 3 with that one's
 * certificate, 4 wrapped; 5 SHA-384; 6 two signers; 7 attributes.
 */
static void put_message(struct der *d, u32 kind, u32 key)
{
	u32 end = d->start, part, next = (key + 1) % SCRIPT_KEYS;
	u32 issuer = kind == 2 || kind == 3 ? next : key;
	u8 hash = kind == 5 ? 2 : 1;

	put_signer(d, key, issuer, hash, kind == 7);
	if (kind == 6)
		put_signer(d, next, next, hash, false);
	close(d, SET, end);
	part = d->start;
	if (kind == 3 || kind == 6)
		put_cert(d, next, next);
	put_cert(d, key, issuer);
	close(d, 0xa0, part);
	put_content(d);
	part = d->start;
	put_sha2(d, hash);
	close(d, SET, part);
	put_number(d, 1);
	close(d, SEQUENCE, end);
	if (kind == 4)
		put_wrapper(d, end);
}

void script_put_cert(struct script_buf *b, u32 key, u32 issuer)
{
	static struct der d;

	der_init(&d);
	put_cert(&d, key % SCRIPT_KEYS, issuer % SCRIPT_KEYS);
	script_bytes(b, d.bytes + d.start, DER_MAX - d.start);
}

void script_put_descriptor(struct script_buf *b, u32 kind, u32 key, u32 time)
{
	static const u8 pkcs7[16] =
		KUV_GUID(0x4aafd29d, 0x68df, 0x49ee,
			 0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7);
	static struct der d;

	der_init(&d);
	if (kind % SCRIPT_NR_SIGNATURES)
		put_message(&d, kind % SCRIPT_NR_SIGNATURES,
			    key % SCRIPT_KEYS);
	script_int(b, 2000 + time, 2);
	script_int(b, 0x0101, 2);
	script_int(b, 0, 8);
	script_int(b, 0, 4);
	script_int(b, 24 + DER_MAX - d.start, 4);
	script_int(b, 0x0ef10200, 4);
	script_bytes(b, pkcs7, sizeof(pkcs7));
	script_bytes(b, d.bytes + d.start, DER_MAX - d.start);
}

void script_put_list(struct script_buf *b, u32 kind, u32 nr, u32 first)
{
	static const u8 x509[16] = KUV_GUID_X509, sha256[16] = KUV_GUID_SHA256;
	bool is_cert = kind % 2 == 0;
	static struct der d;
	u32 sig_len, i;

	der_init(&d);
	put_cert(&d, 0, 0);
	sig_len = 16 + (is_cert ? DER_MAX - d.start : 32);
	script_bytes(b, is_cert ? x509 : sha256, 16);
	script_int(b, 28 + nr * sig_len, 4);
	script_int(b, 0, 4);
	script_int(b, sig_len, 4);
	for (i = 0; i < nr; i++) {
		script_int(b, 'o', 8);
		script_int(b, 0, 8);
		if (is_cert) {
			script_put_cert(b, first + i, first + i);
			continue;
		}
		script_int(b, first + i, 8);
		script_int(b, 0, 8);
		script_int(b, 0, 8);
		script_int(b, 0, 8);
	}
}
