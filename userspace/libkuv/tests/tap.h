/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few lines a test program needs to speak TAP. */
#ifndef _KUV_TESTS_TAP_H
#define _KUV_TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>

static int tap_nr, tap_failed;

/* ok() - one result; returns @cond so that a test can stop early. */
static inline bool ok(bool cond, const char *what)
{
	if (!cond)
		tap_failed++;
	printf("%sok %d - %s\n", cond ? "" : "not ", ++tap_nr, what);
	return cond;
}

/* tap_done() - the plan, and the exit status of the program. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_nr);
	return tap_failed ? 1 : 0;
}

#endif /* _KUV_TESTS_TAP_H */
