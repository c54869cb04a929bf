/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole reads and writes on descriptors; names that survive a power cut. */
#ifndef _KUV_FDIO_H
#define _KUV_FDIO_H

#include <stddef.h>

/**
 * fdio_read_file() - the content of a regular file from its beginning
 * @fd: readable descriptor; its offset is neither used nor changed
 * @max: most bytes accepted
 * @ret: filled with memory to free(), one zero byte behind the content
 * @ret_len: filled with the bytes of content
 *
 * Return: 0, -EINVAL not a regular file, -EFBIG more than @max bytes, or
 * another -errno. The results are untouched on failure.
 */
int fdio_read_file(int fd, size_t max, void **ret, size_t *ret_len);

/**
 * fdio_write_full() - write all of a buffer
 * @fd: writable descriptor
 * @buf: bytes to write
 * @len: how many
 *
 * Return: 0, or -errno with an unknown part written.
 */
int fdio_write_full(int fd, const void *buf, size_t len);

/**
 * fdio_sync_parent() - make the name of a file durable
 * @path: the file; its directory is synced
 *
 * Return: 0 or -errno.
 */
int fdio_sync_parent(const char *path);

#endif /* _KUV_FDIO_H */
