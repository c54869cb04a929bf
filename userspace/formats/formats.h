/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All formats of variables in files, and which one a file has. */
#ifndef _VARD_FORMATS_H
#define _VARD_FORMATS_H

#include "report.h"
#include "template.h"

/**
 * enum vard_format - a format
 * @VARD_FORMAT_JSON: JSON of QEMU's uefi-vars and virt-firmware
 * @VARD_FORMAT_UEFIVARS: JSON of python-uefivars
 * @VARD_FORMAT_UEFIVARS_V1: its first version
 * @VARD_FORMAT_OVMF_4M: flash image, OVMF_VARS_4M.fd
 * @VARD_FORMAT_OVMF_2M: flash image, OVMF_VARS.fd of 1 and 2 MiB builds
 * @VARD_FORMAT_ARMVIRT: flash image, QEMU_VARS.fd of ArmVirtQemu
 * @VARD_FORMAT_VARSTORED: state file of Xen's varstored
 * @VARD_FORMAT_VARSTORED_V1: the same, version 1
 * @VARD_FORMAT_XAPI: the same in base64, as in XAPI's database
 * @VARD_FORMAT_AWS: export of EC2
 * @VARD_FORMAT_AWS_PLAIN: the same, packed without the dictionary
 * @VARD_FORMAT_EFIVARFS: directory of files as in Linux's efivarfs
 * @VARD_FORMAT_NR: number of formats
 */
enum vard_format {
	VARD_FORMAT_JSON,
	VARD_FORMAT_UEFIVARS,
	VARD_FORMAT_UEFIVARS_V1,
	VARD_FORMAT_OVMF_4M,
	VARD_FORMAT_OVMF_2M,
	VARD_FORMAT_ARMVIRT,
	VARD_FORMAT_VARSTORED,
	VARD_FORMAT_VARSTORED_V1,
	VARD_FORMAT_XAPI,
	VARD_FORMAT_AWS,
	VARD_FORMAT_AWS_PLAIN,
	VARD_FORMAT_EFIVARFS,
	VARD_FORMAT_NR,
};

/**
 * vard_format_name() - the word for a format
 * @f: format
 *
 * Return: A constant string.
 */
const char *vard_format_name(enum vard_format f);

/**
 * vard_format_find() - the format of a word
 * @name: word
 * @ret: filled on success
 *
 * Return: Whether there is one.
 */
bool vard_format_find(const char *name, enum vard_format *ret);

/**
 * vard_format_detect() - which format do these bytes have?
 * @data: any bytes
 * @len: how many; none at all are JSON without variables
 * @ret: filled on success with the first one of those that are read alike
 *
 * Return: Whether it is one that is known.
 */
bool vard_format_detect(const uint8_t *data, size_t len, enum vard_format *ret);

/**
 * vard_format_read() - the variables in a file
 * @f: format; one that is read alike will do, VARD_FORMAT_EFIVARFS not
 * @data: any bytes, one NUL behind them
 * @len: how many
 * @is_partial: take what is good if something is bad
 * @t: empty, filled on success
 * @report: zero but for @report->line; filled, a line for each bad record
 *
 * Volatile variables, and those that firmware makes at each start, are left out
 * with a warning.
 *
 * Return: 0; -EINVAL with an error in @report, also with @is_partial if there
 * is nothing good; or -ENOMEM.
 */
int vard_format_read(enum vard_format f, const uint8_t *data, size_t len,
		     bool is_partial, struct vard_template *t,
		     struct vard_report *report);

/**
 * vard_format_read_path() - the variables in a file or directory
 * @path: where
 * @want: format, or NULL to find it out
 * @is_partial: as of vard_format_read()
 * @t: as of vard_format_read()
 * @report: as of vard_format_read()
 * @ret: filled with the format on success, if not NULL
 *
 * Return: As vard_format_read(), or -errno with an error in @report.
 */
int vard_format_read_path(const char *path, const enum vard_format *want,
			  bool is_partial, struct vard_template *t,
			  struct vard_report *report, enum vard_format *ret);

/**
 * vard_format_write() - a file with variables
 * @f: format, not VARD_FORMAT_EFIVARFS
 * @vars: variables
 * @nr: how many
 * @is_partial: leave out what the format cannot hold
 * @report: as of vard_format_read(); what cannot be written is an error, what
 *	is lost a warning
 * @ret: filled on success, to free()
 * @ret_len: filled on success
 *
 * Return: 0, -EINVAL with an error in @report, or -ENOMEM.
 */
int vard_format_write(enum vard_format f, const struct vard_var *vars,
		      size_t nr, bool is_partial, struct vard_report *report,
		      uint8_t **ret, size_t *ret_len);

#endif /* _VARD_FORMATS_H */
