/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's change batches: what read() on a store returns. */
#ifndef _VARD_BATCH_H
#define _VARD_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "var.h"

/**
 * struct vard_batch - a checked batch and a position in it
 * @seq: what to acknowledge once every record is durable
 * @pos: first byte of the next record; always within @len
 * @len: bytes of the batch
 * @data: the batch, borrowed
 * @left: records not taken yet
 */
struct vard_batch {
	uint64_t seq;
	const uint8_t *data;
	size_t pos;
	size_t len;
	uint32_t left;
};

/**
 * vard_batch_init() - check a whole batch
 * @b: filled on success, positioned at the first record
 * @data: bytes that read() returned, any alignment; must outlive @b
 * @len: how many
 *
 * Everything is checked here, so that applying it cannot stop half-way.
 *
 * Return: NULL, or what is wrong with the batch.
 */
const char *vard_batch_init(struct vard_batch *b, const void *data, size_t len);

/**
 * vard_batch_next() - take the next record
 * @b: batch that vard_batch_init() accepted
 * @var: filled; name and data point into the batch
 *
 * Return: Whether there was one.
 */
bool vard_batch_next(struct vard_batch *b, struct vard_var *var);

#endif /* _VARD_BATCH_H */
