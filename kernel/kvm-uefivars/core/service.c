// SPDX-License-Identifier: GPL-2.0
/* UEFI variable services of one VM: Get, Set, GetNext, Query, boot phases. */
#include "service.h"

#include <linux/errno.h>
#include <linux/string.h>

#include "attr.h"
#include "boot.h"
#include "buf.h"

/* What the host may store. */
#define A_HOST		(A_NV | A_BS | A_RT | A_AT)

int kuv_service_init(struct kuv_service *s, const struct kuv_limits *limits,
		     const struct kuv_crypto_ops *crypto, const u8 *hash_key)
{
	memset(s, 0, sizeof(*s));
	s->limits = *limits;
	s->crypto = crypto;
	s->closed = true;
	s->is_new = true;
	kuv_policy_init(&s->policy);
	kuv_varcheck_init(&s->varcheck);
	return kuv_vardb_init(&s->db, hash_key);
}

void kuv_service_exit(struct kuv_service *s)
{
	kuv_policy_reset(&s->policy);
	kuv_mor_reset(&s->mor);
	kuv_lang_reset(&s->lang);
	kuv_varcheck_reset(&s->varcheck);
	kuv_vardb_exit(&s->db);
}

int kuv_service_reset(struct kuv_service *s)
{
	int ret;

	s->closed = true;
	s->is_new = false;
	s->end_of_dxe = false;
	s->ready_to_boot = false;
	s->at_runtime = false;
	kuv_policy_reset(&s->policy);
	kuv_mor_reset(&s->mor);
	kuv_lang_reset(&s->lang);
	kuv_varcheck_reset(&s->varcheck);
	s->varcheck.has_modes = s->options & KUV_OPT_AUDIT_MODE;
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
	v = kuv_vardb_next_visible(&s->db, v, s->at_runtime);
	if (!v)
		return KUV_NOT_FOUND;
	*ret_var = v;
	return KUV_SUCCESS;
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

void kuv_service_end_of_dxe(struct kuv_service *s, u64 *seq)
{
	u64 change = 0;

	if (seq)
		*seq = 0;
	if (s->end_of_dxe)
		return;
	if (!s->closed && kuv_mor_end_of_dxe(s, &change) != KUV_SUCCESS)
		s->closed = true;
	if (seq)
		*seq = change;
	/* May have been locked by the firmware already. */
	kuv_policy_lock(&s->policy);
	s->end_of_dxe = true;
}

void kuv_service_ready_to_boot(struct kuv_service *s, u64 *seq)
{
	kuv_service_end_of_dxe(s, seq);
	s->ready_to_boot = true;
}

void kuv_service_exit_boot_services(struct kuv_service *s, u64 *seq)
{
	kuv_service_end_of_dxe(s, seq);
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
	struct kuv_change c;
	u64 change_seq;
	kuv_status_t status = kuv_vardb_prepare_delete(&s->db, &s->limits, &c,
						       name, 0);

	if (status != KUV_SUCCESS)
		return status;
	change_seq = kuv_vardb_commit(&s->db, &c);
	if (seq)
		*seq = change_seq;
	return KUV_SUCCESS;
}
