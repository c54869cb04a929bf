// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the operator's changes: a real database, a fake kernel behind ioctl(). */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>

#include "edit.h"
#include "fake_store.h"
#include "listing.h"
#include "move.h"
#include "pending.h"
#include "vm.h"

#define NV 7
#define MAX_STEPS 4

struct rig {
	struct test_daemon t;
	sd_bus_error e;
	struct vard_order o;
	struct vard_edit edit;
	struct vard_step steps[MAX_STEPS];
	struct vard_edited done;
	int port;
};

static int set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	fake_reset();
	if (!r || daemon_set_up(&r->t) < 0)
		return -1;
	r->port = -1;
	r->t.options.write_back_ms = 100000;
	r->o = (struct vard_order){ .d = &r->t.d, .uid = geteuid(), .vm = "vm",
				    .e = &r->e };
	r->edit.action = "test";
	r->edit.steps = r->steps;
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	int ret;

	sd_bus_error_free(&r->e);
	if (r->port >= 0)
		close(r->port);
	ret = daemon_tear_down(&r->t);
	free(r);
	return ret;
}

/* A change of a variable with a name of one letter. */
static void add(struct rig *r, enum vard_step_kind kind, const char *name,
		uint32_t attributes, const char *data)
{
	struct vard_step *step = &r->steps[r->edit.nr++];

	step->kind = kind;
	step->v = db_letter(name, data);
	step->v.guid[1] = 2;
	step->v.attributes = attributes;
}

static void set(struct rig *r, const char *name, const char *data)
{
	add(r, VARD_STEP_SET, name, NV, data);
}

static void del(struct rig *r, const char *name)
{
	add(r, VARD_STEP_DELETE, name, 0, "");
}

static int change(struct rig *r)
{
	int ret;

	sd_bus_error_free(&r->e);
	r->e = SD_BUS_ERROR_NULL;
	ret = vard_edit(&r->o, &r->edit, &r->done);
	r->edit.nr = 0;
	return ret;
}

static void ok(struct rig *r)
{
	if (change(r) < 0)
		fail_msg("%s: %s", r->e.name, r->e.message);
}

static void refused(struct rig *r, const char *name, const char *text)
{
	assert_true(change(r) < 0);
	assert_non_null(r->e.name);
	if (strcmp(r->e.name, name) != 0 || !strstr(r->e.message, text))
		fail_msg("\"%s: %s\" is not \"%s: %s\"", r->e.name, r->e.message,
			 name, text);
}

/* A VM with A=1 and B=2 in the database. */
static void make_vm(struct rig *r)
{
	struct vard_vm vm = db_vm(r->t.db, "vm", r->o.uid);

	assert_int_equal(db_put(r->t.db, &vm, "A", "1"), 0);
	assert_int_equal(db_put(r->t.db, &vm, "B", "2"), 0);
}

static void start(struct rig *r, int durability)
{
	struct vard_request rq = { .name = "vm", .uid = r->o.uid,
				   VARD_REQUEST_NONE };
	struct vard_opened got;

	rq.durability = durability;
	if (vard_vm_open(&r->t.d, &rq, &got, &r->e) < 0)
		fail_msg("%s", r->e.message);
	r->port = got.port_fd;
}

static void stop(struct rig *r)
{
	struct vard_vm vm;

	fake_running()->state = 0;
	close(r->port);
	r->port = -1;
	assert_int_equal(spy.real->find(r->t.d.backend, "vm", &vm), 0);
	assert_int_equal(vard_vm_settle(&r->t.d, &vm, &r->e), 0);
	assert_null(vard_find_source(&r->t.d, vm.uuid));
}

static void running_vm(struct rig *r)
{
	make_vm(r);
	start(r, -1);
}

static void in_db(struct rig *r, const char *want)
{
	struct db_seen seen;
	struct vard_vm vm;

	assert_int_equal(spy.real->find(r->t.d.backend, "vm", &vm), 0);
	seen = db_load(r->t.db, &vm);
	assert_string_equal(seen.text, want);
	assert_int_equal(seen.counts.nr_quarantined, 0);
}

