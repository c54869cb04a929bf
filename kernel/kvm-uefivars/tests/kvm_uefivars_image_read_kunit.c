// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/image_rows.c: images that nobody wrote are refused. */
#include <linux/module.h>

#include "guids.h"
#include "imagelib.h"

/* An image that is wrong in one thing is refused, and nothing has happened. */
static void expect_bad(struct kunit *test, struct image_bytes b, bool variables,
		       int want)
{
	struct kuv_test *t = test->priv;
	u64 before = test_digest(&t->s);
	struct kuv_image img;
	int ret = kuv_image_read(&t->s, b.p, b.len, variables, &img);

	KUNIT_EXPECT_EQ(test, ret, want);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
	if (!ret)
		kuv_image_exit(&img);
}

static void expect_good(struct kunit *test, struct image_bytes b)
{
	expect_bad(test, b, true, 0);
}

/* A machine with something in each block. */
static struct image_bytes good(struct kunit *test)
{
	static u8 staging[] = "staged";
	struct kuv_regs regs = {
		.size = 64, .pio_pos = 3, .staging = staging, .staging_len = 6,
	};
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
	};
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "name");

	test_set(t, "var", NV_BS, "data");
	test_set(t, "vol", BS_RT, "data");
	kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
	kuv_policy_dump_start(&t->s.policy);
	kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
	return image_save(test, &t->s, &regs, true);
}

/* The image with some bytes of one block's rows replaced. */
static struct image_bytes patched(struct kunit *test, u32 kind, u32 at, u64 v,
				  u32 len)
{
	struct image_bytes b = good(test);

	image_set(image_rows(b, kind).p + at, v, len);
	return b;
}

static void expect_bad_patch(struct kunit *test, u32 kind, u32 at, u64 v,
			     u32 len)
{
	expect_bad(test, patched(test, kind, at, v, len), true, -EBADMSG);
}

static void sound_image(struct kunit *test)
{
	expect_good(test, good(test));
}

/* --- the head --- */

