/* SPDX-License-Identifier: GPL-2.0 */
/* Memory overwrite request and its lock. */
#ifndef _KUV_CORE_MOR_H
#define _KUV_CORE_MOR_H

#include "set.h"

/**
 * kuv_mor_check() - rules of MemoryOverwriteRequestControl and its lock
 * @set: write in progress; the data to store may be changed, and @set->result
 *
 * Context: Any.
 * Return: SUCCESS to go on, or what the caller is told.
 */
kuv_status_t kuv_mor_check(struct kuv_set *set);

/**
 * kuv_mor_done() - the write was made: the state of the lock moves
 * @set: write in progress
 *
 * Context: Any.
 */
void kuv_mor_done(struct kuv_set *set);

#endif /* _KUV_CORE_MOR_H */
