// SPDX-License-Identifier: GPL-2.0-or-later
/* Variables as JSON: QEMU's uefi-vars, virt-firmware, python-uefivars. */
#include "json_read.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define JSON_DEPTH 8
#define JSON_VERSION 2
#define ID_LEN 96

/* One entry of the array while it is read. */
struct entry {
	struct json_object *json;
	struct vard_report *report;
	/* "variables[3] (BootOrder)" for the report. */
	char id[ID_LEN];
	bool is_uefivars;
};

/* The string of a key; NULL without the key or, reported, if it is no string. */
static const char *get_string(struct entry *e, const char *key, size_t *len)
{
	struct json_object *o;

	if (!json_object_object_get_ex(e->json, key, &o))
		return NULL;
	if (!json_object_is_type(o, json_type_string)) {
		vard_report_error(e->report, "%s: \"%s\" is not a string", e->id, key);
		return NULL;
	}
	*len = (size_t)json_object_get_string_len(o);
	return json_object_get_string(o);
}

static const char *need_string(struct entry *e, const char *key, size_t *len)
{
	unsigned int before = e->report->nr_errors;
	const char *s = get_string(e, key, len);

	if (!s && e->report->nr_errors == before)
		vard_report_error(e->report, "%s: no \"%s\"", e->id, key);
	return s;
}

static int get_name(struct entry *e, struct vard_var *v)
{
	size_t len = 0;
	const char *s = need_string(e, "name", &len);
	_cleanup_free_ char *shown = NULL;
	uint8_t *name;
	int r;

	if (!s)
		return 0;
	r = vard_name_from_utf8(s, len, &name, &v->name_len);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		vard_report_error(e->report, "%s: the name is not UTF-8", e->id);
		return 0;
	}
	v->name = name;
	shown = vard_name_format(name, v->name_len);
	if (!shown)
		return -ENOMEM;
	snprintf(e->id + strlen(e->id), ID_LEN - strlen(e->id), " (%.60s)",
		 shown);
	return 0;
}

static void get_guid(struct entry *e, struct vard_var *v)
{
	size_t len = 0;
	const char *s = need_string(e, "guid", &len);

	if (s && (strlen(s) != len || !vard_guid_parse(s, v->guid)))
		vard_report_error(e->report, "%s: \"guid\" is not a GUID", e->id);
}

static void get_attr(struct entry *e, struct vard_var *v)
{
	struct json_object *o;
	int64_t n;

	if (!json_object_object_get_ex(e->json, "attr", &o)) {
		vard_report_error(e->report, "%s: no \"attr\"", e->id);
		return;
	}
	n = json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : -1;
	if (n < 0 || n > UINT32_MAX)
		vard_report_error(e->report, "%s: \"attr\" is not a 32-bit number",
			     e->id);
	else
		v->attributes = (uint32_t)n;
}

static int get_data(struct entry *e, struct vard_var *v)
{
	size_t len = 0;
	const char *s = need_string(e, "data", &len);
	uint8_t *data;

	if (!s)
		return 0;
	data = malloc(len / 2 + 1);
	if (!data)
		return -ENOMEM;
	v->data = data;
	v->data_len = (uint32_t)(len / 2);
	if (!vard_hex_parse(s, len, data))
		vard_report_error(e->report,
			     "%s: \"data\" is not pairs of hexadecimal digits",
			     e->id);
	return 0;
}

static void get_time_key(struct entry *e, const char *key, struct vard_var *v,
			 bool *has_time)
{
	uint8_t value[sizeof(v->time)];
	size_t len = 0;
	const char *s = get_string(e, key, &len);

	if (!s)
		return;
	if (len != 2 * sizeof(value) || !vard_hex_parse(s, len, value)) {
		vard_report_error(e->report, "%s: \"%s\" is not 32 hexadecimal digits",
			     e->id, key);
		return;
	}
	if (*has_time && memcmp(v->time, value, sizeof(value)) != 0)
		vard_report_error(e->report, "%s: \"time\" and \"timestamp\" differ",
			     e->id);
	memcpy(v->time, value, sizeof(value));
	*has_time = true;
}

static void get_time(struct entry *e, struct vard_var *v)
{
	bool has_time = false;

	get_time_key(e, "time", v, &has_time);
	e->is_uefivars = !has_time;
	get_time_key(e, "timestamp", v, &has_time);
	e->is_uefivars = e->is_uefivars && has_time;
}

