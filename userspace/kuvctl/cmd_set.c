// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl set and delete: changes by the operator's right, or signed ones. */
#include "cmd_vars.h"

#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "content.h"
#include "how.h"
#include "names.h"

/* Before the content of EFI_VARIABLE_AUTHENTICATION_2: a time and a header. */
#define AUTH_MIN 40

struct options {
	struct kuvctl_apply how;
	struct content content;
	const char *attributes;
	bool has_content;
	bool is_signed;
	bool is_append;
};

static const struct option set_options[] = {
	KUVCTL_HOW_OPTIONS,
	{ "attributes", required_argument, NULL, 'a' },
	{ "append", no_argument, NULL, 'p' },
	{ "data", required_argument, NULL, 'd' },
	{ "string", required_argument, NULL, 's' },
	{ "string16", required_argument, NULL, 'S' },
	{ "file", required_argument, NULL, 'f' },
	{ "boot-order", required_argument, NULL, 'b' },
	{ "efivarfs", required_argument, NULL, 'e' },
	{ "auth", required_argument, NULL, 'A' },
	{ 0 },
};

static const struct option delete_options[] = {
	KUVCTL_HOW_OPTIONS,
	{ 0 },
};

static const struct {
	int option;
	void (*read)(struct content *c, const char *text);
} sources[] = {
	{ 'd', content_from_hex },
	{ 's', content_from_string },
	{ 'S', content_from_string16 },
	{ 'f', content_from_file },
	{ 'b', content_from_boot_order },
	{ 'e', content_from_efivarfs },
	{ 'A', content_from_file },
};

static bool take_content(struct options *o, int c)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (sources[i].option != c)
			continue;
		if (o->has_content)
			fail(KUVCTL_EXIT_USAGE,
			     "the data is given twice: one of --data, --string, --string16, --file, --boot-order, --efivarfs, --auth is enough");
		o->has_content = true;
		o->is_signed = c == 'A';
		sources[i].read(&o->content, optarg);
		return true;
	}
	return false;
}

static void check_set(const struct options *o)
{
	if (!o->has_content)
		fail(KUVCTL_EXIT_USAGE,
		     "no data: --data, --string, --string16, --file, --boot-order, --efivarfs or --auth gives it");
	if (o->attributes && o->content.attributes)
		fail(KUVCTL_EXIT_USAGE,
		     "the attributes come with --efivarfs: leave --attributes out");
	if (!o->is_signed && o->content.len == 0)
		fail(KUVCTL_EXIT_USAGE,
		     "there is no data: kuvctl delete deletes a variable");
	if (o->is_signed && o->content.len < AUTH_MIN)
		fail(KUVCTL_EXIT_USAGE,
		     "--auth: the file is too short for EFI_VARIABLE_AUTHENTICATION_2");
}

static void parse_set(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", set_options, NULL)) >= 0) {
		if (kuvctl_take_how(&o->how, c) || take_content(o, c))
			continue;
		if (c == 'a')
			o->attributes = optarg;
		else if (c == 'p')
			o->is_append = true;
		else
			kuvctl_usage(argv[0]);
	}
	if (argc - optind != 2)
		kuvctl_usage(argv[0]);
	check_set(o);
}

static void choose_attributes(const struct options *o, struct vard_var *v)
{
	if (o->attributes)
		v->attributes = content_attributes(o->attributes);
	else if (o->content.attributes)
		v->attributes = o->content.attributes;
	if (!o->is_signed)
		return;
	v->attributes |= KVM_UEFIVARS_ATTR_AT;
	if (o->is_append)
		v->attributes |= KVM_UEFIVARS_ATTR_AP;
	memset(v->time, 0, sizeof(v->time));
}

/* What the VM has comes first; the digest sees to it that it still has that. */
static void append(struct options *o, const struct kuvctl_vars *vars,
		   const struct vard_var *old)
{
	struct content *c = &o->content;
	uint8_t *data;

	if (!old)
		return;
	data = malloc(old->data_len + c->len);
	if (!data)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	memcpy(data, old->data, old->data_len);
	memcpy(data + old->data_len, c->data, c->len);
	free(c->data);
	c->data = data;
	c->len += old->data_len;
	if (!o->how.expect_digest)
		o->how.expect_digest = vars->digest;
}

static void warn_of_key(const struct vard_var *v, const char *word,
			const struct kuvctl_apply *how)
{
	if (names_is_key(v) && !how->is_dry_run)
		fprintf(stderr,
			"kuvctl: WARNING: %s decides what the VM trusts, and is changed by the operator's right: NO SIGNATURE IS CHECKED. This is written to the audit.\n",
			word);
}

static void apply(sd_bus *bus, const char *vm, struct kuvctl_plan *p,
		  const struct kuvctl_apply *how)
{
	struct kuvctl_applied a;

	kuvctl_plan_apply(bus, vm, p, how, &a);
	kuvctl_applied_print(vm, how, &a);
	kuvctl_plan_free(p);
}

int cmd_set(const struct kuvctl *k, int argc, char **argv)
{
	struct options o = { .how.action = "set" };
	struct kuvctl_plan p = { 0 };
	const struct vard_var *old;
	struct kuvctl_vars vars;
	struct vard_var v;
	sd_bus *bus;

	parse_set(&o, argc, argv);
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, argv[optind], &vars);
	old = names_resolve(&vars, argv[optind + 1], NAMES_ANY, &v);
	choose_attributes(&o, &v);
	if (o.is_append && !o.is_signed)
		append(&o, &vars, old);
	if (!o.is_signed)
		warn_of_key(&v, argv[optind + 1], &o.how);
	v.data = o.content.data;
	v.data_len = (uint32_t)o.content.len;
	kuvctl_plan_add(&p, o.is_signed ? KUVCTL_SIGNED : KUVCTL_SET, &v);
	apply(bus, vars.vm, &p, &o.how);
	free((void *)(uintptr_t)v.name);
	free(o.content.data);
	kuvctl_vars_free(&vars);
	sd_bus_close_unref(bus);
	return 0;
}

int cmd_delete(const struct kuvctl *k, int argc, char **argv)
{
	struct kuvctl_apply how = { .action = "delete" };
	struct kuvctl_plan p = { 0 };
	struct kuvctl_vars vars;
	sd_bus *bus;
	int c;

	while ((c = getopt_long(argc, argv, "", delete_options, NULL)) >= 0)
		if (!kuvctl_take_how(&how, c))
			kuvctl_usage(argv[0]);
	if (argc - optind < 2)
		kuvctl_usage(argv[0]);
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, argv[optind], &vars);
	for (int i = optind + 1; i < argc; i++) {
		struct vard_var v;

		names_resolve(&vars, argv[i], NAMES_EXISTING, &v);
		warn_of_key(&v, argv[i], &how);
		kuvctl_plan_add(&p, KUVCTL_DELETE, &v);
		free((void *)(uintptr_t)v.name);
	}
	apply(bus, vars.vm, &p, &how);
	kuvctl_vars_free(&vars);
	sd_bus_close_unref(bus);
	return 0;
}
