// SPDX-License-Identifier: GPL-2.0
/* Hashes and RSA for the core, from the kernel. */
#include "crypto.h"

#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/fips.h>
#include <linux/module.h>
#include <linux/mpi.h>
#include <linux/string.h>

/* Shortest modulus with follow_fips, in bytes: 2048 bits. */
#define FIPS_RSA_LEN_MIN	256

static bool follow_fips;
module_param(follow_fips, bool, 0444);
MODULE_PARM_DESC(follow_fips,
		 "On a host in FIPS mode, refuse RSA keys shorter than 2048 bits");

/* A module on some kernels; asked for before any guest is there. */
MODULE_SOFTDEP("pre: sha1 sha256 sha512");

static const char * const names[KUV_NR_HASHES] = {
	[KUV_HASH_SHA1] = "sha1",
	[KUV_HASH_SHA256] = "sha256",
	[KUV_HASH_SHA384] = "sha384",
	[KUV_HASH_SHA512] = "sha512",
};

static struct crypto_shash *tfms[KUV_NR_HASHES];

static int hash(enum kuv_hash alg, const struct kuv_span *parts, u32 nr,
		u8 *ret_digest)
{
	SHASH_DESC_ON_STACK(desc, tfms[alg]);
	int ret;
	u32 i;

	desc->tfm = tfms[alg];
	ret = crypto_shash_init(desc);
	for (i = 0; !ret && i < nr; i++)
		ret = crypto_shash_update(desc, parts[i].data, parts[i].len);
	if (!ret)
		ret = crypto_shash_final(desc, ret_digest);
	shash_desc_zero(desc);
	return ret;
}

/**
 * struct rsa_op - the numbers of one operation
 * @n: modulus
 * @e: exponent
 * @sig: signature
 * @em: result
 */
struct rsa_op {
	MPI n;
	MPI e;
	MPI sig;
	MPI em;
};

static int rsa_op_init(struct rsa_op *op, const struct kuv_span *n,
		       const struct kuv_span *e, const struct kuv_span *sig)
{
	op->n = mpi_read_raw_data(n->data, n->len);
	op->e = mpi_read_raw_data(e->data, e->len);
	op->sig = mpi_read_raw_data(sig->data, sig->len);
	op->em = mpi_alloc(0);
	return op->n && op->e && op->sig && op->em ? 0 : -ENOMEM;
}

static void rsa_op_exit(struct rsa_op *op)
{
	mpi_free(op->n);
	mpi_free(op->e);
	mpi_free(op->sig);
	mpi_free(op->em);
}

static int rsa_op_run(struct rsa_op *op, u8 *ret_em, u32 len)
{
	unsigned int nr;
	int ret;

	if (mpi_cmp(op->sig, op->n) >= 0)
		return -EBADMSG;
	ret = mpi_powm(op->em, op->sig, op->e, op->n);
	if (!ret)
		ret = mpi_read_buffer(op->em, ret_em, len, &nr, NULL);
	if (ret)
		return ret;
	/* It comes without leading zeroes. */
	memmove(ret_em + len - nr, ret_em, nr);
	memset(ret_em, 0, len - nr);
	return 0;
}

/*
 * The big numbers are those that the crypto API's own RSA computes with. That
 * RSA is not used itself: it refuses moduli of unusual sizes and, in FIPS mode,
 * keys that firmware takes, and what mode the host is in must not change what a
 * guest is answered, nor whether a guest can be moved there. An operator who
 * wants FIPS rules for guests as well can say so.
 */
static int rsa(const struct kuv_span *n, const struct kuv_span *e,
	       const struct kuv_span *sig, u8 *ret_em)
{
	struct rsa_op op;
	int ret;

	if (follow_fips && fips_enabled && n->len < FIPS_RSA_LEN_MIN)
		return -EBADMSG;
	ret = rsa_op_init(&op, n, e, sig);
	if (!ret)
		ret = rsa_op_run(&op, ret_em, n->len);
	rsa_op_exit(&op);
	return ret;
}

const struct kuv_crypto_ops kuv_crypto_ops = {
	.hash = hash,
	.rsa = rsa,
};

int kuv_crypto_init(void)
{
	struct crypto_shash *tfm;
	u32 i;

	for (i = 0; i < KUV_NR_HASHES; i++) {
		tfm = crypto_alloc_shash(names[i], 0, 0);
		if (IS_ERR(tfm)) {
			kuv_crypto_exit();
			return PTR_ERR(tfm);
		}
		tfms[i] = tfm;
	}
	return 0;
}

void kuv_crypto_exit(void)
{
	u32 i;

	for (i = 0; i < KUV_NR_HASHES; i++) {
		crypto_free_shash(tfms[i]);
		tfms[i] = NULL;
	}
}
