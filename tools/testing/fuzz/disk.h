/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reader of the change log, and the disk it writes to. */
#ifndef _FUZZ_DISK_H
#define _FUZZ_DISK_H

#include "vardb.h"

#define DISK_MAX	1024

/**
 * struct disk - variables as a reader has them
 * @vars: each owns its name and data
 * @nr: how many
 */
struct disk {
	struct disk_var {
		u8 guid[16];
		u8 time[16];
		u32 attributes;
		u32 name_len;
		u32 data_len;
		u8 *name;
		u8 *data;
	} vars[DISK_MAX];
	u32 nr;
};

/**
 * disk_apply() - store a change
 * @d: disk
 * @v: variable or tombstone
 */
void disk_apply(struct disk *d, const struct kuv_var *v);

/**
 * disk_check() - after all changes were read: it is the non-volatile variables
 * @d: disk
 * @db: variables
 */
void disk_check(const struct disk *d, const struct kuv_vardb *db);

/**
 * disk_clear() - free everything
 * @d: disk
 */
void disk_clear(struct disk *d);

#endif /* _FUZZ_DISK_H */
