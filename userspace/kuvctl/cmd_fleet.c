// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl fleet: many VMs at once. */
#include "fleet.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct kuvctl_command kuvctl_fleet_commands[] = {
	{ "fleet",
	  "query [--missing CERT]... [--dbx-below N] [--setup-mode] [--expired]\n"
	  "      [--test-pk] [--foreign-pk] [--pending] [--own FILE]... [VM-GLOB...] |\n"
	  "      apply --plan FILE [--state FILE] [--dry-run] [--stage N] [--resume]",
	  "find VMs by their keys, and change many by a plan", cmd_fleet },
	{ 0 },
};

static bool matches(const char *name, char *const *globs, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!fnmatch(globs[i], name, 0))
			return true;
	return nr == 0;
}

static int by_name(const void *a, const void *b)
{
	const struct fleet_vm *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void add(struct fleet_vm **list, size_t *nr, const char *name)
{
	/* At 0, 1, 2, 4, 8, ... */
	if ((*nr & (*nr - 1)) == 0)
		*list = reallocarray(*list, *nr ? *nr * 2 : 1, sizeof(**list));
	if (*list)
		(*list)[*nr].name = strdup(name);
	if (!*list || !(*list)[*nr].name)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	(*nr)++;
}

size_t fleet_list(sd_bus *bus, char *const *globs, size_t nr,
		  struct fleet_vm **ret)
{
	sd_bus_message *reply = kuvctl_call(bus, KUVCTL_VARD_SYNC, "List", "");
	struct fleet_vm *list = NULL;
	size_t n = 0;
	int r;

	kuvctl_check(sd_bus_message_enter_container(reply, 'a', "(sa{sv})"));
	while ((r = sd_bus_message_enter_container(reply, 'r', "sa{sv}")) > 0) {
		const char *name;

		kuvctl_check(sd_bus_message_read(reply, "s", &name));
		kuvctl_check(sd_bus_message_skip(reply, "a{sv}"));
		kuvctl_check(sd_bus_message_exit_container(reply));
		if (matches(name, globs, nr))
			add(&list, &n, name);
	}
	kuvctl_check(r);
	sd_bus_message_unref(reply);
	if (n > 1)
		qsort(list, n, sizeof(*list), by_name);
	*ret = list;
	return n;
}

int cmd_fleet(const struct kuvctl *k, int argc, char **argv)
{
	/* The usage is that of the command, also for its halves. */
	if (argc < 2)
		kuvctl_usage(argv[0]);
	if (!strcmp(argv[1], "query"))
		return cmd_fleet_query(k, argc - 1, argv + 1);
	if (!strcmp(argv[1], "apply"))
		return cmd_fleet_apply(k, argc - 1, argv + 1);
	kuvctl_usage(argv[0]);
}
