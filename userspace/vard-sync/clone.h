/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which variables a clone does not get. */
#ifndef _VARD_CLONE_H
#define _VARD_CLONE_H

#include "var.h"

/*
 * What a clone loses unless it is asked to keep it: requests to the firmware that
 * are meant for one boot (OsIndications, BootNext, the request to overwrite
 * memory), records of hardware errors, and what tells one machine from another
 * on a network or seeds its random numbers: the DHCPv6 identity, IP, VLAN and
 * iSCSI settings, the token of systemd-boot.
 *
 * Secure Boot's keys and lists stay, and so do the boot options: the disk is
 * copied, too. The monotonic counter stays, because a disk may hold values of it.
 */

/**
 * vard_clone_is_machine() - does a clone lose this variable by default?
 * @v: variable
 *
 * Return: 1 if it does, 0 if not, or -ENOMEM.
 */
int vard_clone_is_machine(const struct vard_var *v);

/**
 * vard_clone_matches() - is a variable named by one of some globs?
 * @v: variable
 * @globs: of NAME-GUID, any case, as fnmatch(3); ends with NULL; NULL for none
 *
 * Return: 1 if it is, 0 if not, or -ENOMEM.
 */
int vard_clone_matches(const struct vard_var *v, char *const *globs);

#endif /* _VARD_CLONE_H */
