// SPDX-License-Identifier: GPL-2.0
/* The token bucket: exact, whatever the rate and however long it was idle. */
#include "rate.h"

/*
 * One token in the units of kuv_rate.used, and one second in nanoseconds: a
 * rate of n tokens per second is n units per nanosecond. 2^32 tokens fit 63 bits.
 */
#define KUV_TOKEN	1000000000ULL

void kuv_rate_init(struct kuv_rate *r, u32 rate, u32 burst, u64 now_ns)
{
	*r = (struct kuv_rate){
		.rate = rate,
		.burst = burst,
		.last_ns = now_ns,
	};
}

/* Put back what has come since the last time. */
static void refill(struct kuv_rate *r, u64 now_ns)
{
	u64 elapsed = now_ns > r->last_ns ? now_ns - r->last_ns : 0;

	if (elapsed > r->used / r->rate)
		r->used = 0;
	else
		r->used -= elapsed * r->rate; /* at most what is there */
	r->last_ns = now_ns;
}

void kuv_rate_set(struct kuv_rate *r, u32 rate, u32 burst, u64 now_ns)
{
	refill(r, now_ns);
	r->rate = rate;
	r->burst = burst;
}

u64 kuv_rate_take(struct kuv_rate *r, u64 now_ns)
{
	u64 full = r->burst * KUV_TOKEN;

	if (r->rate == KUV_RATE_UNLIMITED)
		return 0;
	refill(r, now_ns);
	if (r->used > full)
		r->used = full;
	r->used += KUV_TOKEN;
	if (r->used <= full)
		return 0;
	return (r->used - full + r->rate - 1) / r->rate;
}
