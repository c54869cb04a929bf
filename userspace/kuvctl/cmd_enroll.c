// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl enroll: certificates into PK, KEK and db. */
#include "cmd_enroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "output.h"

const struct kuvctl_command kuvctl_sb_commands[] = {
	{ "sb-state", "VM...",
	  "show how Secure Boot stands, and what to do next", cmd_sb_state },
	{ "enroll",
	  "{microsoft-2023|microsoft-both|microsoft-2011|own DIR|ID|FILE}... [--into KEK|db] [--pk FILE|ID] [--owner GUID] [--certs DIR] [--option-roms] [--replace] " KUVCTL_HOW " VM",
	  "add certificates that a VM lacks to its KEK and db", cmd_enroll },
	{ "pk-replace",
	  "[--new CERT] [--auth FILE] [--owner GUID] [--certs DIR] " KUVCTL_HOW " VM",
	  "give a VM another platform key", cmd_pk_replace },
	{ "kek-update", "[--replace] " KUVCTL_HOW " VM FILE",
	  "add to KEK what the owner of PK has signed", cmd_kek_update },
	{ "db-update", "[--replace] " KUVCTL_HOW " VM FILE",
	  "add to db what the owner of PK or KEK has signed", cmd_db_update },
	{ "dbx-update", "[--replace] " KUVCTL_HOW " VM FILE",
	  "add to dbx what is signed, or a list", cmd_dbx_update },
	{ "keys", "new DIR [--name NAME] [--days N] [--bits 2048|3072|4096] [--dry-run]",
	  "make own PK, KEK and db keys", cmd_keys },
	{ "sign-var",
	  "--key KEY --cert CERT [--time T] [--append] [--attributes A] [--content-info] [--dry-run] NAME[-GUID] INPUT -o OUT",
	  "sign the content of a variable", cmd_sign_var },
	{ 0 },
};

struct options {
	struct kuvctl_apply how;
	struct enroll_options enroll;
	uint8_t owner[16];
	const char *pk;
	bool wants_option_roms;
	bool is_replace;
};

static const struct option options[] = {
	KUVCTL_HOW_OPTIONS,
	{ "into", required_argument, NULL, 'i' },
	{ "pk", required_argument, NULL, 'p' },
	{ "owner", required_argument, NULL, 'o' },
	{ "certs", required_argument, NULL, 'c' },
	{ "option-roms", no_argument, NULL, 'R' },
	{ "replace", no_argument, NULL, 'r' },
	{ 0 },
};

void sb_refuse_moved(const struct kuvctl_vars *v)
{
	if (v->is_moved)
		fail(KUVCTL_EXIT_REFUSED,
		     "VM %s has moved to another host: change it there", v->vm);
}

static enum pcr_var parse_into(const char *text)
{
	if (!strcmp(text, "KEK"))
		return PCR_KEK;
	if (!strcmp(text, "db"))
		return PCR_DB;
	fail(KUVCTL_EXIT_USAGE, "--into: KEK or db, not \"%s\"", text);
}

static void take_option(struct options *o, int c, const char *command)
{
	if (c == 'i')
		o->enroll.into = parse_into(optarg);
	else if (c == 'p')
		o->pk = optarg;
	else if (c == 'c')
		o->enroll.certs_dir = optarg;
	else if (c == 'R')
		o->wants_option_roms = true;
	else if (c == 'r')
		o->is_replace = true;
	else if (c != 'o')
		kuvctl_usage(command);
	else if (!vard_guid_parse(optarg, o->owner))
		fail(KUVCTL_EXIT_USAGE, "--owner: \"%s\" is no GUID", optarg);
	else
		o->enroll.owner = o->owner;
}

static void parse(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
		if (!kuvctl_take_how(&o->how, c))
			take_option(o, c, argv[0]);
	if (argc - optind < 2)
		kuvctl_usage(argv[0]);
}

