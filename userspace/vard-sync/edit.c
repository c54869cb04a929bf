// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of variables that the operator makes, of VMs that run or do not. */
#include "edit.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "log.h"
#include "pending.h"
#include "trial.h"
#include "vm.h"

/* Variables by name in the audit, where the client says nothing. */
#define DETAIL_VARS 4

/* A change of variables while it is made. */
struct edit {
	struct vard_change base;
	const struct vard_edit *what;
	struct vard_trial trial;
	/* The VM's store if it runs. */
	struct vard_source *live;
	unsigned int nr_changed;
	/* A plan that is carried out, or that was made. */
	int64_t plan;
	char *detail;
	/* For one that is made: how many there are, what would come of it. */
	unsigned int nr_plans;
	uint8_t planned[VARD_DIGEST_LEN];
};

static struct edit *to_edit(struct vard_change *c)
{
	return (struct edit *)c;
}

static bool is_nv(const struct vard_var *v)
{
	return v->attributes & KVM_UEFIVARS_ATTR_NV;
}

static void list_step(FILE *f, const struct vard_edit *what, size_t at)
{
	_cleanup_free_ char *name = vard_var_describe(&what->steps[at].v);
	const char *kind = vard_step_text(what->steps[at].kind);

	if (at)
		fputs(", ", f);
	if (strcmp(kind, what->action) != 0)
		fprintf(f, "%s ", kind);
	fprintf(f, "%.200s", name ? name : "?");
}

/* To free(); NULL without memory. */
static char *list_steps(const struct vard_edit *what)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	for (size_t i = 0; i < what->nr && i < DETAIL_VARS; i++)
		list_step(f, what, i);
	if (what->nr > DETAIL_VARS)
		fprintf(f, " and %zu more", what->nr - DETAIL_VARS);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	vard_text_clean(text);
	return text;
}

/* Volatile variables that steps set or delete, which no difference shows. */
static unsigned int count_volatile(struct edit *c)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < c->what->nr; i++) {
		const struct vard_step *step = &c->what->steps[i];
		const struct vard_var *old = NULL;

		if (vard_varlist_find(&c->trial.before, &step->v, &old) < 0)
			old = NULL;
		if (step->kind == VARD_STEP_DELETE)
			nr += old && !is_nv(old);
		else if (!is_nv(&step->v))
			nr += !vard_var_is_same(old, &step->v);
	}
	return nr;
}

static int try(struct edit *c)
{
	int r = c->live ? vard_trial_from_live(&c->trial, c->live) :
			  vard_trial_from_db(&c->trial);

	if (r == 0)
		r = vard_trial_run(&c->trial, c->what->steps, c->what->nr);
	if (r == 0)
		r = vard_trial_end(&c->trial);
	if (r == 0)
		c->nr_changed = (unsigned int)c->trial.diff.nr +
				(c->live ? count_volatile(c) : 0);
	return r;
}

/* Within the transaction, of a VM that does not run. */
static int make_stopped(struct vard_change *base)
{
	struct edit *c = to_edit(base);
	struct vard_backend *b = base->o->d->backend;
	int r = try(c);

	for (size_t i = 0; r == 0 && i < c->trial.diff.nr; i++) {
		struct vard_var v = c->trial.diff.vars[i];

		v.seq = 0;
		r = b->ops->apply(b, &base->vm, &v);
	}
	return r;
}

/* Might a step have changed this variable? */
static bool is_touched(struct edit *c, const struct vard_var *v)
{
	const struct vard_var *found = NULL;

	if (vard_varlist_find(&c->trial.diff, v, &found) == 0 && found)
		return true;
	for (size_t i = 0; i < c->what->nr; i++) {
		const struct vard_var *w = &c->what->steps[i].v;

		if (w->name_len == v->name_len &&
		    memcmp(w->guid, v->guid, sizeof(w->guid)) == 0 &&
		    memcmp(w->name, v->name, v->name_len) == 0)
			return true;
	}
	return false;
}

static void put_back_failed(struct edit *c, const struct vard_var *v, int r)
{
	_cleanup_free_ char *name = vard_var_describe(v);

	vard_log(LOG_ERR, "VM %s: after a change that failed variable %s could not be put back: %s",
		 c->base.vm.name, name ? name : "?", strerror(-r));
}

