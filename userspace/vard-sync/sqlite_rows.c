// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of the SQLite backend: VMs, variables, checksums and quarantine. */
#include "sqlite.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/kvm_uefivars.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cleanup.h"
#include "log.h"
#include "store_options.h"

static const char *durability_text(uint32_t durability)
{
	return durability == KVM_UEFIVARS_WRITE_BACK ? "write-back" :
						       "write-through";
}

static const char *state_text(enum vard_vm_state state)
{
	return state == VARD_VM_MOVED ? "moved" : "here";
}

/* Fills a VM from VM_COLUMNS. */
static int get_vm(struct vard_sqlite *s, sqlite3_stmt *st, struct vard_vm *vm)
{
	const char *name = (const char *)sqlite3_column_text(st, 1);
	const char *uuid = (const char *)sqlite3_column_text(st, 2);
	const char *durability = (const char *)sqlite3_column_text(st, 4);
	const char *options = (const char *)sqlite3_column_text(st, 5);
	const char *state = (const char *)sqlite3_column_text(st, 6);
	const char *template = (const char *)sqlite3_column_text(st, 7);

	if (!name || !uuid || !durability || !options || !state || !template)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	*vm = (struct vard_vm){
		.id = sqlite3_column_int64(st, 0),
		.uid = (uid_t)sqlite3_column_int64(st, 3),
		.durability = strcmp(durability, "write-back") == 0 ?
				      KVM_UEFIVARS_WRITE_BACK :
				      KVM_UEFIVARS_WRITE_THROUGH,
		.state = strcmp(state, "moved") == 0 ? VARD_VM_MOVED :
						       VARD_VM_HERE,
		.change_rate = (uint32_t)sqlite3_column_int64(st, 8),
		.change_burst = (uint32_t)sqlite3_column_int64(st, 9),
	};
	if (strlen(name) >= sizeof(vm->name) ||
	    strlen(template) >= sizeof(vm->template) ||
	    sd_id128_from_string(uuid, &vm->uuid) < 0 ||
	    !kuv_store_options_parse(options, &vm->options))
		return vard_sqlite_fail(s, -EUCLEAN,
			    "database %s: row %" PRId64
			    " of table vm is damaged, correct its name, uuid, options and template",
			    s->path, vm->id);
	strcpy(vm->name, name);
	strcpy(vm->template, template);
	return 0;
}

static int find_one(struct vard_sqlite *s, enum vard_stmt which, const char *key,
		    struct vard_vm *ret)
{
	sqlite3_stmt *st = s->stmts[which];
	int code, r;

	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		r = get_vm(s, st, ret);
	else if (code == SQLITE_DONE)
		r = vard_sqlite_fail(s, -ENOENT, "database %s has no VM \"%s\"", s->path,
			 key);
	else
		r = vard_sqlite_fail_code(s, code);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return r;
}

int vard_sqlite_find(struct vard_backend *b, const char *name,
			    struct vard_vm *ret)
{
	return find_one(to_sqlite(b), STMT_FIND, name, ret);
}

int vard_sqlite_find_uuid(struct vard_backend *b, sd_id128_t uuid,
				 struct vard_vm *ret)
{
	return find_one(to_sqlite(b), STMT_FIND_UUID,
			SD_ID128_TO_UUID_STRING(uuid), ret);
}

int vard_sqlite_list(struct vard_backend *b, vard_vm_fn fn, void *arg)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_LIST];
	int code, r = 0;

	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct vard_vm_counts counts = {
			.nr_variables = (unsigned int)sqlite3_column_int(st, 10),
			.nr_quarantined = (unsigned int)sqlite3_column_int(st, 11),
		};
		struct vard_vm vm;

		r = get_vm(s, st, &vm);
		if (r == 0)
			r = fn(&vm, &counts, arg);
	}
	sqlite3_reset(st);
	if (r == 0 && code != SQLITE_DONE)
		r = vard_sqlite_fail_code(s, code);
	return r;
}

