/* SPDX-License-Identifier: GPL-2.0 */
/* UEFI variable services of one VM: Get, Set, GetNext, Query, boot phases. */
#ifndef _KUV_CORE_SERVICE_H
#define _KUV_CORE_SERVICE_H

#include <linux/bits.h>

#include "crypto.h"
#include "lang.h"
#include "mor.h"
#include "policy.h"
#include "status.h"
#include "varcheck.h"
#include "vardb.h"

/* What the host's operator decided for a machine, kuv_service.options. */
#define KUV_OPT_FORCE_SECURE_BOOT BIT(0) /* SecureBootEnable stays 1 */
#define KUV_OPT_NO_CUSTOM_MODE	BIT(1)	/* CustomMode stays 0 */
#define KUV_OPT_SELF_SIGNED_PK	BIT(2)	/* a first PK must sign itself */
#define KUV_OPT_PRESENCE_DELETE	BIT(3)	/* firmware may delete what is signed */
#define KUV_OPT_AUDIT_MODE	BIT(4)	/* AuditMode and DeployedMode exist */
#define KUV_OPT_ALL		(BIT(5) - 1)

/**
 * struct kuv_service - the state of one VM's variable service
 * @db: variables, their accounting and the order of their changes
 * @policy: registered variable policies
 * @varcheck: properties the firmware set
 * @mor: lock of the memory overwrite request
 * @lang: languages the firmware has
 * @crypto: who computes hashes and RSA
 * @limits: limits in force; to change them while running, just write it
 * @options: KUV_OPT_*, likewise; some have an effect at the next reset only
 * @end_of_dxe: the firmware left its trusted phase
 * @ready_to_boot: the firmware is about to start a boot option
 * @at_runtime: ExitBootServices was called
 * @closed: the last reset failed, every request answers EFI_DEVICE_ERROR
 * @is_new: there was no machine yet, neither reset nor restored
 *
 * The phases go one way only, until kuv_service_reset().
 *
 * No locks: the caller serialises every call on one service.
 */
struct kuv_service {
	struct kuv_vardb db;
	struct kuv_policy policy;
	struct kuv_varcheck varcheck;
	struct kuv_mor mor;
	struct kuv_lang lang;
	const struct kuv_crypto_ops *crypto;
	struct kuv_limits limits;
	u32 options;
	bool end_of_dxe;
	bool ready_to_boot;
	bool at_runtime;
	bool closed;
	bool is_new;
};

/**
 * struct kuv_storage_info - what QueryVariableInfo tells
 * @storage_max: bytes of the pool
 * @storage_left: bytes of it that are free
 * @var_max: most name plus data that one variable may have now
 */
struct kuv_storage_info {
	u64 storage_max;
	u64 storage_left;
	u64 var_max;
};

/**
 * kuv_service_init() - an empty service, as at power-on
 * @s: uninitialised memory
 * @limits: limits; none may be 0
 * @crypto: who computes hashes and RSA, must outlive @s
 * @hash_key: 16 random bytes that no guest knows, copied
 *
 * The service is closed; kuv_service_reset() must follow before the first
 * request. kuv_service_host_set() works before that.
 *
 * Context: May sleep.
 * Return: 0 or -ENOMEM.
 */
int kuv_service_init(struct kuv_service *s, const struct kuv_limits *limits,
		     const struct kuv_crypto_ops *crypto, const u8 *hash_key);

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

/**
 * kuv_service_get() - GetVariable, without the copy
 * @s: service
 * @name: variable
 * @ret_var: variable found; valid until the next change
 *
 * Context: Any.
 * Return: SUCCESS, NOT_FOUND (absent, or hidden at runtime), DEVICE_ERROR.
 */
kuv_status_t kuv_service_get(const struct kuv_service *s,
			     const struct kuv_name *name,
			     const struct kuv_var **ret_var);

/**
 * kuv_service_next() - GetNextVariableName, without the copy
 * @s: service
 * @name: variable before; an empty name begins
 * @ret_var: variable found; valid until the next change
 *
 * Context: Any.
 * Return: SUCCESS, NOT_FOUND (end), INVALID_PARAMETER (@name is not there),
 * DEVICE_ERROR.
 */
kuv_status_t kuv_service_next(const struct kuv_service *s,
			      const struct kuv_name *name,
			      const struct kuv_var **ret_var);

