// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's change batches: bounded, alignment-free parser. */
#include "batch.h"

#include <linux/kvm_uefivars.h>
#include <string.h>

/* Reads the record at @b->pos. Returns NULL or what is wrong with it. */
static const char *get_record(const struct vard_batch *b,
			      struct kvm_uefivars_record *r)
{
	size_t left = b->len - b->pos; /* cannot wrap: pos <= len */

	if (left < sizeof(*r))
		return "record header beyond the end";
	memcpy(r, b->data + b->pos, sizeof(*r));
	if (r->len > left)
		return "record beyond the end";
	if (r->len % 8 != 0)
		return "record length not a multiple of 8";
	if (r->head_len < sizeof(*r) || r->head_len > r->len)
		return "record head length out of range";
	if (r->name_len > r->len - r->head_len)
		return "name beyond its record";
	if (r->data_len > r->len - r->head_len - r->name_len)
		return "data beyond its record";
	return NULL;
}

static void fill_var(const struct vard_batch *b,
		     const struct kvm_uefivars_record *r, struct vard_var *v)
{
	memcpy(v->guid, r->guid, sizeof(v->guid));
	memcpy(v->time, r->time, sizeof(v->time));
	v->name = b->data + b->pos + r->head_len;
	v->data = v->name + r->name_len;
	v->name_len = r->name_len;
	v->data_len = r->data_len;
	v->attributes = r->attributes;
	v->seq = r->seq;
	v->is_deleted = r->flags & KVM_UEFIVARS_RECORD_DELETED;
}

static const char *check_record(const struct vard_batch *b,
				const struct kvm_uefivars_record *r)
{
	struct vard_var v;

	if (r->flags & ~KVM_UEFIVARS_RECORD_DELETED)
		return "unknown record flag";
	if (r->seq == 0 || r->seq > b->seq)
		return "record number out of range";
	fill_var(b, r, &v);
	if (!v.is_deleted)
		return vard_var_check(&v);
	if (v.data_len != 0)
		return "removed variable with data";
	return vard_var_check_name(v.name, v.name_len);
}

static const char *check_records(struct vard_batch *b)
{
	struct kvm_uefivars_record r;

	for (uint32_t i = 0; i < b->left; i++) {
		const char *reason = get_record(b, &r);

		if (!reason)
			reason = check_record(b, &r);
		if (reason)
			return reason;
		b->pos += r.len;
	}
	return b->pos == b->len ? NULL : "bytes behind the last record";
}

const char *vard_batch_init(struct vard_batch *b, const void *data, size_t len)
{
	struct kvm_uefivars_batch head;
	const char *reason;

	if (len < sizeof(head))
		return "shorter than its header";
	memcpy(&head, data, sizeof(head));
	if (head.len != len)
		return "length differs from the bytes read";
	if (head.head_len < sizeof(head) || head.head_len > len)
		return "head length out of range";
	if (head.seq == 0)
		return "no sequence number";

	*b = (struct vard_batch){
		.seq = head.seq,
		.data = data,
		.pos = head.head_len,
		.len = len,
		.left = head.nr_records,
	};
	reason = check_records(b);
	b->pos = head.head_len;
	return reason;
}

bool vard_batch_next(struct vard_batch *b, struct vard_var *var)
{
	struct kvm_uefivars_record r;

	if (b->left == 0 || get_record(b, &r))
		return false;
	fill_var(b, &r, var);
	b->pos += r.len;
	b->left--;
	return true;
}