/* What the statements that write a row of vm have in common. */
static int run_vm(struct vard_sqlite *s, enum vard_stmt which,
		  const struct vard_vm *vm)
{
	sqlite3_stmt *st = s->stmts[which];
	char options[KUV_STORE_OPTIONS_TEXT];

	kuv_store_options_format(vm->options, options);
	sqlite3_bind_text(st, 1, vm->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, SD_ID128_TO_UUID_STRING(vm->uuid), -1,
			  SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 3, vm->uid);
	sqlite3_bind_text(st, 4, durability_text(vm->durability), -1,
			  SQLITE_STATIC);
	sqlite3_bind_text(st, 5, options, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, state_text(vm->state), -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 7, vm->template, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 8, vm->change_rate);
	sqlite3_bind_int64(st, 9, vm->change_burst);
	if (which != STMT_CREATE)
		sqlite3_bind_int64(st, 10, vm->id);
	return vard_sqlite_run(s, which);
}

int vard_sqlite_create(struct vard_backend *b, struct vard_vm *vm)
{
	struct vard_sqlite *s = to_sqlite(b);
	int r = run_vm(s, STMT_CREATE, vm);

	if (r == 0)
		vm->id = sqlite3_last_insert_rowid(s->db);
	return r;
}

int vard_sqlite_replace(struct vard_backend *b, struct vard_vm *vm)
{
	struct vard_sqlite *s = to_sqlite(b);
	struct vard_vm old;
	int r = vard_sqlite_find(b, vm->name, &old);

	if (r < 0)
		return r;
	if (old.state != VARD_VM_MOVED)
		return vard_sqlite_fail(s, -EEXIST,
			    "database %s has a VM \"%s\" that was not moved away",
			    s->path, vm->name);
	/* Their checksums are for the old uuid. */
	r = vard_sqlite_clear(b, &old);
	if (r == 0)
		r = vard_sqlite_run_id(s, STMT_QUARANTINE_CLEAR, old.id);
	if (r == 0)
		r = vard_sqlite_device_drop(b, &old);
	/* They were made for other variables. */
	if (r == 0)
		r = vard_sqlite_run_id(s, STMT_PENDING_CLEAR, old.id);
	if (r < 0)
		return r;
	vm->id = old.id;
	return run_vm(s, STMT_REPLACE, vm);
}

int vard_sqlite_update(struct vard_backend *b, const struct vard_vm *vm)
{
	return run_vm(to_sqlite(b), STMT_UPDATE, vm);
}

int vard_sqlite_remove(struct vard_backend *b, const struct vard_vm *vm)
{
	return vard_sqlite_run_id(to_sqlite(b), STMT_REMOVE, vm->id);
}

int vard_sqlite_clear(struct vard_backend *b, const struct vard_vm *vm)
{
	return vard_sqlite_run_id(to_sqlite(b), STMT_CLEAR, vm->id);
}

static uLong crc_le32(uLong crc, uint32_t value)
{
	const Bytef le[4] = { (Bytef)value, (Bytef)(value >> 8),
			      (Bytef)(value >> 16), (Bytef)(value >> 24) };

	return crc32(crc, le, sizeof(le));
}

uint32_t vard_sqlite_crc(const struct vard_vm *vm, const struct vard_var *v)
{
	uLong crc = crc32(0, NULL, 0);

	crc = crc32(crc, vm->uuid.bytes, sizeof(vm->uuid.bytes));
	crc = crc32(crc, v->guid, sizeof(v->guid));
	crc = crc_le32(crc, v->attributes);
	crc = crc_le32(crc, v->name_len);
	crc = crc_le32(crc, v->data_len);
	crc = crc32(crc, v->time, sizeof(v->time));
	crc = crc32(crc, v->name, v->name_len);
	/* Without data there may be no pointer, which crc32() takes for a reset. */
	if (v->data_len)
		crc = crc32(crc, v->data, v->data_len);
	return (uint32_t)crc;
}

static int put_row(struct vard_sqlite *s, const struct vard_vm *vm,
		   const struct vard_var *v, const char *guid)
{
	sqlite3_stmt *st = s->stmts[STMT_PUT];
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);

	if (!name)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_text(st, 2, guid, -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 3, v->name, (int)v->name_len, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 5, v->attributes);
	sqlite3_bind_blob(st, 6, v->time, sizeof(v->time), SQLITE_STATIC);
	sqlite3_bind_blob(st, 7, v->data, (int)v->data_len, SQLITE_STATIC);
	sqlite3_bind_int64(st, 8, (sqlite3_int64)v->seq);
	sqlite3_bind_int64(st, 9, vard_sqlite_crc(vm, v));
	return vard_sqlite_run(s, STMT_PUT);
}

