// SPDX-License-Identifier: GPL-2.0-or-later
/* Templates: a flash image, or JSON as QEMU's uefi-vars device writes it. */
#include "template.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "fdio.h"
#include "flash.h"

#define JSON_DEPTH 8
#define JSON_VERSION 2
#define ID_LEN 96

/* One entry of the array while it is read. */
struct entry {
	struct json_object *json;
	struct vard_report *report;
	/* "variables[3] (BootOrder)" for the report. */
	char id[ID_LEN];
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
	static const uint8_t zero[sizeof(v->time)];
	bool has_time = false;

	get_time_key(e, "time", v, &has_time);
	get_time_key(e, "timestamp", v, &has_time);
	if (v->attributes & KVM_UEFIVARS_ATTR_AT)
		return;
	if (has_time && memcmp(v->time, zero, sizeof(zero)) != 0)
		vard_report_warning(e->report,
			       "%s: not authenticated, its time is ignored", e->id);
	memset(v->time, 0, sizeof(v->time));
}

static void warn_keys(struct entry *e)
{
	static const char *const known[] = { "name", "guid", "attr", "data",
					     "time", "timestamp", NULL };

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

static int get_entry(struct entry *e, struct vard_var *v)
{
	unsigned int before = e->report->nr_errors;
	const char *reason;
	int r;

	if (!json_object_is_type(e->json, json_type_object)) {
		vard_report_error(e->report, "%s: not an object", e->id);
		return 0;
	}
	r = get_name(e, v);
	if (r == 0)
		r = get_data(e, v);
	if (r < 0)
		return r;
	get_guid(e, v);
	get_attr(e, v);
	get_time(e, v);
	warn_keys(e);
	if (e->report->nr_errors != before)
		return 0;
	reason = vard_var_check(v);
	if (reason)
		vard_report_error(e->report, "%s: %s", e->id, reason);
	return 0;
}

static int compare_vars(const void *a, const void *b)
{
	const struct vard_var *x = *(const struct vard_var *const *)a;
	const struct vard_var *y = *(const struct vard_var *const *)b;
	int r = memcmp(x->guid, y->guid, sizeof(x->guid));

	if (r != 0)
		return r;
	if (x->name_len != y->name_len)
		return x->name_len < y->name_len ? -1 : 1;
	return memcmp(x->name, y->name, x->name_len);
}

/* Reported for the later one of two with the same name. */
static int check_duplicates(const struct vard_template *t,
			    struct vard_report *report)
{
	_cleanup_free_ const struct vard_var **sorted = NULL;

	sorted = calloc(t->nr + 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < t->nr; i++)
		sorted[i] = &t->vars[i];
	qsort(sorted, t->nr, sizeof(*sorted), compare_vars);
	for (size_t i = 1; i < t->nr; i++) {
		size_t a = (size_t)(sorted[i - 1] - t->vars);
		size_t b = (size_t)(sorted[i] - t->vars);

		if (compare_vars(&sorted[i - 1], &sorted[i]) == 0)
			vard_report_error(report,
				     "variables[%zu]: the same variable as variables[%zu]",
				     a > b ? a : b, a > b ? b : a);
	}
	return 0;
}

static int get_entries(struct json_object *array, struct vard_template *t,
		       struct vard_report *report)
{
	size_t nr = json_object_array_length(array);
	int r;

	t->vars = calloc(nr + 1, sizeof(*t->vars));
	if (!t->vars)
		return -ENOMEM;
	for (t->nr = 0; t->nr < nr;) {
		struct entry e = {
			.json = json_object_array_get_idx(array, t->nr),
			.report = report,
		};

		snprintf(e.id, sizeof(e.id), "variables[%zu]", t->nr);
		r = get_entry(&e, &t->vars[t->nr++]);
		if (r < 0)
			return r;
	}
	/* Half-read entries would look alike. */
	return report->nr_errors ? 0 : check_duplicates(t, report);
}

static int get_root(struct json_object *root, struct vard_template *t,
		    struct vard_report *report)
{
	struct json_object *o;

	if (!json_object_is_type(root, json_type_object)) {
		vard_report_error(report, "not a JSON object");
		return 0;
	}
	json_object_object_foreach(root, key, value) {
		(void)value;
		if (strcmp(key, "version") != 0 && strcmp(key, "variables") != 0)
			vard_report_warning(report, "key \"%.40s\" ignored", key);
	}
	if (json_object_object_get_ex(root, "version", &o) &&
	    (!json_object_is_type(o, json_type_int) ||
	     json_object_get_int64(o) != JSON_VERSION))
		vard_report_error(report, "\"version\" is not %d", JSON_VERSION);
	if (!json_object_object_get_ex(root, "variables", &o) ||
	    !json_object_is_type(o, json_type_array)) {
		vard_report_error(report, "no array \"variables\"");
		return 0;
	}
	return get_entries(o, t, report);
}

static int parse_text(const char *text, size_t len, struct vard_template *t,
		      struct vard_report *report)
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
		vard_report_error(report, "not JSON: %s near byte %zu",
			     json_tokener_error_desc(json_tokener_get_error(tok)),
			     json_tokener_get_parse_end(tok));
	else
		r = get_root(root, t, report);
	json_object_put(root);
	json_tokener_free(tok);
	return r;
}

static int parse_flash(const char *image, size_t len, struct vard_template *t,
		       struct vard_report *report)
{
	int r = vard_flash_read((const uint8_t *)image, len, t, report);

	return r < 0 || report->nr_errors ? r : check_duplicates(t, report);
}

int vard_template_parse(const char *text, size_t len,
			struct vard_template **ret, struct vard_report *report)
{
	struct vard_template *t = calloc(1, sizeof(*t));
	int r = 0;

	*report = (struct vard_report){ 0 };
	if (!t)
		return -ENOMEM;
	if (vard_flash_is((const uint8_t *)text, len))
		r = parse_flash(text, len, t, report);
	else if (len > VARD_TEMPLATE_JSON_MAX)
		vard_report_error(report, "neither a flash image nor JSON of at most %u bytes",
				  VARD_TEMPLATE_JSON_MAX);
	else if (strspn(text, " \t\r\n") < len)
		r = parse_text(text, len, t, report);
	if (r == 0 && report->nr_errors)
		r = -EINVAL;
	if (r < 0) {
		vard_template_free(t);
		return r;
	}
	*ret = t;
	return 0;
}

int vard_template_read(int fd, struct vard_template **ret,
		       struct vard_report *report)
{
	_cleanup_free_ void *text = NULL;
	struct statfs fs;
	size_t len;
	int r;

	*report = (struct vard_report){ 0 };
	/* Reading there can block for as long as the file's owner likes. */
	if (fstatfs(fd, &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC) {
		vard_report_error(report, "on a FUSE file system, copy it first");
		return -EINVAL;
	}
	r = fdio_read_file(fd, VARD_TEMPLATE_MAX, &text, &len);
	if (r < 0) {
		vard_report_error(report, "cannot be read: %s", strerror(-r));
		return r;
	}
	return vard_template_parse(text, len, ret, report);
}

void vard_template_free(struct vard_template *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nr; i++) {
		free((void *)(uintptr_t)t->vars[i].name);
		free((void *)(uintptr_t)t->vars[i].data);
	}
	free(t->vars);
	free(t);
}
