// SPDX-License-Identifier: GPL-2.0
/* The change log: batches from the core's list of unacknowledged changes. */
#include "changelog.h"

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/kvm_uefivars.h>

#include "store.h"
#include "trace.h"

#define KUV_RECORD_ALIGN	8

void kuv_changelog_init(struct kuv_changelog *log)
{
	*log = (struct kuv_changelog){};
	init_waitqueue_head(&log->readers);
	init_waitqueue_head(&log->waiters);
}

static const struct kuv_var *kuv_changelog_next(struct kuv_store *store,
						const struct kuv_var *prev)
{
	lockdep_assert_held(&store->lock);
	return kuv_vardb_next_dirty(&store->service.db, prev);
}

static u32 kuv_record_len(const struct kuv_var *v)
{
	return ALIGN(sizeof(struct kvm_uefivars_record) + v->name_len +
		     v->data_len, KUV_RECORD_ALIGN);
}

u64 kuv_changelog_batch_max(struct kuv_store *store)
{
	u32 record_len = sizeof(struct kvm_uefivars_record) +
			 KUV_RECORD_ALIGN - 1;

	lockdep_assert_held(&store->lock);
	return sizeof(struct kvm_uefivars_batch) +
	       kuv_vardb_batch_len_max(&store->service.db,
				       &store->service.limits, record_len);
}

static u8 *kuv_record_put(u8 *p, const struct kuv_var *v)
{
	struct kvm_uefivars_record *rec = (void *)p;
	u32 len = kuv_record_len(v);
	u8 *name = p + sizeof(*rec);

	*rec = (struct kvm_uefivars_record){
		.len = len,
		.head_len = sizeof(*rec),
		.seq = v->seq,
		.flags = v->deleted ? KVM_UEFIVARS_RECORD_DELETED : 0,
		.attributes = v->attributes,
		.name_len = v->name_len,
		.data_len = v->data_len,
	};
	memcpy(rec->guid, v->guid, sizeof(rec->guid));
	memcpy(rec->time, kuv_var_time(v), sizeof(rec->time));
	memcpy(name, kuv_var_name(v), v->name_len);
	if (v->data_len)
		memcpy(name + v->name_len, kuv_var_data(v), v->data_len);
	name += v->name_len + v->data_len;
	memset(name, 0, p + len - name);
	return p + len;
}

/* Returns a batch to kvfree(), or an ERR_PTR(). */
static struct kvm_uefivars_batch *kuv_changelog_build(struct kuv_store *store,
						      size_t room)
{
	struct kvm_uefivars_batch *batch;
	const struct kuv_var *v = NULL;
	size_t len = sizeof(*batch);
	u32 nr = 0;
	u8 *p;

	while ((v = kuv_changelog_next(store, v))) {
		len += kuv_record_len(v);
		nr++;
	}
	if (!nr)
		return ERR_PTR(-EAGAIN);
	if (len > room)
		return ERR_PTR(-EMSGSIZE);
	batch = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!batch)
		return ERR_PTR(-ENOMEM);

	*batch = (struct kvm_uefivars_batch){
		.head_len = sizeof(*batch),
		.nr_records = nr,
		.len = len,
		.seq = store->service.db.seq,
	};
	p = (u8 *)(batch + 1);
	while ((v = kuv_changelog_next(store, v)))
		p = kuv_record_put(p, v);
	return batch;
}

/* The batch reached its reader. */
static void kuv_changelog_commit(struct kuv_store *store, u64 seq, u32 rewinds)
{
	struct kuv_changelog *log = &store->log;

	mutex_lock(&store->lock);
	log->read_seq = max(log->read_seq, seq);
	if (log->rewinds == rewinds)
		log->fresh_seq = max(log->fresh_seq, seq);
	log->read_ns = ktime_get_ns();
	log->nr_batches++;
	mutex_unlock(&store->lock);
}

ssize_t kuv_changelog_read(struct kuv_store *store, char __user *buf,
			   size_t len)
{
	struct kvm_uefivars_batch *batch;
	ssize_t ret;
	u32 rewinds;

	mutex_lock(&store->lock);
	batch = kuv_changelog_build(store, len);
	rewinds = store->log.rewinds;
	mutex_unlock(&store->lock);
	if (IS_ERR(batch))
		return PTR_ERR(batch);

	ret = -EFAULT;
	if (!copy_to_user(buf, batch, batch->len)) {
		ret = batch->len;
		kuv_changelog_commit(store, batch->seq, rewinds);
		trace_kvm_uefivars_batch(store->id, batch->seq,
					 batch->nr_records, batch->len);
	}
	kvfree(batch);
	return ret;
}

