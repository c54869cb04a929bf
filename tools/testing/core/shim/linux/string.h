/* SPDX-License-Identifier: GPL-2.0 */
/* Shim: the C library's string functions. */
#include <string.h>

#define memzero_explicit(p, len)	explicit_bzero(p, len)
