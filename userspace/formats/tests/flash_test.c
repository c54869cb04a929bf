// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the reader and writer of edk2's flash images. */
#include "flash.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define NV_BS_RT	7
#define AUTH		0x27
#define VARS_OFFSET	0x64
#define OVMF_DIR	"/usr/share/OVMF/"

static struct vard_report report;

static const struct vard_var some_vars[] = {
	{ .guid = { 1 }, .name = U16("Plain"), .name_len = U16_LEN("Plain"),
	  .data = (const uint8_t *)"12345", .data_len = 5,
	  .attributes = NV_BS_RT },
	{ .guid = { 2 }, .name = U16("Signed"), .name_len = U16_LEN("Signed"),
	  .time = { 0xea, 7, 11, 21 }, .data = (const uint8_t *)"s",
	  .data_len = 1, .attributes = AUTH },
	{ .guid = { 3 }, .name = U16("Boot0001"),
	  .name_len = U16_LEN("Boot0001"), .data = (const uint8_t *)"bo\0t",
	  .data_len = 4, .attributes = NV_BS_RT },
};

#define NR_SOME (sizeof(some_vars) / sizeof(some_vars[0]))

/* An image of some_vars. */
static uint8_t *image(enum vard_flash_layout layout, size_t *len)
{
	uint8_t *p = NULL;

	assert_int_equal(vard_flash_write(layout, some_vars, NR_SOME, &p, len),
			 0);
	return p;
}

static struct vard_template *good(const uint8_t *p, size_t len)
{
	struct vard_template *t = NULL;
	int r = vard_template_parse((const char *)p, len, &t, &report);

	if (r < 0)
		print_error("%s\n", report.text);
	assert_int_equal(r, 0);
	return t;
}

static void refused(const uint8_t *p, size_t len, const char *words)
{
	struct vard_template *t = NULL;

	assert_int_equal(vard_template_parse((const char *)p, len, &t, &report),
			 -EINVAL);
	assert_null(t);
	if (!strstr(report.text, words))
		print_error("%s\n", report.text);
	assert_non_null(strstr(report.text, words));
}

static void check_same(const struct vard_var *a, const struct vard_var *b)
{
	assert_memory_equal(a->guid, b->guid, 16);
	assert_memory_equal(a->time, b->time, 16);
	assert_int_equal(a->attributes, b->attributes);
	assert_int_equal(a->name_len, b->name_len);
	assert_memory_equal(a->name, b->name, a->name_len);
	assert_int_equal(a->data_len, b->data_len);
	assert_memory_equal(a->data, b->data, a->data_len);
}

static void round_trip(enum vard_flash_layout layout, size_t want_len,
		       uint16_t checksum, uint32_t store_len)
{
	struct vard_template *t;
	size_t i, len;
	uint8_t *p = image(layout, &len);

	assert_int_equal(len, want_len);
	assert_int_equal(p[50] | p[51] << 8, checksum);
	assert_int_equal(p[88] | p[89] << 8 | p[90] << 16, store_len);
	t = good(p, len);
	assert_int_equal(t->nr, NR_SOME);
	for (i = 0; i < NR_SOME; i++)
		check_same(&t->vars[i], &some_vars[i]);
	vard_template_free(t);
	free(p);
}

/* [R10] The checksums are those of edk2's own builds. */
static void flash_round_trip_ovmf_4m(void **state)
{
	(void)state;
	round_trip(VARD_FLASH_OVMF_4M, 0x84000, 0xb8af, 0x3ffb8);
}

static void flash_round_trip_ovmf_2m(void **state)
{
	(void)state;
	round_trip(VARD_FLASH_OVMF_2M, 0x20000, 0xf919, 0xdfb8);
}

static void flash_round_trip_armvirt(void **state)
{
	(void)state;
	round_trip(VARD_FLASH_ARMVIRT, 0xc0000, 0x0928, 0x3ffb8);
}

static void flash_with_padding(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_ARMVIRT, &len);
	struct vard_template *t;

	(void)state;
	p = realloc(p, 64 << 20);
	assert_non_null(p);
	memset(p + len, 0, (64 << 20) - len);
	t = good(p, 64 << 20);
	assert_int_equal(t->nr, NR_SOME);
	vard_template_free(t);
	free(p);
}

