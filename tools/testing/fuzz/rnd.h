/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers of the mutators: the same from the same seed. */
#ifndef _FUZZ_RND_H
#define _FUZZ_RND_H

#include <stddef.h>
#include <stdint.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed);

/* One mutator each program, called by one thread. */
static uint64_t rnd_state;

/**
 * rnd() - a number
 * @below: what it is less than, not 0
 *
 * Return: 0 to @below - 1.
 */
static inline uint32_t rnd(uint32_t below)
{
	rnd_state = rnd_state * 6364136223846793005ULL +
		    1442695040888963407ULL;
	return (uint32_t)(rnd_state >> 33) % below;
}

/**
 * rnd_seed() - start again
 * @seed: what libFuzzer gave
 */
static inline void rnd_seed(unsigned int seed)
{
	rnd_state = seed;
	rnd(2);
}

#endif /* _FUZZ_RND_H */
