// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl dbx-update, db-update and kek-update: lists that somebody has signed. */
#include "cmd_enroll.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "content.h"
#include "output.h"
#include "siglist.h"

static const struct option options[] = {
	KUVCTL_HOW_OPTIONS,
	{ "replace", no_argument, NULL, 'r' },
	{ 0 },
};

/* An update of one of the lists. */
struct update {
	struct kuvctl_apply how;
	enum pcr_var which;
	bool is_replace;
	bool is_signed;
	const char *vm;
	const char *path;
	struct content file;
	/* The lists in the file, inside @file. */
	const uint8_t *lists;
	size_t lists_len;
};

/* Entries before and after. */
struct count {
	unsigned int old;
	unsigned int new;
	unsigned int lost;
};

static void parse(struct update *u, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (kuvctl_take_how(&u->how, c))
			continue;
		if (c != 'r')
			kuvctl_usage(argv[0]);
		u->is_replace = true;
	}
	if (argc - optind != 2)
		kuvctl_usage(argv[0]);
	u->vm = argv[optind];
	u->path = argv[optind + 1];
}

static int tally(const struct vard_sig *sig, void *arg)
{
	(void)sig;
	++*(unsigned int *)arg;
	return 0;
}

/* What kind of file it is: a descriptor before the lists says that it is signed. */
static void read_file(struct update *u)
{
	struct pcr_auth auth;
	unsigned int nr = 0;

	content_from_file(&u->file, u->path);
	u->is_signed = pcr_auth_parse(u->file.data, u->file.len, &auth);
	u->lists = u->is_signed ? auth.payload : u->file.data;
	u->lists_len = u->is_signed ? auth.len : u->file.len;
	if (vard_siglist_walk(u->lists, u->lists_len, tally, &nr) || !nr)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: neither a signed update nor a list of signatures",
		     u->path);
	if (!u->is_signed && u->which != PCR_DBX)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: it is not signed; kuvctl enroll adds certificates by the operator's right",
		     u->path);
}

struct compare {
	const uint8_t *data;
	size_t len;
	unsigned int nr;
};

static int count_missing(const struct vard_sig *sig, void *arg)
{
	struct compare *c = arg;

	c->nr += !pcr_has_signature(c->data, c->len, sig->type, NULL,
				    sig->data, sig->len);
	return 0;
}

/* Entries of one list that another one has not. */
static unsigned int missing(const uint8_t *of, size_t of_len,
			    const uint8_t *in, size_t in_len)
{
	struct compare c = { in, in_len, 0 };

	vard_siglist_walk(of, of_len, count_missing, &c);
	return c.nr;
}

static void count_entries(const struct update *u, const struct vard_var *old,
			  struct count *n)
{
	const uint8_t *data = old ? old->data : NULL;
	size_t len = old ? old->data_len : 0;

	memset(n, 0, sizeof(*n));
	if (vard_siglist_walk(data, len, tally, &n->old))
		fail(KUVCTL_EXIT_REFUSED, "VM %s: its %s is damaged", u->vm,
		     pcr_names[u->which].text);
	n->new = missing(u->lists, u->lists_len, data, len);
	if (u->is_replace)
		n->lost = missing(data, len, u->lists, u->lists_len);
}

static void refuse_to_shrink(const struct update *u, const struct count *n)
{
	if (u->which == PCR_DBX && n->lost)
		fail(KUVCTL_EXIT_REFUSED,
		     "VM %s: %u of %u entries of its dbx are not in %s: what is forbidden stays forbidden",
		     u->vm, n->lost, n->old, u->path);
}

static void plan_signed(const struct update *u, struct vard_var *v,
			struct kuvctl_plan *p)
{
	if (!u->is_replace)
		v->attributes |= KVM_UEFIVARS_ATTR_AP;
	/* The time is in the descriptor. */
	memset(v->time, 0, sizeof(v->time));
	v->data = u->file.data;
	v->data_len = (uint32_t)u->file.len;
	kuvctl_plan_add(p, KUVCTL_SIGNED, v);
}

static void plan_list(const struct update *u, struct vard_var *v,
		      const struct vard_var *old, struct kuvctl_plan *p)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len = 0;
	int r;

	if (u->is_replace)
		r = pcr_append(NULL, 0, u->lists, u->lists_len, &data, &len,
			       NULL);
	else
		r = pcr_append(old ? old->data : NULL, old ? old->data_len : 0,
			       u->lists, u->lists_len, &data, &len, NULL);
	if (r < 0)
		fail(r == -ENOMEM ? KUVCTL_EXIT_INTERNAL : KUVCTL_EXIT_BAD_FILE,
		     "VM %s: the lists do not fit together", u->vm);
	v->data = data;
	v->data_len = (uint32_t)len;
	kuvctl_plan_add(p, KUVCTL_SET, v);
}

static json_object *report(const struct update *u, const struct count *n)
{
	json_object *o = json_object_new_object();

	if (!kuvctl_json)
		printf("VM %s: %s has %u entries, %s %u new ones%s\n", u->vm,
		       pcr_names[u->which].text, n->old,
		       u->is_signed ? "this signed update brings" :
				      "this list brings",
		       n->new,
		       u->is_signed ? "" : "; by the operator's right");
	json_object_object_add(o, "entries", json_object_new_int64(n->old));
	json_object_object_add(o, "new-entries", json_object_new_int64(n->new));
	json_object_object_add(o, "lost-entries",
			       json_object_new_int64(n->lost));
	json_object_object_add(o, "signed",
			       json_object_new_boolean(u->is_signed));
	return o;
}

static void carry_out(struct update *u, sd_bus *bus,
		      const struct kuvctl_vars *vars)
{
	struct kuvctl_plan p = { 0 };
	const struct vard_var *old;
	json_object *extra;
	struct vard_var v;
	struct count n;

	old = enroll_variable(vars, u->which, &v);
	count_entries(u, old, &n);
	refuse_to_shrink(u, &n);
	extra = report(u, &n);
	/* An update that brings nothing may be too old to be accepted. */
	if ((n.new || n.lost) && u->is_signed)
		plan_signed(u, &v, &p);
	else if (n.new || n.lost)
		plan_list(u, &v, old, &p);
	enroll_apply(bus, vars, &p, &u->how, extra);
	kuvctl_plan_free(&p);
}

static int update(const struct kuvctl *k, struct update *u, int argc,
		  char **argv)
{
	struct kuvctl_vars vars;
	sd_bus *bus;

	parse(u, argc, argv);
	u->how.action = argv[0];
	u->how.detail = u->path;
	read_file(u);
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, u->vm, &vars);
	sb_refuse_moved(&vars);
	carry_out(u, bus, &vars);
	kuvctl_vars_free(&vars);
	free(u->file.data);
	sd_bus_close_unref(bus);
	return 0;
}

int cmd_kek_update(const struct kuvctl *k, int argc, char **argv)
{
	struct update u = { .which = PCR_KEK };

	return update(k, &u, argc, argv);
}

int cmd_db_update(const struct kuvctl *k, int argc, char **argv)
{
	struct update u = { .which = PCR_DB };

	return update(k, &u, argc, argv);
}

int cmd_dbx_update(const struct kuvctl *k, int argc, char **argv)
{
	struct update u = { .which = PCR_DBX };

	return update(k, &u, argc, argv);
}
