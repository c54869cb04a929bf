/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the SQLite backend; nobody else includes it. */
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
	STMT_REPLACE,
	STMT_UPDATE,
	STMT_REMOVE,
	STMT_LOAD,
	STMT_DIGEST,
	STMT_PUT,
	STMT_DELETE,
	STMT_CLEAR,
	STMT_QUARANTINE,
	STMT_QUARANTINE_CLEAR,
	STMT_DROP,
	STMT_DEVICE_PUT,
	STMT_DEVICE_GET,
	STMT_DEVICE_DROP,
	STMT_SNAPSHOT_CREATE,
	STMT_SNAPSHOT_FILL,
	STMT_SNAPSHOT_FIND,
	STMT_SNAPSHOT_LIST,
	STMT_SNAPSHOT_DIGEST,
	STMT_SNAPSHOT_LOAD,
	STMT_SNAPSHOT_DROP,
	STMT_PENDING_PUT,
	STMT_PENDING_ADD,
	STMT_PENDING_LIST,
	STMT_PENDING_LOAD,
	STMT_PENDING_COUNT,
	STMT_PENDING_DROP,
	STMT_PENDING_FAIL,
	STMT_PENDING_CLEAR,
	STMT_AUDIT,
	STMT_AUDIT_ALL,
	STMT_AUDIT_VM,
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

/**
 * vard_sqlite_run_id() - run a statement that has an id and gives no rows
 * @s: backend
 * @which: statement
 * @id: its first and only parameter
 *
 * Return: 0 or -errno.
 */
int vard_sqlite_run_id(struct vard_sqlite *s, enum vard_stmt which, int64_t id);

/**
 * vard_sqlite_exec() - run SQL that is prepared nowhere
 * @s: backend
 * @sql: statements
 *
 * Return: 0 or -errno.
 */
int vard_sqlite_exec(struct vard_sqlite *s, const char *sql);

/**
 * vard_sqlite_identify() - which schema has the file?
 * @s: backend, connected
 *
 * Reads only, so that a foreign file stays as it is.
 *
 * Return: Its number, 0 for an empty file; -EUCLEAN for another program's
 * database and for a schema that is not known; or -errno.
 */
int vard_sqlite_identify(struct vard_sqlite *s);

/**
 * vard_sqlite_upgrade() - bring a file to the newest schema, in one transaction
 * @s: backend, connected
 * @from: what vard_sqlite_identify() said
 *
 * Return: 0 or -errno.
 */
int vard_sqlite_upgrade(struct vard_sqlite *s, int from);

/**
 * vard_sqlite_get_var() - a variable from a row
 * @st: statement at a row of id, guid, name_utf16, attributes, time, data, seq
 * @v: filled; borrows from the row
 *
 * Return: NULL, or what is damaged.
 */
const char *vard_sqlite_get_var(sqlite3_stmt *st, struct vard_var *v);

/**
 * vard_sqlite_crc() - the checksum of a row of `variable`
 * @vm: whose it is
 * @v: variable
 *
 * Return: CRC-32, as schema.sql says.
 */
uint32_t vard_sqlite_crc(const struct vard_vm *vm, const struct vard_var *v);

/**
 * vard_sqlite_sum() - the digest of variables
 * @s: backend
 * @which: statement, bound, that gives rows as vard_sqlite_get_var() takes them
 *	in the order of a digest; it is reset
 * @vm: leave out rows whose checksum is not right for this VM, or NULL if the
 *	rows have none
 * @ret: filled
 *
 * Return: 0 or -errno.
 */
int vard_sqlite_sum(struct vard_sqlite *s, enum vard_stmt which,
		    const struct vard_vm *vm, uint8_t ret[VARD_DIGEST_LEN]);

/* The operations, as in struct vard_backend_ops. */
int vard_sqlite_list(struct vard_backend *b, vard_vm_fn fn, void *arg);
int vard_sqlite_find(struct vard_backend *b, const char *name,
		     struct vard_vm *ret);
int vard_sqlite_find_uuid(struct vard_backend *b, sd_id128_t uuid,
			  struct vard_vm *ret);
int vard_sqlite_create(struct vard_backend *b, struct vard_vm *vm);
int vard_sqlite_replace(struct vard_backend *b, struct vard_vm *vm);
int vard_sqlite_update(struct vard_backend *b, const struct vard_vm *vm);
int vard_sqlite_remove(struct vard_backend *b, const struct vard_vm *vm);
int vard_sqlite_load(struct vard_backend *b, const struct vard_vm *vm,
		     vard_var_fn fn, void *arg, struct vard_vm_counts *counts);
int vard_sqlite_digest(struct vard_backend *b, const struct vard_vm *vm,
		       uint8_t ret[VARD_DIGEST_LEN]);
int vard_sqlite_apply(struct vard_backend *b, const struct vard_vm *vm,
		      const struct vard_var *v);
int vard_sqlite_clear(struct vard_backend *b, const struct vard_vm *vm);
int vard_sqlite_clone(struct vard_backend *b, const struct vard_vm *from,
		      struct vard_vm *to, vard_keep_fn keep, void *arg);
int vard_sqlite_device_put(struct vard_backend *b, const struct vard_vm *vm,
			   const void *blob, size_t len);
int vard_sqlite_device_get(struct vard_backend *b, const struct vard_vm *vm,
			   void **ret, size_t *ret_len);
int vard_sqlite_device_drop(struct vard_backend *b, const struct vard_vm *vm);
int vard_sqlite_snapshot_create(struct vard_backend *b,
				const struct vard_vm *vm, const char *name,
				uid_t uid);
int vard_sqlite_snapshot_find(struct vard_backend *b, const struct vard_vm *vm,
			      const char *name, struct vard_snapshot *ret);
int vard_sqlite_snapshot_list(struct vard_backend *b, const struct vard_vm *vm,
			      vard_snapshot_fn fn, void *arg);
int vard_sqlite_snapshot_restore(struct vard_backend *b,
				 const struct vard_vm *vm, const char *name);
int vard_sqlite_snapshot_drop(struct vard_backend *b, const struct vard_vm *vm,
			      const char *name);
int vard_sqlite_pending_put(struct vard_backend *b, const struct vard_vm *vm,
			    struct vard_plan *plan);
int vard_sqlite_pending_list(struct vard_backend *b, const struct vard_vm *vm,
			     vard_plan_fn fn, void *arg);
int vard_sqlite_pending_count(struct vard_backend *b, const struct vard_vm *vm,
			      unsigned int *nr);
int vard_sqlite_pending_drop(struct vard_backend *b, const struct vard_vm *vm,
			     int64_t id);
int vard_sqlite_pending_fail(struct vard_backend *b, const struct vard_vm *vm,
			     int64_t id, const char *reason);
int vard_sqlite_audit(struct vard_backend *b, const struct vard_audit *audit);
int vard_sqlite_audit_list(struct vard_backend *b, const char *vm,
			   unsigned int max, vard_audit_fn fn, void *arg);

#endif /* _VARD_SQLITE_H */
