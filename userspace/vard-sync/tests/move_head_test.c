// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what travels before a machine's image; the reader gets anything. */
#include "move_head.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* Where things are on the wire. */
#define AT_VERSION 8
#define AT_MIN_VERSION 12
#define AT_FIXED_LEN 16
#define AT_NAME_LEN 20
#define AT_TEMPLATE_LEN 24
#define AT_FLAGS 28
#define AT_IMAGE_LEN 32
#define AT_DURABILITY 84
#define FIXED_LEN 104

static const char image[] = "what the kernel gave";

struct parcel {
	uint8_t *data;
	size_t len;
};

static struct vard_move_head sample(void)
{
	struct vard_move_head h = {
		.vm = { .name = "vm:1", .template = "secure",
			.durability = KVM_UEFIVARS_WRITE_BACK,
			.options = KVM_UEFIVARS_OPT_NO_CUSTOM_MODE },
		.config = { .nv_size = 1 << 20, .volatile_size = 2 << 20,
			    .var_size = 3, .auth_var_size = 4,
			    .volatile_var_size = 5, .change_rate = 6,
			    .change_burst = KVM_UEFIVARS_UNLIMITED },
		.has_machine = true,
	};

	for (uint8_t i = 0; i < 16; i++)
		h.vm.uuid.bytes[i] = i;
	return h;
}

static int set_up(void **state)
{
	struct parcel *p = calloc(1, sizeof(*p));
	struct vard_move_head h = sample();
	void *data;

	if (!p || vard_move_head_write(&h, image, sizeof(image), &data,
				       &p->len) < 0)
		return -1;
	p->data = data;
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct parcel *p = *state;

	free(p->data);
	free(p);
	return 0;
}

/* From memory of just that size: a byte too far is seen. */
static const char *read_copy(const uint8_t *data, size_t len,
			     struct vard_move_head *h)
{
	uint8_t *copy = malloc(len ? len : 1);
	const void *at;
	size_t image_len;
	const char *reason;

	assert_non_null(copy);
	memcpy(copy, data, len);
	reason = vard_move_head_read(copy, len, h, &at, &image_len);
	if (!reason) {
		assert_ptr_equal((const uint8_t *)at + image_len, copy + len);
		assert_true(strlen(h->vm.name) < sizeof(h->vm.name));
		assert_true(strlen(h->vm.template) < sizeof(h->vm.template));
	}
	free(copy);
	return reason;
}

static void put32(struct parcel *p, size_t at, uint32_t value)
{
	value = htole32(value);
	memcpy(p->data + at, &value, sizeof(value));
}

static const char *read_parcel(struct parcel *p)
{
	struct vard_move_head h;

	return read_copy(p->data, p->len, &h);
}

static void everything_comes_back(void **state)
{
	struct parcel *p = *state;
	struct vard_move_head h, want = sample();
	const void *at;
	size_t len;

	assert_null(vard_move_head_read(p->data, p->len, &h, &at, &len));
	assert_int_equal(len, sizeof(image));
	assert_memory_equal(at, image, len);
	assert_string_equal(h.vm.name, want.vm.name);
	assert_string_equal(h.vm.template, want.vm.template);
	assert_true(sd_id128_equal(h.vm.uuid, want.vm.uuid));
	assert_int_equal(h.vm.durability, want.vm.durability);
	assert_int_equal(h.vm.options, want.vm.options);
	assert_true(h.has_machine);
	want.config.durability = want.vm.durability;
	want.config.options = want.vm.options;
	assert_memory_equal(&h.config, &want.config, sizeof(want.config));
}

static void every_truncation_is_refused(void **state)
{
	struct parcel *p = *state;
	struct vard_move_head h;

	for (size_t len = 0; len < p->len; len++)
		assert_non_null(read_copy(p->data, len, &h));
}

static void any_byte_may_be_anything(void **state)
{
	struct parcel *p = *state;
	unsigned int nr_refused = 0;

	for (size_t i = 0; i < p->len; i++) {
		uint8_t was = p->data[i];

		for (unsigned int b = 0; b < 256; b++) {
			p->data[i] = (uint8_t)b;
			nr_refused += read_parcel(p) != NULL;
		}
		p->data[i] = was;
	}
	/* The magic alone makes for that many. */
	assert_true(nr_refused > 8 * 255);
}

static void lengths_that_wrap_are_refused(void **state)
{
	static const size_t at[] = { AT_FIXED_LEN, AT_NAME_LEN, AT_TEMPLATE_LEN,
				     AT_IMAGE_LEN, AT_IMAGE_LEN + 4 };
	static const uint32_t values[] = { 0, 0x7fffffff, 0x80000000,
					   0xffffffff, 0xffffff98 };
	struct parcel *p = *state;

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		uint32_t was;

		memcpy(&was, p->data + at[i], 4);
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			if (values[k] == le32toh(was))
				continue;
			put32(p, at[i], values[k]);
			assert_non_null(read_parcel(p));
		}
		memcpy(p->data + at[i], &was, 4);
	}
	assert_null(read_parcel(p));
}

