/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What readers of templates have to say about them. */
#ifndef _VARD_REPORT_H
#define _VARD_REPORT_H

#include <stdbool.h>

/**
 * struct vard_report - what a reader of a template has to say about it
 * @nr_errors: problems that make the template unusable
 * @nr_warnings: things that were ignored
 * @text: one line per problem, the first ones as far as there is room
 * @line: called with each line, without its end, if not NULL
 * @arg: for @line
 */
struct vard_report {
	unsigned int nr_errors;
	unsigned int nr_warnings;
	char text[2048];
	void (*line)(void *arg, bool is_error, const char *text);
	void *arg;
};

/**
 * vard_report_error() - a problem that makes the template unusable
 * @r: report; the line is cleaned for a terminal, and left out without room
 * @format: as printf()
 */
__attribute__((format(printf, 2, 3)))
void vard_report_error(struct vard_report *r, const char *format, ...);

/**
 * vard_report_warning() - something that was ignored
 * @r: report, as vard_report_error()
 * @format: as printf()
 */
__attribute__((format(printf, 2, 3)))
void vard_report_warning(struct vard_report *r, const char *format, ...);

#endif /* _VARD_REPORT_H */
