// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl keys new: own keys from the first day. */
#include "cmd_enroll.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "output.h"

#define DAYS_DEFAULT	3650
#define DAYS_MAX	36500
/* With " KEK" it is a common name, and those have 64 characters at most. */
#define NAME_LEN_MAX	60

static const struct option options[] = {
	{ "name", required_argument, NULL, 'm' },
	{ "days", required_argument, NULL, 'd' },
	{ "bits", required_argument, NULL, 'b' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ 0 },
};

static unsigned int parse_number(const char *text, unsigned long max,
				 const char *what)
{
	char *end = NULL;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n < 1 || n > max)
		fail(KUVCTL_EXIT_USAGE, "%s: a number up to %lu is wanted",
		     what, max);
	return (unsigned int)n;
}

static unsigned int parse_bits(const char *text)
{
	unsigned int n = parse_number(text, 4096, "--bits");

	if (n != 2048 && n != 3072 && n != 4096)
		fail(KUVCTL_EXIT_USAGE, "--bits: 2048, 3072 or 4096");
	return n;
}

static const char *parse_name(const char *text)
{
	if (!*text || strlen(text) > NAME_LEN_MAX)
		fail(KUVCTL_EXIT_USAGE, "--name: 1 to %d bytes", NAME_LEN_MAX);
	return text;
}

static void parse(struct keys_request *q, bool *is_dry_run, int argc,
		  char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (c == 'm')
			q->name = parse_name(optarg);
		else if (c == 'd')
			q->days = parse_number(optarg, DAYS_MAX, "--days");
		else if (c == 'b')
			q->bits = parse_bits(optarg);
		else if (c == 'n')
			*is_dry_run = true;
		else
			kuvctl_usage(argv[0]);
	}
	if (argc - optind != 2 || strcmp(argv[optind], "new") != 0)
		kuvctl_usage(argv[0]);
}

static void say(const struct keys_request *q, const char *dir, bool is_dry_run)
{
	json_object *o;

	if (!kuvctl_json) {
		printf("%s: %s PK, KEK and db, RSA-%u, %u days, named \"%s\"\n",
		       dir, is_dry_run ? "would hold" : "holds", q->bits,
		       q->days, q->name);
		puts("    *.key are not encrypted: who has PK.key owns every VM that trusts it");
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "directory", json_object_new_string(dir));
	json_object_object_add(o, "name", json_object_new_string(q->name));
	json_object_object_add(o, "bits", json_object_new_int64(q->bits));
	json_object_object_add(o, "days", json_object_new_int64(q->days));
	json_object_object_add(o, "dry-run",
			       json_object_new_boolean(is_dry_run));
	kuvctl_print_json(o);
}

int cmd_keys(const struct kuvctl *k, int argc, char **argv)
{
	struct keys_request q = { "kvm-uefivars", DAYS_DEFAULT, 2048 };
	bool is_dry_run = false;
	const char *dir;
	int r;

	(void)k;
	parse(&q, &is_dry_run, argc, argv);
	dir = argv[optind + 1];
	r = is_dry_run ? 0 : keys_make_dir(&q, dir);
	if (r == -EEXIST)
		fail(KUVCTL_EXIT_REFUSED,
		     "%s: there are keys in it already, and they are not overwritten",
		     dir);
	if (r < 0)
		fail(KUVCTL_EXIT_INTERNAL, "%s: cannot make keys: %s", dir,
		     strerror(-r));
	say(&q, dir, is_dry_run);
	return 0;
}
