/* SPDX-License-Identifier: GPL-2.0 */
/* Hashes and RSA for the core, from whoever computes them here. */
#ifndef _KUV_CRYPTO_H
#define _KUV_CRYPTO_H

#include "core/crypto.h"

/**
 * kuv_crypto_ops - what the core is given
 *
 * Usable between kuv_crypto_init() and kuv_crypto_exit().
 */
extern const struct kuv_crypto_ops kuv_crypto_ops;

/**
 * kuv_crypto_init() - get hold of the hash algorithms
 *
 * Nothing is looked for later, so that no guest can make the host load modules.
 *
 * Context: May sleep.
 * Return: 0 or a negative errno; nothing is held then.
 */
int kuv_crypto_init(void);

/**
 * kuv_crypto_exit() - let go of them
 *
 * Context: May sleep.
 */
void kuv_crypto_exit(void);

#endif /* _KUV_CRYPTO_H */
