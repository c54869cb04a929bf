/* SPDX-License-Identifier: GPL-2.0 */
/* UEFI variable services of one VM: Get, Set, GetNext, Query and boot phases. */
#ifndef _KUV_CORE_SERVICE_H
#define _KUV_CORE_SERVICE_H

#include "policy.h"
#include "status.h"
#include "vardb.h"

/**
 * struct kuv_limits - how much one VM may store
 * @nv_size: bytes of the non-volatile pool
 * @volatile_size: bytes of the volatile pool
 * @var_size: largest header + name + data of a plain non-volatile variable
 * @auth_var_size: the same for an authenticated variable
 * @volatile_var_size: the same for a volatile variable
 *
 * The header of a variable counts 60 bytes, as in a flash store.
 */
struct kuv_limits {
	u64 nv_size;
	u64 volatile_size;
	u32 var_size;
	u32 auth_var_size;
	u32 volatile_var_size;
};

/**
 * struct kuv_service - the state of one VM's variable service
 * @db: variables, their accounting and the order of their changes
 * @policy: registered variable policies
 * @limits: limits in force
 * @end_of_dxe: the firmware left its trusted phase
 * @ready_to_boot: the firmware is about to start a boot option
 * @at_runtime: ExitBootServices was called
 *
 * No locks: the caller serialises every call on one service.
 */
struct kuv_service {
	struct kuv_vardb db;
	struct kuv_policy policy;
	struct kuv_limits limits;
	bool end_of_dxe;
	bool ready_to_boot;
	bool at_runtime;
};

/**
 * kuv_service_init() - an empty service, as at power-on
 * @s: uninitialised memory
 * @limits: limits; none may be 0
 *
 * kuv_service_reset() must follow before the first request.
 *
 * Context: May sleep.
 * Return: 0 or -ENOMEM.
 */
int kuv_service_init(struct kuv_service *s, const struct kuv_limits *limits);

/**
 * kuv_service_exit() - free everything a service owns
 * @s: service that kuv_service_init() made
 *
 * Context: May sleep.
 */
void kuv_service_exit(struct kuv_service *s);

/**
 * kuv_service_reset() - machine reset, as at every start of the firmware
 * @s: service
 *
 * Volatile variables, phases, policies and guest-set properties go; SetupMode,
 * SecureBoot, SignatureSupport, VendorKeys and the others of boot-time
 * initialisation are made anew from what is stored.
 *
 * Context: May sleep.
 * Return: 0, or -ENOMEM with the service closed: every request then answers
 * EFI_DEVICE_ERROR until a reset succeeds.
 */
int kuv_service_reset(struct kuv_service *s);

#endif /* _KUV_CORE_SERVICE_H */
