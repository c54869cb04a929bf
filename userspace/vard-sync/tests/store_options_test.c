// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the names of store options. */
#include "store_options.h"

#include <linux/kvm_uefivars.h>

#include "test.h"

#define ALL_NAMES \
	"force-secure-boot,no-custom-mode,self-signed-pk,presence-delete,audit-mode"

static void options_none(void **state)
{
	uint32_t bits = 1;

	(void)state;
	assert_true(kuv_store_options_parse("none", &bits));
	assert_int_equal(bits, 0);
	bits = 1;
	assert_true(kuv_store_options_parse("", &bits));
	assert_int_equal(bits, 0);
}

static void options_one(void **state)
{
	uint32_t bits = 0;

	(void)state;
	assert_true(kuv_store_options_parse("no-custom-mode", &bits));
	assert_int_equal(bits, KVM_UEFIVARS_OPT_NO_CUSTOM_MODE);
}

static void options_all_there_and_back(void **state)
{
	char text[KUV_STORE_OPTIONS_TEXT];
	uint32_t bits = 0;

	(void)state;
	assert_true(kuv_store_options_parse(ALL_NAMES, &bits));
	assert_int_equal(bits, 0x1f);
	kuv_store_options_format(bits, text);
	assert_string_equal(text, ALL_NAMES);
}

static void options_in_any_order(void **state)
{
	char text[KUV_STORE_OPTIONS_TEXT];
	uint32_t bits = 0;

	(void)state;
	assert_true(kuv_store_options_parse("audit-mode,force-secure-boot",
					    &bits));
	kuv_store_options_format(bits, text);
	assert_string_equal(text, "force-secure-boot,audit-mode");
}

static void refuse(const char *text)
{
	uint32_t bits = 42;

	assert_false(kuv_store_options_parse(text, &bits));
	assert_int_equal(bits, 42);
}

static void options_unknown_name(void **state)
{
	(void)state;
	refuse("force-secure-boots");
}

static void options_part_of_a_name(void **state)
{
	(void)state;
	refuse("audit");
}

static void options_empty_name(void **state)
{
	(void)state;
	refuse("audit-mode,");
}

static void options_none_among_others(void **state)
{
	(void)state;
	refuse("audit-mode,none");
}

static void options_format_none(void **state)
{
	char text[KUV_STORE_OPTIONS_TEXT];

	(void)state;
	kuv_store_options_format(0, text);
	assert_string_equal(text, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_none),
		cmocka_unit_test(options_one),
		cmocka_unit_test(options_all_there_and_back),
		cmocka_unit_test(options_in_any_order),
		cmocka_unit_test(options_unknown_name),
		cmocka_unit_test(options_part_of_a_name),
		cmocka_unit_test(options_empty_name),
		cmocka_unit_test(options_none_among_others),
		cmocka_unit_test(options_format_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
