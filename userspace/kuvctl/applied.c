// SPDX-License-Identifier: GPL-2.0-or-later
/* What came of changes of a VM's variables, for people and programs. */
#include "vars.h"

#include <inttypes.h>
#include <stdio.h>

#include "output.h"

json_object *kuvctl_applied_json(const char *vm,
				 const struct kuvctl_apply *how,
				 const struct kuvctl_applied *a)
{
	json_object *o = json_object_new_object();

	kuvctl_put(o, "vm", vm);
	kuvctl_put_flag(o, "dry-run", how->is_dry_run);
	kuvctl_put_flag(o, "at-next-boot", how->at_next_boot);
	kuvctl_put_flag(o, "running", a->was_running);
	kuvctl_put_number(o, "changed", a->nr_changed);
	kuvctl_put(o, "old-digest", a->old_digest);
	kuvctl_put(o, "new-digest", a->new_digest);
	kuvctl_put_number(o, "pending", a->pending_id);
	return o;
}

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

void kuvctl_applied_print(const char *vm, const struct kuvctl_apply *how,
			  const struct kuvctl_applied *a)
{
	unsigned int n = a->nr_changed;

	if (kuvctl_json) {
		kuvctl_print_json(kuvctl_applied_json(vm, how, a));
		return;
	}
	if (how->is_dry_run)
		printf("VM %s: %u variable%s would change; nothing was done\n",
		       vm, n, plural(n));
	else if (a->pending_id)
		printf("VM %s: %u variable%s will change at its next start (plan %" PRIu64
		       ", kuvctl pending %s)\n",
		       vm, n, plural(n), a->pending_id, vm);
	else
		printf("VM %s: %u variable%s changed%s\n", vm, n, plural(n),
		       a->was_running ? ", while it runs" : "");
	printf("    %s -> %s\n", a->old_digest, a->new_digest);
}
