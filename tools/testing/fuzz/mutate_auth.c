// SPDX-License-Identifier: GPL-2.0-or-later
/* Mutator for signed messages: bends their DER, and mostly signs them again. */
#include <linux/types.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "auth_input.h"
#include "der_tree.h"
#include "fuzz.h"
#include "keys.h"
#include "pkcs7.h"
#include "rnd.h"

#define PART_MAX	0x8000
#define SPARE_MAX	4096
#define BENDS_MAX	4

size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_len, const u8 *b,
				 size_t b_len, u8 *out, size_t max,
				 unsigned int seed);

/* The fuzzer's own key with this modulus, or KEYS_NR. */
static u32 find_key(const struct kuv_span *n)
{
	u8 modulus[KEYS_LEN];
	u32 i;

	for (i = 0; i < KEYS_NR; i++) {
		CHECK(BN_bn2binpad(RSA_get0_n(keys_rsa(i)), modulus,
				   KEYS_LEN) == KEYS_LEN);
		if (n->len == KEYS_LEN && !memcmp(n->data, modulus, KEYS_LEN))
			break;
	}
	return i;
}

static const EVP_MD *digest_of(enum kuv_hash hash)
{
	switch (hash) {
	case KUV_HASH_SHA1:
		return EVP_sha1();
	case KUV_HASH_SHA384:
		return EVP_sha384();
	case KUV_HASH_SHA512:
		return EVP_sha512();
	default:
		return EVP_sha256();
	}
}

/* A signature of nearly the right bytes: one of them is another. */
static void bend_signature(u8 *sig, RSA *key)
{
	u8 em[KEYS_LEN];

	CHECK(RSA_public_decrypt(KEYS_LEN, sig, em, key, RSA_NO_PADDING) ==
	      KEYS_LEN);
	em[1 + rnd(KEYS_LEN - 1)] = rnd(4) ? 0 : rnd(256);
	CHECK(RSA_private_encrypt(KEYS_LEN, em, sig, key, RSA_NO_PADDING) ==
	      KEYS_LEN);
}

/* Signs in place: what the core parsed points into the input being made. */
static void sign(u32 key, const EVP_MD *md, const u8 *digest,
		 const struct kuv_span *sig)
{
	u8 *out = (u8 *)sig->data;
	unsigned int len;

	if (key >= KEYS_NR || sig->len != KEYS_LEN)
		return;
	CHECK(RSA_sign(EVP_MD_type(md), digest, EVP_MD_size(md), out, &len,
		       keys_rsa(key)));
	if (!rnd(16))
		bend_signature(out, keys_rsa(key));
}

static enum kuv_hash hash_of_oid(const struct kuv_span *oid)
{
	switch (oid->len ? oid->data[oid->len - 1] : 0) {
	case 5:
	case 0x1d:
		return KUV_HASH_SHA1;
	case 12:
		return KUV_HASH_SHA384;
	case 13:
		return KUV_HASH_SHA512;
	default:
		return KUV_HASH_SHA256;
	}
}

/* Names end in the number of their key, see signed.c. */
static void resign_cert(const struct kuv_x509 *cert)
{
	const EVP_MD *md = digest_of(hash_of_oid(&cert->sig_alg));
	u32 key = 0;
	u8 digest[EVP_MAX_MD_SIZE];

	if (cert->issuer.len)
		key = cert->issuer.data[cert->issuer.len - 1] - '0';
	CHECK(EVP_Digest(cert->tbs.data, cert->tbs.len, digest, NULL, md,
			 NULL));
	sign(key, md, digest, &cert->sig);
}

static void resign_certs(struct kuv_span rest)
{
	struct kuv_x509 cert;

	while (!kuv_x509_parse(&rest, &cert)) {
		resign_cert(&cert);
		rest.data += cert.der.len;
		rest.len -= cert.der.len;
	}
}

static void resign_signer(const struct kuv_pkcs7_signer *s, enum kuv_hash hash,
			  const struct kuv_span *data)
{
	const EVP_MD *md = digest_of(hash);
	u8 digest[EVP_MAX_MD_SIZE], tag;

	CHECK(EVP_Digest(data->data, data->len, digest, NULL, md, NULL));
	if (s->attrs.len && s->digest.len == EVP_MD_size(md))
		memcpy((u8 *)s->digest.data, digest, s->digest.len);
	if (s->attrs.len) {
		tag = s->attrs.data[0];
		*(u8 *)s->attrs.data = 0x31;
		CHECK(EVP_Digest(s->attrs.data, s->attrs.len, digest, NULL, md,
				 NULL));
		*(u8 *)s->attrs.data = tag;
	}
	sign(find_key(&s->cert.n), md, digest, &s->sig);
}

