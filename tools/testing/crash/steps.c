// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps of the script: each changes the database and the model alike. */
#include "steps.h"

#include <errno.h>
#include <linux/kvm_uefivars.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "template.h"

#define GUID "\"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\", "

char script_db[64];

const char script_template[] =
	"{\"version\": 2, \"variables\": ["
	"{\"name\": \"Boot0000\", " GUID "\"attr\": 7, \"data\": \"6f6e65\"},"
	"{\"name\": \"BootOrder\", " GUID "\"attr\": 7, \"data\": \"0000\"},"
	"{\"name\": \"Timeout\", " GUID "\"attr\": 7, \"data\": \"0500\"},"
	"{\"name\": \"Lang\", " GUID "\"attr\": 7, \"data\": \"656e67\"}]}";

static void *must(void *p)
{
	if (p)
		return p;
	perror("memory");
	exit(2);
}

void script_expect(struct script *s, const char *what, int r)
{
	if (r >= 0)
		return;
	fprintf(stderr, "the script failed: %s: %s (%s)\n", what, strerror(-r),
		s->b->error);
	exit(2);
}

struct model *script_now(struct script *s)
{
	return s->states[s->nr_states - 1];
}

void script_note(struct script *s, unsigned int acked)
{
	s->marks = must(reallocarray(s->marks, s->nr_marks + 1,
				     sizeof(*s->marks)));
	s->marks[s->nr_marks++] = (struct script_mark){
		.pos = s->disk.nr_ops,
		.acked = acked,
		.begun = s->nr_states - 1,
	};
}

void script_add_state(struct script *s, const struct model *from)
{
	struct model *m = must(calloc(1, sizeof(*m)));

	if (from)
		*m = *from;
	s->states = must(reallocarray(s->states, s->nr_states + 1,
				      sizeof(*s->states)));
	s->states[s->nr_states++] = m;
}

/* What is on its way may be on disk from here on. */
void script_tx_begin(struct script *s)
{
	script_add_state(s, script_now(s));
	script_note(s, s->nr_states - 2);
	script_expect(s, "begin", s->b->ops->begin(s->b));
}

void script_tx_commit(struct script *s)
{
	if (s->flaw == FLAW_EARLY_ACK)
		script_note(s, s->nr_states - 1);
	script_expect(s, "commit", s->b->ops->commit(s->b));
	script_note(s, s->nr_states - 1);
}

void script_apply(struct script *s, struct model_vm *m,
		  const struct vard_var *v)
{
	if (script_fills_batch(v)) {
		model_apply(&m->vars, v);
		s->nr_changes++;
		return;
	}
	if (s->flaw == FLAW_SPLIT) {
		script_expect(s, "commit", s->b->ops->commit(s->b));
		script_expect(s, "begin", s->b->ops->begin(s->b));
	}
	script_expect(s, "apply", s->b->ops->apply(s->b, &m->vm, v));
	model_apply(&m->vars, v);
	s->nr_changes++;
}

/* A variable whose content nothing else has. */
void script_put(struct script *s, const char *vm, const char *name, size_t len)
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
	script_apply(s, model_find(script_now(s), vm), &v);
}

struct vard_vm script_new_vm(struct script *s, const char *name)
{
	struct vard_vm vm = { .uid = (uid_t)(1000 + script_now(s)->nr) };

	strcpy(vm.name, name);
	for (size_t i = 0; i < sizeof(vm.uuid.bytes); i++)
		vm.uuid.bytes[i] = (uint8_t)disk_random(&s->seed);
	return vm;
}

unsigned int script_below(struct script *s, unsigned int n)
{
	return (unsigned int)(disk_random(&s->seed) % n);
}

void script_open_db(struct script *s)
{
	s->b->error[0] = 0;
	script_expect(s, "open", vard_open_db(s->d));
}

void script_reopen(struct script *s)
{
	int r = -EAGAIN;

	/* A disk may be sick for a while. */
	for (int i = 0; r < 0 && i < TRIES_MAX; i++) {
		s->d->needs_reopen = true;
		r = vard_renew_db(s->d);
	}
	script_expect(s, "open again", r);
}

void script_put_template(struct script *s, struct model_vm *m,
			 const char *template)
{
	struct vard_template *t;
	struct vard_report report;

	script_expect(s, "template",
		      vard_template_parse(template, strlen(template), &t,
					  &report));
	for (size_t i = 0; i < t->nr; i++)
		script_apply(s, m, &t->vars[i]);
	vard_template_free(t);
}

/* As vard_vm_open(): its row and its template at once. */
void script_make_vm(struct script *s, const char *name, const char *template)
{
	struct vard_vm vm = script_new_vm(s, name);

	script_tx_begin(s);
	script_expect(s, "create", s->b->ops->create(s->b, &vm));
	script_put_template(s, model_add(script_now(s), &vm), template);
	script_tx_commit(s);
}

/* One store's batch: some changes, often rewrites, sometimes removals. */
void script_batch(struct script *s, const char *vm)
{
	unsigned int nr = 1 + script_below(s, 4);
	char name[MODEL_NAME];

	while (nr--) {
		snprintf(name, sizeof(name), "Var%u", script_below(s, 20));
		script_put(s, vm, name,
			   script_below(s, 5) ? 1 + script_below(s, 1500) : 0);
	}
}
