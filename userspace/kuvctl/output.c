// SPDX-License-Identifier: GPL-2.0-or-later
/* How kuvctl prints. */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "kuvctl.h"
#include "var.h"

bool kuvctl_json;

void kuvctl_take_json(int *argc, char **argv)
{
	int n = 0;
	bool is_option = true;

	for (int i = 0; i < *argc; i++) {
		is_option = is_option && strcmp(argv[i], "--") != 0;
		if (is_option && strcmp(argv[i], "--json") == 0)
			kuvctl_json = true;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	*argc = n;
}

void kuvctl_print_json(json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

void kuvctl_put(json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

void kuvctl_put_any(json_object *o, const char *key, const char *text)
{
	if (text && *text)
		kuvctl_put(o, key, text);
}

void kuvctl_put_number(json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

void kuvctl_put_flag(json_object *o, const char *key, bool flag)
{
	json_object_object_add(o, key, json_object_new_boolean(flag));
}

/* Names of a guest's may be in it. */
static json_object *text_json(const char *text)
{
	_cleanup_free_ char *clean = strdup(text);

	if (!clean)
		return NULL;
	vard_text_clean(clean);
	return json_object_new_string(clean);
}

static json_object *value_json(const struct kuvctl_value *v)
{
	json_object *list;

	switch (v->type) {
	case 's':
		return text_json(v->text);
	case 'b':
		return json_object_new_boolean(v->number != 0);
	case 'a':
		list = json_object_new_array();
		for (size_t i = 0; i < v->nr; i++)
			json_object_array_add(list,
					      json_object_new_uint64(v->list[i]));
		return list;
	default:
		return json_object_new_uint64(v->number);
	}
}

json_object *kuvctl_dict_json(sd_bus_message *m)
{
	json_object *o = json_object_new_object();
	struct kuvctl_value v;
	const char *key;

	kuvctl_check(sd_bus_message_enter_container(m, 'a', "{sv}"));
	while ((key = kuvctl_next(m, &v)))
		if (v.type)
			json_object_object_add(o, key, value_json(&v));
	return o;
}

void kuvctl_done(const char *action, const char *vm, const char *key,
		 const char *value)
{
	json_object *o;

	if (!kuvctl_json)
		return;
	o = json_object_new_object();
	kuvctl_put(o, "done", action);
	kuvctl_put(o, "vm", vm);
	if (key)
		kuvctl_put(o, key, value);
	kuvctl_print_json(o);
}

const char *kuvctl_colour(enum kuvctl_colour c)
{
	static const char *const sequences[] = {
		[KUVCTL_PLAIN] = "\033[0m", [KUVCTL_GOOD] = "\033[32m",
		[KUVCTL_WARN] = "\033[33m", [KUVCTL_BAD] = "\033[31m",
		[KUVCTL_HEAD] = "\033[1m",
	};
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no) ? sequences[c] : "";
}
