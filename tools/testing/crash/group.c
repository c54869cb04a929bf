// SPDX-License-Identifier: GPL-2.0-or-later
/* Group commits through vard-sync's own vard_flush(); only the store is made up. */
#include <errno.h>
#include <linux/kvm_uefivars.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "steps.h"

#define BATCH_MAX 65536

/* A store: what the daemon keeps of it, and the batch it has to give. */
struct store {
	struct vard_source source;
	uint8_t bytes[BATCH_MAX];
	size_t len;
	uint32_t nr;
	uint64_t seq;
	bool is_acked;
};

static struct script *script;
static struct store stores[MODEL_VMS];
static struct store *filling;

/* Linked in place of what asks the module. */
int __wrap_vard_source_read(struct vard_source *s, struct vard_buffer *buf,
			    struct vard_batch *b);
int __wrap_vard_source_ack(struct vard_source *s, uint64_t seq, bool is_durable);

bool script_fills_batch(const struct vard_var *v)
{
	struct store *st = filling;
	struct kvm_uefivars_record r = {
		.head_len = sizeof(r), .seq = v->seq,
		.flags = v->is_deleted ? KVM_UEFIVARS_RECORD_DELETED : 0,
		.attributes = v->is_deleted ? 0 : v->attributes,
		.name_len = v->name_len,
		.data_len = v->is_deleted ? 0 : v->data_len,
	};
	size_t body = r.name_len + r.data_len;

	if (!st)
		return false;
	r.len = (uint32_t)((sizeof(r) + body + 7) & ~(size_t)7);
	if (st->len + r.len > BATCH_MAX)
		exit(2);
	memcpy(r.guid, v->guid, sizeof(r.guid));
	memset(st->bytes + st->len, 0, r.len);
	memcpy(st->bytes + st->len, &r, sizeof(r));
	memcpy(st->bytes + st->len + sizeof(r), v->name, r.name_len);
	if (r.data_len)
		memcpy(st->bytes + st->len + sizeof(r) + r.name_len, v->data,
		       r.data_len);
	st->len += r.len;
	st->nr++;
	st->seq = v->seq;
	return true;
}

static void fill(struct store *st, const char *vm)
{
	struct kvm_uefivars_batch head = { .head_len = sizeof(head) };

	*st = (struct store){ .len = sizeof(head),
			      .source.vm = model_find(script_now(script), vm)->vm };
	filling = st;
	script_batch(script, vm);
	filling = NULL;
	head.nr_records = st->nr;
	head.len = st->len;
	head.seq = st->seq;
	memcpy(st->bytes, &head, sizeof(head));
}

int __wrap_vard_source_read(struct vard_source *s, struct vard_buffer *buf,
			    struct vard_batch *b)
{
	struct store *st = (struct store *)s;
	const char *wrong = vard_batch_init(b, st->bytes, st->len);

	(void)buf;
	if (wrong) {
		fprintf(stderr, "the script's batch: %s\n", wrong);
		exit(2);
	}
	return 1;
}

/* From here on the guest was told; else it has an error, and the batch stays. */
int __wrap_vard_source_ack(struct vard_source *s, uint64_t seq, bool is_durable)
{
	struct store *st = (struct store *)s;

	if (seq != st->seq)
		exit(2);
	if (!is_durable)
		return 0;
	st->is_acked = true;
	script_note(script, script->nr_states - 1);
	return 0;
}

/* What on_retry() of the daemon does, until all is saved. */
static int retry(struct script *s, struct vard_source **group, unsigned int nr)
{
	int r = -EAGAIN;

	for (int i = 0; r < 0 && i < TRIES_MAX; i++) {
		s->nr_refused++;
		vard_renew_db(s->d);
		r = vard_flush(s->d, group, nr, true);
	}
	return r;
}

void script_flush(struct script *s, const char *const *vms, unsigned int nr)
{
	struct vard_source *group[MODEL_VMS];
	int r;

	script = s;
	script_add_state(s, script_now(s));
	script_note(s, s->nr_states - 2);
	for (unsigned int i = 0; i < nr; i++) {
		fill(&stores[i], vms[i]);
		group[i] = &stores[i].source;
	}
	r = vard_flush(s->d, group, nr, false);
	if (r < 0 && s->kind == SCRIPT_SICK)
		r = retry(s, group, nr);
	script_expect(s, "flush", r);
	for (unsigned int i = 0; i < nr; i++)
		if (!stores[i].is_acked)
			exit(2);
}
