// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl diff: what differs between the variables of VMs and files. */
#include "cmd_files.h"

#include <errno.h>
#include <getopt.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "diff_sigs.h"
#include "output.h"
#include "records.h"
#include "show.h"
#include "signers.h"
#include "vars.h"

/* A certdb with nobody in it. */
#define CERTDB_EMPTY 4

/* Two or one variable of the same name. */
struct pair {
	const struct vard_var *old;
	const struct vard_var *new;
};

/* What a side is, sorted. */
struct side {
	struct vard_template own;
	struct kuvctl_vars vm;
	const struct vard_var **vars;
	size_t nr;
};

static int compare(const void *a, const void *b)
{
	const struct vard_var *x = *(const struct vard_var *const *)a;
	const struct vard_var *y = *(const struct vard_var *const *)b;
	size_t len = x->name_len < y->name_len ? x->name_len : y->name_len;
	int r = memcmp(x->name, y->name, len);

	if (r == 0 && x->name_len != y->name_len)
		r = x->name_len < y->name_len ? -1 : 1;
	return r ? r : memcmp(x->guid, y->guid, sizeof(x->guid));
}

/* What every VM has, and no file needs to. */
static bool is_of_no_matter(const struct vard_var *v)
{
	return !(v->attributes & KVM_UEFIVARS_ATTR_NV) ||
	       vard_var_is_made_anew(v) ||
	       (vard_signers_is(v) && v->data_len <= CERTDB_EMPTY);
}

static void sort(struct side *s, const struct vard_template *t)
{
	s->vars = calloc(t->nr + 1, sizeof(*s->vars));
	if (!s->vars)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	for (size_t i = 0; i < t->nr; i++)
		if (!is_of_no_matter(&t->vars[i]))
			s->vars[s->nr++] = &t->vars[i];
	qsort(s->vars, s->nr, sizeof(*s->vars), compare);
}

/* Everything of a file that can be read; complaints go to standard error. */
static void read_file(struct side *s, const char *path)
{
	struct files_report f;

	files_report_init(&f, path);
	files_read(&f, NULL, true, &s->own);
	if (!kuvctl_json || f.r.nr_errors)
		files_report_print(&f);
	files_report_free(&f);
	sort(s, &s->own);
}

static void read_side(const struct kuvctl *k, struct side *s, const char *word)
{
	const char *path = files_path(word);
	sd_bus *bus;

	if (path) {
		read_file(s, path);
		return;
	}
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, word, &s->vm);
	sd_bus_close_unref(bus);
	sort(s, &s->vm.list);
}

static void free_side(struct side *s)
{
	free(s->vars);
	vard_template_clear(&s->own);
	kuvctl_vars_free(&s->vm);
}

static bool same_data(const struct pair *p)
{
	return p->old->data_len == p->new->data_len &&
	       !memcmp(p->old->data, p->new->data, p->old->data_len);
}

static bool differs(const struct pair *p)
{
	return !p->old || !p->new || !same_data(p) ||
	       p->old->attributes != p->new->attributes ||
	       memcmp(p->old->time, p->new->time, sizeof(p->old->time)) != 0;
}

static void print_whole(const struct vard_var *v)
{
	char attributes[64], when[32];

	printf("    %s, %u bytes", show_attributes(v->attributes, ' ', attributes),
	       v->data_len);
	if (show_time(v->time, when))
		printf(", %s", when);
	putchar('\n');
}

static const char *time_text(const struct vard_var *v, char text[32])
{
	return show_time(v->time, text) ? text : "no time";
}

static void print_changes(const struct pair *p)
{
	char a[64], b[64];

	if (p->old->attributes != p->new->attributes)
		printf("    attributes %s -> %s\n",
		       show_attributes(p->old->attributes, ' ', a),
		       show_attributes(p->new->attributes, ' ', b));
	if (memcmp(p->old->time, p->new->time, sizeof(p->old->time)) != 0)
		printf("    time %s -> %s\n", time_text(p->old, a),
		       time_text(p->new, b));
	if (same_data(p))
		return;
	if (p->old->data_len == p->new->data_len)
		printf("    content, %u bytes\n", p->old->data_len);
	else
		printf("    content, %u -> %u bytes\n", p->old->data_len,
		       p->new->data_len);
}

