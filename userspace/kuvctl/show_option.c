// SPDX-License-Identifier: GPL-2.0-or-later
/* EFI_LOAD_OPTION and EFI_KEY_OPTION. */
#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define OPTION_HEAD	6
#define KEY_HEAD	10
#define CATEGORY	0x1f00U

static json_object *attributes(uint32_t value)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ 0x1, "active" },
		{ 0x2, "force-reconnect" },
		{ 0x8, "hidden" },
	};
	json_object *list = json_object_new_array();
	char rest[16];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(value & names[i].bit))
			continue;
		json_object_array_add(list,
				      json_object_new_string(names[i].name));
		value &= ~names[i].bit;
	}
	if ((value & CATEGORY) == 0x100) {
		json_object_array_add(list, json_object_new_string("application"));
		value &= ~CATEGORY;
	}
	if (value) {
		snprintf(rest, sizeof(rest), "0x%x", value);
		json_object_array_add(list, json_object_new_string(rest));
	}
	return list;
}

/* Bytes of a UTF-16 text with its NUL, 0 if that does not come. */
static size_t text_size(struct show_data d)
{
	for (size_t i = 0; i + 2 <= d.len; i += 2)
		if (show_le(d.p + i, 2) == 0)
			return i + 2;
	return 0;
}

static void put_optional(json_object *o, struct show_data d)
{
	json_object *text;

	if (d.len == 0)
		return;
	/* Arguments of a program mostly. */
	text = show_guess(d);
	if (text)
		json_object_object_add(o, "arguments", text);
	json_object_object_add(o, "optional-data", show_hex(d));
}

static const char *put_paths(json_object *o, struct show_data d)
{
	const char *reason;
	json_object *list = show_paths(d, &reason);
	json_object *more;

	if (!list)
		return reason;
	json_object_object_add(o, "path",
			       json_object_get(json_object_array_get_idx(list, 0)));
	if (json_object_array_length(list) > 1) {
		more = json_object_get(list);
		json_object_array_del_idx(more, 0, 1);
		json_object_object_add(o, "more-paths", more);
	}
	json_object_put(list);
	return NULL;
}

const char *show_option(json_object *o, struct show_data d)
{
	_cleanup_free_ char *description = NULL;
	size_t paths, text;
	uint32_t flags;
	const char *reason;

	if (d.len < OPTION_HEAD)
		return "the load option is cut off";
	flags = (uint32_t)show_le(d.p, 4);
	paths = show_le(d.p + 4, 2);
	d = (struct show_data){ d.p + OPTION_HEAD, d.len - OPTION_HEAD };
	text = text_size(d);
	if (text == 0)
		return "the description of the load option has no end";
	if (paths > d.len - text)
		return "the device path of the load option is cut off";
	description = vard_name_format(d.p, text - 2);
	show_put(o, "description", "%s", description ? description : "");
	json_object_object_add(o, "options", attributes(flags));
	reason = put_paths(o, (struct show_data){ d.p + text, paths });
	put_optional(o, (struct show_data){ d.p + text + paths,
					    d.len - text - paths });
	show_put(o, "summary", "%s%s", description ? description : "",
		 flags & 1 ? "" : " (not active)");
	return reason;
}

const char *show_key(json_object *o, struct show_data d)
{
	json_object *keys;
	uint32_t packed;

	if (d.len < KEY_HEAD || (d.len - KEY_HEAD) % 4)
		return "the key option has a wrong length";
	packed = (uint32_t)show_le(d.p, 4);
	if (packed >> 30 != (d.len - KEY_HEAD) / 4)
		return "the key option has another number of keys than it says";
	keys = json_object_new_array();
	for (size_t i = KEY_HEAD; i < d.len; i += 4) {
		char text[32];

		snprintf(text, sizeof(text), "scan 0x%04x unicode 0x%04x",
			 (unsigned int)show_le(d.p + i, 2),
			 (unsigned int)show_le(d.p + i + 2, 2));
		json_object_array_add(keys, json_object_new_string(text));
	}
	show_put(o, "option", "Boot%04X", (unsigned int)show_le(d.p + 8, 2));
	show_put(o, "shift-state", "0x%02x", packed >> 8 & 0x3f);
	json_object_object_add(o, "keys", keys);
	show_put(o, "summary", "Boot%04X", (unsigned int)show_le(d.p + 8, 2));
	return NULL;
}
