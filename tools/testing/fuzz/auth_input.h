/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input of fuzz_auth: trusted certificate, message, and the data it signs. */
#ifndef _FUZZ_AUTH_INPUT_H
#define _FUZZ_AUTH_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* The parts of an input; all but the last begin with a u16 of their length. */
enum auth_part {
	AUTH_ANCHOR,
	AUTH_MESSAGE,
	AUTH_DATA,
	AUTH_NR_PARTS,
};

#define AUTH_INPUT_HEADS	(2 * (AUTH_NR_PARTS - 1))

/**
 * struct auth_input - an input taken apart
 * @part: bytes of each part
 * @len: how many
 */
struct auth_input {
	const uint8_t *part[AUTH_NR_PARTS];
	uint32_t len[AUTH_NR_PARTS];
};

/**
 * auth_input_split() - take an input apart, whatever it is
 * @in: filled
 * @data: input
 * @size: its bytes
 */
static inline void auth_input_split(struct auth_input *in, const uint8_t *data,
				    size_t size)
{
	uint32_t i;

	for (i = 0; i < AUTH_NR_PARTS; i++) {
		uint32_t len = size;

		if (i < AUTH_DATA && size >= 2) {
			len = data[0] | data[1] << 8;
			data += 2;
			size -= 2;
		}
		in->part[i] = data;
		in->len[i] = len < size ? len : size;
		data += in->len[i];
		size -= in->len[i];
	}
}

/**
 * auth_input_join() - write an input
 * @in: parts, may not lie in @out
 * @out: memory
 * @max: bytes of it
 *
 * Return: Bytes written, 0 if they do not fit.
 */
static inline size_t auth_input_join(const struct auth_input *in, uint8_t *out,
				     size_t max)
{
	size_t len = 0;
	uint32_t i, j;

	for (i = 0; i < AUTH_NR_PARTS; i++) {
		if (in->len[i] > 0xffff || len + 2 + in->len[i] > max)
			return 0;
		if (i < AUTH_DATA) {
			out[len++] = in->len[i];
			out[len++] = in->len[i] >> 8;
		}
		for (j = 0; j < in->len[i]; j++)
			out[len++] = in->part[i][j];
	}
	return len;
}

#endif /* _FUZZ_AUTH_INPUT_H */
