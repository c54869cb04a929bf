/* SPDX-License-Identifier: GPL-2.0 */
/* What a variable must look like: well-known names and set properties. */
#ifndef _KUV_CORE_VARCHECK_H
#define _KUV_CORE_VARCHECK_H

#include <linux/bits.h>

#include "vardb.h"

/* What a guest may set in one boot: properties, and bytes of their names. */
#define KUV_PROPERTY_NR_MAX	256
#define KUV_PROPERTY_NAMES_MAX	65536

#define KUV_PROPERTY_REVISION	1
#define KUV_PROPERTY_READ_ONLY	BIT(0)

/**
 * struct kuv_property - property that the firmware set for one name
 * @node: in kuv_varcheck.properties
 * @value: as it was sent
 * @guid: vendor namespace
 * @name_len: bytes of @name
 * @name: UTF-16LE, no NUL
 */
struct kuv_property {
	struct list_head node;
	struct kvm_uefivars_var_property value;
	u8 guid[16];
	u32 name_len;
	u8 name[];
};

/**
 * struct kuv_varcheck - properties that the firmware set in this boot
 * @properties: struct kuv_property, each name once, in the order of their first
 *	setting
 * @nr: properties
 * @names_len: bytes of all their names
 * @has_modes: AuditMode, DeployedMode and dbr are known names
 */
struct kuv_varcheck {
	struct list_head properties;
	u32 nr;
	u32 names_len;
	bool has_modes;
};

/**
 * kuv_varcheck_init() - no properties but the built-in ones
 * @vc: uninitialised memory
 *
 * Context: Any.
 */
void kuv_varcheck_init(struct kuv_varcheck *vc);

/**
 * kuv_varcheck_reset() - forget what was set; frees all memory
 * @vc: properties; @vc->has_modes is false afterwards
 *
 * Context: May sleep.
 */
void kuv_varcheck_reset(struct kuv_varcheck *vc);

/**
 * kuv_varcheck_set_property() - set or replace the property of one name
 * @vc: properties
 * @name: variable; "Boot####" and the like name all variables they stand for
 * @property: value; its revision is checked
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, INVALID_PARAMETER (revision, empty name) or
 * OUT_OF_RESOURCES (too many, or no memory).
 */
kuv_status_t
kuv_varcheck_set_property(struct kuv_varcheck *vc, const struct kuv_name *name,
			  const struct kvm_uefivars_var_property *property);

/**
 * kuv_varcheck_property() - the property that applies to a name
 * @vc: properties
 * @name: variable
 *
 * One set for the very name comes first, then one set for its wildcard, then
 * the built-in one.
 *
 * Context: Any.
 * Return: The property, set or built in, or NULL; valid until the next set.
 */
const struct kvm_uefivars_var_property *
kuv_varcheck_property(const struct kuv_varcheck *vc,
		      const struct kuv_name *name);

/**
 * kuv_varcheck_is_fixed() - is it a variable that only the service writes?
 * @name: variable
 *
 * True from power-on, whatever properties a guest sets.
 *
 * Context: Any.
 * Return: true if every write by a guest must fail.
 */
bool kuv_varcheck_is_fixed(const struct kuv_name *name);

/**
 * kuv_varcheck_check() - does a write fit what is known of its name?
 * @vc: properties
 * @w: write, its payload only
 *
 * First the property of the name, then the rules of the specification: names
 * that it defines, hardware error records, the form of the data.
 *
 * Context: Any.
 * Return: SUCCESS, WRITE_PROTECTED or INVALID_PARAMETER.
 */
kuv_status_t kuv_varcheck_check(const struct kuv_varcheck *vc,
				const struct kuv_write *w);

#endif /* _KUV_CORE_VARCHECK_H */
