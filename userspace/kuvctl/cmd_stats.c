// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl list, stats, configure. */
#include "kuvctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

struct row {
	const char *name;
	const char *state;
	const char *durability;
	const char *options;
	uint64_t variables;
	uint64_t quarantined;
	uint64_t pending;
	uint64_t uid;
	bool in_use;
};

static void take(struct row *row, const char *key, const struct kuvctl_value *v)
{
	if (!strcmp(key, "state"))
		row->state = v->text;
	else if (!strcmp(key, "durability"))
		row->durability = v->text;
	else if (!strcmp(key, "options"))
		row->options = v->text;
	else if (!strcmp(key, "variables"))
		row->variables = v->number;
	else if (!strcmp(key, "quarantined"))
		row->quarantined = v->number;
	else if (!strcmp(key, "pending"))
		row->pending = v->number;
	else if (!strcmp(key, "uid"))
		row->uid = v->number;
	else if (!strcmp(key, "in-use"))
		row->in_use = v->number;
}

/* What List says of a VM in one word. */
static const char *state_of(const struct row *row)
{
	if (row->state && strcmp(row->state, "here") != 0)
		return row->state;
	return row->in_use ? "running" : "idle";
}

static void show_row(const struct row *row)
{
	printf("%-24s %-8s %9" PRIu64 " %7" PRIu64 " %-13s %5" PRIu64 " %s",
	       row->name, state_of(row), row->variables, row->pending,
	       row->durability ? row->durability : "-", row->uid,
	       row->options ? row->options : "-");
	if (row->quarantined)
		printf(" (%" PRIu64 " quarantined)", row->quarantined);
	putchar('\n');
}

static void show_vm(sd_bus_message *reply)
{
	struct row row = { 0 };
	struct kuvctl_value v;
	const char *key;

	kuvctl_check(sd_bus_message_read(reply, "s", &row.name));
	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "{sv}"));
	while ((key = kuvctl_next(reply, &v)))
		take(&row, key, &v);
	show_row(&row);
}

static json_object *vm_json(sd_bus_message *reply)
{
	struct row row = { 0 };
	json_object *o, *value;

	kuvctl_check(sd_bus_message_read(reply, "s", &row.name));
	o = kuvctl_dict_json(reply);
	if (json_object_object_get_ex(o, "state", &value))
		row.state = json_object_get_string(value);
	if (json_object_object_get_ex(o, "in-use", &value))
		row.in_use = json_object_get_boolean(value);
	/* May borrow from what it replaces. */
	value = json_object_new_string(state_of(&row));
	json_object_object_add(o, "state", value);
	json_object_object_add(o, "vm", json_object_new_string(row.name));
	return o;
}

int cmd_list(const struct kuvctl *k, int argc, char **argv)
{
	json_object *list = json_object_new_array();
	sd_bus_message *reply;
	sd_bus *bus;
	int r;

	if (argc != 1)
		kuvctl_usage(argv[0]);
	bus = kuvctl_connect(k);
	reply = kuvctl_call(bus, KUVCTL_VARD_SYNC, "List", "");
	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "(sa{sv})"));
	if (!kuvctl_json)
		printf("%-24s %-8s %9s %7s %-13s %5s %s\n", "VM", "STATE",
		       "VARIABLES", "PENDING", "DURABILITY", "USER", "OPTIONS");
	while ((r = sd_bus_message_enter_container(reply, 'r', "sa{sv}")) > 0) {
		if (kuvctl_json)
			json_object_array_add(list, vm_json(reply));
		else
			show_vm(reply);
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

/* A histogram by powers of two, from the first to the last step that counts. */
static void show_steps(const char *key, const struct kuvctl_value *v)
{
	size_t end = v->nr;

	while (end > 0 && !v->list[end - 1])
		end--;
	for (size_t i = 0; i < end; i++) {
		if (!v->list[i])
			continue;
		if (i + 1 == v->nr)
			printf("  %-22s %12" PRIu64 "  from %" PRIu64 " us\n",
			       key, v->list[i], UINT64_C(1) << (i - 1));
		else
			printf("  %-22s %12" PRIu64 "  below %" PRIu64 " us\n",
			       key, v->list[i], UINT64_C(1) << i);
	}
}

static void show_values(sd_bus_message *m, bool is_wanted)
{
	struct kuvctl_value v;
	const char *key;

	kuvctl_check(sd_bus_message_enter_container(m, 'a', "{sv}"));
	while ((key = kuvctl_next(m, &v))) {
		if (!is_wanted || !v.type)
			continue;
		if (v.type == 's')
			printf("  %-22s %12s\n", key, v.text);
		else if (v.type == 'a')
			show_steps(key, &v);
		else
			printf("  %-22s %12" PRIu64 "\n", key, v.number);
	}
}

static bool is_named(const char *vm, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], vm))
			return true;
	return argc == 1;
}

