// SPDX-License-Identifier: GPL-2.0-or-later
/* Schema of the SQLite backend: whose file is it, how old, bring it up. */
#include "sqlite.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "schema.h"

#define APPLICATION_ID 0x6b757673
#define SCHEMA_VERSION ((int)(sizeof(vard_schema) / sizeof(vard_schema[0])))

static int get_int(struct vard_sqlite *s, const char *sql, int64_t *ret)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		*ret = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return code == SQLITE_ROW ? 0 : vard_sqlite_fail_code(s, code);
}

int vard_sqlite_identify(struct vard_sqlite *s)
{
	int64_t id, version, nr_tables;
	int r;

	r = get_int(s, "PRAGMA application_id", &id);
	if (r == 0)
		r = get_int(s, "PRAGMA user_version", &version);
	if (r == 0)
		r = get_int(s, "SELECT count(*) FROM sqlite_schema", &nr_tables);
	if (r < 0)
		return r;
	if (id == 0 && version == 0 && nr_tables == 0)
		return 0;
	if (id != APPLICATION_ID)
		return vard_sqlite_fail(s, -EUCLEAN,
			    "%s is a database of another program: name another file",
			    s->path);
	if (version < 1 || version > SCHEMA_VERSION)
		return vard_sqlite_fail(s, -EUCLEAN,
			    "database %s has schema %" PRId64
			    ", this vard-sync knows up to %d: use the vard-sync that made it",
			    s->path, version, SCHEMA_VERSION);
	return (int)version;
}

int vard_sqlite_upgrade(struct vard_sqlite *s, int from)
{
	char ids[96];
	int r;

	if (from == SCHEMA_VERSION)
		return 0;
	snprintf(ids, sizeof(ids),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		 APPLICATION_ID, SCHEMA_VERSION);
	r = vard_sqlite_exec(s, "BEGIN EXCLUSIVE");
	for (int i = from; r == 0 && i < SCHEMA_VERSION; i++)
		r = vard_sqlite_exec(s, vard_schema[i]);
	/* On failure the connection is closed, which undoes it all. */
	return r == 0 ? vard_sqlite_exec(s, ids) : r;
}
