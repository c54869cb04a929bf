/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kuvctl fleet apply has done, for people and for programs. */
#ifndef _KUVCTL_FLEET_REPORT_H
#define _KUVCTL_FLEET_REPORT_H

#include "fleet_journal.h"
#include "fleet_plan.h"

/**
 * struct fleet_report - what there is to say at the end
 * @plan: plan
 * @journal: its VMs
 * @plan_path: of the plan
 * @state_path: of the journal
 * @socket: of vard-sync, as given
 * @is_dry_run: nothing was done
 * @stopped: the VM that was not as expected, or NULL
 */
struct fleet_report {
	const struct fleet_plan *plan;
	const struct fleet_journal *journal;
	const char *plan_path;
	const char *state_path;
	const char *socket;
	bool is_dry_run;
	const struct fleet_entry *stopped;
};

/**
 * fleet_report_print() - say it, as JSON if that is wanted
 * @r: what
 *
 * Return: The exit status that says the same.
 */
int fleet_report_print(const struct fleet_report *r);

#endif /* _KUVCTL_FLEET_REPORT_H */
