/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables as JSON, written. */
#ifndef _VARD_JSON_WRITE_H
#define _VARD_JSON_WRITE_H

#include "report.h"
#include "var.h"

/**
 * enum vard_json_kind - whose JSON
 * @VARD_JSON_QEMU: QEMU's uefi-vars and virt-firmware: "time"
 * @VARD_JSON_UEFIVARS: python-uefivars: "timestamp", "digest"
 * @VARD_JSON_UEFIVARS_V1: its first version: the array alone
 */
enum vard_json_kind {
	VARD_JSON_QEMU,
	VARD_JSON_UEFIVARS,
	VARD_JSON_UEFIVARS_V1,
};

/**
 * vard_json_write() - JSON with variables
 * @kind: whose
 * @vars: variables
 * @nr: how many
 * @report: what cannot be written is an error; what is lost a warning
 * @ret: filled on success with text and a line end, to free()
 * @ret_len: filled on success
 *
 * Return: 0 or -ENOMEM.
 */
int vard_json_write(enum vard_json_kind kind, const struct vard_var *vars,
		    size_t nr, struct vard_report *report, uint8_t **ret,
		    size_t *ret_len);

#endif /* _VARD_JSON_WRITE_H */
