// SPDX-License-Identifier: GPL-2.0-or-later
/* The SQLite backend's snapshots and clones of a VM's variables. */
#include "sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Fills a snapshot from SNAPSHOT_COLUMNS. Returns its id or -errno. */
static int64_t get_snapshot(struct vard_sqlite *s, sqlite3_stmt *st,
			    struct vard_snapshot *ret)
{
	const char *name = (const char *)sqlite3_column_text(st, 1);
	const char *created = (const char *)sqlite3_column_text(st, 2);
	const char *digest = (const char *)sqlite3_column_text(st, 4);

	if (!name || !created || !digest)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	*ret = (struct vard_snapshot){
		.uid = (uid_t)sqlite3_column_int64(st, 3),
		.nr_variables = (unsigned int)sqlite3_column_int(st, 5),
	};
	/* A digest that is none stays zero and fits no variables. */
	if (strlen(digest) == VARD_DIGEST_TEXT - 1)
		vard_hex_parse(digest, VARD_DIGEST_TEXT - 1, ret->digest);
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	snprintf(ret->created, sizeof(ret->created), "%s", created);
	return sqlite3_column_int64(st, 0);
}

/* Returns the snapshot's id, or -errno. */
static int64_t find(struct vard_sqlite *s, const struct vard_vm *vm,
		    const char *name, struct vard_snapshot *ret)
{
	sqlite3_stmt *st = s->stmts[STMT_SNAPSHOT_FIND];
	int64_t id;
	int code;

	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_text(st, 2, name, -1, SQLITE_STATIC);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		id = get_snapshot(s, st, ret);
	else if (code == SQLITE_DONE)
		id = vard_sqlite_fail(s, -ENOENT, "VM %s has no snapshot \"%s\"",
				      vm->name, name);
	else
		id = vard_sqlite_fail_code(s, code);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return id;
}

int vard_sqlite_snapshot_find(struct vard_backend *b, const struct vard_vm *vm,
			      const char *name, struct vard_snapshot *ret)
{
	int64_t id = find(to_sqlite(b), vm, name, ret);

	return id < 0 ? (int)id : 0;
}

int vard_sqlite_snapshot_list(struct vard_backend *b, const struct vard_vm *vm,
			      vard_snapshot_fn fn, void *arg)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_SNAPSHOT_LIST];
	int code = SQLITE_DONE, r = 0;

	sqlite3_bind_int64(st, 1, vm->id);
	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct vard_snapshot snapshot;
		int64_t id = get_snapshot(s, st, &snapshot);

		r = id < 0 ? (int)id : fn(&snapshot, arg);
	}
	sqlite3_reset(st);
	if (r == 0 && code != SQLITE_DONE)
		r = vard_sqlite_fail_code(s, code);
	return r;
}

static int count_only(const struct vard_var *v, const char **reason, void *arg)
{
	(void)v;
	(void)reason;
	(void)arg;
	return 0;
}

static int add_snapshot(struct vard_sqlite *s, const struct vard_vm *vm,
			const char *name, uid_t uid, const char *digest)
{
	sqlite3_stmt *st = s->stmts[STMT_SNAPSHOT_CREATE];
	int r;

	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_text(st, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, uid);
	sqlite3_bind_text(st, 4, digest, -1, SQLITE_STATIC);
	r = vard_sqlite_run(s, STMT_SNAPSHOT_CREATE);
	if (r < 0)
		return r;
	st = s->stmts[STMT_SNAPSHOT_FILL];
	sqlite3_bind_int64(st, 1, sqlite3_last_insert_rowid(s->db));
	sqlite3_bind_int64(st, 2, vm->id);
	return vard_sqlite_run(s, STMT_SNAPSHOT_FILL);
}