static void more_bytes_are_refused(void **state)
{
	struct parcel *p = *state;
	struct vard_move_head h;
	uint8_t *more = calloc(1, p->len + 1);

	assert_non_null(more);
	memcpy(more, p->data, p->len);
	assert_string_equal(read_copy(more, p->len + 1, &h),
			    "it has more or fewer bytes than its head says");
	free(more);
}

static void newer_version_is_read_as_far_as_known(void **state)
{
	struct parcel *p = *state;
	struct vard_move_head h;
	uint8_t *more = calloc(1, p->len + 8);

	assert_non_null(more);
	put32(p, AT_VERSION, 2);
	put32(p, AT_FIXED_LEN, FIXED_LEN + 8);
	put32(p, AT_FLAGS, 3);
	memcpy(more, p->data, FIXED_LEN);
	memcpy(more + FIXED_LEN + 8, p->data + FIXED_LEN, p->len - FIXED_LEN);
	assert_null(read_copy(more, p->len + 8, &h));
	assert_string_equal(h.vm.name, "vm:1");
	free(more);
}

static void too_new_version_is_refused(void **state)
{
	struct parcel *p = *state;

	put32(p, AT_VERSION, 2);
	put32(p, AT_MIN_VERSION, 2);
	assert_non_null(strstr(read_parcel(p), "newer vard-sync"));
}

static void version_below_its_minimum_is_refused(void **state)
{
	struct parcel *p = *state;

	put32(p, AT_VERSION, 0);
	put32(p, AT_MIN_VERSION, 0);
	assert_non_null(read_parcel(p));
}

static void unknown_flag_is_refused(void **state)
{
	put32(*state, AT_FLAGS, 2);
	assert_string_equal(read_parcel(*state), "it has unknown flags");
}

static void unknown_durability_is_refused(void **state)
{
	put32(*state, AT_DURABILITY, 2);
	assert_string_equal(read_parcel(*state), "its durability is unknown");
}

static void name_with_nul_is_refused(void **state)
{
	struct parcel *p = *state;

	p->data[FIXED_LEN + 1] = 0;
	assert_non_null(read_parcel(p));
}

static void name_with_path_is_refused(void **state)
{
	struct parcel *p = *state;

	p->data[FIXED_LEN + 1] = '/';
	assert_non_null(read_parcel(p));
}

static void template_with_escape_is_refused(void **state)
{
	struct parcel *p = *state;

	p->data[FIXED_LEN + 5] = 0x1b;
	assert_string_equal(read_parcel(p), "its template is not text");
}

static void template_that_cannot_be_shown_is_left_out(void **state)
{
	struct vard_move_head h = sample();
	void *data;
	size_t len;

	(void)state;
	strcpy(h.vm.template, "b\xc3\xa4");
	assert_int_equal(vard_move_head_write(&h, image, sizeof(image), &data,
					      &len), 0);
	assert_null(read_copy(data, len, &h));
	assert_string_equal(h.vm.template, "");
	free(data);
}

static void empty_image_is_the_modules_to_refuse(void **state)
{
	struct vard_move_head h = sample();
	void *data;
	size_t len;

	(void)state;
	assert_int_equal(vard_move_head_write(&h, image, 0, &data, &len), 0);
	assert_null(read_copy(data, len, &h));
	free(data);
}

static void too_large_is_not_sent(void **state)
{
	struct vard_move_head h = sample();
	void *data;
	size_t len;

	(void)state;
	assert_int_equal(vard_move_head_write(&h, image, VARD_MOVE_MAX, &data,
					      &len), -EFBIG);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_comes_back),
		TEST(every_truncation_is_refused),
		TEST(any_byte_may_be_anything),
		TEST(lengths_that_wrap_are_refused),
		TEST(more_bytes_are_refused),
		TEST(newer_version_is_read_as_far_as_known),
		TEST(too_new_version_is_refused),
		TEST(version_below_its_minimum_is_refused),
		TEST(unknown_flag_is_refused),
		TEST(unknown_durability_is_refused),
		TEST(name_with_nul_is_refused),
		TEST(name_with_path_is_refused),
		TEST(template_with_escape_is_refused),
		cmocka_unit_test(template_that_cannot_be_shown_is_left_out),
		cmocka_unit_test(empty_image_is_the_modules_to_refuse),
		cmocka_unit_test(too_large_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
