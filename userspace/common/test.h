/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes: cmocka and the headers it wants before it. */
#ifndef _VARD_TEST_H
#define _VARD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A UTF-16LE name of a plain literal, without the NUL. */
#define U16(literal) ((const uint8_t *)(u"" literal))
#define U16_LEN(literal) ((uint32_t)(sizeof(u"" literal) - 2))

#endif /* _VARD_TEST_H */
