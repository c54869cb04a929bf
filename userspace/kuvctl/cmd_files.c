// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands for variables in files. */
#include "cmd_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define FILE_PREFIX "file:"

const struct kuvctl_command kuvctl_file_commands[] = {
	{ "import",
	  "[--format FORMAT] [--partial] [--replace|--merge] [--dry-run] [--at-next-boot] [--new] VM FILE|DIRECTORY",
	  "take a VM's variables from a file of any format", cmd_import },
	{ "export",
	  "[--format FORMAT] [--partial] [--volatile] [-o FILE|DIRECTORY [--force]] VM|file:FILE",
	  "write a VM's variables, or those of another file, to a file", cmd_export },
	{ "diff", "VM|file:FILE VM|file:FILE",
	  "what differs between VMs and files; a word with a / is a file",
	  cmd_diff },
	{ 0 },
};

static void take_line(void *arg, bool is_error, const char *text)
{
	struct files_report *f = arg;

	json_object_array_add(is_error ? f->errors : f->warnings,
			      json_object_new_string(text));
}

void files_report_init(struct files_report *f, const char *file)
{
	*f = (struct files_report){
		.r = { .line = take_line, .arg = f },
		.file = file,
		.errors = json_object_new_array(),
		.warnings = json_object_new_array(),
	};
	if (!f->errors || !f->warnings)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
}

static void print_lines(const struct files_report *f, json_object *lines,
			const char *kind)
{
	for (size_t i = 0; i < json_object_array_length(lines); i++)
		fprintf(stderr, "%s: %s%s\n", f->file, kind,
			json_object_get_string(json_object_array_get_idx(lines, i)));
}

void files_report_print(const struct files_report *f)
{
	print_lines(f, f->errors, "error: ");
	print_lines(f, f->warnings, "");
}

void files_report_json(struct files_report *f, json_object *o)
{
	json_object_object_add(o, "errors", f->errors);
	json_object_object_add(o, "warnings", f->warnings);
	f->errors = NULL;
	f->warnings = NULL;
}

void files_report_free(struct files_report *f)
{
	json_object_put(f->errors);
	json_object_put(f->warnings);
	f->errors = NULL;
	f->warnings = NULL;
}

static _Noreturn void refuse(struct files_report *f, bool is_partial)
{
	unsigned int nr = f->r.nr_errors;
	json_object *o;

	if (kuvctl_json) {
		o = json_object_new_object();
		json_object_object_add(o, "file",
				       json_object_new_string(f->file));
		files_report_json(f, o);
		kuvctl_print_json(o);
	} else {
		files_report_print(f);
	}
	fail(KUVCTL_EXIT_BAD_FILE, "%s: %u error%s, nothing was taken%s",
	     f->file, nr, nr == 1 ? "" : "s",
	     is_partial ? "" : "; --partial takes what is good");
}

enum vard_format files_read(struct files_report *f,
			    const enum vard_format *want, bool is_partial,
			    struct vard_template *t)
{
	enum vard_format ret = VARD_FORMAT_JSON;
	int r = vard_format_read_path(f->file, want, is_partial, t, &f->r, &ret);

	if (r == -ENOMEM)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	if (r < 0)
		refuse(f, is_partial);
	return ret;
}

const char *files_path(const char *word)
{
	size_t len = strlen(FILE_PREFIX);

	if (!strncmp(word, FILE_PREFIX, len))
		return word + len;
	return strchr(word, '/') ? word : NULL;
}

enum vard_format files_format(const char *name)
{
	enum vard_format ret;

	if (vard_format_find(name, &ret))
		return ret;
	fprintf(stderr, "kuvctl: formats:");
	for (int f = 0; f < VARD_FORMAT_NR; f++)
		fprintf(stderr, " %s", vard_format_name((enum vard_format)f));
	fputc('\n', stderr);
	fail(KUVCTL_EXIT_USAGE, "no format %s", name);
}