static void live(const char *want)
{
	assert_string_equal(fake_text(fake_running()), want);
}

static long number(struct rig *r, const char *sql)
{
	return db_int(r->t.db->path, sql);
}

#define AUDITED "SELECT count(*) FROM audit WHERE action = 'test'"

static void stopped(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	set(r, "A", "9");
	set(r, "C", "3");
	del(r, "B");
	ok(r);
	in_db(r, "A=9 C=3 ");
	assert_int_equal(r->done.nr_changed, 3);
	assert_false(r->done.is_running);
	assert_int_equal(number(r, AUDITED " AND vm = 'vm' AND"
		" length(old_digest) = 64 AND length(new_digest) = 64 AND"
		" old_digest <> new_digest AND detail LIKE '%set A-00030201%"
		"delete B-%'"), 1);
}

static void running(void **state)
{
	struct rig *r = *state;

	running_vm(r);
	set(r, "A", "9");
	add(r, VARD_STEP_SET, "V", 6, "v");
	del(r, "B");
	ok(r);
	live("A=9/7 V=v/6 ");
	in_db(r, "A=9 ");
	assert_int_equal(r->done.nr_changed, 3);
	assert_true(r->done.is_running);
	assert_int_equal(number(r, AUDITED " AND old_digest <> new_digest"), 1);
	del(r, "V");
	ok(r);
	live("A=9/7 ");
	assert_int_equal(r->done.nr_changed, 1);
	assert_int_equal(number(r, AUDITED), 2);
}

/* Paused or frozen, the host may do what it may. */
static void running_but_paused(void **state)
{
	struct rig *r = *state;

	running_vm(r);
	fake_running()->state |= KVM_UEFIVARS_STORE_PAUSED |
				 KVM_UEFIVARS_STORE_FROZEN;
	set(r, "A", "9");
	ok(r);
	in_db(r, "B=2 A=9 ");
}

static void dry_run(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	r->edit.is_dry_run = true;
	for (int i = 0; i < 2; i++) {
		set(r, "A", "9");
		ok(r);
		assert_int_equal(r->done.nr_changed, 1);
		assert_memory_not_equal(r->done.old_digest, r->done.new_digest,
					VARD_DIGEST_LEN);
		in_db(r, "A=1 B=2 ");
		set(r, "C", "$");
		refused(r, VARD_ERROR("NoSpace"), "change 0, C-00030201");
		assert_int_equal(number(r, AUDITED), 0);
		if (i == 0)
			start(r, -1);
	}
	live("A=1/7 B=2/7 ");
}

/* What a dry run said is what comes of it. */
static void dry_run_digest(void **state)
{
	struct rig *r = *state;
	struct vard_edited dry;

	running_vm(r);
	r->edit.is_dry_run = true;
	set(r, "A", "9");
	ok(r);
	dry = r->done;
	r->edit.is_dry_run = false;
	set(r, "A", "9");
	ok(r);
	assert_memory_equal(dry.old_digest, r->done.old_digest,
			    VARD_DIGEST_LEN);
	assert_memory_equal(dry.new_digest, r->done.new_digest,
			    VARD_DIGEST_LEN);
}

static void four_steps(struct rig *r)
{
	set(r, "A", "9");
	add(r, VARD_STEP_SET, "B", 3, "8");
	set(r, "C", "3");
	del(r, "A");
}

/* Also attributes and the time; what was not there is gone again. */
static void fails_in_the_middle(void **state)
{
	struct rig *r = *state;
	struct fake_var before, *b;

	running_vm(r);
	fake_running()->vars[1].time[0] = 0xea;
	before = fake_running()->vars[1];
	for (unsigned int at = 1; at <= 4; at++) {
		fake_fault = (struct fake_fault){ 0 };
		four_steps(r);
		r->edit.is_dry_run = true;
		ok(r);
		r->edit.is_dry_run = false;
		/* Counted from the first change on. */
		fake_reset_count();
		fake_fault = (struct fake_fault){ .at = at, .error = ENOMEM };
		four_steps(r);
		refused(r, SD_BUS_ERROR_FAILED, "memory");
		assert_int_equal(fake_running()->nr, 2);
		for (b = fake_running()->vars; b->name[0] != 'B'; b++)
			;
		assert_memory_equal(b->time, before.time, 16);
		assert_int_equal(b->attributes, NV);
		assert_string_equal((const char *)b->data, "2");
	}
	assert_int_equal(number(r, AUDITED), 0);
	assert_int_equal(number(r, "SELECT count(*) FROM variable"), 2);
	assert_int_equal(fake_running()->seq, fake_running()->acked_seq);
	fake_fault = (struct fake_fault){ 0 };
	four_steps(r);
	ok(r);
	live("B=8/3 C=3/7 ");
}

