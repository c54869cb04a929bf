// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl snapshot, snapshots, restore, delete-snapshot, clone, reset, remove, audit. */
#include "kuvctl.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "output.h"
#include "var.h"

/* Lines of the audit without -n. */
#define AUDIT_DEFAULT 100

/*
 * A method with some words and an empty answer. The first one is a VM; @key says
 * what the second one is.
 */
static int call_words(const struct kuvctl *k, const char *method, int argc,
		      char **argv, int nr, const char *key)
{
	sd_bus_message *call;
	sd_bus *bus;

	if (argc != nr + 1)
		kuvctl_usage(argv[0]);
	bus = kuvctl_connect(k);
	call = kuvctl_request(bus, KUVCTL_SNAPSHOT, method);
	for (int i = 1; i <= nr; i++)
		kuvctl_check(sd_bus_message_append(call, "s", argv[i]));
	sd_bus_message_unref(kuvctl_ask(bus, call));
	sd_bus_close_unref(bus);
	kuvctl_done(argv[0], argv[1], key, key ? argv[2] : NULL);
	return 0;
}

int cmd_snapshot(const struct kuvctl *k, int argc, char **argv)
{
	return call_words(k, "Create", argc, argv, 2, "snapshot");
}

int cmd_restore(const struct kuvctl *k, int argc, char **argv)
{
	return call_words(k, "Restore", argc, argv, 2, "snapshot");
}

int cmd_delete_snapshot(const struct kuvctl *k, int argc, char **argv)
{
	return call_words(k, "Delete", argc, argv, 2, "snapshot");
}

int cmd_reset(const struct kuvctl *k, int argc, char **argv)
{
	char *words[] = { argv[0], argv[1], argc == 3 ? argv[2] : "", NULL };

	/* Without a template: the one the VM was made from. */
	return call_words(k, "Reset", argc == 2 ? 3 : argc, words, 2,
			  "template");
}

int cmd_remove(const struct kuvctl *k, int argc, char **argv)
{
	char *words[] = { argv[0], argv[argc - 1], NULL };

	if (argc != 3 || strcmp(argv[1], "--yes") != 0)
		kuvctl_usage(argv[0]);
	return call_words(k, "Remove", 2, words, 1, NULL);
}

struct snapshot {
	const char *created;
	const char *digest;
	uint64_t uid;
	uint64_t variables;
};

static void take_snapshot(struct snapshot *s, const char *key,
			  const struct kuvctl_value *v)
{
	if (!strcmp(key, "created"))
		s->created = v->text;
	else if (!strcmp(key, "digest"))
		s->digest = v->text;
	else if (!strcmp(key, "uid"))
		s->uid = v->number;
	else if (!strcmp(key, "variables"))
		s->variables = v->number;
}

/* A name and facts about it. */
static json_object *named_json(sd_bus_message *reply)
{
	const char *name;
	json_object *o;

	kuvctl_check(sd_bus_message_read(reply, "s", &name));
	o = kuvctl_dict_json(reply);
	json_object_object_add(o, "snapshot", json_object_new_string(name));
	return o;
}

static void show_snapshot(sd_bus_message *reply)
{
	struct snapshot s = { .created = "-", .digest = "-" };
	struct kuvctl_value v;
	const char *name, *key;

	kuvctl_check(sd_bus_message_read(reply, "s", &name));
	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "{sv}"));
	while ((key = kuvctl_next(reply, &v)))
		take_snapshot(&s, key, &v);
	printf("%-24s %-19s %9" PRIu64 " %5" PRIu64 " %s\n", name, s.created,
	       s.variables, s.uid, s.digest);
}

int cmd_snapshots(const struct kuvctl *k, int argc, char **argv)
{
	json_object *list = json_object_new_array();
	sd_bus_message *reply;
	sd_bus *bus;
	int r;

	if (argc != 2)
		kuvctl_usage(argv[0]);
	bus = kuvctl_connect(k);
	reply = kuvctl_call(bus, KUVCTL_SNAPSHOT, "List", "s", argv[1]);
	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "(sa{sv})"));
	if (!kuvctl_json)
		printf("%-24s %-19s %9s %5s %s\n", "SNAPSHOT", "CREATED (UTC)",
		       "VARIABLES", "USER", "SHA-256");
	while ((r = sd_bus_message_enter_container(reply, 'r', "sa{sv}")) > 0) {
		if (kuvctl_json)
			json_object_array_add(list, named_json(reply));
		else
			show_snapshot(reply);
		kuvctl_check(sd_bus_message_exit_container(reply));
	}
	kuvctl_check(r);
	if (kuvctl_json)
		kuvctl_print_json(json_object_get(list));
	json_object_put(list);
	sd_bus_message_unref(reply);
	sd_bus_close_unref(bus);
	return 0;
}

/* What a clone is asked for on the command line. */
struct clone {
	char **globs;
	size_t nr;
	bool keeps_machine;
};

static const struct option clone_options[] = {
	{ "remove", required_argument, NULL, 'r' },
	{ "keep-machine", no_argument, NULL, 'k' },
	{ 0 },
};

static void parse_clone(struct clone *clone, int argc, char **argv)
{
	int c;

	clone->globs = calloc((size_t)argc + 1, sizeof(*clone->globs));
	if (!clone->globs)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	while ((c = getopt_long(argc, argv, "+", clone_options, NULL)) >= 0) {
		switch (c) {
		case 'r':
			clone->globs[clone->nr++] = optarg;
			break;
		case 'k':
			clone->keeps_machine = true;
			break;
		default:
			kuvctl_usage(argv[0]);
		}
	}
	if (argc - optind != 2)
		kuvctl_usage(argv[0]);
}

