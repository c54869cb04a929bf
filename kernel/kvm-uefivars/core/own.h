/* SPDX-License-Identifier: GPL-2.0 */
/* Variables that the service itself reads or writes, by number. */
#ifndef _KUV_CORE_OWN_H
#define _KUV_CORE_OWN_H

#include "group.h"

/**
 * enum kuv_own - variables that have a meaning to the service
 * @KUV_OWN_PK: platform key
 * @KUV_OWN_KEK: keys that may sign signature databases
 * @KUV_OWN_DB: what may start
 * @KUV_OWN_DBX: what may not
 * @KUV_OWN_DBT: time stamps
 * @KUV_OWN_DBR: recovery; only with KUV_OPT_AUDIT_MODE
 * @KUV_OWN_SETUP_MODE: 1 while no platform key is enrolled
 * @KUV_OWN_SECURE_BOOT: 1 if the firmware checks what it starts
 * @KUV_OWN_SECURE_BOOT_ENABLE: switch of Secure Boot, not volatile
 * @KUV_OWN_CUSTOM_MODE: 1 while keys need no signature
 * @KUV_OWN_VENDOR_KEYS_NV: 0 once keys were changed without a signature
 * @KUV_OWN_VENDOR_KEYS: the same, to be read by all
 * @KUV_OWN_SIGNATURE_SUPPORT: types of signatures
 * @KUV_OWN_CERTDB: signers of private variables that are not volatile
 * @KUV_OWN_CERTDBV: signers of those that are
 * @KUV_OWN_AUDIT_MODE: 1 in Audit Mode; only with KUV_OPT_AUDIT_MODE
 * @KUV_OWN_DEPLOYED_MODE: 1 in Deployed Mode, likewise
 * @KUV_OWN_STORED_MODE: which of both the next boot starts in, likewise
 * @KUV_NR_OWN: number of them; also stands for any other variable
 */
enum kuv_own {
	KUV_OWN_PK,
	KUV_OWN_KEK,
	KUV_OWN_DB,
	KUV_OWN_DBX,
	KUV_OWN_DBT,
	KUV_OWN_DBR,
	KUV_OWN_SETUP_MODE,
	KUV_OWN_SECURE_BOOT,
	KUV_OWN_SECURE_BOOT_ENABLE,
	KUV_OWN_CUSTOM_MODE,
	KUV_OWN_VENDOR_KEYS_NV,
	KUV_OWN_VENDOR_KEYS,
	KUV_OWN_SIGNATURE_SUPPORT,
	KUV_OWN_CERTDB,
	KUV_OWN_CERTDBV,
	KUV_OWN_AUDIT_MODE,
	KUV_OWN_DEPLOYED_MODE,
	KUV_OWN_STORED_MODE,
	KUV_NR_OWN,
};

/**
 * kuv_own_id() - which one is meant by a name?
 * @name: name
 *
 * Context: Any.
 * Return: Its number, or KUV_NR_OWN.
 */
enum kuv_own kuv_own_id(const struct kuv_name *name);

/**
 * kuv_own_find() - look one up
 * @db: database
 * @id: variable
 *
 * Context: Any.
 * Return: The variable or NULL; valid until the next change.
 */
const struct kuv_var *kuv_own_find(const struct kuv_vardb *db,
				   enum kuv_own id);

/**
 * kuv_own_value() - the first byte of one
 * @db: database
 * @id: variable
 * @otherwise: what to take if there is none
 *
 * Context: Any.
 * Return: Its first byte, or @otherwise.
 */
u8 kuv_own_value(const struct kuv_vardb *db, enum kuv_own id, u8 otherwise);

/**
 * kuv_own_set() - add a new value of one to a group
 * @g: group
 * @id: variable that has attributes of its own: not a key
 * @data: value
 * @len: bytes of @data
 * @flags: KUV_CHANGE_*
 *
 * Adds nothing if that is what is stored.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: As kuv_group_set().
 */
kuv_status_t kuv_own_set(struct kuv_group *g, enum kuv_own id, const u8 *data,
			 u32 len, u32 flags);

/**
 * kuv_own_set_u8() - add a new value of one byte to a group
 * @g: group
 * @id: variable, as for kuv_own_set()
 * @value: value
 * @flags: KUV_CHANGE_*
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: As kuv_group_set().
 */
kuv_status_t kuv_own_set_u8(struct kuv_group *g, enum kuv_own id, u8 value,
			    u32 flags);

/**
 * kuv_own_force() - give one a new value by itself, as at every start
 * @db: database
 * @limits: limits in force; a full pool is no reason to refuse
 * @id: variable, as for kuv_own_set()
 * @data: value
 * @len: bytes of @data
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: 0 or -ENOMEM.
 */
int kuv_own_force(struct kuv_vardb *db, const struct kuv_limits *limits,
		  enum kuv_own id, const u8 *data, u32 len);

/**
 * kuv_own_delete() - add the deletion of one to a group, if it exists
 * @g: group
 * @id: variable
 *
 * Context: Any.
 * Return: As kuv_group_delete(), and SUCCESS if there is nothing to delete.
 */
kuv_status_t kuv_own_delete(struct kuv_group *g, enum kuv_own id);

#endif /* _KUV_CORE_OWN_H */
