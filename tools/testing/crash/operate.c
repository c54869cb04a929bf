// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps of operators: snapshots, clones, reset, changes, plans, moves; each with its line of audit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"

#define MACHINE_LEN 30000

/* A change with what its audit needs; within a transaction of its own. */
struct order {
	struct script *s;
	const char *vm;
	const char *action;
	bool has_old;
	bool has_new;
	uint8_t old_digest[VARD_DIGEST_LEN];
	uint8_t new_digest[VARD_DIGEST_LEN];
};

static struct model_vm *subject(const struct order *o)
{
	return model_find(script_now(o->s), o->vm);
}

static void get_digest(const struct order *o, uint8_t digest[VARD_DIGEST_LEN])
{
	struct vard_backend *b = o->s->b;

	script_expect(o->s, "digest",
		      b->ops->digest(b, &subject(o)->vm, digest));
}

static void begin(struct order *o)
{
	script_tx_begin(o->s);
	if (o->has_old)
		get_digest(o, o->old_digest);
}

/* As snapshot.c: in the same transaction. */
static void commit(struct order *o)
{
	struct vard_backend *b = o->s->b;
	struct vard_audit audit = { .uid = 42, .vm = o->vm, .action = o->action,
				    .detail = "by the script" };

	if (o->has_new)
		get_digest(o, o->new_digest);
	audit.old_digest = o->has_old ? o->old_digest : NULL;
	audit.new_digest = o->has_new ? o->new_digest : NULL;
	script_expect(o->s, "audit", b->ops->audit(b, &audit));
	model_audit(script_now(o->s), &audit);
	script_tx_commit(o->s);
}

#define ORDER(script, name, what) \
	{ .s = (script), .vm = (name), .action = (what), \
	  .has_old = true, .has_new = true }

static void snapshot(struct script *s, const char *vm, const char *name)
{
	struct order o = ORDER(s, vm, "snapshot");
	struct model_snapshot *snap;
	struct model_vm *m;

	begin(&o);
	m = subject(&o);
	script_expect(s, "snapshot",
		      s->b->ops->snapshot_create(s->b, &m->vm, name, 42));
	snap = &m->snapshots[m->nr_snapshots++];
	strcpy(snap->name, name);
	snap->uid = 42;
	snap->vars = m->vars;
	commit(&o);
}

static struct model_snapshot *find_snapshot(struct model_vm *m, const char *name)
{
	for (unsigned int i = 0; i < m->nr_snapshots; i++)
		if (strcmp(m->snapshots[i].name, name) == 0)
			return &m->snapshots[i];
	exit(2);
}

static void restore(struct script *s, const char *vm, const char *name)
{
	struct order o = ORDER(s, vm, "restore");
	struct model_vm *m;

	begin(&o);
	m = subject(&o);
	script_expect(s, "restore",
		      s->b->ops->snapshot_restore(s->b, &m->vm, name));
	script_expect(s, "device_drop", s->b->ops->device_drop(s->b, &m->vm));
	m->vars = find_snapshot(m, name)->vars;
	m->device = 0;
	commit(&o);
}

static void drop_snapshot(struct script *s, const char *vm, const char *name)
{
	struct order o = ORDER(s, vm, "delete-snapshot");
	struct model_snapshot *snap;
	struct model_vm *m;

	begin(&o);
	m = subject(&o);
	script_expect(s, "drop", s->b->ops->snapshot_drop(s->b, &m->vm, name));
	snap = find_snapshot(m, name);
	m->nr_snapshots--;
	memmove(snap, snap + 1, (size_t)((char *)&m->snapshots[m->nr_snapshots] -
					 (char *)snap));
	commit(&o);
}

/* All but the variables whose name begins with V. */
static int keep(const struct vard_var *v, void *arg)
{
	(void)arg;
	return v->name[0] != 'V';
}

