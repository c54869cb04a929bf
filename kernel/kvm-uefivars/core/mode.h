/* SPDX-License-Identifier: GPL-2.0 */
/* Setup, User, Audit, Deployed and Custom Mode: what is, what may be, what follows. */
#ifndef _KUV_CORE_MODE_H
#define _KUV_CORE_MODE_H

#include "set.h"

/**
 * enum kuv_stored_mode - values of KUV_OWN_STORED_MODE
 * @KUV_STORED_NONE: Setup or User Mode
 * @KUV_STORED_AUDIT: Audit Mode
 * @KUV_STORED_DEPLOYED: Deployed Mode
 */
enum kuv_stored_mode {
	KUV_STORED_NONE,
	KUV_STORED_AUDIT,
	KUV_STORED_DEPLOYED,
};

/**
 * kuv_mode_is_present() - may someone be at the machine?
 * @s: service
 *
 * The firmware says so while it runs, an operating system cannot.
 *
 * Context: Any.
 * Return: true until ExitBootServices.
 */
static inline bool kuv_mode_is_present(const struct kuv_service *s)
{
	return !s->at_runtime;
}

/**
 * kuv_mode_is_setup() - is no platform key enrolled?
 * @s: service
 *
 * Context: Any.
 * Return: true in Setup and Audit Mode.
 */
bool kuv_mode_is_setup(const struct kuv_service *s);

/**
 * kuv_mode_is_custom() - may keys be written without a signature?
 * @s: service
 *
 * Context: Any.
 * Return: true in Custom Mode, while the firmware runs and the operator allows
 * it; never in Deployed Mode.
 */
bool kuv_mode_is_custom(const struct kuv_service *s);

/**
 * kuv_mode_check() - may a switch be turned that way?
 * @set: write in progress, of any variable
 *
 * Context: Any.
 * Return: SUCCESS if it is none of SecureBootEnable, CustomMode, AuditMode and
 * DeployedMode, or may be written so; else what the caller is told.
 */
kuv_status_t kuv_mode_check(const struct kuv_set *set);

/**
 * kuv_mode_follow() - add what the mode of the machine has to follow
 * @set: write in progress, its own change prepared
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, or what the caller is told.
 */
kuv_status_t kuv_mode_follow(struct kuv_set *set);

#endif /* _KUV_CORE_MODE_H */
