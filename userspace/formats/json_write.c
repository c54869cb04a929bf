// SPDX-License-Identifier: GPL-2.0-or-later
/* Variables as JSON, written. */
#include "json_write.h"

#include <errno.h>
#include <json-c/json.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "lost.h"
#include "signers.h"

#define JSON_VERSION 2

/**
 * struct writer - the file while it is written
 * @kind: whose
 * @vars: all variables
 * @nr: how many
 * @report: what is lost
 */
struct writer {
	enum vard_json_kind kind;
	const struct vard_var *vars;
	size_t nr;
	struct vard_report *report;
};

/* Takes @value over; false without memory. */
static bool put(json_object *o, const char *key, json_object *value)
{
	if (value && json_object_object_add(o, key, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static json_object *hex(const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * len + 1);
	json_object *o;

	if (!text)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	text[2 * len] = 0;
	o = json_object_new_string_len(text, (int)(2 * len));
	free(text);
	return o;
}

static bool is_ascii(const char *text)
{
	while (*text && (uint8_t)*text < 0x80)
		text++;
	return !*text;
}

static void warn(const struct writer *w, const struct vard_var *v,
		 const char *name)
{
	if (w->kind != VARD_JSON_QEMU)
		return;
	if (!is_ascii(name))
		vard_lost_part(w->report, v, "QEMU itself misreads names beyond ASCII");
	if (vard_signers_is_private(v))
		vard_lost_part(w->report, v,
			"QEMU cannot tell from certdb who signs it: updates will be refused there");
}

static bool put_auth(const struct writer *w, const struct vard_var *v,
		     json_object *o)
{
	const uint8_t *signer;

	if (!(v->attributes & KVM_UEFIVARS_ATTR_AT))
		return true;
	if (w->kind == VARD_JSON_QEMU)
		return put(o, "time", hex(v->time, sizeof(v->time)));
	if (!put(o, "timestamp", hex(v->time, sizeof(v->time))))
		return false;
	signer = vard_lost_signer(w->report, w->vars, w->nr, v);
	return !signer || put(o, "digest", hex(signer, VARD_SIGNER_LEN));
}

static bool put_var(const struct writer *w, const struct vard_var *v,
		    const char *name, json_object *array)
{
	json_object *o = json_object_new_object();
	char guid[VARD_GUID_TEXT];

	vard_guid_format(v->guid, guid);
	if (o && put(o, "name", json_object_new_string(name)) &&
	    put(o, "guid", json_object_new_string(guid)) &&
	    put(o, "attr", json_object_new_int64(v->attributes)) &&
	    put_auth(w, v, o) && put(o, "data", hex(v->data, v->data_len)) &&
	    json_object_array_add(array, o) == 0)
		return true;
	json_object_put(o);
	return false;
}

/* NULL without memory. */
static json_object *make_array(const struct writer *w)
{
	json_object *array = json_object_new_array();
	bool is_good = array != NULL;

	for (size_t i = 0; is_good && i < w->nr; i++) {
		const struct vard_var *v = &w->vars[i];
		char *name = NULL;

		/* There the digests are with the variables. */
		if (w->kind != VARD_JSON_QEMU && vard_signers_is(v))
			continue;
		is_good = vard_lost_name(w->report, v, &name) == 0;
		if (name) {
			warn(w, v, name);
			is_good = put_var(w, v, name, array);
		}
		free(name);
	}
	if (is_good)
		return array;
	json_object_put(array);
	return NULL;
}

static json_object *make_root(const struct writer *w)
{
	json_object *array = make_array(w), *root;

	if (w->kind == VARD_JSON_UEFIVARS_V1 || !array)
		return array;
	root = json_object_new_object();
	if (root && put(root, "version", json_object_new_int(JSON_VERSION)) &&
	    json_object_object_add(root, "variables", array) == 0)
		return root;
	json_object_put(array);
	json_object_put(root);
	return NULL;
}

int vard_json_write(enum vard_json_kind kind, const struct vard_var *vars,
		    size_t nr, struct vard_report *report, uint8_t **ret,
		    size_t *ret_len)
{
	struct writer w = { kind, vars, nr, report };
	json_object *root = make_root(&w);
	struct bytes_out o = { 0 };
	const char *text;
	size_t len;

	if (!root)
		return -ENOMEM;
	text = json_object_to_json_string_length(root,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
		JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (text) {
		bytes_add(&o, text, len);
		bytes_add(&o, "\n", 1);
	}
	json_object_put(root);
	return bytes_end(&o, ret, ret_len);
}
