// SPDX-License-Identifier: LGPL-2.1-or-later
// Walking the records of a batch, every length checked.

#include <errno.h>

#include "libkuv.h"

static int batch_is_whole(const void *buf, size_t len)
{
	const struct kvm_uefivars_batch *batch = buf;

	return len >= sizeof(*batch) && batch->len <= len &&
	       batch->head_len >= sizeof(*batch) &&
	       batch->head_len <= batch->len && batch->head_len % 8 == 0;
}

/* Whether @room bytes hold all that @record says of itself. */
static int record_is_whole(const struct kvm_uefivars_record *record,
			   size_t room)
{
	if (room < sizeof(*record) || record->len > room ||
	    record->len % 8 || record->head_len < sizeof(*record) ||
	    record->head_len > record->len)
		return 0;
	return (uint64_t)record->name_len + record->data_len <=
	       record->len - record->head_len;
}

int libkuv_batch_next(const void *buf, size_t len,
		      const struct kvm_uefivars_record **record)
{
	const struct kvm_uefivars_batch *batch = buf;
	const char *begin = buf, *next;
	size_t room;

	if (!batch_is_whole(buf, len))
		return -EBADMSG;
	if (*record)
		next = (const char *)*record + (*record)->len;
	else
		next = begin + batch->head_len;
	room = (size_t)batch->len - (size_t)(next - begin);
	if (room == 0)
		return 0;
	if (!record_is_whole((const void *)next, room))
		return -EBADMSG;
	*record = (const void *)next;
	return 1;
}

const void *libkuv_record_name(const struct kvm_uefivars_record *record)
{
	return (const char *)record + record->head_len;
}

const void *libkuv_record_data(const struct kvm_uefivars_record *record)
{
	return (const char *)record + record->head_len + record->name_len;
}
