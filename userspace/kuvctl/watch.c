// SPDX-License-Identifier: GPL-2.0-or-later
/* What kuvctl watch knows of the VMs, and how it tells what is new. */
#include "watch.h"

#include <inttypes.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "kuvctl.h"
#include "output.h"
#include "show.h"

/* Characters of a value in a line. */
#define VALUE_MAX 80

static const char *now_text(char text[32])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, 32, "%Y-%m-%d %H:%M:%S", &tm);
	return text;
}

static bool is_same(const struct vard_var *a, const struct vard_var *b)
{
	return a->attributes == b->attributes &&
	       !memcmp(a->time, b->time, 16) && a->data_len == b->data_len &&
	       !memcmp(a->data, b->data, a->data_len);
}

static void tell_json(const char *vm, const char *event, uint64_t seq,
		      const struct vard_var *v)
{
	json_object *o = v && !v->is_deleted ? show_var(v) :
					       json_object_new_object();
	char guid[VARD_GUID_TEXT], when[32];

	show_put(o, "when", "%s", now_text(when));
	if (vm)
		show_put(o, "vm", "%s", vm);
	show_put(o, "event", "%s", event);
	if (v && v->is_deleted) {
		_cleanup_free_ char *name = vard_name_format(v->name,
							     v->name_len);

		vard_guid_format(v->guid, guid);
		show_put(o, "name", "%s", name ? name : "");
		show_put(o, "guid", "%s", guid);
	}
	if (seq)
		json_object_object_add(o, "seq", json_object_new_uint64(seq));
	puts(json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void print_value(const struct vard_var *v)
{
	json_object *value = show_value(v), *summary;
	char attributes[64];
	const char *text = "";
	size_t len;

	if (json_object_object_get_ex(value, "summary", &summary) && summary)
		text = json_object_get_string(summary);
	len = strlen(text);
	if (len > VALUE_MAX)
		for (len = VALUE_MAX; len > 0 && (text[len] & 0xc0) == 0x80;)
			len--;
	printf(" %s %u bytes: %.*s", show_attributes(v->attributes, ',',
						     attributes),
	       v->data_len, (int)len, text);
	json_object_put(value);
}

static void tell(const char *vm, const char *event, uint64_t seq,
		 const struct vard_var *v)
{
	_cleanup_free_ char *name = vard_var_describe(v);
	enum kuvctl_colour colour = KUVCTL_WARN;
	char sign = '~', when[32];

	if (kuvctl_json) {
		tell_json(vm, event, seq, v);
		return;
	}
	if (!strcmp(event, "new")) {
		colour = KUVCTL_GOOD;
		sign = '+';
	} else if (v->is_deleted) {
		colour = KUVCTL_BAD;
		sign = '-';
	}
	printf("%s %s %s%c%s %s", now_text(when), vm, kuvctl_colour(colour),
	       sign, kuvctl_colour(KUVCTL_PLAIN), name ? name : "");
	if (!v->is_deleted)
		print_value(v);
	putchar('\n');
}

void watch_state(const char *vm, const char *state)
{
	char when[32];

	if (kuvctl_json)
		tell_json(vm, state, 0, NULL);
	else
		printf("%s %s is %s\n", now_text(when), vm ? vm : "vard-sync",
		       state);
}

static void *copy(const void *p, size_t len)
{
	void *ret = malloc(len + 1);

	if (!ret)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	memcpy(ret, p, len);
	return ret;
}

static void forget(struct vard_template *t, struct vard_var *v)
{
	kuvctl_var_free(v);
	*v = t->vars[--t->nr];
}

static void remember(struct vard_template *t, struct vard_var *old,
		     const struct vard_var *v)
{
	struct vard_var *vars;

	if (old) {
		kuvctl_var_free(old);
	} else {
		vars = reallocarray(t->vars, t->nr + 1, sizeof(*vars));
		if (!vars)
			fail(KUVCTL_EXIT_INTERNAL, "no memory");
		t->vars = vars;
		old = &vars[t->nr++];
	}
	*old = *v;
	old->name = copy(v->name, v->name_len);
	old->data = copy(v->data, v->data_len);
}

void watch_change(struct watch_vm *w, uint64_t seq, const struct vard_var *v)
{
	struct vard_template *t = &w->vars.list;
	struct vard_var *old = kuvctl_list_find(t, v);

	if (v->is_deleted)
		tell(w->name, "deleted", seq, v);
	else
		tell(w->name, old ? "changed" : "new", seq, v);
	if (!v->is_deleted)
		remember(t, old, v);
	else if (old)
		forget(t, old);
}

/* Only what reaches the disk is told of later. */
static void drop_volatile(struct vard_template *t)
{
	for (size_t i = t->nr; i > 0; i--)
		if (!(t->vars[i - 1].attributes & KVM_UEFIVARS_ATTR_NV))
			forget(t, &t->vars[i - 1]);
}

void watch_adopt(struct watch_vm *w, struct kuvctl_vars *now, bool is_told)
{
	struct vard_template *old = &w->vars.list;

	drop_volatile(&now->list);
	for (size_t i = 0; is_told && i < now->list.nr; i++) {
		struct vard_var *v = kuvctl_list_find(old, &now->list.vars[i]);

		if (!v || !is_same(v, &now->list.vars[i]))
			tell(w->name, v ? "changed" : "new", 0,
			     &now->list.vars[i]);
	}
	for (size_t i = 0; is_told && i < old->nr; i++) {
		if (kuvctl_list_find(&now->list, &old->vars[i]))
			continue;
		old->vars[i].is_deleted = true;
		tell(w->name, "deleted", 0, &old->vars[i]);
	}
	kuvctl_vars_free(&w->vars);
	w->vars = *now;
	*now = (struct kuvctl_vars){ 0 };
}
