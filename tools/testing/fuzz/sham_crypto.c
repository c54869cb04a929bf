// SPDX-License-Identifier: GPL-2.0-or-later
/* Crypto that anybody can sign with: only so that the fuzzer gets past it. */
#include "sham_crypto.h"

#include <linux/errno.h>

#include "fuzz.h"

/* DigestInfo of SHA-256, -384, -512; the first one also stands for SHA-1. */
#define INFO(total, oid, len) \
	{ 0x30, total, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, \
	  0x03, 0x04, 0x02, oid, 0x05, 0x00, 0x04, len }
#define INFO_LEN	19

static const u8 infos[KUV_NR_HASHES][INFO_LEN] = {
	[KUV_HASH_SHA1] = INFO(0x25, 0x00, 20),
	[KUV_HASH_SHA256] = INFO(0x31, 0x01, 32),
	[KUV_HASH_SHA384] = INFO(0x41, 0x02, 48),
	[KUV_HASH_SHA512] = INFO(0x51, 0x03, 64),
};

/* More than the core may ask for. */
#define RIGHT_MAX	256

/**
 * struct state - what is remembered from one operation to the next
 * @alg: algorithm of @digest
 * @digest: made last
 * @nr: operations since sham_begin()
 * @fail_nth: the one that fails
 * @nr_right: signatures that were right
 * @right: whose they were
 */
static struct state {
	enum kuv_hash alg;
	u8 digest[KUV_DIGEST_LEN_MAX];
	u32 nr;
	u32 fail_nth;
	u32 nr_right;
	u64 right[RIGHT_MAX];
} state;

static int sham_hash(enum kuv_hash alg, const struct kuv_span *parts, u32 nr,
		     u8 *ret_digest)
{
	u64 h = 0xcbf29ce484222325ULL + alg;
	u32 i, j;

	if (++state.nr == state.fail_nth)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		for (j = 0; j < parts[i].len; j++)
			h = (h ^ parts[i].data[j]) * 0x100000001b3ULL;
	for (i = 0; i < kuv_hash_len(alg); i++) {
		h = h * 6364136223846793005ULL + 1442695040888963407ULL;
		ret_digest[i] = h >> 56;
	}
	state.alg = alg;
	memcpy(state.digest, ret_digest, kuv_hash_len(alg));
	return 0;
}

static int sham_rsa(const struct kuv_span *n, const struct kuv_span *e,
		    const struct kuv_span *sig, u8 *ret_em)
{
	u32 digest_len = kuv_hash_len(state.alg);
	u32 tail_len = INFO_LEN + digest_len;

	if (++state.nr == state.fail_nth)
		return -ENOMEM;
	CHECK(sig->len == n->len && n->len <= KUV_RSA_LEN_MAX && e->len);
	memset(ret_em, 0xff, n->len);
	if (n->len < tail_len + 3 || n->len <= SHAM_MAGIC_LEN ||
	    memcmp(sig->data, SHAM_MAGIC, SHAM_MAGIC_LEN) ||
	    sig->data[SHAM_MAGIC_LEN] != n->data[n->len - 1])
		return 0;
	ret_em[0] = 0;
	ret_em[1] = 1;
	ret_em[n->len - tail_len - 1] = 0;
	memcpy(ret_em + n->len - tail_len, infos[state.alg], INFO_LEN);
	memcpy(ret_em + n->len - digest_len, state.digest, digest_len);
	CHECK(state.nr_right < RIGHT_MAX);
	state.right[state.nr_right++] = sham_key(n);
	return 0;
}

const struct kuv_crypto_ops sham_crypto_ops = {
	.hash = sham_hash,
	.rsa = sham_rsa,
};

void sham_begin(u32 fail_nth)
{
	state.nr = 0;
	state.fail_nth = fail_nth;
	state.nr_right = 0;
}

u32 sham_nr_right(void)
{
	return state.nr_right;
}

u64 sham_key(const struct kuv_span *n)
{
	return fuzz_mix(1, n->data, n->len);
}

bool sham_has_signed(u64 key)
{
	u32 i;

	for (i = 0; i < state.nr_right; i++)
		if (state.right[i] == key)
			return true;
	return false;
}

u64 sham_first_key(void)
{
	return state.nr_right ? state.right[0] : 0;
}