/* Offsets of the parts of a layout that a cut write leaves changed. */
struct journal {
	enum vard_flash_layout layout;
	size_t region, queue, spare;
};

static const struct journal journals[] = {
	{ VARD_FLASH_OVMF_4M, 0x40000, 0x41020, 0x42000 },
	{ VARD_FLASH_OVMF_2M, 0xe000, 0xf020, 0x10000 },
	{ VARD_FLASH_ARMVIRT, 0x40000, 0x40020, 0x80000 },
};

/* A write of the whole region: the good copy in the spare area, torn target. */
static uint8_t *torn(const struct journal *j, uint8_t header_flags,
		     uint8_t record_flags, size_t *len)
{
	uint8_t *p = image(j->layout, len), *q = p + j->queue;

	memcpy(p + j->spare, p, j->region);
	memset(p, 0xff, j->region / 2);
	memset(q, 0, 80);
	q[0] = header_flags;
	q[24] = 1;
	q[40] = record_flags;
	return p;
}

/* [R11] Power went while the variables were rewritten. */
static void flash_torn_write_is_recovered(void **state)
{
	size_t i, len;

	(void)state;
	for (i = 0; i < 3; i++) {
		uint8_t *p = torn(&journals[i], 0xfc, 0xfd, &len);
		struct vard_template *t = good(p, len);

		assert_int_equal(t->nr, NR_SOME);
		check_same(&t->vars[0], &some_vars[0]);
		vard_template_free(t);
		free(p);
	}
}

/* The copy was not finished: the target is as before the write. */
static void flash_write_cut_before_copy(void **state)
{
	const struct journal *j = &journals[0];
	size_t len;
	uint8_t *p = image(j->layout, &len), *q = p + j->queue;
	struct vard_template *t;

	(void)state;
	memset(p + j->spare, 0x5a, j->region / 2);
	memset(q, 0, 80);
	q[0] = 0xfc;
	q[24] = 1;
	q[40] = 0xff;
	t = good(p, len);
	assert_int_equal(t->nr, NR_SOME);
	vard_template_free(t);
	free(p);
}

/* A write that was finished before: the spare area is old. */
static void flash_write_complete(void **state)
{
	const struct journal *j = &journals[0];
	size_t len;
	uint8_t *p = image(j->layout, &len), *q = p + j->queue;
	struct vard_template *t;

	(void)state;
	memcpy(p + j->spare, p, j->region);
	p[j->spare + VARS_OFFSET] = 0xff; /* the old store was empty */
	memset(q, 0, 80);
	q[0] = 0xf8;
	q[24] = 1;
	q[40] = 0xf9;
	t = good(p, len);
	assert_int_equal(t->nr, NR_SOME);
	vard_template_free(t);
	free(p);
}

static void flash_journal_with_hostile_counts(void **state)
{
	const struct journal *j = &journals[0];
	size_t len;
	uint8_t *p = image(j->layout, &len), *q = p + j->queue;
	struct vard_template *t;

	(void)state;
	memset(q, 0, 40);
	q[0] = 0xf8;
	memset(q + 24, 0xfe, 16);
	t = good(p, len);
	assert_int_equal(t->nr, NR_SOME);
	vard_template_free(t);
	free(p);
}

/* Where variable 1 of some_vars begins. */
static size_t second_var(void)
{
	return VARS_OFFSET + ((60 + U16_LEN("Plain") + 2 + 5 + 3) & ~3U);
}

static void flash_deleted_variable(void **state)
{
	struct vard_template *t;
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[VARS_OFFSET + 2] = 0x3d;
	t = good(p, len);
	assert_int_equal(t->nr, NR_SOME - 1);
	check_same(&t->vars[0], &some_vars[1]);
	vard_template_free(t);
	free(p);
}

static void flash_half_written_variable(void **state)
{
	struct vard_template *t;
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[second_var() + 2] = 0x7f;
	t = good(p, len);
	assert_int_equal(t->nr, NR_SOME - 1);
	vard_template_free(t);
	free(p);
}

