/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of templates: one file per firmware flavour. */
#ifndef _VARD_LIBRARY_H
#define _VARD_LIBRARY_H

#include <stdbool.h>

#define VARD_LIBRARY_DEFAULT "/usr/share/kvm-uefivars/templates"

/**
 * vard_library_name_ok() - can this be the name of a template?
 * @name: string
 *
 * Return: Whether it is 1 to 128 of [A-Za-z0-9_.+@-], not starting with '.' or
 * '-': so it names nothing outside of the directory.
 */
bool vard_library_name_ok(const char *name);

/**
 * vard_library_open() - open a template of the directory
 * @directory: directory
 * @name: of the template; the file is NAME.json, or NAME.fd
 *
 * The files are the administrator's: they may be symbolic links.
 *
 * Return: A descriptor; -EINVAL if @name cannot be a name; -ENOENT; or another
 * -errno.
 */
int vard_library_open(const char *directory, const char *name);

#endif /* _VARD_LIBRARY_H */
