// SPDX-License-Identifier: GPL-2.0-or-later
/* What differs between two signature databases. */
#include "diff_sigs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kuvctl.h"
#include "output.h"
#include "show.h"
#include "siglist.h"
#include "signers.h"

/* More than a dbx has by an order of magnitude. */
#define NR_PRINTED 40

struct sigs {
	struct vard_sig *list;
	size_t nr;
};

static int collect(const struct vard_sig *sig, void *arg)
{
	struct sigs *s = arg;
	struct vard_sig *list = reallocarray(s->list, s->nr + 1, sizeof(*list));

	if (!list)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	s->list = list;
	list[s->nr++] = *sig;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct vard_sig *x = a, *y = b;
	int r = memcmp(x->type, y->type, 16);

	if (r == 0 && x->len != y->len)
		r = x->len < y->len ? -1 : 1;
	if (r == 0)
		r = memcmp(x->data, y->data, x->len);
	return r ? r : memcmp(x->owner, y->owner, 16);
}

static bool read_sigs(const struct vard_var *v, struct sigs *s)
{
	if (v->name_len && vard_siglist_walk(v->data, v->data_len, collect, s))
		return false;
	if (s->nr)
		qsort(s->list, s->nr, sizeof(*s->list), compare);
	return true;
}

static void add(json_object *list, const struct vard_sig *sig,
		const char *change)
{
	const char *type = show_signature_type(sig->type);
	json_object *o = json_object_new_object();
	struct show_data d = { sig->data, sig->len };
	char guid[VARD_GUID_TEXT];

	json_object_object_add(o, "change", json_object_new_string(change));
	vard_guid_format(sig->type, guid);
	json_object_object_add(o, "type",
			       json_object_new_string(type ? type : guid));
	vard_guid_format(sig->owner, guid);
	json_object_object_add(o, "owner", json_object_new_string(guid));
	if (memcmp(sig->type, vard_sig_x509, 16) == 0)
		show_certificate(o, d);
	else
		json_object_object_add(o, "data", show_hex(d));
	json_object_array_add(list, o);
}

static void merge(json_object *list, const struct sigs *a, const struct sigs *b)
{
	size_t i = 0, j = 0;

	while (i < a->nr || j < b->nr) {
		int r = j == b->nr ? -1 : i == a->nr ? 1 :
			compare(&a->list[i], &b->list[j]);

		if (r < 0)
			add(list, &a->list[i], "removed");
		else if (r > 0)
			add(list, &b->list[j], "added");
		i += r <= 0;
		j += r >= 0;
	}
}

json_object *diff_sigs(const struct vard_var *old, const struct vard_var *new)
{
	json_object *list = NULL;
	struct sigs a = { 0 }, b = { 0 };

	if (!vard_signers_is_key(old->name_len ? old : new))
		return NULL;
	if (read_sigs(old, &a) && read_sigs(new, &b)) {
		list = json_object_new_array();
		merge(list, &a, &b);
	}
	free(a.list);
	free(b.list);
	return list;
}

static const char *text_of(json_object *o, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
		       json_object_get_string(value) : NULL;
}

void diff_sigs_print(json_object *list)
{
	size_t nr = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < nr && i < NR_PRINTED; i++) {
		json_object *o = json_object_array_get_idx(list, i);
		bool is_added = !strcmp(text_of(o, "change"), "added");
		const char *what = text_of(o, "subject");

		if (!what)
			what = text_of(o, "sha-256");
		if (!what)
			what = text_of(o, "data");
		printf("    %s%c %s %.200s%s\n",
		       kuvctl_colour(is_added ? KUVCTL_GOOD : KUVCTL_BAD),
		       is_added ? '+' : '-', text_of(o, "type"), what,
		       kuvctl_colour(KUVCTL_PLAIN));
	}
	if (nr > NR_PRINTED)
		printf("    and %zu more entries: --json has all\n",
		       nr - NR_PRINTED);
}
