// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of varstored's blob. */
#include "some_vars.h"

#include <errno.h>

#define F VARD_FORMAT_VARSTORED
#define HEAD2 292

/* The example of a version 2 blob: "Ab" with DE AD, all of it by hand. */
static const char head[] = "VARS\2\0\0\0\1\0\0\0\0\0\0\0Z\0\0\0\0\0\0\0";
static const char record[] =
	"\4\0\0\0\0\0\0\0A\0b\0" "\2\0\0\0\0\0\0\0\xde\xad"
	"\x61\xdf\xe4\x8b\xca\x93\xd2\x11\xaa\x0d\x00\xe0\x98\x03\x2b\x8c"
	"\7\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

#define RECORD_LEN (sizeof(record) - 1)
#define BLOB_LEN (HEAD2 + RECORD_LEN)

static void make(uint8_t blob[BLOB_LEN])
{
	memset(blob, 0, BLOB_LEN);
	memcpy(blob, head, sizeof(head) - 1);
	memcpy(blob + HEAD2, record, RECORD_LEN);
}

static void varstored_bytes(void **state)
{
	static const struct vard_var v = {
		.guid = GUID_GLOBAL, .name = U16("Ab"), .name_len = 4,
		.data = (const uint8_t *)"\xde\xad", .data_len = 2,
		.attributes = NV_BS_RT,
	};
	uint8_t blob[BLOB_LEN];
	struct vard_template t;
	size_t len;
	uint8_t *p = some_write(F, &v, 1, &len);

	(void)state;
	make(blob);
	assert_int_equal(len, 382);
	assert_memory_equal(p, blob, len);
	assert_int_equal(some_read(F, p, len, false, &t), 0);
	some_check(&t, &v);
	vard_template_clear(&t);
	free(p);
}

static void varstored_version(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	blob[4] = 3;
	some_refused(F, blob, sizeof(blob), "version 3", 0);
	blob[4] = 0;
	some_refused(F, blob, sizeof(blob), "version 0", 0);
}

static void varstored_count(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	blob[8] = 2;
	some_refused(F, blob, sizeof(blob), "variables[1]: the blob ends", 1);
	blob[9] = 0x10;
	some_refused(F, blob, sizeof(blob), "at most 1024", 1);
	memset(blob + 8, 0xff, 8);
	some_refused(F, blob, sizeof(blob), "at most 1024", 1);
}

static void varstored_trailing(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	blob[8] = 0;
	some_refused(F, blob, sizeof(blob), "90 bytes behind", 0);
}

static void varstored_lengths(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	memset(blob + HEAD2, 0xff, 8);
	some_refused(F, blob, sizeof(blob), "ends within", 0);
	make(blob);
	memset(blob + HEAD2 + 12, 0xff, 8);
	some_refused(F, blob, sizeof(blob), "ends within", 0);
	for (size_t len = 0; len < BLOB_LEN; len++) {
		struct vard_template t;

		make(blob);
		assert_int_equal(some_read(F, blob, len, true, &t), -EINVAL);
	}
}

static void varstored_no_name(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	blob[HEAD2] = 0;
	memmove(blob + HEAD2 + 8, blob + HEAD2 + 12, RECORD_LEN - 12);
	some_refused(F, blob, sizeof(blob) - 4, "2 to 4096", 0);
}

static void varstored_no_data(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	blob[HEAD2 + 12] = 0;
	memmove(blob + HEAD2 + 20, blob + HEAD2 + 22, RECORD_LEN - 22);
	some_refused(F, blob, sizeof(blob) - 2, "1 to 57344", 0);
}

static void varstored_attributes(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	blob[HEAD2 + 38] = 0x87;
	some_refused(F, blob, sizeof(blob), "never stored", 0);
	blob[HEAD2 + 38] = 6;
	some_remark(F, blob, sizeof(blob), "volatile", 0);
}

static void varstored_key_and_ppi(void **state)
{
	uint8_t blob[BLOB_LEN];

	(void)state;
	make(blob);
	blob[24] = 1;
	some_remark(F, blob, sizeof(blob), "memory overwrite lock", 1);
	make(blob);
	blob[HEAD2 - 1] = 4;
	some_remark(F, blob, sizeof(blob), "physical presence", 1);
}

/* One bad record of three: reported, and the others can be had. */
static void varstored_partial(void **state)
{
	uint8_t blob[BLOB_LEN + 2 * RECORD_LEN];

	(void)state;
	make(blob);
	blob[8] = 3;
	memcpy(blob + BLOB_LEN, record, RECORD_LEN);
	memcpy(blob + BLOB_LEN + RECORD_LEN, record, RECORD_LEN);
	blob[BLOB_LEN + 8] = 'B';
	blob[BLOB_LEN + 38] = 0x87;
	blob[BLOB_LEN + RECORD_LEN + 8] = 'C';
	some_refused(F, blob, sizeof(blob), "variables[1] (Bb): the attributes", 2);
}

static void refused_by_writer(const struct vard_var *v, size_t nr,
			      const char *words)
{
	uint8_t *data = NULL;
	size_t len;

	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_write(F, v, nr, false, &report, &data, &len),
			 -EINVAL);
	assert_null(data);
	assert_non_null(strstr(report.text, words));
}

static void varstored_write_limits(void **state)
{
	static uint8_t large[60000];
	struct vard_var v[3] = { some_vars[0], some_vars[0], some_vars[0] };

	(void)state;
	memset(large, 'a', sizeof(large));
	v[0].data = large;
	v[0].data_len = 57345;
	refused_by_writer(v, 1, "too large");
	for (int i = 0; i < 3; i++) {
		v[i].data = large;
		v[i].data_len = 50000;
	}
	refused_by_writer(v, 3, "room for 131072");
	v[0].name = large;
	v[0].name_len = 4098;
	v[0].data_len = 1;
	refused_by_writer(v, 1, "too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(varstored_bytes),
		cmocka_unit_test(varstored_version),
		cmocka_unit_test(varstored_count),
		cmocka_unit_test(varstored_trailing),
		cmocka_unit_test(varstored_lengths),
		cmocka_unit_test(varstored_no_name),
		cmocka_unit_test(varstored_no_data),
		cmocka_unit_test(varstored_attributes),
		cmocka_unit_test(varstored_key_and_ppi),
		cmocka_unit_test(varstored_partial),
		cmocka_unit_test(varstored_write_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
