// SPDX-License-Identifier: GPL-2.0-or-later
/* The script: what loop.c and vm.c do with the backend, with a model beside it. */
#include "script.h"

#include <errno.h>
#include <linux/kvm_uefivars.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template.h"
#include "vfs.h"

#define BIG_LEN 65000

char script_db[64];

static void *must(void *p)
{
	if (p)
		return p;
	perror("memory");
	exit(2);
}

static void expect(struct script *s, const char *what, int r)
{
	if (r >= 0)
		return;
	fprintf(stderr, "the script failed: %s: %s (%s)\n", what, strerror(-r),
		s->b->error);
	exit(2);
}

static struct model *now(struct script *s)
{
	return s->states[s->nr_states - 1];
}

static void mark(struct script *s, unsigned int acked)
{
	s->marks = must(reallocarray(s->marks, s->nr_marks + 1,
				     sizeof(*s->marks)));
	s->marks[s->nr_marks++] = (struct script_mark){
		.pos = s->disk.nr_ops,
		.acked = acked,
		.begun = s->nr_states - 1,
	};
}

static void add_state(struct script *s, const struct model *from)
{
	struct model *m = must(calloc(1, sizeof(*m)));

	if (from)
		*m = *from;
	s->states = must(reallocarray(s->states, s->nr_states + 1,
				      sizeof(*s->states)));
	s->states[s->nr_states++] = m;
}

/* What is on its way may be on disk from here on. */
static void tx_begin(struct script *s)
{
	add_state(s, now(s));
	mark(s, s->nr_states - 2);
	expect(s, "begin", s->b->ops->begin(s->b));
}

static void tx_commit(struct script *s)
{
	if (s->flaw == FLAW_EARLY_ACK)
		mark(s, s->nr_states - 1);
	expect(s, "commit", s->b->ops->commit(s->b));
	mark(s, s->nr_states - 1);
}

static void apply(struct script *s, struct model_vm *m,
		  const struct vard_var *v)
{
	if (s->flaw == FLAW_SPLIT) {
		expect(s, "commit", s->b->ops->commit(s->b));
		expect(s, "begin", s->b->ops->begin(s->b));
	}
	expect(s, "apply", s->b->ops->apply(s->b, &m->vm, v));
	model_apply(&m->vars, v);
	s->nr_changes++;
}

/* A variable whose content nothing else has. */
static void put(struct script *s, const char *vm, const char *name, size_t len)
{
	static uint8_t data[BIG_LEN];
	uint8_t name16[2 * MODEL_NAME] = { 0 };
	struct vard_var v = {
		.guid = { 0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11 },
		.name = name16,
		.name_len = (uint32_t)(2 * strlen(name)),
		.data = data,
		.data_len = (uint32_t)len,
		.attributes = KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS,
		.seq = s->nr_changes + 1,
		.is_deleted = len == 0,
	};

	for (size_t i = 0; name[i]; i++)
		name16[2 * i] = (uint8_t)name[i];
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)disk_random(&s->seed);
	apply(s, model_find(now(s), vm), &v);
}

static struct vard_vm new_vm(struct script *s, const char *name)
{
	struct vard_vm vm = { .uid = (uid_t)(1000 + now(s)->nr) };

	strcpy(vm.name, name);
	for (size_t i = 0; i < sizeof(vm.uuid.bytes); i++)
		vm.uuid.bytes[i] = (uint8_t)disk_random(&s->seed);
	return vm;
}

/* As vard_vm_open() makes a VM: its row and its template at once. */
static void make_vm(struct script *s, const char *name, const char *template)
{
	struct vard_vm vm = new_vm(s, name);
	struct vard_template *t;
	struct vard_report report;
	struct model_vm *m;

	expect(s, "template", vard_template_parse(template, strlen(template),
						  &t, &report));
	tx_begin(s);
	expect(s, "create", s->b->ops->create(s->b, &vm));
	m = model_add(now(s), &vm);
	for (size_t i = 0; i < t->nr; i++)
		apply(s, m, &t->vars[i]);
	tx_commit(s);
	vard_template_free(t);
}

#define GUID "\"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\", "

static const char template[] =
	"{\"version\": 2, \"variables\": ["
	"{\"name\": \"Boot0000\", " GUID "\"attr\": 7, \"data\": \"6f6e65\"},"
	"{\"name\": \"BootOrder\", " GUID "\"attr\": 7, \"data\": \"0000\"},"
	"{\"name\": \"Timeout\", " GUID "\"attr\": 7, \"data\": \"0500\"},"
	"{\"name\": \"Lang\", " GUID "\"attr\": 7, \"data\": \"656e67\"}]}";