static void clone(struct script *s, const char *vm, const char *to)
{
	struct order o = { .s = s, .vm = to, .action = "clone", .has_new = true };
	struct vard_vm row = script_new_vm(s, to);
	const struct model_set *from;
	struct model_vm *m;

	begin(&o);
	script_expect(s, "clone",
		      s->b->ops->clone(s->b, &model_find(script_now(s), vm)->vm,
				       &row, keep, NULL));
	m = model_add(script_now(s), &row);
	from = &model_find(script_now(s), vm)->vars;
	for (unsigned int i = 0; i < from->nr; i++)
		if (from->vars[i].name[0] != 'V')
			m->vars.vars[m->vars.nr++] = from->vars[i];
	commit(&o);
}

static void reset(struct script *s, const char *vm)
{
	struct order o = ORDER(s, vm, "reset");
	struct model_vm *m;

	begin(&o);
	m = subject(&o);
	script_expect(s, "clear", s->b->ops->clear(s->b, &m->vm));
	script_expect(s, "device_drop", s->b->ops->device_drop(s->b, &m->vm));
	m->vars.nr = 0;
	m->device = 0;
	script_put_template(s, m, script_template);
	commit(&o);
}

static void put_machine(struct script *s, const char *vm)
{
	static uint8_t blob[MACHINE_LEN];
	struct model_vm *m = model_find(script_now(s), vm);

	for (size_t i = 0; i < sizeof(blob); i++)
		blob[i] = (uint8_t)disk_random(&s->seed);
	script_expect(s, "device_put",
		      s->b->ops->device_put(s->b, &m->vm, blob, sizeof(blob)));
	m->device = model_bytes(blob, sizeof(blob));
}

/* MoveInCommit() for a new name: row, variables and machine at once. */
static void move_in(struct script *s, const char *vm)
{
	struct order o = { .s = s, .vm = vm, .action = "move-in",
			   .has_new = true };
	struct vard_vm row = script_new_vm(s, vm);

	begin(&o);
	script_expect(s, "create", s->b->ops->create(s->b, &row));
	model_add(script_now(s), &row);
	script_put(s, vm, "PK", 800);
	script_put(s, vm, "BigA", BIG_LEN);
	script_batch(s, vm);
	put_machine(s, vm);
	commit(&o);
}

/* Its guest runs and changes something: the saved machine is of no use. */
static void run_moved(struct script *s, const char *vm)
{
	struct model_vm *m;

	script_tx_begin(s);
	script_batch(s, vm);
	m = model_find(script_now(s), vm);
	script_expect(s, "device_drop", s->b->ops->device_drop(s->b, &m->vm));
	m->device = 0;
	script_tx_commit(s);
}

static void move_out(struct script *s, const char *vm)
{
	struct order o = ORDER(s, vm, "move-out");
	struct model_vm *m;

	begin(&o);
	m = subject(&o);
	m->vm.state = VARD_VM_MOVED;
	script_expect(s, "update", s->b->ops->update(s->b, &m->vm));
	commit(&o);
}

/* It comes back, under a new uuid; its snapshots have waited. */
static void move_back(struct script *s, const char *vm)
{
	struct order o = ORDER(s, vm, "move-in");
	struct vard_vm row = script_new_vm(s, vm);
	struct model_vm *m;

	begin(&o);
	script_expect(s, "replace", s->b->ops->replace(s->b, &row));
	m = subject(&o);
	m->vm = row;
	m->vars.nr = 0;
	m->nr_quarantined = 0;
	m->nr_plans = 0;
	m->device = 0;
	script_put(s, vm, "PK", 801);
	script_batch(s, vm);
	put_machine(s, vm);
	commit(&o);
}

static void forget(struct script *s, const char *vm)
{
	struct order o = { .s = s, .vm = vm, .action = "remove",
			   .has_old = true };

	begin(&o);
	script_expect(s, "remove", s->b->ops->remove(s->b, &subject(&o)->vm));
	model_remove(script_now(s), vm);
	commit(&o);
}

