// SPDX-License-Identifier: GPL-2.0
/* The store: identity, limits, the host's access and the guest's requests. */
#include "store.h"

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "core/mm.h"
#include "crypto.h"
#include "trace.h"

/* The core has no header of user space's. */
static_assert(KUV_OPT_FORCE_SECURE_BOOT == KVM_UEFIVARS_OPT_FORCE_SECURE_BOOT);
static_assert(KUV_OPT_NO_CUSTOM_MODE == KVM_UEFIVARS_OPT_NO_CUSTOM_MODE);
static_assert(KUV_OPT_SELF_SIGNED_PK == KVM_UEFIVARS_OPT_SELF_SIGNED_PK);
static_assert(KUV_OPT_PRESENCE_DELETE == KVM_UEFIVARS_OPT_PRESENCE_DELETE);
static_assert(KUV_OPT_AUDIT_MODE == KVM_UEFIVARS_OPT_AUDIT_MODE);

/* All stores by number. kuv_stores_lock is outside every store's own lock. */
static DEFINE_MUTEX(kuv_stores_lock);
static DEFINE_XARRAY(kuv_stores);
static u64 kuv_stores_last_id;
static u32 kuv_stores_nr;
/* There are many, and kmalloc() would round each one up. */
static struct kmem_cache *kuv_store_cache;

int kuv_store_module_init(void)
{
	kuv_store_cache = KMEM_CACHE(kuv_store, SLAB_ACCOUNT);
	return kuv_store_cache ? 0 : -ENOMEM;
}

void kuv_store_module_exit(void)
{
	kmem_cache_destroy(kuv_store_cache);
}

static int kuv_errno(kuv_status_t status)
{
	if (status == KUV_SUCCESS)
		return 0;
	if (status == KUV_NOT_FOUND)
		return -ENOENT;
	if (status == KUV_OUT_OF_RESOURCES)
		return -ENOSPC;
	if (status == KUV_DEVICE_ERROR)
		return -ENOMEM;
	if (status == KUV_SECURITY_VIOLATION)
		return -EKEYREJECTED;
	if (status == KUV_WRITE_PROTECTED)
		return -EACCES;
	return -EINVAL;
}

static u32 kuv_or(u32 value, u32 otherwise)
{
	return value ? value : otherwise;
}

/* Replace the zeroes that mean a default, check the rest. */
static int kuv_config_resolve(const struct kvm_uefivars_config *in,
			      struct kvm_uefivars_config *out)
{
	if (in->options & ~KUV_OPT_ALL ||
	    in->durability > KVM_UEFIVARS_WRITE_BACK)
		return -EINVAL;
	*out = *in;
	out->nv_size = in->nv_size ? in->nv_size : KUV_POOL_DEFAULT;
	out->volatile_size = in->volatile_size ? in->volatile_size :
						 KUV_POOL_DEFAULT;
	out->var_size = kuv_or(in->var_size, KUV_VAR_SIZE_MAX);
	out->auth_var_size = kuv_or(in->auth_var_size, out->var_size);
	out->volatile_var_size = kuv_or(in->volatile_var_size, out->var_size);
	out->wait_ms = kuv_or(in->wait_ms, KUV_WAIT_MS_DEFAULT);
	/* Any rate will do: it bounds the guest, and costs the host nothing. */
	out->change_rate = kuv_or(in->change_rate, KUV_CHANGE_RATE_DEFAULT);
	out->change_burst = kuv_or(in->change_burst, KUV_CHANGE_BURST_DEFAULT);
	if (out->nv_size > KUV_POOL_MAX || out->volatile_size > KUV_POOL_MAX ||
	    out->var_size > KUV_VAR_SIZE_MAX ||
	    out->auth_var_size > KUV_VAR_SIZE_MAX ||
	    out->volatile_var_size > KUV_VAR_SIZE_MAX ||
	    out->wait_ms > KUV_WAIT_MS_MAX)
		return -ENOSPC;
	return 0;
}

static struct kuv_limits kuv_config_limits(const struct kvm_uefivars_config *c)
{
	return (struct kuv_limits){
		.nv_size = c->nv_size,
		.volatile_size = c->volatile_size,
		.var_size = c->var_size,
		.auth_var_size = c->auth_var_size,
		.volatile_var_size = c->volatile_var_size,
	};
}

/* Give the store a number and make it findable. */
static int kuv_store_register(struct kuv_store *store)
{
	int ret = -ENOSPC;

	mutex_lock(&kuv_stores_lock);
	if (kuv_stores_nr < KUV_STORES_MAX) {
		store->id = kuv_stores_last_id + 1;
		ret = xa_insert(&kuv_stores, store->id, store,
				GFP_KERNEL_ACCOUNT);
	}
	if (!ret) {
		kuv_stores_last_id = store->id;
		kuv_stores_nr++;
	}
	mutex_unlock(&kuv_stores_lock);
	return ret;
}

