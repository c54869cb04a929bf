/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A daemon in the process of a test, with a database; its commits may fail. */
#ifndef _VARD_TEST_DAEMON_H
#define _VARD_TEST_DAEMON_H

#include "db.h"

#include <systemd/sd-bus.h>

#include "loop.h"

struct test_daemon {
	struct db *db;
	struct vard_options options;
	struct vard d;
};

/* The backend's commit: counted, looked at, and with an error it fails. */
extern struct commit_spy {
	struct vard_backend_ops ops;
	const struct vard_backend_ops *real;
	unsigned int nr_commits;
	int error;
	void (*at_commit)(void);
} spy;

/* Database and daemon are one backend. Returns 0 or -1. */
int daemon_set_up(struct test_daemon *t);
int daemon_tear_down(struct test_daemon *t);

/* A client of the daemon, to start with sd_bus_start(). */
sd_bus *daemon_client(struct test_daemon *t);

/* For main(), before the tests. */
void daemon_init(void);

#endif /* _VARD_TEST_DAEMON_H */
