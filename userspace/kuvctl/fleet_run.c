// SPDX-License-Identifier: GPL-2.0-or-later
/* One VM of a plan: dry run, snapshot, change, verification; after a crash, what came of it. */
#include "fleet_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ACTION		"fleet"
#define ERROR		"org.kvm_uefivars.Error."
/* Snapshots of one VM by one plan: each time it is tried anew there may be one. */
#define SNAPSHOTS_MAX	9

/* A surprise: always false. */
static __attribute__((format(printf, 3, 4))) bool
surprise(struct fleet_entry *e, enum fleet_state state, const char *format, ...)
{
	char why[FLEET_WHY_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	fleet_entry_set(e, state, why);
	return false;
}

static bool refused(struct fleet_entry *e, enum fleet_state state,
		    const char *what, const sd_bus_error *error, int r)
{
	return surprise(e, state, "%s: %s", what,
			kuvctl_is_lost(error, r) ?
				"vard-sync ended the connection" :
			error->message ? error->message : strerror(-r));
}

/* --- what is expected of a VM --- */

static bool check_vm(const struct fleet_plan *p, struct fleet_entry *e,
		     const struct kuvctl_vars *v)
{
	if (strcmp(v->uuid, e->uuid) != 0)
		return surprise(e, FLEET_FAILED,
				"another VM has this name now: UUID %s, it was %s",
				v->uuid, e->uuid);
	if (v->is_moved)
		return surprise(e, FLEET_FAILED, "it has moved to another host");
	if (p->stop_running && v->is_running)
		return surprise(e, FLEET_FAILED, "it runs");
	if (p->stop_pending && v->nr_pending)
		return surprise(e, FLEET_FAILED,
				"other changes wait for its next start");
	if (p->stop_setup && !kuvctl_vars_find(v, show_global, "PK"))
		return surprise(e, FLEET_FAILED,
				"it has no platform key: setup mode");
	return true;
}

/* Who means all VMs means those that are here. */
static bool is_left_out(const struct fleet_run *run, const struct fleet_entry *e,
			const struct kuvctl_vars *v)
{
	return v->is_moved && !strcmp(v->uuid, e->uuid) &&
	       !fleet_plan_names(run->plan, e->vm);
}

static int change(struct fleet_run *run, struct fleet_entry *e,
		  const struct kuvctl_plan *p, bool is_dry_run,
		  struct kuvctl_applied *ret, sd_bus_error *error)
{
	const struct kuvctl_apply how = {
		.is_dry_run = is_dry_run,
		.at_next_boot = run->plan->at_next_boot,
		.expect_digest = e->old_digest,
		.action = ACTION,
		.detail = run->detail,
	};

	return kuvctl_plan_try(run->bus, e->vm, p, &how, ret, error);
}

/* The digest that the module computes for what is planned. */
static bool try_plan(struct fleet_run *run, struct fleet_entry *e,
		     const struct kuvctl_plan *p)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	struct kuvctl_applied applied;
	int r = change(run, e, p, true, &applied, &error);

	if (r < 0) {
		refused(e, FLEET_FAILED, "dry run", &error, r);
	} else {
		snprintf(e->new_digest, sizeof(e->new_digest), "%s",
			 applied.new_digest);
		e->nr_changed = applied.nr_changed;
	}
	sd_bus_error_free(&error);
	return r >= 0;
}

/* What is to be done now; false if something is in the way. */
static bool plan_vm(struct fleet_run *run, struct fleet_entry *e,
		    const struct kuvctl_vars *v, struct kuvctl_plan *ret)
{
	const char *why;

	if (!check_vm(run->plan, e, v))
		return false;
	why = fleet_plan_for(run->plan, v, ret);
	if (why)
		return surprise(e, FLEET_FAILED, "%s", why);
	if (!ret->nr && run->plan->stop_unchanged)
		return surprise(e, FLEET_FAILED, "nothing is to be changed");
	return true;
}

bool fleet_run_try(struct fleet_run *run, struct fleet_entry *e,
		   const struct kuvctl_vars *v)
{
	struct kuvctl_plan p = { 0 };
	bool ok;

	if (is_left_out(run, e, v)) {
		fleet_entry_set(e, FLEET_MOVED, NULL);
		return true;
	}
	ok = plan_vm(run, e, v, &p);
	memcpy(e->old_digest, v->digest, sizeof(e->old_digest));
	memcpy(e->new_digest, v->digest, sizeof(e->new_digest));
	e->nr_changed = 0;
	if (ok && p.nr)
		ok = try_plan(run, e, &p);
	kuvctl_plan_free(&p);
	return ok;
}

