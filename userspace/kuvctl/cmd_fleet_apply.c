// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl fleet apply: carry a plan out, stage by stage, once, whatever happens. */
#include "fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "fdio.h"
#include "fleet_report.h"
#include "fleet_run.h"

/* The command line. */
struct options {
	const char *plan;
	char *state;
	size_t last_stage;
	bool is_dry_run;
	bool is_resumed;
};

static const struct option long_options[] = {
	{ "plan", required_argument, NULL, 'p' },
	{ "state", required_argument, NULL, 's' },
	{ "stage", required_argument, NULL, 'n' },
	{ "dry-run", no_argument, NULL, 'd' },
	{ "resume", no_argument, NULL, 'r' },
	{ 0 },
};

static size_t parse_stage(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '1' || *text > '9' || *end || n > 1000000)
		fail(KUVCTL_EXIT_USAGE, "\"%s\" is no number of a stage", text);
	return n;
}

static void parse(struct options *o, int argc, char **argv)
{
	const char *state = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		switch (c) {
		case 'p':
			o->plan = optarg;
			break;
		case 's':
			state = optarg;
			break;
		case 'n':
			o->last_stage = parse_stage(optarg);
			break;
		case 'd':
			o->is_dry_run = true;
			break;
		case 'r':
			o->is_resumed = true;
			break;
		default:
			kuvctl_usage("fleet");
		}
	}
	if (!o->plan || optind != argc)
		kuvctl_usage("fleet");
	if (asprintf(&o->state, "%s%s", state ? state : o->plan,
		     state ? "" : ".journal") < 0)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
}

static void read_plan(const struct options *o, struct fleet_plan *ret)
{
	_cleanup_close_ int fd = open(o->plan, O_RDONLY | O_CLOEXEC |
						       O_NONBLOCK);
	_cleanup_free_ void *text = NULL;
	char why[FLEET_WHY_MAX];
	size_t len;
	int r = fd < 0 ? -errno :
			 fdio_read_file(fd, FLEET_PLAN_MAX, &text, &len);

	if (r < 0)
		fail(KUVCTL_EXIT_USAGE, "%s: %s", o->plan, strerror(-r));
	if (!fleet_plan_parse(text, len, o->plan, ret, why))
		fail(KUVCTL_EXIT_BAD_FILE, "%s: %s", o->plan, why);
	if (o->last_stage > ret->nr_stages)
		fail(KUVCTL_EXIT_USAGE, "%s has %zu stages", o->plan,
		     ret->nr_stages);
}

/* --- which VMs --- */

static bool is_wanted(const struct fleet_plan *p, const struct kuvctl_vars *v,
		      int64_t now)
{
	struct fleet_facts f;
	json_object *found;
	bool ret;

	if (!p->has_find)
		return true;
	fleet_facts_get(v, &p->find, &f);
	found = fleet_findings(&p->find, &f, v->nr_pending, now);
	ret = json_object_array_length(found) > 0;
	json_object_put(found);
	fleet_facts_free(&f);
	return ret;
}

static struct fleet_entry *add_entry(struct fleet_journal *j,
				     const struct kuvctl_vars *v)
{
	struct fleet_entry *e;

	j->entries = reallocarray(j->entries, j->nr + 1, sizeof(*j->entries));
	e = j->entries ? &j->entries[j->nr] : NULL;
	if (e)
		*e = (struct fleet_entry){ .vm = strdup(v->vm) };
	if (!e || !e->vm)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	memcpy(e->uuid, v->uuid, sizeof(e->uuid));
	j->nr++;
	return e;
}

/* A VM that the plan selects, and whether it can be changed. */
static void select_vm(struct fleet_run *run, const char *vm, int64_t now)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	struct kuvctl_vars v;
	int r;

	r = kuvctl_vars_try(run->bus, vm, &v, &error);
	if (r < 0 && (kuvctl_is_lost(&error, r) ||
		      sd_bus_error_has_name(&error, "org.kvm_uefivars.Error.NoPermission")))
		kuvctl_refused(&error, r);
	if (r < 0)
		fail(KUVCTL_EXIT_REFUSED, "VM %s: %s; nothing was done", vm,
		     error.message ? error.message : "no answer");
	if (is_wanted(run->plan, &v, now))
		fleet_run_try(run, add_entry(run->journal, &v), &v);
	kuvctl_vars_free(&v);
}

/* VMs that are left out take no place in a stage: they come last. */
static void put_moved_last(struct fleet_journal *j)
{
	struct fleet_entry *moved = calloc(j->nr + 1, sizeof(*moved));
	size_t nr = 0;

	if (!moved)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	for (size_t i = 0; i < j->nr; i++) {
		if (j->entries[i].state == FLEET_MOVED)
			moved[nr++] = j->entries[i];
		else
			j->entries[i - nr] = j->entries[i];
	}
	if (nr)
		memcpy(j->entries + j->nr - nr, moved, nr * sizeof(*moved));
	free(moved);
}

