/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands for Secure Boot, and what they share. */
#ifndef _KUVCTL_CMD_ENROLL_H
#define _KUVCTL_CMD_ENROLL_H

#include "enroll.h"
#include "how.h"
#include "kuvctl.h"

int cmd_keys(const struct kuvctl *k, int argc, char **argv);
int cmd_sign_var(const struct kuvctl *k, int argc, char **argv);
int cmd_enroll(const struct kuvctl *k, int argc, char **argv);
int cmd_pk_replace(const struct kuvctl *k, int argc, char **argv);
int cmd_kek_update(const struct kuvctl *k, int argc, char **argv);
int cmd_db_update(const struct kuvctl *k, int argc, char **argv);
int cmd_dbx_update(const struct kuvctl *k, int argc, char **argv);
int cmd_sb_state(const struct kuvctl *k, int argc, char **argv);

/**
 * sb_refuse_moved() - exit if a VM is another host's
 * @v: VM
 */
void sb_refuse_moved(const struct kuvctl_vars *v);

#endif /* _KUVCTL_CMD_ENROLL_H */
