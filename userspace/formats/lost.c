// SPDX-License-Identifier: GPL-2.0-or-later
/* What a format cannot hold: lines of the writers' reports. */
#include "lost.h"

#include <errno.h>
#include <stdlib.h>

#include "signers.h"

bool vard_lost(struct vard_report *report, const struct vard_var *v,
	       const char *reason)
{
	char *name = vard_name_format(v->name, v->name_len);

	vard_report_error(report, "%.80s: cannot be written: %s",
			  name ? name : "?", reason);
	free(name);
	return false;
}

void vard_lost_part(struct vard_report *report, const struct vard_var *v,
		    const char *what)
{
	char *name = vard_name_format(v->name, v->name_len);

	vard_report_warning(report, "%.80s: %s", name ? name : "?", what);
	free(name);
}

const uint8_t *vard_lost_signer(struct vard_report *report,
				const struct vard_var *vars, size_t nr,
				const struct vard_var *v)
{
	const uint8_t *signer;

	if (!vard_signers_is_private(v))
		return NULL;
	signer = vard_signers_find(vars, nr, v);
	if (!signer)
		vard_lost_part(report, v,
			       "no digest of who signs it: updates will be refused there");
	return signer;
}

int vard_lost_name(struct vard_report *report, const struct vard_var *v,
		   char **ret)
{
	int r = vard_name_to_utf8(v->name, v->name_len, ret);

	if (r != -EINVAL)
		return r;
	*ret = NULL;
	vard_lost(report, v, "its name is not UTF-16");
	return 0;
}