static void every_length_but_its_own(struct kunit *test)
{
	struct image_bytes b = good(test), cut;
	struct kuv_test *t = test->priv;
	u64 before = test_digest(&t->s);
	struct kuv_image img;
	u64 len;

	for (len = 0; len < b.len; len++) {
		cut.p = kzalloc(len + 1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, cut.p);
		memcpy(cut.p, b.p, len);
		KUNIT_EXPECT_EQ(test, kuv_image_read(&t->s, cut.p, len, true,
						     &img), -EBADMSG);
		/* The same with a head that knows. */
		if (len >= IMAGE_HEAD) {
			image_set(cut.p + 16, len, 8);
			KUNIT_EXPECT_EQ(test, kuv_image_read(&t->s, cut.p, len,
							     true, &img),
					-EBADMSG);
		}
		kfree(cut.p);
	}
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

static void trailing_byte(struct kunit *test)
{
	struct image_bytes b = good(test);
	struct image_bytes longer = image_alloc(test, b.len + 1);

	memcpy(longer.p, b.p, b.len);
	expect_bad(test, longer, true, -EBADMSG);
	image_set(longer.p + 16, longer.len, 8);
	expect_bad(test, longer, true, -EBADMSG);
}

static void head_with(struct kunit *test, u32 at, u64 v, u32 len)
{
	struct image_bytes b = good(test);

	image_set(b.p + at, v, len);
	expect_bad(test, b, true, -EBADMSG);
}

static void other_magic(struct kunit *test)
{
	head_with(test, 7, 'F', 1);
}

static void newer_version(struct kunit *test)
{
	head_with(test, 8, KUV_IMAGE_VERSION + 1, 4);
}

static void version_zero(struct kunit *test)
{
	head_with(test, 8, 0, 4);
}

static void more_blocks_than_there_are(struct kunit *test)
{
	head_with(test, 12, 9, 4);
}

static void fewer_blocks_than_there_are(struct kunit *test)
{
	head_with(test, 12, 7, 4);
}

static void very_many_blocks(struct kunit *test)
{
	head_with(test, 12, 0xffffffff, 4);
}

static void other_total(struct kunit *test)
{
	head_with(test, 16, 0xffffffffffffffffULL, 8);
}

/* --- blocks --- */

static void block_longer_than_the_image(struct kunit *test)
{
	struct image_bytes b = good(test);

	image_set(b.p + image_find(b, KUV_IMAGE_VARIABLES) + 8, b.len, 8);
	expect_bad(test, b, true, -EBADMSG);
}

/* A length that wraps when it is rounded up. */
static void block_of_all_memory(struct kunit *test)
{
	struct image_bytes b = good(test);

	image_set(b.p + IMAGE_HEAD + 8, 0xfffffffffffffff9ULL, 8);
	expect_bad(test, b, true, -EBADMSG);
}

static void padding_with_something_in_it(struct kunit *test)
{
	struct image_bytes b = good(test);
	struct image_bytes rows = image_rows(b, KUV_IMAGE_PHASES);

	KUNIT_ASSERT_GT(test, -rows.len & 7, 0);
	rows.p[rows.len] = 1;
	expect_bad(test, b, true, -EBADMSG);
}

static void unknown_kind(struct kunit *test)
{
	expect_bad(test, image_with(test, good(test), 99, 0, "x", 1), true,
		   -EBADMSG);
}

static void unknown_kind_to_skip(struct kunit *test)
{
	struct image_bytes b = good(test), more;
	struct kuv_test *t = test->priv;
	u64 before = test_digest(&t->s);
	u64 seq;

	more = image_with(test, b, 99, KUV_IMAGE_SKIP, "x", 1);
	more = image_with(test, more, 0xffffffff, KUV_IMAGE_SKIP, "", 0);
	KUNIT_EXPECT_EQ(test, image_restore(&t->s, more, true, &seq), 0);
	KUNIT_EXPECT_EQ(test, test_digest(&t->s), before);
}

static void unknown_kind_with_unknown_flags(struct kunit *test)
{
	expect_bad(test, image_with(test, good(test), 99, 3, "x", 1), true,
		   -EBADMSG);
}

static void kind_zero(struct kunit *test)
{
	expect_bad(test, image_with(test, good(test), 0, KUV_IMAGE_SKIP, "", 0),
		   true, -EBADMSG);
}

static void known_kind_to_skip(struct kunit *test)
{
	struct image_bytes b = good(test);

	image_set(b.p + image_find(b, KUV_IMAGE_MOR) + 4, KUV_IMAGE_SKIP, 4);
	expect_bad(test, b, true, -EBADMSG);
}

static void block_twice(struct kunit *test)
{
	struct image_bytes b = image_with(test, good(test), 99, KUV_IMAGE_SKIP,
					  "x", 1);

	b = image_with(test, b, 100, KUV_IMAGE_SKIP, "x", 1);
	image_set(b.p + image_find(b, 100), 99, 4);
	expect_bad(test, b, true, -EBADMSG);
}

static void blocks_out_of_order(struct kunit *test)
{
	struct image_bytes b = good(test);
	u64 pos = image_find(b, KUV_IMAGE_MOR);

	image_set(b.p + pos, KUV_IMAGE_PROPERTIES, 4);
	expect_bad(test, b, true, -EBADMSG);
}

static void machine_without_one_block(struct kunit *test)
{
	struct image_bytes b = good(test);
	u32 kind;

	for (kind = KUV_IMAGE_PHASES; kind < KUV_IMAGE_VARIABLES; kind++)
		expect_bad(test, image_with(test, b, kind, 0, NULL, 0), true,
			   -EBADMSG);
}

static void no_variables(struct kunit *test)
{
	struct image_bytes b = good(test);

	b = image_with(test, b, KUV_IMAGE_VARIABLES, 0, NULL, 0);
	expect_bad(test, b, true, -ENODATA);
	expect_bad(test, b, false, 0);
}

static void rows_longer_or_shorter(struct kunit *test)
{
	struct image_bytes b = good(test), rows, other;
	u32 kind;

	for (kind = KUV_IMAGE_PHASES; kind < KUV_NR_IMAGE_KINDS; kind++) {
		rows = image_rows(b, kind);
		other = image_alloc(test, rows.len + 1);
		memcpy(other.p, rows.p, rows.len);
		expect_bad(test, image_with(test, b, kind, 0, other.p,
					    rows.len + 1), true, -EBADMSG);
		expect_bad(test, image_with(test, b, kind, 0, other.p,
					    rows.len - 1), true, -EBADMSG);
		expect_bad(test, image_with(test, b, kind, 0, "", 0), true,
			   -EBADMSG);
	}
}

/* --- phases, registers --- */

static void phases(struct kunit *test, const char *bytes, int want)
{
	struct image_bytes b = good(test);

	memcpy(image_rows(b, KUV_IMAGE_PHASES).p, bytes, 4);
	expect_bad(test, b, true, want);
}

static void bool_that_is_two(struct kunit *test)
{
	phases(test, "\0\0\0\2", -EBADMSG);
}

static void boot_before_end_of_dxe(struct kunit *test)
{
	phases(test, "\0\1\0\0", -EBADMSG);
}

static void runtime_before_end_of_dxe(struct kunit *test)
{
	phases(test, "\0\0\1\0", -EBADMSG);
}

static void end_of_dxe_without_locked_policies(struct kunit *test)
{
	phases(test, "\1\0\0\0", -EBADMSG);
}

/* addr 8, size 4, pio_pos 4, status 2, then the staging buffer. */
static void size_over_the_largest(struct kunit *test)
{
	expect_bad_patch(test, KUV_IMAGE_REGISTERS, 8,
			 KVM_UEFIVARS_BUFFER_MAX + 1, 4);
}

static void position_over_the_size(struct kunit *test)
{
	expect_bad_patch(test, KUV_IMAGE_REGISTERS, 8, 2, 4);
}

static void position_over_the_staging_buffer(struct kunit *test)
{
	expect_bad_patch(test, KUV_IMAGE_REGISTERS, 12, 7, 4);
}

static void staging_buffer_with_zeroes_behind_it(struct kunit *test)
{
	expect_bad_patch(test, KUV_IMAGE_REGISTERS, 18 + 4 + 5, 0, 1);
}

static void staging_buffer_over_the_largest(struct kunit *test)
{
	u32 len = KVM_UEFIVARS_BUFFER_MAX + 1;
	struct image_bytes b = good(test), rows = image_alloc(test, 22 + len);

	memcpy(rows.p, image_rows(b, KUV_IMAGE_REGISTERS).p, 18);
	image_set(rows.p + 18, len, 4);
	memset(rows.p + 22, 1, len);
	expect_bad(test, image_with(test, b, KUV_IMAGE_REGISTERS, 0, rows.p,
				    22 + len), true, -EBADMSG);
	image_set(rows.p + 18, len - 1, 4);
	expect_good(test, image_with(test, b, KUV_IMAGE_REGISTERS, 0, rows.p,
				     22 + len - 1));
}

/* --- policies: length, table, bytes of the dump, locked, disabled --- */

#define ENTRY_LEN	(sizeof(struct kvm_uefivars_policy_entry) + 10)
/* Where these are in the rows. */
#define ENTRY		4
#define DUMP		(ENTRY + ENTRY_LEN)
#define LOCKED		(DUMP + 4)

static void malformed_policy(struct kunit *test)
{
	/* Version, size, lock type, and the NUL of the name. */
	expect_bad_patch(test, KUV_IMAGE_POLICIES, ENTRY, 1, 4);
	expect_bad_patch(test, KUV_IMAGE_POLICIES, ENTRY + 4, ENTRY_LEN + 2, 2);
	expect_bad_patch(test, KUV_IMAGE_POLICIES, ENTRY + 4, 0, 2);
	expect_bad_patch(test, KUV_IMAGE_POLICIES, ENTRY + 40, 4, 1);
	expect_bad_patch(test, KUV_IMAGE_POLICIES, DUMP - 2, 'x', 1);
}

static void dump_of_more_than_the_table(struct kunit *test)
{
	expect_bad_patch(test, KUV_IMAGE_POLICIES, DUMP, ENTRY_LEN + 1, 4);
}

static void dump_that_ends_inside_a_policy(struct kunit *test)
{
	expect_bad_patch(test, KUV_IMAGE_POLICIES, DUMP, ENTRY_LEN - 1, 4);
}

static void locked_that_is_two(struct kunit *test)
{
	expect_bad_patch(test, KUV_IMAGE_POLICIES, LOCKED, 2, 1);
}

/* Rows with @nr policies for the namespace @guid, each of @len bytes. */
static struct image_bytes policies(struct kunit *test, u32 nr, u32 len)
{
	struct image_bytes rows = image_alloc(test, 4 + nr * len + 6);
	struct kvm_uefivars_policy_entry *e;
	u32 i;

	image_set(rows.p, nr * len, 4);
	for (i = 0; i < nr; i++) {
		e = (void *)(rows.p + 4 + i * len);
		e->version = cpu_to_le32(KVM_UEFIVARS_POLICY_ENTRY_VERSION);
		e->size = cpu_to_le16(len);
		e->name_offset = cpu_to_le16(sizeof(*e));
		e->max_size = cpu_to_le32(1);
		memset(e + 1, 'x', len - sizeof(*e));
		if (len > sizeof(*e))
			memset((u8 *)e + len - 2, 0, 2);
	}
	return rows;
}

static struct image_bytes with_policies(struct kunit *test, u32 nr, u32 len)
{
	struct image_bytes rows = policies(test, nr, len);

	return image_with(test, good(test), KUV_IMAGE_POLICIES, 0, rows.p,
			  rows.len);
}

static void policy_twice(struct kunit *test)
{
	expect_good(test, with_policies(test, 1, 48));
	expect_bad(test, with_policies(test, 2, 48), true, -EBADMSG);
}

static void too_many_policies(struct kunit *test)
{
	u32 len = sizeof(struct kvm_uefivars_policy_entry);

	expect_good(test, with_policies(test, KUV_POLICY_NR_MAX, len));
	expect_bad(test, with_policies(test, KUV_POLICY_NR_MAX + 1, len), true,
		   -ENOSPC);
}

static void too_long_policies(struct kunit *test)
{
	expect_bad(test, with_policies(test, 2, 32770), true, -ENOSPC);
}

/* --- properties: has_modes, number, then GUID, value, length, name --- */

#define PROPERTY	44

static struct image_bytes properties(struct kunit *test, u32 nr, u32 name_len)
{
	u32 len = PROPERTY + name_len, i;
	struct image_bytes rows = image_alloc(test, 5 + nr * len);
	u8 *p = rows.p + 5;

	image_set(rows.p + 1, nr, 4);
	for (i = 0; i < nr; i++, p += len) {
		p[0] = i;
		p[1] = i >> 8;
		p[16] = KUV_PROPERTY_REVISION;
		image_set(p + PROPERTY - 4, name_len, 4);
		memset(p + PROPERTY, 'n', name_len);
	}
	return rows;
}

static void expect_properties(struct kunit *test, struct image_bytes rows,
			      int want)
{
	expect_bad(test, image_with(test, good(test), KUV_IMAGE_PROPERTIES, 0,
				    rows.p, rows.len), true, want);
}

static void as_many_properties_as_can_be(struct kunit *test)
{
	expect_properties(test, properties(test, KUV_PROPERTY_NR_MAX, 2), 0);
	expect_properties(test, properties(test, 2, KUV_PROPERTY_NAMES_MAX / 2),
			  0);
}

static void too_many_properties(struct kunit *test)
{
	expect_properties(test, properties(test, KUV_PROPERTY_NR_MAX + 1, 2),
			  -ENOSPC);
}

static void too_long_names_of_properties(struct kunit *test)
{
	expect_properties(test, properties(test, 2,
					   KUV_PROPERTY_NAMES_MAX / 2 + 2),
			  -ENOSPC);
}

static void property_twice(struct kunit *test)
{
	struct image_bytes rows = properties(test, 2, 2);

	rows.p[5 + PROPERTY + 2] = 0;
	expect_properties(test, rows, -EBADMSG);
}

static void property_of_another_revision(struct kunit *test)
{
	struct image_bytes rows = properties(test, 1, 2);

	rows.p[5 + 16] = 2;
	expect_properties(test, rows, -EBADMSG);
}

static void property_without_a_name(struct kunit *test)
{
	expect_properties(test, properties(test, 1, 0), -EBADMSG);
}

static void property_with_half_a_character(struct kunit *test)
{
	expect_properties(test, properties(test, 1, 3), -EBADMSG);
}

static void property_with_a_nul(struct kunit *test)
{
	struct image_bytes rows = properties(test, 1, 4);

	memset(rows.p + 5 + PROPERTY, 0, 2);
	expect_properties(test, rows, -EBADMSG);
}

static void more_properties_than_there_are(struct kunit *test)
{
	struct image_bytes rows = properties(test, 1, 2);

	rows.p[1] = 2;
	expect_properties(test, rows, -EBADMSG);
	rows.p[1] = 1;
	image_set(rows.p + 5 + PROPERTY - 4, 0xfffffffe, 4);
	expect_properties(test, rows, -EBADMSG);
}

/* --- memory overwrite request: locked, key or not, absent, key --- */

static void request(struct kunit *test, const char *bytes)
{
	struct image_bytes b = good(test);

	memcpy(image_rows(b, KUV_IMAGE_MOR).p, bytes, 11);
	expect_bad(test, b, true, -EBADMSG);
}

static void open_request_with_a_key(struct kunit *test)
{
	request(test, "\0\1\0" "12345678");
}

static void key_of_a_request_without_one(struct kunit *test)
{
	request(test, "\1\0\0" "\0\0\0\0\0\0\0\1");
}

static void absent_request_before_end_of_dxe(struct kunit *test)
{
	request(test, "\0\0\1" "\0\0\0\0\0\0\0");
}

/* --- languages --- */

static void codes_over_the_largest_variable(struct kunit *test)
{
	struct image_bytes rows = image_alloc(test, 8 + 1001);
	struct image_bytes b = good(test);
	struct kuv_test *t = test->priv;

	t->s.limits.var_size = 400;
	t->s.limits.volatile_var_size = KUV_VAR_HEADER_LEN + 1000;
	image_set(rows.p, 1000, 4);
	memset(rows.p + 4, 'e', 1001);
	image_set(rows.p + 1004, 0, 4);
	expect_bad(test, image_with(test, b, KUV_IMAGE_LANGUAGES, 0, rows.p,
				    1008), true, 0);
	/* The larger one of both limits counts. */
	t->s.limits.var_size = t->s.limits.volatile_var_size;
	t->s.limits.volatile_var_size = 400;
	expect_bad(test, image_with(test, b, KUV_IMAGE_LANGUAGES, 0, rows.p,
				    1008), true, 0);
	image_set(rows.p, 1001, 4);
	rows.p[1004] = 'e';
	image_set(rows.p + 1005, 0, 4);
	expect_bad(test, image_with(test, b, KUV_IMAGE_LANGUAGES, 0, rows.p,
				    1009), true, -ENOSPC);
}

/* --- variables: number, then GUID, time, attributes, lengths, name, data --- */

#define VAR		44

static struct image_bytes variable(struct kunit *test, u32 attributes,
				   u32 name_len, u32 data_len)
{
	struct image_bytes rows = image_alloc(test, 4 + VAR + name_len +
						    data_len);
	u8 *p = rows.p + 4;

	rows.p[0] = 1;
	image_set(p + 32, attributes, 4);
	image_set(p + 36, name_len, 4);
	image_set(p + 40, data_len, 4);
	memset(p + VAR, 'n', name_len);
	memset(p + VAR + name_len, 'd', data_len);
	return rows;
}

static void expect_variable(struct kunit *test, u32 kind,
			    struct image_bytes rows, int want)
{
	expect_bad(test, image_with(test, good(test), kind, 0, rows.p,
				    rows.len), true, want);
}

static void attributes(struct kunit *test, u32 a, bool nv, bool vol)
{
	struct image_bytes rows = variable(test, a, 2, 1);

	expect_variable(test, KUV_IMAGE_VARIABLES, rows, nv ? 0 : -EBADMSG);
	expect_variable(test, KUV_IMAGE_VOLATILE, rows, vol ? 0 : -EBADMSG);
}

static void attributes_by_pool(struct kunit *test)
{
	attributes(test, NV_BS, true, false);
	attributes(test, NV_BS_RT | A_AT, true, false);
	attributes(test, BS_RT, false, true);
	attributes(test, A_BS | A_AT, false, true);
}

static void attributes_that_are_never_stored(struct kunit *test)
{
	attributes(test, 0, false, false);
	attributes(test, A_NV, false, false);
	attributes(test, A_NV | A_RT, false, false);
	attributes(test, NV_BS | A_AP, false, false);
	attributes(test, NV_BS | A_HR, false, false);
	attributes(test, NV_BS | A_AW, false, false);
	attributes(test, NV_BS | A_ENH, false, false);
	attributes(test, BS_RT | BIT(31), false, false);
}

static void variable_without_a_name(struct kunit *test)
{
	expect_variable(test, KUV_IMAGE_VARIABLES, variable(test, NV_BS, 0, 1),
			-EBADMSG);
}

static void variable_with_half_a_character(struct kunit *test)
{
	expect_variable(test, KUV_IMAGE_VARIABLES, variable(test, NV_BS, 3, 1),
			-EBADMSG);
}

static void variable_with_a_nul(struct kunit *test)
{
	struct image_bytes rows = variable(test, NV_BS, 6, 1);

	memset(rows.p + 4 + VAR + 4, 0, 2);
	expect_variable(test, KUV_IMAGE_VARIABLES, rows, -EBADMSG);
}

static void variable_without_data(struct kunit *test)
{
	expect_variable(test, KUV_IMAGE_VARIABLES, variable(test, NV_BS, 2, 0),
			-EBADMSG);
}

static void variable_with_a_time_it_cannot_have(struct kunit *test)
{
	struct image_bytes rows = variable(test, NV_BS, 2, 1);

	rows.p[4 + 16 + 15] = 1;
	expect_variable(test, KUV_IMAGE_VARIABLES, rows, -EBADMSG);
	image_set(rows.p + 4 + 32, NV_BS | A_AT, 4);
	expect_variable(test, KUV_IMAGE_VARIABLES, rows, 0);
}

static void variable_that_is_not_all_there(struct kunit *test)
{
	struct image_bytes rows = variable(test, NV_BS, 2, 2);

	image_set(rows.p + 4 + 36, 6, 4);
	expect_variable(test, KUV_IMAGE_VARIABLES, rows, -EBADMSG);
	image_set(rows.p + 4 + 36, 0xfffffffe, 4);
	expect_variable(test, KUV_IMAGE_VARIABLES, rows, -EBADMSG);
	image_set(rows.p + 4 + 36, 2, 4);
	image_set(rows.p + 4 + 40, 0xffffffff, 4);
	expect_variable(test, KUV_IMAGE_VARIABLES, rows, -EBADMSG);
}

static void more_variables_than_there_are(struct kunit *test)
{
	struct image_bytes rows = variable(test, NV_BS, 2, 2);

	image_set(rows.p, 0xffffffff, 4);
	expect_variable(test, KUV_IMAGE_VARIABLES, rows, -EBADMSG);
}

static void variable_twice(struct kunit *test)
{
	struct image_bytes one = variable(test, NV_BS, 2, 2);
	struct image_bytes two = image_alloc(test, 2 * one.len - 4);

	memcpy(two.p, one.p, one.len);
	memcpy(two.p + one.len, one.p + 4, one.len - 4);
	two.p[0] = 2;
	expect_variable(test, KUV_IMAGE_VARIABLES, two, -EBADMSG);
}

static void variable_in_both_pools(struct kunit *test)
{
	struct image_bytes nv = variable(test, NV_BS, 2, 2), b;
	struct image_bytes vol = variable(test, BS_RT, 2, 2);

	b = image_with(test, good(test), KUV_IMAGE_VOLATILE, 0, vol.p, vol.len);
	expect_good(test, b);
	b = image_with(test, b, KUV_IMAGE_VARIABLES, 0, nv.p, nv.len);
	expect_bad(test, b, true, -EBADMSG);
}

/* The variables of the store stay, one of them would be hidden. */
static void volatile_variable_hides_one_that_stays(struct kunit *test)
{
	struct image_bytes b = good(test);
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name(t, "vol");

	expect_bad(test, b, false, 0);
	EXPECT_STATUS(test, kuv_service_host_set(&t->s, &n, NV_BS, NULL, "x", 1,
						 false, NULL), KUV_SUCCESS);
	expect_bad(test, b, false, -EBADMSG);
	expect_good(test, b);
}

static void variable_over_its_limit(struct kunit *test)
{
	struct image_bytes b = good(test), rows;
	struct kuv_test *t = test->priv;

	t->s.limits.var_size = KUV_VAR_HEADER_LEN + 100;
	t->s.limits.auth_var_size = KUV_VAR_HEADER_LEN + 200;
	t->s.limits.volatile_var_size = KUV_VAR_HEADER_LEN + 300;
	rows = variable(test, NV_BS, 2, 96);
	expect_bad(test, image_with(test, b, KUV_IMAGE_VARIABLES, 0, rows.p,
				    rows.len), true, 0);
	rows = variable(test, NV_BS, 2, 97);
	expect_bad(test, image_with(test, b, KUV_IMAGE_VARIABLES, 0, rows.p,
				    rows.len), true, -ENOSPC);
	rows = variable(test, NV_BS | A_AT, 2, 197);
	expect_bad(test, image_with(test, b, KUV_IMAGE_VARIABLES, 0, rows.p,
				    rows.len), true, -ENOSPC);
	rows = variable(test, BS_RT, 2, 297);
	expect_bad(test, image_with(test, b, KUV_IMAGE_VOLATILE, 0, rows.p,
				    rows.len), true, -ENOSPC);
}

static void variable_over_every_limit(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.limits.var_size = 0xffffffff;
	expect_variable(test, KUV_IMAGE_VARIABLES,
			variable(test, NV_BS, 2, KUV_VAR_CONTENT_MAX - 4), 0);
	expect_variable(test, KUV_IMAGE_VARIABLES,
			variable(test, NV_BS, 2, KUV_VAR_CONTENT_MAX - 3),
			-ENOSPC);
}

static void variables_over_the_pool(struct kunit *test)
{
	struct image_bytes b = good(test);
	struct kuv_test *t = test->priv;
	u64 nv = t->s.db.nv_used, vol = t->s.db.volatile_used;
	struct kuv_limits limits = t->s.limits;

	t->s.limits.nv_size = 64;
	expect_bad(test, b, true, -ENOSPC);
	expect_bad(test, b, false, 0);
	t->s.limits = limits;
	t->s.limits.volatile_size = 64;
	expect_bad(test, b, true, -ENOSPC);
	t->s.limits.nv_size = nv;
	t->s.limits.volatile_size = vol;
	expect_good(test, b);
}

/* What the service makes itself may be above the pool, but not anything. */
static void own_variable_of_any_size(struct kunit *test)
{
	static const u8 guid[16] = KUV_GUID_CERT_DB;
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid, "certdb");
	struct kuv_regs regs = { 0 };
	struct image_bytes b;

	EXPECT_STATUS(test, kuv_service_host_set(&t->s, &n, NV_BS_RT | A_AT,
						 NULL, t->msg, 4096, true,
						 NULL), KUV_SUCCESS);
	b = image_save(test, &t->s, &regs, true);
	expect_good(test, b);
	t->s.limits.nv_size = 2048;
	expect_bad(test, b, true, -ENOSPC);
	t->s.limits = test_limits;
	t->s.limits.auth_var_size = 4096;
	expect_bad(test, b, true, -ENOSPC);
}

