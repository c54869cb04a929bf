/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands for variables in files, and what they share. */
#ifndef _KUVCTL_CMD_FILES_H
#define _KUVCTL_CMD_FILES_H

#include <json-c/json.h>

#include "formats.h"
#include "kuvctl.h"

int cmd_import(const struct kuvctl *k, int argc, char **argv);
int cmd_export(const struct kuvctl *k, int argc, char **argv);
int cmd_diff(const struct kuvctl *k, int argc, char **argv);

/**
 * struct files_report - what a reader or writer has to say
 * @r: for the reader or writer
 * @file: the file, in front of each line
 * @errors: array of lines, owned
 * @warnings: array of lines, owned
 */
struct files_report {
	struct vard_report r;
	const char *file;
	json_object *errors;
	json_object *warnings;
};

/**
 * files_report_init() - begin a report
 * @f: filled
 * @file: name of the file for messages, borrowed
 */
void files_report_init(struct files_report *f, const char *file);

/**
 * files_report_print() - print all lines to standard error, for people
 * @f: report
 */
void files_report_print(const struct files_report *f);

/**
 * files_report_json() - add errors and warnings to an object
 * @f: report; what it owns goes to @o
 * @o: object
 */
void files_report_json(struct files_report *f, json_object *o);

/**
 * files_report_free() - free what a report owns
 * @f: report
 */
void files_report_free(struct files_report *f);

/**
 * files_read() - the variables of a file or directory, or exit
 * @f: begun; filled
 * @want: its format, or NULL
 * @is_partial: take what is good
 * @t: empty, filled
 *
 * Return: The format.
 */
enum vard_format files_read(struct files_report *f,
			    const enum vard_format *want, bool is_partial,
			    struct vard_template *t);

/**
 * files_path() - is this word of the command line a file?
 * @word: a VM's name, a path with a '/' in it, or "file:" and a path
 *
 * Return: The path, within @word, or NULL for a VM.
 */
const char *files_path(const char *word);

/**
 * files_format() - the format of an option, or exit
 * @name: word
 *
 * Return: The format.
 */
enum vard_format files_format(const char *name);

#endif /* _KUVCTL_CMD_FILES_H */
