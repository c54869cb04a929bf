// SPDX-License-Identifier: GPL-2.0
/* Changes of several variables that happen together or not at all. */
#include "group.h"

void kuv_group_init(struct kuv_group *g, struct kuv_vardb *db,
		    const struct kuv_limits *limits)
{
	g->db = db;
	g->limits = limits;
	g->nr = 0;
}

kuv_status_t kuv_group_set(struct kuv_group *g, const struct kuv_write *w,
			   const u8 *head, u32 head_len, const u8 *time,
			   u32 flags)
{
	kuv_status_t status;

	if (g->nr >= KUV_GROUP_MAX)
		return KUV_DEVICE_ERROR;
	status = kuv_vardb_prepare_set(g->db, g->limits, &g->changes[g->nr], w,
				       head, head_len, time, flags);
	if (status == KUV_SUCCESS)
		g->nr++;
	return status;
}

kuv_status_t kuv_group_delete(struct kuv_group *g, const struct kuv_name *name,
			      u32 flags)
{
	kuv_status_t status;

	if (g->nr >= KUV_GROUP_MAX)
		return KUV_DEVICE_ERROR;
	status = kuv_vardb_prepare_delete(g->db, g->limits,
					  &g->changes[g->nr], name, flags);
	if (status == KUV_SUCCESS)
		g->nr++;
	return status;
}

u64 kuv_group_commit(struct kuv_group *g)
{
	u64 seq, last = 0;
	u32 i;

	for (i = 0; i < g->nr; i++) {
		seq = kuv_vardb_commit(g->db, &g->changes[i]);
		if (seq)
			last = seq;
	}
	g->nr = 0;
	return last;
}

void kuv_group_abort(struct kuv_group *g)
{
	while (g->nr)
		kuv_vardb_abort(g->db, &g->changes[--g->nr]);
}