static void kuv_store_free(struct kuv_store *store)
{
	kuv_service_exit(&store->service);
	mutex_destroy(&store->lock);
	kmem_cache_free(kuv_store_cache, store);
}

int kuv_store_create(const struct kvm_uefivars_config *config, const u8 *cookie,
		     struct kuv_store **ret_store)
{
	struct kuv_store *store;
	struct kuv_limits limits;
	u8 hash_key[16];
	int ret;

	store = kmem_cache_zalloc(kuv_store_cache, GFP_KERNEL_ACCOUNT);
	if (!store)
		return -ENOMEM;
	ret = kuv_config_resolve(config, &store->config);
	if (ret)
		goto err_alloc;
	limits = kuv_config_limits(&store->config);
	get_random_bytes(hash_key, sizeof(hash_key));
	ret = kuv_service_init(&store->service, &limits, &kuv_crypto_ops,
			       hash_key);
	memzero_explicit(hash_key, sizeof(hash_key));
	if (ret)
		goto err_alloc;
	store->service.options = store->config.options;
	kref_init(&store->ref);
	mutex_init(&store->lock);
	init_waitqueue_head(&store->frozen);
	kuv_changelog_init(&store->log);
	kuv_settle_init(&store->settle, &store->config);
	memcpy(store->cookie, cookie, sizeof(store->cookie));
	ret = kuv_store_register(store);
	if (ret)
		goto err_service;
	*ret_store = store;
	return 0;

err_service:
	kuv_store_free(store);
	return ret;
err_alloc:
	kmem_cache_free(kuv_store_cache, store);
	return ret;
}

void kuv_store_get(struct kuv_store *store)
{
	kref_get(&store->ref);
}

/* Called with kuv_stores_lock held, so that nobody finds a dying store. */
static void kuv_store_release(struct kref *ref)
{
	struct kuv_store *store = container_of(ref, struct kuv_store, ref);

	xa_erase(&kuv_stores, store->id);
	kuv_stores_nr--;
	mutex_unlock(&kuv_stores_lock);
	kuv_store_free(store);
}

void kuv_store_put(struct kuv_store *store)
{
	kref_put_mutex(&store->ref, kuv_store_release, &kuv_stores_lock);
}

struct kuv_store *kuv_store_find(u64 id)
{
	struct kuv_store *store;

	mutex_lock(&kuv_stores_lock);
	store = xa_load(&kuv_stores, id);
	if (store)
		kref_get(&store->ref);
	mutex_unlock(&kuv_stores_lock);
	return store;
}

u64 kuv_store_next_id(u64 id)
{
	unsigned long next = id;
	void *store;

	mutex_lock(&kuv_stores_lock);
	store = xa_find_after(&kuv_stores, &next, ULONG_MAX, XA_PRESENT);
	mutex_unlock(&kuv_stores_lock);
	return store ? next : 0;
}

void kuv_store_info(struct kuv_store *store,
		    struct kvm_uefivars_store_info *info)
{
	const struct kuv_vardb *db = &store->service.db;
	const struct kuv_changelog *log = &store->log;

	mutex_lock(&store->lock);
	info->state = kuv_store_state(store);
	info->id = store->id;
	memcpy(info->cookie, store->cookie, sizeof(info->cookie));
	info->config = store->config;
	info->nv_used = db->nv_used;
	info->volatile_used = db->volatile_used;
	info->seq = db->seq;
	info->acked_seq = db->acked_seq;
	info->batch_size_max = kuv_changelog_batch_max(store);
	info->nr_nv = db->nr_nv;
	info->nr_volatile = db->nr_volatile;
	info->nr_requests = store->nr_requests;
	info->nr_batches = log->nr_batches;
	info->nr_acks = log->nr_acks;
	info->nr_timeouts = log->nr_timeouts;
	info->nr_failed = log->nr_failed;
	store->has_event = false;
	mutex_unlock(&store->lock);
}

int kuv_store_set_config(struct kuv_store *store,
			 const struct kvm_uefivars_config *config)
{
	struct kvm_uefivars_config resolved;
	int ret = kuv_config_resolve(config, &resolved);

	if (ret)
		return ret;
	mutex_lock(&store->lock);
	store->config = resolved;
	store->service.limits = kuv_config_limits(&resolved);
	store->service.options = resolved.options;
	kuv_settle_configure(&store->settle, &resolved);
	mutex_unlock(&store->lock);
	return 0;
}

static kuv_status_t kuv_store_set_locked(struct kuv_store *store,
					 const struct kuv_name *name,
					 const struct kvm_uefivars_var *arg,
					 const void *data, u64 *seq)
{
	struct kuv_write w = {
		.name = *name,
		.attributes = arg->attributes,
		.data = data,
		.len = arg->data_len,
	};

	lockdep_assert_held(&store->lock);
	if (arg->flags & KVM_UEFIVARS_VAR_SIGNED)
		return kuv_service_set_signed(&store->service, &w, seq);
	return kuv_service_host_set(&store->service, name, arg->attributes,
				    arg->time, data, arg->data_len,
				    arg->flags & KVM_UEFIVARS_VAR_CLEAN, seq);
}

