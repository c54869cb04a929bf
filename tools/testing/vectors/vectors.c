// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs the cases of a manifest against the core: vectors DIR [NAME]. Prints KTAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../kernel/kvm-uefivars/crypto.h"
#include "command.h"

/* Failures of one case that are shown. */
#define SHOW_MAX	5

/**
 * struct run - where in the manifest, and how it went
 * @m: machine of the current case
 * @dir: directory of the manifest
 * @only: run cases with this in their name, NULL for all
 * @name: current case, empty before the first
 * @nr_line: line of the manifest
 * @wrong: failures of the current case
 * @passed: cases
 * @failed: cases
 * @skipped: cases
 */
struct run {
	struct machine m;
	const char *dir;
	const char *only;
	char name[128];
	int nr_line;
	int wrong;
	int passed;
	int failed;
	int skipped;
};

static int nr_done(const struct run *r)
{
	return r->passed + r->failed + r->skipped;
}

static void end_case(struct run *r)
{
	if (!r->name[0])
		return;
	if (!machine_end(&r->m)) {
		printf("# memory is left behind\n");
		r->wrong++;
	}
	if (r->wrong)
		r->failed++;
	else
		r->passed++;
	printf("%sok %d %s\n", r->wrong ? "not " : "", nr_done(r), r->name);
	r->name[0] = '\0';
}

static void begin_case(struct run *r, const char *name)
{
	end_case(r);
	if (r->only && !strstr(name, r->only))
		return;
	snprintf(r->name, sizeof(r->name), "%s", name);
	r->wrong = 0;
	if (!machine_new(&r->m)) {
		printf("# no machine\n");
		r->wrong++;
	}
}

static void skip_case(struct run *r, const char *what)
{
	const char *why = strstr(what, " # ");
	int len = why ? (int)(why - what) : (int)strlen(what);

	end_case(r);
	if (r->only)
		return;
	r->skipped++;
	printf("ok %d %.*s # SKIP %s\n", nr_done(r), len, what,
	       why ? why + 3 : "");
}

static void run_line(struct run *r, char *line)
{
	char shown[160];
	const char *why;

	r->nr_line++;
	if (!strncmp(line, "case ", 5)) {
		begin_case(r, line + 5);
	} else if (!strncmp(line, "skip ", 5)) {
		skip_case(r, line + 5);
	} else if (!strncmp(line, "note ", 5)) {
		printf("# %s\n", line + 5);
	} else if (r->name[0] && line[0]) {
		snprintf(shown, sizeof(shown), "%s", line);
		why = command_run(&r->m, r->dir, line);
		if (why && r->wrong++ < SHOW_MAX)
			printf("# %s: line %d: %s: %s\n", r->name, r->nr_line,
			       shown, why);
	}
}

int main(int argc, char **argv)
{
	static struct run r;
	char path[512], *line = NULL;
	size_t room = 0;
	ssize_t len;
	FILE *f;

	if (argc < 2 || kuv_crypto_init())
		return 2;
	r.dir = argv[1];
	r.only = argc > 2 ? argv[2] : NULL;
	snprintf(path, sizeof(path), "%s/manifest", r.dir);
	f = fopen(path, "r");
	if (!f)
		return 2;
	printf("KTAP version 1\n");
	while ((len = getline(&line, &room, f)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		run_line(&r, line);
	}
	end_case(&r);
	free(line);
	fclose(f);
	kuv_crypto_exit();
	printf("1..%d\n", nr_done(&r));
	printf("%d passed, %d failed, %d skipped\n", r.passed, r.failed,
	       r.skipped);
	return r.failed || !r.passed;
}