/* What came goes first: the rest needs the space. */
static int drop_new(struct edit *c, struct vard_varlist *now)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < now->nr; i++) {
		const struct vard_var *old;

		r = vard_varlist_find(&c->trial.before, &now->vars[i], &old);
		if (r < 0 || old || !is_touched(c, &now->vars[i]))
			continue;
		r = vard_source_delete(c->live, &now->vars[i]);
		if (r < 0)
			put_back_failed(c, &now->vars[i], r);
	}
	return r;
}

static int restore_old(struct edit *c, struct vard_varlist *now)
{
	struct vard_varlist *before = &c->trial.before;
	int r = 0;

	for (size_t i = 0; r == 0 && i < before->nr; i++) {
		const struct vard_var *is;

		r = vard_varlist_find(now, &before->vars[i], &is);
		if (r < 0 || vard_var_is_same(is, &before->vars[i]) ||
		    !is_touched(c, &before->vars[i]))
			continue;
		r = vard_source_set(c->live, &before->vars[i], 0);
		if (r < 0)
			put_back_failed(c, &before->vars[i], r);
	}
	return r;
}

/* A running VM's variables as they were before the first step. */
static void put_back(struct edit *c)
{
	struct vard_varlist now;
	int r = vard_source_list(c->live, &now);

	if (r == 0)
		r = drop_new(c, &now);
	if (r == 0)
		r = restore_old(c, &now);
	if (r < 0)
		vard_log(LOG_ERR, "VM %s: a change failed and was not taken back as a whole: %s",
			 c->base.vm.name, strerror(-r));
	vard_varlist_free(&now);
	/* Guests that wait and the log of the store want an answer. */
	vard_flush(c->base.o->d, &c->live, 1, true);
}

/* Did the guest change what no step did? */
static int find_others(struct edit *c, struct vard_varlist *now, bool *ret)
{
	struct vard_varlist diff;
	int r = vard_varlist_diff(&c->trial.before, now, &diff);

	for (size_t i = 0; r == 0 && i < diff.nr; i++)
		*ret |= !is_touched(c, &diff.vars[i]);
	vard_varlist_free(&diff);
	return r;
}

/* Is what the steps did not what came out in the trial? */
static int find_mixed(struct edit *c, struct vard_varlist *now, bool *ret)
{
	const struct vard_var *is, *shall;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->what->nr; i++) {
		const struct vard_step *step = &c->what->steps[i];

		if (step->kind != VARD_STEP_DELETE && !is_nv(&step->v))
			continue;
		r = vard_varlist_find(now, &step->v, &is);
		if (r == 0)
			r = vard_varlist_find(&c->trial.after, &step->v,
					      &shall);
		*ret |= r == 0 && !vard_var_is_same(is, shall);
	}
	return r;
}

/* A guest that runs may have changed something since the digest was taken. */
static int check_alone(struct edit *c)
{
	uint8_t digest[VARD_DIGEST_LEN];
	struct vard_varlist now;
	bool is_other = false;
	int r = vard_source_list(c->live, &now);

	if (r == 0)
		r = find_others(c, &now, &is_other);
	if (r == 0)
		r = find_mixed(c, &now, &is_other);
	if (r == 0 && is_other)
		r = vard_varlist_digest(&now, digest);
	if (r < 0)
		sd_bus_error_set_errno(c->base.o->e, r);
	else if (is_other)
		r = vard_change_differs(c->base.o, c->what->expect, digest);
	vard_varlist_free(&now);
	return r;
}

static int apply_live(struct edit *c)
{
	const struct vard_edit *what = c->what;
	int r;

	for (size_t i = 0; i < what->nr; i++) {
		r = vard_trial_step(c->live, &what->steps[i]);
		if (r < 0)
			return vard_trial_error(&c->trial, i, &what->steps[i],
						r);
	}
	return what->expect ? check_alone(c) : 0;
}

/* Within the transaction that saves the store's changes. */
static int save_audit(void *arg)
{
	struct edit *c = arg;
	struct vard_backend *b = c->base.o->d->backend;
	int r = b->ops->digest(b, &c->base.vm, c->base.new_digest);

	return r == 0 ? b->ops->audit(b, &c->base.audit) : r;
}

