/* SPDX-License-Identifier: GPL-2.0 */
/* Who may write a variable: keys, signatures, presence. */
#ifndef _KUV_CORE_AUTH_H
#define _KUV_CORE_AUTH_H

#include "set.h"

/**
 * kuv_auth_check() - may this caller write this variable?
 * @set: write in progress; its payload, time and own memory may be changed
 *
 * Context: May sleep.
 * Return: SUCCESS, or what the caller is told.
 */
kuv_status_t kuv_auth_check(struct kuv_set *set);

/**
 * kuv_auth_follow() - add what follows from a write
 * @set: write in progress, its own change prepared
 *
 * The mode of the machine when a platform key comes or goes, and the signer of
 * a private variable.
 *
 * Context: May sleep.
 * Return: SUCCESS, or what the caller is told; then nothing may change.
 */
kuv_status_t kuv_auth_follow(struct kuv_set *set);

#endif /* _KUV_CORE_AUTH_H */
