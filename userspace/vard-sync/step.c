// SPDX-License-Identifier: GPL-2.0-or-later
/* One change of one variable that the operator wants. */
#include "step.h"

const char *vard_step_text(enum vard_step_kind kind)
{
	static const char *const text[] = {
		[VARD_STEP_SET] = "set",
		[VARD_STEP_DELETE] = "delete",
		[VARD_STEP_SIGNED] = "signed",
	};

	return text[kind];
}
