// SPDX-License-Identifier: GPL-2.0
/* How large a variable may be, and the changes of all of them together. */
#include "vardb.h"

u32 kuv_limits_content_max(const struct kuv_limits *limits, u32 attributes)
{
	u32 max;

	if (attributes & (KVM_UEFIVARS_ATTR_AT | KVM_UEFIVARS_ATTR_AW))
		max = limits->auth_var_size;
	else if (attributes & KVM_UEFIVARS_ATTR_NV)
		max = limits->var_size;
	else
		max = limits->volatile_var_size;
	if (max < KUV_VAR_HEADER_LEN)
		return 0;
	if (max > KUV_VAR_SIZE_MAX)
		return KUV_VAR_CONTENT_MAX;
	return max - KUV_VAR_HEADER_LEN;
}

/* Most bytes that entries of one pool need, each of at least 64 bytes cost. */
static u64 records_max(u64 pool, u32 record_len)
{
	u64 extra = record_len > KUV_VAR_HEADER_LEN ?
		    record_len - KUV_VAR_HEADER_LEN : 0;

	return pool + (pool / (KUV_VAR_HEADER_LEN + 4) + 1) * extra;
}

u64 kuv_vardb_batch_len_max(const struct kuv_vardb *db,
			    const struct kuv_limits *limits, u32 record_len)
{
	u64 pool = limits->nv_size;
	u64 nv = db->nv_used > pool ? db->nv_used : pool;
	u64 gone = db->tombstone_used > pool ? db->tombstone_used : pool;

	/* A reset adds to a pool that is over its limit, too. */
	return records_max(nv + KUV_POOL_FORCED_MAX, record_len) +
	       records_max(gone + KUV_POOL_FORCED_MAX, record_len);
}