/* --- snapshot --- */

/* Does a VM have a snapshot of this name with these variables? */
static bool has_snapshot(struct fleet_run *run, const struct fleet_entry *e,
			 const char *name)
{
	sd_bus_message *reply = kuvctl_call(run->bus, KUVCTL_SNAPSHOT, "List",
					    "s", e->vm);
	bool found = false;
	int r;

	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "(sa{sv})"));
	while ((r = sd_bus_message_enter_container(reply, 'r', "sa{sv}")) > 0) {
		struct kuvctl_value v;
		const char *key, *one;

		kuvctl_check(sd_bus_message_read(reply, "s", &one));
		kuvctl_check(sd_bus_message_enter_container(reply, 'a', "{sv}"));
		while ((key = kuvctl_next(reply, &v)))
			if (!strcmp(key, "digest") && v.text &&
			    !strcmp(one, name) &&
			    !strcmp(v.text, e->old_digest))
				found = true;
		kuvctl_check(sd_bus_message_exit_container(reply));
	}
	kuvctl_check(r);
	sd_bus_message_unref(reply);
	return found;
}

static int create_snapshot(struct fleet_run *run, const struct fleet_entry *e,
			   const char *name, sd_bus_error *error)
{
	sd_bus_message *call = kuvctl_request(run->bus, KUVCTL_SNAPSHOT,
					      "Create");
	int r;

	kuvctl_check(sd_bus_message_append(call, "ss", e->vm, name));
	r = sd_bus_call(run->bus, call, UINT64_MAX, error, NULL);
	sd_bus_message_unref(call);
	return r;
}

/* Also if a run before this one made it already. */
static bool snapshot(struct fleet_run *run, struct fleet_entry *e)
{
	char name[40];
	bool ok = false;

	for (int i = 1; i <= SNAPSHOTS_MAX && !ok; i++) {
		sd_bus_error error = SD_BUS_ERROR_NULL;
		int r;

		snprintf(name, sizeof(name), i > 1 ? "fleet-%.12s-%d" :
						     "fleet-%.12s",
			 run->plan->hash, i);
		r = create_snapshot(run, e, name, &error);
		ok = r >= 0;
		if (!ok && !sd_bus_error_has_name(&error, ERROR "Exists")) {
			refused(e, FLEET_FAILED, "snapshot", &error, r);
			sd_bus_error_free(&error);
			return false;
		}
		sd_bus_error_free(&error);
		ok = ok || has_snapshot(run, e, name);
	}
	return ok ? true : surprise(e, FLEET_FAILED, "too many snapshots of this plan");
}

/* --- what came of it --- */

/* The number of this plan's changes among those that wait; 0 if there are none. */
static uint64_t find_pending(struct fleet_run *run, const char *vm)
{
	sd_bus_message *reply = kuvctl_call(run->bus, KUVCTL_VARIABLES,
					    "Pending", "s", vm);
	uint64_t id, found = 0;
	int r;

	kuvctl_check(sd_bus_message_enter_container(reply, 'a',
						    "(ta{sv}a(uayayuayay))"));
	while ((r = sd_bus_message_enter_container(
			reply, 'r', "ta{sv}a(uayayuayay)")) > 0) {
		struct kuvctl_value v;
		const char *key;

		kuvctl_check(sd_bus_message_read(reply, "t", &id));
		kuvctl_check(sd_bus_message_enter_container(reply, 'a', "{sv}"));
		while ((key = kuvctl_next(reply, &v)))
			if (!strcmp(key, "detail") && v.text &&
			    !strcmp(v.text, run->detail))
				found = id;
		kuvctl_check(sd_bus_message_skip(reply, "a(uayayuayay)"));
		kuvctl_check(sd_bus_message_exit_container(reply));
	}
	kuvctl_check(r);
	sd_bus_message_unref(reply);
	return found;
}

/* Does a VM have all that the plan wants? */
static bool is_as_planned(struct fleet_run *run, const struct kuvctl_vars *v)
{
	struct kuvctl_plan p = { 0 };
	bool ok = !fleet_plan_for(run->plan, v, &p) && !p.nr;

	kuvctl_plan_free(&p);
	return ok;
}

static bool finish(struct fleet_run *run, struct fleet_entry *e,
		   enum fleet_state state)
{
	fleet_entry_set(e, state, NULL);
	fleet_journal_note(run->journal, e);
	return true;
}

