// SPDX-License-Identifier: GPL-2.0
/* UEFI variable services of one VM: Get, Set, GetNext, Query, boot phases. */
#include "service.h"

#include <linux/errno.h>
#include <linux/string.h>

#include "boot.h"
#include "buf.h"
#include "guids.h"

#define A_NV	KVM_UEFIVARS_ATTR_NV
#define A_BS	KVM_UEFIVARS_ATTR_BS
#define A_RT	KVM_UEFIVARS_ATTR_RT
#define A_HR	KVM_UEFIVARS_ATTR_HR
#define A_AW	KVM_UEFIVARS_ATTR_AW
#define A_AT	KVM_UEFIVARS_ATTR_AT
#define A_AP	KVM_UEFIVARS_ATTR_AP

/* Attributes that a caller may name at all, and those that say where. */
#define A_KNOWN		(A_NV | A_BS | A_RT | A_HR | A_AW | A_AT | A_AP)
#define A_PLACE		(A_KNOWN & ~A_AW)
/* What the host may store. */
#define A_HOST		(A_NV | A_BS | A_RT | A_AT)

/* Counter-based authentication: the only size such a write may have. */
#define AW_DATA_LEN	560
/* Time-based: EFI_TIME, then the length that counts from itself. */
#define AT_LENGTH	16
#define AT_DATA_MIN	40
#define AT_LENGTH_MIN	24

static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_security[16] = KUV_GUID_SECURITY;
static const u8 guid_secure_boot_enable[16] = KUV_GUID_SECURE_BOOT_ENABLE;
static const u8 guid_custom_mode[16] = KUV_GUID_CUSTOM_MODE;

int kuv_service_init(struct kuv_service *s, const struct kuv_limits *limits,
		     const u8 *hash_key)
{
	memset(s, 0, sizeof(*s));
	s->limits = *limits;
	s->closed = true;
	kuv_policy_init(&s->policy);
	kuv_varcheck_init(&s->varcheck);
	return kuv_vardb_init(&s->db, hash_key);
}

void kuv_service_exit(struct kuv_service *s)
{
	kuv_policy_reset(&s->policy);
	kuv_varcheck_reset(&s->varcheck);
	kuv_vardb_exit(&s->db);
}

int kuv_service_reset(struct kuv_service *s)
{
	int ret;

	s->closed = true;
	s->end_of_dxe = false;
	s->ready_to_boot = false;
	s->at_runtime = false;
	kuv_policy_reset(&s->policy);
	kuv_varcheck_reset(&s->varcheck);
	kuv_vardb_drop_volatile(&s->db);
	ret = kuv_boot_init(s);
	if (!ret)
		s->closed = false;
	return ret;
}

kuv_status_t kuv_service_get(const struct kuv_service *s,
			     const struct kuv_name *name,
			     const struct kuv_var **ret_var)
{
	const struct kuv_var *v;

	if (s->closed)
		return KUV_DEVICE_ERROR;
	v = kuv_vardb_find_visible(&s->db, name, s->at_runtime);
	if (!v)
		return KUV_NOT_FOUND;
	*ret_var = v;
	return KUV_SUCCESS;
}

kuv_status_t kuv_service_next(const struct kuv_service *s,
			      const struct kuv_name *name,
			      const struct kuv_var **ret_var)
{
	const struct kuv_var *v = NULL;

	if (s->closed)
		return KUV_DEVICE_ERROR;
	if (name->len) {
		v = kuv_vardb_find_visible(&s->db, name, s->at_runtime);
		if (!v)
			return KUV_INVALID_PARAMETER;
	}
	do {
		v = kuv_vardb_next(&s->db, v);
	} while (v && s->at_runtime && !(v->attributes & A_RT));
	if (!v)
		return KUV_NOT_FOUND;
	*ret_var = v;
	return KUV_SUCCESS;
}

