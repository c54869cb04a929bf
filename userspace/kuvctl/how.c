// SPDX-License-Identifier: GPL-2.0-or-later
/* The options of the commands that change a VM: how, and whether at all. */
#include "how.h"

bool kuvctl_take_how(struct kuvctl_apply *how, int c)
{
	if (c == 'n')
		how->is_dry_run = true;
	else if (c == 'N')
		how->at_next_boot = true;
	else if (c == 'D')
		how->expect_digest = optarg;
	else
		return false;
	return true;
}
