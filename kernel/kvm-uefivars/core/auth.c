// SPDX-License-Identifier: GPL-2.0
/* Who may write a variable: keys, signatures, presence. */
#include "auth.h"

#include "guids.h"

#define A_NV	KVM_UEFIVARS_ATTR_NV
#define A_AW	KVM_UEFIVARS_ATTR_AW
#define A_AT	KVM_UEFIVARS_ATTR_AT

static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_security[16] = KUV_GUID_SECURITY;
static const u8 guid_secure_boot_enable[16] = KUV_GUID_SECURE_BOOT_ENABLE;
static const u8 guid_custom_mode[16] = KUV_GUID_CUSTOM_MODE;

static bool is_key_variable(const struct kuv_name *n)
{
	return kuv_name_is(n, guid_global, "PK") ||
	       kuv_name_is(n, guid_global, "KEK") ||
	       kuv_name_is(n, guid_security, "db") ||
	       kuv_name_is(n, guid_security, "dbx") ||
	       kuv_name_is(n, guid_security, "dbt");
}

/* Switches that only someone at the machine may turn. */
static bool needs_presence(const struct kuv_name *n)
{
	return kuv_name_is(n, guid_custom_mode, "CustomMode") ||
	       kuv_name_is(n, guid_secure_boot_enable, "SecureBootEnable");
}

/* No signature is accepted yet, so whatever needs one is refused. */
kuv_status_t kuv_auth_check(struct kuv_set *set)
{
	const struct kuv_write *p = &set->w;
	const struct kuv_var *old = set->old;
	const u32 needed = A_NV | A_AT;

	if (is_key_variable(&p->name))
		return (p->attributes & needed) == needed ?
		       KUV_SECURITY_VIOLATION : KUV_INVALID_PARAMETER;
	if (needs_presence(&p->name) && set->s->at_runtime)
		return KUV_SECURITY_VIOLATION;
	if (p->attributes & A_AW)
		return KUV_UNSUPPORTED;
	if (p->attributes & A_AT)
		return KUV_SECURITY_VIOLATION;
	if (old && old->attributes & (A_AT | A_AW))
		return KUV_WRITE_PROTECTED;
	return KUV_SUCCESS;
}

kuv_status_t kuv_auth_follow(struct kuv_set *set)
{
	return KUV_SUCCESS;
}
