/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: what the core takes from linux/kernel.h. */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif
