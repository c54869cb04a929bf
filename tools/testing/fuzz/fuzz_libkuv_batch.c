// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: libkuv's walk over the records of a batch. */
#include <errno.h>

#include "fuzz.h"
#include "libkuv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kvm_uefivars_record *r = NULL, *before = NULL;
	uint8_t *p = fuzz_copy(data, size, 0);
	int ret;

	while ((ret = libkuv_batch_next(p, size, &r)) == 1) {
		CHECK(r > before);
		fuzz_touch(r, sizeof(*r));
		fuzz_touch(libkuv_record_name(r), r->name_len);
		fuzz_touch(libkuv_record_data(r), r->data_len);
		before = r;
	}
	CHECK(ret == 0 || ret == -EBADMSG);
	CHECK(r == before);
	free(p);
	return 0;
}
