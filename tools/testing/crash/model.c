// SPDX-License-Identifier: GPL-2.0-or-later
/* The model of the database's content, and how it is read back. */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a, eight bytes at a time. */
static uint64_t mix(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = (h ^ word) * 0x100000001b3u;
		h ^= h >> 32;
	}
	while (len--)
		h = (h ^ *p++) * 0x100000001b3u;
	return h ^ h >> 29;
}

static uint64_t mix_number(uint64_t h, uint64_t n)
{
	return mix(h, &n, sizeof(n));
}

static uint64_t var_digest(const struct vard_var *v)
{
	uint64_t h = 0xcbf29ce484222325u;

	h = mix(h, v->guid, sizeof(v->guid));
	h = mix(h, v->time, sizeof(v->time));
	h = mix_number(h, v->attributes);
	h = mix_number(h, v->name_len);
	h = mix(h, v->name, v->name_len);
	h = mix_number(h, v->data_len);
	return mix(h, v->data, v->data_len);
}

/* Names of the script are plain; the digest covers the rest. */
static void plain_name(const struct vard_var *v, char name[MODEL_NAME])
{
	size_t i;

	for (i = 0; i < v->name_len / 2 && i < MODEL_NAME - 1; i++)
		name[i] = (char)v->name[2 * i];
	name[i] = 0;
}

static void overflow(const char *what)
{
	fprintf(stderr, "the model has no room for more %s\n", what);
	exit(2);
}

struct model_vm *model_add(struct model *m, const struct vard_vm *vm)
{
	unsigned int i = 0;

	if (m->nr == MODEL_VMS)
		overflow("VMs");
	while (i < m->nr && strcmp(m->vms[i].vm.name, vm->name) < 0)
		i++;
	memmove(&m->vms[i + 1], &m->vms[i], (m->nr - i) * sizeof(m->vms[0]));
	m->nr++;
	memset(&m->vms[i], 0, sizeof(m->vms[i]));
	m->vms[i].vm = *vm;
	return &m->vms[i];
}

struct model_vm *model_find(struct model *m, const char *name)
{
	for (unsigned int i = 0; i < m->nr; i++)
		if (strcmp(m->vms[i].vm.name, name) == 0)
			return &m->vms[i];
	fprintf(stderr, "the script has no VM %s\n", name);
	exit(2);
}

void model_remove(struct model *m, const char *name)
{
	struct model_vm *vm = model_find(m, name);

	m->nr--;
	memmove(vm, vm + 1, (size_t)((char *)&m->vms[m->nr] - (char *)vm));
}

bool model_drop(struct model_set *set, const char *name)
{
	for (unsigned int i = 0; i < set->nr; i++) {
		if (strcmp(set->vars[i].name, name) != 0)
			continue;
		set->nr--;
		memmove(&set->vars[i], &set->vars[i + 1],
			(set->nr - i) * sizeof(set->vars[0]));
		return true;
	}
	return false;
}

void model_apply(struct model_set *set, const struct vard_var *v)
{
	char name[MODEL_NAME];

	plain_name(v, name);
	model_drop(set, name);
	if (v->is_deleted)
		return;
	if (set->nr == MODEL_VARS)
		overflow("variables");
	strcpy(set->vars[set->nr].name, name);
	set->vars[set->nr++].digest = var_digest(v);
}

uint64_t model_bytes(const void *data, size_t len)
{
	return mix(0xcbf29ce484222325u, data, len) | 1;
}

static uint64_t mix_text(uint64_t h, const char *text)
{
	return text ? mix(h, text, strlen(text) + 1) : mix_number(h, 0);
}

static uint64_t mix_sha256(uint64_t h, const uint8_t *digest)
{
	return digest ? mix(h, digest, VARD_DIGEST_LEN) : mix_number(h, 0);
}