static void flash_replaced_by_nothing_yet(void **state)
{
	struct vard_template *t;
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[VARS_OFFSET + 2] = 0x3e;
	t = good(p, len);
	assert_int_equal(t->nr, NR_SOME);
	vard_template_free(t);
	free(p);
}

static void flash_replaced_by_newer(void **state)
{
	struct vard_var two[2] = { some_vars[0], some_vars[0] };
	struct vard_template *t;
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	two[1].data = (const uint8_t *)"newer";
	assert_int_equal(vard_flash_write(VARD_FLASH_OVMF_2M, two, 2, &p, &len),
			 0);
	p[VARS_OFFSET + 2] = 0x3e;
	t = good(p, len);
	assert_int_equal(t->nr, 1);
	check_same(&t->vars[0], &two[1]);
	vard_template_free(t);
	free(p);
}

static void flash_same_variable_twice(void **state)
{
	struct vard_var two[2] = { some_vars[0], some_vars[0] };
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	assert_int_equal(vard_flash_write(VARD_FLASH_OVMF_2M, two, 2, &p, &len),
			 0);
	refused(p, len, "the same variable");
	free(p);
}

static void flash_many_being_replaced(void **state)
{
	struct vard_var vars[66];
	uint8_t *p = NULL;
	size_t i, len, step;

	(void)state;
	for (i = 0; i < 66; i++) {
		vars[i] = some_vars[0];
		vars[i].guid[1] = (uint8_t)i;
	}
	assert_int_equal(vard_flash_write(VARD_FLASH_OVMF_2M, vars, 66, &p,
					  &len), 0);
	step = second_var() - VARS_OFFSET;
	for (i = 0; i < 66; i++)
		p[VARS_OFFSET + i * step + 2] = 0x3e;
	refused(p, len, "more than 64 variables");
	free(p);
}

static void flash_variable_ends_behind_store(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[VARS_OFFSET + 42] = 0x10;
	refused(p, len, "ends behind the store");
	free(p);
}

static void flash_variable_without_name(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	/* Its last character, which should be NUL. */
	p[VARS_OFFSET + 60 + U16_LEN("Plain")] = 'x';
	refused(p, len, "has no name");
	free(p);
}

static void flash_store_larger_than_image(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[90] = 0x3f;
	refused(p, len, "the variable store has");
	free(p);
}

static void flash_store_not_formatted(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[72 + 20] = 0xff;
	refused(p, len, "not formatted");
	free(p);
}

static void flash_volume_without_store(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[72] ^= 1;
	refused(p, len, "no variable store");
	free(p);
}

static void flash_cut_short(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	refused(p, 0x1000, "the variable store has");
	free(p);
}

static void flash_bad_checksum(void **state)
{
	size_t len;
	uint8_t *p = image(VARD_FLASH_OVMF_4M, &len);

	(void)state;
	p[50] ^= 1;
	assert_false(vard_flash_is(p, len));
	free(p);
}

static void flash_leaves_out_what_is_made_anew(void **state)
{
	static const uint8_t global[16] = {
		0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
		0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
	};
	struct vard_var vars[2] = {
		{ .name = U16("SecureBoot"), .name_len = U16_LEN("SecureBoot"),
		  .data = (const uint8_t *)"\1", .data_len = 1,
		  .attributes = NV_BS_RT },
		{ .name = U16("SecureBoot"), .name_len = U16_LEN("SecureBoot"),
		  .data = (const uint8_t *)"\1", .data_len = 1,
		  .attributes = NV_BS_RT },
	};
	struct vard_template *t;
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	memcpy(vars[0].guid, global, 16);
	assert_int_equal(vard_flash_write(VARD_FLASH_OVMF_4M, vars, 2, &p,
					  &len), 0);
	t = good(p, len);
	/* The other namespace's variable is somebody's own. */
	assert_int_equal(t->nr, 1);
	check_same(&t->vars[0], &vars[1]);
	vard_template_free(t);
	free(p);
}

