/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: allocation that is counted and can be made to fail. */
#ifndef _SHIM_LINUX_SLAB_H
#define _SHIM_LINUX_SLAB_H

#include <linux/types.h>

typedef unsigned int gfp_t;

#define GFP_KERNEL		1U
#define GFP_KERNEL_ACCOUNT	2U

/* Allocations alive, and how many were asked for since shim_fail_nth(). */
extern u64 shim_nr_live;
extern u64 shim_nr_asked;

/*
 * Let the @nth allocation from now on fail, 0 for none. Only those that are
 * accounted to a guest count: the test's own never fail.
 */
void shim_fail_nth(u64 nth);

void *shim_alloc(size_t len, gfp_t gfp, bool zero);
void shim_free(const void *p);

#define kmalloc(len, gfp)	shim_alloc(len, gfp, false)
#define kzalloc(len, gfp)	shim_alloc(len, gfp, true)
#define kvmalloc(len, gfp)	shim_alloc(len, gfp, false)
#define kvzalloc(len, gfp)	shim_alloc(len, gfp, true)
#define kvcalloc(n, len, gfp)	shim_alloc((size_t)(n) * (len), gfp, true)
#define kfree(p)		shim_free(p)
#define kvfree(p)		shim_free(p)

#endif
