// SPDX-License-Identifier: GPL-2.0-or-later
/* What has to change so that a VM has the variables of a file. */
#include "import_plan.h"

#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include "kuvctl.h"
#include "signers.h"

static bool same_content(const struct vard_var *a, const struct vard_var *b)
{
	return a->attributes == b->attributes && a->data_len == b->data_len &&
	       !memcmp(a->time, b->time, sizeof(a->time)) &&
	       !memcmp(a->data, b->data, a->data_len);
}

static void add_deletions(struct kuvctl_plan *p, const struct vard_template *has,
			  const struct vard_template *file)
{
	for (size_t i = 0; i < has->nr; i++) {
		const struct vard_var *v = &has->vars[i];

		if (v->attributes & KVM_UEFIVARS_ATTR_NV &&
		    !vard_var_is_made_anew(v) && !vard_signers_is(v) &&
		    !kuvctl_list_find(file, v))
			kuvctl_plan_add(p, KUVCTL_DELETE, v);
	}
}

/* certdb with the signers of both, those of the file first. */
static void add_merged_signers(struct kuvctl_plan *p,
			       const struct vard_var *has,
			       const struct vard_var *file)
{
	struct vard_var v = *file;
	uint8_t *data = NULL;
	size_t len = 0;

	if (vard_signers_merge(has, file, &data, &len) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	v.data = data;
	v.data_len = (uint32_t)len;
	if (!same_content(has, &v))
		kuvctl_plan_add(p, KUVCTL_SET, &v);
	free(data);
}

void import_plan(struct kuvctl_plan *p, const struct vard_template *has,
		 const struct vard_template *file, bool is_merge)
{
	if (!is_merge)
		add_deletions(p, has, file);
	for (size_t i = 0; i < file->nr; i++) {
		const struct vard_var *v = &file->vars[i], *old = kuvctl_list_find(has, v);

		if (old && is_merge && vard_signers_is(v))
			add_merged_signers(p, old, v);
		else if (!old || !same_content(old, v))
			kuvctl_plan_add(p, KUVCTL_SET, v);
	}
}
