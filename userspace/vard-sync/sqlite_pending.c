// SPDX-License-Identifier: GPL-2.0-or-later
/* The SQLite backend's plans for a VM's next start. */
#include "sqlite.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cleanup.h"
#include "varlist.h"

/* As schema.sql says. */
static uint32_t step_crc(const struct vard_vm *vm, const struct vard_step *step)
{
	const char *kind = vard_step_text(step->kind);

	return (uint32_t)crc32(vard_sqlite_crc(vm, &step->v),
			       (const Bytef *)kind, (uInt)strlen(kind));
}

/* Never NULL: that would not be an empty blob. */
static void bind_bytes(sqlite3_stmt *st, int at, const uint8_t *p, uint32_t len)
{
	sqlite3_bind_blob(st, at, len ? (const void *)p : "", (int)len,
			  SQLITE_STATIC);
}

static int add_step(struct vard_sqlite *s, const struct vard_vm *vm, int64_t id,
		    const struct vard_step *step)
{
	sqlite3_stmt *st = s->stmts[STMT_PENDING_ADD];
	const struct vard_var *v = &step->v;
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);
	char guid[VARD_GUID_TEXT];

	if (!name)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	vard_guid_format(v->guid, guid);
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_text(st, 2, vard_step_text(step->kind), -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, guid, -1, SQLITE_STATIC);
	bind_bytes(st, 4, v->name, v->name_len);
	sqlite3_bind_text(st, 5, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 6, v->attributes);
	bind_bytes(st, 7, v->time, sizeof(v->time));
	bind_bytes(st, 8, v->data, v->data_len);
	sqlite3_bind_int64(st, 9, step_crc(vm, step));
	return vard_sqlite_run(s, STMT_PENDING_ADD);
}

int vard_sqlite_pending_put(struct vard_backend *b, const struct vard_vm *vm,
			    struct vard_plan *plan)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_PENDING_PUT];
	int r;

	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_int64(st, 2, plan->uid);
	sqlite3_bind_text(st, 3, plan->action, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, plan->detail ? plan->detail : "", -1,
			  SQLITE_STATIC);
	sqlite3_bind_int64(st, 5, (sqlite3_int64)plan->nr);
	r = vard_sqlite_run(s, STMT_PENDING_PUT);
	if (r < 0)
		return r;
	plan->id = sqlite3_last_insert_rowid(s->db);
	for (size_t i = 0; r == 0 && i < plan->nr; i++)
		r = add_step(s, vm, plan->id, &plan->steps[i]);
	return r;
}

/* The steps of a plan, and what they borrow from. */
struct steps {
	struct vard_varlist vars;
	struct vard_step *steps;
	size_t room;
};

static void free_steps(struct steps *l)
{
	vard_varlist_free(&l->vars);
	free(l->steps);
}

static bool get_kind(const char *text, enum vard_step_kind *ret)
{
	for (int i = VARD_STEP_SET; text && i <= VARD_STEP_SIGNED; i++) {
		if (strcmp(text, vard_step_text((enum vard_step_kind)i)) != 0)
			continue;
		*ret = (enum vard_step_kind)i;
		return true;
	}
	return false;
}

/* Returns 0, -EBADMSG for a damaged row, or -ENOMEM. */
static int get_step(sqlite3_stmt *st, const struct vard_vm *vm, struct steps *l)
{
	struct vard_step step;
	size_t at = l->vars.nr;
	int r;

	if (at == l->room || vard_sqlite_get_var(st, &step.v) ||
	    !get_kind((const char *)sqlite3_column_text(st, 7), &step.kind) ||
	    sqlite3_column_int64(st, 8) != step_crc(vm, &step))
		return -EBADMSG;
	r = vard_varlist_add(&l->vars, &step.v);
	if (r < 0)
		return r;
	step.v = l->vars.vars[at];
	l->steps[at] = step;
	return 0;
}

static int load_steps(struct vard_sqlite *s, const struct vard_vm *vm,
		      const struct vard_plan *plan, struct steps *l)
{
	sqlite3_stmt *st = s->stmts[STMT_PENDING_LOAD];
	int code = SQLITE_DONE, r = 0;

	sqlite3_bind_int64(st, 1, plan->id);
	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW)
		r = get_step(st, vm, l);
	sqlite3_reset(st);
	if (r == -ENOMEM)
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	if (r == 0 && code != SQLITE_DONE)
		return vard_sqlite_fail_code(s, code);
	return r == 0 && l->vars.nr != plan->nr ? -EBADMSG : r;
}

