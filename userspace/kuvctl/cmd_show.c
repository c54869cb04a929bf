// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl show: the variables of a VM, readable. */
#include "cmd_vars.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "names.h"
#include "output.h"
#include "show.h"

struct options {
	struct show_style style;
	bool is_raw;
	const char *vm;
	char **words;
	int nr_words;
};

static const struct option long_options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "hex", no_argument, NULL, 'x' },
	{ "raw", no_argument, NULL, 'r' },
	{ 0 },
};

static void parse(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		switch (c) {
		case 'a':
			o->style.is_all = true;
			break;
		case 'x':
			o->style.is_hex = true;
			break;
		case 'r':
			o->is_raw = true;
			break;
		default:
			kuvctl_usage(argv[0]);
		}
	}
	if (argc == optind || (o->is_raw && o->style.is_hex))
		kuvctl_usage(argv[0]);
	o->vm = argv[optind];
	o->words = argv + optind + 1;
	o->nr_words = argc - optind - 1;
}

static bool is_wanted(const struct options *o, const struct vard_var *v)
{
	for (int i = 0; i < o->nr_words; i++)
		if (names_match(v, o->words[i]))
			return true;
	return o->nr_words == 0;
}

json_object *kuvctl_vm_json(const struct kuvctl_vars *v)
{
	json_object *o = json_object_new_object();

	show_put(o, "vm", "%s", v->vm);
	show_put(o, "uuid", "%s", v->uuid);
	json_object_object_add(o, "running",
			       json_object_new_boolean(v->is_running));
	json_object_object_add(o, "moved", json_object_new_boolean(v->is_moved));
	show_put(o, "options", "%s", v->options);
	show_put(o, "digest", "%s", v->digest);
	json_object_object_add(o, "pending",
			       json_object_new_int64(v->nr_pending));
	return o;
}

static size_t show_json(const struct kuvctl_vars *v, const struct options *o)
{
	json_object *vm = kuvctl_vm_json(v);
	json_object *list = json_object_new_array();
	size_t nr;

	for (size_t i = 0; i < v->list.nr; i++)
		if (is_wanted(o, &v->list.vars[i]))
			json_object_array_add(list, show_var(&v->list.vars[i]));
	nr = json_object_array_length(list);
	json_object_object_add(vm, "variables", list);
	kuvctl_print_json(vm);
	return nr;
}

/* A line that a program can read back: name, attributes, digits. */
static void show_raw(const struct vard_var *v)
{
	_cleanup_free_ char *name = vard_var_describe(v);
	char attributes[64];

	printf("%s %s ", name ? name : "",
	       show_attributes(v->attributes, ',', attributes));
	for (uint32_t i = 0; i < v->data_len; i++)
		printf("%02x", v->data[i]);
	putchar('\n');
}

static void show_head(const struct kuvctl_vars *v)
{
	printf("VM %s, %s, %zu variables, digest %s\n", v->vm,
	       v->is_moved ? "moved away" : v->is_running ? "running" : "stopped",
	       v->list.nr, v->digest);
	if (v->nr_pending)
		printf("%s%u plans wait for its next start%s: kuvctl pending %s\n",
		       kuvctl_colour(KUVCTL_WARN), v->nr_pending,
		       kuvctl_colour(KUVCTL_PLAIN), v->vm);
	putchar('\n');
}

static size_t show_text(const struct kuvctl_vars *v, const struct options *o)
{
	size_t nr = 0;

	if (o->nr_words == 0 && !o->is_raw)
		show_head(v);
	for (size_t i = 0; i < v->list.nr; i++) {
		if (!is_wanted(o, &v->list.vars[i]))
			continue;
		nr++;
		if (o->is_raw)
			show_raw(&v->list.vars[i]);
		else
			show_print(stdout, &v->list.vars[i], &o->style);
	}
	return nr;
}

int cmd_show(const struct kuvctl *k, int argc, char **argv)
{
	struct kuvctl_vars v;
	struct options o = { 0 };
	size_t nr;
	sd_bus *bus;

	parse(&o, argc, argv);
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, o.vm, &v);
	nr = kuvctl_json ? show_json(&v, &o) : show_text(&v, &o);
	if (nr == 0 && o.nr_words > 0)
		fail(KUVCTL_EXIT_NO_VARIABLE, "VM %s has no variable %s%s",
		     o.vm, o.words[0], o.nr_words > 1 ? " nor the others" : "");
	kuvctl_vars_free(&v);
	sd_bus_close_unref(bus);
	return 0;
}
