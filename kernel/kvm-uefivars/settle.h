/* SPDX-License-Identifier: GPL-2.0 */
/* What a guest waits for after a change: the disk, and its rate. */
#ifndef _KUV_SETTLE_H
#define _KUV_SETTLE_H

#include <linux/types.h>

#include <linux/kvm_uefivars.h>

#include "core/rate.h"

struct kuv_mm_result;
struct kuv_store;

/**
 * struct kuv_settle - what a store's guest waited for
 * @rate: bound on its changes
 * @nr_throttled: changes that were held back by the rate
 * @throttled_us: for how long, together
 * @nr_waits: waits for the disk that ended with an acknowledgement
 * @ack_us: microseconds of those
 * @ack_us_max: the longest one
 * @ack_latency: those by length, as kvm_uefivars_store_stats has them
 *
 * Guarded by the store's lock.
 */
struct kuv_settle {
	struct kuv_rate rate;
	u64 nr_throttled;
	u64 throttled_us;
	u64 nr_waits;
	u64 ack_us;
	u64 ack_us_max;
	u64 ack_latency[KVM_UEFIVARS_LATENCY_STEPS];
};

/**
 * struct kuv_due - what one change has to wait for
 * @start_ns: when it was made, ktime_get_ns()
 * @hold_ns: how long from then on the rate holds it back
 * @wait_ms: longest wait for the disk, 0 for none
 */
struct kuv_due {
	u64 start_ns;
	u64 hold_ns;
	u32 wait_ms;
};

/**
 * kuv_settle_init() - nothing waited for yet
 * @settle: uninitialised memory
 * @config: of the store, resolved
 *
 * Context: Any.
 */
void kuv_settle_init(struct kuv_settle *settle,
		     const struct kvm_uefivars_config *config);

/**
 * kuv_settle_configure() - another rate
 * @settle: of a store that is locked
 * @config: new one, resolved
 *
 * Counts for the next change; a guest that is held back stays so to the end.
 *
 * Context: Any.
 */
void kuv_settle_configure(struct kuv_settle *settle,
			  const struct kvm_uefivars_config *config);

/**
 * kuv_settle_begin() - a guest made a change: tell readers, take a token
 * @store: store, locked
 * @ret_due: what kuv_settle_finish() has to wait for
 *
 * Context: Any.
 */
void kuv_settle_begin(struct kuv_store *store, struct kuv_due *ret_due);

/**
 * kuv_settle_finish() - wait for what a change has to wait for
 * @store: store
 * @msg: reply; says so if the change could not be made durable in time
 * @res: of the request, with a change
 * @due: of the same change
 *
 * Both waits together last no longer than the store's wait_ms.
 *
 * Context: Process, store not locked. Killable.
 */
void kuv_settle_finish(struct kuv_store *store, u8 *msg,
		       struct kuv_mm_result *res, const struct kuv_due *due);

/**
 * kuv_settle_stats() - statistics of a store
 * @store: store
 * @stats: filled but for @stats->size and @stats->flags
 *
 * Context: Process.
 */
void kuv_settle_stats(struct kuv_store *store,
		      struct kvm_uefivars_store_stats *stats);

#endif /* _KUV_SETTLE_H */
