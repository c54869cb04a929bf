// SPDX-License-Identifier: GPL-2.0-or-later
/* What the data of a variable means, by the variable's name. */
#include "show.h"

#include <inttypes.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <string.h>

#include <stdlib.h>

#include "cleanup.h"

static const char wrong_length[] = "the data has a wrong length";

static const char *show_order(json_object *o, struct show_data d)
{
	_cleanup_free_ char *text = NULL;
	json_object *list;
	size_t len = 0;
	FILE *out;

	if (d.len % 2)
		return wrong_length;
	out = open_memstream(&text, &len);
	if (!out)
		return "no memory";
	list = json_object_new_array();
	for (size_t i = 0; i < d.len; i += 2) {
		char number[8];

		snprintf(number, sizeof(number), "%04X",
			 (unsigned int)show_le(d.p + i, 2));
		fprintf(out, "%s%s", i ? "," : "", number);
		json_object_array_add(list, json_object_new_string(number));
	}
	fclose(out);
	json_object_object_add(o, "order", list);
	show_put(o, "summary", "%s", text);
	return NULL;
}

static const char *show_number_of(json_object *o, struct show_data d)
{
	if (d.len != 2)
		return wrong_length;
	show_put(o, "option", "%04X", (unsigned int)show_le(d.p, 2));
	show_put(o, "summary", "%04X", (unsigned int)show_le(d.p, 2));
	return NULL;
}

static const char *show_number(json_object *o, struct show_data d)
{
	if (d.len == 0 || d.len > 8)
		return wrong_length;
	json_object_object_add(o, "number",
			       json_object_new_uint64(show_le(d.p, d.len)));
	show_put(o, "summary", "%" PRIu64, show_le(d.p, d.len));
	return NULL;
}

static const char *show_seconds(json_object *o, struct show_data d)
{
	uint64_t n;

	if (d.len != 2)
		return wrong_length;
	n = show_le(d.p, 2);
	json_object_object_add(o, "seconds", json_object_new_uint64(n));
	if (n == 0xffff)
		show_put(o, "summary", "waits for ever");
	else
		show_put(o, "summary", "%" PRIu64 " seconds", n);
	return NULL;
}

static const char *show_flag(json_object *o, struct show_data d)
{
	if (d.len != 1 || d.p[0] > 1)
		return "the data is neither 0 nor 1";
	json_object_object_add(o, "on", json_object_new_boolean(d.p[0]));
	show_put(o, "summary", d.p[0] ? "on" : "off");
	return NULL;
}

static const char *show_path_list(json_object *o, struct show_data d)
{
	const char *reason;
	json_object *list = show_paths(d, &reason);

	if (!list)
		return reason;
	json_object_object_add(o, "paths", list);
	show_put(o, "summary", "%s%s",
		 json_object_get_string(json_object_array_get_idx(list, 0)),
		 json_object_array_length(list) > 1 ? " and more" : "");
	return NULL;
}

static const char *put_string(json_object *o, json_object *text)
{
	if (!text)
		return "the data is no text";
	json_object_object_add(o, "text", text);
	show_put(o, "summary", "%s", json_object_get_string(text));
	return NULL;
}

static const char *show_string(json_object *o, struct show_data d)
{
	return put_string(o, show_text8(d));
}

static const char *show_string16(json_object *o, struct show_data d)
{
	return put_string(o, show_text16(d));
}

static const char *show_indications(json_object *o, struct show_data d)
{
	static const char *const names[] = {
		"boot-to-firmware-ui", "timestamp-revocation",
		"file-capsule-delivery", "fmp-capsule", "capsule-result-variable",
		"start-os-recovery", "start-platform-recovery",
		"json-config-data-refresh",
	};
	json_object *list;
	uint64_t n;

	if (d.len != 8)
		return wrong_length;
	n = show_le(d.p, 8);
	list = json_object_new_array();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (n & UINT64_C(1) << i)
			json_object_array_add(list,
					      json_object_new_string(names[i]));
	json_object_object_add(o, "number", json_object_new_uint64(n));
	json_object_object_add(o, "indications", list);
	show_put(o, "summary", "0x%" PRIx64, n);
	return NULL;
}

