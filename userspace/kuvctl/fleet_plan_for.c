// SPDX-License-Identifier: GPL-2.0-or-later
/* What a plan of kuvctl fleet means for one VM, and which stage the VM is in. */
#include "fleet_plan.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "siglist.h"

/* The descriptor in front of what is signed: EFI_TIME, then its own length. */
#define TIME_LEN 16

bool fleet_plan_excepts(const struct fleet_plan *p, const char *vm)
{
	for (size_t i = 0; i < p->except.nr; i++)
		if (!fnmatch(p->except.list[i], vm, 0))
			return true;
	return false;
}

bool fleet_plan_names(const struct fleet_plan *p, const char *vm)
{
	for (size_t i = 0; i < p->vms.nr; i++)
		if (!strcmp(p->vms.list[i], vm))
			return true;
	return false;
}

size_t fleet_plan_stage(const struct fleet_plan *p, size_t i)
{
	for (size_t n = 0; n < p->nr_stages; n++) {
		if (!p->stages[n].size || i < p->stages[n].size)
			return n + 1;
		i -= p->stages[n].size;
	}
	return 0;
}

static bool is_set(const struct vard_var *old, const struct vard_var *want)
{
	return old && old->attributes == want->attributes &&
	       old->data_len == want->data_len &&
	       !memcmp(old->data, want->data, want->data_len);
}

/* A signature, and the database it is looked for in. */
struct search {
	const struct vard_var *in;
	const struct vard_sig *sig;
};

static int compare(const struct vard_sig *sig, void *arg)
{
	const struct vard_sig *want = ((struct search *)arg)->sig;

	return sig->len == want->len && !memcmp(sig->type, want->type, 16) &&
	       !memcmp(sig->data, want->data, want->len);
}

/* 1 if a signature is not there. */
static int is_lacking(const struct vard_sig *sig, void *arg)
{
	struct search s = { .in = arg, .sig = sig };

	return vard_siglist_walk(s.in->data, s.in->data_len, compare, &s) != 1;
}

/* Does a VM have all of an update? NULL: yes; else what is in front. */
static const char *check_update(const struct vard_var *old,
				const struct vard_var *update, bool *ret_has)
{
	const uint8_t *p = update->data + TIME_LEN;
	uint32_t len = (uint32_t)p[0] | (uint32_t)p[1] << 8 |
		       (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	struct vard_var none = { 0 };
	int r;

	*ret_has = false;
	if (len > update->data_len - TIME_LEN)
		return "the update for dbx is no signed data";
	r = vard_siglist_walk(p + len, update->data_len - TIME_LEN - len,
			      is_lacking, (void *)(uintptr_t)(old ? old : &none));
	if (r < 0)
		return "the update for dbx is signed, but no list of signatures";
	*ret_has = r == 0;
	return NULL;
}

static const char *add(struct fleet_action *a, const struct kuvctl_vars *v,
		       struct kuvctl_plan *ret)
{
	const struct vard_var *old;
	const char *why = NULL;
	bool has = true;

	if (a->kind == FLEET_ENROLL)
		return enroll_plan(v, &a->set, a->replace, ret);
	old = kuvctl_list_find(&v->list, &a->v);
	if (a->kind == FLEET_DELETE) {
		if (old)
			kuvctl_plan_add(ret, KUVCTL_DELETE, &a->v);
	} else if (a->kind == FLEET_SET) {
		if (!is_set(old, &a->v))
			kuvctl_plan_add(ret, KUVCTL_SET, &a->v);
	} else {
		why = check_update(old, &a->v, &has);
		if (!has && !why)
			kuvctl_plan_add(ret, KUVCTL_SIGNED, &a->v);
	}
	return why;
}

const char *fleet_plan_for(struct fleet_plan *p, const struct kuvctl_vars *v,
			   struct kuvctl_plan *ret)
{
	const char *why = NULL;

	for (size_t i = 0; !why && i < p->nr_actions; i++)
		why = add(&p->actions[i], v, ret);
	return why;
}
