// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl pending: changes that wait for a VM's next start. */
#include "cmd_vars.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "output.h"
#include "show.h"

static const struct option long_options[] = {
	{ "drop", required_argument, NULL, 'd' },
	{ 0 },
};

static const char *const op_names[] = {
	[KUVCTL_SET] = "set",
	[KUVCTL_DELETE] = "delete",
	[KUVCTL_SIGNED] = "signed",
};

static const char *op_name(uint32_t op)
{
	return op < sizeof(op_names) / sizeof(op_names[0]) ? op_names[op] : "?";
}

/* Texts and numbers, whatever vard-sync tells of a plan. */
static void read_facts(sd_bus_message *m, json_object *plan)
{
	struct kuvctl_value value;
	const char *key;

	kuvctl_check(sd_bus_message_enter_container(m, 'a', "{sv}"));
	while ((key = kuvctl_next(m, &value))) {
		if (value.type == 's' && *value.text)
			show_put(plan, key, "%s", value.text);
		else if (value.type == 'u' || value.type == 't')
			json_object_object_add(plan, key,
					       json_object_new_uint64(
						       value.number));
		else if (value.type == 'b')
			json_object_object_add(plan, key,
					       json_object_new_boolean(
						       value.number != 0));
	}
}

static json_object *read_changes(sd_bus_message *m)
{
	json_object *list = json_object_new_array();
	int r;

	kuvctl_check(sd_bus_message_enter_container(m, 'a', "(uayayuayay)"));
	while ((r = sd_bus_message_enter_container(m, 'r', "uayayuayay")) > 0) {
		struct vard_var v = { 0 };
		json_object *o;
		uint32_t op;

		kuvctl_check(sd_bus_message_read(m, "u", &op));
		kuvctl_check(kuvctl_vars_read_one(m, &v));
		kuvctl_check(sd_bus_message_exit_container(m));
		o = show_var(&v);
		json_object_object_add(o, "change",
				       json_object_new_string(op_name(op)));
		/* Before what it carries stands its signature. */
		if (op == KUVCTL_SIGNED)
			json_object_object_del(o, "value");
		json_object_array_add(list, o);
		kuvctl_var_free(&v);
	}
	kuvctl_check(r);
	kuvctl_check(sd_bus_message_exit_container(m));
	return list;
}

static json_object *read_plans(sd_bus_message *m)
{
	json_object *list = json_object_new_array();
	int r;

	kuvctl_check(sd_bus_message_enter_container(
		m, 'a', "(ta{sv}a(uayayuayay))"));
	while ((r = sd_bus_message_enter_container(
			m, 'r', "ta{sv}a(uayayuayay)")) > 0) {
		json_object *plan = json_object_new_object();
		uint64_t id;

		kuvctl_check(sd_bus_message_read(m, "t", &id));
		json_object_object_add(plan, "plan", json_object_new_uint64(id));
		read_facts(m, plan);
		json_object_object_add(plan, "changes", read_changes(m));
		kuvctl_check(sd_bus_message_exit_container(m));
		json_object_array_add(list, plan);
	}
	kuvctl_check(r);
	return list;
}

static const char *member(json_object *o, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
		       json_object_get_string(value) : "";
}

static void print_change(json_object *change)
{
	json_object *value;
	const char *summary = "";

	if (json_object_object_get_ex(change, "value", &value))
		summary = member(value, "summary");
	printf("    %-6s %s-%s  %s\n", member(change, "change"),
	       member(change, "name"), member(change, "guid"), summary);
}

static void print_plan(json_object *plan)
{
	json_object *changes;

	json_object_object_foreach(plan, key, value)
		if (!json_object_is_type(value, json_type_array))
			printf("%s %s  ", key, json_object_get_string(value));
	putchar('\n');
	json_object_object_get_ex(plan, "changes", &changes);
	for (size_t i = 0; i < json_object_array_length(changes); i++)
		print_change(json_object_array_get_idx(changes, i));
}

static void show_plans(sd_bus *bus, const char *vm)
{
	sd_bus_message *reply = kuvctl_call(bus, KUVCTL_VARIABLES, "Pending",
					    "s", vm);
	json_object *list = read_plans(reply);

	sd_bus_message_unref(reply);
	if (kuvctl_json) {
		kuvctl_print_json(list);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++)
		print_plan(json_object_array_get_idx(list, i));
	if (json_object_array_length(list) == 0)
		printf("VM %s: nothing waits for its next start\n", vm);
	json_object_put(list);
}

static void drop(sd_bus *bus, const char *vm, uint64_t id)
{
	json_object *o;

	sd_bus_message_unref(kuvctl_call(bus, KUVCTL_VARIABLES, "DropPending",
					 "st", vm, id));
	if (!kuvctl_json) {
		printf("VM %s: plan %" PRIu64 " is dropped\n", vm, id);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "vm", json_object_new_string(vm));
	json_object_object_add(o, "dropped", json_object_new_uint64(id));
	kuvctl_print_json(o);
}

int cmd_pending(const struct kuvctl *k, int argc, char **argv)
{
	uint64_t id = 0;
	char *end;
	sd_bus *bus;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		if (c != 'd')
			kuvctl_usage(argv[0]);
		id = strtoull(optarg, &end, 10);
		if (*optarg < '1' || *optarg > '9' || *end)
			kuvctl_usage(argv[0]);
	}
	if (argc - optind != 1)
		kuvctl_usage(argv[0]);
	bus = kuvctl_connect(k);
	if (id)
		drop(bus, argv[optind], id);
	else
		show_plans(bus, argv[optind]);
	sd_bus_close_unref(bus);
	return 0;
}
