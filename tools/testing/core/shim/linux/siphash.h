/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: the kernel's hash for tables, SipHash-1-3 on 64-bit machines. */
#ifndef _SHIM_LINUX_SIPHASH_H
#define _SHIM_LINUX_SIPHASH_H

#include <linux/types.h>

typedef struct {
	unsigned long key[2];
} hsiphash_key_t;

u32 hsiphash(const void *data, size_t len, const hsiphash_key_t *key);

#endif
