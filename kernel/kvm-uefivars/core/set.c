// SPDX-License-Identifier: GPL-2.0
/* SetVariable: every check in its order, then all changes at once. */
#include "set.h"

#include <linux/slab.h>
#include <linux/string.h>

#include "attr.h"
#include "auth.h"
#include "buf.h"
#include "lang.h"
#include "mor.h"

/* Counter-based authentication: the only size such a write may have. */
#define AW_DATA_LEN	560
/* Time-based: EFI_TIME, then the length that counts from itself. */
#define AT_LENGTH	16
#define AT_DATA_MIN	40
#define AT_LENGTH_MIN	24

static kuv_status_t check_attributes(u32 a)
{
	bool is_counter = a & A_AW;

	if (a & ~A_KNOWN)
		return KUV_INVALID_PARAMETER;
	if ((a & A_RT && !(a & A_BS)) || (a & A_PLACE) == A_NV)
		return is_counter ? KUV_UNSUPPORTED : KUV_INVALID_PARAMETER;
	/*
	 * No pool for hardware error records; one that is authenticated is
	 * refused for what its descriptor says, or when it is to be stored.
	 */
	if (a & A_HR && !(a & (A_AW | A_AT)))
		return KUV_INVALID_PARAMETER;
	if (is_counter && a & A_AT)
		return KUV_UNSUPPORTED;
	return KUV_SUCCESS;
}

/* Cut the descriptor of authentication off; what is left is the payload. */
static kuv_status_t take_descriptor(struct kuv_set *set)
{
	struct kuv_write *p = &set->w;
	u32 len = p->len;

	if (p->attributes & A_AW) {
		if (p->len != AW_DATA_LEN)
			return KUV_UNSUPPORTED;
	} else if (p->attributes & A_AT) {
		if (p->len < AT_DATA_MIN)
			return KUV_SECURITY_VIOLATION;
		len = kuv_utf16_at(p->data + AT_LENGTH, 0) |
		      (u32)kuv_utf16_at(p->data + AT_LENGTH, 1) << 16;
		if (len > p->len - AT_LENGTH || len < AT_LENGTH_MIN)
			return KUV_SECURITY_VIOLATION;
		len += AT_LENGTH;
	} else {
		len = 0;
	}
	set->descriptor.data = p->data;
	set->descriptor.len = len;
	p->data += len;
	p->len -= len;
	return KUV_SUCCESS;
}

/* Everything that only depends on the arguments. */
static kuv_status_t check_arguments(struct kuv_set *set)
{
	const struct kuv_write *p = &set->w;
	kuv_status_t status;

	if (!p->name.len)
		return KUV_INVALID_PARAMETER;
	status = check_attributes(p->attributes);
	if (status != KUV_SUCCESS)
		return status;
	status = take_descriptor(set);
	if (status != KUV_SUCCESS)
		return status;
	if ((u64)p->name.len + 2 + p->len >
	    kuv_limits_content_max(&set->s->limits, p->attributes))
		return KUV_INVALID_PARAMETER;
	return KUV_SUCCESS;
}

/* Read-only names always, properties and policies after the trusted phase. */
static kuv_status_t check_rules(const struct kuv_set *set)
{
	const struct kuv_service *s = set->s;
	const struct kuv_write *p = &set->w;
	kuv_status_t status;

	if (kuv_varcheck_is_fixed(&p->name))
		return KUV_WRITE_PROTECTED;
	if (!s->end_of_dxe)
		return KUV_SUCCESS;
	status = kuv_varcheck_check(&s->varcheck, p);
	if (status != KUV_SUCCESS)
		return status;
	return kuv_policy_check(&s->policy, &s->db, p, s->at_runtime);
}

static kuv_status_t check_existing(const struct kuv_set *set)
{
	const struct kuv_var *old = set->old;
	u32 attributes = set->w.attributes;

	if (!old)
		return KUV_SUCCESS;
	if (set->s->at_runtime && !(old->attributes & A_RT))
		return KUV_WRITE_PROTECTED;
	if (attributes && (attributes & ~A_AP) != old->attributes)
		return KUV_INVALID_PARAMETER;
	return KUV_SUCCESS;
}

static kuv_status_t store(struct kuv_set *set, const u8 *head, u32 head_len)
{
	struct kuv_write w = set->w;

	w.attributes &= ~A_AP;
	w.old = set->old;
	if (w.attributes & A_HR)
		return KUV_OUT_OF_RESOURCES;
	set->effect = set->old ? KUV_EFFECT_REPLACE : KUV_EFFECT_CREATE;
	return kuv_group_set(&set->group, &w, head, head_len, set->time, 0);
}

/*
 * The guest learns that nothing is to be done, or that the name is gone. If a
 * change that brought it about is not durable yet, it must be before that.
 */
static void wait_for_older(struct kuv_set *set)
{
	set->pending = kuv_vardb_pending_seq(&set->s->db, &set->w.name);
}

