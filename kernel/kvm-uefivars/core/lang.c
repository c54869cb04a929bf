// SPDX-License-Identifier: GPL-2.0
/* Lang and PlatformLang follow each other. */
#include "lang.h"

kuv_status_t kuv_lang_check(struct kuv_set *set)
{
	return KUV_SUCCESS;
}

void kuv_lang_done(struct kuv_set *set)
{
}
