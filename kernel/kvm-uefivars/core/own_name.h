/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the service's own variables: ASCII in the source, UTF-16 stored. */
#ifndef _KUV_CORE_OWN_NAME_H
#define _KUV_CORE_OWN_NAME_H

#include "vardb.h"

/* Longest name, in characters. */
#define KUV_OWN_NAME_MAX	40

/**
 * struct kuv_own_name - a name that brings its own memory
 * @n: the name; valid as long as this structure stays where it is
 * @utf16: what @n points to
 */
struct kuv_own_name {
	struct kuv_name n;
	u8 utf16[2 * KUV_OWN_NAME_MAX];
};

/**
 * kuv_own_name_init() - spell a name out
 * @o: uninitialised memory
 * @guid: namespace, must outlive @o
 * @ascii: at most KUV_OWN_NAME_MAX characters
 *
 * Context: Any.
 */
static inline void kuv_own_name_init(struct kuv_own_name *o, const u8 *guid,
				     const char *ascii)
{
	u32 i;

	for (i = 0; ascii[i] && i < KUV_OWN_NAME_MAX; i++) {
		o->utf16[2 * i] = ascii[i];
		o->utf16[2 * i + 1] = 0;
	}
	o->n.guid = guid;
	o->n.name = o->utf16;
	o->n.len = 2 * i;
}

#endif /* _KUV_CORE_OWN_NAME_H */
