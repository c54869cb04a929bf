/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's varstored: the blob in XAPI's database and in its state files. */
#ifndef _VARD_VARSTORED_H
#define _VARD_VARSTORED_H

#include "records.h"

/**
 * vard_varstored_is() - does this look like a blob of varstored?
 * @data: any bytes
 * @len: how many
 *
 * Return: Whether it does.
 */
bool vard_varstored_is(const uint8_t *data, size_t len);

/**
 * vard_varstored_read() - the variables of a blob
 * @data: any bytes, not in base64
 * @len: how many
 * @r: empty, filled in the order of the blob
 *
 * The key of the memory overwrite lock and what physical presence may do are
 * left out, with a warning.
 *
 * Return: 0, also with errors in the report, -EINVAL if it is no blob of a known
 * version, or -ENOMEM.
 */
int vard_varstored_read(const uint8_t *data, size_t len,
			struct vard_records *r);

/**
 * vard_varstored_write() - a blob with variables
 * @version: 1 or 2
 * @vars: variables
 * @nr: how many
 * @report: what varstored would refuse, and is left out, is an error; what is
 *	lost a warning
 * @ret: filled on success, to free()
 * @ret_len: filled on success
 *
 * Return: 0 or -ENOMEM.
 */
int vard_varstored_write(uint32_t version, const struct vard_var *vars,
			 size_t nr, struct vard_report *report, uint8_t **ret,
			 size_t *ret_len);

#endif /* _VARD_VARSTORED_H */