static void side_effect_is_put_back(void **state)
{
	struct rig *r = *state;

	running_vm(r);
	fake_fault = (struct fake_fault){ .at = 2, .error = ENOMEM };
	add(r, VARD_STEP_SIGNED, "K", 0x27, "+key");
	set(r, "A", "9");
	refused(r, SD_BUS_ERROR_FAILED, "memory");
	live("A=1/7 B=2/7 ");
	fake_fault = (struct fake_fault){ 0 };
	add(r, VARD_STEP_SIGNED, "K", 0x27, "+key");
	ok(r);
	live("A=1/7 B=2/7 K=key/27 S=key/27 ");
	in_db(r, "A=1 B=2 K=key S=key ");
}

/* A full disk: the guest goes on with what was there. */
static void database_fails(void **state)
{
	struct rig *r = *state;

	running_vm(r);
	spy.error = -ENOSPC;
	four_steps(r);
	refused(r, VARD_ERROR("Database"), "no space, says the test");
	assert_int_equal(fake_running()->nr, 3); /* a tombstone waits */
	spy.error = 0;
	assert_int_equal(vard_flush_all(&r->t.d), 0);
	in_db(r, "A=1 B=2 ");
	assert_int_equal(number(r, AUDITED), 0);
	stop(r);
	spy.error = -ENOSPC;
	set(r, "A", "9");
	refused(r, VARD_ERROR("Database"), "no space, says the test");
	spy.error = 0;
	in_db(r, "A=1 B=2 ");
}

static void signed_is_judged(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	for (int i = 0; i < 2; i++) {
		add(r, VARD_STEP_SIGNED, "K", 0x27, "bad");
		refused(r, VARD_ERROR("Refused"), "SECURITY_VIOLATION");
		add(r, VARD_STEP_SIGNED, "W", 0x27, "+x");
		refused(r, VARD_ERROR("Refused"), "WRITE_PROTECTED");
		add(r, VARD_STEP_SIGNED, "K", NV, "+x");
		refused(r, VARD_ERROR("BadVariable"),
			"TIME_BASED_AUTHENTICATED_WRITE_ACCESS");
		if (i == 0)
			start(r, -1);
	}
	live("A=1/7 B=2/7 ");
}

static void bad_variables(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	set(r, "A", "1");
	r->steps[0].v.name_len = 1;
	refused(r, VARD_ERROR("BadVariable"), "odd number of bytes");
	set(r, "A", "1");
	r->steps[0].v.name_len = 0;
	refused(r, VARD_ERROR("BadVariable"), "empty");
	set(r, "A", "1");
	r->steps[0].v.name = (const uint8_t *)"A\0\0";
	r->steps[0].v.name_len = 4;
	refused(r, VARD_ERROR("BadVariable"), "NUL");
	set(r, "A", "");
	refused(r, VARD_ERROR("BadVariable"), "no data");
	add(r, VARD_STEP_SET, "A", 0x47, "1");
	refused(r, VARD_ERROR("BadVariable"), "never stored");
	add(r, VARD_STEP_SET, "A", 5, "1");
	refused(r, VARD_ERROR("BadVariable"), "lack NV or BS");
	add(r, VARD_STEP_SET, "V", 6, "1");
	refused(r, VARD_ERROR("BadVariable"), "volatile");
	set(r, "A", "9");
	del(r, "Q");
	refused(r, VARD_ERROR("BadVariable"), "change 1, Q-00030201");
	in_db(r, "A=1 B=2 ");
}

