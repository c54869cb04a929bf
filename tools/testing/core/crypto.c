// SPDX-License-Identifier: GPL-2.0
/* Hashes and RSA for the core, from OpenSSL's libcrypto. */
#include <errno.h>

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "../../../kernel/kvm-uefivars/crypto.h"

static const EVP_MD *hash_md(enum kuv_hash alg)
{
	switch (alg) {
	case KUV_HASH_SHA1:
		return EVP_sha1();
	case KUV_HASH_SHA256:
		return EVP_sha256();
	case KUV_HASH_SHA384:
		return EVP_sha384();
	default:
		return EVP_sha512();
	}
}

static int hash(enum kuv_hash alg, const struct kuv_span *parts, u32 nr,
		u8 *ret_digest)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, hash_md(alg), NULL);
	u32 i;

	for (i = 0; ok && i < nr; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len);
	ok = ok && EVP_DigestFinal_ex(ctx, ret_digest, NULL);
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -ENOMEM;
}

static int rsa(const struct kuv_span *n, const struct kuv_span *e,
	       const struct kuv_span *sig, u8 *ret_em)
{
	BIGNUM *bn = BN_bin2bn(n->data, n->len, NULL);
	BIGNUM *be = BN_bin2bn(e->data, e->len, NULL);
	BIGNUM *bs = BN_bin2bn(sig->data, sig->len, NULL);
	BIGNUM *em = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	int ret = -ENOMEM;

	if (bn && be && bs && em && ctx) {
		if (BN_cmp(bs, bn) >= 0)
			ret = -EBADMSG;
		else if (BN_mod_exp(em, bs, be, bn, ctx) &&
			 BN_bn2binpad(em, ret_em, n->len) == (int)n->len)
			ret = 0;
	}
	BN_free(bn);
	BN_free(be);
	BN_free(bs);
	BN_free(em);
	BN_CTX_free(ctx);
	return ret;
}

const struct kuv_crypto_ops kuv_crypto_ops = {
	.hash = hash,
	.rsa = rsa,
};

int kuv_crypto_init(void)
{
	return 0;
}

void kuv_crypto_exit(void)
{
}
