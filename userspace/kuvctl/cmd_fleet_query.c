// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl fleet query: whose keys VMs have, and what they lack. */
#include "fleet.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output.h"

/* One query. */
struct query {
	struct fleet_find find;
	int64_t now;
	json_object *rows;
	size_t nr_vms;
	size_t nr_found;
	size_t nr_moved;
	size_t nr_failed;
};

static const struct option long_options[] = {
	{ "missing", required_argument, NULL, 0 },
	{ "dbx-below", required_argument, NULL, 0 },
	{ "own", required_argument, NULL, 0 },
	{ "setup-mode", no_argument, NULL, 0 },
	{ "foreign-pk", no_argument, NULL, 0 },
	{ "test-pk", no_argument, NULL, 0 },
	{ "expired", no_argument, NULL, 0 },
	{ "pending", no_argument, NULL, 0 },
	{ 0 },
};

static void parse(struct query *q, int argc, char **argv)
{
	char why[FLEET_WHY_MAX];
	int c, i = 0;

	while ((c = getopt_long(argc, argv, "", long_options, &i)) >= 0) {
		if (c)
			kuvctl_usage("fleet");
		if (!fleet_find_add(&q->find, long_options[i].name, optarg,
				    why))
			fail(KUVCTL_EXIT_USAGE, "%s", why);
	}
	fleet_find_finish(&q->find);
}

/* Which of Microsoft's certificates of a generation a VM lacks. */
static json_object *lacking(const struct fleet_facts *f, unsigned int generation)
{
	json_object *list = json_object_new_array();
	const struct cert_known *c;

	for (size_t i = 0; (c = cert_known_at(i)); i++)
		if (fleet_is_of(c, generation) &&
		    !fleet_facts_has(f, c->sha256, c->flags))
			json_object_array_add(list,
					      json_object_new_string(c->id));
	return list;
}

static json_object *cert_json(const struct fleet_cert *c, int64_t now)
{
	json_object *o = json_object_new_object();
	char hash[65], date[CERT_DATE];

	cert_hex(c->info.sha256, 32, hash);
	cert_date(c->info.not_after, date);
	kuvctl_put(o, "in", c->where == CERT_PK ? "PK" :
		     c->where == CERT_KEK ? "KEK" : "db");
	kuvctl_put(o, "name", c->info.name);
	if (c->info.known)
		kuvctl_put(o, "known", c->info.known->id);
	kuvctl_put(o, "sha256", hash);
	kuvctl_put(o, "expires", date);
	kuvctl_put_flag(o, "expired", cert_is_expired(&c->info, now));
	return o;
}

static json_object *keys_json(const struct fleet_facts *f, int64_t now)
{
	json_object *o = json_object_new_object();
	json_object *list = json_object_new_array();
	char version[16];

	kuvctl_put(o, "pk", fleet_pk_word(f->pk));
	kuvctl_put(o, "pk-name", fleet_facts_pk(f));
	for (size_t i = 0; i < f->nr_certs; i++)
		json_object_array_add(list, cert_json(&f->certs[i], now));
	json_object_object_add(o, "certificates", list);
	json_object_object_add(o, "missing-2011", lacking(f, CERT_2011));
	json_object_object_add(o, "missing-2023", lacking(f, CERT_2023));
	kuvctl_put_number(o, "dbx", f->nr_dbx);
	if (f->svn) {
		snprintf(version, sizeof(version), "%u.%u", f->svn >> 16,
			 f->svn & UINT16_MAX);
		kuvctl_put(o, "dbx-version", version);
	}
	return o;
}

static void add_row(struct query *q, const struct kuvctl_vars *v)
{
	json_object *row = json_object_new_object(), *findings, *keys;
	struct fleet_facts f;

	fleet_facts_get(v, &q->find, &f);
	/* What another host has now is looked at there. */
	findings = v->is_moved ? json_object_new_array() :
		   fleet_findings(&q->find, &f, v->nr_pending, q->now);
	keys = keys_json(&f, q->now);
	kuvctl_put(row, "vm", v->vm);
	kuvctl_put(row, "state", v->is_moved ? "moved" :
			  v->is_running ? "running" : "idle");
	json_object_object_foreach(keys, key, value)
		json_object_object_add(row, key, json_object_get(value));
	json_object_put(keys);
	kuvctl_put_number(row, "pending", v->nr_pending);
	kuvctl_put(row, "digest", v->digest);
	json_object_object_add(row, "findings", findings);
	if (json_object_array_length(findings) > 0)
		q->nr_found++;
	json_object_array_add(q->rows, row);
	fleet_facts_free(&f);
}

/* A VM that cannot be looked at is a finding, too, unless it is gone. */
static void add_failure(struct query *q, const char *vm, const sd_bus_error *e,
			int r)
{
	json_object *row = json_object_new_object();

	kuvctl_put(row, "vm", vm);
	kuvctl_put(row, "error", e->message ? e->message : strerror(-r));
	json_object_array_add(q->rows, row);
	q->nr_failed++;
}