void model_audit(struct model *m, const struct vard_audit *audit)
{
	uint64_t h = mix_number(m->audit, audit->uid);

	h = mix_text(h, audit->vm);
	h = mix_text(h, audit->action);
	h = mix_text(h, audit->detail);
	h = mix_sha256(h, audit->old_digest);
	m->audit = mix_sha256(h, audit->new_digest);
	m->nr_audit++;
}

uint64_t model_plan(const struct vard_plan *plan)
{
	uint64_t h = mix_number(0xcbf29ce484222325u, plan->uid);

	h = mix_text(h, plan->action);
	h = mix_text(h, plan->detail);
	h = mix_text(h, plan->reason);
	h = mix_number(h, plan->is_damaged);
	h = mix_number(h, plan->nr);
	for (size_t i = 0; i < plan->nr; i++) {
		h = mix_number(h, plan->steps[i].kind);
		h = mix_number(h, var_digest(&plan->steps[i].v));
	}
	return h;
}

static uint64_t mix_set(uint64_t h, const struct model_set *set)
{
	h = mix_number(h, set->nr);
	for (unsigned int i = 0; i < set->nr; i++)
		h = mix_number(h, set->vars[i].digest);
	return h;
}

static uint64_t vm_digest(const struct model_vm *m)
{
	uint64_t h = mix(0xcbf29ce484222325u, m->vm.name, strlen(m->vm.name));

	h = mix(h, m->vm.uuid.bytes, sizeof(m->vm.uuid.bytes));
	h = mix_number(h, m->vm.uid);
	h = mix_number(h, m->vm.durability);
	h = mix_number(h, m->vm.options);
	h = mix_number(h, m->vm.change_rate);
	h = mix_number(h, m->vm.change_burst);
	h = mix_number(h, m->vm.state);
	h = mix_text(h, m->vm.template);
	h = mix_number(h, m->nr_quarantined);
	h = mix_number(h, m->device);
	h = mix(h, m->plans, m->nr_plans * sizeof(m->plans[0]));
	for (unsigned int i = 0; i < m->nr_snapshots; i++) {
		h = mix_text(h, m->snapshots[i].name);
		h = mix_number(h, m->snapshots[i].uid);
		h = mix_set(h, &m->snapshots[i].vars);
	}
	return mix_set(h, &m->vars);
}

uint64_t model_digest(const struct model *m)
{
	uint64_t h = mix_number(0xcbf29ce484222325u, m->nr);

	h = mix_number(h, m->nr_audit);
	h = mix_number(h, m->audit);
	for (unsigned int i = 0; i < m->nr; i++)
		h = mix_number(h, vm_digest(&m->vms[i]));
	return h;
}

static int add_vm(const struct vard_vm *vm, const struct vard_vm_counts *counts,
		  void *arg)
{
	struct model *m = arg;

	if (m->nr == MODEL_VMS)
		return -E2BIG;
	model_add(m, vm)->nr_quarantined = counts->nr_quarantined;
	return 0;
}

static int add_var(const struct vard_var *v, const char **reason, void *arg)
{
	struct model_set *set = arg;

	(void)reason;
	if (set->nr == MODEL_VARS)
		return -E2BIG;
	model_apply(set, v);
	return 0;
}

static int load_set(struct vard_backend *b, const struct vard_vm *vm,
		    struct model_set *set)
{
	struct vard_vm_counts counts;
	int r;

	set->nr = 0;
	r = b->ops->load(b, vm, add_var, set, &counts);
	return r == 0 && counts.nr_quarantined ? -EUCLEAN : r;
}

static int add_snapshot(const struct vard_snapshot *snapshot, void *arg)
{
	struct model_vm *m = arg;
	struct model_snapshot *s = &m->snapshots[m->nr_snapshots];

	if (m->nr_snapshots == MODEL_SNAPSHOTS)
		return -E2BIG;
	snprintf(s->name, sizeof(s->name), "%.*s", MODEL_NAME - 1,
		 snapshot->name);
	s->uid = snapshot->uid;
	m->nr_snapshots++;
	return 0;
}

