// SPDX-License-Identifier: GPL-2.0-or-later
/* The script: what vard-sync does with the backend, with a model beside it. */
#include "script.h"

#include <linux/kvm_uefivars.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "sqlite_vfs.h"
#include "steps.h"
#include "vfs.h"

static const char *const vms[] = { "alpha", "beta", "gamma", "delta" };
#define NR_VMS (sizeof(vms) / sizeof(vms[0]))

/* Some VMs have a batch at once. */
static void group(struct script *s)
{
	unsigned int first = script_below(s, NR_VMS);
	unsigned int nr = 1 + script_below(s, NR_VMS);
	const char *names[NR_VMS];

	for (unsigned int i = 0; i < nr; i++)
		names[i] = vms[(first + i) % NR_VMS];
	script_flush(s, names, nr);
}

/* A key and the mode it flips are one batch. */
static void enrol(struct script *s, const char *vm, size_t pk_len)
{
	script_tx_begin(s);
	script_put(s, vm, "PK", pk_len);
	script_put(s, vm, "SetupMode", 1 + (pk_len == 0));
	script_put(s, vm, "SecureBoot", 1 + (pk_len != 0));
	script_tx_commit(s);
}

static void big(struct script *s, unsigned int nr)
{
	static const char *const names[] = { "BigA", "BigB", "BigC" };

	for (unsigned int i = 0; i < nr; i++) {
		script_tx_begin(s);
		script_put(s, vms[i % NR_VMS], names[i % 3],
			   BIG_LEN - script_below(s, 9000));
		if (i % 2)
			script_batch(s, vms[(i + 1) % NR_VMS]);
		script_tx_commit(s);
	}
}

/* What configure() of vm.c does. */
static void set_options(struct script *s, const char *vm, uint32_t durability,
			uint32_t options)
{
	struct model_vm *m;

	script_tx_begin(s);
	m = model_find(script_now(s), vm);
	m->vm.durability = durability;
	m->vm.options = options;
	script_expect(s, "update", s->b->ops->update(s->b, &m->vm));
	script_tx_commit(s);
}

static int refuse(const struct vard_var *v, const char **reason, void *arg)
{
	const char *name = arg;

	if (v->name_len != 2 * strlen(name))
		return 0;
	for (size_t i = 0; name[i]; i++)
		if (v->name[2 * i] != (uint8_t)name[i])
			return 0;
	*reason = "over a limit of the store";
	return 1;
}

/* load() moves what the kernel refuses, in a transaction of its own. */
static void quarantine(struct script *s, const char *vm, const char *name)
{
	struct vard_vm_counts counts;
	struct model_vm *m;

	script_tx_begin(s);
	script_put(s, vm, name, 700);
	script_tx_commit(s);
	script_add_state(s, script_now(s));
	script_note(s, s->nr_states - 2);
	m = model_find(script_now(s), vm);
	model_drop(&m->vars, name);
	m->nr_quarantined++;
	script_expect(s, "load",
		      s->b->ops->load(s->b, &m->vm, refuse,
				      (void *)(uintptr_t)name, &counts));
	script_note(s, s->nr_states - 1);
}

/* What failed is rolled back and leaves nothing. */
static void roll_back(struct script *s)
{
	struct model *keep = calloc(1, sizeof(*keep));

	if (!keep)
		exit(2);
	*keep = *script_now(s);
	script_expect(s, "begin", s->b->ops->begin(s->b));
	script_put(s, vms[0], "Never", 3000);
	script_put(s, vms[1], "Boot0000", 0);
	s->b->ops->rollback(s->b);
	*script_now(s) = *keep;
	free(keep);
}

static void day(struct script *s)
{
	for (int i = 0; i < 20; i++)
		group(s);
	enrol(s, vms[0], 900);
	enrol(s, vms[2], 1200);
	big(s, 9);
	set_options(s, vms[1], KVM_UEFIVARS_WRITE_BACK,
		    KVM_UEFIVARS_OPT_NO_CUSTOM_MODE);
	roll_back(s);
	enrol(s, vms[0], 0);
	for (int i = 0; i < 10; i++)
		group(s);
}

/* From a database that is made to one that has been through much. */
static void life(struct script *s)
{
	script_open_db(s);
	for (size_t i = 0; i < NR_VMS; i++)
		script_make_vm(s, vms[i], i % 2 ? "" : script_template);
	day(s);
	script_reopen(s);
	quarantine(s, vms[3], "TooMuch");
	script_operate(s, vms[2]);
	big(s, 14);
	script_reopen(s);
	day(s);
	script_operate(s, vms[0]);
}

/* A database of an older vard-sync. */
static void upgrade(struct script *s)
{
	script_open_db(s);
	script_tx_begin(s);
	script_batch(s, "old1");
	script_tx_commit(s);
	script_operate(s, "old0");
}

/* Nothing but what must work on any disk, and the disk fails somewhere there. */
static void sick(struct script *s)
{
	script_open_db(s);
	for (size_t i = 0; i < NR_VMS; i++)
		script_make_vm(s, vms[i], "");
	s->disk.fail_at = s->disk.nr_tried + s->fail_at;
	s->disk.fail_nr = s->fail_nr;
	s->disk.fail_errno = s->fail_errno;
	for (int i = 0; i < 6; i++)
		group(s);
	script_reopen(s);
	for (int i = 0; i < 6; i++)
		group(s);
	s->disk.fail_nr = 0;
}

static void start(struct script *s)
{
	static const struct vard_options options = { .db = script_db };

	s->d = calloc(1, sizeof(*s->d));
	s->b = vard_sqlite_new();
	if (!s->d || !s->b)
		exit(2);
	s->d->options = &options;
	s->d->backend = s->b;
	/* Retries are made by hand. */
	s->d->is_stopping = true;
}

void script_run(struct script *s)
{
	crash_vfs_use(&s->disk);
	if (s->flaw == FLAW_BARE)
		vard_vfs_exit();
	start(s);
	script_add_state(s, NULL);
	if (s->kind == SCRIPT_UPGRADE)
		script_old(s);
	script_note(s, 0);
	s->disk.drops_syncs = s->flaw == FLAW_NO_SYNC;
	if (s->kind == SCRIPT_UPGRADE)
		upgrade(s);
	else if (s->kind == SCRIPT_SICK)
		sick(s);
	else
		life(s);
	s->b->ops->close(s->b);
	s->digests = calloc(s->nr_states, sizeof(*s->digests));
	for (unsigned int i = 0; s->digests && i < s->nr_states; i++)
		s->digests[i] = model_digest(s->states[i]);
}

void script_free(struct script *s)
{
	for (unsigned int i = 0; i < s->nr_states; i++)
		free(s->states[i]);
	free(s->states);
	free(s->digests);
	free(s->marks);
	s->b->ops->free(s->b);
	free(s->d);
	disk_tree_free(&s->base);
	disk_free(&s->disk);
}

const struct script_mark *script_promise(const struct script *s, size_t pos)
{
	size_t low = 0, high = s->nr_marks;

	/* The last one at or before @pos. */
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (s->marks[mid].pos <= pos)
			low = mid;
		else
			high = mid;
	}
	return &s->marks[low];
}