/* Fills @signer if the entry tells one of our kind. */
static bool get_signer(struct entry *e, uint8_t signer[VARD_SIGNER_LEN])
{
	size_t len = 0;
	const char *s = get_string(e, "digest", &len);

	if (!s)
		return false;
	if (!e->is_uefivars)
		vard_report_warning(e->report,
			"%s: \"digest\" ignored: QEMU's kind, nobody can sign updates",
			e->id);
	else if (len != 2 * VARD_SIGNER_LEN || !vard_hex_parse(s, len, signer))
		vard_report_warning(e->report,
			"%s: \"digest\" ignored: not 64 hexadecimal digits", e->id);
	else
		return true;
	return false;
}

static void warn_keys(struct entry *e)
{
	static const char *const known[] = { "name", "guid", "attr", "data",
					     "time", "timestamp", "digest", NULL };

	json_object_object_foreach(e->json, key, value) {
		const char *const *k = known;

		(void)value;
		while (*k && strcmp(*k, key) != 0)
			k++;
		if (!*k)
			vard_report_warning(e->report, "%s: key \"%.40s\" ignored",
				       e->id, key);
	}
}

/* Reads all keys; what is wrong is in the report. */
static int get_keys(struct entry *e, struct vard_var *v)
{
	int r = get_name(e, v);

	if (r == 0)
		r = get_data(e, v);
	if (r < 0)
		return r;
	get_guid(e, v);
	get_attr(e, v);
	get_time(e, v);
	warn_keys(e);
	return 0;
}

static int take_entry(struct entry *e, struct vard_var *v,
		      struct vard_records *records)
{
	unsigned int before = e->report->nr_errors;
	uint8_t signer[VARD_SIGNER_LEN];
	bool has_signer;
	int r;

	if (!json_object_is_type(e->json, json_type_object))
		vard_report_error(e->report, "%s: not an object", e->id);
	else if ((r = get_keys(e, v)) < 0)
		return r;
	if (e->report->nr_errors != before) {
		records->next++;
		return 0;
	}
	has_signer = get_signer(e, signer);
	return vard_records_add(records, v, has_signer ? signer : NULL);
}

static int get_entry(struct json_object *json, struct vard_records *records)
{
	struct entry e = { .json = json, .report = records->report };
	struct vard_var v = { 0 };
	int r;

	snprintf(e.id, sizeof(e.id), "variables[%zu]", records->next);
	r = take_entry(&e, &v, records);
	free((void *)(uintptr_t)v.name);
	free((void *)(uintptr_t)v.data);
	return r;
}

static int get_entries(struct json_object *array, struct vard_records *records)
{
	size_t nr = json_object_array_length(array);
	int r = 0;

	for (size_t i = 0; r == 0 && i < nr; i++)
		r = get_entry(json_object_array_get_idx(array, i), records);
	return r;
}

static int get_root(struct json_object *root, struct vard_records *records)
{
	struct vard_report *report = records->report;
	struct json_object *o;

	if (json_object_is_type(root, json_type_array))
		return get_entries(root, records);
	if (!json_object_is_type(root, json_type_object)) {
		vard_report_error(report, "neither a JSON object nor an array");
		return -EINVAL;
	}
	json_object_object_foreach(root, key, value) {
		(void)value;
		if (strcmp(key, "version") != 0 && strcmp(key, "variables") != 0)
			vard_report_warning(report, "key \"%.40s\" ignored", key);
	}
	if (json_object_object_get_ex(root, "version", &o) &&
	    (!json_object_is_type(o, json_type_int) ||
	     json_object_get_int64(o) != JSON_VERSION)) {
		vard_report_error(report, "\"version\" is not %d", JSON_VERSION);
		return -EINVAL;
	}
	if (!json_object_object_get_ex(root, "variables", &o) ||
	    !json_object_is_type(o, json_type_array)) {
		vard_report_error(report, "no array \"variables\"");
		return -EINVAL;
	}
	return get_entries(o, records);
}

int vard_json_read(const char *text, size_t len, struct vard_records *records)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *root;
	int r = -EINVAL;

	if (!tok)
		return -ENOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
					    JSON_TOKENER_VALIDATE_UTF8);
	/* The NUL behind the text ends a number at the very end. */
	root = json_tokener_parse_ex(tok, text, (int)len + 1);
	if (!root)
		vard_report_error(records->report, "not JSON: %s near byte %zu",
			     json_tokener_error_desc(json_tokener_get_error(tok)),
			     json_tokener_get_parse_end(tok));
	else
		r = get_root(root, records);
	json_object_put(root);
	json_tokener_free(tok);
	return r;
}
