/* SPDX-License-Identifier: GPL-2.0 */
/* What the core needs to check a signature: hashes and the RSA public operation. */
#ifndef _KUV_CORE_CRYPTO_H
#define _KUV_CORE_CRYPTO_H

#include <linux/types.h>

/* Longest digest, and longest RSA modulus that is looked at. */
#define KUV_DIGEST_LEN_MAX	64
#define KUV_RSA_LEN_MAX		1024

/**
 * enum kuv_hash - digest algorithms
 * @KUV_HASH_SHA1: only for signatures inside certificates
 * @KUV_HASH_SHA256: SHA-256
 * @KUV_HASH_SHA384: SHA-384
 * @KUV_HASH_SHA512: SHA-512
 * @KUV_NR_HASHES: number of them
 */
enum kuv_hash {
	KUV_HASH_SHA1,
	KUV_HASH_SHA256,
	KUV_HASH_SHA384,
	KUV_HASH_SHA512,
	KUV_NR_HASHES,
};

/**
 * struct kuv_span - bytes somewhere, not owned
 * @data: first byte
 * @len: number of bytes
 */
struct kuv_span {
	const u8 *data;
	u32 len;
};

/**
 * struct kuv_crypto_ops - who computes
 * @hash: digest of @nr parts, one after the other; @ret_digest has
 *	kuv_hash_len(@alg) bytes. Returns 0 or a negative errno of the host.
 * @rsa: @sig to the power of @e modulo @n, all big-endian without leading
 *	zeroes in @n and @e; @ret_em gets @n->len bytes, zero-extended in front.
 *	The caller has bounded every length and checked that @sig has @n->len
 *	bytes. Returns 0, -EBADMSG (@sig is not less than @n, or the key makes no
 *	sense), or another negative errno of the host.
 *
 * Neither depends on what the host itself trusts, allows or refuses. Both may
 * sleep.
 */
struct kuv_crypto_ops {
	int (*hash)(enum kuv_hash alg, const struct kuv_span *parts, u32 nr,
		    u8 *ret_digest);
	int (*rsa)(const struct kuv_span *n, const struct kuv_span *e,
		   const struct kuv_span *sig, u8 *ret_em);
};

/**
 * kuv_hash_len() - bytes of a digest
 * @alg: algorithm
 *
 * Context: Any.
 * Return: 20 to 64.
 */
static inline u32 kuv_hash_len(enum kuv_hash alg)
{
	static const u8 len[KUV_NR_HASHES] = { 20, 32, 48, 64 };

	return len[alg];
}

#endif /* _KUV_CORE_CRYPTO_H */