static int delete_row(struct vard_sqlite *s, const struct vard_vm *vm,
		      const struct vard_var *v, const char *guid)
{
	sqlite3_stmt *st = s->stmts[STMT_DELETE];

	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_text(st, 2, guid, -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 3, v->name, (int)v->name_len, SQLITE_STATIC);
	return vard_sqlite_run(s, STMT_DELETE);
}

int vard_sqlite_apply(struct vard_backend *b, const struct vard_vm *vm,
		      const struct vard_var *v)
{
	char guid[VARD_GUID_TEXT];

	vard_guid_format(v->guid, guid);
	return v->is_deleted ? delete_row(to_sqlite(b), vm, v, guid) :
			       put_row(to_sqlite(b), vm, v, guid);
}

const char *vard_sqlite_get_var(sqlite3_stmt *st, struct vard_var *v)
{
	const char *guid = (const char *)sqlite3_column_text(st, 1);
	const void *time;

	*v = (struct vard_var){ .name = sqlite3_column_blob(st, 2),
				.data = sqlite3_column_blob(st, 5) };
	time = sqlite3_column_blob(st, 4);
	if (!guid || !vard_guid_parse(guid, v->guid))
		return "the guid is malformed";
	if (!time || sqlite3_column_bytes(st, 4) != sizeof(v->time))
		return "the time is not 16 bytes";
	if (sqlite3_column_int64(st, 3) < 0 ||
	    sqlite3_column_int64(st, 3) > UINT32_MAX)
		return "the attributes are out of range";
	memcpy(v->time, time, sizeof(v->time));
	v->name_len = (uint32_t)sqlite3_column_bytes(st, 2);
	v->data_len = (uint32_t)sqlite3_column_bytes(st, 5);
	v->attributes = (uint32_t)sqlite3_column_int64(st, 3);
	v->seq = (uint64_t)sqlite3_column_int64(st, 6);
	return NULL;
}

/* Fills @v from a row of STMT_LOAD. Returns NULL or what is damaged. */
static const char *get_row(sqlite3_stmt *st, const struct vard_vm *vm,
			   struct vard_var *v)
{
	const char *reason = vard_sqlite_get_var(st, v);

	if (reason)
		return reason;
	if (sqlite3_column_int64(st, 7) != vard_sqlite_crc(vm, v))
		return "the checksum does not match";
	return vard_var_check(v);
}

static int sum_rows(sqlite3_stmt *st, const struct vard_vm *vm,
		    struct vard_digest *d, int *code)
{
	struct vard_var v;
	int r = 0;

	while (r == 0 && (*code = sqlite3_step(st)) == SQLITE_ROW)
		if (vm ? !get_row(st, vm, &v) : !vard_sqlite_get_var(st, &v))
			r = vard_digest_add(d, &v);
	return r;
}

int vard_sqlite_sum(struct vard_sqlite *s, enum vard_stmt which,
		    const struct vard_vm *vm, uint8_t ret[VARD_DIGEST_LEN])
{
	struct vard_digest *d = vard_digest_new();
	int r = d ? 0 : -ENOMEM;
	int code = SQLITE_DONE;

	if (r == 0)
		r = sum_rows(s->stmts[which], vm, d, &code);
	if (r == 0)
		r = vard_digest_end(d, ret);
	if (r < 0)
		vard_sqlite_fail(s, r, "no digest of variables in %s: %s",
				 s->path, strerror(-r));
	if (r == 0 && code != SQLITE_DONE)
		r = vard_sqlite_fail_code(s, code);
	sqlite3_reset(s->stmts[which]);
	vard_digest_free(d);
	return r;
}

int vard_sqlite_digest(struct vard_backend *b, const struct vard_vm *vm,
		       uint8_t ret[VARD_DIGEST_LEN])
{
	struct vard_sqlite *s = to_sqlite(b);

	sqlite3_bind_int64(s->stmts[STMT_DIGEST], 1, vm->id);
	return vard_sqlite_sum(s, STMT_DIGEST, vm, ret);
}