static void expected(void **state)
{
	struct rig *r = *state;
	struct vard_edited first;

	make_vm(r);
	for (int i = 0; i < 2; i++) {
		set(r, "A", "9");
		r->edit.is_dry_run = true;
		r->edit.expect = NULL;
		ok(r);
		first = r->done;
		r->edit.is_dry_run = false;
		r->edit.expect = first.new_digest;
		set(r, "B", "8");
		refused(r, VARD_ERROR("Changed"), "have changed");
		in_db(r, "A=1 B=2 ");
		if (i == 0)
			start(r, -1);
	}
	r->edit.expect = first.old_digest;
	set(r, "B", "8");
	ok(r);
	in_db(r, "A=1 B=8 ");
}

static void guest_writes(struct fake_store *f)
{
	fake_write(f, 'G', NV, "guest");
}

/* The guest writes between the look and the change. */
static void expected_race(void **state)
{
	struct rig *r = *state;
	struct vard_edited first;

	running_vm(r);
	r->edit.is_dry_run = true;
	set(r, "A", "9");
	ok(r);
	first = r->done;
	r->edit.is_dry_run = false;
	r->edit.expect = first.old_digest;
	fake_fault = (struct fake_fault){ .at = 1, .guest = guest_writes };
	set(r, "A", "9");
	refused(r, VARD_ERROR("Changed"), "have changed");
	live("B=2/7 G=guest/7 A=1/7 ");
	in_db(r, "B=2 G=guest A=1 ");
	/* Without a digest both are what they are. */
	r->edit.expect = NULL;
	fake_reset_count();
	set(r, "A", "9");
	ok(r);
	in_db(r, "B=2 G=guest A=9 ");
}

static void write_back(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	start(r, KVM_UEFIVARS_WRITE_BACK);
	fake_write(fake_running(), 'G', NV, "told");
	set(r, "A", "9");
	ok(r);
	in_db(r, "B=2 G=told A=9 ");
}

static void moving(void **state)
{
	struct vard_move move = { 0 };
	struct vard_listing listing;
	struct rig *r = *state;
	struct vard_vm vm;

	running_vm(r);
	assert_int_equal(spy.real->find(r->t.d.backend, "vm", &vm), 0);
	vard_find_source(&r->t.d, vm.uuid)->move = &move;
	set(r, "A", "9");
	refused(r, VARD_ERROR("InUse"), "being moved");
	assert_int_equal(vard_listing_get(&r->o, &listing), 0);
	assert_int_equal(listing.vars.nr, 2);
	vard_varlist_free(&listing.vars);
	vard_find_source(&r->t.d, vm.uuid)->move = NULL;
	live("A=1/7 B=2/7 ");
}

static void moved_away(void **state)
{
	struct vard_listing listing;
	struct rig *r = *state;

	make_vm(r);
	db_outside(r->t.db->path, "UPDATE vm SET state = 'moved'");
	set(r, "A", "9");
	refused(r, VARD_ERROR("Moved"), "moved");
	r->edit.at_next_boot = true;
	set(r, "A", "9");
	refused(r, VARD_ERROR("Moved"), "moved");
	assert_int_equal(vard_listing_get(&r->o, &listing), 0);
	assert_int_equal(listing.vars.nr, 2);
	assert_int_equal(listing.vm.state, VARD_VM_MOVED);
	vard_varlist_free(&listing.vars);
}

static void not_for_owners(void **state)
{
	struct vard_listing listing;
	struct rig *r = *state;

	make_vm(r);
	db_outside(r->t.db->path, "UPDATE vm SET uid = 4711");
	r->o.uid = 4711;
	set(r, "A", "9");
	refused(r, VARD_ERROR("NoPermission"), "root");
	assert_int_equal(vard_listing_get(&r->o, &listing), -EACCES);
	assert_int_equal(vard_pending_drop(&r->o, 1), -EACCES);
}

static void unknown_vm(void **state)
{
	struct rig *r = *state;

	set(r, "A", "9");
	refused(r, VARD_ERROR("NotFound"), "no VM vm");
}