static const char *const vms[] = { "alpha", "beta", "gamma", "delta" };
#define NR_VMS (sizeof(vms) / sizeof(vms[0]))

static unsigned int below(struct script *s, unsigned int n)
{
	return (unsigned int)(disk_random(&s->seed) % n);
}

/* One store's batch: some changes, often rewrites, sometimes removals. */
static void batch(struct script *s, const char *vm)
{
	unsigned int nr = 1 + below(s, 4);
	char name[MODEL_NAME];

	while (nr--) {
		snprintf(name, sizeof(name), "Var%u", below(s, 20));
		put(s, vm, name, below(s, 5) ? 1 + below(s, 1500) : 0);
	}
}

/* As apply_group(): the batches of all VMs that have one, one transaction. */
static void group(struct script *s)
{
	unsigned int first = below(s, NR_VMS), nr = 1 + below(s, NR_VMS);

	tx_begin(s);
	for (unsigned int i = 0; i < nr; i++)
		batch(s, vms[(first + i) % NR_VMS]);
	tx_commit(s);
}

/* A key and the mode it flips are one batch. */
static void enrol(struct script *s, const char *vm, size_t pk_len)
{
	tx_begin(s);
	put(s, vm, "PK", pk_len);
	put(s, vm, "SetupMode", 1 + (pk_len == 0));
	put(s, vm, "SecureBoot", 1 + (pk_len != 0));
	tx_commit(s);
}

static void big(struct script *s, unsigned int nr)
{
	static const char *const names[] = { "BigA", "BigB", "BigC" };

	for (unsigned int i = 0; i < nr; i++) {
		tx_begin(s);
		put(s, vms[i % NR_VMS], names[i % 3], BIG_LEN - below(s, 9000));
		if (i % 2)
			batch(s, vms[(i + 1) % NR_VMS]);
		tx_commit(s);
	}
}

/* What configure() of vm.c does. */
static void set_options(struct script *s, const char *vm, uint32_t durability,
			uint32_t options)
{
	struct model_vm *m;

	tx_begin(s);
	m = model_find(now(s), vm);
	m->vm.durability = durability;
	m->vm.options = options;
	expect(s, "update", s->b->ops->update(s->b, &m->vm));
	tx_commit(s);
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

	tx_begin(s);
	put(s, vm, name, 700);
	tx_commit(s);
	add_state(s, now(s));
	mark(s, s->nr_states - 2);
	m = model_find(now(s), vm);
	model_drop(&m->vars, name);
	m->nr_quarantined++;
	expect(s, "load", s->b->ops->load(s->b, &m->vm, refuse,
					  (void *)(uintptr_t)name, &counts));
	mark(s, s->nr_states - 1);
}

static void open_db(struct script *s)
{
	s->b->error[0] = 0;
	expect(s, "open", s->b->ops->open(s->b, script_db, VARD_OPEN_CREATE));
}

static void reopen(struct script *s)
{
	s->b->ops->close(s->b);
	open_db(s);
}

/* What failed is rolled back and leaves nothing. */
static void roll_back(struct script *s)
{
	struct model *keep = must(malloc(sizeof(*keep)));

	*keep = *now(s);
	expect(s, "begin", s->b->ops->begin(s->b));
	put(s, vms[0], "Never", 3000);
	put(s, vms[1], "Boot0000", 0);
	s->b->ops->rollback(s->b);
	*now(s) = *keep;
	free(keep);
}

static void day(struct script *s)
{
	for (int i = 0; i < 25; i++)
		group(s);
	enrol(s, vms[0], 900);
	enrol(s, vms[2], 1200);
	big(s, 9);
	set_options(s, vms[1], KVM_UEFIVARS_WRITE_BACK,
		    KVM_UEFIVARS_OPT_NO_CUSTOM_MODE);
	roll_back(s);
	enrol(s, vms[0], 0);
	for (int i = 0; i < 15; i++)
		group(s);
}

void script_run(struct script *s)
{
	crash_vfs_use(&s->disk);
	if (s->flaw == FLAW_NO_SYNC)
		s->disk.drops_syncs = true;
	add_state(s, NULL);
	mark(s, 0);
	s->b = must(vard_sqlite_new());
	open_db(s);
	for (size_t i = 0; i < NR_VMS; i++)
		make_vm(s, vms[i], i % 2 ? "" : template);
	day(s);
	reopen(s);
	quarantine(s, vms[3], "TooMuch");
	day(s);
	big(s, 24);
	reopen(s);
	day(s);
	s->b->ops->close(s->b);
	s->digests = must(calloc(s->nr_states, sizeof(*s->digests)));
	for (unsigned int i = 0; i < s->nr_states; i++)
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
