/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory with one database, for tests of what is built on the backend. */
#ifndef _VARD_TEST_DB_H
#define _VARD_TEST_DB_H

#include "backend.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#define DB_SEEN_MAX 64

struct db {
	char dir[64];
	char path[96];
	struct vard_backend *b;
	bool is_mounted;
};

/* What load() gave, as "A=1 B=2 ". */
struct db_seen {
	char text[1024];
	struct vard_vm_counts counts;
};

static inline int db_set_up(void **state)
{
	struct db *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	strcpy(f->dir, "/tmp/vard-db.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/vars.db", f->dir);
	f->b = vard_sqlite_new();
	*state = f;
	return f->b ? 0 : -1;
}

static inline int db_tear_down(void **state)
{
	struct db *f = *state;
	char cmd[128];

	f->b->ops->free(f->b);
	if (f->is_mounted)
		umount2(f->dir, MNT_DETACH);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", f->dir);
	free(f);
	return system(cmd);
}

static inline void db_open(struct db *f)
{
	if (f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE) < 0)
		fail_msg("%s", f->b->error);
}

/* Runs SQL behind the backend's back. */
static inline void db_outside(const char *path, const char *sql)
{
	char *message = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

/* One value as text, to free(); NULL for NULL. */
static inline char *db_value(const char *path, const char *sql)
{
	sqlite3_stmt *st;
	char *text = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	if (sqlite3_column_text(st, 0))
		text = strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return text;
}

static inline long db_int(const char *path, const char *sql)
{
	char *text = db_value(path, sql);
	long n = text ? atol(text) : -1;

	free(text);
	return n;
}

static inline struct vard_vm db_vm(struct db *f, const char *name, uid_t uid)
{
	struct vard_vm vm = { .uid = uid };

	snprintf(vm.name, sizeof(vm.name), "%s", name);
	sd_id128_randomize(&vm.uuid);
	assert_int_equal(f->b->ops->begin(f->b), 0);
	assert_int_equal(f->b->ops->create(f->b, &vm), 0);
	assert_int_equal(f->b->ops->commit(f->b), 0);
	return vm;
}

/* Variables are named by one letter; "A\0" is UTF-16LE. */
static inline struct vard_var db_letter(const char *name, const char *data)
{
	return (struct vard_var){
		.guid = { 1, 2, 3 },
		.name = (const uint8_t *)name,
		.name_len = 2,
		.data = (const uint8_t *)data,
		.data_len = (uint32_t)strlen(data),
		.attributes = 7,
		.seq = 9,
	};
}

/* Ends a transaction as its result says. */
static inline int db_end(struct db *f, int r)
{
	if (r == 0)
		return f->b->ops->commit(f->b);
	f->b->ops->rollback(f->b);
	return r;
}

static inline int db_begin(struct db *f)
{
	return f->b->ops->begin(f->b);
}

/* Without data: removed. */
static inline int db_put(struct db *f, const struct vard_vm *vm,
			 const char *name, const char *data)
{
	struct vard_var v = db_letter(name, data);
	int r = db_begin(f);

	v.is_deleted = !*data;
	return r < 0 ? r : db_end(f, f->b->ops->apply(f->b, vm, &v));
}

static inline int db_see(const struct vard_var *v, const char **reason,
			 void *arg)
{
	char *text = arg;

	(void)reason;
	sprintf(text + strlen(text), "%.1s=%.*s ", v->name,
		(int)(v->data_len < 10 ? v->data_len : 10), v->data);
	return 0;
}

static inline struct db_seen db_load(struct db *f, const struct vard_vm *vm)
{
	struct db_seen s = { 0 };

	if (f->b->ops->load(f->b, vm, db_see, s.text, &s.counts) < 0)
		fail_msg("%s", f->b->error);
	return s;
}

/* A small file system of its own; skips where that is not allowed. */
static inline void db_mount(struct db *f, const char *options)
{
	if (mount("vard-test", f->dir, "tmpfs", 0, options) < 0) {
		print_message("mounting a tmpfs needs root\n");
		skip();
	}
	f->is_mounted = true;
}

static inline void db_grow(struct db *f)
{
	assert_int_equal(mount("vard-test", f->dir, "tmpfs", MS_REMOUNT,
			       "size=16m"), 0);
}

#define DB_TEST(fn) cmocka_unit_test_setup_teardown(fn, db_set_up, db_tear_down)

#endif /* _VARD_TEST_DB_H */
