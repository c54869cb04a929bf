// SPDX-License-Identifier: GPL-2.0-or-later
/* Guest test tool: writes a file into any variable, in one system call, and says how it went. */
#define _GNU_SOURCE /* strerrorname_np */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#define DIR "/sys/firmware/efi/efivars/"

/* efivarfs guards key variables against rm and writes. */
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

/* Attributes and the file's content, as efivarfs wants them. Returns the length. */
static size_t message(const char *attrs, const char *file, uint8_t *buf, size_t room)
{
	uint32_t a = (uint32_t)strtoul(attrs, NULL, 0);
	ssize_t n = 0;
	int fd;

	memcpy(buf, &a, 4);
	if (strcmp(file, "-")) {
		fd = open(file, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (n = read(fd, buf + 4, room - 4)) < 0) {
			perror(file);
			exit(2);
		}
		close(fd);
	}
	return 4 + (size_t)n;
}

/* Returns 0 or errno. */
static int put(const char *path, const uint8_t *buf, size_t len)
{
	ssize_t n;
	int fd, rc = 0;

	unguard(path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	n = write(fd, buf, len);
	if (n != (ssize_t)len)
		rc = n < 0 ? errno : EIO;
	close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	static uint8_t buf[65536];
	char path[512];
	int rc;

	if (argc != 4 && !(argc == 3 && !strcmp(argv[1], "del"))) {
		fprintf(stderr, "usage: putvar NAME-GUID ATTRS FILE|- | del NAME-GUID\n");
		return 2;
	}
	snprintf(path, sizeof(path), DIR "%s", argv[argc == 3 ? 2 : 1]);
	if (argc == 3) {
		unguard(path);
		rc = unlink(path) ? errno : 0;
	} else {
		rc = put(path, buf, message(argv[2], argv[3], buf, sizeof(buf)));
	}
	printf("%s\n", rc ? strerrorname_np(rc) : "ok");
	return !!rc;
}
