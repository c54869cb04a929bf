// SPDX-License-Identifier: GPL-2.0-or-later
/* Backend in one SQLite file: WAL, every commit synced. Schema: schema.sql. */
#include "sqlite.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "fdio.h"

/* Guests wait: another program may hold the lock only this long. */
#define BUSY_MS 500
/* The WAL is cut back to this after it grew. */
#define WAL_BYTES "16777216"

#define VM_COLUMNS "vm.id, vm.name, vm.uuid, vm.uid, vm.durability," \
	" vm.options, vm.state, vm.template, vm.change_rate, vm.change_burst"
/* As vard_sqlite_get_var() takes them. */
#define VAR_COLUMNS "id, guid, name_utf16, attributes, time, data"
#define SNAPSHOT_COLUMNS "id, name, created, uid, digest," \
	" (SELECT count(*) FROM snapshot_variable" \
	" WHERE snapshot_id = snapshot.id)"
#define AUDIT_COLUMNS "id, time, uid, vm, action, detail, old_digest, new_digest"

static const char *const stmt_sql[STMT_MAX] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",
	[STMT_LIST] = "SELECT " VM_COLUMNS ","
		" (SELECT count(*) FROM variable WHERE vm_id = vm.id),"
		" (SELECT count(*) FROM quarantine WHERE vm_id = vm.id)"
		" FROM vm ORDER BY name",
	[STMT_FIND] = "SELECT " VM_COLUMNS " FROM vm WHERE name = ?1",
	[STMT_FIND_UUID] = "SELECT " VM_COLUMNS " FROM vm WHERE uuid = ?1",
	/* Columns of vm have the same number in each statement. */
	[STMT_CREATE] = "INSERT INTO vm (name, uuid, uid, durability, options,"
		" state, template, change_rate, change_burst)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[STMT_REPLACE] = "UPDATE vm SET uuid = ?2, uid = ?3, durability = ?4,"
		" options = ?5, state = ?6, template = ?7, change_rate = ?8,"
		" change_burst = ?9 WHERE id = ?10",
	[STMT_UPDATE] = "UPDATE vm SET durability = ?4, options = ?5,"
		" state = ?6, template = ?7, change_rate = ?8,"
		" change_burst = ?9 WHERE id = ?10",
	[STMT_REMOVE] = "DELETE FROM vm WHERE id = ?1",
	[STMT_LOAD] = "SELECT " VAR_COLUMNS ", seq, crc FROM variable"
		" WHERE vm_id = ?1 ORDER BY id",
	[STMT_DIGEST] = "SELECT " VAR_COLUMNS ", seq, crc FROM variable"
		" WHERE vm_id = ?1 ORDER BY guid, name_utf16",
	/* A replaced row gets a new, higher id: the order of changes. */
	[STMT_PUT] = "INSERT OR REPLACE INTO variable (vm_id, guid, name_utf16,"
		" name, attributes, time, data, seq, crc)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[STMT_DELETE] = "DELETE FROM variable"
		" WHERE vm_id = ?1 AND guid = ?2 AND name_utf16 = ?3",
	[STMT_CLEAR] = "DELETE FROM variable WHERE vm_id = ?1",
	[STMT_QUARANTINE] = "INSERT INTO quarantine (vm_id, reason, guid,"
		" name_utf16, name, attributes, time, data, seq, crc)"
		" SELECT vm_id, ?2, guid, name_utf16, name, attributes, time,"
		" data, seq, crc FROM variable WHERE id = ?1",
	[STMT_QUARANTINE_CLEAR] = "DELETE FROM quarantine WHERE vm_id = ?1",
	[STMT_DROP] = "DELETE FROM variable WHERE id = ?1",
	[STMT_DEVICE_PUT] = "INSERT OR REPLACE INTO device (vm_id, state, crc)"
		" VALUES (?1, ?2, ?3)",
	[STMT_DEVICE_GET] = "SELECT state, crc FROM device WHERE vm_id = ?1",
	[STMT_DEVICE_DROP] = "DELETE FROM device WHERE vm_id = ?1",
	[STMT_SNAPSHOT_CREATE] = "INSERT INTO snapshot (vm_id, name, uid, digest)"
		" VALUES (?1, ?2, ?3, ?4)",
	[STMT_SNAPSHOT_FILL] = "INSERT INTO snapshot_variable (snapshot_id,"
		" guid, name_utf16, name, attributes, time, data)"
		" SELECT ?1, guid, name_utf16, name, attributes, time, data"
		" FROM variable WHERE vm_id = ?2 ORDER BY id",
	[STMT_SNAPSHOT_FIND] = "SELECT " SNAPSHOT_COLUMNS " FROM snapshot"
		" WHERE vm_id = ?1 AND name = ?2",
	[STMT_SNAPSHOT_LIST] = "SELECT " SNAPSHOT_COLUMNS " FROM snapshot"
		" WHERE vm_id = ?1 ORDER BY id",
	[STMT_SNAPSHOT_DIGEST] = "SELECT " VAR_COLUMNS ", 0"
		" FROM snapshot_variable WHERE snapshot_id = ?1"
		" ORDER BY guid, name_utf16",
	[STMT_SNAPSHOT_LOAD] = "SELECT " VAR_COLUMNS ", 0"
		" FROM snapshot_variable WHERE snapshot_id = ?1 ORDER BY id",
	[STMT_SNAPSHOT_DROP] = "DELETE FROM snapshot WHERE id = ?1",
	[STMT_PENDING_PUT] = "INSERT INTO pending (vm_id, uid, action, detail,"
		" changes) VALUES (?1, ?2, ?3, ?4, ?5)",
	[STMT_PENDING_ADD] = "INSERT INTO pending_change (pending_id, kind, guid,"
		" name_utf16, name, attributes, time, data, crc)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[STMT_PENDING_LIST] = "SELECT id, created, uid, action, detail, reason,"
		" changes FROM pending WHERE vm_id = ?1 ORDER BY id",
	[STMT_PENDING_LOAD] = "SELECT " VAR_COLUMNS ", 0, kind, crc"
		" FROM pending_change WHERE pending_id = ?1 ORDER BY id",
	[STMT_PENDING_COUNT] = "SELECT count(*) FROM pending WHERE vm_id = ?1",
	[STMT_PENDING_DROP] = "DELETE FROM pending WHERE vm_id = ?1 AND id = ?2",
	[STMT_PENDING_FAIL] = "UPDATE pending SET reason = ?3"
		" WHERE vm_id = ?1 AND id = ?2",
	[STMT_PENDING_CLEAR] = "DELETE FROM pending WHERE vm_id = ?1",
	[STMT_AUDIT] = "INSERT INTO audit (uid, vm, action, detail, old_digest,"
		" new_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[STMT_AUDIT_ALL] = "SELECT * FROM (SELECT " AUDIT_COLUMNS " FROM audit"
		" ORDER BY id DESC LIMIT ?1) ORDER BY id",
	[STMT_AUDIT_VM] = "SELECT * FROM (SELECT " AUDIT_COLUMNS " FROM audit"
		" WHERE vm = ?2 ORDER BY id DESC LIMIT ?1) ORDER BY id",
};

