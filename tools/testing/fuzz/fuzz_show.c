// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: what kuvctl shows of variables that a guest wrote. */
#include "fuzz.h"
#include "output.h"
#include "show.h"
#include "show_input.h"

/* Bytes of a name in front of the data of SHOW_INPUT_OTHER. */
#define NAME_LEN 8

static const uint8_t signers[16] = {
	0x6e, 0xe5, 0xbe, 0xd9, 0xdc, 0x75, 0xd9, 0x49,
	0xb4, 0xd7, 0xb5, 0x34, 0x21, 0x0f, 0x63, 0x7a,
};
static const uint8_t loader[16] = {
	0x82, 0xb0, 0x67, 0x4a, 0x4c, 0x0a, 0xcf, 0x41,
	0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f,
};

#define NAME(guid, literal) \
	{ guid, (const uint8_t *)(u"" literal), sizeof(u"" literal) - 2 }

static const struct {
	const uint8_t *guid;
	const uint8_t *name;
	uint32_t name_len;
} names[] = {
	[SHOW_INPUT_OPTION] = NAME(show_global, "Boot0001"),
	[SHOW_INPUT_PATHS] = NAME(show_global, "ConIn"),
	[SHOW_INPUT_KEY] = NAME(show_global, "Key0001"),
	[SHOW_INPUT_DB] = NAME(show_security, "db"),
	[SHOW_INPUT_CERTDB] = NAME(signers, "certdb"),
	[SHOW_INPUT_ORDER] = NAME(show_global, "BootOrder"),
	[SHOW_INPUT_TEXT] = NAME(show_global, "PlatformLang"),
	[SHOW_INPUT_TEXT16] = NAME(loader, "LoaderInfo"),
	[SHOW_INPUT_GUIDS] = NAME(show_global, "SignatureSupport"),
	[SHOW_INPUT_INDICATIONS] = NAME(show_global, "OsIndications"),
	[SHOW_INPUT_TIMEOUT] = NAME(show_global, "Timeout"),
	[SHOW_INPUT_NUMBER] = NAME(show_global, "HwErrRecSupport"),
	[SHOW_INPUT_FLAG] = NAME(show_global, "SecureBoot"),
	[SHOW_INPUT_NEXT] = NAME(show_global, "BootNext"),
};

/* Never a terminal here, so that each escape is a guest's. */
const char *kuvctl_colour(enum kuvctl_colour c)
{
	(void)c;
	return "";
}

/* Lines of UTF-8 without control characters; JSON escapes those it has. */
static void check_text(const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;

	CHECK(copy);
	while ((line = strsep(&rest, "\n"))) {
		char *clean = strdup(line);

		CHECK(clean);
		vard_text_clean(clean);
		CHECK(!strcmp(clean, line));
		free(clean);
	}
	free(copy);
}

static void print(const struct vard_var *v, const struct show_style *style)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out);
	show_print(out, v, style);
	fclose(out);
	CHECK(strlen(text) == len);
	check_text(text);
	free(text);
}

static void check_json(const struct vard_var *v)
{
	json_object *o = show_var(v), *value, *summary, *again;
	const char *text;

	CHECK(json_object_object_get_ex(o, "value", &value));
	CHECK(json_object_object_get_ex(value, "type", NULL));
	CHECK(json_object_object_get_ex(value, "summary", &summary) && summary);
	check_text(json_object_get_string(summary));
	text = json_object_to_json_string(o);
	check_text(text);
	again = json_tokener_parse(text);
	CHECK(again);
	json_object_put(again);
	json_object_put(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct show_style styles[] = {
		{ 0 }, { .is_all = true }, { .is_hex = true },
	};
	struct vard_var v = { .attributes = 7 };
	uint8_t *copy;
	size_t i, skip = 1;

	if (size < 1 || data[0] >= NR_SHOW_INPUTS)
		return -1;
	if (data[0] == SHOW_INPUT_OTHER) {
		if (size < 1 + NAME_LEN)
			return -1;
		v.name = data + 1;
		v.name_len = NAME_LEN;
		skip += NAME_LEN;
	} else {
		memcpy(v.guid, names[data[0]].guid, 16);
		v.name = names[data[0]].name;
		v.name_len = names[data[0]].name_len;
	}
	copy = fuzz_copy(data + skip, size - skip, 0);
	v.data = copy;
	v.data_len = (uint32_t)(size - skip);
	check_json(&v);
	for (i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		print(&v, &styles[i]);
	free(copy);
	return 0;
}
