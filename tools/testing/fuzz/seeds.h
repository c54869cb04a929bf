/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writers of the first corpus share. */
#ifndef _FUZZ_SEEDS_H
#define _FUZZ_SEEDS_H

#include <stddef.h>

/**
 * seeds_save() - write one seed
 * @dir: directory of all seeds
 * @target: whose it is
 * @name: name of the file
 * @data: bytes
 * @len: how many
 */
void seeds_save(const char *dir, const char *target, const char *name,
		const void *data, size_t len);

/**
 * seeds_siglist() - signature lists
 * @dir: directory of all seeds
 */
void seeds_siglist(const char *dir);

/**
 * seeds_auth() - certificates and signed messages
 * @dir: directory of all seeds
 */
void seeds_auth(const char *dir);

/**
 * seeds_secure() - scripts of Secure Boot, modes and private variables
 * @dir: directory of all seeds
 */
void seeds_secure(const char *dir);

#endif /* _FUZZ_SEEDS_H */
