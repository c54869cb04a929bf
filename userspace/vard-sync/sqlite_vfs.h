/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts what SQLite syncs: a thin layer over whatever VFS is the default. */
#ifndef _VARD_SQLITE_VFS_H
#define _VARD_SQLITE_VFS_H

#include <stdint.h>

/**
 * struct vard_syncs - files synced since the start
 * @nr_wal: of the write-ahead log: one for each commit
 * @nr_db: of the database itself: when the log is written back into it
 * @nr_other: of other files
 */
struct vard_syncs {
	uint64_t nr_wal;
	uint64_t nr_db;
	uint64_t nr_other;
};

/**
 * vard_vfs_init() - count from now on, in every database opened later
 *
 * What is the default VFS at the first call does the work.
 *
 * Return: 0, or -errno: nothing is counted then.
 */
int vard_vfs_init(void);

/**
 * vard_vfs_syncs() - what was counted
 * @ret: filled
 */
void vard_vfs_syncs(struct vard_syncs *ret);

#endif /* _VARD_SQLITE_VFS_H */
