/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packed part of EC2's export: zlib with a preset dictionary. */
#ifndef _VARD_AWS_PACK_H
#define _VARD_AWS_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report.h"

/**
 * aws_unpack() - unpack a stream
 * @data: any bytes
 * @len: how many
 * @report: gets an error if it cannot be unpacked
 * @ret: filled on success with at most VARD_AWS_MAX bytes, to free()
 * @ret_len: filled on success
 *
 * Return: 0, -EINVAL with an error in @report, or -ENOMEM.
 */
int aws_unpack(const uint8_t *data, size_t len, struct vard_report *report,
	       uint8_t **ret, size_t *ret_len);

/**
 * aws_pack() - pack a stream
 * @use_dictionary: with the dictionary
 * @data: bytes
 * @len: how many
 * @report: gets an error if the dictionary is wanted and cannot be had
 * @ret: filled on success, to free()
 * @ret_len: filled on success
 *
 * Return: 0, -EINVAL with an error in @report, or -ENOMEM.
 */
int aws_pack(bool use_dictionary, const uint8_t *data, size_t len,
	     struct vard_report *report, uint8_t **ret, size_t *ret_len);

#endif /* _VARD_AWS_PACK_H */
