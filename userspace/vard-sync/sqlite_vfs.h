/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts syncs, cuts off what one that failed was for: a layer over the default VFS. */
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
 * vard_vfs_init() - be below every database opened later
 *
 * What is the default VFS at the first call does the work. When the sync of a
 * write-ahead log fails, the log is truncated to what was synced before; while
 * that fails too, the log cannot be opened again.
 *
 * Return: 0, or -errno: neither is done then.
 */
int vard_vfs_init(void);

/**
 * vard_vfs_exit() - undo vard_vfs_init(), forget which logs are to be truncated
 *
 * No database may be open. What was counted stays.
 */
void vard_vfs_exit(void);

/**
 * vard_vfs_syncs() - what was counted
 * @ret: filled
 */
void vard_vfs_syncs(struct vard_syncs *ret);

#endif /* _VARD_SQLITE_VFS_H */
