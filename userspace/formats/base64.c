// SPDX-License-Identifier: GPL-2.0-or-later
/* Base64 of whole files, by OpenSSL, which takes more than is base64. */
#include "base64.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* Copies @text without spaces; -1 if something else than base64 is in it. */
static int squeeze(const uint8_t *text, size_t len, uint8_t *out, int *nr_pad)
{
	int n = 0;

	*nr_pad = 0;
	for (size_t i = 0; i < len; i++) {
		if (is_space(text[i]))
			continue;
		if (text[i] == '=')
			++*nr_pad;
		else if (!is_digit(text[i]) || *nr_pad)
			return -1;
		out[n++] = text[i];
	}
	return *nr_pad > 2 || n % 4 != 0 ? -1 : n;
}

int vard_base64_decode(const uint8_t *text, size_t len, uint8_t **ret,
		       size_t *ret_len)
{
	_cleanup_free_ uint8_t *clean = NULL, *out = NULL;
	int n, nr_pad;

	if (len > INT_MAX / 2)
		return -EINVAL;
	clean = malloc(len + 1);
	out = malloc(len / 4 * 3 + 4);
	if (!clean || !out)
		return -ENOMEM;
	n = squeeze(text, len, clean, &nr_pad);
	if (n < 0)
		return -EINVAL;
	if (n > 0)
		n = EVP_DecodeBlock(out, clean, n);
	if (n < nr_pad)
		return -EINVAL;
	*ret = kuv_steal_ptr(out);
	*ret_len = (size_t)(n - nr_pad);
	return 0;
}

int vard_base64_encode(const uint8_t *data, size_t len, uint8_t **ret,
		       size_t *ret_len)
{
	uint8_t *out;

	if (len > INT_MAX / 2)
		return -ENOMEM;
	out = malloc((len + 2) / 3 * 4 + 1);
	if (!out)
		return -ENOMEM;
	*ret_len = (size_t)EVP_EncodeBlock(out, data, (int)len);
	*ret = out;
	return 0;
}
