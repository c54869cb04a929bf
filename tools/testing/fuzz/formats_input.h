/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input of fuzz_formats: one byte that tells the reader, then what it reads. */
#ifndef FUZZ_FORMATS_INPUT_H
#define FUZZ_FORMATS_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * enum formats_input - the first byte
 * @FORMATS_FILE: a file of any format
 * @FORMATS_AWS: what is packed in an export of EC2
 * @FORMATS_EFIVARFS: name of a file, NUL, its content
 * @FORMATS_SIGLIST: signature lists
 * @FORMATS_BASE64: base64
 * @FORMATS_NR: number of readers; other bytes do nothing
 */
enum formats_input {
	FORMATS_FILE,
	FORMATS_AWS,
	FORMATS_EFIVARFS,
	FORMATS_SIGLIST,
	FORMATS_BASE64,
	FORMATS_NR,
};

/* Magic, checksum, version. */
#define FORMATS_AWS_HEAD 16

/* CRC32C, bit by bit. */
static inline uint32_t formats_crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0U;
	size_t i;

	for (i = 0; i < 8 * len; i++) {
		uint32_t bit = (crc ^ ((uint32_t)p[i / 8] >> i % 8)) & 1;

		crc = crc >> 1 ^ (bit ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/* Puts the head of an export in front of @packed_len bytes. */
static inline void formats_aws_head(uint8_t *p, size_t packed_len)
{
	uint32_t crc;

	memcpy(p, "AMZNUEFI", 8);
	memset(p + 12, 0, 4);
	crc = formats_crc32c(p + 12, 4 + packed_len);
	memcpy(p + 8, &crc, sizeof(crc));
}

#endif /* FUZZ_FORMATS_INPUT_H */
