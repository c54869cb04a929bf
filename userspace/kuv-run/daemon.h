/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a vard-sync of one's own. */
#ifndef _KUV_DAEMON_H
#define _KUV_DAEMON_H

/**
 * kuv_daemon_start() - start vard-sync on a database, for this process only
 * @db: database file
 *
 * It ends by itself once the connection is closed, no VM runs and everything
 * is on disk. It is no child of this process, which is to become QEMU.
 *
 * Return: A connection to it. On failure says why and exits.
 */
int kuv_daemon_start(const char *db);

/**
 * kuv_find_beside() - path of a file that is installed or built with kuv-run
 * @name: file name
 * @dir: where to look if it is not beside kuv-run, relative to there
 *
 * Return: Path, for free(), or NULL if there is none.
 */
char *kuv_find_beside(const char *name, const char *dir);

/**
 * kuv_find_in_path() - what execvp() would run
 * @name: name of a program, or its path
 *
 * Return: Path, for free(), or NULL if there is none.
 */
char *kuv_find_in_path(const char *name);

#endif /* _KUV_DAEMON_H */
