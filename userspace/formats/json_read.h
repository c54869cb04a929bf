/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables as JSON: QEMU's uefi-vars, virt-firmware, python-uefivars. */
#ifndef _VARD_JSON_READ_H
#define _VARD_JSON_READ_H

#include "records.h"

/**
 * vard_json_read() - the variables of a JSON file
 * @text: any bytes, one NUL behind them
 * @len: how many, at most VARD_TEMPLATE_JSON_MAX
 * @r: empty, filled in the order of the file
 *
 * An object with an array "variables", or the array alone (the first version
 * of python-uefivars). The time of authenticated variables may be called "time"
 * or "timestamp". A "digest" tells the signer where the time is called
 * "timestamp"; that of QEMU is another one, and is ignored with a warning.
 *
 * Return: 0, also with errors in the report, -EINVAL if it is no such file at
 * all, or -ENOMEM.
 */
int vard_json_read(const char *text, size_t len, struct vard_records *r);

#endif /* _VARD_JSON_READ_H */
