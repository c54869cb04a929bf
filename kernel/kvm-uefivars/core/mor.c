// SPDX-License-Identifier: GPL-2.0
/* Memory overwrite request and its lock. */
#include "mor.h"

kuv_status_t kuv_mor_check(struct kuv_set *set)
{
	return KUV_SUCCESS;
}

void kuv_mor_done(struct kuv_set *set)
{
}
