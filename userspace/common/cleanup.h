/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scope-based cleanup: what a variable owns goes away with the variable. */
#ifndef _KUV_CLEANUP_H
#define _KUV_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn) __attribute__((cleanup(fn)))

/**
 * kuv_close() - close a descriptor, errno kept
 * @fd: descriptor, or a negative value for none
 *
 * Return: -1, to assign to the variable that held it.
 */
static inline int kuv_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

static inline void kuv_closep(int *fd)
{
	*fd = kuv_close(*fd);
}

static inline void kuv_freep(void *p)
{
	int saved = errno;

	free(*(void **)p);
	errno = saved;
}

#define _cleanup_close_ _cleanup_(kuv_closep)
#define _cleanup_free_ _cleanup_(kuv_freep)

/**
 * kuv_steal_fd() - take a descriptor out of a variable with _cleanup_close_
 * @fd: variable, holds -1 afterwards
 *
 * Return: The descriptor; the caller owns it.
 */
static inline int kuv_steal_fd(int *fd)
{
	int ret = *fd;

	*fd = -1;
	return ret;
}

/* Take a pointer out of a variable with _cleanup_free_. */
#define kuv_steal_ptr(p)			\
	({					\
		__typeof__(p) _stolen = (p);	\
		(p) = NULL;			\
		_stolen;			\
	})

#endif /* _KUV_CLEANUP_H */