/* What restoring it gives; that is taken back. */
static int load_snapshot(struct vard_backend *b, const struct vard_vm *vm,
			 struct model_snapshot *s)
{
	int r = b->ops->begin(b);

	if (r < 0)
		return r;
	r = b->ops->snapshot_restore(b, vm, s->name);
	if (r == 0)
		r = load_set(b, vm, &s->vars);
	b->ops->rollback(b);
	return r;
}

static int load_device(struct vard_backend *b, struct model_vm *m)
{
	void *blob;
	size_t len;
	int r = b->ops->device_get(b, &m->vm, &blob, &len);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	m->device = model_bytes(blob, len);
	free(blob);
	return 0;
}

static int add_plan(const struct vard_plan *plan, void *arg)
{
	struct model_vm *m = arg;

	if (m->nr_plans == MODEL_PLANS)
		return -E2BIG;
	m->plans[m->nr_plans++] = model_plan(plan);
	return 0;
}

static int load_vm(struct vard_backend *b, struct model_vm *m)
{
	int r = load_set(b, &m->vm, &m->vars);

	if (r == 0)
		r = load_device(b, m);
	if (r == 0)
		r = b->ops->snapshot_list(b, &m->vm, add_snapshot, m);
	for (unsigned int i = 0; r == 0 && i < m->nr_snapshots; i++)
		r = load_snapshot(b, &m->vm, &m->snapshots[i]);
	if (r == 0)
		r = b->ops->pending_list(b, &m->vm, add_plan, m);
	return r;
}

static int add_audit(const struct vard_audit *audit, void *arg)
{
	model_audit(arg, audit);
	return 0;
}

int model_read(struct vard_backend *b, struct model *ret)
{
	int r;

	ret->nr = 0;
	ret->nr_audit = 0;
	ret->audit = 0;
	r = b->ops->list(b, add_vm, ret);
	for (unsigned int i = 0; r == 0 && i < ret->nr; i++)
		r = load_vm(b, &ret->vms[i]);
	if (r == 0)
		r = b->ops->audit_list(b, NULL, 100000, add_audit, ret);
	return r;
}

static void print_set_diff(const char *vm, const struct model_set *want,
			   const struct model_set *got)
{
	for (unsigned int i = 0; i < want->nr || i < got->nr; i++) {
		if (i < want->nr && i < got->nr &&
		    want->vars[i].digest == got->vars[i].digest)
			continue;
		fprintf(stderr, "\t%s[%u]: want %s (%llx), got %s (%llx)\n", vm, i,
			i < want->nr ? want->vars[i].name : "nothing",
			i < want->nr ? (long long)want->vars[i].digest : 0,
			i < got->nr ? got->vars[i].name : "nothing",
			i < got->nr ? (long long)got->vars[i].digest : 0);
		return;
	}
}

void model_print_diff(const struct model *want, const struct model *got)
{
	if (want->nr != got->nr)
		fprintf(stderr, "\twant %u VMs, got %u\n", want->nr, got->nr);
	if (want->audit != got->audit)
		fprintf(stderr, "\twant %u lines of audit, got %u\n",
			want->nr_audit, got->nr_audit);
	for (unsigned int i = 0; i < want->nr && i < got->nr; i++) {
		const struct model_vm *a = &want->vms[i], *b = &got->vms[i];

		if (vm_digest(a) == vm_digest(b))
			continue;
		fprintf(stderr, "\tVM %s, got %s; quarantined %u, got %u; options %u, got %u\n",
			a->vm.name, b->vm.name, a->nr_quarantined,
			b->nr_quarantined, a->vm.options, b->vm.options);
		fprintf(stderr, "\t%u snapshots, got %u; %u plans, got %u; machine %llx, got %llx; state %d, got %d\n",
			a->nr_snapshots, b->nr_snapshots, a->nr_plans,
			b->nr_plans,
			(long long)a->device, (long long)b->device,
			a->vm.state, b->vm.state);
		print_set_diff(a->vm.name, &a->vars, &b->vars);
	}
}
