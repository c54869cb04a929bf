/* SPDX-License-Identifier: GPL-2.0 */
/* Changes on their way to disk: poll, read a batch, acknowledge, wait. */
#ifndef _KUV_CHANGELOG_H
#define _KUV_CHANGELOG_H

#include <linux/poll.h>
#include <linux/types.h>
#include <linux/wait.h>

struct kuv_store;

/**
 * struct kuv_changelog - who knows what about a store's changes
 * @readers: pollers of the store
 * @waiters: guest requests that wait for an acknowledgement
 * @read_seq: newest sequence number handed out in a batch
 * @read_ns: when that was, ktime_get_ns()
 * @fresh_seq: poll() reports only changes newer than this
 * @rewinds: how often @fresh_seq went back
 * @acked_seq: copy of the core's, readable without the lock
 * @failed_seq: newest sequence number of an ACK_FAILED, readable likewise
 * @nr_batches: batches read
 * @nr_acks: acknowledgements
 * @nr_timeouts: waits that ended without an answer
 * @nr_failed: waits that an ACK_FAILED ended
 *
 * Guarded by the store's lock.
 */
struct kuv_changelog {
	wait_queue_head_t readers;
	wait_queue_head_t waiters;
	u64 read_seq;
	u64 read_ns;
	u64 fresh_seq;
	u32 rewinds;
	u64 acked_seq;
	u64 failed_seq;
	u64 nr_batches;
	u64 nr_acks;
	u64 nr_timeouts;
	u64 nr_failed;
};

/**
 * kuv_changelog_init() - nothing changed, nothing read
 * @log: uninitialised memory
 *
 * Context: Any.
 */
void kuv_changelog_init(struct kuv_changelog *log);

/**
 * kuv_changelog_batch_max() - size of the largest batch there can be
 * @store: store, locked
 *
 * Context: Any.
 * Return: Bytes.
 */
u64 kuv_changelog_batch_max(struct kuv_store *store);

/**
 * kuv_changelog_read() - hand the next batch to user space
 * @store: store
 * @buf: buffer of user space
 * @len: its size
 *
 * Context: Process, nothing locked.
 * Return: Bytes of the batch, -EAGAIN (nothing changed), -EMSGSIZE, -EFAULT or
 * -ENOMEM.
 */
ssize_t kuv_changelog_read(struct kuv_store *store, char __user *buf,
			   size_t len);

/**
 * kuv_changelog_poll() - is there something to read?
 * @store: store
 * @file: descriptor polled
 * @wait: poll table
 *
 * Context: Process, nothing locked.
 * Return: Mask of EPOLLIN | EPOLLRDNORM and EPOLLPRI.
 */
__poll_t kuv_changelog_poll(struct kuv_store *store, struct file *file,
			    poll_table *wait);

/**
 * kuv_changelog_ack() - changes are durable, or cannot be made so
 * @store: store
 * @seq: newest change meant, from a batch that was read
 * @failed: they cannot be made durable
 *
 * Context: Process, nothing locked.
 * Return: 0, or -EINVAL if @seq was never read.
 */
int kuv_changelog_ack(struct kuv_store *store, u64 seq, bool failed);

/**
 * kuv_changelog_rewind() - make poll() report every unacknowledged change again
 * @store: store
 *
 * For a new descriptor, whose holder has read nothing yet.
 *
 * Context: Process, nothing locked.
 */
void kuv_changelog_rewind(struct kuv_store *store);

/**
 * kuv_changelog_notify() - the core may have logged or dropped changes
 * @store: store, locked
 *
 * Context: Any.
 */
void kuv_changelog_notify(struct kuv_store *store);

/**
 * kuv_changelog_wait() - wait until a change is durable
 * @store: store
 * @seq: sequence number of the change
 * @wait_ms: longest wait
 *
 * Counts and reports what goes wrong.
 *
 * Context: Process, store not locked. Killable.
 * Return: 0, -EIO (ACK_FAILED), -ETIMEDOUT, -EAGAIN (the store was frozen), or
 * -EINTR (being killed).
 */
int kuv_changelog_wait(struct kuv_store *store, u64 seq, u32 wait_ms);

#endif /* _KUV_CHANGELOG_H */
