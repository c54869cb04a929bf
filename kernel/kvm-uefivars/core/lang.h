/* SPDX-License-Identifier: GPL-2.0 */
/* Lang and PlatformLang follow each other. */
#ifndef _KUV_CORE_LANG_H
#define _KUV_CORE_LANG_H

#include "status.h"

struct kuv_set;

/* The two ways to name a language. */
enum kuv_lang_kind {
	KUV_LANG_ISO639,
	KUV_LANG_RFC4646,
	KUV_NR_LANG,
};

/**
 * struct kuv_lang - languages the firmware said it has, in one boot
 * @codes: LangCodes and PlatformLangCodes as they were written, owned, or NULL
 * @len: bytes of them, bounded as a variable is
 */
struct kuv_lang {
	u8 *codes[KUV_NR_LANG];
	u32 len[KUV_NR_LANG];
};

/**
 * kuv_lang_reset() - forget the languages; frees all memory
 * @lang: languages
 *
 * Context: May sleep.
 */
void kuv_lang_reset(struct kuv_lang *lang);

/**
 * kuv_lang_check() - what a write of a language variable brings with it
 * @set: write in progress; the change of the other variable is added
 *
 * Only names of EFI_GLOBAL_VARIABLE matter.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS to go on, or what the caller is told.
 */
kuv_status_t kuv_lang_check(struct kuv_set *set);

/**
 * kuv_lang_done() - the write was made: language codes are remembered
 * @set: write in progress
 *
 * Context: May sleep.
 */
void kuv_lang_done(struct kuv_set *set);

#endif /* _KUV_CORE_LANG_H */
