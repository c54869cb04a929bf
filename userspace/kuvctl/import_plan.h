/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to change so that a VM has the variables of a file. */
#ifndef _KUVCTL_IMPORT_PLAN_H
#define _KUVCTL_IMPORT_PLAN_H

#include "vars.h"

/**
 * import_plan() - plan an import, or exit without memory
 * @p: empty, filled with what differs
 * @has: variables of the VM, volatile ones are not looked at
 * @file: non-volatile variables
 * @is_merge: delete nothing; keep the signers of variables that stay
 *
 * What firmware makes anew at each start, and certdb, is never deleted.
 */
void import_plan(struct kuvctl_plan *p, const struct vard_template *has,
		 const struct vard_template *file, bool is_merge);

#endif /* _KUVCTL_IMPORT_PLAN_H */
