// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl get: one variable. */
#include "cmd_vars.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fdio.h"
#include "names.h"
#include "output.h"
#include "show.h"

enum form {
	FORM_TEXT,
	FORM_RAW,
	FORM_EFIVARFS,
};

struct options {
	enum form form;
	const char *file;
	const char *vm;
	const char *name;
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "raw", no_argument, NULL, 'r' },
	{ "efivarfs", no_argument, NULL, 'e' },
	{ 0 },
};

static void parse(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "o:", long_options, NULL)) >= 0) {
		switch (c) {
		case 'o':
			o->file = optarg;
			break;
		case 'r':
			o->form = FORM_RAW;
			break;
		case 'e':
			o->form = FORM_EFIVARFS;
			break;
		default:
			kuvctl_usage(argv[0]);
		}
	}
	if (argc - optind != 2)
		kuvctl_usage(argv[0]);
	o->vm = argv[optind];
	o->name = argv[optind + 1];
	if (o->file && o->form == FORM_TEXT)
		o->form = FORM_RAW;
}

static int open_output(const char *file)
{
	int fd;

	if (file)
		fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	else
		fd = dup(STDOUT_FILENO);
	if (fd < 0)
		fail(KUVCTL_EXIT_INTERNAL, "%s: %s", file ? file : "output",
		     strerror(errno));
	/* These bytes are a guest's. */
	if (isatty(fd))
		fail(KUVCTL_EXIT_USAGE,
		     "the output is a terminal: name a file with -o");
	return fd;
}

static void write_bytes(const struct options *o, const struct vard_var *v)
{
	_cleanup_close_ int fd = open_output(o->file);
	uint8_t head[4];
	int r = 0;

	for (unsigned int i = 0; i < sizeof(head); i++)
		head[i] = (uint8_t)(v->attributes >> (8 * i));
	if (o->form == FORM_EFIVARFS)
		r = fdio_write_full(fd, head, sizeof(head));
	if (r >= 0)
		r = fdio_write_full(fd, v->data, v->data_len);
	if (r < 0)
		fail(KUVCTL_EXIT_INTERNAL, "%s: %s",
		     o->file ? o->file : "output", strerror(-r));
}

int cmd_get(const struct kuvctl *k, int argc, char **argv)
{
	const struct show_style style = { .is_all = true };
	struct options o = { 0 };
	struct kuvctl_vars vars;
	const struct vard_var *v;
	struct vard_var which;
	sd_bus *bus;

	parse(&o, argc, argv);
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, o.vm, &vars);
	v = names_resolve(&vars, o.name, NAMES_EXISTING, &which);
	if (o.form != FORM_TEXT)
		write_bytes(&o, v);
	else if (kuvctl_json)
		kuvctl_print_json(show_var(v));
	else
		show_print(stdout, v, &style);
	free((void *)(uintptr_t)which.name);
	kuvctl_vars_free(&vars);
	sd_bus_close_unref(bus);
	return 0;
}
