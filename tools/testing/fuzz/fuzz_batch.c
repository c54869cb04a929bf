// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: vard-sync's parser of the kernel's batches, and libkuv's beside it. */
#include <linux/kvm_uefivars.h>

#include "batch.h"
#include "fuzz.h"
#include "libkuv.h"

/* Is a record that libkuv found the variable that vard-sync found? */
static void check_same(const struct kvm_uefivars_record *r,
		       const struct vard_var *v)
{
	CHECK(r->seq == v->seq && r->attributes == v->attributes);
	CHECK(r->name_len == v->name_len && r->data_len == v->data_len);
	CHECK(!memcmp(r->guid, v->guid, 16) && !memcmp(r->time, v->time, 16));
	CHECK(libkuv_record_name(r) == v->name);
	CHECK(libkuv_record_data(r) == v->data);
}

static void check_var(const struct vard_var *v, const struct vard_batch *b)
{
	const uint8_t *end = b->data + b->len;

	CHECK(v->name >= b->data && v->name <= end);
	CHECK(v->name_len <= (size_t)(end - v->name));
	CHECK(v->data_len <= (size_t)(end - v->name) - v->name_len);
	CHECK(v->seq && v->seq <= b->seq);
	CHECK(!vard_var_check_name(v->name, v->name_len));
	CHECK(v->is_deleted ? !v->data_len : !vard_var_check(v));
	fuzz_touch(v->name, v->name_len);
	fuzz_touch(v->data, v->data_len);
}

static void run(const uint8_t *data, size_t len, bool is_aligned)
{
	const struct kvm_uefivars_record *r = NULL;
	struct kvm_uefivars_batch head;
	struct vard_batch b;
	struct vard_var v;
	uint32_t nr = 0;

	if (vard_batch_init(&b, data, len))
		return;
	memcpy(&head, data, sizeof(head));
	is_aligned = is_aligned && head.head_len % 8 == 0;
	while (vard_batch_next(&b, &v)) {
		nr++;
		check_var(&v, &b);
		if (!is_aligned)
			continue;
		CHECK(libkuv_batch_next(data, len, &r) == 1);
		check_same(r, &v);
	}
	CHECK(nr == head.nr_records && b.pos == b.len);
	CHECK(!is_aligned || libkuv_batch_next(data, len, &r) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t skip;

	for (skip = 0; skip < 2; skip++) {
		uint8_t *p = fuzz_copy(data, size, skip);

		run(p + skip, size, !skip);
		free(p);
	}
	return 0;
}
