// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: vard-sync's reader of JSON templates. */
#include <errno.h>

#include "fuzz.h"
#include "template.h"

/* Bytes of the UTF-8 character at @p, 0 if there is none; "\0" is none. */
static size_t utf8_char(const uint8_t *p)
{
	size_t nr = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	size_t i;

	if (!p[0] || (p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4)
		return 0;
	for (i = 1; i < nr; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return nr;
}

/* Text for a terminal, a log, a D-Bus string: UTF-8 without control characters. */
static void check_text(const char *text)
{
	const uint8_t *p = (const uint8_t *)text;

	while (*p) {
		size_t nr = utf8_char(p);

		CHECK(nr);
		CHECK(*p == '\n' || (*p >= 0x20 && *p != 0x7f));
		CHECK(*p != 0xc2 || p[1] >= 0xa0);
		p += nr;
	}
}

static void check_var(const struct vard_var *v)
{
	char guid[VARD_GUID_TEXT];
	uint8_t parsed[16];
	char *name;

	CHECK(!vard_var_check(v));
	CHECK(!v->is_deleted);
	fuzz_touch(v->data, v->data_len);
	vard_guid_format(v->guid, guid);
	CHECK(vard_guid_parse(guid, parsed));
	CHECK(!memcmp(parsed, v->guid, sizeof(parsed)));
	name = vard_name_format(v->name, v->name_len);
	CHECK(name);
	check_text(name);
	free(name);
}

static void check_unique(const struct vard_template *t)
{
	size_t i, j;

	for (i = 0; i < t->nr; i++)
		for (j = i + 1; j < t->nr; j++)
			CHECK(t->vars[i].name_len != t->vars[j].name_len ||
			      memcmp(t->vars[i].guid, t->vars[j].guid, 16) ||
			      memcmp(t->vars[i].name, t->vars[j].name,
				     t->vars[i].name_len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vard_template *t = NULL;
	struct vard_report report;
	char *text = malloc(size + 1);
	size_t i;
	int ret;

	CHECK(text);
	if (size)
		memcpy(text, data, size);
	text[size] = 0;
	ret = vard_template_parse(text, size, &t, &report);
	free(text);
	check_text(report.text);
	CHECK(ret == 0 || (ret == -EINVAL && !t && report.nr_errors));
	if (ret < 0)
		return 0;
	CHECK(t && !report.nr_errors);
	for (i = 0; i < t->nr; i++)
		check_var(&t->vars[i]);
	check_unique(t);
	vard_template_free(t);
	return 0;
}