int vard_sqlite_fail(struct vard_sqlite *s, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(s->base.error, sizeof(s->base.error), format, ap);
	va_end(ap);
	return error;
}

int vard_sqlite_fail_code(struct vard_sqlite *s, int code)
{
	int sys = s->db ? sqlite3_system_errno(s->db) : 0;

	if (code == SQLITE_IOERR_SHMSIZE || (code & 0xff) == SQLITE_FULL ||
	    ((code & 0xff) == SQLITE_IOERR && (sys == ENOSPC || sys == EDQUOT)))
		return vard_sqlite_fail(s, -ENOSPC,
			    "no space left for database %s: free some", s->path);
	switch (code & 0xff) {
	case SQLITE_READONLY:
		return vard_sqlite_fail(s, -EROFS,
			    "database %s is read-only: make the file and its directory writable for this user, and the file system writable",
			    s->path);
	case SQLITE_NOTADB:
		return vard_sqlite_fail(s, -EUCLEAN,
			    "%s is not a database: move it away or restore a backup",
			    s->path);
	case SQLITE_CORRUPT:
		return vard_sqlite_fail(s, -EUCLEAN,
			    "database %s is damaged: stop vard-sync and save what is left with sqlite3's .recover, or restore a backup",
			    s->path);
	case SQLITE_BUSY:
		return vard_sqlite_fail(s, -EBUSY,
			    "database %s is locked by another program: end that program's transaction",
			    s->path);
	case SQLITE_NOMEM:
		return vard_sqlite_fail(s, -ENOMEM, "no memory for database %s", s->path);
	case SQLITE_CANTOPEN:
		return vard_sqlite_fail(s, sys ? -sys : -EIO,
			    "database %s cannot be opened (%s): check that the directory exists and is writable for this user",
			    s->path, sys ? strerror(sys) : "no reason given");
	default:
		return vard_sqlite_fail(s, -EIO, "database %s: %s (%s), check the disk",
			    s->path, sqlite3_errstr(code),
			    sys ? strerror(sys) : "no system error");
	}
}