static bool get_vars(struct fleet_run *run, struct fleet_entry *e,
		     enum fleet_state on_failure, struct kuvctl_vars *ret)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = kuvctl_vars_try(run->bus, e->vm, ret, &error);

	if (r < 0)
		refused(e, on_failure, "its variables", &error, r);
	sd_bus_error_free(&error);
	return r >= 0;
}

static bool verify_pending(struct fleet_run *run, struct fleet_entry *e)
{
	uint64_t id = find_pending(run, e->vm);

	if (!id || id != e->pending)
		return surprise(e, FLEET_DOUBT,
				"its changes do not wait for its next start");
	return true;
}

/* A guest that runs may have written something of its own meanwhile. */
static bool verify_now(struct fleet_run *run, struct fleet_entry *e)
{
	struct kuvctl_vars v;
	bool ok = get_vars(run, e, FLEET_DOUBT, &v);

	if (!ok)
		return false;
	if (!is_as_planned(run, &v))
		ok = surprise(e, FLEET_DOUBT,
			      "it was changed, and is not as the plan wants it");
	else if (!v.is_running && strcmp(v.digest, e->new_digest) != 0)
		ok = surprise(e, FLEET_DOUBT,
			      "its digest is %.12s..., %.12s... was expected",
			      v.digest, e->new_digest);
	kuvctl_vars_free(&v);
	return ok;
}

static bool verify(struct fleet_run *run, struct fleet_entry *e)
{
	return run->plan->at_next_boot ? verify_pending(run, e) :
					 verify_now(run, e);
}

/* --- one VM --- */

static bool apply_plan(struct fleet_run *run, struct fleet_entry *e,
		       const struct kuvctl_plan *p)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	struct kuvctl_applied applied;
	int r;

	finish(run, e, FLEET_BEGUN);
	r = change(run, e, p, false, &applied, &error);
	if (r >= 0) {
		e->pending = applied.pending_id;
		e->nr_changed = applied.nr_changed;
	} else {
		/* Without an answer nobody knows. */
		refused(e, kuvctl_is_lost(&error, r) ? FLEET_DOUBT :
						       FLEET_FAILED,
			"change", &error, r);
	}
	sd_bus_error_free(&error);
	return r >= 0 && verify(run, e);
}

static bool change_vm(struct fleet_run *run, struct fleet_entry *e,
		      const struct kuvctl_vars *v)
{
	struct kuvctl_plan p = { 0 };
	bool is_tried = !strcmp(e->old_digest, v->digest) && e->new_digest[0];
	bool ok;

	if (is_left_out(run, e, v))
		return finish(run, e, FLEET_MOVED);
	ok = plan_vm(run, e, v, &p);
	if (ok && !p.nr) {
		kuvctl_plan_free(&p);
		return finish(run, e, FLEET_UNCHANGED);
	}
	memcpy(e->old_digest, v->digest, sizeof(e->old_digest));
	if (ok && !is_tried)
		ok = try_plan(run, e, &p);
	if (ok && run->plan->snapshot)
		ok = snapshot(run, e);
	if (ok)
		ok = apply_plan(run, e, &p);
	kuvctl_plan_free(&p);
	return ok && finish(run, e, FLEET_DONE);
}

/* A run before this one did not come to its end here. */
static bool settle(struct fleet_run *run, struct fleet_entry *e,
		   const struct kuvctl_vars *v)
{
	if (run->plan->at_next_boot)
		e->pending = find_pending(run, e->vm);
	if (e->pending || is_as_planned(run, v))
		return finish(run, e, FLEET_DONE);
	if (!run->plan->at_next_boot && strcmp(v->digest, e->old_digest) != 0)
		return surprise(e, FLEET_DOUBT,
				"it is neither as it was before the last run nor as the plan wants it");
	/* Of a dry run that another process made. */
	e->new_digest[0] = 0;
	return change_vm(run, e, v);
}

bool fleet_run_vm(struct fleet_run *run, struct fleet_entry *e)
{
	bool is_begun = e->state == FLEET_BEGUN || e->state == FLEET_DOUBT;
	struct kuvctl_vars v;
	bool ok = get_vars(run, e, is_begun ? FLEET_DOUBT : FLEET_FAILED, &v);

	if (ok) {
		if (is_begun)
			ok = strcmp(v.uuid, e->uuid) ?
				     check_vm(run->plan, e, &v) :
				     settle(run, e, &v);
		else
			ok = change_vm(run, e, &v);
		kuvctl_vars_free(&v);
	}
	if (!ok)
		fleet_journal_note(run->journal, e);
	return ok;
}