/* One variable in a pool of 64 bytes. */
static void expect_above_pool(struct kunit *test, const u8 *guid,
			      const char *name, int want)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid, name);
	struct image_bytes rows = variable(test, NV_BS, n.len, 1);

	memcpy(rows.p + 4, guid, 16);
	memcpy(rows.p + 4 + VAR, n.name, n.len);
	rows = image_with(test, image_save(test, &t->s, NULL, true),
			  KUV_IMAGE_VARIABLES, 0, rows.p, rows.len);
	t->s.limits.nv_size = 64;
	t->s.limits.var_size = KUV_VAR_HEADER_LEN;
	expect_bad(test, rows, true, want);
	t->s.limits = test_limits;
}

static void only_own_variables_above_the_pool(struct kunit *test)
{
	static const u8 global[16] = KUV_GUID_GLOBAL;
	static const u8 custom[16] = KUV_GUID_CUSTOM_MODE;
	static const u8 lock[16] = KUV_GUID_MOR_LOCK;

	expect_above_pool(test, custom, "CustomMode", 0);
	expect_above_pool(test, test_guid, "CustomMode", -ENOSPC);
	expect_above_pool(test, lock, "MemoryOverwriteRequestControlLock", 0);
	expect_above_pool(test, lock, "MemoryOverwriteRequestControl", -ENOSPC);
	/* What guests write is never forced in. */
	expect_above_pool(test, global, "PK", -ENOSPC);
	expect_above_pool(test, global, "KEK", -ENOSPC);
}

