/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of the fuzzers: the same in every run, and worth nothing. */
#ifndef _FUZZ_KEYS_H
#define _FUZZ_KEYS_H

#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#define KEYS_NR		4
#define KEYS_LEN	128

/**
 * keys_rsa() - an RSA key of 1024 bits
 * @i: which of KEYS_NR
 *
 * Return: The key, not to be freed.
 */
RSA *keys_rsa(uint32_t i);

/**
 * keys_evp() - the same key as OpenSSL's other functions want it
 * @i: which of KEYS_NR
 *
 * Return: The key, not to be freed.
 */
EVP_PKEY *keys_evp(uint32_t i);

#endif /* _FUZZ_KEYS_H */