/* Entries of signature databases, where both are some. */
static json_object *entries(const struct pair *p)
{
	static const struct vard_var none;

	return diff_sigs(p->old ? p->old : &none, p->new ? p->new : &none);
}

static void print_pair(const struct pair *p)
{
	const struct vard_var *v = p->old ? p->old : p->new;
	_cleanup_free_ char *name = vard_var_describe(v);
	json_object *list = entries(p);
	char sign = !p->new ? '-' : !p->old ? '+' : '~';

	printf("%s%c %s%s\n",
	       kuvctl_colour(sign == '-' ? KUVCTL_BAD :
			     sign == '+' ? KUVCTL_GOOD : KUVCTL_WARN),
	       sign, name ? name : "?", kuvctl_colour(KUVCTL_PLAIN));
	if (sign == '~')
		print_changes(p);
	else
		print_whole(v);
	diff_sigs_print(list);
	json_object_put(list);
}

static json_object *whole_json(const struct vard_var *v)
{
	json_object *o = json_object_new_object();
	char text[64];

	json_object_object_add(o, "attributes", json_object_new_string(
		show_attributes(v->attributes, ' ', text)));
	json_object_object_add(o, "size", json_object_new_int64(v->data_len));
	if (show_time(v->time, text))
		json_object_object_add(o, "time", json_object_new_string(text));
	return o;
}

static json_object *pair_json(const struct pair *p)
{
	const struct vard_var *v = p->old ? p->old : p->new;
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);
	json_object *o = json_object_new_object(), *list = entries(p);
	char guid[VARD_GUID_TEXT];

	vard_guid_format(v->guid, guid);
	json_object_object_add(o, "name",
			       json_object_new_string(name ? name : "?"));
	json_object_object_add(o, "guid", json_object_new_string(guid));
	json_object_object_add(o, "change", json_object_new_string(
		!p->new ? "removed" : !p->old ? "added" : "changed"));
	if (p->old)
		json_object_object_add(o, "old", whole_json(p->old));
	if (p->new)
		json_object_object_add(o, "new", whole_json(p->new));
	if (p->old && p->new)
		json_object_object_add(o, "same-content",
				       json_object_new_boolean(same_data(p)));
	if (list)
		json_object_object_add(o, "entries", list);
	return o;
}

/* The next pair of two sorted sides; false at the end. */
static bool next_pair(const struct side s[2], size_t at[2], struct pair *p)
{
	bool has_old = at[0] < s[0].nr, has_new = at[1] < s[1].nr;
	int r;

	if (!has_old && !has_new)
		return false;
	r = !has_new ? -1 : !has_old ? 1 :
		compare(&s[0].vars[at[0]], &s[1].vars[at[1]]);
	p->old = r <= 0 ? s[0].vars[at[0]++] : NULL;
	p->new = r >= 0 ? s[1].vars[at[1]++] : NULL;
	return true;
}

int cmd_diff(const struct kuvctl *k, int argc, char **argv)
{
	static const struct option none[] = { { 0 } };
	json_object *list = json_object_new_array();
	struct side s[2] = { 0 };
	size_t at[2] = { 0 };
	bool is_same = true;
	struct pair p;

	if (getopt_long(argc, argv, "", none, NULL) >= 0 || argc - optind != 2)
		kuvctl_usage(argv[0]);
	for (int i = 0; i < 2; i++)
		read_side(k, &s[i], argv[optind + i]);
	while (next_pair(s, at, &p)) {
		if (!differs(&p))
			continue;
		is_same = false;
		if (kuvctl_json)
			json_object_array_add(list, pair_json(&p));
		else
			print_pair(&p);
	}
	if (kuvctl_json)
		kuvctl_print_json(list);
	else
		json_object_put(list);
	for (int i = 0; i < 2; i++)
		free_side(&s[i]);
	return is_same ? 0 : KUVCTL_EXIT_DIFFERS;
}
