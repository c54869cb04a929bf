// SPDX-License-Identifier: GPL-2.0-or-later
/* Mutator for batches: after most mutations the lengths are right again. */
#include <linux/kvm_uefivars.h>

#include "fuzz.h"

#define RECORD	sizeof(struct kvm_uefivars_record)

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed);

/* Double the record at @at. Returns the new size. */
static size_t copy_record(uint8_t *data, size_t at, size_t size, size_t max)
{
	struct kvm_uefivars_record r;
	struct kvm_uefivars_batch head;

	memcpy(&r, data + at, RECORD);
	if (r.len < RECORD || r.len > size - at || r.len > max - size)
		return size;
	memmove(data + at + r.len, data + at, size - at);
	memcpy(&head, data, sizeof(head));
	head.nr_records++;
	memcpy(data, &head, sizeof(head));
	return size + r.len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed)
{
	struct kvm_uefivars_batch head;

	memset(&head, 0, sizeof(head));
	if (size >= sizeof(head))
		memcpy(&head, data, sizeof(head));
	if (seed % 8 == 0 && head.head_len >= sizeof(head) &&
	    head.head_len <= size &&
	    size - head.head_len >= RECORD)
		size = copy_record(data, head.head_len, size, max);
	else
		size = LLVMFuzzerMutate(data, size, max);
	if (size >= sizeof(head) && seed % 16 != 1) {
		memcpy(&head, data, sizeof(head));
		head.len = size;
		memcpy(data, &head, sizeof(head));
	}
	return size;
}
