/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One variable service under test, with a count of what it costs. */
#ifndef _VECTORS_MACHINE_H
#define _VECTORS_MACHINE_H

#include <stdbool.h>

#include "service.h"

/**
 * struct cost - what one call took
 * @rsa: RSA operations
 * @hashed: bytes hashed
 * @us: processor time in microseconds
 */
struct cost {
	u64 rsa;
	u64 hashed;
	u64 us;
};

/**
 * struct machine - a service and the cost of its last call
 * @s: service
 * @cost: of the last machine_set()
 * @is_up: @s is to be freed
 */
struct machine {
	struct kuv_service s;
	struct cost cost;
	bool is_up;
};

/* A new machine, its store empty; frees the one before. False: no memory. */
bool machine_new(struct machine *m);

/* Free a machine; false if it leaves memory behind. */
bool machine_end(struct machine *m);

/*
 * SetVariable. *ret_intact is false if the call failed and yet left something
 * changed.
 */
kuv_status_t machine_set(struct machine *m, const struct kuv_write *w,
			 bool *ret_intact);

#endif /* _VECTORS_MACHINE_H */
