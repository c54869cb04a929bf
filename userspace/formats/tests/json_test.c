// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of JSON as other programs write it, and of what we write for them. */
#include "some_vars.h"

#include <errno.h>

#define F VARD_FORMAT_JSON
#define GUID "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define TIME "e8070101000000000000000000000000"
#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define VAR(name, attr, more) "{\"name\": \"" name "\", \"guid\": \"" GUID \
	"\", \"attr\": " attr ", \"data\": \"01\"" more "}"
#define TEXT(s) s, sizeof(s) - 1

static void read_good(const char *text, size_t len, struct vard_template *t)
{
	int r = some_read(F, text, len, false, t);

	if (r < 0)
		print_error("%s\n", report.text);
	assert_int_equal(r, 0);
}

/* A bare array: the first version of python-uefivars. */
static void json_array(void **state)
{
	struct vard_template t;

	(void)state;
	read_good(TEXT("[" VAR("A", "7", "") ", " VAR("B", "3", "") "]"), &t);
	assert_int_equal(t.nr, 2);
	vard_template_clear(&t);
}

/* python-uefivars' digest is edk2's: certdb can be made from it. */
static void json_digest(void **state)
{
	struct vard_template t;

	(void)state;
	read_good(TEXT("[" VAR("A", "39", ", \"timestamp\": \"" TIME
			       "\", \"digest\": \"" DIGEST "\"") "]"), &t);
	assert_int_equal(t.nr, 2);
	assert_int_equal(t.vars[1].data_len, 4 + 28 + 2 + 32);
	assert_int_equal(t.vars[1].attributes, AUTH);
	assert_memory_equal(t.vars[1].data + 34, "\0\x11\x22\x33", 4);
	vard_template_clear(&t);
}

/* QEMU's is another one, and of no use. */
static void json_digest_of_qemu(void **state)
{
	(void)state;
	some_remark(F, TEXT("[" VAR("A", "39", ", \"time\": \"" TIME
				    "\", \"digest\": \"" DIGEST "\"") "]"),
		    "QEMU's kind", 1);
}

static void json_digest_malformed(void **state)
{
	(void)state;
	some_remark(F, TEXT("[" VAR("A", "39", ", \"timestamp\": \"" TIME
				    "\", \"digest\": \"00\"") "]"),
		    "not 64 hexadecimal", 1);
}

static void json_volatile(void **state)
{
	(void)state;
	some_remark(F, TEXT("[" VAR("A", "6", "") "," VAR("B", "7", "") "]"),
		    "variables[0] (A): left out: it is volatile", 1);
}

static void json_partial(void **state)
{
	(void)state;
	some_refused(F, TEXT("[5, " VAR("B", "7", "") "]"),
		     "variables[0]: not an object", 1);
	some_refused(F, TEXT("[" VAR("A", "\"7\"", "") "," VAR("B", "7", "") "]"),
		     "variables[0] (A): \"attr\"", 1);
	some_refused(F, TEXT("[" VAR("A", "7", "") "," VAR("A", "3", "") "]"),
		     "the same variable", 1);
}

static bool writes(enum vard_format f, const char *words)
{
	size_t len;
	uint8_t *p = some_write(f, some_vars, NR_SOME, &len);
	bool has = memmem(p, len, words, strlen(words));

	free(p);
	return has;
}

static void json_keys(void **state)
{
	(void)state;
	assert_true(writes(VARD_FORMAT_JSON, "\"version\""));
	assert_true(writes(VARD_FORMAT_JSON, "\"time\""));
	assert_true(writes(VARD_FORMAT_JSON, "certdb"));
	assert_false(writes(VARD_FORMAT_JSON, "\"digest\""));
	assert_true(writes(VARD_FORMAT_UEFIVARS, "\"timestamp\""));
	assert_true(writes(VARD_FORMAT_UEFIVARS, "\"digest\""));
	assert_false(writes(VARD_FORMAT_UEFIVARS, "certdb"));
	assert_false(writes(VARD_FORMAT_UEFIVARS, "\"time\""));
	assert_false(writes(VARD_FORMAT_UEFIVARS_V1, "\"version\""));
}

/* Half a character has no UTF-8. */
static void json_name_not_utf16(void **state)
{
	struct vard_var v[2] = { some_vars[0], some_vars[1] };
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	v[0].name = (const uint8_t *)"\x3d\xd8" "A";
	v[0].name_len = 4;
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_write(F, v, 2, false, &report, &p, &len),
			 -EINVAL);
	assert_non_null(strstr(report.text, "not UTF-16"));
	assert_int_equal(vard_format_write(F, v, 2, true, &report, &p, &len), 0);
	free(p);
}

/* Control characters come back as they went. */
static void json_name_with_controls(void **state)
{
	struct vard_var v = some_vars[0];
	struct vard_template t;
	uint8_t *p;
	size_t len;

	(void)state;
	v.name = (const uint8_t *)"\x1b\0\n\0\"\0\\\0\x85";
	v.name_len = 10;
	p = some_write(F, &v, 1, &len);
	assert_int_equal(some_read(F, p, len, false, &t), 0);
	some_check(&t, &v);
	vard_template_clear(&t);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_array),
		cmocka_unit_test(json_digest),
		cmocka_unit_test(json_digest_of_qemu),
		cmocka_unit_test(json_digest_malformed),
		cmocka_unit_test(json_volatile),
		cmocka_unit_test(json_partial),
		cmocka_unit_test(json_keys),
		cmocka_unit_test(json_name_not_utf16),
		cmocka_unit_test(json_name_with_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
