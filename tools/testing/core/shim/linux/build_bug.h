/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: checks at compile time. */
#ifndef _SHIM_LINUX_BUILD_BUG_H
#define _SHIM_LINUX_BUILD_BUG_H

#define BUILD_BUG_ON(e)	_Static_assert(!(e), #e)

#endif