static void ask(struct query *q, sd_bus *bus, const char *vm)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	struct kuvctl_vars v;
	int r = kuvctl_vars_try(bus, vm, &v, &e);

	if (r >= 0) {
		add_row(q, &v);
		if (v.is_moved)
			q->nr_moved++;
		else
			q->nr_vms++;
		kuvctl_vars_free(&v);
	} else if (sd_bus_error_has_name(&e,
					 "org.kvm_uefivars.Error.NoPermission") ||
		   kuvctl_is_lost(&e, r)) {
		kuvctl_refused(&e, r);
	} else if (!sd_bus_error_has_name(&e,
					  "org.kvm_uefivars.Error.NotFound")) {
		add_failure(q, vm, &e, r);
	}
	sd_bus_error_free(&e);
}

static const char *text_of(json_object *row, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(row, key, &value) ?
		       json_object_get_string(value) : "";
}

static size_t length_of(json_object *row, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(row, key, &value) ?
		       json_object_array_length(value) : 0;
}

static const char *mark(size_t nr_missing, size_t nr_all)
{
	return nr_missing == 0 ? "all" : nr_missing == nr_all ? "none" : "part";
}

static size_t nr_of(unsigned int generation)
{
	const struct cert_known *c;
	size_t n = 0;

	for (size_t i = 0; (c = cert_known_at(i)); i++)
		n += fleet_is_of(c, generation);
	return n;
}

static void print_row(json_object *row)
{
	json_object *findings;
	enum kuvctl_colour colour =
		length_of(row, "findings") > 0 ? KUVCTL_WARN :
		!strcmp(text_of(row, "state"), "moved") ? KUVCTL_PLAIN :
							  KUVCTL_GOOD;
	const char *version = text_of(row, "dbx-version");

	if (*text_of(row, "error")) {
		printf("%-24s %s%s%s\n", text_of(row, "vm"),
		       kuvctl_colour(KUVCTL_BAD), text_of(row, "error"),
		       kuvctl_colour(KUVCTL_PLAIN));
		return;
	}
	printf("%s%-24s%s %-7s %-7s %-4s %-4s %5s%s%-5s %3s",
	       kuvctl_colour(colour),
	       text_of(row, "vm"), kuvctl_colour(KUVCTL_PLAIN),
	       text_of(row, "state"), text_of(row, "pk"),
	       mark(length_of(row, "missing-2011"), nr_of(CERT_2011)),
	       mark(length_of(row, "missing-2023"), nr_of(CERT_2023)),
	       text_of(row, "dbx"), *version ? "/" : " ", version,
	       text_of(row, "pending"));
	json_object_object_get_ex(row, "findings", &findings);
	for (size_t i = 0; i < json_object_array_length(findings); i++)
		printf("%s%s", i ? ", " : "  ",
		       json_object_get_string(
			       json_object_array_get_idx(findings, i)));
	putchar('\n');
}

static void print(const struct query *q)
{
	printf("%s%-24s %-7s %-7s %-4s %-4s %-11s %s  %s%s\n",
	       kuvctl_colour(KUVCTL_HEAD), "VM", "STATE", "PK", "2011", "2023",
	       "  DBX", "PEN", "FOUND", kuvctl_colour(KUVCTL_PLAIN));
	for (size_t i = 0; i < json_object_array_length(q->rows); i++) {
		json_object *row = json_object_array_get_idx(q->rows, i);

		/* Who asks for something gets the VMs that have it. */
		if (q->find.is_default || *text_of(row, "error") ||
		    length_of(row, "findings"))
			print_row(row);
	}
	printf("%zu of %zu VMs", q->nr_found, q->nr_vms);
	if (q->nr_moved)
		printf("; %zu moved, left out", q->nr_moved);
	putchar('\n');
}

static void print_json(struct query *q)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "vms", q->rows);
	kuvctl_put_number(o, "found", q->nr_found);
	kuvctl_put_number(o, "looked-at", q->nr_vms);
	kuvctl_put_number(o, "moved", q->nr_moved);
	kuvctl_print_json(o);
	q->rows = NULL;
}

int cmd_fleet_query(const struct kuvctl *k, int argc, char **argv)
{
	struct query q = { .now = time(NULL) };
	struct fleet_vm *vms;
	sd_bus *bus;
	size_t nr;

	parse(&q, argc, argv);
	bus = kuvctl_connect(k);
	q.rows = json_object_new_array();
	nr = fleet_list(bus, argv + optind, (size_t)(argc - optind), &vms);
	for (size_t i = 0; i < nr; i++) {
		ask(&q, bus, vms[i].name);
		free(vms[i].name);
	}
	free(vms);
	sd_bus_close_unref(bus);
	if (kuvctl_json)
		print_json(&q);
	else
		print(&q);
	json_object_put(q.rows);
	fleet_find_free(&q.find);
	if (q.nr_failed)
		return KUVCTL_EXIT_REFUSED;
	return q.nr_found ? KUVCTL_EXIT_DIFFERS : 0;
}