__poll_t kuv_changelog_poll(struct kuv_store *store, struct file *file,
			    poll_table *wait)
{
	__poll_t mask = 0;

	poll_wait(file, &store->log.readers, wait);
	mutex_lock(&store->lock);
	if (kuv_changelog_next(store, NULL) &&
	    store->service.db.seq > store->log.fresh_seq)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (store->has_event)
		mask |= EPOLLPRI;
	mutex_unlock(&store->lock);
	return mask;
}

static void kuv_changelog_rewind_locked(struct kuv_store *store)
{
	lockdep_assert_held(&store->lock);
	store->log.fresh_seq = 0;
	store->log.rewinds++;
	if (kuv_changelog_next(store, NULL))
		wake_up_poll(&store->log.readers, EPOLLIN | EPOLLRDNORM);
}

void kuv_changelog_rewind(struct kuv_store *store)
{
	mutex_lock(&store->lock);
	kuv_changelog_rewind_locked(store);
	mutex_unlock(&store->lock);
}

static void kuv_changelog_publish(struct kuv_store *store)
{
	WRITE_ONCE(store->log.acked_seq, store->service.db.acked_seq);
	wake_up_all(&store->log.waiters);
}

int kuv_changelog_ack(struct kuv_store *store, u64 seq, bool failed)
{
	struct kuv_changelog *log = &store->log;
	int ret = -EINVAL;
	u64 read_ns;

	mutex_lock(&store->lock);
	read_ns = log->read_ns;
	if (seq <= log->read_seq) {
		log->nr_acks++;
		if (failed) {
			WRITE_ONCE(log->failed_seq, max(log->failed_seq, seq));
			kuv_changelog_rewind_locked(store);
		} else {
			kuv_vardb_ack(&store->service.db, seq);
		}
		kuv_changelog_publish(store);
		ret = 0;
	}
	mutex_unlock(&store->lock);
	if (!ret)
		trace_kvm_uefivars_ack(store->id, seq, failed,
				       (ktime_get_ns() - read_ns) / NSEC_PER_USEC);
	return ret;
}

void kuv_changelog_notify(struct kuv_store *store)
{
	struct kuv_vardb *db = &store->service.db;

	if (kuv_changelog_next(store, NULL)) {
		wake_up_poll(&store->log.readers, EPOLLIN | EPOLLRDNORM);
		return;
	}
	/* The host replaced what was pending by what it has on disk. */
	if (db->acked_seq < db->seq) {
		kuv_vardb_ack(db, db->seq);
		kuv_changelog_publish(store);
	}
}

static bool kuv_changelog_is_settled(const struct kuv_store *store, u64 seq)
{
	const struct kuv_changelog *log = &store->log;

	return READ_ONCE(log->acked_seq) >= seq ||
	       READ_ONCE(log->failed_seq) >= seq ||
	       READ_ONCE(store->is_frozen);
}

/* Returns why the wait ended, with the statistics updated. */
static int kuv_changelog_verdict(struct kuv_store *store, u64 seq)
{
	struct kuv_changelog *log = &store->log;
	int ret = 0;

	mutex_lock(&store->lock);
	if (log->acked_seq >= seq) {
		ret = 0;
	} else if (log->failed_seq >= seq) {
		log->nr_failed++;
		ret = -EIO;
	} else if (store->is_frozen) {
		ret = -EAGAIN;
	} else if (fatal_signal_pending(current)) {
		ret = -EINTR;
	} else {
		log->nr_timeouts++;
		ret = -ETIMEDOUT;
	}
	mutex_unlock(&store->lock);
	return ret;
}

int kuv_changelog_wait(struct kuv_store *store, u64 seq, u32 wait_ms)
{
	int ret;

	wait_event_killable_timeout(store->log.waiters,
				    kuv_changelog_is_settled(store, seq),
				    msecs_to_jiffies(wait_ms));
	ret = kuv_changelog_verdict(store, seq);
	if (ret == -ETIMEDOUT || ret == -EIO) {
		trace_kvm_uefivars_timeout(store->id, seq, ret == -EIO);
		pr_warn_ratelimited("kvm-uefivars: store %llu: change %llu %s\n",
				    store->id, seq, ret == -EIO ?
				    "could not be made durable" :
				    "was not acknowledged in time");
	}
	return ret;
}
