/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates: a new VM's first variables, as JSON or as a flash image. */
#ifndef _VARD_TEMPLATE_H
#define _VARD_TEMPLATE_H

#include <stddef.h>

#include "report.h"
#include "var.h"

/* Largest file accepted: flash images are padded to this. */
#define VARD_TEMPLATE_MAX (64U << 20)
/* Largest JSON accepted; the largest store takes a few times less. */
#define VARD_TEMPLATE_JSON_MAX (16U << 20)

/**
 * struct vard_template - variables in the order of the file
 * @vars: each owns its name and data
 * @nr: how many
 */
struct vard_template {
	struct vard_var *vars;
	size_t nr;
};

/**
 * vard_template_parse() - read a template
 * @text: JSON in the format of QEMU and virt-firmware, an object with an array
 *	"variables"; or edk2's flash image; empty for no variables
 * @len: bytes of @text
 * @ret: filled on success, for vard_template_free()
 * @report: filled; warnings also on success
 *
 * Return: 0, -EINVAL with at least one error in @report, or -ENOMEM.
 */
int vard_template_parse(const char *text, size_t len,
			struct vard_template **ret, struct vard_report *report);

/**
 * vard_template_read() - read a template from a descriptor
 * @fd: regular file; somebody else's descriptor, so nothing else is accepted
 * @ret: as vard_template_parse()
 * @report: as vard_template_parse()
 *
 * Return: as vard_template_parse(), or -errno from reading with an error in
 * @report.
 */
int vard_template_read(int fd, struct vard_template **ret,
		       struct vard_report *report);

/**
 * vard_template_free() - free a template
 * @t: template or NULL
 */
void vard_template_free(struct vard_template *t);

/**
 * vard_template_clear() - free what is in a template, but not itself
 * @t: template, empty afterwards
 */
void vard_template_clear(struct vard_template *t);

#endif /* _VARD_TEMPLATE_H */
