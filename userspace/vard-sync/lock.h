/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One daemon per database. */
#ifndef _VARD_LOCK_H
#define _VARD_LOCK_H

/**
 * vard_lock() - take the database for this process
 * @db: database file; the lock is on a file beside it
 *
 * Waits a few seconds for one that is about to end.
 *
 * Return: A descriptor to keep open as long as the database is used, or
 * -errno, logged: -EBUSY if another process has it.
 */
int vard_lock(const char *db);

#endif /* _VARD_LOCK_H */
