// SPDX-License-Identifier: GPL-2.0-or-later
/* What kuvctl fleet apply has done, for people and for programs. */
#include "fleet_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* How many VMs are in each state. */
struct count {
	size_t in[FLEET_NR_STATES];
	size_t left;
};

static struct count count(const struct fleet_journal *j)
{
	struct count c = { 0 };

	for (size_t i = 0; i < j->nr; i++)
		c.in[j->entries[i].state]++;
	c.left = j->nr - c.in[FLEET_DONE] - c.in[FLEET_UNCHANGED] -
		 c.in[FLEET_MOVED];
	return c;
}

/* Quoted as a shell wants it, to free(). */
static char *quote(const char *text)
{
	char *ret = malloc(4 * strlen(text) + 3), *p = ret;

	if (!ret)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789-_./:@+,")] == 0 && *text)
		return strcpy(ret, text);
	*p++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			p = stpcpy(p, "'\\''");
		else
			*p++ = *text;
	}
	strcpy(p, "'");
	return ret;
}

/* The command that goes on, to free(). */
static char *go_on(const struct fleet_report *r)
{
	char *socket = quote(r->socket), *plan = quote(r->plan_path);
	char *state = quote(r->state_path), *ret;

	if (asprintf(&ret, "kuvctl --socket %s fleet apply --plan %s --state %s --resume",
		     socket, plan, state) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	free(socket);
	free(plan);
	free(state);
	return ret;
}

/* 0 for a VM that is in none. */
static size_t stage_of(const struct fleet_report *r, size_t i)
{
	return r->journal->entries[i].state == FLEET_MOVED ?
		       0 : fleet_plan_stage(r->plan, i);
}

static json_object *entry_json(const struct fleet_report *r, size_t i)
{
	const struct fleet_entry *e = &r->journal->entries[i];
	json_object *o = json_object_new_object();

	kuvctl_put_any(o, "vm", e->vm);
	kuvctl_put_any(o, "uuid", e->uuid);
	kuvctl_put_number(o, "stage", stage_of(r, i));
	kuvctl_put_any(o, "state", fleet_states[e->state]);
	kuvctl_put_any(o, "old-digest", e->old_digest);
	kuvctl_put_any(o, "new-digest", e->new_digest);
	if (e->nr_changed)
		kuvctl_put_number(o, "changed", e->nr_changed);
	if (e->pending)
		kuvctl_put_number(o, "pending", e->pending);
	kuvctl_put_any(o, "why", e->why);
	return o;
}

static void print_json(const struct fleet_report *r, const struct count *c)
{
	json_object *o = json_object_new_object();
	json_object *list = json_object_new_array();
	json_object *counts = json_object_new_object();

	kuvctl_put_any(o, "plan", r->plan->name);
	kuvctl_put_any(o, "hash", r->plan->hash);
	kuvctl_put_flag(o, "dry-run", r->is_dry_run);
	for (size_t i = 0; i < r->journal->nr; i++)
		json_object_array_add(list, entry_json(r, i));
	for (int s = 0; s < FLEET_NR_STATES; s++)
		kuvctl_put_number(counts, fleet_states[s], c->in[s]);
	json_object_object_add(o, "counts", counts);
	if (r->stopped) {
		kuvctl_put_any(o, "stopped-at", r->stopped->vm);
		kuvctl_put_any(o, "why", r->stopped->why);
	}
	if (c->left && r->journal->fd >= 0 && !r->is_dry_run) {
		char *command = go_on(r);

		kuvctl_put_any(o, "go-on", command);
		free(command);
	}
	json_object_object_add(o, "vms", list);
	kuvctl_print_json(o);
}

static enum kuvctl_colour colour_of(enum fleet_state state)
{
	switch (state) {
	case FLEET_DONE:
	case FLEET_UNCHANGED:
		return KUVCTL_GOOD;
	case FLEET_FAILED:
	case FLEET_DOUBT:
		return KUVCTL_BAD;
	default:
		return KUVCTL_WARN;
	}
}

static void print_entry(const struct fleet_report *r, size_t i)
{
	const struct fleet_entry *e = &r->journal->entries[i];
	bool would = r->is_dry_run && e->state == FLEET_NEW;
	const char *word = e->state == FLEET_MOVED ? "moved, left out" :
			   !would ? fleet_states[e->state] :
			   e->nr_changed ? "would" : "unchanged";

	printf("%-24s %5zu %s%-9s%s", e->vm, stage_of(r, i),
	       kuvctl_colour(colour_of(e->state)), word,
	       kuvctl_colour(KUVCTL_PLAIN));
	if (e->nr_changed)
		printf(" %u variables", e->nr_changed);
	if (e->pending)
		printf(" at its next start (plan %" PRIu64 ")", e->pending);
	if (e->why)
		printf(" %s", e->why);
	putchar('\n');
}

static void print_text(const struct fleet_report *r, const struct count *c)
{
	printf("%s%-24s %5s %-9s%s\n", kuvctl_colour(KUVCTL_HEAD), "VM",
	       "STAGE", "STATE", kuvctl_colour(KUVCTL_PLAIN));
	for (size_t i = 0; i < r->journal->nr; i++)
		print_entry(r, i);
	printf("%zu VMs: %zu done, %zu unchanged, %zu left", r->journal->nr,
	       c->in[FLEET_DONE], c->in[FLEET_UNCHANGED], c->left);
	if (c->in[FLEET_MOVED])
		printf(", %zu moved, left out", c->in[FLEET_MOVED]);
	printf("%s\n",
	       r->is_dry_run ? "; dry run, nothing was done" : "");
	if (r->stopped)
		printf("stopped at %s: %s\n", r->stopped->vm, r->stopped->why);
	if (c->left && r->journal->fd >= 0 && !r->is_dry_run) {
		char *command = go_on(r);

		printf("go on with: %s\n", command);
		free(command);
	}
}

int fleet_report_print(const struct fleet_report *r)
{
	struct count c = count(r->journal);

	if (kuvctl_json)
		print_json(r, &c);
	else
		print_text(r, &c);
	if (r->is_dry_run)
		return r->stopped ? KUVCTL_EXIT_REFUSED : 0;
	if (!c.left)
		return 0;
	/* A VM in doubt may have been changed. */
	return c.left + c.in[FLEET_MOVED] == r->journal->nr && !c.in[FLEET_DOUBT] && r->stopped ?
		       KUVCTL_EXIT_REFUSED : KUVCTL_EXIT_PARTLY;
}
