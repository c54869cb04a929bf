// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl: look after the UEFI variables that vard-sync keeps. */
#include "kuvctl.h"
#include "output.h"
#include "var.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "0.1"
#define DEFAULT_SOCKET "/run/vard-sync/control"

static int cmd_help(const struct kuvctl *k, int argc, char **argv);

/* Here and not with the others: it knows all of them. */
static const struct kuvctl_command help_commands[] = {
	{ "help", "[COMMAND]", "all commands, or how one is called", cmd_help },
	{ 0 },
};

/* A group of commands is in one file each; a command without a name ends it. */
static const struct kuvctl_command *const groups[] = {
	kuvctl_vm_commands,
	kuvctl_var_commands,
	kuvctl_file_commands,
	kuvctl_sb_commands,
	kuvctl_fleet_commands,
	help_commands,
};

#define NR_GROUPS (sizeof(groups) / sizeof(groups[0]))

/* Names of a guest's may be in it; vard-sync may say several lines. */
static void clean(char *text)
{
	char *end;

	for (; (end = strchr(text, '\n')); text = end + 1) {
		*end = 0;
		vard_text_clean(text);
		*end = '\n';
	}
	vard_text_clean(text);
}

void fail(enum kuvctl_exit status, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	fflush(stdout);
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		clean(text);
	fprintf(stderr, "kuvctl: %s\n", text ? text : format);
	free(text);
	exit(status);
}

static const struct kuvctl_command *find(const char *name)
{
	for (size_t i = 0; i < NR_GROUPS; i++)
		for (const struct kuvctl_command *c = groups[i]; c->name; c++)
			if (!strcmp(c->name, name))
				return c;
	return NULL;
}

void kuvctl_usage(const char *name)
{
	const struct kuvctl_command *c = find(name);

	fprintf(stderr, "usage: kuvctl %s %s\n", c->name, c->arguments);
	exit(KUVCTL_EXIT_USAGE);
}

static void help_group(const struct kuvctl_command *c)
{
	for (; c->name; c++)
		printf("  %s%s%s\n      %s\n", c->name,
		       c->arguments[0] ? " " : "", c->arguments, c->help);
}

static void help(void)
{
	puts("usage: kuvctl [--socket PATH] [--json] COMMAND [ARGUMENT...]\n"
	     "Looks after the UEFI variables that vard-sync keeps.\n");
	for (size_t i = 0; i < NR_GROUPS; i++)
		help_group(groups[i]);
	puts("\n  --socket PATH  where vard-sync listens (default " DEFAULT_SOCKET
	     ")\n  --json         print for programs\n  --version, --help\n\n"
	     "kuvctl(1) and the pages it names describe them.");
}

static void help_json(void)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < NR_GROUPS; i++) {
		for (const struct kuvctl_command *c = groups[i]; c->name; c++) {
			json_object *o = json_object_new_object();

			json_object_object_add(o, "name",
					       json_object_new_string(c->name));
			json_object_object_add(
				o, "arguments",
				json_object_new_string(c->arguments));
			json_object_object_add(o, "help",
					       json_object_new_string(c->help));
			json_object_array_add(list, o);
		}
	}
	kuvctl_print_json(list);
}

static int help_one(const char *name)
{
	const struct kuvctl_command *c = find(name);

	if (!c)
		fail(KUVCTL_EXIT_USAGE, "no command %s: kuvctl help lists them",
		     name);
	printf("usage: kuvctl %s %s\n    %s\n", c->name, c->arguments,
	       c->help);
	return 0;
}

static int cmd_help(const struct kuvctl *k, int argc, char **argv)
{
	(void)k;
	if (argc > 2)
		kuvctl_usage(argv[0]);
	if (argc == 2)
		return help_one(argv[1]);
	if (kuvctl_json)
		help_json();
	else
		help();
	return 0;
}

static const struct option long_options[] = {
	{ "socket", required_argument, NULL, 's' },
	{ "version", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Up to the command; its own options it reads itself. */
static void parse_options(struct kuvctl *k, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "+", long_options, NULL)) >= 0) {
		switch (c) {
		case 's':
			k->socket = optarg;
			break;
		case 'v':
			puts("kuvctl " VERSION);
			exit(0);
		case 'h':
			help();
			exit(0);
		default:
			exit(KUVCTL_EXIT_USAGE);
		}
	}
}

int main(int argc, char **argv)
{
	struct kuvctl k = { .socket = DEFAULT_SOCKET };
	const struct kuvctl_command *c;
	int first, r;

	signal(SIGPIPE, SIG_IGN);
	kuvctl_take_json(&argc, argv);
	parse_options(&k, argc, argv);
	if (optind == argc)
		fail(KUVCTL_EXIT_USAGE, "a command is missing: kuvctl --help lists them");
	c = find(argv[optind]);
	if (!c)
		fail(KUVCTL_EXIT_USAGE, "no command %s: kuvctl --help lists them",
		     argv[optind]);
	first = optind;
	/* Begin anew: glibc's getopt keeps more than optind. */
	optind = 0;
	r = c->run(&k, argc - first, argv + first);
	if (fflush(stdout) < 0 || ferror(stdout))
		fail(KUVCTL_EXIT_INTERNAL, "cannot write the output");
	return r;
}