static void flash_write_too_much(void **state)
{
	static uint8_t big[0xe000];
	struct vard_var v = some_vars[0];
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	v.data = big;
	v.data_len = sizeof(big) - 200;
	assert_int_equal(vard_flash_write(VARD_FLASH_OVMF_2M, &v, 1, &p, &len),
			 0);
	free(p);
	v.data_len = sizeof(big) - 100;
	assert_int_equal(vard_flash_write(VARD_FLASH_OVMF_2M, &v, 1, &p, &len),
			 -ENOSPC);
}

static uint8_t *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;

	if (!f)
		return NULL;
	p = malloc(VARD_TEMPLATE_MAX);
	assert_non_null(p);
	*len = fread(p, 1, VARD_TEMPLATE_MAX, f);
	fclose(f);
	return p;
}

static const struct vard_var *find(const struct vard_template *t,
				   const uint8_t *name, uint32_t name_len)
{
	for (size_t i = 0; i < t->nr; i++)
		if (t->vars[i].name_len == name_len &&
		    memcmp(t->vars[i].name, name, name_len) == 0)
			return &t->vars[i];
	return NULL;
}

/* Debian's image with Microsoft's keys, written by edk2 itself. */
static void flash_of_ovmf_with_keys(void **state)
{
	struct vard_template *t, *again;
	const struct vard_var *pk, *db;
	size_t i, len, out_len;
	uint8_t *p = read_file(OVMF_DIR "OVMF_VARS_4M.ms.fd", &len), *out = NULL;

	(void)state;
	if (!p) {
		print_message("skipped: package ovmf is not installed\n");
		skip();
	}
	t = good(p, len);
	pk = find(t, U16("PK"), U16_LEN("PK"));
	db = find(t, U16("db"), U16_LEN("db"));
	assert_non_null(pk);
	assert_non_null(db);
	assert_int_equal(pk->attributes, AUTH);
	assert_int_equal(db->attributes, AUTH);
	assert_true(db->data_len > 1000);
	assert_null(find(t, U16("CustomMode"), U16_LEN("CustomMode")));
	assert_int_equal(vard_flash_write(VARD_FLASH_OVMF_4M, t->vars, t->nr,
					  &out, &out_len), 0);
	/* What edk2 wrote in front of the variables, byte for byte. */
	assert_memory_equal(out, p, VARS_OFFSET);
	again = good(out, out_len);
	assert_int_equal(again->nr, t->nr);
	for (i = 0; i < t->nr; i++)
		check_same(&again->vars[i], &t->vars[i]);
	vard_template_free(again);
	vard_template_free(t);
	free(out);
	free(p);
}

static void flash_of_empty_ovmf(void **state)
{
	struct vard_template *t;
	size_t len;
	uint8_t *p = read_file(OVMF_DIR "OVMF_VARS_4M.fd", &len);

	(void)state;
	if (!p) {
		print_message("skipped: package ovmf is not installed\n");
		skip();
	}
	t = good(p, len);
	assert_int_equal(t->nr, 0);
	vard_template_free(t);
	free(p);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test(fn)
	const struct CMUnitTest tests[] = {
		TEST(flash_round_trip_ovmf_4m),
		TEST(flash_round_trip_ovmf_2m),
		TEST(flash_round_trip_armvirt),
		TEST(flash_with_padding),
		TEST(flash_torn_write_is_recovered),
		TEST(flash_write_cut_before_copy),
		TEST(flash_write_complete),
		TEST(flash_journal_with_hostile_counts),
		TEST(flash_deleted_variable),
		TEST(flash_half_written_variable),
		TEST(flash_replaced_by_nothing_yet),
		TEST(flash_replaced_by_newer),
		TEST(flash_same_variable_twice),
		TEST(flash_many_being_replaced),
		TEST(flash_variable_ends_behind_store),
		TEST(flash_variable_without_name),
		TEST(flash_store_larger_than_image),
		TEST(flash_store_not_formatted),
		TEST(flash_volume_without_store),
		TEST(flash_cut_short),
		TEST(flash_bad_checksum),
		TEST(flash_leaves_out_what_is_made_anew),
		TEST(flash_write_too_much),
		TEST(flash_of_ovmf_with_keys),
		TEST(flash_of_empty_ovmf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
