/* SPDX-License-Identifier: GPL-2.0 */
/* What the data of well-known variables must look like. */
#ifndef _KUV_CORE_VARCHECK_CONTENT_H
#define _KUV_CORE_VARCHECK_CONTENT_H

#include <linux/types.h>

/**
 * enum kuv_content - the form of a variable's data
 * @KUV_CONTENT_ANY: whatever the size allows
 * @KUV_CONTENT_TEXT: a string with its NUL, and anything behind
 * @KUV_CONTENT_PATH: a device path
 * @KUV_CONTENT_ORDER: 16-bit numbers
 * @KUV_CONTENT_OPTION: a load option
 * @KUV_CONTENT_KEY: a boot key, ten bytes and its keys of four each
 * @KUV_CONTENT_GUIDS: GUIDs
 */
enum kuv_content {
	KUV_CONTENT_ANY,
	KUV_CONTENT_TEXT,
	KUV_CONTENT_PATH,
	KUV_CONTENT_ORDER,
	KUV_CONTENT_OPTION,
	KUV_CONTENT_KEY,
	KUV_CONTENT_GUIDS,
};

/**
 * kuv_content_is_valid() - does data have a form?
 * @content: the form
 * @p: data, straight from a guest
 * @len: bytes of @p, not 0
 *
 * Context: Any.
 * Return: true if it has.
 */
bool kuv_content_is_valid(enum kuv_content content, const u8 *p, u32 len);

#endif /* _KUV_CORE_VARCHECK_CONTENT_H */
