// SPDX-License-Identifier: GPL-2.0-or-later
/* What main.c has, for unit tests: ends the test program. */
#include "kuvctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void fail(enum kuvctl_exit status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	exit(status);
}

void kuvctl_usage(const char *name)
{
	fail(KUVCTL_EXIT_USAGE, "usage of %s", name);
}
