// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys of the fuzzers: the same in every run, and worth nothing. */
#include "keys.h"

#include <openssl/bn.h>
#include <openssl/sha.h>

#include "fuzz.h"

#define PRIME_LEN	64

/* The first prime from a number on that the seed decides; fits the exponent. */
static BIGNUM *make_prime(uint32_t seed, const BIGNUM *e, BN_CTX *ctx)
{
	uint8_t bytes[PRIME_LEN], name[] = { 'k', 'u', 'v', seed };
	BIGNUM *p, *rest = BN_new();

	CHECK(SHA512(name, sizeof(name), bytes));
	bytes[0] |= 0xc0;
	bytes[PRIME_LEN - 1] |= 1;
	p = BN_bin2bn(bytes, sizeof(bytes), NULL);
	CHECK(p && rest);
	for (;;) {
		CHECK(BN_mod(rest, p, e, ctx));
		if (!BN_is_one(rest) && BN_check_prime(p, ctx, NULL) == 1)
			break;
		CHECK(BN_add_word(p, 2));
	}
	BN_free(rest);
	return p;
}

static RSA *make_rsa(uint32_t i)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *e = BN_new(), *n = BN_new(), *d, *p, *q, *p1 = BN_new(),
	       *q1 = BN_new(), *phi = BN_new(), *dp = BN_new(),
	       *dq = BN_new(), *qi;
	RSA *rsa = RSA_new();

	CHECK(rsa && BN_set_word(e, 65537));
	p = make_prime(2 * i, e, ctx);
	q = make_prime(2 * i + 1, e, ctx);
	CHECK(BN_sub(p1, p, BN_value_one()) && BN_sub(q1, q, BN_value_one()));
	CHECK(BN_mul(n, p, q, ctx) && BN_mul(phi, p1, q1, ctx));
	d = BN_mod_inverse(NULL, e, phi, ctx);
	qi = BN_mod_inverse(NULL, q, p, ctx);
	CHECK(d && qi && BN_mod(dp, d, p1, ctx) && BN_mod(dq, d, q1, ctx));
	CHECK(RSA_set0_key(rsa, n, e, d) && RSA_set0_factors(rsa, p, q));
	CHECK(RSA_set0_crt_params(rsa, dp, dq, qi));
	CHECK(RSA_size(rsa) == KEYS_LEN);
	BN_free(p1);
	BN_free(q1);
	BN_free(phi);
	BN_CTX_free(ctx);
	return rsa;
}

RSA *keys_rsa(uint32_t i)
{
	static RSA *keys[KEYS_NR];

	CHECK(i < KEYS_NR);
	if (!keys[i])
		keys[i] = make_rsa(i);
	return keys[i];
}

EVP_PKEY *keys_evp(uint32_t i)
{
	static EVP_PKEY *keys[KEYS_NR];

	if (!keys[i]) {
		keys[i] = EVP_PKEY_new();
		CHECK(keys[i] && EVP_PKEY_set1_RSA(keys[i], keys_rsa(i)));
	}
	return keys[i];
}