/**
 * kuv_service_set() - SetVariable, as the guest calls it
 * @s: service
 * @w: what to write; @w->data still has its descriptor if authenticated
 * @seq: change that must be durable before the guest sees the result: the one
 *	made, or an older pending one that this call would repeat; 0 for none.
 *	May be set although the status is an error.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: As the UEFI specification and edk2 have it; DEVICE_ERROR if the host
 * has no memory. On an error nothing has changed.
 */
kuv_status_t kuv_service_set(struct kuv_service *s, const struct kuv_write *w,
			     u64 *seq);

/**
 * kuv_service_set_signed() - SetVariable of something signed, for the operator
 * @s: service
 * @w: what to write: @w->data begins with its descriptor, @w->attributes have
 *	KVM_UEFIVARS_ATTR_AT
 * @seq: change that was made, 0 if none was logged
 *
 * What the firmware would be told after EndOfDxe, whatever the machine does
 * now. Nobody is at the machine: Custom Mode has no effect, and what is signed
 * is deleted by a signature only. SecureBoot stays as it is while an operating
 * system runs. In a service that had no machine yet the variables of a
 * start are made first, and stay even if the write is refused.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: As kuv_service_set(); DEVICE_ERROR also if the service is closed.
 */
kuv_status_t kuv_service_set_signed(struct kuv_service *s,
				    const struct kuv_write *w, u64 *seq);

/**
 * kuv_service_query() - QueryVariableInfo
 * @s: service
 * @attributes: selects the pool
 * @ret_info: answer
 *
 * Context: Any.
 * Return: SUCCESS, INVALID_PARAMETER, UNSUPPORTED or DEVICE_ERROR.
 */
kuv_status_t kuv_service_query(const struct kuv_service *s, u32 attributes,
			       struct kuv_storage_info *ret_info);

/**
 * kuv_service_end_of_dxe() - the firmware leaves its trusted phase
 * @s: service
 * @seq: change that must be durable before the guest goes on, 0 if none was
 *	logged; may be NULL
 *
 * Policies and properties are enforced from now on and can no longer be set.
 * The lock of the memory overwrite request starts open, or both of its
 * variables can no longer be made. Without memory for that the service closes.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 */
void kuv_service_end_of_dxe(struct kuv_service *s, u64 *seq);

/**
 * kuv_service_ready_to_boot() - the firmware starts a boot option
 * @s: service
 * @seq: as for kuv_service_end_of_dxe()
 *
 * Means EndOfDxe too, if that was not seen.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 */
void kuv_service_ready_to_boot(struct kuv_service *s, u64 *seq);

/**
 * kuv_service_exit_boot_services() - the operating system took over
 * @s: service
 * @seq: as for kuv_service_end_of_dxe()
 *
 * Means EndOfDxe too, if that was not seen.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 */
void kuv_service_exit_boot_services(struct kuv_service *s, u64 *seq);

/**
 * kuv_service_host_set() - the host's operator creates or replaces a variable
 * @s: service
 * @name: variable, not empty, no NUL in it
 * @attributes: stored attributes: BS always, no AP
 * @time: EFI_TIME of an authenticated variable, 16 bytes, NULL for zero
 * @data: data
 * @len: bytes of @data, not 0
 * @clean: the caller has it on disk: do not log a change
 * @seq: sequence number of the change, 0 if none was logged; may be NULL
 *
 * No signature, read-only name or phase stands in its way.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, INVALID_PARAMETER (name or attributes), OUT_OF_RESOURCES
 * (over a limit) or DEVICE_ERROR (no memory).
 */
kuv_status_t kuv_service_host_set(struct kuv_service *s,
				  const struct kuv_name *name, u32 attributes,
				  const u8 *time, const void *data, u32 len,
				  bool clean, u64 *seq);

/**
 * kuv_service_host_delete() - the host's operator deletes a variable
 * @s: service
 * @name: variable
 * @seq: sequence number of the change, 0 if none was logged; may be NULL
 *
 * Context: May sleep.
 * Return: SUCCESS, NOT_FOUND or OUT_OF_RESOURCES.
 */
kuv_status_t kuv_service_host_delete(struct kuv_service *s,
				     const struct kuv_name *name, u64 *seq);

#endif /* _KUV_CORE_SERVICE_H */
