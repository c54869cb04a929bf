// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of signature lists. */
#include "siglist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static const uint8_t owner[16] = "owner of the sig";

/* What a walk saw. */
struct seen {
	unsigned int nr;
	unsigned int stop_at;
	size_t bytes;
	uint8_t last;
};

static int see(const struct vard_sig *sig, void *arg)
{
	struct seen *s = arg;

	/* All of it can be read. */
	assert_memory_equal(sig->owner, owner, 16);
	s->bytes += sig->len;
	s->last = sig->data[sig->len - 1];
	s->nr++;
	return s->nr == s->stop_at ? -EIO : 0;
}

static void add(uint8_t **buf, size_t *len, const uint8_t *type, uint8_t fill,
		uint32_t n)
{
	uint8_t data[64];
	const struct vard_sig sig = { type, owner, data, n };

	memset(data, fill, sizeof(data));
	assert_int_equal(vard_siglist_append(buf, len, &sig), 0);
}

/* In memory of its own size, so that a byte too many is seen. */
static int walk(const uint8_t *data, size_t len, struct seen *s)
{
	uint8_t *copy = malloc(len ? len : 1);
	int r;

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	memset(s, 0, sizeof(*s));
	r = vard_siglist_walk(copy, len, see, s);
	free(copy);
	return r;
}

static void append_and_walk(void **state)
{
	uint8_t *buf = NULL;
	size_t len = 0;
	struct seen s;

	(void)state;
	add(&buf, &len, vard_sig_x509, 7, 40);
	assert_int_equal(len, 28 + 16 + 40);
	add(&buf, &len, vard_sig_sha256, 9, 32);
	assert_int_equal(len, 28 + 16 + 40 + 28 + 16 + 32);
	assert_int_equal(walk(buf, len, &s), 0);
	assert_int_equal(s.nr, 2);
	assert_int_equal(s.bytes, 72);
	assert_int_equal(s.last, 9);
	free(buf);
}

static void walk_nothing(void **state)
{
	struct seen s;

	(void)state;
	assert_int_equal(walk(NULL, 0, &s), 0);
	assert_int_equal(s.nr, 0);
}

/* One list: @nr signatures of @sig_len bytes behind a header. */
static size_t make_list(uint8_t *p, uint32_t header_len, uint32_t sig_len,
			uint32_t nr)
{
	uint32_t head[3] = { 28 + header_len + nr * sig_len, header_len, sig_len };

	memcpy(p, vard_sig_sha256, 16);
	memcpy(p + 16, head, 12);
	memset(p + 28, 0xee, header_len);
	for (uint32_t i = 0; i < nr; i++) {
		memset(p + 28 + header_len + i * sig_len, (int)i, sig_len);
		memcpy(p + 28 + header_len + i * sig_len, owner, 16);
	}
	return head[0];
}

static void walk_many_of_one_list(void **state)
{
	uint8_t p[512];
	size_t len = make_list(p, 5, 48, 3);
	struct seen s;

	(void)state;
	assert_int_equal(walk(p, len, &s), 0);
	assert_int_equal(s.nr, 3);
	assert_int_equal(s.last, 2);
}

static void walk_empty_list(void **state)
{
	uint8_t p[64];
	struct seen s;

	(void)state;
	assert_int_equal(walk(p, make_list(p, 0, 48, 0), &s), 0);
	assert_int_equal(s.nr, 0);
}

static void walk_stops(void **state)
{
	uint8_t p[512];
	size_t len = make_list(p, 0, 48, 3);
	struct seen s = { .stop_at = 2 };

	(void)state;
	assert_int_equal(vard_siglist_walk(p, len, see, &s), -EIO);
	assert_int_equal(s.nr, 2);
}

/* A second list that ends early: nothing is called for the first one either. */
static void walk_cut_anywhere(void **state)
{
	uint8_t p[512];
	size_t first = make_list(p, 0, 48, 1);
	size_t len = first + make_list(p + first, 3, 48, 2);
	struct seen s;

	(void)state;
	for (size_t n = 1; n < len; n++) {
		if (n == first)
			continue;
		assert_int_equal(walk(p, n, &s), -EBADMSG);
		assert_int_equal(s.nr, 0);
	}
	assert_int_equal(walk(p, len, &s), 0);
}

static void check_bad(size_t at, uint32_t value)
{
	uint8_t p[512];
	size_t len = make_list(p, 0, 48, 2);
	struct seen s;

	memcpy(p + at, &value, 4);
	assert_int_equal(walk(p, len, &s), -EBADMSG);
	assert_int_equal(s.nr, 0);
}

static void walk_bad_list_size(void **state)
{
	(void)state;
	check_bad(16, 0);
	check_bad(16, 27);
	check_bad(16, 28 + 48);
	check_bad(16, 28 + 96 + 1);
	check_bad(16, UINT32_MAX);
}

static void walk_bad_header_size(void **state)
{
	(void)state;
	check_bad(20, 1);
	check_bad(20, 97);
	check_bad(20, UINT32_MAX);
	check_bad(20, UINT32_MAX - 27);
}

static void walk_bad_signature_size(void **state)
{
	(void)state;
	check_bad(24, 0);
	check_bad(24, 16);
	check_bad(24, 47);
	check_bad(24, 97);
	check_bad(24, UINT32_MAX);
}

static void append_too_large(void **state)
{
	const struct vard_sig sig = { vard_sig_x509, owner, owner, UINT32_MAX };
	uint8_t *buf = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(vard_siglist_append(&buf, &len, &sig), -ENOMEM);
	assert_null(buf);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(append_and_walk),
		cmocka_unit_test(walk_nothing),
		cmocka_unit_test(walk_many_of_one_list),
		cmocka_unit_test(walk_empty_list),
		cmocka_unit_test(walk_stops),
		cmocka_unit_test(walk_cut_anywhere),
		cmocka_unit_test(walk_bad_list_size),
		cmocka_unit_test(walk_bad_header_size),
		cmocka_unit_test(walk_bad_signature_size),
		cmocka_unit_test(append_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
