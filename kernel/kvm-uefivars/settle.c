// SPDX-License-Identifier: GPL-2.0
/* After a change: wait until it is durable, and as long as the rate says. */
#include "settle.h"

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "core/mm.h"
#include "store.h"
#include "trace.h"

/* The core has no header of user space's. */
static_assert(KUV_RATE_UNLIMITED == KVM_UEFIVARS_UNLIMITED);

void kuv_settle_init(struct kuv_settle *settle,
		     const struct kvm_uefivars_config *config)
{
	*settle = (struct kuv_settle){};
	kuv_rate_init(&settle->rate, config->change_rate, config->change_burst,
		      ktime_get_ns());
}

void kuv_settle_configure(struct kuv_settle *settle,
			  const struct kvm_uefivars_config *config)
{
	kuv_rate_set(&settle->rate, config->change_rate, config->change_burst,
		     ktime_get_ns());
}

void kuv_settle_begin(struct kuv_store *store, struct kuv_due *ret_due)
{
	const struct kvm_uefivars_config *config = &store->config;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&store->lock);
	*ret_due = (struct kuv_due){
		.start_ns = now,
		.hold_ns = min_t(u64, kuv_rate_take(&store->settle.rate, now),
				 config->wait_ms * (u64)NSEC_PER_MSEC),
		.wait_ms = config->durability == KVM_UEFIVARS_WRITE_THROUGH ?
			   config->wait_ms : 0,
	};
	kuv_changelog_notify(store);
}

static u64 kuv_us_since(u64 ns)
{
	return (ktime_get_ns() - ns) / NSEC_PER_USEC;
}

static void kuv_settle_count_ack(struct kuv_store *store, u64 us)
{
	struct kuv_settle *settle = &store->settle;
	u32 step = min(fls64(us), KVM_UEFIVARS_LATENCY_STEPS - 1);

	mutex_lock(&store->lock);
	settle->nr_waits++;
	settle->ack_us += us;
	settle->ack_us_max = max(settle->ack_us_max, us);
	settle->ack_latency[step]++;
	mutex_unlock(&store->lock);
}

/* Until the change is durable. */
static void kuv_settle_wait(struct kuv_store *store, u8 *msg,
			    struct kuv_mm_result *res, const struct kuv_due *due)
{
	int ret = kuv_changelog_wait(store, res->seq, due->wait_ms);
	u64 us = kuv_us_since(due->start_ns);

	if (ret)
		kuv_mm_set_status(msg, res, KUV_DEVICE_ERROR);
	else
		kuv_settle_count_ack(store, us);
	trace_kvm_uefivars_wait(store->id, res->seq, us, ret);
}

/* Until the rate allows it. The wait for the disk was part of that. */
static void kuv_settle_hold(struct kuv_store *store, u64 seq,
			    const struct kuv_due *due)
{
	ktime_t until = ns_to_ktime(due->start_ns + due->hold_ns);
	u64 start_ns = ktime_get_ns();
	DEFINE_WAIT(wait);
	u64 us;

	if (start_ns - due->start_ns >= due->hold_ns)
		return;
	/* FREEZE waits for this request: be done with it then. */
	prepare_to_wait(&store->frozen, &wait, TASK_KILLABLE);
	if (!READ_ONCE(store->is_frozen))
		schedule_hrtimeout(&until, HRTIMER_MODE_ABS);
	finish_wait(&store->frozen, &wait);
	us = kuv_us_since(start_ns);
	mutex_lock(&store->lock);
	store->settle.nr_throttled++;
	store->settle.throttled_us += us;
	mutex_unlock(&store->lock);
	trace_kvm_uefivars_throttle(store->id, seq, us);
}

void kuv_settle_finish(struct kuv_store *store, u8 *msg,
		       struct kuv_mm_result *res, const struct kuv_due *due)
{
	trace_kvm_uefivars_change(store->id, res->seq);
	if (due->wait_ms)
		kuv_settle_wait(store, msg, res, due);
	if (due->hold_ns)
		kuv_settle_hold(store, res->seq, due);
}

void kuv_settle_stats(struct kuv_store *store,
		      struct kvm_uefivars_store_stats *stats)
{
	const struct kuv_settle *settle = &store->settle;

	mutex_lock(&store->lock);
	stats->nr_changes = store->service.db.seq;
	stats->nr_throttled = settle->nr_throttled;
	stats->throttled_us = settle->throttled_us;
	stats->nr_waits = settle->nr_waits;
	stats->ack_us = settle->ack_us;
	stats->ack_us_max = settle->ack_us_max;
	memcpy(stats->ack_latency, settle->ack_latency,
	       sizeof(stats->ack_latency));
	mutex_unlock(&store->lock);
}
