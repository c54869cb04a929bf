// SPDX-License-Identifier: GPL-2.0-or-later
/* A daemon in the process of a test, with a database; its commits may fail. */
#include "daemon.h"

#include <signal.h>
#include <sys/socket.h>

#include "control.h"
#include "log.h"

struct commit_spy spy;

static int spy_commit(struct vard_backend *b)
{
	spy.nr_commits++;
	if (spy.at_commit)
		spy.at_commit();
	if (!spy.error)
		return spy.real->commit(b);
	spy.real->rollback(b);
	snprintf(b->error, sizeof(b->error), "no space, says the test");
	return spy.error;
}

static void use_spy(struct vard *d)
{
	memset(&spy, 0, sizeof(spy));
	spy.real = d->backend->ops;
	spy.ops = *spy.real;
	spy.ops.commit = spy_commit;
	d->backend->ops = &spy.ops;
}

int daemon_set_up(struct test_daemon *t)
{
	void *db = NULL;

	if (db_set_up(&db) < 0)
		return -1;
	t->db = db;
	t->options = (struct vard_options){ .db = t->db->path,
					    .device = "/dev/null",
					    .write_back_ms = 1000,
					    .connection_fd = -1 };
	if (vard_init(&t->d, &t->options) < 0 || vard_open_db(&t->d) < 0)
		return -1;
	/* One backend for the daemon and for what looks at the database. */
	t->db->b->ops->free(t->db->b);
	t->db->b = t->d.backend;
	use_spy(&t->d);
	return 0;
}

int daemon_tear_down(struct test_daemon *t)
{
	void *db = t->db;

	vard_exit(&t->d);
	t->db->b = vard_sqlite_new();
	return db_tear_down(&db);
}

sd_bus *daemon_client(struct test_daemon *t)
{
	sd_bus *bus;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
				    pair), 0);
	assert_int_equal(vard_control_connect(&t->d, pair[0]), 0);
	assert_true(sd_bus_new(&bus) >= 0);
	assert_true(sd_bus_set_fd(bus, pair[1], pair[1]) >= 0);
	return bus;
}

void daemon_init(void)
{
	sigset_t blocked;

	/* As main() does: the loop wants its signals blocked. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	vard_log_init(false);
}
