/* SPDX-License-Identifier: GPL-2.0 */
/* Memory overwrite request and its lock. */
#ifndef _KUV_CORE_MOR_H
#define _KUV_CORE_MOR_H

#include "status.h"

struct kuv_service;
struct kuv_set;

#define KUV_MOR_KEY_LEN	8

/**
 * struct kuv_mor - the lock of the memory overwrite request in one boot
 * @is_locked: the request cannot be changed
 * @has_key: @key opens the lock; without it only a reset does
 * @is_absent: the firmware has no request: neither variable can be made
 * @key: never stored or told, zero if not @has_key
 */
struct kuv_mor {
	bool is_locked;
	bool has_key;
	bool is_absent;
	u8 key[KUV_MOR_KEY_LEN];
};

/**
 * kuv_mor_reset() - open the lock and wipe its key, as at a machine reset
 * @mor: the lock
 *
 * Context: Any.
 */
void kuv_mor_reset(struct kuv_mor *mor);

/**
 * kuv_mor_end_of_dxe() - the firmware has made its request, or it never will
 * @s: service whose policies can still be set
 * @seq: newest change logged; left alone if there is none
 *
 * With a request the lock reads as open, unless it is closed already. Without
 * one both variables are gone, and locked by policies.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, or DEVICE_ERROR if there is no memory for that.
 */
kuv_status_t kuv_mor_end_of_dxe(struct kuv_service *s, u64 *seq);

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
