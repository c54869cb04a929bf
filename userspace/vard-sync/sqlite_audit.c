// SPDX-License-Identifier: GPL-2.0-or-later
/* The SQLite backend's list of changes that were made on the host. */
#include "sqlite.h"

#include <string.h>

static void bind_digest(sqlite3_stmt *st, int at, const uint8_t *digest)
{
	char text[VARD_DIGEST_TEXT];

	if (!digest)
		return; /* NULL */
	vard_digest_format(digest, text);
	sqlite3_bind_text(st, at, text, -1, SQLITE_TRANSIENT);
}

int vard_sqlite_audit(struct vard_backend *b, const struct vard_audit *audit)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_AUDIT];

	sqlite3_bind_int64(st, 1, audit->uid);
	sqlite3_bind_text(st, 2, audit->vm, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, audit->action, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, audit->detail ? audit->detail : "", -1,
			  SQLITE_STATIC);
	bind_digest(st, 5, audit->old_digest);
	bind_digest(st, 6, audit->new_digest);
	return vard_sqlite_run(s, STMT_AUDIT);
}

/* NULL also for what is no digest. */
static const uint8_t *get_digest(sqlite3_stmt *st, int at,
				 uint8_t room[VARD_DIGEST_LEN])
{
	const char *text = (const char *)sqlite3_column_text(st, at);

	if (!text || strlen(text) != VARD_DIGEST_TEXT - 1 ||
	    !vard_hex_parse(text, VARD_DIGEST_TEXT - 1, room))
		return NULL;
	return room;
}

static int give_row(struct vard_sqlite *s, sqlite3_stmt *st, vard_audit_fn fn,
		    void *arg)
{
	uint8_t old_digest[VARD_DIGEST_LEN], new_digest[VARD_DIGEST_LEN];
	struct vard_audit a = {
		.when = (const char *)sqlite3_column_text(st, 1),
		.uid = (uid_t)sqlite3_column_int64(st, 2),
		.vm = (const char *)sqlite3_column_text(st, 3),
		.action = (const char *)sqlite3_column_text(st, 4),
		.detail = (const char *)sqlite3_column_text(st, 5),
		.old_digest = get_digest(st, 6, old_digest),
		.new_digest = get_digest(st, 7, new_digest),
	};

	if (!a.when || !a.vm || !a.action || !a.detail)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	return fn(&a, arg);
}

int vard_sqlite_audit_list(struct vard_backend *b, const char *vm,
			   unsigned int max, vard_audit_fn fn, void *arg)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[vm ? STMT_AUDIT_VM : STMT_AUDIT_ALL];
	int code = SQLITE_DONE, r = 0;

	sqlite3_bind_int64(st, 1, max);
	if (vm)
		sqlite3_bind_text(st, 2, vm, -1, SQLITE_STATIC);
	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW)
		r = give_row(s, st, fn, arg);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	if (r == 0 && code != SQLITE_DONE)
		r = vard_sqlite_fail_code(s, code);
	return r;
}
