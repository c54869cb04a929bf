/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base64 of whole files. */
#ifndef _VARD_BASE64_H
#define _VARD_BASE64_H

#include <stddef.h>
#include <stdint.h>

/**
 * vard_base64_decode() - bytes from base64
 * @text: characters; spaces and line ends between them are fine
 * @len: how many
 * @ret: filled on success, to free()
 * @ret_len: filled on success
 *
 * Return: 0, -EINVAL if it is not base64, or -ENOMEM.
 */
int vard_base64_decode(const uint8_t *text, size_t len, uint8_t **ret,
		       size_t *ret_len);

/**
 * vard_base64_encode() - base64 without line ends
 * @data: bytes
 * @len: how many
 * @ret: filled on success, to free()
 * @ret_len: filled on success
 *
 * Return: 0 or -ENOMEM.
 */
int vard_base64_encode(const uint8_t *data, size_t len, uint8_t **ret,
		       size_t *ret_len);

#endif /* _VARD_BASE64_H */
