/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share: a check that stops the run, memory that ends exactly. */
#ifndef _FUZZ_FUZZ_H
#define _FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Must hold whatever the input is. */
#define CHECK(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, \
			__LINE__, #cond); \
		abort(); \
	} \
} while (0)

/**
 * fuzz_copy() - memory whose end AddressSanitizer knows
 * @data: bytes to copy
 * @len: how many
 * @skip: bytes in front, to move the copy off its alignment
 *
 * Return: The start of the allocation, for free(); the copy is at @skip.
 */
static inline uint8_t *fuzz_copy(const void *data, size_t len, size_t skip)
{
	uint8_t *p = malloc(len + skip);

	CHECK(p || len + skip == 0);
	if (len)
		memcpy(p + skip, data, len);
	return p;
}

/**
 * fuzz_touch() - read bytes, so that a sanitizer sees where they are
 * @data: bytes
 * @len: how many
 */
static inline void fuzz_touch(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint8_t sum = 0;

	while (len--)
		sum ^= *p++;
	__asm__ volatile("" : : "r"(sum));
}

/**
 * fuzz_mix() - go on with a digest
 * @h: digest so far
 * @data: bytes
 * @len: how many
 *
 * Return: Digest of all so far.
 */
static inline uint64_t fuzz_mix(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t word;

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	while (len--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

#endif /* _FUZZ_FUZZ_H */
