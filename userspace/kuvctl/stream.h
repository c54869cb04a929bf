/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stream between kuvctl move-out and kuvctl move-in:
 *
 *	"kuv-move 1 LEN MODE\n"	MODE: two-way if answers are read, or one-way
 *	LEN bytes		what MoveOut gave, for MoveIn
 *	32 bytes		SHA-256 of these
 *	"?"			read only when the destination is ready
 *	"commit\n"		the source has given the VM up
 *
 * Answers: "ready\n" and, after the destination's commit, "done\n".
 */
#ifndef _KUVCTL_STREAM_H
#define _KUVCTL_STREAM_H

#include <stdbool.h>
#include <stddef.h>

/* Most bytes of a body; vard-sync takes no more. */
#define STREAM_BODY_MAX (64U << 20)

/**
 * stream_write() - everything up to and with the question
 * @fd: where to
 * @body: bytes
 * @len: how many
 * @is_two_way: answers will be read
 *
 * Return: 0 or -errno.
 */
int stream_write(int fd, const void *body, size_t len, bool is_two_way);

/**
 * stream_read() - everything up to the question, which stays unread
 * @fd: where from; not one byte more is read
 * @ret: filled with memory to free()
 * @ret_len: filled
 * @is_two_way: filled
 *
 * Return: NULL, or what is wrong with the stream.
 */
const char *stream_read(int fd, void **ret, size_t *ret_len, bool *is_two_way);

/**
 * stream_read_full() - exactly so many bytes
 * @fd: where from
 * @buf: where to
 * @len: how many
 *
 * Return: Whether they came.
 */
bool stream_read_full(int fd, void *buf, size_t len);

/**
 * stream_expect() - read a word that must come now
 * @fd: where from
 * @word: with its line end
 *
 * Return: Whether it came.
 */
bool stream_expect(int fd, const char *word);

#endif /* _KUVCTL_STREAM_H */
