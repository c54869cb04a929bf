// SPDX-License-Identifier: GPL-2.0-or-later
/* The stream between kuvctl move-out and kuvctl move-in. */
#include "stream.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fdio.h"

#define MAGIC "kuv-move "
#define VERSION "1 "
#define SUM_LEN 32
/* Longest first line. */
#define LINE_MAX_LEN 64

static int sum(const void *data, size_t len, uint8_t ret[SUM_LEN])
{
	return EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL) == 1 ?
		       0 : -ENOMEM;
}

int stream_write(int fd, const void *body, size_t len, bool is_two_way)
{
	char line[LINE_MAX_LEN];
	uint8_t digest[SUM_LEN];
	int r = sum(body, len, digest);

	snprintf(line, sizeof(line), MAGIC VERSION "%zu %s\n", len,
		 is_two_way ? "two-way" : "one-way");
	if (r == 0)
		r = fdio_write_full(fd, line, strlen(line));
	if (r == 0)
		r = fdio_write_full(fd, body, len);
	if (r == 0)
		r = fdio_write_full(fd, digest, sizeof(digest));
	return r < 0 ? r : fdio_write_full(fd, "?", 1);
}

bool stream_read_full(int fd, void *buf, size_t len)
{
	char *p = buf;

	while (len > 0) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool stream_expect(int fd, const char *word)
{
	char got[16];
	size_t len = strlen(word);

	return len <= sizeof(got) && stream_read_full(fd, got, len) &&
	       memcmp(got, word, len) == 0;
}

/*
 * Byte by byte: what follows is not this line's. Returns how many were read;
 * the line ends there, with or without a line end.
 */
static size_t read_line(int fd, char line[LINE_MAX_LEN])
{
	size_t n = 0;

	while (n < LINE_MAX_LEN - 1 && stream_read_full(fd, &line[n], 1))
		if (line[n++] == '\n')
			break;
	line[n] = 0;
	return n;
}

static const char *parse_line(const char *line, size_t *len, bool *is_two_way)
{
	unsigned long long n;
	char *end;

	if (strncmp(line, MAGIC, strlen(MAGIC)) != 0)
		return "it does not come from kuvctl move-out";
	line += strlen(MAGIC);
	if (strncmp(line, VERSION, strlen(VERSION)) != 0)
		return "it comes from another version of kuvctl move-out, update the older one";
	line += strlen(VERSION);
	if (*line < '1' || *line > '9')
		return "its length is malformed";
	n = strtoull(line, &end, 10);
	if (n > STREAM_BODY_MAX)
		return "it is longer than the state of any VM";
	*is_two_way = !strcmp(end, " two-way\n");
	if (!*is_two_way && strcmp(end, " one-way\n") != 0)
		return "its first line is malformed";
	*len = n;
	return NULL;
}

static const char *read_body(int fd, void *body, size_t len)
{
	uint8_t want[SUM_LEN], is[SUM_LEN];

	if (!stream_read_full(fd, body, len) ||
	    !stream_read_full(fd, want, sizeof(want)))
		return "it is cut off";
	if (sum(body, len, is) < 0)
		return "no memory for its checksum";
	if (memcmp(want, is, sizeof(is)) != 0)
		return "it was damaged on the way, its checksum does not match";
	return NULL;
}

const char *stream_read(int fd, void **ret, size_t *ret_len, bool *is_two_way)
{
	_cleanup_free_ void *body = NULL;
	char line[LINE_MAX_LEN];
	const char *reason;
	size_t len = 0;

	if (read_line(fd, line) == 0)
		return "nothing came, see what move-out says";
	reason = parse_line(line, &len, is_two_way);
	if (reason)
		return reason;
	body = malloc(len);
	if (!body)
		return "there is no memory for it";
	reason = read_body(fd, body, len);
	if (reason)
		return reason;
	*ret = kuv_steal_ptr(body);
	*ret_len = len;
	return NULL;
}
