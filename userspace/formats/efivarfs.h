/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories like Linux's efivarfs: a file NAME-GUID for each variable. */
#ifndef _VARD_EFIVARFS_H
#define _VARD_EFIVARFS_H

#include "records.h"

/* Bytes of the file name and the content of one variable that are taken. */
#define VARD_EFIVARFS_FILE_MAX (1U << 20)
/* Files in one directory. */
#define VARD_EFIVARFS_NR_MAX 65536

/**
 * vard_efivarfs_add() - take one file
 * @file: its name
 * @data: content: four bytes of attributes, then the data
 * @len: bytes of @data
 * @r: gets the variable; an authenticated one with time zero and an error,
 *	because the time is not in the file
 *
 * Return: 0, also for a bad file, or -ENOMEM.
 */
int vard_efivarfs_add(const char *file, const uint8_t *data, size_t len,
		      struct vard_records *r);

/**
 * vard_efivarfs_read() - the variables of a directory
 * @fd: directory
 * @r: empty, filled in the order of the names
 *
 * Return: 0, also with errors in the report, or -errno from reading the
 * directory.
 */
int vard_efivarfs_read(int fd, struct vard_records *r);

/**
 * vard_efivarfs_check() - find out what a directory cannot hold
 * @vars: variables
 * @nr: how many
 * @report: what cannot be written is an error; what is lost a warning
 *
 * Return: 0 or -ENOMEM.
 */
int vard_efivarfs_check(const struct vard_var *vars, size_t nr,
			struct vard_report *report);

/**
 * vard_efivarfs_write() - fill a directory with variables
 * @fd: directory; it is synced at the end
 * @vars: variables; those that cannot be written are left out
 * @nr: how many
 *
 * Return: 0 or -errno; -EEXIST if one of the files is there.
 */
int vard_efivarfs_write(int fd, const struct vard_var *vars, size_t nr);

#endif /* _VARD_EFIVARFS_H */
