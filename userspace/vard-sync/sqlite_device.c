// SPDX-License-Identifier: GPL-2.0-or-later
/* The SQLite backend's saved machines of moved VMs. */
#include "sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cleanup.h"

/* As schema.sql says. */
static uint32_t state_crc(const struct vard_vm *vm, const void *state,
			  size_t len)
{
	uLong crc = crc32(0, NULL, 0);

	crc = crc32(crc, vm->uuid.bytes, sizeof(vm->uuid.bytes));
	return (uint32_t)crc32_z(crc, state, len);
}

int vard_sqlite_device_put(struct vard_backend *b, const struct vard_vm *vm,
			   const void *blob, size_t len)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_DEVICE_PUT];

	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_blob64(st, 2, blob, len, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, state_crc(vm, blob, len));
	return vard_sqlite_run(s, STMT_DEVICE_PUT);
}

static int get_state(struct vard_sqlite *s, const struct vard_vm *vm,
		     void **ret, size_t *ret_len)
{
	sqlite3_stmt *st = s->stmts[STMT_DEVICE_GET];
	const void *state = sqlite3_column_blob(st, 0);
	size_t len = (size_t)sqlite3_column_bytes(st, 0);
	void *copy;

	if (!state || sqlite3_column_int64(st, 1) != state_crc(vm, state, len))
		return vard_sqlite_fail(s, -EBADMSG,
			    "database %s: the saved machine of VM \"%s\" is damaged",
			    s->path, vm->name);
	copy = malloc(len);
	if (!copy)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	memcpy(copy, state, len);
	*ret = copy;
	*ret_len = len;
	return 0;
}

int vard_sqlite_device_get(struct vard_backend *b, const struct vard_vm *vm,
			   void **ret, size_t *ret_len)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_DEVICE_GET];
	int code, r;

	sqlite3_bind_int64(st, 1, vm->id);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		r = get_state(s, vm, ret, ret_len);
	else if (code == SQLITE_DONE)
		r = vard_sqlite_fail(s, -ENOENT,
			 "database %s has no saved machine of VM \"%s\"",
			 s->path, vm->name);
	else
		r = vard_sqlite_fail_code(s, code);
	sqlite3_reset(st);
	return r;
}

int vard_sqlite_device_drop(struct vard_backend *b, const struct vard_vm *vm)
{
	return vard_sqlite_run_id(to_sqlite(b), STMT_DEVICE_DROP, vm->id);
}