int kuv_store_set(struct kuv_store *store, const struct kuv_name *name,
		  struct kvm_uefivars_var *arg, const void *data)
{
	kuv_status_t status;
	u64 seq = 0;

	mutex_lock(&store->lock);
	status = kuv_store_set_locked(store, name, arg, data, &seq);
	kuv_changelog_notify(store);
	mutex_unlock(&store->lock);
	if (status != KUV_SUCCESS)
		return kuv_errno(status);
	arg->seq = seq;
	if (seq)
		trace_kvm_uefivars_change(store->id, seq);
	return 0;
}

int kuv_store_delete(struct kuv_store *store, const struct kuv_name *name,
		     u64 *seq)
{
	kuv_status_t status;

	mutex_lock(&store->lock);
	*seq = 0;
	status = kuv_service_host_delete(&store->service, name, seq);
	kuv_changelog_notify(store);
	mutex_unlock(&store->lock);
	if (status == KUV_SUCCESS && *seq)
		trace_kvm_uefivars_change(store->id, *seq);
	return kuv_errno(status);
}

static int kuv_store_read_locked(struct kuv_store *store,
				 const struct kuv_name *name,
				 struct kvm_uefivars_var *arg, void **ret_data)
{
	const struct kuv_var *v = kuv_vardb_find(&store->service.db, name);
	u32 room = arg->data_len;
	void *data;

	lockdep_assert_held(&store->lock);
	if (!v)
		return -ENOENT;
	arg->data_len = v->data_len;
	if (v->data_len > room)
		return -EMSGSIZE;
	data = kvmalloc(v->data_len, GFP_KERNEL_ACCOUNT);
	if (!data)
		return -ENOMEM;
	memcpy(data, kuv_var_data(v), v->data_len);
	memcpy(arg->time, kuv_var_time(v), sizeof(arg->time));
	arg->attributes = v->attributes;
	arg->seq = v->seq;
	*ret_data = data;
	return 0;
}

int kuv_store_read(struct kuv_store *store, const struct kuv_name *name,
		   struct kvm_uefivars_var *arg, void **ret_data)
{
	int ret;

	mutex_lock(&store->lock);
	ret = kuv_store_read_locked(store, name, arg, ret_data);
	mutex_unlock(&store->lock);
	return ret;
}

static int kuv_store_next_locked(struct kuv_store *store,
				 const struct kuv_name *prev_name,
				 struct kvm_uefivars_next *arg, void **ret_name)
{
	const struct kuv_vardb *db = &store->service.db;
	const struct kuv_var *v = NULL;
	void *name;

	lockdep_assert_held(&store->lock);
	if (prev_name) {
		v = kuv_vardb_find(db, prev_name);
		if (!v)
			return -EINVAL;
	}
	v = kuv_vardb_next(db, v);
	if (!v)
		return -ENOENT;
	arg->name_len = v->name_len;
	if (v->name_len > arg->name_size)
		return -EMSGSIZE;
	name = kvmalloc(v->name_len, GFP_KERNEL_ACCOUNT);
	if (!name)
		return -ENOMEM;
	memcpy(name, kuv_var_name(v), v->name_len);
	memcpy(arg->guid, v->guid, sizeof(arg->guid));
	arg->attributes = v->attributes;
	arg->data_len = v->data_len;
	*ret_name = name;
	return 0;
}

int kuv_store_next(struct kuv_store *store, const struct kuv_name *prev,
		   struct kvm_uefivars_next *arg, void **ret_name)
{
	int ret;

	mutex_lock(&store->lock);
	ret = kuv_store_next_locked(store, prev, arg, ret_name);
	mutex_unlock(&store->lock);
	return ret;
}

u16 kuv_store_request(struct kuv_store *store, u8 *msg, u32 total, u32 size,
		      u32 *reply_len)
{
	struct kuv_mm_result res;
	struct kuv_due due;
	u16 status;

	mutex_lock(&store->lock);
	if (unlikely(store->is_frozen))
		status = kuv_store_refuse(msg, total, size, &res);
	else
		status = kuv_mm_handle(&store->service, msg, total, size, &res);
	store->nr_requests++;
	if (unlikely(res.seq))
		kuv_settle_begin(store, &due);
	mutex_unlock(&store->lock);

	if (unlikely(res.seq))
		kuv_settle_finish(store, msg, &res, &due);
	trace_kvm_uefivars_request(store->id, res.protocol, res.function,
				   (__force u64)res.status, status, total);
	*reply_len = res.reply_len;
	return status;
}
