// SPDX-License-Identifier: GPL-2.0
/* Setup, User, Audit, Deployed and Custom Mode: what is, what may be, what follows. */
#include "mode.h"

#include "own.h"

static bool has_modes(const struct kuv_service *s)
{
	return s->options & KUV_OPT_AUDIT_MODE;
}

static bool is_audit(const struct kuv_service *s)
{
	return has_modes(s) && kuv_own_value(&s->db, KUV_OWN_AUDIT_MODE, 0);
}

static bool is_deployed(const struct kuv_service *s)
{
	return has_modes(s) && kuv_own_value(&s->db, KUV_OWN_DEPLOYED_MODE, 0);
}

bool kuv_mode_is_setup(const struct kuv_service *s)
{
	return !kuv_own_find(&s->db, KUV_OWN_PK);
}

bool kuv_mode_is_custom(const struct kuv_service *s)
{
	return kuv_own_value(&s->db, KUV_OWN_CUSTOM_MODE, 0) == 1 &&
	       kuv_mode_is_present(s) && !is_deployed(s) &&
	       !(s->options & KUV_OPT_NO_CUSTOM_MODE);
}

/* Does a write store this one byte and nothing else? */
static bool is_value(const struct kuv_write *w, u8 value)
{
	return w->len == 1 && w->data[0] == value &&
	       !kuv_write_is_delete(w) &&
	       !(w->attributes & KVM_UEFIVARS_ATTR_AP);
}

/* Only someone at the machine turns these, unless the operator forbids it. */
static kuv_status_t check_switch(const struct kuv_set *set, bool is_forbidden)
{
	if (is_forbidden)
		return KUV_WRITE_PROTECTED;
	return kuv_mode_is_present(set->s) ? KUV_SUCCESS :
					     KUV_SECURITY_VIOLATION;
}

/*
 * Audit Mode is entered from Setup and User Mode, Deployed Mode from User Mode.
 * What leads out of them is a platform key that comes or goes.
 */
static kuv_status_t check_uefi_mode(const struct kuv_set *set)
{
	const struct kuv_service *s = set->s;
	const struct kuv_write *w = &set->w;

	/* Absent: the operator gave the machine modes after it was reset. */
	if (!set->old || !kuv_mode_is_present(s) || is_deployed(s) ||
	    kuv_write_is_delete(w))
		return KUV_WRITE_PROTECTED;
	if (!is_value(w, 0) && !is_value(w, 1))
		return KUV_INVALID_PARAMETER;
	if (w->data[0] == kuv_var_data(set->old)[0])
		return KUV_SUCCESS;
	if (!w->data[0] ||
	    (set->own == KUV_OWN_DEPLOYED_MODE && kuv_mode_is_setup(s)))
		return KUV_WRITE_PROTECTED;
	return KUV_SUCCESS;
}

kuv_status_t kuv_mode_check(const struct kuv_set *set)
{
	u32 options = set->s->options;

	switch (set->own) {
	case KUV_OWN_SECURE_BOOT_ENABLE:
		return check_switch(set, options & KUV_OPT_FORCE_SECURE_BOOT &&
					 !is_value(&set->w, 1));
	case KUV_OWN_CUSTOM_MODE:
		return check_switch(set, options & KUV_OPT_NO_CUSTOM_MODE);
	case KUV_OWN_AUDIT_MODE:
	case KUV_OWN_DEPLOYED_MODE:
		return has_modes(set->s) ? check_uefi_mode(set) : KUV_SUCCESS;
	case KUV_OWN_STORED_MODE:
		return KUV_WRITE_PROTECTED;
	default:
		return KUV_SUCCESS;
	}
}

static kuv_status_t put(struct kuv_set *set, enum kuv_own id, u8 value)
{
	return kuv_own_set_u8(&set->group, id, value, 0);
}