int vard_sqlite_run(struct vard_sqlite *s, enum vard_stmt which)
{
	sqlite3_stmt *st = s->stmts[which];
	int code = sqlite3_step(st);

	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return code == SQLITE_DONE ? 0 : vard_sqlite_fail_code(s, code);
}

int vard_sqlite_run_id(struct vard_sqlite *s, enum vard_stmt which, int64_t id)
{
	sqlite3_bind_int64(s->stmts[which], 1, id);
	return vard_sqlite_run(s, which);
}

int vard_sqlite_exec(struct vard_sqlite *s, const char *sql)
{
	int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : vard_sqlite_fail_code(s, code);
}

static int use_wal(struct vard_sqlite *s)
{
	sqlite3_stmt *st = NULL;
	bool is_wal = false;
	int code;

	code = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode = WAL", -1, &st,
				  NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		is_wal = !strcmp((const char *)sqlite3_column_text(st, 0),
				 "wal");
	sqlite3_finalize(st);
	if (code != SQLITE_ROW)
		return vard_sqlite_fail_code(s, code);
	if (!is_wal && !sqlite3_db_readonly(s->db, "main"))
		return vard_sqlite_fail(s, -ENOTSUP,
			    "the file system of %s lacks what SQLite's WAL needs: put the database on a local file system",
			    s->path);
	return 0;
}

static int configure(struct vard_sqlite *s)
{
	int r = use_wal(s);

	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (r == 0)
		r = vard_sqlite_exec(s, "PRAGMA synchronous = FULL;"
			    "PRAGMA foreign_keys = ON;"
			    "PRAGMA trusted_schema = OFF;"
			    "PRAGMA cell_size_check = ON;"
			    "PRAGMA journal_size_limit = " WAL_BYTES);
	return r;
}

static int prepare_all(struct vard_sqlite *s)
{
	for (int i = 0; i < STMT_MAX; i++) {
		int code = sqlite3_prepare_v3(s->db, stmt_sql[i], -1,
					      SQLITE_PREPARE_PERSISTENT,
					      &s->stmts[i], NULL);

		if (code == SQLITE_ERROR)
			return vard_sqlite_fail(s, -EUCLEAN,
				    "database %s lacks a table or column (%s): restore a backup",
				    s->path, sqlite3_errmsg(s->db));
		if (code != SQLITE_OK)
			return vard_sqlite_fail_code(s, code);
	}
	return 0;
}

/* VMs that run have changes that fit the file they were loaded from only. */
static int check_same(struct vard_sqlite *s, bool must_be_same)
{
	struct stat st;

	if (stat(s->path, &st) < 0)
		return vard_sqlite_fail(s, -errno, "database %s: %s", s->path,
					strerror(errno));
	if (must_be_same && s->ino && (st.st_dev != s->dev || st.st_ino != s->ino))
		return vard_sqlite_fail(s, -ESTALE,
			    "database %s is another file than before, and VMs are open: put the old one back, or stop them",
			    s->path);
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return 0;
}

static int open_file(struct vard_sqlite *s, unsigned int flags)
{
	bool create = flags & VARD_OPEN_CREATE;
	int code, version, r;

	code = sqlite3_open_v2(s->path, &s->db,
			       SQLITE_OPEN_READWRITE |
				       (create ? SQLITE_OPEN_CREATE : 0),
			       NULL);
	if (!s->db)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	sqlite3_extended_result_codes(s->db, 1);
	if (code != SQLITE_OK)
		return vard_sqlite_fail_code(s, code);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	version = vard_sqlite_identify(s);
	if (version >= 0 && check_same(s, flags & VARD_OPEN_SAME) < 0)
		return -ESTALE;
	if (version < 0)
		return version;
	if (version == 0 && !create)
		return vard_sqlite_fail(s, -EUCLEAN,
			    "database %s is empty: restore it, or start vard-sync again to begin anew",
			    s->path);
	r = configure(s);
	if (r == 0)
		r = vard_sqlite_upgrade(s, version);
	if (r == 0 && version == 0 && fdio_sync_parent(s->path) < 0)
		r = vard_sqlite_fail(s, -EIO, "the directory of %s cannot be synced: %s",
			 s->path, strerror(errno));
	return r;
}

static void vard_sqlite_close(struct vard_backend *b)
{
	struct vard_sqlite *s = to_sqlite(b);

	for (int i = 0; i < STMT_MAX; i++) {
		sqlite3_finalize(s->stmts[i]);
		s->stmts[i] = NULL;
	}
	sqlite3_close(s->db);
	s->db = NULL;
	free(s->path);
	s->path = NULL;
}

