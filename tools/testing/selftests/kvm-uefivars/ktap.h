/* SPDX-License-Identifier: GPL-2.0 */
/* KTAP test runner: each case in a process of its own, kselftest exit codes. */
#ifndef _KUV_KTAP_H
#define _KUV_KTAP_H

#include <stdbool.h>
#include <stdint.h>

#define KTAP_PASS	0
#define KTAP_FAIL	1
#define KTAP_SKIP	4

/* A case fails when its process ends in any other way than by returning. */
typedef void ktap_fn(const void *arg);

/* Add a case; its name is printf-like. */
void ktap_add(ktap_fn *fn, const void *arg, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Run all cases; returns the exit code for main(). */
int ktap_run(void);

/*
 * @ms milliseconds of a quiet machine here: the environment's KUV_SLOW says how many
 * times slower everything is, on a kernel with all its checks for instance.
 */
uint64_t ktap_ms(uint64_t ms);

/* End the case as failed, or as skipped for a reason. */
void ktap_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void ktap_skip(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#define CHECK(cond)							\
	do {								\
		if (!(cond))						\
			ktap_fail(__FILE__, __LINE__, "%s", #cond);	\
	} while (0)

#define CHECK_EQ(a, b)							\
	do {								\
		long long _a = (long long)(a), _b = (long long)(b);	\
									\
		if (_a != _b)						\
			ktap_fail(__FILE__, __LINE__,			\
				  "%s is %lld (%#llx), expected %s = %lld (%#llx)", \
				  #a, _a, _a, #b, _b, _b);		\
	} while (0)

#endif /* _KUV_KTAP_H */
