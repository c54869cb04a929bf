// SPDX-License-Identifier: GPL-2.0-or-later
/* One daemon per database: a lock file beside it. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cleanup.h"
#include "fdio.h"
#include "log.h"

#define WAIT_MS 3000
#define STEP_MS 50

static int open_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	/* A lock is possible on a read-only file system, if the file is there. */
	if (fd < 0 && (errno == EROFS || errno == EACCES))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int take(int fd)
{
	for (int ms = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; ms += STEP_MS) {
		if (errno != EWOULDBLOCK)
			return -errno;
		if (ms >= WAIT_MS)
			return -EBUSY;
		usleep(STEP_MS * 1000);
	}
	return 0;
}

/* For the message of whoever comes second. */
static void write_owner(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) == 0)
		fdio_write_full(fd, text, (size_t)n);
}

static void log_owner(int fd, const char *db)
{
	char pid[32] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? strcspn(pid, "\n") : 0] = 0;
	vard_log(LOG_ERR, "database %s is in use by another vard-sync, process %s: use that one, or name another --db",
		 db, pid[0] ? pid : "unknown");
}

/* Beside the file itself, whatever links lead to it; NULL without memory. */
static char *lock_path(const char *db)
{
	_cleanup_free_ char *real = realpath(db, NULL);
	char *path;

	if (asprintf(&path, "%s.lock", real ? real : db) < 0)
		return NULL;
	return path;
}

int vard_lock(const char *db)
{
	_cleanup_free_ char *path = lock_path(db);
	_cleanup_close_ int fd = -1;
	int r;

	if (!path)
		return -ENOMEM;
	fd = open_lock(path);
	r = fd < 0 ? fd : take(fd);
	if (r == -EBUSY)
		log_owner(fd, db);
	else if (r < 0)
		vard_log(LOG_ERR, "lock file %s: %s: its directory must exist and be writable for this user",
			 path, strerror(-r));
	if (r < 0)
		return r;
	write_owner(fd);
	return kuv_steal_fd(&fd);
}
