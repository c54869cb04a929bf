/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 over bytes, and over the variables of a VM. */
#ifndef _VARD_DIGEST_H
#define _VARD_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "var.h"

#define VARD_DIGEST_LEN 32
/* Bytes of a digest in hexadecimal, NUL included. */
#define VARD_DIGEST_TEXT 65

struct vard_digest;

/**
 * vard_digest_new() - begin a digest
 *
 * Return: A digest of nothing yet, for vard_digest_free(), or NULL without
 * memory or without SHA-256.
 */
struct vard_digest *vard_digest_new(void);

/**
 * vard_digest_free() - forget a digest
 * @d: digest or NULL
 */
void vard_digest_free(struct vard_digest *d);

/**
 * vard_digest_add() - take one variable into a digest
 * @d: digest
 * @v: variable; they come in ascending order of the GUID's text, then of the
 *	name's bytes
 *
 * Taken in are: the guid as 16 bytes; attributes, and the byte counts of name
 * and data, as little-endian 32 bit; time; name; data. So the digest is the same
 * for two VMs with the same variables, whatever the order of their changes was.
 *
 * Return: 0 or -EIO.
 */
int vard_digest_add(struct vard_digest *d, const struct vard_var *v);

/**
 * vard_digest_end() - the result
 * @d: digest, good for vard_digest_free() only from now on
 * @ret: filled
 *
 * Return: 0 or -EIO.
 */
int vard_digest_end(struct vard_digest *d, uint8_t ret[VARD_DIGEST_LEN]);

/**
 * vard_digest_bytes() - the digest of some bytes
 * @data: bytes
 * @len: how many
 * @ret: filled
 *
 * Return: 0 or -EIO.
 */
int vard_digest_bytes(const void *data, size_t len,
		      uint8_t ret[VARD_DIGEST_LEN]);

/**
 * vard_digest_format() - a digest for people
 * @digest: digest
 * @text: filled, NUL-terminated
 */
void vard_digest_format(const uint8_t digest[VARD_DIGEST_LEN],
			char text[VARD_DIGEST_TEXT]);

#endif /* _VARD_DIGEST_H */
