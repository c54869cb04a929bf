/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of several variables that happen together or not at all. */
#ifndef _KUV_CORE_GROUP_H
#define _KUV_CORE_GROUP_H

#include "vardb.h"

/* Most variables that one request changes: a platform key in Audit Mode. */
#define KUV_GROUP_MAX	9

/**
 * struct kuv_group - prepared changes, each of another variable
 * @db: database they are for
 * @limits: limits in force
 * @nr: changes prepared
 * @changes: they, in the order in which they will be made
 */
struct kuv_group {
	struct kuv_vardb *db;
	const struct kuv_limits *limits;
	u32 nr;
	struct kuv_change changes[KUV_GROUP_MAX];
};

/**
 * kuv_group_init() - no changes yet
 * @g: uninitialised memory
 * @db: database
 * @limits: limits in force, must outlive @g
 *
 * Context: Any.
 */
void kuv_group_init(struct kuv_group *g, struct kuv_vardb *db,
		    const struct kuv_limits *limits);

/**
 * kuv_group_set() - add a new state of a variable
 * @g: group
 * @w: as for kuv_vardb_prepare_set()
 * @head: likewise
 * @head_len: likewise
 * @time: likewise
 * @flags: KUV_CHANGE_*
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: As kuv_vardb_prepare_set(); on an error @g is as before.
 */
kuv_status_t kuv_group_set(struct kuv_group *g, const struct kuv_write *w,
			   const u8 *head, u32 head_len, const u8 *time,
			   u32 flags);

/**
 * kuv_group_delete() - add the deletion of a variable
 * @g: group
 * @name: variable
 * @flags: KUV_CHANGE_*
 *
 * Context: Any.
 * Return: As kuv_vardb_prepare_delete(); on an error @g is as before.
 */
kuv_status_t kuv_group_delete(struct kuv_group *g, const struct kuv_name *name,
			      u32 flags);

/**
 * kuv_group_commit() - make all changes, which cannot fail
 * @g: group, empty afterwards
 *
 * Context: May sleep.
 * Return: The highest sequence number among them, 0 if none was logged.
 */
u64 kuv_group_commit(struct kuv_group *g);

/**
 * kuv_group_abort() - drop all changes, nothing has happened
 * @g: group, empty afterwards
 *
 * Context: May sleep.
 */
void kuv_group_abort(struct kuv_group *g);

#endif /* _KUV_CORE_GROUP_H */