static void resign(const struct auth_input *in)
{
	struct kuv_span anchor = { in->part[AUTH_ANCHOR],
				   in->len[AUTH_ANCHOR] };
	struct kuv_span der = { in->part[AUTH_MESSAGE],
				in->len[AUTH_MESSAGE] };
	struct kuv_span data = { in->part[AUTH_DATA], in->len[AUTH_DATA] };
	static struct kuv_pkcs7 msg;
	u32 i;

	resign_certs(anchor);
	if (kuv_pkcs7_parse(&der, &msg))
		return;
	resign_certs(msg.certs);
	for (i = 0; i < msg.nr_signers; i++)
		resign_signer(&msg.signers[i], msg.hash, &data);
}

/* One part bent a few times; as it was if the result is too long. */
static void bend_part(struct auth_input *in, u32 part)
{
	static u8 out[AUTH_DATA][PART_MAX], spare[BENDS_MAX][SPARE_MAX];
	static struct der_tree tree;
	u32 i, nr = 1 + rnd(BENDS_MAX);
	size_t len;

	der_tree_parse(&tree, in->part[part], in->len[part]);
	for (i = 0; i < nr; i++)
		der_tree_bend(&tree, spare[i], SPARE_MAX);
	len = der_tree_write(&tree, out[part], PART_MAX);
	if (!len)
		return;
	in->part[part] = out[part];
	in->len[part] = len;
}

/* Certificates of the message become the trusted one. */
static void trust_another(struct auth_input *in)
{
	struct kuv_span der = { in->part[AUTH_MESSAGE],
				in->len[AUTH_MESSAGE] };
	static struct kuv_pkcs7 msg;
	struct kuv_x509 cert;
	struct kuv_span rest;
	u32 nr = 0;

	if (kuv_pkcs7_parse(&der, &msg))
		return;
	rest = msg.certs;
	while (!kuv_x509_parse(&rest, &cert)) {
		if (!rnd(++nr)) {
			in->part[AUTH_ANCHOR] = cert.der.data;
			in->len[AUTH_ANCHOR] = cert.der.len;
		}
		rest.data += cert.der.len;
		rest.len -= cert.der.len;
	}
}

static void bend_data(struct auth_input *in)
{
	static u8 out[PART_MAX];
	u32 len = in->len[AUTH_DATA];

	if (len > PART_MAX / 2)
		return;
	memcpy(out, in->part[AUTH_DATA], len);
	in->part[AUTH_DATA] = out;
	in->len[AUTH_DATA] = LLVMFuzzerMutate(out, len, PART_MAX / 2);
}

/* Joins parts that may lie in @out. Returns 0 if they do not fit. */
static size_t join(const struct auth_input *in, u8 *out, size_t max)
{
	static u8 copy[1 << 20];
	size_t len = auth_input_join(in, copy, max < sizeof(copy) ?
					       max : sizeof(copy));

	memcpy(out, copy, len);
	return len;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max,
			       unsigned int seed)
{
	struct auth_input in;
	u32 what;
	size_t len;

	rnd_seed(seed);
	what = rnd(16);
	auth_input_split(&in, data, size);
	if (!what)
		return LLVMFuzzerMutate(data, size, max);
	if (what == 1)
		bend_data(&in);
	else if (what == 2)
		trust_another(&in);
	else
		bend_part(&in, what < 8 ? AUTH_ANCHOR : AUTH_MESSAGE);
	len = join(&in, data, max);
	if (!len)
		return size;
	if (rnd(8)) {
		auth_input_split(&in, data, len);
		resign(&in);
	}
	return len;
}

/* Parts of both. */
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_len, const u8 *b,
				 size_t b_len, u8 *out, size_t max,
				 unsigned int seed)
{
	struct auth_input in, other;
	u32 i;

	rnd_seed(seed);
	auth_input_split(&in, a, a_len);
	auth_input_split(&other, b, b_len);
	i = rnd(AUTH_NR_PARTS);
	in.part[i] = other.part[i];
	in.len[i] = other.len[i];
	return auth_input_join(&in, out, max);
}