/* What an operating system sees stays until the next boot. */
static kuv_status_t switch_secure_boot(struct kuv_set *set, bool on)
{
	kuv_status_t status;

	if (set->os_runs)
		return KUV_SUCCESS;
	status = put(set, KUV_OWN_SECURE_BOOT, on);
	if (status != KUV_SUCCESS)
		return status;
	return on ? put(set, KUV_OWN_SECURE_BOOT_ENABLE, 1) :
		    kuv_own_delete(&set->group, KUV_OWN_SECURE_BOOT_ENABLE);
}

static kuv_status_t put_setup_mode(struct kuv_set *set, bool on)
{
	kuv_status_t status = kuv_own_set_u8(&set->group, KUV_OWN_SETUP_MODE,
					     on, KUV_CHANGE_IN_PLACE);

	if (status == KUV_SUCCESS)
		status = switch_secure_boot(set, !on);
	return status;
}

static kuv_status_t leave_audit(struct kuv_set *set)
{
	kuv_status_t status = put(set, KUV_OWN_AUDIT_MODE, 0);

	if (status == KUV_SUCCESS)
		status = put(set, KUV_OWN_DEPLOYED_MODE, 1);
	if (status == KUV_SUCCESS)
		status = put(set, KUV_OWN_STORED_MODE, KUV_STORED_DEPLOYED);
	return status;
}

static kuv_status_t leave_deployed(struct kuv_set *set)
{
	kuv_status_t status = put(set, KUV_OWN_DEPLOYED_MODE, 0);

	if (status == KUV_SUCCESS)
		status = put(set, KUV_OWN_STORED_MODE, KUV_STORED_NONE);
	return status;
}

static kuv_status_t follow_key(struct kuv_set *set)
{
	kuv_status_t status = KUV_SUCCESS;

	if (set->effect == KUV_EFFECT_CREATE) {
		status = put_setup_mode(set, false);
		if (status == KUV_SUCCESS && is_audit(set->s))
			status = leave_audit(set);
	} else if (set->effect == KUV_EFFECT_DELETE) {
		status = put_setup_mode(set, true);
		if (status == KUV_SUCCESS && is_deployed(set->s))
			status = leave_deployed(set);
	}
	return status;
}

/* Keys changed although nobody signed that. */
static kuv_status_t spoil_vendor_keys(struct kuv_set *set)
{
	kuv_status_t status = put(set, KUV_OWN_VENDOR_KEYS_NV, 0);

	if (status == KUV_SUCCESS)
		status = put(set, KUV_OWN_VENDOR_KEYS, 0);
	return status;
}

/* The machine forgets its platform key. */
static kuv_status_t enter_audit(struct kuv_set *set)
{
	kuv_status_t status = put(set, KUV_OWN_STORED_MODE, KUV_STORED_AUDIT);

	if (status != KUV_SUCCESS || kuv_mode_is_setup(set->s))
		return status;
	status = kuv_own_delete(&set->group, KUV_OWN_PK);
	if (status == KUV_SUCCESS)
		status = put_setup_mode(set, true);
	if (status == KUV_SUCCESS)
		status = spoil_vendor_keys(set);
	return status;
}

static kuv_status_t follow_switch(struct kuv_set *set)
{
	/* The same value again is no change. */
	if (!has_modes(set->s) || set->effect != KUV_EFFECT_REPLACE)
		return KUV_SUCCESS;
	if (set->own == KUV_OWN_AUDIT_MODE)
		return enter_audit(set);
	return put(set, KUV_OWN_STORED_MODE, KUV_STORED_DEPLOYED);
}

kuv_status_t kuv_mode_follow(struct kuv_set *set)
{
	kuv_status_t status = KUV_SUCCESS;

	if (set->spoils_vendor_keys)
		status = spoil_vendor_keys(set);
	if (status != KUV_SUCCESS)
		return status;
	switch (set->own) {
	case KUV_OWN_PK:
		return follow_key(set);
	case KUV_OWN_AUDIT_MODE:
	case KUV_OWN_DEPLOYED_MODE:
		return follow_switch(set);
	default:
		return KUV_SUCCESS;
	}
}
