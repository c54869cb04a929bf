/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SQLite on the disk in memory. */
#ifndef _CRASH_VFS_H
#define _CRASH_VFS_H

#include "disk.h"

/**
 * crash_vfs_register() - make this SQLite's default from now on
 *
 * Also fdio_sync_parent() goes to the disk in memory, by the linker's --wrap.
 */
void crash_vfs_register(void);

/**
 * crash_vfs_use() - a machine starts, and has this disk
 * @d: disk; no file may be open on another
 *
 * What a daemon knew before is forgotten.
 */
void crash_vfs_use(struct disk *d);

#endif /* _CRASH_VFS_H */
