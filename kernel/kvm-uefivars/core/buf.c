// SPDX-License-Identifier: GPL-2.0
/* Bounded cursor over a private copy of guest bytes, and UTF-16 inside it. */
#include "buf.h"

#define UNITS		4
#define UNITS_LOW	0x0001000100010001ULL
#define UNITS_HIGH	0x8000800080008000ULL

/* Is one of four units zero? Only there does a borrow reach the high bit. */
static bool has_nul(const u8 *p)
{
	u64 units;

	memcpy(&units, p, sizeof(units));
	return (units - UNITS_LOW) & ~units & UNITS_HIGH;
}

u32 kuv_utf16_len(const u8 *p, u32 nr)
{
	u32 i = 0;

	while (nr - i >= UNITS && !has_nul(p + 2 * (size_t)i))
		i += UNITS;
	while (i < nr && kuv_utf16_at(p, i))
		i++;
	return i;
}