static void log_bad(struct vard_sqlite *s, const struct vard_vm *vm,
		    const char *reason)
{
	sqlite3_stmt *st = s->stmts[STMT_LOAD];
	const void *name = sqlite3_column_blob(st, 2);
	_cleanup_free_ char *full = NULL;
	char shown[100] = "without a name";

	if (name)
		full = vard_name_format(name,
					(size_t)sqlite3_column_bytes(st, 2));
	if (full)
		snprintf(shown, sizeof(shown), "%s", full);
	vard_text_clean(shown); /* cut within a character */
	vard_log(LOG_WARNING,
		 "VM %s: variable %s is left out and moves to table quarantine of %s: %s",
		 vm->name, shown, s->path, reason);
}

/* Rows to quarantine once the list is through. */
struct bad_rows {
	struct {
		sqlite3_int64 id;
		const char *reason;
	} *rows;
	size_t nr;
};

static int note_bad(struct vard_sqlite *s, struct bad_rows *bad,
		    sqlite3_int64 id, const char *reason)
{
	/* Doubles at each power of two. */
	if ((bad->nr & (bad->nr - 1)) == 0) {
		void *p = reallocarray(bad->rows, bad->nr ? bad->nr * 2 : 1,
				       sizeof(*bad->rows));

		if (!p)
			return vard_sqlite_fail_code(s, SQLITE_NOMEM);
		bad->rows = p;
	}
	bad->rows[bad->nr].id = id;
	bad->rows[bad->nr++].reason = reason;
	return 0;
}

static int load_rows(struct vard_sqlite *s, const struct vard_vm *vm,
		     vard_var_fn fn, void *arg, struct vard_vm_counts *counts,
		     struct bad_rows *bad)
{
	sqlite3_stmt *st = s->stmts[STMT_LOAD];
	int code, r = 0;

	sqlite3_bind_int64(st, 1, vm->id);
	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct vard_var v;
		const char *reason = get_row(st, vm, &v);

		if (!reason)
			r = fn(&v, &reason, arg);
		if (r == 0 && !reason)
			counts->nr_variables++;
		if (r < 0 || !reason)
			continue;
		log_bad(s, vm, reason);
		r = note_bad(s, bad, sqlite3_column_int64(st, 0), reason);
	}
	sqlite3_reset(st);
	if (r == 0 && code != SQLITE_DONE)
		r = vard_sqlite_fail_code(s, code);
	return r;
}

static int quarantine_row(struct vard_sqlite *s, sqlite3_int64 id,
			  const char *reason)
{
	sqlite3_stmt *st = s->stmts[STMT_QUARANTINE];
	int r;

	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_text(st, 2, reason, -1, SQLITE_STATIC);
	r = vard_sqlite_run(s, STMT_QUARANTINE);
	if (r < 0)
		return r;
	return vard_sqlite_run_id(s, STMT_DROP, id);
}

static int quarantine_rows(struct vard_sqlite *s, const struct bad_rows *bad)
{
	struct vard_backend *b = &s->base;
	bool is_own = sqlite3_get_autocommit(s->db);
	int r = 0;

	if (bad->nr == 0)
		return 0;
	if (is_own)
		r = b->ops->begin(b);
	for (size_t i = 0; r == 0 && i < bad->nr; i++)
		r = quarantine_row(s, bad->rows[i].id, bad->rows[i].reason);
	if (!is_own)
		return r;
	if (r == 0)
		return b->ops->commit(b);
	b->ops->rollback(b);
	return r;
}

int vard_sqlite_load(struct vard_backend *b, const struct vard_vm *vm,
		     vard_var_fn fn, void *arg, struct vard_vm_counts *counts)
{
	struct vard_sqlite *s = to_sqlite(b);
	struct bad_rows bad = { 0 };
	int r;

	*counts = (struct vard_vm_counts){ 0 };
	r = load_rows(s, vm, fn, arg, counts, &bad);
	if (r == 0)
		r = quarantine_rows(s, &bad);
	counts->nr_quarantined = (unsigned int)bad.nr;
	free(bad.rows);
	return r;
}