/* The first one that cannot be changed as planned, NULL if there is none. */
static const struct fleet_entry *select_all(struct fleet_run *run)
{
	const struct fleet_plan *p = run->plan;
	struct fleet_journal *j = run->journal;
	int64_t now = time(NULL);
	struct fleet_vm *vms;
	size_t nr = fleet_list(run->bus, p->vms.list, p->vms.nr, &vms);

	/* All of them: who reads the report wants to know all that is wrong. */
	for (size_t i = 0; i < nr; i++) {
		if (!fleet_plan_excepts(p, vms[i].name))
			select_vm(run, vms[i].name, now);
		free(vms[i].name);
	}
	free(vms);
	put_moved_last(j);
	for (size_t i = 0; i < j->nr; i++)
		if (j->entries[i].state == FLEET_FAILED)
			return &j->entries[i];
	return NULL;
}

static bool is_over(const struct fleet_entry *e)
{
	return e->state == FLEET_DONE || e->state == FLEET_UNCHANGED ||
	       e->state == FLEET_MOVED;
}

/* A dry run of all that nothing was done with yet. */
static const struct fleet_entry *try_rest(struct fleet_run *run)
{
	struct fleet_journal *j = run->journal;
	const struct fleet_entry *bad = NULL;

	for (size_t i = 0; i < j->nr; i++) {
		struct fleet_entry *e = &j->entries[i];
		sd_bus_error error = SD_BUS_ERROR_NULL;
		struct kuvctl_vars v;
		bool ok;

		if (e->state != FLEET_NEW && e->state != FLEET_FAILED)
			continue;
		fleet_entry_set(e, FLEET_NEW, NULL);
		ok = kuvctl_vars_try(run->bus, e->vm, &v, &error) >= 0;
		if (ok) {
			ok = fleet_run_try(run, e, &v);
			kuvctl_vars_free(&v);
		} else {
			fleet_entry_set(e, FLEET_FAILED, error.message ?
						error.message : "no answer");
		}
		sd_bus_error_free(&error);
		if (!ok && !bad)
			bad = e;
	}
	return bad;
}

/* --- carrying it out --- */

static void wait_after(const struct fleet_plan *p, size_t stage)
{
	unsigned int left = p->stages[stage - 1].pause;

	if (!left)
		return;
	fprintf(stderr, "stage %zu is done; the next one begins in %u s\n",
		stage, left);
	while (left)
		left = sleep(left);
}

/* The VM that something was wrong with, or NULL. */
static const struct fleet_entry *carry_out(struct fleet_run *run,
					   size_t last_stage)
{
	struct fleet_journal *j = run->journal;
	size_t stage, before = 0;

	for (size_t i = 0; i < j->nr; i++) {
		struct fleet_entry *e = &j->entries[i];

		if (is_over(e))
			continue;
		stage = fleet_plan_stage(run->plan, i);
		if (!stage || (last_stage && stage > last_stage))
			return NULL;
		if (before && stage != before)
			wait_after(run->plan, before);
		before = stage;
		if (!fleet_run_vm(run, e))
			return e;
	}
	fleet_journal_finish(j);
	return NULL;
}

static void drop_beyond(struct fleet_run *run)
{
	struct fleet_journal *j = run->journal;
	size_t kept = 0;

	for (size_t i = 0; i < j->nr; i++) {
		struct fleet_entry *e = &j->entries[i];

		if (e->state == FLEET_MOVED ||
		    fleet_plan_stage(run->plan, kept)) {
			j->entries[kept++] = *e;
		} else {
			free(e->vm);
			free(e->why);
		}
	}
	j->nr = kept;
}

/* Select, or take what the journal has; then find out whether it would work. */
static const struct fleet_entry *prepare(struct fleet_run *run,
					 const struct options *o)
{
	const struct fleet_entry *bad;
	char why[FLEET_WHY_MAX];

	if (o->is_resumed) {
		if (!fleet_journal_open(run->journal, o->state,
					run->plan->hash, why))
			fail(KUVCTL_EXIT_USAGE, "%s", why);
		/* Each VM gets another dry run before it is changed. */
		return o->is_dry_run ? try_rest(run) : NULL;
	}
	/* Sooner than after a thousand dry runs. */
	if (!o->is_dry_run && access(o->state, F_OK) == 0)
		fail(KUVCTL_EXIT_USAGE,
		     "%s: this plan was begun: go on with --resume, or remove the file to begin anew",
		     o->state);
	bad = select_all(run);
	if (!bad)
		drop_beyond(run);
	if (bad || o->is_dry_run)
		return bad;
	if (!fleet_journal_create(run->journal, o->state, run->plan->hash, why))
		fail(KUVCTL_EXIT_USAGE, "%s", why);
	return NULL;
}

int cmd_fleet_apply(const struct kuvctl *k, int argc, char **argv)
{
	struct options o = { 0 };
	struct fleet_plan plan;
	struct fleet_journal journal = { .fd = -1 };
	struct fleet_run run = { .plan = &plan, .journal = &journal };
	struct fleet_report report = { .plan = &plan, .journal = &journal,
				       .socket = k->socket };
	int status;

	parse(&o, argc, argv);
	read_plan(&o, &plan);
	snprintf(run.detail, sizeof(run.detail), "%s %s", plan.name, plan.hash);
	run.bus = kuvctl_connect(k);
	report.plan_path = o.plan;
	report.state_path = o.state;
	report.is_dry_run = o.is_dry_run;
	report.stopped = prepare(&run, &o);
	if (!report.stopped && !o.is_dry_run)
		report.stopped = carry_out(&run, o.last_stage);
	status = fleet_report_print(&report);
	sd_bus_close_unref(run.bus);
	fleet_journal_close(&journal);
	fleet_plan_free(&plan);
	free(o.state);
	return status;
}
