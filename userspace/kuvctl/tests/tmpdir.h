/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory for the files of a unit test. */
#ifndef _KUVCTL_TESTS_TMPDIR_H
#define _KUVCTL_TESTS_TMPDIR_H

#include <stddef.h>

/* Its path; "" while there is none. */
extern char tmpdir[];

/**
 * tmpdir_make() - make the directory
 *
 * Return: 0, as a setup of cmocka, or -1.
 */
int tmpdir_make(void);

/**
 * tmpdir_remove() - remove it with everything in it
 *
 * Return: 0, as a teardown of cmocka, or another number.
 */
int tmpdir_remove(void);

/**
 * in_dir() - the path of a file in it
 * @name: file
 *
 * Return: Path; the last four are kept.
 */
const char *in_dir(const char *name);

/**
 * write_file() - write a file, or end the test
 * @path: file
 * @data: content
 * @len: bytes of it
 */
void write_file(const char *path, const void *data, size_t len);

#endif /* _KUVCTL_TESTS_TMPDIR_H */
