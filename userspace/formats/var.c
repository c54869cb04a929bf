// SPDX-License-Identifier: GPL-2.0-or-later
/* One UEFI variable: its rules, and its names and GUIDs as text. */
#include "var.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define ATTR_MUST (KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS)
#define ATTR_MAY                                                              \
	(ATTR_MUST | KVM_UEFIVARS_ATTR_RT | KVM_UEFIVARS_ATTR_HR |             \
	 KVM_UEFIVARS_ATTR_AT)
/* More than any message can carry. */
#define NAME_MAX_LEN 65536U
#define REPLACEMENT 0xfffdU

/* Text position to byte: EFI stores the first three groups little-endian. */
static const uint8_t guid_order[16] = { 3, 2,  1,  0,  5,  4,  7,  6,
					8, 9, 10, 11, 12, 13, 14, 15 };

const char *vard_var_check_name(const uint8_t *name, size_t len)
{
	if (len == 0)
		return "the name is empty";
	if (len % 2 != 0)
		return "the name has an odd number of bytes";
	if (len > NAME_MAX_LEN)
		return "the name is too long";
	for (size_t i = 0; i < len; i += 2)
		if (name[i] == 0 && name[i + 1] == 0)
			return "the name contains a NUL";
	return NULL;
}

const char *vard_var_check(const struct vard_var *v)
{
	const char *reason = vard_var_check_name(v->name, v->name_len);

	if (reason)
		return reason;
	if ((v->attributes & ATTR_MUST) != ATTR_MUST)
		return "the attributes lack NV or BS";
	if (v->attributes & ~(uint32_t)ATTR_MAY)
		return "the attributes have bits that are never stored";
	if (v->data_len == 0)
		return "there is no data";
	return NULL;
}

void vard_guid_format(const uint8_t guid[16], char text[VARD_GUID_TEXT])
{
	char *p = text;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		p += sprintf(p, "%02x", guid[guid_order[i]]);
	}
}

int vard_guid_compare(const uint8_t a[16], const uint8_t b[16])
{
	int r = 0;

	for (int i = 0; r == 0 && i < 16; i++)
		r = a[guid_order[i]] - b[guid_order[i]];
	return r;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool vard_hex_parse(const char *text, size_t len, uint8_t *out)
{
	if (len % 2 != 0)
		return false;
	for (size_t i = 0; i < len; i += 2) {
		int hi = hex_digit(text[i]);
		int lo = hex_digit(text[i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

bool vard_guid_parse(const char *text, uint8_t guid[16])
{
	uint8_t bytes[16];
	const char *p = text;

	if (strlen(text) != VARD_GUID_TEXT - 1)
		return false;
	for (int i = 0; i < 16; i++) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
			return false;
		if (!vard_hex_parse(p, 2, &bytes[guid_order[i]]))
			return false;
		p += 2;
	}
	memcpy(guid, bytes, 16);
	return true;
}

static uint32_t utf16_unit(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

/* The control characters of ASCII and of Latin-1. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Takes one character at *pos and moves it on; never fails. */
static uint32_t utf16_next(const uint8_t *name, size_t len, size_t *pos)
{
	uint32_t u, low;

	if (len - *pos < 2) {
		*pos = len;
		return REPLACEMENT;
	}
	u = utf16_unit(name + *pos);
	*pos += 2;
	if (u < 0xd800 || u > 0xdfff)
		return u;
	if (u > 0xdbff || len - *pos < 2)
		return REPLACEMENT;
	low = utf16_unit(name + *pos);
	if (low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	*pos += 2;
	return 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
}

static size_t utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

char *vard_name_format(const uint8_t *name, size_t len)
{
	/* A unit of 2 bytes takes at most 3, a pair of 4 takes 4. */
	char *out = malloc((len / 2 + 1) * 3 + 1);
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t pos = 0; pos < len;) {
		uint32_t c = utf16_next(name, len, &pos);

		n += utf8_put(out + n, is_control(c) ? REPLACEMENT : c);
	}
	out[n] = 0;
	return out;
}

char *vard_var_describe(const struct vard_var *v)
{
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);
	char guid[VARD_GUID_TEXT];
	char *text;

	vard_guid_format(v->guid, guid);
	if (!name || asprintf(&text, "%s-%s", name, guid) < 0)
		return NULL;
	return text;
}

/* Is the unit there half a character, with or without its other half? */
static bool is_half(const uint8_t *name)
{
	return utf16_unit(name) >= 0xd800 && utf16_unit(name) <= 0xdfff;
}

int vard_name_to_utf8(const uint8_t *name, size_t len, char **ret)
{
	char *out;
	size_t n = 0;

	if (len % 2 != 0)
		return -EINVAL;
	out = malloc((len / 2 + 1) * 3 + 1);
	if (!out)
		return -ENOMEM;
	for (size_t at = 0, pos = 0; pos < len; at = pos) {
		uint32_t c = utf16_next(name, len, &pos);

		if (c == 0 || (pos - at == 2 && is_half(name + at))) {
			free(out);
			return -EINVAL;
		}
		n += utf8_put(out + n, c);
	}
	out[n] = 0;
	*ret = out;
	return 0;
}

/* Bytes of the sequence that starts with @c, 0 if none does. */
static size_t utf8_len(uint8_t c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c < 0xe0)
		return 2;
	if (c >= 0xe0 && c < 0xf0)
		return 3;
	if (c >= 0xf0 && c < 0xf5)
		return 4;
	return 0;
}

/* Returns the bytes taken, 0 if @p does not start with a character. */
static size_t utf8_get(const uint8_t *p, size_t left, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = utf8_len(p[0]);
	uint32_t c;

	if (n == 0 || n > left)
		return 0;
	c = n == 1 ? p[0] : p[0] & (0xffU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

void vard_text_clean(char *text)
{
	uint8_t *p = (uint8_t *)text;
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t c = 0; /* a control character, too */
		size_t used = utf8_get(p, left, &c);

		if (used == 0)
			used = 1;
		if (is_control(c))
			memset(p, '?', used);
		p += used;
		left -= used;
	}
}

static size_t utf16_put(uint8_t *out, uint32_t c)
{
	if (c >= 0x10000) {
		size_t n = utf16_put(out, 0xd800 + ((c - 0x10000) >> 10));

		return n + utf16_put(out + n, 0xdc00 + ((c - 0x10000) & 0x3ff));
	}
	out[0] = (uint8_t)c;
	out[1] = (uint8_t)(c >> 8);
	return 2;
}

int vard_name_from_utf8(const char *text, size_t text_len, uint8_t **ret,
			uint32_t *ret_len)
{
	const uint8_t *p = (const uint8_t *)text;
	uint8_t *out;
	size_t n = 0;

	if (text_len > NAME_MAX_LEN)
		return -EINVAL;
	/* 1 byte makes 2, and 4 bytes make 4. */
	out = malloc(text_len * 2 + 1);
	if (!out)
		return -ENOMEM;
	while (text_len > 0) {
		uint32_t c;
		size_t used = utf8_get(p, text_len, &c);

		if (used == 0) {
			free(out);
			return -EINVAL;
		}
		n += utf16_put(out + n, c);
		p += used;
		text_len -= used;
	}
	*ret = out;
	*ret_len = (uint32_t)n;
	return 0;
}
