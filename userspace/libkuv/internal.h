/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of libkuv share. */
#ifndef _LIBKUV_INTERNAL_H
#define _LIBKUV_INTERNAL_H

#include <errno.h>
#include <sys/ioctl.h>

#include "libkuv.h"

/**
 * kuv_ioctl() - ioctl() that returns its error
 * @fd: descriptor
 * @request: command
 * @arg: its argument
 *
 * Context: Any thread. Interrupted calls are made again.
 * Return: What ioctl() returns, or -errno.
 */
static inline int kuv_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

#endif /* _LIBKUV_INTERNAL_H */
