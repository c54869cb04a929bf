// SPDX-License-Identifier: GPL-2.0
/* Bounded cursor over a private copy of guest bytes, and UTF-16 inside it. */
#include "buf.h"

u32 kuv_utf16_len(const u8 *p, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (!kuv_utf16_at(p, i))
			break;
	return i;
}
