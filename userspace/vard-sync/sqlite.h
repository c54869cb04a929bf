/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the two files of the SQLite backend; nobody else includes it. */
#ifndef _VARD_SQLITE_H
#define _VARD_SQLITE_H

#include <sqlite3.h>

#include "backend.h"

enum vard_stmt {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_LIST,
	STMT_FIND,
	STMT_FIND_UUID,
	STMT_CREATE,
	STMT_UPDATE,
	STMT_LOAD,
	STMT_PUT,
	STMT_DELETE,
	STMT_QUARANTINE,
	STMT_DROP,
	STMT_MAX,
};

/**
 * struct vard_sqlite - the backend
 * @base: what others see
 * @db: connection, NULL while not open
 * @stmts: prepared statements
 * @path: the file while it is open
 * @dev: device of the file that was open last
 * @ino: its inode; 0 for none yet
 */
struct vard_sqlite {
	struct vard_backend base;
	sqlite3 *db;
	sqlite3_stmt *stmts[STMT_MAX];
	char *path;
	dev_t dev;
	ino_t ino;
};

static inline struct vard_sqlite *to_sqlite(struct vard_backend *b)
{
	return (struct vard_sqlite *)b;
}

/**
 * vard_sqlite_fail() - note what went wrong
 * @s: backend
 * @error: -errno
 * @format: what, which file, and the remedy
 *
 * Return: @error.
 */
int vard_sqlite_fail(struct vard_sqlite *s, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * vard_sqlite_fail_code() - note what a failed SQLite call means
 * @s: backend
 * @code: extended result code
 *
 * Return: -errno.
 */
int vard_sqlite_fail_code(struct vard_sqlite *s, int code);

/**
 * vard_sqlite_run() - run a statement that gives no rows
 * @s: backend
 * @which: statement, bound; its bindings are cleared
 *
 * Return: 0 or -errno.
 */
int vard_sqlite_run(struct vard_sqlite *s, enum vard_stmt which);

/* The operations on rows, as in struct vard_backend_ops. */
int vard_sqlite_list(struct vard_backend *b, vard_vm_fn fn, void *arg);
int vard_sqlite_find(struct vard_backend *b, const char *name,
		     struct vard_vm *ret);
int vard_sqlite_find_uuid(struct vard_backend *b, sd_id128_t uuid,
			  struct vard_vm *ret);
int vard_sqlite_load(struct vard_backend *b, const struct vard_vm *vm,
		     vard_var_fn fn, void *arg, struct vard_vm_counts *counts);
int vard_sqlite_create(struct vard_backend *b, struct vard_vm *vm);
int vard_sqlite_apply(struct vard_backend *b, const struct vard_vm *vm,
		      const struct vard_var *v);
int vard_sqlite_update(struct vard_backend *b, const struct vard_vm *vm);

#endif /* _VARD_SQLITE_H */
