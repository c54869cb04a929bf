/* SPDX-License-Identifier: GPL-2.0 */
/* A token bucket: how long what exceeds a rate must wait. */
#ifndef _KUV_CORE_RATE_H
#define _KUV_CORE_RATE_H

#include <linux/types.h>

/* A rate that is none. */
#define KUV_RATE_UNLIMITED	(~0U)

/**
 * struct kuv_rate - a token bucket
 * @rate: tokens per second that come back; KUV_RATE_UNLIMITED: nothing waits
 * @burst: tokens the full bucket has
 * @used: tokens that are out, in units of 1e-9, so that nothing is lost by
 *	rounding; at most one token more than @burst
 * @last_ns: when @used was right
 *
 * What is missing is kept, not what is there: a change of @burst counts at once.
 */
struct kuv_rate {
	u32 rate;
	u32 burst;
	u64 used;
	u64 last_ns;
};

/**
 * kuv_rate_init() - a full bucket
 * @r: uninitialised memory
 * @rate: tokens per second, not 0
 * @burst: tokens of the full bucket, not 0
 * @now_ns: time
 *
 * Context: Any.
 */
void kuv_rate_init(struct kuv_rate *r, u32 rate, u32 burst, u64 now_ns);

/**
 * kuv_rate_set() - another rate, from now on
 * @r: bucket; what was taken from it stays taken
 * @rate: tokens per second, not 0
 * @burst: tokens of the full bucket, not 0
 * @now_ns: time
 *
 * Context: Any.
 */
void kuv_rate_set(struct kuv_rate *r, u32 rate, u32 burst, u64 now_ns);

/**
 * kuv_rate_take() - take a token
 * @r: bucket
 * @now_ns: time; a step back counts as no time
 *
 * The token is taken even where it is not there yet. Who does not wait as long
 * as told owes no more than that one token.
 *
 * Context: Any.
 * Return: Nanoseconds until the token is there, at most one second; 0 if it is.
 */
u64 kuv_rate_take(struct kuv_rate *r, u64 now_ns);

#endif /* _KUV_CORE_RATE_H */
