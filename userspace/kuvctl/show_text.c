// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes of guests as text. */
#include "show.h"

#include <linux/kvm_uefivars_mailbox.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define PER_LINE 16

void show_put(json_object *o, const char *key, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int r;

	va_start(ap, format);
	r = vasprintf(&text, format, ap);
	va_end(ap);
	if (r < 0)
		text = NULL;
	else
		vard_text_clean(text);
	json_object_object_add(o, key, text ? json_object_new_string(text) :
					      NULL);
}

json_object *show_hex(struct show_data d)
{
	_cleanup_free_ char *text = malloc(d.len * 2 + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < d.len; i++)
		sprintf(text + i * 2, "%02x", d.p[i]);
	return json_object_new_string_len(text, (int)(d.len * 2));
}

uint64_t show_le(const uint8_t *p, size_t len)
{
	uint64_t n = 0;

	while (len > 0)
		n = n << 8 | p[--len];
	return n;
}

/* Something a person would write: no control characters, some length. */
static bool is_unit_of_text(uint64_t u)
{
	return (u >= 0x20 && u < 0x7f) || u == '\n' || u == '\r' || u == '\t' ||
	       (u >= 0xa0 && u < 0xd800);
}

json_object *show_text16(struct show_data d)
{
	_cleanup_free_ char *text = NULL;

	if (d.len >= 2 && show_le(d.p + d.len - 2, 2) == 0)
		d.len -= 2;
	if (d.len % 2)
		return NULL;
	for (size_t i = 0; i < d.len; i += 2)
		if (!is_unit_of_text(show_le(d.p + i, 2)))
			return NULL;
	text = vard_name_format(d.p, d.len);
	return text ? json_object_new_string(text) : NULL;
}

json_object *show_text8(struct show_data d)
{
	_cleanup_free_ char *text = NULL;

	if (d.len >= 1 && !d.p[d.len - 1])
		d.len--;
	if (memchr(d.p, 0, d.len))
		return NULL;
	for (size_t i = 0; i < d.len; i++)
		if (!is_unit_of_text(d.p[i]) && d.p[i] < 0x80)
			return NULL;
	text = strndup((const char *)d.p, d.len);
	if (!text)
		return NULL;
	/* Lines stay lines to a program; show_print() cleans them. */
	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	vard_text_clean(text);
	return json_object_new_string(text);
}

static bool is_ascii(struct show_data d, size_t step)
{
	for (size_t i = 0; i < d.len; i++)
		if (i % step ? d.p[i] : d.p[i] >= 0x7f)
			return false;
	return true;
}

json_object *show_guess(struct show_data d)
{
	if (d.len < 4)
		return NULL;
	if (is_ascii(d, 2))
		return show_text16(d);
	return is_ascii(d, 1) ? show_text8(d) : NULL;
}

bool show_time(const uint8_t time[16], char text[32])
{
	static const uint8_t none[16];

	text[0] = 0;
	if (!memcmp(time, none, 16))
		return false;
	snprintf(text, 32, "%04u-%02u-%02u %02u:%02u:%02u",
		 (unsigned int)show_le(time, 2), time[2], time[3], time[4],
		 time[5], time[6]);
	return true;
}

const char *show_attributes(uint32_t attributes, char separator, char text[64])
{
	static const char *const names[] = {
		"NV", "BS", "RT", "HR", "AW", "AT", "APPEND", "ENHANCED",
	};
	uint32_t left = attributes;
	size_t n = 0;

	text[0] = 0;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(attributes & 1U << i))
			continue;
		left &= ~(1U << i);
		if (n > 0)
			text[n++] = separator;
		n += (size_t)sprintf(text + n, "%s", names[i]);
	}
	if (left)
		sprintf(text + n, "%s0x%x",
			n ? (char[]){ separator, 0 } : "", left);
	return text;
}

static void dump_line(FILE *out, const uint8_t *p, size_t nr, size_t at,
		      int indent)
{
	fprintf(out, "%*s%04zx ", indent, "", at);
	for (size_t i = 0; i < PER_LINE; i++) {
		if (i < nr)
			fprintf(out, " %02x", p[i]);
		else
			fputs("   ", out);
	}
	fputs("  ", out);
	for (size_t i = 0; i < nr; i++)
		fputc(p[i] >= 0x20 && p[i] < 0x7f ? p[i] : '.', out);
	fputc('\n', out);
}

void show_dump(FILE *out, struct show_data d, int indent, size_t max)
{
	size_t len = d.len < max ? d.len : max;

	for (size_t i = 0; i < len; i += PER_LINE)
		dump_line(out, d.p + i, len - i < PER_LINE ? len - i : PER_LINE,
			  i, indent);
	if (len < d.len)
		fprintf(out, "%*s... %zu more bytes, --all shows them\n",
			indent, "", d.len - len);
}
