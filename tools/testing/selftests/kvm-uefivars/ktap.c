// SPDX-License-Identifier: GPL-2.0
/* KTAP test runner. */
#include "ktap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A case that hangs must not hang the run. */
#define KTAP_SECONDS	60
/* Cases that take longer than this say so. */
#define KTAP_TELL_MS	2000

struct ktap_case {
	char *name;
	ktap_fn *fn;
	const void *arg;
};

static struct ktap_case *cases;
static int nr_cases;

void ktap_add(ktap_fn *fn, const void *arg, const char *fmt, ...)
{
	struct ktap_case *c;
	va_list ap;

	cases = realloc(cases, sizeof(*cases) * (size_t)(nr_cases + 1));
	if (!cases)
		abort();
	c = &cases[nr_cases++];
	c->fn = fn;
	c->arg = arg;
	va_start(ap, fmt);
	if (vasprintf(&c->name, fmt, ap) < 0)
		abort();
	va_end(ap);
}

static void ktap_note(const char *fmt, va_list ap)
{
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	fflush(stdout);
}

void ktap_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("# %s:%d: ", strrchr(file, '/') ? strrchr(file, '/') + 1 : file,
	       line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	_exit(KTAP_FAIL);
}

void ktap_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ktap_note(fmt, ap);
	va_end(ap);
	_exit(KTAP_SKIP);
}

uint64_t ktap_ms(uint64_t ms)
{
	const char *slow = getenv("KUV_SLOW");

	return ms * (slow && atoi(slow) > 1 ? (uint64_t)atoi(slow) : 1);
}

static uint64_t ktap_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int ktap_wait_case(const struct ktap_case *c)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return KTAP_FAIL;
	if (!pid) {
		alarm((unsigned int)ktap_ms(KTAP_SECONDS * 1000) / 1000);
		c->fn(c->arg);
		_exit(KTAP_PASS);
	}
	if (waitpid(pid, &status, 0) != pid)
		return KTAP_FAIL;
	if (WIFSIGNALED(status)) {
		printf("# ended by signal %d\n", WTERMSIG(status));
		return KTAP_FAIL;
	}
	return WEXITSTATUS(status);
}

static int ktap_run_case(const struct ktap_case *c)
{
	uint64_t start = ktap_now_ms(), took;
	int ret = ktap_wait_case(c);

	took = ktap_now_ms() - start;
	if (took > KTAP_TELL_MS)
		printf("# %s took %llu ms\n", c->name, (unsigned long long)took);
	return ret;
}

int ktap_run(void)
{
	int i, nr_failed = 0, nr_skipped = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%d\n", nr_cases);
	fflush(stdout);
	for (i = 0; i < nr_cases; i++) {
		int result = ktap_run_case(&cases[i]);
		bool skipped = result == KTAP_SKIP;

		nr_failed += result != KTAP_PASS && !skipped;
		nr_skipped += skipped;
		printf("%sok %d %s%s\n",
		       result == KTAP_PASS || skipped ? "" : "not ", i + 1,
		       cases[i].name, skipped ? " # SKIP" : "");
		fflush(stdout);
	}
	if (nr_failed)
		return KTAP_FAIL;
	return nr_skipped == nr_cases ? KTAP_SKIP : KTAP_PASS;
}
