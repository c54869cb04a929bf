// SPDX-License-Identifier: GPL-2.0-or-later
/* The directory of templates: one file per firmware flavour. */
#include "library.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "cleanup.h"

bool vard_library_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < VARD_TEMPLATE_NAME_MAX && name[0] != '.' &&
	       name[0] != '-' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789_.+@-") == len;
}

static int open_file(int directory, const char *name, const char *suffix)
{
	char file[VARD_TEMPLATE_NAME_MAX + 8];
	int fd;

	snprintf(file, sizeof(file), "%s%s", name, suffix);
	/* Opening a pipe must not block; reading takes regular files only. */
	fd = openat(directory, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int vard_library_open(const char *directory, const char *name)
{
	_cleanup_close_ int dir = -1;
	int r;

	if (!vard_library_name_ok(name))
		return -EINVAL;
	dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	r = open_file(dir, name, ".json");
	return r == -ENOENT ? open_file(dir, name, ".fd") : r;
}
