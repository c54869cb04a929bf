/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of the commands that change a VM: how, and whether at all. */
#ifndef _KUVCTL_HOW_H
#define _KUVCTL_HOW_H

#include <getopt.h>
#include <stdbool.h>

#include "vars.h"

/* For a table of getopt_long(). */
#define KUVCTL_HOW_OPTIONS                                                    \
	{ "dry-run", no_argument, NULL, 'n' },                                 \
	{ "at-next-boot", no_argument, NULL, 'N' },                            \
	{ "expect-digest", required_argument, NULL, 'D' }

/* For the usage. */
#define KUVCTL_HOW "[--dry-run] [--at-next-boot] [--expect-digest DIGEST]"

/**
 * kuvctl_take_how() - take one of KUVCTL_HOW_OPTIONS
 * @how: changed
 * @c: what getopt_long() returned
 *
 * Return: Whether it is one of them.
 */
bool kuvctl_take_how(struct kuvctl_apply *how, int c);

#endif /* _KUVCTL_HOW_H */
