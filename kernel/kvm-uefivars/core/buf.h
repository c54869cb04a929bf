/* SPDX-License-Identifier: GPL-2.0 */
/* Bounded cursor over a private copy of guest bytes, and UTF-16 inside it. */
#ifndef _KUV_CORE_BUF_H
#define _KUV_CORE_BUF_H

#include <linux/string.h>
#include <linux/types.h>

#include <asm/byteorder.h>

/**
 * struct kuv_buf - cursor over bytes a guest sent
 * @data: private copy, may be written for a reply
 * @len: bytes of @data
 * @pos: bytes handed out; @pos <= @len always holds
 */
struct kuv_buf {
	u8 *data;
	u32 len;
	u32 pos;
};

/**
 * kuv_buf_init() - put a cursor at the start of a buffer
 * @b: cursor
 * @data: private memory
 * @len: bytes of @data
 *
 * Context: Any.
 */
static inline void kuv_buf_init(struct kuv_buf *b, u8 *data, u32 len)
{
	b->data = data;
	b->len = len;
	b->pos = 0;
}

/**
 * kuv_buf_left() - bytes not handed out yet
 * @b: cursor
 *
 * Context: Any.
 * Return: Bytes from the cursor to the end.
 */
static inline u32 kuv_buf_left(const struct kuv_buf *b)
{
	return b->len - b->pos;
}

/**
 * kuv_buf_take() - hand out the next bytes
 * @b: cursor
 * @len: bytes wanted, straight from the guest
 *
 * Context: Any. Takes no lock and allocates nothing.
 * Return: The first byte, or NULL with @b unchanged if fewer than @len remain.
 */
static inline void *kuv_buf_take(struct kuv_buf *b, u64 len)
{
	u8 *p = b->data + b->pos;

	if (len > b->len - b->pos) /* cannot wrap: pos <= len */
		return NULL;
	b->pos += len;
	return p;
}

/**
 * kuv_utf16_at() - one code unit of unaligned UTF-16LE
 * @p: string
 * @i: index of the unit; the caller has checked that it is inside
 *
 * Context: Any.
 * Return: The unit in host order.
 */
static inline u16 kuv_utf16_at(const u8 *p, u32 i)
{
	__le16 unit;

	memcpy(&unit, p + 2 * (size_t)i, sizeof(unit));
	return le16_to_cpu(unit);
}

/**
 * kuv_utf16_len() - units in front of the first NUL
 * @p: string of at least @nr units
 * @nr: units to look at
 *
 * Any other unit counts, unpaired surrogates too: a name is an opaque string.
 *
 * Context: Any.
 * Return: Index of the first NUL, or @nr if there is none.
 */
u32 kuv_utf16_len(const u8 *p, u32 nr);

#endif /* _KUV_CORE_BUF_H */
