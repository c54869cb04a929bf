// SPDX-License-Identifier: GPL-2.0-or-later
/* The first corpus of what is signed: lists, certificates, messages. */
#include <linux/kernel.h>
#include <linux/types.h>

#include "auth_input.h"
#include "fuzz.h"
#include "guids.h"
#include "seeds.h"
#include "siglist_input.h"
#include "signed.h"

#define HEAD_LEN	28
#define OWNER_LEN	16

/**
 * struct lists - a value under construction
 * @bytes: it
 * @len: bytes of it
 * @list: where the current list begins
 * @sig_len: bytes of each of its signatures
 */
struct lists {
	u8 bytes[0x8000];
	u32 len;
	u32 list;
	u32 sig_len;
};

static void put_u32(u8 *p, u32 v)
{
	p[0] = v;
	p[1] = v >> 8;
	p[2] = v >> 16;
	p[3] = v >> 24;
}

static void begin_list(struct lists *l, const u8 *type, u32 data_len)
{
	l->list = l->len;
	l->len += HEAD_LEN;
	l->sig_len = OWNER_LEN + data_len;
	memset(l->bytes + l->list, 0, HEAD_LEN);
	memcpy(l->bytes + l->list, type, 16);
	put_u32(l->bytes + l->list + 16, HEAD_LEN);
	put_u32(l->bytes + l->list + 24, l->sig_len);
}

static void put_sig(struct lists *l, u8 owner, const void *data, u32 len)
{
	u8 *p = l->bytes + l->len;

	CHECK(len <= l->sig_len - OWNER_LEN);
	memset(p, 0, l->sig_len);
	memset(p, owner, OWNER_LEN);
	memcpy(p + OWNER_LEN, data, len);
	l->len += l->sig_len;
	put_u32(l->bytes + l->list + 16, l->len - l->list);
}

static void save_siglist(const char *dir, const char *name,
			 const struct lists *old, const struct lists *added)
{
	static u8 out[0x10000];

	out[0] = old->len;
	out[1] = old->len >> 8;
	memcpy(out + SIGLIST_INPUT_HEAD, old->bytes, old->len);
	memcpy(out + SIGLIST_INPUT_HEAD + old->len, added->bytes, added->len);
	seeds_save(dir, "fuzz_siglist", name, out,
		   SIGLIST_INPUT_HEAD + old->len + added->len);
}

/* One, two, and the same ones of each type of fixed size. */
static void save_types(const char *dir)
{
	static const struct {
		u8 guid[16];
		u32 len;
	} types[] = {
		{ KUV_GUID_SHA1, 20 }, { KUV_GUID_SHA224, 28 },
		{ KUV_GUID_SHA256, 32 }, { KUV_GUID_SHA384, 48 },
		{ KUV_GUID_SHA512, 64 }, { KUV_GUID_RSA2048, 256 },
		{ KUV_GUID_RSA2048_SHA1, 256 },
		{ KUV_GUID_RSA2048_SHA256, 256 }, { KUV_GUID_X509_SHA256, 48 },
		{ KUV_GUID_X509_SHA384, 64 }, { KUV_GUID_X509_SHA512, 80 },
	};
	static struct lists old, added;
	char name[32];
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		old.len = added.len = 0;
		begin_list(&old, types[i].guid, types[i].len);
		begin_list(&added, types[i].guid, types[i].len);
		for (j = 0; j < 3; j++) {
			put_sig(&old, 1, &j, 1);
			put_sig(&added, j, &j, 1);
		}
		snprintf(name, sizeof(name), "type%02u", i);
		save_siglist(dir, name, &old, &added);
	}
}

/* Two certificates of one length, then one of another. */
static void save_certificates(const char *dir)
{
	static const struct signed_cert certs[] = {
		{ 0, 0, CERT_CA }, { 1, 1, CERT_CA }, { 2, 2, CERT_V1 },
	};
	static const u8 x509[16] = KUV_GUID_X509;
	static struct lists old, added;
	size_t len[3];
	u8 *der[3];
	u32 i;

	for (i = 0; i < 3; i++)
		len[i] = signed_make_cert(&certs[i], &der[i]);
	old.len = added.len = 0;
	begin_list(&old, x509, len[0] > len[1] ? len[0] : len[1]);
	put_sig(&old, 1, der[0], len[0]);
	put_sig(&old, 1, der[1], len[1]);
	begin_list(&added, x509, old.sig_len - OWNER_LEN);
	put_sig(&added, 1, der[1], len[1]);
	begin_list(&added, x509, len[2]);
	put_sig(&added, 1, der[2], len[2]);
	save_siglist(dir, "certificates", &old, &added);
	for (i = 0; i < 3; i++)
		free(der[i]);
}

void seeds_siglist(const char *dir)
{
	save_types(dir);
	save_certificates(dir);
}