/* No plan is larger: a damaged count takes no memory. */
#define STEPS_MAX 65536

static int give_plan(struct vard_sqlite *s, const struct vard_vm *vm,
		     vard_plan_fn fn, void *arg)
{
	sqlite3_stmt *st = s->stmts[STMT_PENDING_LIST];
	sqlite3_int64 nr = sqlite3_column_int64(st, 6);
	struct steps l = { .room = nr < 0 || nr > STEPS_MAX ? 0 : (size_t)nr };
	struct vard_plan plan = {
		.id = sqlite3_column_int64(st, 0),
		.created = (const char *)sqlite3_column_text(st, 1),
		.uid = (uid_t)sqlite3_column_int64(st, 2),
		.action = (const char *)sqlite3_column_text(st, 3),
		.detail = (const char *)sqlite3_column_text(st, 4),
		.reason = (const char *)sqlite3_column_text(st, 5),
		.nr = l.room,
	};
	int r;

	l.steps = calloc(l.room + 1, sizeof(*l.steps));
	if (!l.steps || !plan.created || !plan.action || !plan.detail ||
	    !plan.reason) {
		free(l.steps);
		return vard_sqlite_fail_code(s, SQLITE_NOMEM);
	}
	plan.steps = l.steps;
	r = load_steps(s, vm, &plan, &l);
	if (r == -EBADMSG || (r == 0 && (sqlite3_int64)plan.nr != nr)) {
		plan.is_damaged = true;
		plan.nr = 0;
		r = 0;
	}
	if (r == 0)
		r = fn(&plan, arg);
	free_steps(&l);
	return r;
}

int vard_sqlite_pending_list(struct vard_backend *b, const struct vard_vm *vm,
			     vard_plan_fn fn, void *arg)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_PENDING_LIST];
	int code = SQLITE_DONE, r = 0;

	sqlite3_bind_int64(st, 1, vm->id);
	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW)
		r = give_plan(s, vm, fn, arg);
	sqlite3_reset(st);
	if (r == 0 && code != SQLITE_DONE)
		r = vard_sqlite_fail_code(s, code);
	return r;
}

int vard_sqlite_pending_count(struct vard_backend *b, const struct vard_vm *vm,
			      unsigned int *nr)
{
	struct vard_sqlite *s = to_sqlite(b);
	sqlite3_stmt *st = s->stmts[STMT_PENDING_COUNT];
	int code;

	sqlite3_bind_int64(st, 1, vm->id);
	code = sqlite3_step(st);
	*nr = code == SQLITE_ROW ? (unsigned int)sqlite3_column_int(st, 0) : 0;
	sqlite3_reset(st);
	return code == SQLITE_ROW ? 0 : vard_sqlite_fail_code(s, code);
}

/* A statement on one plan, perhaps with more bound already. */
static int run_plan(struct vard_sqlite *s, enum vard_stmt which,
		    const struct vard_vm *vm, int64_t id)
{
	sqlite3_stmt *st = s->stmts[which];
	int r;

	sqlite3_bind_int64(st, 1, vm->id);
	sqlite3_bind_int64(st, 2, id);
	r = vard_sqlite_run(s, which);
	if (r < 0 || sqlite3_changes(s->db) > 0)
		return r;
	return vard_sqlite_fail(s, -ENOENT, "VM %s has no plan %" PRId64,
				vm->name, id);
}

int vard_sqlite_pending_drop(struct vard_backend *b, const struct vard_vm *vm,
			     int64_t id)
{
	return run_plan(to_sqlite(b), STMT_PENDING_DROP, vm, id);
}

int vard_sqlite_pending_fail(struct vard_backend *b, const struct vard_vm *vm,
			     int64_t id, const char *reason)
{
	struct vard_sqlite *s = to_sqlite(b);

	sqlite3_bind_text(s->stmts[STMT_PENDING_FAIL], 3, reason, -1,
			  SQLITE_STATIC);
	return run_plan(s, STMT_PENDING_FAIL, vm, id);
}