static void append_clone(sd_bus_message *call, const struct clone *clone)
{
	kuvctl_check(sd_bus_message_open_container(call, 'a', "{sv}"));
	kuvctl_check(sd_bus_message_append(call, "{sv}", "keep-machine", "b",
					   clone->keeps_machine));
	kuvctl_check(sd_bus_message_open_container(call, 'e', "sv"));
	kuvctl_check(sd_bus_message_append(call, "s", "remove"));
	kuvctl_check(sd_bus_message_open_container(call, 'v', "as"));
	kuvctl_check(sd_bus_message_append_strv(call, clone->globs));
	for (int i = 0; i < 3; i++)
		kuvctl_check(sd_bus_message_close_container(call));
}

static void tell_clone(const char *vm, const char *clone, uint32_t nr_removed)
{
	json_object *o;

	if (!kuvctl_json) {
		printf("%s: without %" PRIu32 " variables of %s\n", clone,
		       nr_removed, vm);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "done", json_object_new_string("clone"));
	json_object_object_add(o, "vm", json_object_new_string(vm));
	json_object_object_add(o, "clone", json_object_new_string(clone));
	json_object_object_add(o, "removed", json_object_new_int64(nr_removed));
	kuvctl_print_json(o);
}

int cmd_clone(const struct kuvctl *k, int argc, char **argv)
{
	struct clone clone = { 0 };
	sd_bus_message *call, *reply;
	uint32_t nr_removed;
	sd_bus *bus;

	parse_clone(&clone, argc, argv);
	bus = kuvctl_connect(k);
	call = kuvctl_request(bus, KUVCTL_SNAPSHOT, "Clone");
	kuvctl_check(sd_bus_message_append(call, "ss", argv[optind],
					   argv[optind + 1]));
	append_clone(call, &clone);
	reply = kuvctl_ask(bus, call);
	kuvctl_check(sd_bus_message_read(reply, "u", &nr_removed));
	tell_clone(argv[optind], argv[optind + 1], nr_removed);
	free(clone.globs);
	sd_bus_message_unref(reply);
	sd_bus_close_unref(bus);
	return 0;
}

struct entry {
	const char *when;
	const char *vm;
	const char *action;
	const char *detail;
	const char *old_digest;
	const char *new_digest;
	uint64_t uid;
};

static void take_entry(struct entry *e, const char *key,
		       const struct kuvctl_value *v)
{
	if (!strcmp(key, "when"))
		e->when = v->text;
	else if (!strcmp(key, "vm"))
		e->vm = v->text;
	else if (!strcmp(key, "action"))
		e->action = v->text;
	else if (!strcmp(key, "detail"))
		e->detail = v->text;
	else if (!strcmp(key, "old-digest"))
		e->old_digest = v->text;
	else if (!strcmp(key, "new-digest"))
		e->new_digest = v->text;
	else if (!strcmp(key, "uid"))
		e->uid = v->number;
}

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static void show_entry(const struct entry *e)
{
	/* Names of a guest's variables may be in it. */
	_cleanup_free_ char *detail = strdup(e->detail ? e->detail : "");

	if (!detail)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	vard_text_clean(detail);
	printf("%s uid %" PRIu64 " %s %s", or_dash(e->when), e->uid,
	       or_dash(e->vm), or_dash(e->action));
	if (*detail)
		printf(": %s", detail);
	/* Settings change no variables. */
	if ((e->old_digest && *e->old_digest) ||
	    (e->new_digest && *e->new_digest))
		printf("\n    %s -> %s", or_dash(e->old_digest),
		       or_dash(e->new_digest));
	putchar('\n');
}

static uint32_t parse_audit(int argc, char **argv)
{
	unsigned long max = AUDIT_DEFAULT;
	char *end = "";
	int c;

	while ((c = getopt(argc, argv, "+n:")) >= 0) {
		if (c != 'n')
			kuvctl_usage(argv[0]);
		max = strtoul(optarg, &end, 10);
		if (!*optarg || *end || *optarg == '-' || max < 1 ||
		    max > UINT32_MAX)
			kuvctl_usage(argv[0]);
	}
	if (argc - optind > 1)
		kuvctl_usage(argv[0]);
	return (uint32_t)max;
}

static void show_audit(sd_bus_message *reply)
{
	struct entry e = { 0 };
	struct kuvctl_value v;
	const char *key;

	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "{sv}"));
	while ((key = kuvctl_next(reply, &v)))
		take_entry(&e, key, &v);
	show_entry(&e);
}

int cmd_audit(const struct kuvctl *k, int argc, char **argv)
{
	uint32_t max = parse_audit(argc, argv);
	sd_bus *bus = kuvctl_connect(k);
	json_object *list = json_object_new_array();
	sd_bus_message *reply;

	reply = kuvctl_call(bus, KUVCTL_SNAPSHOT, "Audit", "su",
			    optind < argc ? argv[optind] : "", max);
	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "a{sv}"));
	while (sd_bus_message_at_end(reply, false) == 0) {
		if (kuvctl_json)
			json_object_array_add(list, kuvctl_dict_json(reply));
		else
			show_audit(reply);
	}
	if (kuvctl_json)
		kuvctl_print_json(json_object_get(list));
	json_object_put(list);
	sd_bus_message_unref(reply);
	sd_bus_close_unref(bus);
	return 0;
}
