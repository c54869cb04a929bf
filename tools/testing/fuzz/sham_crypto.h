/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Crypto that anybody can sign with: only so that the fuzzer gets past it. */
#ifndef _FUZZ_SHAM_CRYPTO_H
#define _FUZZ_SHAM_CRYPTO_H

#include "crypto.h"

/* A sham signature: these bytes, then the last byte of the key's modulus. */
#define SHAM_MAGIC	"sham sig"
#define SHAM_MAGIC_LEN	8

/**
 * sham_crypto_ops - what the core is given
 *
 * A signature with the magic and the key's last byte is right, whatever was
 * signed: RSA gives back the digest that was made last. Digests are none that
 * resist anything.
 */
extern const struct kuv_crypto_ops sham_crypto_ops;

/**
 * sham_begin() - before a request
 * @fail_nth: which operation shall fail for lack of memory, 0 for none
 */
void sham_begin(u32 fail_nth);

/**
 * sham_nr_right() - signatures that were right since sham_begin()
 *
 * Return: How many.
 */
u32 sham_nr_right(void);

/**
 * sham_key() - a number for a key
 * @n: modulus
 *
 * Return: Its digest.
 */
u64 sham_key(const struct kuv_span *n);

/**
 * sham_has_signed() - was a signature by this key right since sham_begin()?
 * @key: number of the key
 *
 * Return: true if so.
 */
bool sham_has_signed(u64 key);

/**
 * sham_first_key() - the key whose signature was right first
 *
 * Return: Its number, 0 if none was.
 */
u64 sham_first_key(void);

#endif /* _FUZZ_SHAM_CRYPTO_H */