static int save_live(struct edit *c)
{
	struct vard_audit *a = &c->base.audit;
	int r;

	a->uid = c->base.o->uid;
	a->vm = c->base.o->vm;
	a->old_digest = c->base.old_digest;
	a->new_digest = c->base.new_digest;
	r = vard_flush_with(c->base.o->d, c->live, save_audit, c);
	if (r < 0)
		return vard_database_error(c->base.o->d, c->base.o->e, r);
	vard_change_log(c->base.o, a);
	return 0;
}

static int edit_live(struct edit *c)
{
	const struct vard_order *o = c->base.o;
	int r = vard_flush(o->d, &c->live, 1, true);

	if (r < 0)
		return vard_database_error(o->d, o->e, r);
	r = try(c);
	if (r < 0)
		return r;
	r = vard_varlist_digest(&c->trial.before, c->base.old_digest);
	if (r == 0)
		r = vard_varlist_digest(&c->trial.after, c->base.new_digest);
	if (r < 0)
		return sd_bus_error_set_errno(o->e, r);
	r = vard_change_differs(o, c->what->expect, c->base.old_digest);
	if (r < 0 || c->what->is_dry_run)
		return r;
	r = apply_live(c);
	if (r == 0)
		r = save_live(c);
	if (r < 0)
		put_back(c);
	return r;
}

static int edit_stopped(struct edit *c)
{
	c->base.expect = c->what->expect;
	c->base.is_trial = c->what->is_dry_run;
	c->base.make = make_stopped;
	return vard_change_run(&c->base);
}

/* Another plan, made before, comes before this one. */
static int run_earlier(const struct vard_plan *plan, void *arg)
{
	struct edit *c = arg;
	char what[64];
	int r;

	snprintf(what, sizeof(what), "plan %" PRId64 ", which waits already: ",
		 plan->id);
	c->nr_plans++;
	if (plan->is_damaged) {
		sd_bus_error_setf(c->base.o->e, VARD_ERROR("Damaged"),
				  "%sit is damaged, drop it", what);
		return -EBADMSG;
	}
	c->trial.what = what;
	r = vard_trial_run(&c->trial, plan->steps, plan->nr);
	c->trial.what = "";
	return r;
}

/* Would it work, if the VM started now? */
static int try_plan(struct edit *c)
{
	struct vard_backend *b = c->base.o->d->backend;
	int r = c->live ? vard_trial_from_live(&c->trial, c->live) :
			  vard_trial_from_db(&c->trial);

	c->trial.is_running = false;
	if (r == 0)
		r = b->ops->pending_list(b, &c->base.vm, run_earlier, c);
	if (r == 0 && c->nr_plans >= VARD_PENDING_MAX) {
		sd_bus_error_setf(c->base.o->e, SD_BUS_ERROR_LIMITS_EXCEEDED,
				  "VM %s has %u plans, as many as it may: drop one, or start it",
				  c->base.vm.name, c->nr_plans);
		return -EDQUOT;
	}
	if (r == 0)
		r = vard_trial_run(&c->trial, c->what->steps, c->what->nr);
	return r == 0 ? vard_trial_end(&c->trial) : r;
}

/* Within a transaction: a plan for the next start. */
static int make_plan(struct vard_change *base)
{
	struct edit *c = to_edit(base);
	struct vard_backend *b = base->o->d->backend;
	struct vard_plan plan = {
		.uid = base->o->uid, .action = c->what->action,
		.detail = c->detail, .steps = c->what->steps,
		.nr = c->what->nr,
	};
	char *text;
	int r = try_plan(c);

	c->nr_changed = (unsigned int)c->trial.diff.nr;
	if (r == 0)
		r = vard_varlist_digest(&c->trial.after, c->planned);
	if (r < 0 || base->is_trial)
		return r;
	r = b->ops->pending_put(b, &base->vm, &plan);
	if (r < 0)
		return r;
	c->plan = plan.id;
	if (asprintf(&text, "%" PRId64 ": %s %s", plan.id, plan.action,
		     plan.detail) < 0)
		return -ENOMEM;
	free(c->detail);
	c->detail = text;
	base->audit.detail = text;
	return 0;
}

