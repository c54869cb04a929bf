// SPDX-License-Identifier: GPL-2.0-or-later
// Starts a vard-sync of one's own; finds programs.

#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "exit.h"

/* join() - "dir/name", for free() */
static char *join(const char *dir, size_t dir_len, const char *name)
{
	char *path;

	if (asprintf(&path, "%.*s/%s", (int)dir_len, dir, name) < 0)
		fail(KUV_EXIT_INTERNAL, "out of memory");
	return path;
}

static bool is_file(const char *path, int mode)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, mode);
}

char *kuv_find_beside(const char *name, const char *dir)
{
	char self[PATH_MAX], beside[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *path, *slash;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	path = join(self, (size_t)(slash - self), name);
	if (is_file(path, R_OK))
		return path;
	free(path);
	*slash = '\0';
	n = snprintf(beside, sizeof(beside), "%s/%s", self, dir);
	path = join(beside, (size_t)n, name);
	if (is_file(path, R_OK))
		return path;
	free(path);
	return NULL;
}

char *kuv_find_in_path(const char *name)
{
	const char *dirs = getenv("PATH");
	size_t len;
	char *path;

	if (strchr(name, '/'))
		return is_file(name, X_OK) ? strdup(name) : NULL;
	if (!dirs)
		dirs = "/usr/local/bin:/usr/bin:/bin";
	for (;; dirs += len + 1) {
		len = strcspn(dirs, ":");
		path = join(len ? dirs : ".", len ? len : 1, name);
		if (is_file(path, X_OK))
			return path;
		free(path);
		if (!dirs[len])
			return NULL;
	}
}

static char *find_daemon(void)
{
	const char *given = getenv("KUV_VARD_SYNC");
	char *path;

	if (given && *given)
		path = kuv_find_in_path(given);
	else
		path = kuv_find_beside("vard-sync", "../sbin");
	if (!path)
		path = kuv_find_in_path("vard-sync");
	if (!path)
		fail(KUV_EXIT_NO_DAEMON,
		     "vard-sync not found: install it beside kuv-run, or set KUV_VARD_SYNC to it");
	return path;
}

/* The child that becomes vard-sync; @status_fd closes if that works out. */
static _Noreturn void become_daemon(const char *path, const char *db, int fd,
				    int status_fd)
{
	char number[16];
	int err;

	snprintf(number, sizeof(number), "%d", fd);
	if (fcntl(fd, F_SETFD, 0) == 0)
		execl(path, path, "--db", db, "--exit-when-idle",
		      "--connection-fd", number, (char *)NULL);
	err = errno;
	if (write(status_fd, &err, sizeof(err)) < 0)
		_exit(2);
	_exit(1);
}

/*
 * Twice fork(): a child would be QEMU's to wait for. A session of its own:
 * Ctrl-C at QEMU's terminal must not end it before the last change is saved.
 */
static void launch(const char *path, const char *db, int fd, int status_fd)
{
	pid_t pid = fork();

	if (pid < 0)
		fail(KUV_EXIT_INTERNAL, "fork: %m");
	if (pid > 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return;
	}
	setsid();
	pid = fork();
	if (pid == 0)
		become_daemon(path, db, fd, status_fd);
	_exit(pid < 0);
}

int kuv_daemon_start(const char *db)
{
	_cleanup_free_ char *path = find_daemon();
	_cleanup_close_ int theirs = -1, status_write = -1, status_read = -1;
	int pair[2], pipes[2], err = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
	    pipe2(pipes, O_CLOEXEC) < 0)
		fail(KUV_EXIT_INTERNAL, "socketpair, pipe: %m");
	theirs = pair[1];
	status_read = pipes[0];
	status_write = pipes[1];
	launch(path, db, theirs, status_write);
	status_write = kuv_close(status_write);
	if (read(status_read, &err, sizeof(err)) > 0)
		fail(KUV_EXIT_NO_DAEMON, "cannot run %s: %s", path,
		     strerror(err));
	return pair[0];
}
