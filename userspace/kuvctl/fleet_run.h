/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VM of a plan: dry run, snapshot, change, verification; after a crash, what came of it. */
#ifndef _KUVCTL_FLEET_RUN_H
#define _KUVCTL_FLEET_RUN_H

#include "fleet_journal.h"
#include "fleet_plan.h"

/**
 * struct fleet_run - a plan that is carried out
 * @bus: connection
 * @plan: the plan
 * @journal: its VMs
 * @detail: for the audit: name and hash of the plan
 */
struct fleet_run {
	sd_bus *bus;
	struct fleet_plan *plan;
	struct fleet_journal *journal;
	char detail[256];
};

/**
 * fleet_run_try() - would it work?
 * @run: plan
 * @e: one of its VMs, in state FLEET_NEW
 * @v: its variables
 *
 * Nothing changes, neither in the VM nor in the journal. What would is in
 * nr_changed and the digests of @e. A VM that has moved to another host gets
 * state FLEET_MOVED, unless the plan names it.
 *
 * Return: Whether it would; else @e has state FLEET_FAILED and says why.
 */
bool fleet_run_try(struct fleet_run *run, struct fleet_entry *e,
		   const struct kuvctl_vars *v);

/**
 * fleet_run_vm() - change a VM as planned, or find out whether it was
 * @run: plan
 * @e: one of its VMs, neither done nor unchanged
 *
 * Return: Whether all went as expected; else @e says what did not.
 */
bool fleet_run_vm(struct fleet_run *run, struct fleet_entry *e);

#endif /* _KUVCTL_FLEET_RUN_H */
