/* SPDX-License-Identifier: GPL-2.0 */
/* Commands of storm for times of trouble: a hung daemon, clients that misbehave. */
#ifndef _KUV_SCALE_TROUBLE_H
#define _KUV_SCALE_TROUBLE_H

#include "fleet.h"

/* All VMs at once read, write what is volatile, and write what is not. */
void trouble_probe(struct fleet *f);

/*
 * Opens @count connections that say nothing, and keeps them; waits until @expected of
 * them were refused, for half a minute.
 */
void trouble_clients(struct fleet *f, int count, int expected);

/* Opens @count connections that ask @calls times for the list and read no answer. */
void trouble_deaf(struct fleet *f, int count, int calls);

/* Closes all of these connections. */
void trouble_end(void);

#endif /* _KUV_SCALE_TROUBLE_H */
