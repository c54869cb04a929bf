// SPDX-License-Identifier: GPL-2.0-or-later
/* Variables for people. */
#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "output.h"

#define INDENT		4
/* Without --all: bytes of a dump, characters of a field, hashes. */
#define DUMP_MAX	64
#define FIELD_MAX	400
#define KEY_WIDTH	12

struct printer {
	FILE *out;
	const struct show_style *style;
};

/* These say nothing more to people, or are shown in another way. */
static bool is_left_out(const char *key)
{
	static const char *const keys[] = {
		"type", "summary", "hash-counts", "number", "on", "order",
		"text", "seconds", "data",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static void print_field(const struct printer *p, int indent, const char *key,
			const char *text)
{
	size_t len = strlen(text);

	fprintf(p->out, "%*s%-*s ", indent, "", KEY_WIDTH, key);
	if (len <= FIELD_MAX || p->style->is_all) {
		fprintf(p->out, "%s\n", text);
		return;
	}
	/* Not within a character. */
	for (len = FIELD_MAX; len > 0 && (text[len] & 0xc0) == 0x80;)
		len--;
	fprintf(p->out, "%.*s... (--all shows the rest)\n", (int)len, text);
}

static void print_strings(const struct printer *p, int indent, const char *key,
			  json_object *list)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		fprintf(out, "%s%s", i ? ", " : "",
			json_object_get_string(json_object_array_get_idx(list,
									 i)));
	fclose(out);
	print_field(p, indent, key, text);
}

static void print_each(const struct printer *p, int indent, const char *key,
		       json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		print_field(p, indent, key,
			    json_object_get_string(
				    json_object_array_get_idx(list, i)));
}

static const char *member(json_object *o, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
		       json_object_get_string(value) : NULL;
}

static bool flag(json_object *o, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(o, key, &value) &&
	       json_object_get_boolean(value);
}

static void print_validity(const struct printer *p, int indent, json_object *o)
{
	fprintf(p->out, "%*s%-*s %s to %s", indent, "", KEY_WIDTH, "valid",
		member(o, "valid-from"), member(o, "valid-to"));
	if (flag(o, "expired"))
		fprintf(p->out, ", %sexpired%s", kuvctl_colour(KUVCTL_WARN),
			kuvctl_colour(KUVCTL_PLAIN));
	fputc('\n', p->out);
}

static void print_certificate(const struct printer *p, int indent,
			      json_object *o)
{
	const char *subject = member(o, "subject");
	const char *known = member(o, "known-name");
	const char *owner = member(o, "owner-name");

	fprintf(p->out, "%*sX.509 %s%s%s\n", indent, "",
		kuvctl_colour(KUVCTL_HEAD),
		subject ? subject : "that cannot be read",
		kuvctl_colour(KUVCTL_PLAIN));
	indent += INDENT;
	if (known)
		fprintf(p->out, "%*s%-*s %s (%s)\n", indent, "", KEY_WIDTH,
			"known as", known, member(o, "known"));
	if (flag(o, "test-key"))
		fprintf(p->out, "%*s%severybody has its private key%s\n",
			indent, "", kuvctl_colour(KUVCTL_BAD),
			kuvctl_colour(KUVCTL_PLAIN));
	if (subject) {
		print_field(p, indent, "issuer", member(o, "issuer"));
		print_validity(p, indent, o);
	}
	print_field(p, indent, "SHA-256", member(o, "sha-256"));
	print_field(p, indent, "owner", owner ? owner : member(o, "owner"));
}

static void print_signature(const struct printer *p, int indent,
			    json_object *o)
{
	const char *owner = member(o, "owner-name");

	fprintf(p->out, "%*s%s %s owner %s\n", indent, "", member(o, "type"),
		member(o, "data"), owner ? owner : member(o, "owner"));
}

static void print_hashes(const struct printer *p, int indent, json_object *value)
{
	json_object *list = NULL, *counts = NULL;
	size_t nr;

	json_object_object_get_ex(value, "hashes", &list);
	json_object_object_get_ex(value, "hash-counts", &counts);
	nr = json_object_array_length(list);
	if (p->style->is_all) {
		for (size_t i = 0; i < nr; i++)
			print_signature(p, indent,
					json_object_array_get_idx(list, i));
		return;
	}
	json_object_object_foreach(counts, type, n)
		fprintf(p->out, "%*s%s hashes: %s (--all lists them)\n", indent,
			"", type, json_object_get_string(n));
}

static void print_signatures(const struct printer *p, int indent,
			     json_object *value)
{
	json_object *list = NULL;

	json_object_object_get_ex(value, "certificates", &list);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		print_certificate(p, indent, json_object_array_get_idx(list, i));
	print_hashes(p, indent, value);
	json_object_object_get_ex(value, "others", &list);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *o = json_object_array_get_idx(list, i);

		fprintf(p->out, "%*s%s of %s bytes\n", indent, "",
			member(o, "type"), member(o, "size"));
	}
}

