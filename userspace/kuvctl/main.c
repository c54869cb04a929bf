// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl: look after the UEFI variables that vard-sync keeps. */
#include "kuvctl.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "0.1"
#define DEFAULT_SOCKET "/run/vard-sync/control"

static const struct kuvctl_command commands[] = {
	{ "list", "", "the VMs and what is known of them", cmd_list },
	{ "stats", "[VM...]", "what saving costs, for vard-sync and each VM",
	  cmd_stats },
	{ "configure", "VM NAME=VALUE...",
	  "change durability, options, change-rate, change-burst", cmd_configure },
	{ "move-out", "[--now] [--via COMMAND] VM | --undo VM",
	  "give a VM to kuvctl move-in, or take it back", cmd_move_out },
	{ "move-in", "VM", "take a VM from kuvctl move-out", cmd_move_in },
	{ "snapshot", "VM NAME", "keep a VM's variables as they are now",
	  cmd_snapshot },
	{ "snapshots", "VM", "the snapshots of a VM", cmd_snapshots },
	{ "restore", "VM NAME", "go back to a snapshot", cmd_restore },
	{ "delete-snapshot", "VM NAME", "forget a snapshot",
	  cmd_delete_snapshot },
	{ "clone", "[--remove GLOB]... [--keep-machine] VM NEW",
	  "make a VM with the variables of another one", cmd_clone },
	{ "reset", "VM [TEMPLATE]", "begin anew with a template", cmd_reset },
	{ "remove", "--yes VM", "forget a VM with its variables and snapshots",
	  cmd_remove },
	{ "audit", "[-n NUMBER] [VM]", "what was changed on the host, and by whom",
	  cmd_audit },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

void fail(enum kuvctl_exit status, const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("kuvctl: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static const struct kuvctl_command *find(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

void kuvctl_usage(const char *name)
{
	const struct kuvctl_command *c = find(name);

	fprintf(stderr, "usage: kuvctl %s %s\n", c->name, c->arguments);
	exit(KUVCTL_EXIT_USAGE);
}

static void help(void)
{
	puts("usage: kuvctl [--socket PATH] COMMAND [ARGUMENT...]\n"
	     "Looks after the UEFI variables that vard-sync keeps.\n");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		printf("  %s%s%s\n      %s\n", commands[i].name,
		       commands[i].arguments[0] ? " " : "",
		       commands[i].arguments, commands[i].help);
	puts("\n  --socket PATH  where vard-sync listens (default " DEFAULT_SOCKET
	     ")\n  --version, --help");
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
