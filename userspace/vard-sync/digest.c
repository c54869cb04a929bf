// SPDX-License-Identifier: GPL-2.0-or-later
/* SHA-256 over bytes, and over the variables of a VM. */
#include "digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct vard_digest {
	EVP_MD_CTX *ctx;
};

struct vard_digest *vard_digest_new(void)
{
	struct vard_digest *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->ctx = EVP_MD_CTX_new();
	if (d->ctx && EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL))
		return d;
	vard_digest_free(d);
	return NULL;
}

void vard_digest_free(struct vard_digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

static int add_bytes(struct vard_digest *d, const void *data, size_t len)
{
	return EVP_DigestUpdate(d->ctx, data, len) ? 0 : -EIO;
}

static int add_le32(struct vard_digest *d, uint32_t value)
{
	const uint8_t le[4] = { (uint8_t)value, (uint8_t)(value >> 8),
				(uint8_t)(value >> 16), (uint8_t)(value >> 24) };

	return add_bytes(d, le, sizeof(le));
}

int vard_digest_add(struct vard_digest *d, const struct vard_var *v)
{
	int r = add_bytes(d, v->guid, sizeof(v->guid));

	if (r == 0)
		r = add_le32(d, v->attributes);
	if (r == 0)
		r = add_le32(d, v->name_len);
	if (r == 0)
		r = add_le32(d, v->data_len);
	if (r == 0)
		r = add_bytes(d, v->time, sizeof(v->time));
	if (r == 0)
		r = add_bytes(d, v->name, v->name_len);
	return r == 0 ? add_bytes(d, v->data, v->data_len) : r;
}

int vard_digest_end(struct vard_digest *d, uint8_t ret[VARD_DIGEST_LEN])
{
	return EVP_DigestFinal_ex(d->ctx, ret, NULL) ? 0 : -EIO;
}

int vard_digest_bytes(const void *data, size_t len,
		      uint8_t ret[VARD_DIGEST_LEN])
{
	return EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL) ? 0 : -EIO;
}

void vard_digest_format(const uint8_t digest[VARD_DIGEST_LEN],
			char text[VARD_DIGEST_TEXT])
{
	for (size_t i = 0; i < VARD_DIGEST_LEN; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}