static void save_message(const char *dir, const char *name,
			 const struct signed_cert *anchor,
			 const struct signed_message *m)
{
	static u8 out[0x10000];
	struct auth_input in;
	u8 *cert, *message;

	in.len[AUTH_ANCHOR] = signed_make_cert(anchor, &cert);
	in.len[AUTH_MESSAGE] = signed_make_message(m, &message);
	in.len[AUTH_DATA] = m->data_len;
	in.part[AUTH_ANCHOR] = cert;
	in.part[AUTH_MESSAGE] = message;
	in.part[AUTH_DATA] = m->data;
	seeds_save(dir, "fuzz_auth", name, out,
		   auth_input_join(&in, out, sizeof(out)));
	free(cert);
	free(message);
}

/* A signer that is trusted itself, in all kinds of messages. */
static void save_direct(const char *dir)
{
	static const struct signed_cert self = { 0, 0, 0 };
	u32 flags;
	char name[32];

	for (flags = 0; flags < 2 * MESSAGE_TWICE; flags++) {
		struct signed_message m = { &self, 1, flags,
					    (const u8 *)"direct", 6 };

		snprintf(name, sizeof(name), "direct%02u", flags);
		save_message(dir, name, &self, &m);
	}
}

/* Chains of two to four, of all kinds of certificates. */
static void save_chains(const char *dir)
{
	static const u32 kinds[] = {
		0, CERT_KEY_IDS, CERT_USAGE, CERT_UTF16, CERT_NO_CN, CERT_SHA1,
		CERT_UNKNOWN, CERT_KEY_IDS | CERT_USAGE, CERT_PATH_0,
		CERT_MANY, CERT_ISSUER_ID, CERT_LIMITED,
	};
	u32 i, nr;
	char name[32];

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		u32 ca = CERT_CA | (kinds[i] & ~(CERT_UTF16 | CERT_NO_CN));
		struct signed_cert certs[] = {
			{ 0, 1, kinds[i] & ~CERT_PATH_0 }, { 1, 2, ca },
			{ 2, 3, ca }, { 3, 3, ca },
		};

		for (nr = 1; nr < 4; nr++) {
			struct signed_message m = { certs, nr, nr,
						    (const u8 *)name, 6 };

			snprintf(name, sizeof(name), "chain%02u-%u", i, nr);
			save_message(dir, name, &certs[nr], &m);
		}
	}
}

/* Chains with one thing wrong, in the middle and at the end of them. */
static void save_refused(const char *dir)
{
	static const u32 wrong[] = {
		0, CERT_CA | CERT_NO_SIGN, CERT_CA | CERT_UNKNOWN,
		CERT_CA | CERT_LIMITED, CERT_V1, CERT_CA | CERT_ALIEN_ID,
		CERT_CA | CERT_KEY_IDS, CERT_CA | CERT_ALIEN_SIG,
	};
	u32 i;
	char name[32];

	for (i = 0; i < 2 * ARRAY_SIZE(wrong); i++) {
		struct signed_cert certs[] = {
			{ 0, 1, CERT_KEY_IDS }, { 1, 2, CERT_CA | CERT_KEY_IDS },
			{ 2, 3, CERT_CA },
		};
		struct signed_message m = { certs, 2, 0, (const u8 *)"x", 1 };

		certs[1 + i % 2].flags = wrong[i / 2];
		snprintf(name, sizeof(name), "refused%02u", i);
		save_message(dir, name, &certs[2], &m);
	}
}

/* Common names as no one should have them. */
static void save_names(const char *dir)
{
	static const u32 shapes[] = {
		CERT_NUL_NAME, CERT_LONG_NAME, CERT_LONG_NAME | CERT_UTF16,
		CERT_NUL_NAME | CERT_UTF16,
	};
	char name[32];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct signed_cert cert = { 0, 1, shapes[i] };
		struct signed_message m = { &cert, 1, MESSAGE_ATTRS,
					    (const u8 *)"name", 4 };

		snprintf(name, sizeof(name), "name%u", i);
		save_message(dir, name, &cert, &m);
	}
}

/* Certificates that a message need not have: another signer's, version 1. */
static void save_odd(const char *dir)
{
	static const struct signed_cert certs[] = {
		{ 0, 1, CERT_V1 }, { 2, 1, 0 }, { 1, 1, CERT_V1 | CERT_CA },
		{ 3, 3, CERT_CA },
	};
	struct signed_message m = { certs, 4, MESSAGE_ATTRS,
				    (const u8 *)"odd", 3 };

	save_message(dir, "odd", &certs[2], &m);
	save_message(dir, "untrusted", &certs[3], &m);
}

void seeds_auth(const char *dir)
{
	save_direct(dir);
	save_chains(dir);
	save_refused(dir);
	save_names(dir);
	save_odd(dir);
}