static kuv_status_t check_attributes(u32 a)
{
	bool is_counter = a & A_AW;

	if (a & ~A_KNOWN)
		return KUV_INVALID_PARAMETER;
	if ((a & A_RT && !(a & A_BS)) || (a & A_PLACE) == A_NV)
		return is_counter ? KUV_UNSUPPORTED : KUV_INVALID_PARAMETER;
	/*
	 * No pool for hardware error records; one that is authenticated is
	 * refused for what its descriptor says.
	 */
	if (a & A_HR && !(a & (A_AW | A_AT)))
		return KUV_INVALID_PARAMETER;
	if (is_counter && a & A_AT)
		return KUV_UNSUPPORTED;
	return KUV_SUCCESS;
}

/* Cut the descriptor of authentication off; @p becomes the payload. */
static kuv_status_t take_descriptor(struct kuv_write *p)
{
	u32 len;

	if (p->attributes & A_AW) {
		if (p->len != AW_DATA_LEN)
			return KUV_UNSUPPORTED;
		p->data += p->len;
		p->len = 0;
	} else if (p->attributes & A_AT) {
		if (p->len < AT_DATA_MIN)
			return KUV_SECURITY_VIOLATION;
		len = kuv_utf16_at(p->data + AT_LENGTH, 0) |
		      (u32)kuv_utf16_at(p->data + AT_LENGTH, 1) << 16;
		if (len > p->len - AT_LENGTH || len < AT_LENGTH_MIN)
			return KUV_SECURITY_VIOLATION;
		p->data += AT_LENGTH + len;
		p->len -= AT_LENGTH + len;
	}
	return KUV_SUCCESS;
}

/* Everything that only depends on the arguments. */
static kuv_status_t check_arguments(const struct kuv_service *s,
				    struct kuv_write *p)
{
	kuv_status_t status;

	if (!p->name.len)
		return KUV_INVALID_PARAMETER;
	status = check_attributes(p->attributes);
	if (status != KUV_SUCCESS)
		return status;
	status = take_descriptor(p);
	if (status != KUV_SUCCESS)
		return status;
	if ((u64)p->name.len + 2 + p->len >
	    kuv_limits_content_max(&s->limits, p->attributes))
		return KUV_INVALID_PARAMETER;
	return KUV_SUCCESS;
}

