// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the frequency of this machine's time stamp counter in kHz, measured. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct sample {
	uint64_t ns, tsc;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Both clocks at the same moment: the closest of many tries. */
static struct sample sample(void)
{
	uint64_t best = UINT64_MAX;
	struct sample s = { 0 };
	int i;

	for (i = 0; i < 1000; i++) {
		uint64_t before = __rdtsc(), ns = now_ns(), after = __rdtsc();

		if (after - before < best) {
			best = after - before;
			s = (struct sample){ ns, before + best / 2 };
		}
	}
	return s;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	struct sample a, b;

	a = sample();
	nanosleep(&pause, NULL);
	b = sample();
	printf("%.0f\n", (double)(b.tsc - a.tsc) * 1e6 / (double)(b.ns - a.ns));
	return 0;
}
