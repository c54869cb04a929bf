// SPDX-License-Identifier: GPL-2.0-or-later
/* A database of schema 1, written without the backend. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "schema.h"
#include "steps.h"

static void must(sqlite3 *db, int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE)
		return;
	fprintf(stderr, "old database: %s\n", sqlite3_errmsg(db));
	exit(2);
}

static uLong crc_le32(uLong crc, uint32_t n)
{
	const Bytef le[4] = { (Bytef)n, (Bytef)(n >> 8), (Bytef)(n >> 16),
			      (Bytef)(n >> 24) };

	return crc32(crc, le, sizeof(le));
}

/* As schema.sql says. */
static uint32_t row_crc(const struct vard_vm *vm, const struct vard_var *v)
{
	uLong crc = crc32(0, vm->uuid.bytes, sizeof(vm->uuid.bytes));

	crc = crc32(crc, v->guid, sizeof(v->guid));
	crc = crc_le32(crc, v->attributes);
	crc = crc_le32(crc, v->name_len);
	crc = crc_le32(crc, v->data_len);
	crc = crc32(crc, v->time, sizeof(v->time));
	crc = crc32(crc, v->name, v->name_len);
	return (uint32_t)crc32(crc, v->data, v->data_len);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;

	must(db, sqlite3_prepare_v2(db, sql, -1, &st, NULL));
	return st;
}

static void add_vm(sqlite3 *db, const struct vard_vm *vm)
{
	sqlite3_stmt *st = prepare(db, "INSERT INTO vm (id, name, uuid, uid)"
				       " VALUES (?1, ?2, ?3, ?4)");

	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_text(st, 2, vm->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, SD_ID128_TO_UUID_STRING(vm->uuid), -1,
			  SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 4, vm->uid);
	must(db, sqlite3_step(st));
	sqlite3_finalize(st);
}

static void add_var(sqlite3 *db, const struct vard_vm *vm,
		    const struct vard_var *v)
{
	sqlite3_stmt *st = prepare(db, "INSERT INTO variable (vm_id, guid,"
		" name_utf16, name, attributes, time, data, seq, crc)"
		" VALUES (?1, ?2, ?3, 'any', ?4, ?5, ?6, 1, ?7)");
	char guid[VARD_GUID_TEXT];

	vard_guid_format(v->guid, guid);
	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_text(st, 2, guid, -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 3, v->name, (int)v->name_len, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, v->attributes);
	sqlite3_bind_blob(st, 5, v->time, sizeof(v->time), SQLITE_STATIC);
	sqlite3_bind_blob(st, 6, v->data, (int)v->data_len, SQLITE_STATIC);
	sqlite3_bind_int64(st, 7, row_crc(vm, v));
	must(db, sqlite3_step(st));
	sqlite3_finalize(st);
}

static void add_all(struct script *s, sqlite3 *db, struct vard_vm *vm)
{
	struct model_vm *m = model_add(script_now(s), vm);
	uint8_t data[3000];
	struct vard_var v = { .guid = { 3 }, .data = data, .attributes = 7 };

	add_vm(db, vm);
	for (unsigned int i = 0; i < 12; i++) {
		const uint8_t name[] = { 'V', 0, (uint8_t)('a' + i), 0 };

		v.name = name;
		v.name_len = sizeof(name);
		v.data_len = 1 + script_below(s, sizeof(data));
		for (uint32_t n = 0; n < v.data_len; n++)
			data[n] = (uint8_t)disk_random(&s->seed);
		add_var(db, vm, &v);
		model_apply(&m->vars, &v);
	}
}

void script_old(struct script *s)
{
	sqlite3 *db;

	must(NULL, sqlite3_open(script_db, &db));
	must(db, sqlite3_exec(db, "PRAGMA journal_mode = WAL; BEGIN", NULL, NULL,
			      NULL));
	must(db, sqlite3_exec(db, vard_schema[0], NULL, NULL, NULL));
	for (int i = 0; i < 3; i++) {
		char name[8];
		struct vard_vm vm;

		snprintf(name, sizeof(name), "old%d", i);
		vm = script_new_vm(s, name);
		vm.id = i + 1;
		add_all(s, db, &vm);
	}
	must(db, sqlite3_exec(db, "PRAGMA application_id = 0x6b757673;"
				  "PRAGMA user_version = 1; COMMIT",
			      NULL, NULL, NULL));
	must(db, sqlite3_close(db));
	disk_tree_copy(&s->base, &s->disk.tree);
	disk_forget(&s->disk);
}
