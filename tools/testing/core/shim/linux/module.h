/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: nothing to say about modules in user space. */
#define MODULE_LICENSE(x)
#define MODULE_DESCRIPTION(x)