static int edit_later(struct edit *c)
{
	struct vard *d = c->base.o->d;
	int r = c->live ? vard_flush(d, &c->live, 1, true) : 0;

	if (r < 0)
		return vard_database_error(d, c->base.o->e, r);
	c->base.expect = c->what->expect;
	c->base.is_trial = c->what->is_dry_run;
	c->base.audit.action = "plan";
	c->base.make = make_plan;
	r = vard_change_run(&c->base);
	if (r == 0)
		memcpy(c->base.new_digest, c->planned, VARD_DIGEST_LEN);
	return r;
}

static int carry_out(struct edit *c)
{
	const struct vard_order *o = c->base.o;
	int r = vard_change_live(o, &c->base.vm, &c->live);

	if (r < 0)
		return r;
	if (c->live && c->live->move)
		return vard_vm_busy(c->live, o->e);
	if (c->live && !c->what->at_next_boot)
		return edit_live(c);
	if (!c->live)
		r = vard_change_find(o, &c->base.vm,
				     VARD_NOT_RUNNING | VARD_NOT_MOVED);
	if (r < 0)
		return r;
	return c->what->at_next_boot ? edit_later(c) : edit_stopped(c);
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

int vard_edit(const struct vard_order *o, const struct vard_edit *edit,
	      struct vard_edited *ret)
{
	uint64_t before = now_us();
	struct edit c = {
		.base.o = o, .base.audit.action = edit->action, .what = edit,
		.trial = { .o = o, .vm = &c.base.vm, .what = "" },
	};
	int r = vard_change_find(o, &c.base.vm,
				 VARD_FOR_OPERATOR | VARD_NOT_MOVED);

	if (r < 0)
		return r;
	c.detail = edit->detail ? strdup(edit->detail) : list_steps(edit);
	if (!c.detail)
		return sd_bus_error_set_errno(o->e, -ENOMEM);
	vard_text_clean(c.detail);
	c.base.audit.detail = c.detail;
	r = carry_out(&c);
	/* Guests that wrote meanwhile have waited for this. */
	vard_log(LOG_DEBUG, "VM %s: %zu changes took %llu us", o->vm, edit->nr,
		 (unsigned long long)(now_us() - before));
	if (r == 0) {
		*ret = (struct vard_edited){ .nr_changed = c.nr_changed,
					     .pending = (uint64_t)c.plan,
					     .is_running = c.live != NULL };
		memcpy(ret->old_digest, c.base.old_digest, VARD_DIGEST_LEN);
		memcpy(ret->new_digest, c.base.new_digest, VARD_DIGEST_LEN);
	}
	vard_trial_free(&c.trial);
	free(c.detail);
	return r;
}

/* Within the transaction: a plan is carried out, and forgotten. */
static int make_planned(struct vard_change *base)
{
	struct vard_backend *b = base->o->d->backend;
	int r = make_stopped(base);

	return r == 0 ? b->ops->pending_drop(b, &base->vm,
					     to_edit(base)->plan) : r;
}

int vard_edit_plan(struct vard *d, const struct vard_vm *vm,
		   const struct vard_plan *plan, sd_bus_error *e)
{
	const struct vard_order o = { .d = d, .uid = plan->uid,
				      .vm = vm->name, .e = e };
	const struct vard_edit what = { .steps = plan->steps, .nr = plan->nr };
	_cleanup_free_ char *detail = NULL;
	struct edit c = {
		.base = { .o = &o, .vm = *vm, .make = make_planned,
			  .audit.action = plan->action },
		.trial = { .o = &o, .vm = &c.base.vm, .what = "" },
		.what = &what, .plan = plan->id,
	};
	int r;

	if (plan->is_damaged) {
		sd_bus_error_set(e, VARD_ERROR("Damaged"),
				 "what the database has of it is damaged: drop it");
		return -EBADMSG;
	}
	if (asprintf(&detail, "plan %" PRId64 ": %s", plan->id,
		     plan->detail) < 0)
		return sd_bus_error_set_errno(e, -ENOMEM);
	c.base.audit.detail = detail;
	r = vard_change_run(&c.base);
	vard_trial_free(&c.trial);
	return r;
}