static void print_signers(const struct printer *p, int indent,
			  json_object *list)
{
	if (json_object_array_length(list) == 0)
		fprintf(p->out, "%*sno variables\n", indent, "");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *o = json_object_array_get_idx(list, i);

		fprintf(p->out, "%*s%s by %s\n", indent, "",
			member(o, "variable"), member(o, "signer"));
	}
}

static void print_member(const struct printer *p, int indent, const char *key,
			 json_object *value)
{
	if (is_left_out(key) || !value)
		return;
	if (!strcmp(key, "signers"))
		print_signers(p, indent, value);
	else if (!strcmp(key, "paths"))
		print_each(p, indent, "path", value);
	else if (!strcmp(key, "more-paths"))
		print_each(p, indent, "more", value);
	else if (json_object_is_type(value, json_type_array))
		print_strings(p, indent, key, value);
	else
		print_field(p, indent, key, json_object_get_string(value));
}

/* One line says it all, or the data says more than what is known of it. */
static bool is_short(const char *type)
{
	static const char *const types[] = {
		"number", "flag", "order", "seconds", "option-number", "text",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i], type))
			return true;
	return false;
}

void show_print_value(FILE *out, json_object *value, const struct vard_var *v,
		      const struct show_style *style)
{
	struct printer p = { out, style };
	struct show_data d = { v->data, v->data_len };
	size_t max = style->is_all ? SIZE_MAX : DUMP_MAX;
	const char *type = member(value, "type");
	const char *text = member(value, "text");
	const char *malformed = member(value, "malformed");

	if (malformed)
		fprintf(out, "%*s%smalformed: %s%s\n", INDENT, "",
			kuvctl_colour(KUVCTL_BAD), malformed,
			kuvctl_colour(KUVCTL_PLAIN));
	if (malformed || style->is_hex || (!strcmp(type, "unknown") && !text)) {
		show_dump(out, d, INDENT, max);
	} else if (!strcmp(type, "signatures")) {
		print_signatures(&p, INDENT, value);
	} else if (text) {
		print_field(&p, INDENT, "text", text);
	} else if (is_short(type)) {
		fprintf(out, "%*s%s\n", INDENT, "", member(value, "summary"));
	} else {
		json_object_object_foreach(value, key, o)
			print_member(&p, INDENT, key, o);
	}
}

void show_print(FILE *out, const struct vard_var *v,
		const struct show_style *style)
{
	_cleanup_free_ char *name = vard_var_describe(v);
	json_object *value = show_value(v);
	char attributes[64], when[32];

	fprintf(out, "%s%s%s\n", kuvctl_colour(KUVCTL_HEAD), name ? name : "",
		kuvctl_colour(KUVCTL_PLAIN));
	show_time(v->time, when);
	fprintf(out, "%*s%s, %u bytes%s%s\n", INDENT, "",
		show_attributes(v->attributes, ' ', attributes), v->data_len,
		*when ? ", signed " : "", when);
	show_print_value(out, value, v, style);
	json_object_put(value);
}
