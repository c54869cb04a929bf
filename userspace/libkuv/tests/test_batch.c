// SPDX-License-Identifier: GPL-2.0-or-later
// Walking batches: whole ones, and every way to be damaged.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libkuv.h"
#include "tap.h"

/* Two records: name "ab" with 5 bytes, name "c" deleted. */
struct sample {
	struct kvm_uefivars_batch head;
	struct kvm_uefivars_record first;
	uint8_t first_tail[16];
	struct kvm_uefivars_record second;
	uint8_t second_tail[8];
};

static struct sample *sample_new(void)
{
	struct sample *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->head.head_len = sizeof(s->head);
	s->head.nr_records = 2;
	s->head.len = sizeof(*s);
	s->first.len = sizeof(s->first) + sizeof(s->first_tail);
	s->first.head_len = sizeof(s->first);
	s->first.name_len = 4;
	s->first.data_len = 5;
	memcpy(s->first_tail, "a\0b\0hello", 9);
	s->second.len = sizeof(s->second) + sizeof(s->second_tail);
	s->second.head_len = sizeof(s->second);
	s->second.flags = KVM_UEFIVARS_RECORD_DELETED;
	s->second.name_len = 2;
	memcpy(s->second_tail, "c", 2);
	return s;
}

static void walk_whole_batch(void)
{
	const struct kvm_uefivars_record *r = NULL;
	struct sample *s = sample_new();

	ok(libkuv_batch_next(s, sizeof(*s), &r) == 1 && r == &s->first,
	   "walk_first_record");
	ok(!memcmp(libkuv_record_name(r), "a\0b", 4), "record_name");
	ok(!memcmp(libkuv_record_data(r), "hello", 5), "record_data");
	ok(libkuv_batch_next(s, sizeof(*s), &r) == 1 && r == &s->second,
	   "walk_second_record");
	ok(libkuv_batch_next(s, sizeof(*s), &r) == 0 && r == &s->second,
	   "walk_end");
	free(s);
}

static void walk_without_records(void)
{
	const struct kvm_uefivars_record *r = NULL;
	struct sample *s = sample_new();

	s->head.len = sizeof(s->head);
	ok(libkuv_batch_next(s, sizeof(*s), &r) == 0 && !r,
	   "walk_without_records");
	free(s);
}

/* The buffer is as long as the batch: the sanitizer sees a byte too far. */
static void expect_bad(struct sample *s, size_t len, const char *what)
{
	const struct kvm_uefivars_record *r = NULL;
	void *exact = malloc(len ? len : 1);

	if (!exact)
		abort();
	memcpy(exact, s, len);
	ok(libkuv_batch_next(exact, len, &r) == -EBADMSG && !r, what);
	free(exact);
	free(s);
}

static void damaged_heads(void)
{
	struct sample *s;

	expect_bad(sample_new(), 0, "batch_empty");
	expect_bad(sample_new(), sizeof(s->head) - 1, "batch_head_cut");
	expect_bad(sample_new(), sizeof(*s) - 1, "batch_cut");
	s = sample_new();
	s->head.head_len = 8;
	expect_bad(s, sizeof(*s), "batch_head_len_short");
	s = sample_new();
	s->head.head_len = sizeof(*s) + 8;
	expect_bad(s, sizeof(*s), "batch_head_len_long");
	s = sample_new();
	s->head.len = UINT64_MAX;
	expect_bad(s, sizeof(*s), "batch_len_long");
}

static void damaged_records(void)
{
	struct sample *s;

	s = sample_new();
	s->first.len = 0;
	expect_bad(s, sizeof(*s), "record_len_zero");
	s = sample_new();
	s->first.len = UINT32_MAX - 7;
	expect_bad(s, sizeof(*s), "record_len_long");
	s = sample_new();
	s->first.len -= 4;
	expect_bad(s, sizeof(*s), "record_len_unaligned");
	s = sample_new();
	s->first.head_len = 8;
	expect_bad(s, sizeof(*s), "record_head_len_short");
	s = sample_new();
	s->first.head_len = s->first.len + 8;
	expect_bad(s, sizeof(*s), "record_head_len_long");
	s = sample_new();
	s->first.name_len = UINT32_MAX;
	s->first.data_len = UINT32_MAX;
	expect_bad(s, sizeof(*s), "record_name_and_data_wrap");
	s = sample_new();
	s->head.len = sizeof(s->head) + 8;
	expect_bad(s, sizeof(s->head) + 8, "record_cut");
}

int main(void)
{
	walk_whole_batch();
	walk_without_records();
	damaged_heads();
	damaged_records();
	return tap_done();
}
