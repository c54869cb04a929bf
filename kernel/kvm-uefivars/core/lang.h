/* SPDX-License-Identifier: GPL-2.0 */
/* Lang and PlatformLang follow each other. */
#ifndef _KUV_CORE_LANG_H
#define _KUV_CORE_LANG_H

#include "set.h"

/**
 * kuv_lang_check() - what a write of a language variable brings with it
 * @set: write in progress; the change of the other variable is added
 *
 * Context: May sleep.
 * Return: SUCCESS to go on, or what the caller is told.
 */
kuv_status_t kuv_lang_check(struct kuv_set *set);

/**
 * kuv_lang_done() - the write was made: language codes are remembered
 * @set: write in progress
 *
 * Context: Any.
 */
void kuv_lang_done(struct kuv_set *set);

#endif /* _KUV_CORE_LANG_H */
