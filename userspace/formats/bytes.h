/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Little-endian numbers at any address, and a buffer that grows. */
#ifndef _VARD_BYTES_H
#define _VARD_BYTES_H

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline uint32_t bytes_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t bytes_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void bytes_put32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

/**
 * struct bytes - what is left of a file while it is read
 * @p: next byte
 * @len: bytes left
 */
struct bytes {
	const uint8_t *p;
	size_t len;
};

/* Takes @len bytes; NULL, and nothing taken, if there are not so many. */
static inline const uint8_t *bytes_take(struct bytes *b, uint64_t len)
{
	const uint8_t *p = b->p;

	if (len > b->len)
		return NULL;
	b->p += len;
	b->len -= len;
	return p;
}

/* Takes a u64 length and as many bytes; false if there are not so many. */
static inline bool bytes_take_sized(struct bytes *b, struct bytes *ret)
{
	const uint8_t *p = bytes_take(b, 8);

	if (!p)
		return false;
	ret->len = bytes_get64(p);
	ret->p = bytes_take(b, ret->len);
	return ret->p;
}

/**
 * struct bytes_out - a file while it is written
 * @p: to free()
 * @len: bytes written
 * @size: bytes there is room for
 * @is_full: no memory, what was written is of no use
 */
struct bytes_out {
	uint8_t *p;
	size_t len;
	size_t size;
	bool is_full;
};

static inline void bytes_add(struct bytes_out *o, const void *data, size_t len)
{
	uint8_t *p;

	if (o->is_full || len > SIZE_MAX / 4 - o->len) {
		o->is_full = true;
		return;
	}
	if (!o->p || o->len + len > o->size) {
		p = realloc(o->p, 2 * (o->len + len) + 64);
		if (!p) {
			o->is_full = true;
			return;
		}
		o->p = p;
		o->size = 2 * (o->len + len) + 64;
	}
	if (len)
		memcpy(o->p + o->len, data, len);
	o->len += len;
}

static inline void bytes_add32(struct bytes_out *o, uint32_t v)
{
	v = htole32(v);
	bytes_add(o, &v, sizeof(v));
}

static inline void bytes_add64(struct bytes_out *o, uint64_t v)
{
	v = htole64(v);
	bytes_add(o, &v, sizeof(v));
}

/* Hands what was written over; -ENOMEM, and nothing, if it is of no use. */
static inline int bytes_end(struct bytes_out *o, uint8_t **ret, size_t *ret_len)
{
	if (o->is_full || !o->p) {
		free(o->p);
		o->p = NULL;
		return -ENOMEM;
	}
	*ret = o->p;
	*ret_len = o->len;
	return 0;
}

#endif /* _VARD_BYTES_H */