/* What vard-sync says of one VM; returns whether it is wanted. */
static bool show_stats_of(sd_bus_message *reply, json_object *list, int argc,
			  char **argv)
{
	json_object *o;
	bool is_wanted;
	const char *vm;

	kuvctl_check(sd_bus_message_read(reply, "s", &vm));
	is_wanted = is_named(vm, argc, argv);
	if (!kuvctl_json) {
		if (is_wanted)
			printf("VM %s\n", vm);
		show_values(reply, is_wanted);
		return is_wanted;
	}
	o = kuvctl_dict_json(reply);
	json_object_object_add(o, "vm", json_object_new_string(vm));
	if (is_wanted)
		json_object_array_add(list, json_object_get(o));
	json_object_put(o);
	return is_wanted;
}

int cmd_stats(const struct kuvctl *k, int argc, char **argv)
{
	sd_bus *bus = kuvctl_connect(k);
	sd_bus_message *reply = kuvctl_call(bus, KUVCTL_VARD_SYNC, "Stats", "");
	json_object *all = NULL, *list = json_object_new_array();
	int nr = 0, r;

	if (kuvctl_json)
		all = kuvctl_dict_json(reply);
	else if (argc == 1)
		puts("vard-sync");
	if (!kuvctl_json)
		show_values(reply, argc == 1);
	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "(sa{sv})"));
	while ((r = sd_bus_message_enter_container(reply, 'r', "sa{sv}")) > 0) {
		nr += show_stats_of(reply, list, argc, argv);
		kuvctl_check(sd_bus_message_exit_container(reply));
	}
	kuvctl_check(r);
	sd_bus_message_unref(reply);
	sd_bus_close_unref(bus);
	if (nr == 0 && argc > 1)
		fail(KUVCTL_EXIT_REFUSED,
		     "no such VM is open: only open ones have numbers, kuvctl list shows them");
	if (!kuvctl_json) {
		json_object_put(list);
		return 0;
	}
	json_object_object_add(all, "vms", list);
	kuvctl_print_json(all);
	return 0;
}

static void append_number(sd_bus_message *m, const char *key, const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (!strcmp(text, "unlimited"))
		n = UINT32_MAX;
	else if (*text < '0' || *text > '9' || *end || n >= UINT32_MAX)
		fail(KUVCTL_EXIT_USAGE,
		     "%s=%s: a number is wanted, 0 for the default%s", key,
		     text, strcmp(key, "change-rate") ? "" : ", or unlimited");
	kuvctl_check(sd_bus_message_append(m, "{sv}", key, "u", (uint32_t)n));
}

static void append_setting(sd_bus_message *m, char *text)
{
	char *value = strchr(text, '=');

	if (!value)
		fail(KUVCTL_EXIT_USAGE, "%s: NAME=VALUE is wanted", text);
	*value++ = 0;
	if (!strncmp(text, "change-", 7))
		append_number(m, text, value);
	else
		kuvctl_check(sd_bus_message_append(m, "{sv}", text, "s", value));
}

int cmd_configure(const struct kuvctl *k, int argc, char **argv)
{
	sd_bus_message *m;
	sd_bus *bus;

	if (argc < 3)
		kuvctl_usage(argv[0]);
	bus = kuvctl_connect(k);
	m = kuvctl_request(bus, KUVCTL_VARD_SYNC, "Configure");
	kuvctl_check(sd_bus_message_append(m, "s", argv[1]));
	kuvctl_check(sd_bus_message_open_container(m, 'a', "{sv}"));
	for (int i = 2; i < argc; i++)
		append_setting(m, argv[i]);
	kuvctl_check(sd_bus_message_close_container(m));
	sd_bus_message_unref(kuvctl_ask(bus, m));
	sd_bus_close_unref(bus);
	kuvctl_done(argv[0], argv[1], NULL, NULL);
	return 0;
}