static struct kunit_case image_read_cases[] = {
	KUNIT_CASE(sound_image),
	KUNIT_CASE_SLOW(every_length_but_its_own),
	KUNIT_CASE(trailing_byte),
	KUNIT_CASE(other_magic),
	KUNIT_CASE(newer_version),
	KUNIT_CASE(version_zero),
	KUNIT_CASE(more_blocks_than_there_are),
	KUNIT_CASE(fewer_blocks_than_there_are),
	KUNIT_CASE(very_many_blocks),
	KUNIT_CASE(other_total),
	KUNIT_CASE(block_longer_than_the_image),
	KUNIT_CASE(block_of_all_memory),
	KUNIT_CASE(padding_with_something_in_it),
	KUNIT_CASE(unknown_kind),
	KUNIT_CASE(unknown_kind_to_skip),
	KUNIT_CASE(unknown_kind_with_unknown_flags),
	KUNIT_CASE(kind_zero),
	KUNIT_CASE(known_kind_to_skip),
	KUNIT_CASE(block_twice),
	KUNIT_CASE(blocks_out_of_order),
	KUNIT_CASE(machine_without_one_block),
	KUNIT_CASE(no_variables),
	KUNIT_CASE(rows_longer_or_shorter),
	KUNIT_CASE(bool_that_is_two),
	KUNIT_CASE(boot_before_end_of_dxe),
	KUNIT_CASE(runtime_before_end_of_dxe),
	KUNIT_CASE(end_of_dxe_without_locked_policies),
	KUNIT_CASE(size_over_the_largest),
	KUNIT_CASE(position_over_the_size),
	KUNIT_CASE(position_over_the_staging_buffer),
	KUNIT_CASE(staging_buffer_with_zeroes_behind_it),
	KUNIT_CASE(staging_buffer_over_the_largest),
	KUNIT_CASE(malformed_policy),
	KUNIT_CASE(dump_of_more_than_the_table),
	KUNIT_CASE(dump_that_ends_inside_a_policy),
	KUNIT_CASE(locked_that_is_two),
	KUNIT_CASE(policy_twice),
	KUNIT_CASE(too_many_policies),
	KUNIT_CASE(too_long_policies),
	KUNIT_CASE(as_many_properties_as_can_be),
	KUNIT_CASE(too_many_properties),
	KUNIT_CASE(too_long_names_of_properties),
	KUNIT_CASE(property_twice),
	KUNIT_CASE(property_of_another_revision),
	KUNIT_CASE(property_without_a_name),
	KUNIT_CASE(property_with_half_a_character),
	KUNIT_CASE(property_with_a_nul),
	KUNIT_CASE(more_properties_than_there_are),
	KUNIT_CASE(open_request_with_a_key),
	KUNIT_CASE(key_of_a_request_without_one),
	KUNIT_CASE(absent_request_before_end_of_dxe),
	KUNIT_CASE(codes_over_the_largest_variable),
	KUNIT_CASE(attributes_by_pool),
	KUNIT_CASE(attributes_that_are_never_stored),
	KUNIT_CASE(variable_without_a_name),
	KUNIT_CASE(variable_with_half_a_character),
	KUNIT_CASE(variable_with_a_nul),
	KUNIT_CASE(variable_without_data),
	KUNIT_CASE(variable_with_a_time_it_cannot_have),
	KUNIT_CASE(variable_that_is_not_all_there),
	KUNIT_CASE(more_variables_than_there_are),
	KUNIT_CASE(variable_twice),
	KUNIT_CASE(variable_in_both_pools),
	KUNIT_CASE(volatile_variable_hides_one_that_stays),
	KUNIT_CASE(variable_over_its_limit),
	KUNIT_CASE(variable_over_every_limit),
	KUNIT_CASE(variables_over_the_pool),
	KUNIT_CASE(own_variable_of_any_size),
	KUNIT_CASE(only_own_variables_above_the_pool),
	{}
};

static struct kunit_suite image_read_suite = {
	.name = "kvm_uefivars_image_read",
	.init = test_init,
	.exit = test_exit,
	.test_cases = image_read_cases,
};

kunit_test_suite(image_read_suite);

MODULE_DESCRIPTION("KUnit suite of core/image_rows.c");
MODULE_LICENSE("GPL");