/* Read-only names always, properties and policies after the trusted phase. */
static kuv_status_t check_rules(const struct kuv_service *s,
				const struct kuv_write *p)
{
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

static kuv_status_t check_existing(const struct kuv_service *s,
				   const struct kuv_var *old, u32 attributes)
{
	if (s->at_runtime && !(old->attributes & A_RT))
		return KUV_WRITE_PROTECTED;
	if (attributes && (attributes & ~A_AP) != old->attributes)
		return KUV_INVALID_PARAMETER;
	return KUV_SUCCESS;
}

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

/*
 * Who may write this variable? No signature is accepted yet, so whatever needs
 * one is refused.
 */
static kuv_status_t check_authority(const struct kuv_service *s,
				    const struct kuv_write *p,
				    const struct kuv_var *old)
{
	const u32 needed = A_NV | A_AT;

	if (is_key_variable(&p->name))
		return (p->attributes & needed) == needed ?
		       KUV_SECURITY_VIOLATION : KUV_INVALID_PARAMETER;
	if (needs_presence(&p->name) && s->at_runtime)
		return KUV_SECURITY_VIOLATION;
	if (p->attributes & A_AW)
		return KUV_UNSUPPORTED;
	if (p->attributes & A_AT)
		return KUV_SECURITY_VIOLATION;
	if (old && old->attributes & (A_AT | A_AW))
		return KUV_WRITE_PROTECTED;
	return KUV_SUCCESS;
}

static kuv_status_t store(struct kuv_service *s, const struct kuv_write *p,
			  const u8 *head, u32 head_len, u64 *seq)
{
	struct kuv_write w = *p;
	struct kuv_change c;
	kuv_status_t status;

	w.attributes &= ~A_AP;
	status = kuv_vardb_prepare_set(&s->db, &s->limits, &c, &w, head,
				       head_len, NULL, 0);
	if (status == KUV_SUCCESS)
		*seq = kuv_vardb_commit(&s->db, &c);
	return status;
}

static kuv_status_t delete(struct kuv_service *s, const struct kuv_name *n,
			   u32 flags, u64 *seq)
{
	struct kuv_change c;
	kuv_status_t status;

	status = kuv_vardb_prepare_delete(&s->db, &s->limits, &c, n, flags);
	if (status == KUV_SUCCESS)
		*seq = kuv_vardb_commit(&s->db, &c);
	return status;
}

/*
 * The guest learns that the name is gone, so the deletion of a non-volatile
 * variable that had it before must be durable, too.
 */
static kuv_status_t guest_delete(struct kuv_service *s,
				 const struct kuv_name *n, u64 *seq)
{
	kuv_status_t status = delete(s, n, 0, seq);

	if (status == KUV_SUCCESS && !*seq)
		*seq = kuv_vardb_pending_seq(&s->db, n);
	return status;
}

static kuv_status_t create(struct kuv_service *s, const struct kuv_write *p,
			   u64 *seq)
{
	const u32 needed = A_NV | A_RT;

	if (!p->len && p->attributes & A_AP)
		return KUV_SUCCESS;
	if (!p->len || !(p->attributes & (A_BS | A_RT))) {
		/* A deletion sent again waits for the one that happened. */
		*seq = kuv_vardb_pending_seq(&s->db, &p->name);
		return KUV_NOT_FOUND;
	}
	if (s->at_runtime && (p->attributes & needed) != needed)
		return KUV_INVALID_PARAMETER;
	return store(s, p, NULL, 0, seq);
}

static kuv_status_t append(struct kuv_service *s, const struct kuv_write *p,
			   const struct kuv_var *old, u64 *seq)
{
	u64 content = (u64)p->name.len + 2 + old->data_len + p->len;

	if (!p->len) {
		*seq = kuv_vardb_pending_seq(&s->db, &p->name);
		return KUV_SUCCESS;
	}
	if (content > kuv_limits_content_max(&s->limits, p->attributes))
		return KUV_INVALID_PARAMETER;
	return store(s, p, kuv_var_data(old), old->data_len, seq);
}

static kuv_status_t replace(struct kuv_service *s, const struct kuv_write *p,
			    const struct kuv_var *old, u64 *seq)
{
	if (s->at_runtime && !kuv_var_is_nv(old))
		return KUV_WRITE_PROTECTED;
	if (!(p->attributes & (A_BS | A_RT)))
		return guest_delete(s, &p->name, seq);
	if (p->attributes & A_AP)
		return append(s, p, old, seq);
	if (!p->len)
		return guest_delete(s, &p->name, seq);
	if (p->len == old->data_len &&
	    !memcmp(p->data, kuv_var_data(old), p->len)) {
		/* A write sent again waits for the one that happened. */
		*seq = kuv_vardb_pending_seq(&s->db, &p->name);
		return KUV_SUCCESS;
	}
	return store(s, p, NULL, 0, seq);
}

kuv_status_t kuv_service_set(struct kuv_service *s, const struct kuv_write *w,
			     u64 *seq)
{
	struct kuv_write payload = *w;
	const struct kuv_var *old;
	kuv_status_t status;

	*seq = 0;
	if (s->closed)
		return KUV_DEVICE_ERROR;
	status = check_arguments(s, &payload);
	if (status != KUV_SUCCESS)
		return status;
	status = check_rules(s, &payload);
	if (status != KUV_SUCCESS)
		return status;
	old = kuv_vardb_find(&s->db, &payload.name);
	if (old) {
		status = check_existing(s, old, payload.attributes);
		if (status != KUV_SUCCESS)
			return status;
	}
	status = check_authority(s, &payload, old);
	if (status != KUV_SUCCESS)
		return status;
	return old ? replace(s, &payload, old, seq) : create(s, &payload, seq);
}

static kuv_status_t check_query(const struct kuv_service *s, u32 a)
{
	u32 place = a & A_PLACE;

	if (!a)
		return KUV_INVALID_PARAMETER;
	if (a & A_AW || !place)
		return KUV_UNSUPPORTED;
	if (place == A_NV || (a & A_RT && !(a & A_BS)))
		return KUV_INVALID_PARAMETER;
	if (s->at_runtime && !(a & A_RT))
		return KUV_INVALID_PARAMETER;
	if (a & A_HR && !(a & A_NV))
		return KUV_INVALID_PARAMETER;
	if (a & A_HR && !(a & A_AT))
		return KUV_UNSUPPORTED;
	return KUV_SUCCESS;
}

kuv_status_t kuv_service_query(const struct kuv_service *s, u32 attributes,
			       struct kuv_storage_info *ret_info)
{
	kuv_status_t status;
	u64 max, used, var_max;

	if (s->closed)
		return KUV_DEVICE_ERROR;
	status = check_query(s, attributes);
	if (status != KUV_SUCCESS)
		return status;
	max = attributes & A_NV ? s->limits.nv_size : s->limits.volatile_size;
	used = attributes & A_NV ? s->db.nv_used : s->db.volatile_used;
	if (attributes & A_HR)
		max = 0;
	ret_info->storage_max = max;
	ret_info->storage_left = used < max ? max - used : 0;
	var_max = kuv_limits_content_max(&s->limits, attributes);
	if (ret_info->storage_left < KUV_VAR_HEADER_LEN)
		var_max = 0;
	else if (var_max > ret_info->storage_left - KUV_VAR_HEADER_LEN)
		var_max = ret_info->storage_left - KUV_VAR_HEADER_LEN;
	ret_info->var_max = var_max;
	return KUV_SUCCESS;
}

void kuv_service_end_of_dxe(struct kuv_service *s)
{
	if (s->end_of_dxe)
		return;
	/* May have been locked by the firmware already. */
	kuv_policy_lock(&s->policy);
	s->end_of_dxe = true;
}

void kuv_service_ready_to_boot(struct kuv_service *s)
{
	kuv_service_end_of_dxe(s);
	s->ready_to_boot = true;
}

void kuv_service_exit_boot_services(struct kuv_service *s)
{
	kuv_service_end_of_dxe(s);
	s->at_runtime = true;
}

kuv_status_t kuv_service_host_set(struct kuv_service *s,
				  const struct kuv_name *name, u32 attributes,
				  const u8 *time, const void *data, u32 len,
				  bool clean, u64 *seq)
{
	struct kuv_write w = {
		.name = *name,
		.attributes = attributes,
		.data = data,
		.len = len,
	};
	u32 flags = clean ? KUV_CHANGE_CLEAN : 0;
	u64 change_seq, content = (u64)name->len + 2 + len;
	struct kuv_change c;
	kuv_status_t status;

	if (!name->len || name->len % 2 || !len || attributes & ~A_HOST ||
	    !(attributes & A_BS) ||
	    kuv_utf16_len(name->name, name->len / 2) != name->len / 2)
		return KUV_INVALID_PARAMETER;
	if (content > kuv_limits_content_max(&s->limits, attributes))
		return KUV_OUT_OF_RESOURCES;
	status = kuv_vardb_prepare_set(&s->db, &s->limits, &c, &w, NULL, 0,
				       attributes & A_AT ? time : NULL, flags);
	if (status != KUV_SUCCESS)
		return status;
	change_seq = kuv_vardb_commit(&s->db, &c);
	if (seq)
		*seq = change_seq;
	return KUV_SUCCESS;
}

kuv_status_t kuv_service_host_delete(struct kuv_service *s,
				     const struct kuv_name *name, u64 *seq)
{
	u64 change_seq;
	kuv_status_t status = delete(s, name, 0, &change_seq);

	if (status == KUV_SUCCESS && seq)
		*seq = change_seq;
	return status;
}
