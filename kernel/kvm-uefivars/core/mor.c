// SPDX-License-Identifier: GPL-2.0
/* Memory overwrite request and its lock. */
#include "mor.h"

#include <linux/string.h>

#include "guids.h"
#include "own_name.h"
#include "set.h"

#define NV_BS_RT \
	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)

#define REQUEST_NAME	"MemoryOverwriteRequestControl"
#define LOCK_NAME	"MemoryOverwriteRequestControlLock"

/* What the lock's variable holds; the same numbers ask for it. */
enum {
	OPEN,
	LOCKED,
	LOCKED_WITH_KEY,
};

static const u8 guid_request[16] = KUV_GUID_MOR;
static const u8 guid_lock[16] = KUV_GUID_MOR_LOCK;
static const u8 values[] = { OPEN, LOCKED, LOCKED_WITH_KEY };

static bool is_lock(const struct kuv_name *n)
{
	return kuv_name_is(n, guid_lock, LOCK_NAME);
}

/* Takes as long for any two keys. */
static bool is_key(const struct kuv_mor *mor, const u8 *key)
{
	u8 differs = 0;
	u32 i;

	for (i = 0; i < KUV_MOR_KEY_LEN; i++)
		differs |= mor->key[i] ^ key[i];
	return !differs;
}

static void set_lock(struct kuv_mor *mor, bool is_locked, const u8 *key)
{
	mor->is_locked = is_locked;
	mor->has_key = key;
	if (key)
		memcpy(mor->key, key, sizeof(mor->key));
	else
		memzero_explicit(mor->key, sizeof(mor->key));
}

void kuv_mor_reset(struct kuv_mor *mor)
{
	set_lock(mor, false, NULL);
	mor->is_absent = false;
}

/* One byte goes into the lock's variable, whatever was sent. */
static void store(struct kuv_set *set, u8 value)
{
	set->w.data = &values[value];
	set->w.len = 1;
}

static kuv_status_t check_request(const struct kuv_set *set)
{
	const struct kuv_mor *mor = &set->s->mor;

	if (set->w.attributes != NV_BS_RT || set->w.len != 1)
		return KUV_INVALID_PARAMETER;
	if (mor->is_locked)
		return KUV_ACCESS_DENIED;
	return mor->is_absent ? KUV_WRITE_PROTECTED : KUV_SUCCESS;
}

static kuv_status_t check_open_lock(struct kuv_set *set)
{
	if (set->w.len == 1)
		return set->w.data[0] <= LOCKED ? KUV_SUCCESS :
						  KUV_INVALID_PARAMETER;
	set->key = set->w.data;
	store(set, LOCKED_WITH_KEY);
	return KUV_SUCCESS;
}

/* One try: a wrong key closes the lock for good. */
static kuv_status_t check_closed_lock(struct kuv_set *set)
{
	const struct kuv_mor *mor = &set->s->mor;

	if (!mor->has_key || set->w.len == 1)
		return KUV_ACCESS_DENIED;
	if (is_key(mor, set->w.data)) {
		store(set, OPEN);
		return KUV_SUCCESS;
	}
	store(set, LOCKED);
	set->result = KUV_ACCESS_DENIED;
	return KUV_SUCCESS;
}

static kuv_status_t check_lock(struct kuv_set *set)
{
	const struct kuv_mor *mor = &set->s->mor;
	const struct kuv_write *w = &set->w;
	kuv_status_t status;

	if (!w->attributes || !w->len)
		return KUV_WRITE_PROTECTED;
	if (w->attributes != NV_BS_RT ||
	    (w->len != 1 && w->len != KUV_MOR_KEY_LEN))
		return KUV_INVALID_PARAMETER;
	status = mor->is_locked ? check_closed_lock(set) : check_open_lock(set);
	if (status == KUV_SUCCESS && mor->is_absent)
		return KUV_WRITE_PROTECTED;
	return status;
}

kuv_status_t kuv_mor_check(struct kuv_set *set)
{
	if (kuv_name_is(&set->w.name, guid_request, REQUEST_NAME))
		return check_request(set);
	if (is_lock(&set->w.name))
		return check_lock(set);
	return KUV_SUCCESS;
}

void kuv_mor_done(struct kuv_set *set)
{
	if (is_lock(&set->w.name))
		set_lock(&set->s->mor, set->w.data[0] != OPEN, set->key);
}

static kuv_status_t prepare_open(struct kuv_service *s, struct kuv_group *g,
				 const struct kuv_name *lock)
{
	struct kuv_write w = {
		.name = *lock,
		.attributes = NV_BS_RT,
		.data = &values[OPEN],
		.len = 1,
	};
	const struct kuv_var *old = kuv_vardb_find(&s->db, lock);

	if (s->mor.is_locked)
		return KUV_SUCCESS;
	if (old && old->attributes == NV_BS_RT && old->data_len == 1 &&
	    kuv_var_data(old)[0] == OPEN)
		return KUV_SUCCESS;
	return kuv_group_set(g, &w, NULL, 0, NULL, KUV_CHANGE_FORCE);
}

static kuv_status_t prepare_absent(struct kuv_service *s, struct kuv_group *g,
				   const struct kuv_name *request,
				   const struct kuv_name *lock)
{
	s->mor.is_absent = true;
	/* To be seen in a dump; @is_absent holds without them. */
	kuv_policy_lock_name(&s->policy, &s->db, request, false);
	kuv_policy_lock_name(&s->policy, &s->db, lock, false);
	if (!kuv_vardb_find(&s->db, lock))
		return KUV_SUCCESS;
	return kuv_group_delete(g, lock, KUV_CHANGE_FORCE);
}

kuv_status_t kuv_mor_end_of_dxe(struct kuv_service *s, u64 *seq)
{
	struct kuv_own_name request, lock;
	struct kuv_group group;
	kuv_status_t status;
	u64 change;

	kuv_own_name_init(&request, guid_request, REQUEST_NAME);
	kuv_own_name_init(&lock, guid_lock, LOCK_NAME);
	kuv_group_init(&group, &s->db, &s->limits);
	if (kuv_vardb_find(&s->db, &request.n))
		status = prepare_open(s, &group, &lock.n);
	else
		status = prepare_absent(s, &group, &request.n, &lock.n);
	if (status != KUV_SUCCESS)
		return status;
	change = kuv_group_commit(&group);
	if (change)
		*seq = change;
	return KUV_SUCCESS;
}
