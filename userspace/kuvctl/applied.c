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

	json_object_object_add(o, "vm", json_object_new_string(vm));
	json_object_object_add(o, "dry-run",
			       json_object_new_boolean(how->is_dry_run));
	json_object_object_add(o, "at-next-boot",
			       json_object_new_boolean(how->at_next_boot));
	json_object_object_add(o, "running",
			       json_object_new_boolean(a->was_running));
	json_object_object_add(o, "changed",
			       json_object_new_int64(a->nr_changed));
	json_object_object_add(o, "old-digest",
			       json_object_new_string(a->old_digest));
	json_object_object_add(o, "new-digest",
			       json_object_new_string(a->new_digest));
	json_object_object_add(o, "pending",
			       json_object_new_uint64(a->pending_id));
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
