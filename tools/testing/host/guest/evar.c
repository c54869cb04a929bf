// SPDX-License-Identifier: GPL-2.0-or-later
/* Guest test tool: variables of the test's namespace through efivarfs, one system call a change. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#define GUID "6b757630-7465-7374-8001-020304050607"
#define DIR "/sys/firmware/efi/efivars/"
#define NV_BS_RT 7u
#define APPEND 0x40u

static void path_of(const char *name, char path[256])
{
	snprintf(path, 256, DIR "%s-" GUID, name);
}

/* efivarfs guards what it does not know against rm; a test knows. */
static void unguard(const char *path)
{
	int flags = 0, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (!ioctl(fd, FS_IOC_GETFLAGS, &flags)) {
		flags &= ~FS_IMMUTABLE_FL;
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	close(fd);
}

/* Returns 0 or errno. */
static int put(const char *name, uint32_t attrs, const void *data, size_t len)
{
	char path[256];
	uint8_t *msg;
	ssize_t n;
	int fd, rc = 0;

	path_of(name, path);
	unguard(path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	msg = malloc(4 + len);
	if (!msg)
		abort();
	memcpy(msg, &attrs, 4);
	memcpy(msg + 4, data, len);
	n = write(fd, msg, 4 + len);
	if (n != (ssize_t)(4 + len))
		rc = n < 0 ? errno : EIO;
	free(msg);
	close(fd);
	return rc;
}

/* Prints "ATTRIBUTES TEXT". */
static int show(const char *name)
{
	static uint8_t buf[65536];
	char path[256];
	ssize_t n;
	int fd;

	path_of(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = read(fd, buf, sizeof(buf));
	close(fd);
	if (n < 4)
		return n < 0 ? errno : EIO;
	printf("0x%02x ", buf[0]);
	fwrite(buf + 4, 1, (size_t)n - 4, stdout);
	putchar('\n');
	return 0;
}

static int del(const char *name)
{
	char path[256];

	path_of(name, path);
	unguard(path);
	return unlink(path) ? errno : 0;
}

/*
 * One write after the other over ten names; says "ack N" only after the write of the
 * value N has returned, and stops at the first error; earlier when told by anything on
 * standard input, if that is @may_be_told.
 */
static int stream(int count, bool may_be_told)
{
	struct pollfd told = { .fd = STDIN_FILENO, .events = POLLIN };
	char name[16], text[16];
	int i, rc;

	for (i = 1; i <= count; i++) {
		snprintf(name, sizeof(name), "KuvS%d", i % 10);
		snprintf(text, sizeof(text), "%d", i);
		rc = put(name, NV_BS_RT, text, strlen(text));
		if (rc) {
			printf("write %d failed\n", i);
			return rc;
		}
		printf("ack %d\n", i);
		fflush(stdout);
		if (may_be_told && poll(&told, 1, 0) > 0)
			break;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *cmd = argc > 1 ? argv[1] : "";
	int rc;

	if (!strcmp(cmd, "set") && argc == 4)
		rc = put(argv[2], NV_BS_RT, argv[3], strlen(argv[3]));
	else if (!strcmp(cmd, "set") && argc == 5)
		rc = put(argv[2], (uint32_t)strtoul(argv[4], NULL, 0), argv[3],
			 strlen(argv[3]));
	else if (!strcmp(cmd, "append") && argc == 4)
		rc = put(argv[2], NV_BS_RT | APPEND, argv[3], strlen(argv[3]));
	else if (!strcmp(cmd, "get") && argc == 3)
		rc = show(argv[2]);
	else if (!strcmp(cmd, "del") && argc == 3)
		rc = del(argv[2]);
	else if (!strcmp(cmd, "stream") && argc == 3)
		rc = stream(atoi(argv[2]), false);
	else if (!strcmp(cmd, "stream") && argc == 2)
		rc = stream(INT_MAX, true);
	else {
		fprintf(stderr, "usage: evar set NAME TEXT [ATTRS] | append NAME TEXT |"
				" get NAME | del NAME | stream [COUNT]\n");
		return 2;
	}
	if (rc)
		printf("evar: %s: %s\n", cmd, strerror(rc));
	return !!rc;
}
