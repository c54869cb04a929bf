// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of names, GUIDs and the rules of one variable. */
#include "var.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"

static const uint8_t global[16] = { 0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93,
				    0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0,
				    0x98, 0x03, 0x2b, 0x8c };

static void guid_both_ways(void **state)
{
	char text[VARD_GUID_TEXT];
	uint8_t guid[16];

	(void)state;
	assert_true(vard_guid_parse(GLOBAL, guid));
	assert_memory_equal(guid, global, 16);
	vard_guid_format(guid, text);
	assert_string_equal(text, GLOBAL);
	assert_true(vard_guid_parse("8BE4DF61-93CA-11D2-AA0D-00E098032B8C",
				    guid));
	assert_memory_equal(guid, global, 16);
}

static void guid_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"8be4df61-93ca-11d2-aa0d-00e098032b8",
		"8be4df61-93ca-11d2-aa0d-00e098032b8cc",
		"8be4df61x93ca-11d2-aa0d-00e098032b8c",
		"8be4df6g-93ca-11d2-aa0d-00e098032b8c",
		"{8be4df61-93ca-11d2-aa0d-00e098032b8}",
	};
	uint8_t guid[16] = { 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(vard_guid_parse(bad[i], guid));
		assert_int_equal(guid[0], 1);
	}
}

static void guid_in_order(void **state)
{
	uint8_t other[16];

	(void)state;
	memcpy(other, global, 16);
	assert_int_equal(vard_guid_compare(global, other), 0);
	/* The text's 8be4df61 against 8ae5df61. */
	other[3]--;
	other[2]++;
	assert_true(vard_guid_compare(global, other) > 0);
	assert_true(vard_guid_compare(other, global) < 0);
	memcpy(other, global, 16);
	other[15]++;
	assert_true(vard_guid_compare(global, other) < 0);
}

static void check_format(const void *name, size_t len, const char *want)
{
	char *text = vard_name_format(name, len);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void name_for_people(void **state)
{
	(void)state;
	check_format(u"Boot0000", 16, "Boot0000");
	check_format(u"\u00e9\u20ac", 4, "\u00e9\u20ac");
	check_format(u"\U0001f600", 4, "\U0001f600");
}

static void name_of_odd_units(void **state)
{
	const uint16_t lone_high[] = { 'a', 0xd800 };
	const uint16_t high_high[] = { 0xd800, 0xd800, 'b' };
	const uint16_t lone_low[] = { 0xdc00, 'c' };

	(void)state;
	check_format(lone_high, 4, "a\ufffd");
	check_format(high_high, 6, "\ufffd\ufffdb");
	check_format(lone_low, 4, "\ufffdc");
	check_format(u"ab", 3, "a\ufffd");
	check_format(u"", 0, "");
}

static void name_with_controls(void **state)
{
	const uint16_t escape[] = { 0x1b, '[', 0x7f, 0x9b, '\n' };

	(void)state;
	check_format(escape, sizeof(escape), "\ufffd[\ufffd\ufffd\ufffd");
}

static void check_from_utf8(const char *text, const void *want, size_t len)
{
	uint8_t *name;
	uint32_t n;

	assert_int_equal(vard_name_from_utf8(text, strlen(text), &name, &n), 0);
	assert_int_equal(n, len);
	assert_memory_equal(name, want, len);
	free(name);
}

static void name_from_utf8(void **state)
{
	(void)state;
	check_from_utf8("Boot0000", u"Boot0000", 16);
	check_from_utf8("\u00e9\u20ac", u"\u00e9\u20ac", 4);
	check_from_utf8("\U0001f600x", u"\U0001f600x", 6);
}

static void name_from_bad_utf8(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xc0\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80",
		"\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
		"\xff", "a\xc3" "b",
	};
	uint8_t *name;
	uint32_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(vard_name_from_utf8(bad[i], strlen(bad[i]),
						     &name, &n), -EINVAL);
}

static struct vard_var sound(void)
{
	return (struct vard_var){
		.name = U16("A"), .name_len = 2, .attributes = 7,
		.data = (const uint8_t *)"x", .data_len = 1,
	};
}

static void var_for_people(void **state)
{
	struct vard_var v = sound();
	char *text;

	(void)state;
	memcpy(v.guid, global, 16);
	text = vard_var_describe(&v);
	assert_non_null(text);
	assert_string_equal(text, "A-" GLOBAL);
	free(text);
}

static void var_sound(void **state)
{
	struct vard_var v = sound();

	(void)state;
	assert_null(vard_var_check(&v));
	v.attributes = KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS |
		       KVM_UEFIVARS_ATTR_RT | KVM_UEFIVARS_ATTR_AT |
		       KVM_UEFIVARS_ATTR_HR;
	assert_null(vard_var_check(&v));
}

static void var_bad_name(void **state)
{
	static const uint8_t inner_nul[] = { 'a', 0, 0, 0, 'b', 0 };
	/* A zero byte pair across two units is no NUL. */
	static const uint8_t no_nul[] = { 'a', 0, 0, 1 };
	struct vard_var v = sound();

	(void)state;
	v.name_len = 0;
	assert_non_null(vard_var_check(&v));
	v.name_len = 1;
	assert_non_null(vard_var_check(&v));
	v.name = inner_nul;
	v.name_len = sizeof(inner_nul);
	assert_non_null(vard_var_check(&v));
	v.name = no_nul;
	v.name_len = sizeof(no_nul);
	assert_null(vard_var_check(&v));
}

static void var_bad_attributes(void **state)
{
	static const uint32_t bad[] = { 0, 1, 2, 4, 6, 0x13, 0x43, 0x83,
					0x107, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct vard_var v = sound();

		v.attributes = bad[i];
		assert_non_null(vard_var_check(&v));
	}
}

static void var_no_data(void **state)
{
	struct vard_var v = sound();

	(void)state;
	v.data_len = 0;
	assert_non_null(vard_var_check(&v));
}

static void hex(void **state)
{
	uint8_t out[4] = { 0 };

	(void)state;
	assert_true(vard_hex_parse("00fFAb", 6, out));
	assert_memory_equal(out, "\x00\xff\xab", 3);
	assert_true(vard_hex_parse("", 0, out));
	assert_false(vard_hex_parse("0", 1, out));
	assert_false(vard_hex_parse("0g", 2, out));
	assert_false(vard_hex_parse("+1", 2, out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guid_both_ways),
		cmocka_unit_test(guid_malformed),
		cmocka_unit_test(guid_in_order),
		cmocka_unit_test(name_for_people),
		cmocka_unit_test(name_of_odd_units),
		cmocka_unit_test(name_with_controls),
		cmocka_unit_test(name_from_utf8),
		cmocka_unit_test(name_from_bad_utf8),
		cmocka_unit_test(var_for_people),
		cmocka_unit_test(var_sound),
		cmocka_unit_test(var_bad_name),
		cmocka_unit_test(var_bad_attributes),
		cmocka_unit_test(var_no_data),
		cmocka_unit_test(hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