static const char *show_guids(json_object *o, struct show_data d)
{
	json_object *list;

	if (d.len % 16)
		return wrong_length;
	list = json_object_new_array();
	for (size_t i = 0; i < d.len; i += 16) {
		const char *name = show_signature_type(d.p + i);
		char guid[VARD_GUID_TEXT];

		vard_guid_format(d.p + i, guid);
		json_object_array_add(list, json_object_new_string(
						    name ? name : guid));
	}
	show_put(o, "summary", "%zu types", d.len / 16);
	json_object_object_add(o, "types", list);
	return NULL;
}

/* Nothing is known of it: maybe it is text. */
static const char *show_unknown(json_object *o, struct show_data d)
{
	json_object *text = show_guess(d);

	if (text)
		return put_string(o, text);
	show_put(o, "summary", "%zu bytes", d.len);
	return NULL;
}

static const struct {
	const char *type;
	const char *(*show)(json_object *o, struct show_data d);
} decoders[] = {
	[SHOW_UNKNOWN] = { "unknown", show_unknown },
	[SHOW_OPTION] = { "load-option", show_option },
	[SHOW_KEY] = { "key-option", show_key },
	[SHOW_ORDER] = { "order", show_order },
	[SHOW_NUMBER_OF] = { "option-number", show_number_of },
	[SHOW_NUMBER] = { "number", show_number },
	[SHOW_SECONDS] = { "seconds", show_seconds },
	[SHOW_FLAG] = { "flag", show_flag },
	[SHOW_PATHS] = { "device-paths", show_path_list },
	[SHOW_TEXT] = { "text", show_string },
	[SHOW_TEXT16] = { "text", show_string16 },
	[SHOW_INDICATIONS] = { "os-indications", show_indications },
	[SHOW_SIGNATURES] = { "signatures", show_signatures },
	[SHOW_SIGNERS] = { "signers", show_signers },
	[SHOW_GUIDS] = { "signature-types", show_guids },
};

json_object *show_value(const struct vard_var *v)
{
	const struct show_known *known = show_known_find(v->guid, v->name,
							 v->name_len);
	enum show_kind kind = known ? known->kind : SHOW_UNKNOWN;
	json_object *o = json_object_new_object();
	const char *reason;

	json_object_object_add(o, "type",
			       json_object_new_string(decoders[kind].type));
	/* Keeps its place before what belongs to the kind. */
	json_object_object_add(o, "summary", NULL);
	reason = decoders[kind].show(o, (struct show_data){ v->data,
							    v->data_len });
	if (!reason)
		return o;
	json_object_object_add(o, "malformed", json_object_new_string(reason));
	show_put(o, "summary", "malformed: %s", reason);
	return o;
}

static json_object *attribute_list(uint32_t attributes)
{
	json_object *list = json_object_new_array();
	char text[64], *rest = text, *word;

	show_attributes(attributes, ' ', text);
	while ((word = strsep(&rest, " ")))
		if (*word)
			json_object_array_add(list,
					      json_object_new_string(word));
	return list;
}

json_object *show_var(const struct vard_var *v)
{
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);
	json_object *o = json_object_new_object();
	char guid[VARD_GUID_TEXT], when[32];

	vard_guid_format(v->guid, guid);
	show_put(o, "name", "%s", name ? name : "");
	json_object_object_add(o, "guid", json_object_new_string(guid));
	json_object_object_add(o, "attributes", attribute_list(v->attributes));
	if (show_time(v->time, when))
		show_put(o, "time", "%s", when);
	json_object_object_add(o, "size", json_object_new_int64(v->data_len));
	json_object_object_add(o, "value", show_value(v));
	json_object_object_add(o, "data", show_hex((struct show_data){
						  v->data, v->data_len }));
	return o;
}