int vard_sqlite_snapshot_create(struct vard_backend *b,
				const struct vard_vm *vm, const char *name,
				uid_t uid)
{
	struct vard_sqlite *s = to_sqlite(b);
	uint8_t digest[VARD_DIGEST_LEN];
	struct vard_vm_counts counts;
	struct vard_snapshot old;
	char text[VARD_DIGEST_TEXT];
	int r = vard_sqlite_snapshot_find(b, vm, name, &old);

	if (r == 0)
		return vard_sqlite_fail(s, -EEXIST,
			    "VM %s has a snapshot \"%s\" already", vm->name,
			    name);
	if (r != -ENOENT)
		return r;
	/* So that what is damaged gets into no snapshot. */
	r = vard_sqlite_load(b, vm, count_only, NULL, &counts);
	if (r == 0)
		r = vard_sqlite_digest(b, vm, digest);
	if (r < 0)
		return r;
	vard_digest_format(digest, text);
	return add_snapshot(s, vm, name, uid, text);
}

/* A snapshot is restored as a whole or not at all: it may hold a dbx. */
static int check_rows(struct vard_sqlite *s, const struct vard_vm *vm,
		      int64_t id, const struct vard_snapshot *snapshot)
{
	uint8_t digest[VARD_DIGEST_LEN];
	int r;

	sqlite3_bind_int64(s->stmts[STMT_SNAPSHOT_DIGEST], 1, id);
	r = vard_sqlite_sum(s, STMT_SNAPSHOT_DIGEST, NULL, digest);
	if (r < 0)
		return r;
	if (memcmp(digest, snapshot->digest, sizeof(digest)) == 0)
		return 0;
	return vard_sqlite_fail(s, -EBADMSG,
		    "database %s: snapshot \"%s\" of VM %s is damaged: use another one",
		    s->path, snapshot->name, vm->name);
}

static int copy_rows(struct vard_sqlite *s, const struct vard_vm *vm, int64_t id)
{
	sqlite3_stmt *st = s->stmts[STMT_SNAPSHOT_LOAD];
	int code = SQLITE_DONE, r = 0;

	sqlite3_bind_int64(st, 1, id);
	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct vard_var v;

		/* The digest was right, so every row is. */
		if (!vard_sqlite_get_var(st, &v))
			r = vard_sqlite_apply(&s->base, vm, &v);
	}
	sqlite3_reset(st);
	if (r == 0 && code != SQLITE_DONE)
		r = vard_sqlite_fail_code(s, code);
	return r;
}

int vard_sqlite_snapshot_restore(struct vard_backend *b,
				 const struct vard_vm *vm, const char *name)
{
	struct vard_sqlite *s = to_sqlite(b);
	struct vard_snapshot snapshot;
	int64_t id = find(s, vm, name, &snapshot);
	int r;

	if (id < 0)
		return (int)id;
	r = check_rows(s, vm, id, &snapshot);
	if (r == 0)
		r = vard_sqlite_clear(b, vm);
	return r == 0 ? copy_rows(s, vm, id) : r;
}

int vard_sqlite_snapshot_drop(struct vard_backend *b, const struct vard_vm *vm,
			      const char *name)
{
	struct vard_sqlite *s = to_sqlite(b);
	struct vard_snapshot snapshot;
	int64_t id = find(s, vm, name, &snapshot);

	return id < 0 ? (int)id : vard_sqlite_run_id(s, STMT_SNAPSHOT_DROP, id);
}

struct clone {
	struct vard_backend *b;
	struct vard_vm *to;
	vard_keep_fn keep;
	void *arg;
};

static int clone_var(const struct vard_var *v, const char **reason, void *arg)
{
	struct clone *c = arg;
	struct vard_var copy = *v;
	int r = c->keep(v, c->arg);

	(void)reason;
	if (r <= 0)
		return r;
	copy.seq = 0;
	return vard_sqlite_apply(c->b, c->to, &copy);
}

int vard_sqlite_clone(struct vard_backend *b, const struct vard_vm *from,
		      struct vard_vm *to, vard_keep_fn keep, void *arg)
{
	struct clone c = { .b = b, .to = to, .keep = keep, .arg = arg };
	struct vard_vm_counts counts;
	int r = vard_sqlite_create(b, to);

	return r < 0 ? r : vard_sqlite_load(b, from, clone_var, &c, &counts);
}
