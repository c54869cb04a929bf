/* SPDX-License-Identifier: GPL-2.0-or-later */
/* edk2's flash variable store (OVMF_VARS.fd): read and write. */
#ifndef _VARD_FLASH_H
#define _VARD_FLASH_H

#include "template.h"

/**
 * enum vard_flash_layout - where things are in an image
 * @VARD_FLASH_OVMF_4M: OVMF_VARS_4M.fd
 * @VARD_FLASH_OVMF_2M: OVMF_VARS.fd of 1 and 2 MiB builds
 * @VARD_FLASH_ARMVIRT: QEMU_VARS.fd of ArmVirtQemu
 * @VARD_FLASH_NR: number of layouts
 */
enum vard_flash_layout {
	VARD_FLASH_OVMF_4M,
	VARD_FLASH_OVMF_2M,
	VARD_FLASH_ARMVIRT,
	VARD_FLASH_NR,
};

/**
 * vard_flash_is() - does this look like a flash image?
 * @image: any bytes
 * @len: how many
 *
 * Return: Whether it has a firmware volume in front, or what a power cut while
 * one was rewritten leaves.
 */
bool vard_flash_is(const uint8_t *image, size_t len);

/**
 * vard_flash_read() - the variables of an image
 * @image: any bytes
 * @len: how many; padding behind the volume is fine
 * @t: empty, filled in the order of the image
 * @report: problems; anything malformed is an error
 *
 * If a fault-tolerant write was cut off, the copy it had made is used. What the
 * firmware makes anew at each start (SetupMode, SecureBoot, ...) is left out.
 *
 * Return: 0, also with errors in @report, or -ENOMEM.
 */
int vard_flash_read(const uint8_t *image, size_t len, struct vard_template *t,
		    struct vard_report *report);

/**
 * vard_flash_write() - an image with variables
 * @layout: which
 * @vars: variables, non-volatile ones
 * @nr: how many
 * @ret: filled, to free()
 * @ret_len: filled
 *
 * Return: 0, -ENOSPC if they do not fit, or -ENOMEM.
 */
int vard_flash_write(enum vard_flash_layout layout, const struct vard_var *vars,
		     size_t nr, uint8_t **ret, size_t *ret_len);

#endif /* _VARD_FLASH_H */
