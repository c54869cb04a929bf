/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EC2's export of variables, "AMZNUEFI". */
#ifndef _VARD_AWS_H
#define _VARD_AWS_H

#include "records.h"

/* Most bytes a packed stream may become. */
#define VARD_AWS_MAX (16U << 20)

/**
 * vard_aws_is() - does this look like an export of EC2?
 * @data: any bytes, not in base64
 * @len: how many
 *
 * Return: Whether it does.
 */
bool vard_aws_is(const uint8_t *data, size_t len);

/**
 * vard_aws_read() - the variables of an export
 * @data: any bytes, not in base64
 * @len: how many
 * @r: empty, filled in the order of the file
 *
 * The dictionary that most streams want is read from where a package installs
 * it, or from the file $KUV_AWS_DICTIONARY.
 *
 * Return: 0, also with errors in the report, -EINVAL if it is no export that
 * can be unpacked, or -ENOMEM.
 */
int vard_aws_read(const uint8_t *data, size_t len, struct vard_records *r);

/**
 * vard_aws_write() - an export with variables, not in base64
 * @use_dictionary: pack it with the dictionary, as EC2 does
 * @vars: variables
 * @nr: how many
 * @report: what cannot be written is an error; what is lost a warning
 * @ret: filled on success, to free()
 * @ret_len: filled on success
 *
 * Return: 0, -EINVAL without the dictionary, with an error in @report, or
 * -ENOMEM.
 */
int vard_aws_write(bool use_dictionary, const struct vard_var *vars, size_t nr,
		   struct vard_report *report, uint8_t **ret, size_t *ret_len);

#endif /* _VARD_AWS_H */