static int vard_sqlite_open(struct vard_backend *b, const char *where,
			    unsigned int flags)
{
	struct vard_sqlite *s = to_sqlite(b);
	int r;

	s->path = strdup(where);
	if (!s->path)
		return vard_sqlite_fail(s, -ENOMEM, "no memory for database %s", where);
	r = open_file(s, flags);
	if (r == 0)
		r = prepare_all(s);
	if (r < 0)
		vard_sqlite_close(b);
	return r;
}

static void vard_sqlite_free(struct vard_backend *b)
{
	vard_sqlite_close(b);
	free(b);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int is_late(void *arg)
{
	return now_ms() >= *(uint64_t *)arg;
}

static int vard_sqlite_check(struct vard_backend *b, unsigned int ms)
{
	struct vard_sqlite *s = to_sqlite(b);
	uint64_t deadline = now_ms() + ms;
	sqlite3_stmt *st = NULL;
	int code, r = 0;

	sqlite3_progress_handler(s->db, 1000, is_late, &deadline);
	code = sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &st, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0)
		r = vard_sqlite_fail(s, -EUCLEAN,
			 "database %s is damaged (%s): stop vard-sync and save what is left with sqlite3's .recover, or restore a backup",
			 s->path, (const char *)sqlite3_column_text(st, 0));
	else if (code != SQLITE_ROW && code != SQLITE_INTERRUPT)
		r = vard_sqlite_fail_code(s, code);
	sqlite3_finalize(st);
	sqlite3_progress_handler(s->db, 0, NULL, NULL);
	return r;
}

/* After a failure SQLite may have rolled back by itself already. */
static void vard_sqlite_rollback(struct vard_backend *b)
{
	struct vard_sqlite *s = to_sqlite(b);

	if (sqlite3_get_autocommit(s->db))
		return;
	sqlite3_step(s->stmts[STMT_ROLLBACK]);
	sqlite3_reset(s->stmts[STMT_ROLLBACK]);
}

static bool vard_sqlite_is_moved(struct vard_backend *b)
{
	int moved = 0;

	sqlite3_file_control(to_sqlite(b)->db, "main", SQLITE_FCNTL_HAS_MOVED,
			     &moved);
	return moved;
}

static int vard_sqlite_begin(struct vard_backend *b)
{
	struct vard_sqlite *s = to_sqlite(b);

	/* Commits to a deleted file would succeed and be lost. */
	if (vard_sqlite_is_moved(b))
		return vard_sqlite_fail(s, -ESTALE,
			"database %s was moved or deleted while in use: put it back",
			s->path);
	return vard_sqlite_run(s, STMT_BEGIN);
}

static int vard_sqlite_commit(struct vard_backend *b)
{
	int r = vard_sqlite_run(to_sqlite(b), STMT_COMMIT);

	if (r < 0)
		vard_sqlite_rollback(b);
	return r;
}

static const struct vard_backend_ops sqlite_ops = {
	.open = vard_sqlite_open,
	.is_moved = vard_sqlite_is_moved,
	.close = vard_sqlite_close,
	.free = vard_sqlite_free,
	.check = vard_sqlite_check,
	.list = vard_sqlite_list,
	.find = vard_sqlite_find,
	.find_uuid = vard_sqlite_find_uuid,
	.load = vard_sqlite_load,
	.digest = vard_sqlite_digest,
	.begin = vard_sqlite_begin,
	.create = vard_sqlite_create,
	.replace = vard_sqlite_replace,
	.update = vard_sqlite_update,
	.remove = vard_sqlite_remove,
	.apply = vard_sqlite_apply,
	.clear = vard_sqlite_clear,
	.device_put = vard_sqlite_device_put,
	.device_get = vard_sqlite_device_get,
	.device_drop = vard_sqlite_device_drop,
	.snapshot_create = vard_sqlite_snapshot_create,
	.snapshot_find = vard_sqlite_snapshot_find,
	.snapshot_list = vard_sqlite_snapshot_list,
	.snapshot_restore = vard_sqlite_snapshot_restore,
	.snapshot_drop = vard_sqlite_snapshot_drop,
	.clone = vard_sqlite_clone,
	.pending_put = vard_sqlite_pending_put,
	.pending_list = vard_sqlite_pending_list,
	.pending_count = vard_sqlite_pending_count,
	.pending_drop = vard_sqlite_pending_drop,
	.pending_fail = vard_sqlite_pending_fail,
	.audit = vard_sqlite_audit,
	.audit_list = vard_sqlite_audit_list,
	.commit = vard_sqlite_commit,
	.rollback = vard_sqlite_rollback,
};

struct vard_backend *vard_sqlite_new(void)
{
	struct vard_sqlite *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->base.ops = &sqlite_ops;
	return &s->base;
}
