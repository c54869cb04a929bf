// SPDX-License-Identifier: GPL-2.0-or-later
/* What readers of templates have to say about them. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "var.h"

static void report_line(struct vard_report *r, bool is_error,
			const char *format, va_list ap)
{
	size_t used = strlen(r->text);
	size_t sep = used > 0;
	char line[256];
	int n;

	n = vsnprintf(line, sizeof(line), format, ap);
	/* Names and keys are the file's, and may have been cut. */
	if (n >= 0)
		vard_text_clean(line);
	if (n >= 0 && r->line)
		r->line(r->arg, is_error, line);
	if (n < 0 || used + sep + strlen(line) >= sizeof(r->text))
		return;
	if (sep)
		r->text[used] = '\n';
	strcpy(r->text + used + sep, line);
}

void vard_report_error(struct vard_report *r, const char *format, ...)
{
	va_list ap;

	r->nr_errors++;
	va_start(ap, format);
	report_line(r, true, format, ap);
	va_end(ap);
}

void vard_report_warning(struct vard_report *r, const char *format, ...)
{
	va_list ap;

	r->nr_warnings++;
	va_start(ap, format);
	report_line(r, false, format, ap);
	va_end(ap);
}
