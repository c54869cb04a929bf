/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit status of kuv-run before it has become QEMU; kuv-run.1 lists them. */
#ifndef _KUV_EXIT_H
#define _KUV_EXIT_H

enum kuv_exit {
	KUV_EXIT_INTERNAL = 1,	/* out of memory and the like */
	KUV_EXIT_USAGE = 2,	/* kuv-run's own options */
	KUV_EXIT_NO_MODULE = 3,
	KUV_EXIT_PERMISSION = 4,
	KUV_EXIT_NO_DAEMON = 5,
	KUV_EXIT_IN_USE = 6,
	KUV_EXIT_QEMU_ARGS = 7,	/* QEMU command line cannot be run */
	KUV_EXIT_NO_QEMU = 8,
	KUV_EXIT_REFUSED = 9,	/* vard-sync said no */
	KUV_EXIT_ATTACH = 10,	/* the host has not what --attach asks for */
};

/**
 * fail() - say what went wrong and what to do about it, then exit
 * @status: exit status
 * @format: as printf(), one line without its end
 */
_Noreturn void fail(enum kuv_exit status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* _KUV_EXIT_H */
