/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: the kernel's basic types for the core in user space. */
#ifndef _SHIM_LINUX_TYPES_H
#define _SHIM_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include_next <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef uint64_t u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef int64_t s64;

#define U8_MAX		UINT8_MAX
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX

#ifndef __force
#define __force
#endif
#define __packed	__attribute__((packed))
#define __maybe_unused	__attribute__((unused))

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#endif
