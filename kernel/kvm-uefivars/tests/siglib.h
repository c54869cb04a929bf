/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites of certificates and messages share: crypto that can fail. */
#ifndef _KUV_TESTS_SIGLIB_H
#define _KUV_TESTS_SIGLIB_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <kunit/test.h>

#include "../crypto.h"
#include "der.h"

/* What tools/testing/vectors/kunit-sig.sh made. */
#include <sig_vectors.h>

#define VECTOR(name)	((struct kuv_span){ v_##name, sizeof(v_##name) })

/* Calls of the crypto still to succeed, and those that were made. */
static int sig_calls_left, sig_nr_hash, sig_nr_rsa;

static bool __maybe_unused sig_call_fails(void)
{
	return sig_calls_left >= 0 && !sig_calls_left--;
}

static int __maybe_unused sig_hash(enum kuv_hash alg,
				   const struct kuv_span *parts, u32 nr,
				   u8 *ret_digest)
{
	sig_nr_hash++;
	return sig_call_fails() ? -ENOMEM :
	       kuv_crypto_ops.hash(alg, parts, nr, ret_digest);
}

static int __maybe_unused sig_rsa(const struct kuv_span *n,
				  const struct kuv_span *e,
				  const struct kuv_span *sig, u8 *ret_em)
{
	sig_nr_rsa++;
	return sig_call_fails() ? -ENOMEM :
	       kuv_crypto_ops.rsa(n, e, sig, ret_em);
}

static const struct kuv_crypto_ops sig_ops __maybe_unused = {
	.hash = sig_hash,
	.rsa = sig_rsa,
};

/* A copy that ends where its memory ends, so that overruns are seen. */
static inline struct kuv_span sig_copy(struct kunit *test,
				       struct kuv_span from)
{
	u8 *p = kunit_kzalloc(test, from.len ? from.len : 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memcpy(p, from.data, from.len);
	return (struct kuv_span){ p, from.len };
}

static inline int sig_init(struct kunit *test)
{
	sig_calls_left = -1;
	sig_nr_hash = 0;
	sig_nr_rsa = 0;
	return kuv_crypto_init();
}

static inline void sig_exit(struct kunit *test)
{
	kuv_crypto_exit();
}

#endif /* _KUV_TESTS_SIGLIB_H */
