/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a format cannot hold: lines of the writers' reports. */
#ifndef _VARD_LOST_H
#define _VARD_LOST_H

#include "report.h"
#include "var.h"

/**
 * vard_lost() - a variable cannot be written
 * @report: gets an error
 * @v: variable
 * @reason: why
 *
 * Return: false.
 */
bool vard_lost(struct vard_report *report, const struct vard_var *v,
	       const char *reason);

/**
 * vard_lost_part() - a part of a variable cannot be written
 * @report: gets a warning
 * @v: variable
 * @what: which, and what comes of it
 */
void vard_lost_part(struct vard_report *report, const struct vard_var *v,
		    const char *what);

/**
 * vard_lost_signer() - who may sign a variable, for a format that tells
 * @report: gets a warning if that is not known of a private variable
 * @vars: all variables
 * @nr: how many
 * @v: one of them
 *
 * Return: VARD_SIGNER_LEN bytes, borrowed, or NULL.
 */
const uint8_t *vard_lost_signer(struct vard_report *report,
				const struct vard_var *vars, size_t nr,
				const struct vard_var *v);

/**
 * vard_lost_name() - the name of a variable, for a format that has UTF-8
 * @report: gets an error if there is none
 * @v: variable
 * @ret: filled with text to free(); NULL with an error in @report
 *
 * Return: 0 or -ENOMEM.
 */
int vard_lost_name(struct vard_report *report, const struct vard_var *v,
		   char **ret);

#endif /* _VARD_LOST_H */
