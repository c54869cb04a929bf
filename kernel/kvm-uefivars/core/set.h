/* SPDX-License-Identifier: GPL-2.0 */
/* One SetVariable in progress, for those who have a say in it. */
#ifndef _KUV_CORE_SET_H
#define _KUV_CORE_SET_H

#include "group.h"
#include "own.h"
#include "service.h"

/**
 * enum kuv_effect - what a write does to its variable
 * @KUV_EFFECT_NONE: nothing
 * @KUV_EFFECT_CREATE: it did not exist
 * @KUV_EFFECT_REPLACE: it gets new data, or only a new time
 * @KUV_EFFECT_DELETE: it goes
 */
enum kuv_effect {
	KUV_EFFECT_NONE,
	KUV_EFFECT_CREATE,
	KUV_EFFECT_REPLACE,
	KUV_EFFECT_DELETE,
};

/**
 * struct kuv_set - one SetVariable in progress
 * @s: service
 * @w: what to write: @w.data is the payload without a descriptor, @w.attributes
 *	as passed, KVM_UEFIVARS_ATTR_AP included
 * @descriptor: what stood in front of the payload: EFI_TIME, WIN_CERTIFICATE;
 *	empty if not authenticated
 * @os_runs: an operating system does, and keeps what it sees of the mode
 * @own: which of the service's own variables it is, KUV_NR_OWN if none
 * @old: the variable as it is, NULL if absent
 * @time: EFI_TIME to store, NULL for zero
 * @own_data: memory that @w.data may point to, or language codes to remember;
 *	freed with kvfree()
 * @key: key in a write of the memory overwrite request's lock, or NULL
 * @spoils_vendor_keys: keys change without a signature
 * @effect: what the write does; known once it was prepared
 * @group: the change of @w.name and what follows from it
 * @pending: older change that must be durable, too
 * @result: what the caller is told once the changes were made
 */
struct kuv_set {
	struct kuv_service *s;
	struct kuv_write w;
	struct kuv_span descriptor;
	bool os_runs;
	enum kuv_own own;
	const struct kuv_var *old;
	const u8 *time;
	u8 *own_data;
	bool spoils_vendor_keys;
	const u8 *key;
	enum kuv_effect effect;
	struct kuv_group group;
	u64 pending;
	kuv_status_t result;
};

#endif /* _KUV_CORE_SET_H */
