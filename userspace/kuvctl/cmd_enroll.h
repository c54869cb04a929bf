/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands for Secure Boot, and what they share. */
#ifndef _KUVCTL_CMD_ENROLL_H
#define _KUVCTL_CMD_ENROLL_H

#include <getopt.h>

#include "enroll.h"
#include "kuvctl.h"

int cmd_keys(const struct kuvctl *k, int argc, char **argv);
int cmd_sign_var(const struct kuvctl *k, int argc, char **argv);
int cmd_enroll(const struct kuvctl *k, int argc, char **argv);
int cmd_pk_replace(const struct kuvctl *k, int argc, char **argv);
int cmd_kek_update(const struct kuvctl *k, int argc, char **argv);
int cmd_db_update(const struct kuvctl *k, int argc, char **argv);
int cmd_dbx_update(const struct kuvctl *k, int argc, char **argv);
int cmd_sb_state(const struct kuvctl *k, int argc, char **argv);

/* Options of all that change a VM. */
#define SB_HOW_OPTIONS                                                        \
	{ "dry-run", no_argument, NULL, 'n' },                                 \
	{ "at-next-boot", no_argument, NULL, 'N' },                            \
	{ "expect-digest", required_argument, NULL, 'D' }

/**
 * sb_take_how() - take one of SB_HOW_OPTIONS
 * @how: changed
 * @c: what getopt_long() returned
 *
 * Return: Whether it is one of them.
 */
bool sb_take_how(struct kuvctl_apply *how, int c);

/**
 * sb_refuse_moved() - exit if a VM is another host's
 * @v: VM
 */
void sb_refuse_moved(const struct kuvctl_vars *v);

#endif /* _KUVCTL_CMD_ENROLL_H */