/* As vard_edit() of a VM that does not run: all of it at once, with its audit. */
static void change(struct script *s, const char *vm)
{
	struct order o = ORDER(s, vm, "set");

	begin(&o);
	script_put(s, vm, "PK", 802);
	script_put(s, vm, "BigA", 20000);
	script_put(s, vm, "BigB", 0);
	script_batch(s, vm);
	commit(&o);
}

/* As vard_edit() with at-next-boot. */
static int64_t plan(struct script *s, const char *vm, size_t len)
{
	static uint8_t data[9000];
	const struct vard_var set = {
		.guid = { 0x61, 0xdf }, .name = (const uint8_t *)"P\0K",
		.name_len = 4, .data = data, .data_len = (uint32_t)len,
		.attributes = 0x27,
	};
	struct vard_var gone = set;
	const struct vard_step steps[] = { { VARD_STEP_SIGNED, set },
					   { VARD_STEP_DELETE, gone } };
	struct vard_plan p = { .uid = 42, .action = "enroll", .detail = "keys",
			       .reason = "", .steps = steps, .nr = 2 };
	struct order o = ORDER(s, vm, "plan");
	struct model_vm *m;

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)disk_random(&s->seed);
	begin(&o);
	m = subject(&o);
	script_expect(s, "pending_put", s->b->ops->pending_put(s->b, &m->vm, &p));
	m->plans[m->nr_plans++] = model_plan(&p);
	commit(&o);
	return p.id;
}

static void forget_plan(struct script *s, struct model_vm *m, int64_t id)
{
	script_expect(s, "pending_drop",
		      s->b->ops->pending_drop(s->b, &m->vm, id));
	m->nr_plans--;
	memmove(m->plans, m->plans + 1, m->nr_plans * sizeof(m->plans[0]));
}

/* As vard_pending_apply(): the oldest plan goes with what it changes. */
static void carry_out(struct script *s, const char *vm, int64_t id)
{
	struct order o = ORDER(s, vm, "enroll");

	begin(&o);
	script_put(s, vm, "PK", 803);
	script_batch(s, vm);
	forget_plan(s, subject(&o), id);
	commit(&o);
}

static int note_last(const struct vard_plan *p, void *arg)
{
	*(uint64_t *)arg = model_plan(p);
	return 0;
}

/* A plan that does not fit any more gets a reason, and nothing else happens. */
static void fail_plan(struct script *s, const char *vm, int64_t id)
{
	struct model_vm *m;

	script_tx_begin(s);
	m = model_find(script_now(s), vm);
	script_expect(s, "pending_fail",
		      s->b->ops->pending_fail(s->b, &m->vm, id, "no space"));
	script_expect(s, "pending_list",
		      s->b->ops->pending_list(s->b, &m->vm, note_last,
					      &m->plans[m->nr_plans - 1]));
	script_tx_commit(s);
}

static void edit(struct script *s, const char *vm)
{
	int64_t first, second;

	change(s, vm);
	first = plan(s, vm, 9000);
	second = plan(s, vm, 900);
	carry_out(s, vm, first);
	fail_plan(s, vm, second);
	carry_out(s, vm, second);
	plan(s, vm, 700);
}

void script_operate(struct script *s, const char *vm)
{
	snapshot(s, vm, "first");
	script_tx_begin(s);
	script_batch(s, vm);
	script_put(s, vm, "BigB", 30000);
	script_tx_commit(s);
	snapshot(s, vm, "second");
	restore(s, vm, "first");
	edit(s, vm);
	clone(s, vm, "copy");
	reset(s, "copy");
	plan(s, "copy", 100);
	move_in(s, "guest");
	run_moved(s, "guest");
	move_out(s, vm);
	move_back(s, vm);
	restore(s, vm, "second");
	drop_snapshot(s, vm, "first");
	drop_snapshot(s, vm, "second");
	snapshot(s, "copy", "last");
	forget(s, "copy");
	forget(s, "guest");
}
