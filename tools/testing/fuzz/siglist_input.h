/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input of fuzz_siglist: u16 length of the old value, it, what is appended. */
#ifndef _FUZZ_SIGLIST_INPUT_H
#define _FUZZ_SIGLIST_INPUT_H

#include <stddef.h>
#include <stdint.h>

#define SIGLIST_INPUT_HEAD	2

/**
 * struct siglist_input - an input taken apart
 * @old: value there is
 * @added: value that is appended
 * @old_len: bytes of @old
 * @added_len: bytes of @added
 */
struct siglist_input {
	const uint8_t *old;
	const uint8_t *added;
	uint32_t old_len;
	uint32_t added_len;
};

/**
 * siglist_input_split() - take an input apart, whatever it is
 * @in: filled
 * @data: input
 * @size: its bytes
 */
static inline void siglist_input_split(struct siglist_input *in,
				       const uint8_t *data, size_t size)
{
	size_t left = size < SIGLIST_INPUT_HEAD ? 0 : size - SIGLIST_INPUT_HEAD;

	in->old = data + (size - left);
	in->old_len = left ? data[0] | data[1] << 8 : 0;
	if (in->old_len > left)
		in->old_len = left;
	in->added = in->old + in->old_len;
	in->added_len = left - in->old_len;
}

#endif /* _FUZZ_SIGLIST_INPUT_H */