static void list_live(void **state)
{
	struct vard_listing listing;
	struct rig *r = *state;

	make_vm(r);
	start(r, KVM_UEFIVARS_WRITE_BACK);
	fake_write(fake_running(), 'G', NV, "later");
	fake_write(fake_running(), 'V', 6, "v");
	assert_int_equal(vard_listing_get(&r->o, &listing), 0);
	assert_true(listing.is_running);
	assert_int_equal(listing.vars.nr, 4);
	assert_int_equal(listing.vars.vars[3].attributes, 6);
	vard_varlist_free(&listing.vars);
	in_db(r, "A=1 B=2 ");
}

/* What List says is what Change expects, from the database and live. */
static void list_digest(void **state)
{
	struct vard_var v = db_letter("A", "x");
	struct vard_listing listing;
	struct rig *r = *state;
	struct vard_vm vm;

	make_vm(r);
	assert_int_equal(spy.real->find(r->t.d.backend, "vm", &vm), 0);
	/* As text the first byte counts least. */
	for (uint8_t i = 0; i < 4; i++) {
		v.guid[0] = (uint8_t)(9 - i);
		v.guid[3] = i;
		assert_int_equal(db_begin(r->t.db), 0);
		assert_int_equal(db_end(r->t.db,
					spy.real->apply(r->t.d.backend, &vm,
							&v)), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(vard_listing_get(&r->o, &listing), 0);
		assert_int_equal(listing.vars.nr, 6);
		r->edit.is_dry_run = true;
		r->edit.expect = listing.digest;
		set(r, "A", "9");
		ok(r);
		assert_memory_equal(r->done.old_digest, listing.digest,
				    VARD_DIGEST_LEN);
		vard_varlist_free(&listing.vars);
		if (i == 0)
			start(r, -1);
	}
}

static void plan(struct rig *r)
{
	r->edit.at_next_boot = true;
	ok(r);
	r->edit.at_next_boot = false;
	assert_true(r->done.pending > 0);
}

static void plan_is_carried_out(void **state)
{
	struct rig *r = *state;

	running_vm(r);
	set(r, "A", "9");
	plan(r);
	del(r, "A");
	set(r, "C", "3");
	plan(r);
	live("A=1/7 B=2/7 ");
	stop(r);
	in_db(r, "A=1 B=2 ");
	start(r, -1);
	live("B=2/7 C=3/7 ");
	in_db(r, "B=2 C=3 ");
	assert_int_equal(number(r, "SELECT count(*) FROM pending"), 0);
	assert_int_equal(number(r, "SELECT count(*) FROM pending_change"), 0);
	assert_int_equal(number(r, "SELECT count(*) FROM audit"
				   " WHERE action = 'plan'"), 2);
	assert_int_equal(number(r, AUDITED " AND old_digest <> new_digest"
				   " AND detail LIKE 'plan _: %'"), 2);
}

static int first_reason(const struct vard_plan *p, void *arg)
{
	snprintf(arg, 128, "%s", p->reason);
	return 1;
}

/* It, and what was made on top of it, stay. */
static void plan_that_does_not_fit(void **state)
{
	struct rig *r = *state;
	char reason[128] = "";

	running_vm(r);
	del(r, "A");
	set(r, "C", "3");
	plan(r);
	set(r, "C", "4");
	plan(r);
	fake_write(fake_running(), 'A', NV, "");
	stop(r);
	start(r, -1);
	live("B=2/7 ");
	assert_int_equal(vard_pending_list(&r->o, first_reason, reason), 0);
	assert_non_null(strstr(reason, "no such variable"));
	assert_int_equal(number(r, "SELECT count(*) FROM pending"), 2);
	assert_int_equal(number(r, AUDITED), 0);
	stop(r);
	assert_int_equal(vard_pending_drop(&r->o, (uint64_t)number(r,
				"SELECT min(id) FROM pending")), 0);
	assert_int_equal(vard_pending_drop(&r->o, 1), -ENOENT);
	start(r, -1);
	live("B=2/7 C=4/7 ");
}

static void plan_is_tried(void **state)
{
	struct rig *r = *state;

	running_vm(r);
	r->edit.at_next_boot = true;
	set(r, "A", "$");
	refused(r, VARD_ERROR("NoSpace"), "change 0");
	add(r, VARD_STEP_SET, "V", 6, "v");
	refused(r, VARD_ERROR("BadVariable"), "volatile");
	r->edit.is_dry_run = true;
	set(r, "A", "9");
	ok(r);
	assert_int_equal(r->done.pending, 0);
	assert_int_equal(number(r, "SELECT count(*) FROM pending"), 0);
	r->edit.is_dry_run = false;
	del(r, "A");
	ok(r);
	del(r, "A");
	refused(r, VARD_ERROR("BadVariable"), "no such variable");
	fake_write(fake_running(), 'A', NV, "");
	set(r, "B", "9");
	refused(r, VARD_ERROR("BadVariable"), "plan 1, which waits already");
}

static void plans_are_bounded(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	for (int i = 0; i < VARD_PENDING_MAX; i++) {
		set(r, "A", "9");
		plan(r);
	}
	r->edit.at_next_boot = true;
	set(r, "A", "9");
	refused(r, SD_BUS_ERROR_LIMITS_EXCEEDED, "16 plans");
}

static void damaged_plan(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	set(r, "A", "9");
	plan(r);
	db_outside(r->t.db->path, "UPDATE pending_change SET data = x'38'");
	start(r, -1);
	live("A=1/7 B=2/7 ");
	assert_int_equal(number(r, "SELECT count(*) FROM pending"
				   " WHERE reason LIKE '%damaged%'"), 1);
	stop(r);
	db_outside(r->t.db->path, "DELETE FROM pending_change");
	start(r, -1);
	live("A=1/7 B=2/7 ");
}

/* The disk is full when the VM starts: it starts, the plan waits. */
static void plan_on_a_full_disk(void **state)
{
	struct rig *r = *state;

	make_vm(r);
	set(r, "A", "9");
	plan(r);
	spy.error = -ENOSPC;
	start(r, -1);
	live("A=1/7 B=2/7 ");
	spy.error = 0;
	assert_int_equal(number(r, "SELECT count(*) FROM pending"), 1);
}

static void plans_go_with_their_vm(void **state)
{
	struct rig *r = *state;
	struct vard_vm vm;

	make_vm(r);
	set(r, "A", "9");
	plan(r);
	assert_int_equal(spy.real->find(r->t.d.backend, "vm", &vm), 0);
	/* It moves away and comes back with other variables. */
	vm.state = VARD_VM_MOVED;
	assert_int_equal(db_begin(r->t.db), 0);
	assert_int_equal(db_end(r->t.db,
				spy.real->update(r->t.d.backend, &vm)), 0);
	assert_int_equal(number(r, "SELECT count(*) FROM pending"), 1);
	vm.state = VARD_VM_HERE;
	assert_int_equal(db_begin(r->t.db), 0);
	assert_int_equal(db_end(r->t.db,
				spy.real->replace(r->t.d.backend, &vm)), 0);
	assert_int_equal(number(r, "SELECT count(*) FROM pending"), 0);
	set(r, "A", "9");
	plan(r);
	assert_int_equal(db_begin(r->t.db), 0);
	assert_int_equal(db_end(r->t.db,
				spy.real->remove(r->t.d.backend, &vm)), 0);
	assert_int_equal(number(r, "SELECT count(*) FROM pending_change"), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stopped),
		TEST(running),
		TEST(running_but_paused),
		TEST(dry_run),
		TEST(dry_run_digest),
		TEST(fails_in_the_middle),
		TEST(side_effect_is_put_back),
		TEST(database_fails),
		TEST(signed_is_judged),
		TEST(bad_variables),
		TEST(expected),
		TEST(expected_race),
		TEST(write_back),
		TEST(moving),
		TEST(moved_away),
		TEST(not_for_owners),
		TEST(unknown_vm),
		TEST(list_live),
		TEST(list_digest),
		TEST(plan_is_carried_out),
		TEST(plan_that_does_not_fit),
		TEST(plan_is_tried),
		TEST(plans_are_bounded),
		TEST(damaged_plan),
		TEST(plan_on_a_full_disk),
		TEST(plans_go_with_their_vm),
	};

	daemon_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
