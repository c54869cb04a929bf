// SPDX-License-Identifier: GPL-2.0
/* What the data of well-known variables must look like. */
#include "varcheck_content.h"

#include <linux/string.h>

#include "buf.h"

/* A node of a device path: type, subtype, length with this header. */
#define NODE_HEADER	4
#define NODE_END	0x7f
#define NODE_END_ENTIRE	0xff
#define NODE_MEDIA	4
#define NODE_FILE_PATH	4

/* A load option: attributes, bytes of its device path, description, path. */
#define OPTION_PATH_LEN	4
#define OPTION_TEXT	6

/* A boot key: what it is, a checksum, the option it starts; then keys. */
#define KEY_HEADER	10
#define KEY_LEN		4

static bool is_path(const u8 *p, u32 len)
{
	u32 pos = 0, node;

	if (len < NODE_HEADER)
		return false;
	while (p[pos] != NODE_END || p[pos + 1] != NODE_END_ENTIRE) {
		node = kuv_utf16_at(p + pos, 1);
		/* The header of the next one must be inside, too. */
		if (node < NODE_HEADER || node > len - NODE_HEADER - pos)
			return false;
		if (p[pos] == NODE_MEDIA && p[pos + 1] == NODE_FILE_PATH &&
		    kuv_utf16_at(p + pos + node - 2, 0))
			return false;
		pos += node;
	}
	return kuv_utf16_at(p + pos, 1) == NODE_HEADER;
}

static bool is_option(const u8 *p, u32 len)
{
	u32 path_len, units, pos;

	if (len < OPTION_TEXT)
		return false;
	path_len = kuv_utf16_at(p + OPTION_PATH_LEN, 0);
	units = (len - OPTION_TEXT) / 2;
	pos = kuv_utf16_len(p + OPTION_TEXT, units);
	if (pos == units)
		return false;
	pos = OPTION_TEXT + 2 * (pos + 1);
	return path_len <= len - pos && is_path(p + pos, path_len);
}

bool kuv_content_is_valid(enum kuv_content content, const u8 *p, u32 len)
{
	switch (content) {
	case KUV_CONTENT_TEXT:
		return memchr(p, 0, len);
	case KUV_CONTENT_PATH:
		return is_path(p, len);
	case KUV_CONTENT_ORDER:
		return len % 2 == 0;
	case KUV_CONTENT_OPTION:
		return is_option(p, len);
	case KUV_CONTENT_KEY:
		return len >= KEY_HEADER && (len - KEY_HEADER) % KEY_LEN == 0;
	case KUV_CONTENT_GUIDS:
		return len % 16 == 0;
	default:
		return true;
	}
}