static kuv_status_t delete(struct kuv_set *set)
{
	set->effect = KUV_EFFECT_DELETE;
	wait_for_older(set);
	return kuv_group_delete(&set->group, &set->w.name, 0);
}

static kuv_status_t create(struct kuv_set *set)
{
	const struct kuv_write *p = &set->w;
	const u32 needed = A_NV | A_RT;

	if (!p->len && p->attributes & A_AP)
		return KUV_SUCCESS;
	if (!p->len || !(p->attributes & (A_BS | A_RT))) {
		wait_for_older(set);
		return KUV_NOT_FOUND;
	}
	if (set->s->at_runtime && (p->attributes & needed) != needed)
		return KUV_INVALID_PARAMETER;
	return store(set, NULL, 0);
}

static kuv_status_t append(struct kuv_set *set)
{
	const struct kuv_write *p = &set->w;
	const struct kuv_var *old = set->old;
	u64 content = (u64)p->name.len + 2 + old->data_len + p->len;

	if (!p->len && !set->time) {
		wait_for_older(set);
		return KUV_SUCCESS;
	}
	if (content > kuv_limits_content_max(&set->s->limits, p->attributes))
		return KUV_INVALID_PARAMETER;
	return store(set, kuv_var_data(old), old->data_len);
}

static kuv_status_t replace(struct kuv_set *set)
{
	const struct kuv_write *p = &set->w;
	const struct kuv_var *old = set->old;

	if (set->s->at_runtime && !kuv_var_is_nv(old))
		return KUV_WRITE_PROTECTED;
	if (!(p->attributes & (A_BS | A_RT)))
		return delete(set);
	if (p->attributes & A_AP)
		return append(set);
	if (!p->len)
		return delete(set);
	if (!set->time && p->len == old->data_len &&
	    !memcmp(p->data, kuv_var_data(old), p->len)) {
		wait_for_older(set);
		return KUV_SUCCESS;
	}
	return store(set, NULL, 0);
}

/* Everything that can refuse the write, and every change prepared. */
static kuv_status_t prepare(struct kuv_set *set)
{
	kuv_status_t status = check_arguments(set);

	if (status == KUV_SUCCESS)
		status = kuv_mor_check(set);
	if (status == KUV_SUCCESS)
		status = check_rules(set);
	if (status != KUV_SUCCESS)
		return status;
	set->old = kuv_vardb_find(&set->s->db, &set->w.name);
	status = check_existing(set);
	if (status == KUV_SUCCESS)
		status = kuv_lang_check(set);
	if (status == KUV_SUCCESS)
		status = kuv_auth_check(set);
	if (status == KUV_SUCCESS)
		status = set->old ? replace(set) : create(set);
	if (status == KUV_SUCCESS)
		status = kuv_auth_follow(set);
	return status;
}

static kuv_status_t set_variable(struct kuv_service *s,
				 const struct kuv_write *w, bool os_runs,
				 u64 *seq)
{
	struct kuv_set set;
	kuv_status_t status;

	*seq = 0;
	if (s->closed)
		return KUV_DEVICE_ERROR;
	set.s = s;
	set.w = *w;
	set.descriptor.len = 0;
	set.os_runs = os_runs;
	set.own = kuv_own_id(&w->name);
	set.spoils_vendor_keys = false;
	set.old = NULL;
	set.time = NULL;
	set.own_data = NULL;
	set.key = NULL;
	set.effect = KUV_EFFECT_NONE;
	set.pending = 0;
	set.result = KUV_SUCCESS;
	kuv_group_init(&set.group, &s->db, &s->limits);
	status = prepare(&set);
	if (status == KUV_SUCCESS) {
		*seq = kuv_group_commit(&set.group);
		kuv_mor_done(&set);
		kuv_lang_done(&set);
		status = set.result;
	} else {
		kuv_group_abort(&set.group);
	}
	if (!*seq)
		*seq = set.pending;
	kvfree(set.own_data);
	return status;
}

kuv_status_t kuv_service_set(struct kuv_service *s, const struct kuv_write *w,
			     u64 *seq)
{
	return set_variable(s, w, s->at_runtime, seq);
}

kuv_status_t kuv_service_set_signed(struct kuv_service *s,
				    const struct kuv_write *w, u64 *seq)
{
	bool end_of_dxe, at_runtime;
	kuv_status_t status;
	u32 options;

	*seq = 0;
	if (!(w->attributes & A_AT))
		return KUV_INVALID_PARAMETER;
	if (s->is_new && kuv_service_reset(s))
		return KUV_DEVICE_ERROR;
	end_of_dxe = s->end_of_dxe;
	at_runtime = s->at_runtime;
	options = s->options;
	s->end_of_dxe = true;
	s->at_runtime = false;
	s->options |= KUV_OPT_NO_CUSTOM_MODE;
	s->options &= ~KUV_OPT_PRESENCE_DELETE;
	status = set_variable(s, w, at_runtime, seq);
	s->end_of_dxe = end_of_dxe;
	s->at_runtime = at_runtime;
	s->options = options;
	return status;
}
