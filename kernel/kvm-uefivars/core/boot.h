/* SPDX-License-Identifier: GPL-2.0 */
/* The variables that exist at every start of the firmware. */
#ifndef _KUV_CORE_BOOT_H
#define _KUV_CORE_BOOT_H

#include "service.h"

/**
 * kuv_boot_init() - make the variables of a fresh boot from what is stored
 * @s: service without volatile variables
 *
 * Non-volatile ones are written only where they differ from what is stored.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: 0 or -ENOMEM.
 */
int kuv_boot_init(struct kuv_service *s);

#endif /* _KUV_CORE_BOOT_H */