/* The words as they were given, for the audit. */
static char *join(char **words, int nr)
{
	size_t len = 1;
	char *text;

	for (int i = 0; i < nr; i++)
		len += strlen(words[i]) + 1;
	text = calloc(1, len);
	if (!text)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	for (int i = 0; i < nr; i++) {
		strcat(text, i ? " " : "");
		strcat(text, words[i]);
	}
	return text;
}

static void collect(struct enroll_set *set, const struct options *o,
		    char **words, int nr)
{
	static char *option_roms[] = { (char *)"ms-option-rom-2023" };

	enroll_collect(set, words, nr, &o->enroll);
	if (o->wants_option_roms)
		enroll_collect(set, option_roms, 1, &o->enroll);
	if (o->pk)
		enroll_collect_pk(set, o->pk, &o->enroll);
}

static void print_cert(const struct enroll_cert *c, int64_t now)
{
	char date[CERT_DATE];

	cert_date(c->info.not_after, date);
	printf("    %s %-4s %s (valid to %s)%s%s\n", c->is_new ? "+" : "=",
	       pcr_names[c->where].text, c->info.name, date,
	       cert_is_expired(&c->info, now) ? ", expired" : "",
	       c->info.is_test ? ", TEST KEY: everybody has it" : "");
}

static json_object *cert_json(const struct enroll_cert *c)
{
	json_object *o = json_object_new_object();
	char text[65];

	cert_hex(c->info.sha256, 32, text);
	json_object_object_add(o, "variable",
			       json_object_new_string(pcr_names[c->where].text));
	json_object_object_add(o, "name", json_object_new_string(c->info.name));
	json_object_object_add(o, "sha-256", json_object_new_string(text));
	json_object_object_add(o, "new", json_object_new_boolean(c->is_new));
	return o;
}

static json_object *report(const struct kuvctl_vars *v,
			   const struct enroll_set *set)
{
	json_object *extra = json_object_new_object();
	json_object *list = json_object_new_array();

	if (!kuvctl_json)
		printf("VM %s: certificates (+ is added, = is there)\n", v->vm);
	for (size_t i = 0; i < set->nr; i++) {
		if (!kuvctl_json)
			print_cert(&set->certs[i], time(NULL));
		json_object_array_add(list, cert_json(&set->certs[i]));
	}
	json_object_object_add(extra, "certificates", list);
	return extra;
}

/* Without a PK nothing of this is enforced. */
static void warn_of_setup(const struct kuvctl_vars *v,
			  const struct kuvctl_plan *p)
{
	struct pcr_state state;

	pcr_state_get(v, &state);
	if (!pcr_state_apply(&state, p) && !state.len[PCR_PK])
		fprintf(stderr,
			"kuvctl: VM %s has no PK and stays in setup mode, where anybody in it may change all keys: --pk FILE, --pk ms-oem-pk-2023 or own DIR ends that\n",
			v->vm);
	pcr_state_free(&state);
}

int cmd_enroll(const struct kuvctl *k, int argc, char **argv)
{
	struct options o = { .how.action = "enroll" };
	_cleanup_free_ char *detail = NULL;
	struct enroll_set set = { 0 };
	struct kuvctl_plan p = { 0 };
	struct kuvctl_vars vars;
	json_object *extra;
	const char *why;
	sd_bus *bus;

	parse(&o, argc, argv);
	detail = join(argv + optind, argc - optind - 1);
	o.how.detail = detail;
	collect(&set, &o, argv + optind, argc - optind - 1);
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, argv[argc - 1], &vars);
	sb_refuse_moved(&vars);
	why = enroll_plan(&vars, &set, o.is_replace, &p);
	if (why)
		fail(KUVCTL_EXIT_REFUSED, "VM %s: %s", vars.vm, why);
	extra = report(&vars, &set);
	warn_of_setup(&vars, &p);
	enroll_apply(bus, &vars, &p, &o.how, extra);
	kuvctl_plan_free(&p);
	enroll_set_free(&set);
	kuvctl_vars_free(&vars);
	sd_bus_close_unref(bus);
	return 0;
}
