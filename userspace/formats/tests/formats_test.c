// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what all formats have in common, and round trips through each. */
#include "some_vars.h"

#include <errno.h>

#include "base64.h"
#include "signers.h"

/* The tests need no package: this one is the same without the dictionary. */
#define IS_TESTED(f) ((f) != VARD_FORMAT_AWS && (f) != VARD_FORMAT_EFIVARFS)

static void formats_round_trip(void **state)
{
	(void)state;
	for (int i = 0; i < VARD_FORMAT_NR; i++) {
		enum vard_format f = (enum vard_format)i, detected;
		struct vard_template t;
		uint8_t *p;
		size_t len;

		if (!IS_TESTED(f))
			continue;
		p = some_write(f, some_vars, NR_SOME, &len);
		assert_true(vard_format_detect(p, len, &detected));
		assert_int_equal(some_read(detected, p, len, false, &t), 0);
		if (report.nr_errors || t.nr != NR_SOME)
			print_error("%s: %s\n", vard_format_name(f), report.text);
		some_check_all(&t);
		vard_template_clear(&t);
		free(p);
	}
}

/* What is cut off anywhere is no crash, and not all of the variables. */
static void formats_cut(void **state)
{
	(void)state;
	for (int i = 0; i < VARD_FORMAT_NR; i++) {
		enum vard_format f = (enum vard_format)i;
		struct vard_template t;
		uint8_t *p;
		size_t len;
		int r;

		if (!IS_TESTED(f) || (f >= VARD_FORMAT_OVMF_4M &&
				      f <= VARD_FORMAT_ARMVIRT))
			continue;
		p = some_write(f, some_vars, NR_SOME, &len);
		/* The line end of JSON may be missing. */
		for (size_t n = 1; n + 1 < len; n++) {
			assert_int_equal(some_read(f, p, n, false, &t), -EINVAL);
			r = some_read(f, p, n, true, &t);
			assert_true(t.nr < NR_SOME);
			assert_int_equal(r, t.nr ? 0 : -EINVAL);
			vard_template_clear(&t);
		}
		free(p);
	}
}

static void formats_names(void **state)
{
	enum vard_format f;

	(void)state;
	for (int i = 0; i < VARD_FORMAT_NR; i++) {
		assert_true(vard_format_find(vard_format_name((enum vard_format)i),
					     &f));
		assert_int_equal(f, i);
	}
	assert_false(vard_format_find("jso", &f));
}

static bool detects(const char *text, enum vard_format want)
{
	enum vard_format f;

	return vard_format_detect((const uint8_t *)text, strlen(text), &f) &&
	       f == want;
}

static void formats_detect(void **state)
{
	enum vard_format f;

	(void)state;
	assert_true(detects("", VARD_FORMAT_JSON));
	assert_true(detects(" \n{", VARD_FORMAT_JSON));
	assert_true(detects("[]", VARD_FORMAT_JSON));
	assert_true(detects("VARS", VARD_FORMAT_VARSTORED));
	assert_true(detects("VkFSUwIAAAA=", VARD_FORMAT_XAPI));
	assert_true(detects("QU1aTlVFRkkA", VARD_FORMAT_AWS));
	assert_true(detects(" QU1a\nTlVF\r\nRkkA", VARD_FORMAT_AWS));
	assert_false(vard_format_detect((const uint8_t *)"hello", 5, &f));
	assert_false(vard_format_detect((const uint8_t *)"\0\0\0\0", 4, &f));
}

static void formats_unknown_file(void **state)
{
	struct vard_template t = { 0 };

	(void)state;
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_read_path("/proc/self/exe", NULL, true, &t,
					       &report, NULL), -EINVAL);
	assert_non_null(strstr(report.text, "not known"));
}

static void formats_no_file(void **state)
{
	struct vard_template t = { 0 };

	(void)state;
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_read_path("/nonexistent", NULL, true, &t,
					       &report, NULL), -ENOENT);
	assert_int_equal(report.nr_errors, 1);
}

static void formats_special_file(void **state)
{
	struct vard_template t = { 0 };

	(void)state;
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_read_path("/dev/zero", NULL, true, &t,
					       &report, NULL), -EINVAL);
	assert_non_null(strstr(report.text, "not a regular file"));
}

/* Of two with the same name the first stays. */
static void formats_duplicates(void **state)
{
	struct vard_var v[3] = { some_vars[0], some_vars[0], some_vars[1] };
	uint8_t *p;
	size_t len;

	(void)state;
	v[1].data_len = 1;
	p = some_write(VARD_FORMAT_VARSTORED, v, 3, &len);
	some_refused(VARD_FORMAT_VARSTORED, p, len,
		     "variables[1]: the same variable as variables[0]", 2);
	free(p);
}

static void formats_made_anew(void **state)
{
	struct vard_var v = some_vars[1];
	uint8_t *p;
	size_t len;

	(void)state;
	v.name = U16("SetupMode");
	v.name_len = U16_LEN("SetupMode");
	p = some_write(VARD_FORMAT_VARSTORED, &v, 1, &len);
	some_remark(VARD_FORMAT_VARSTORED, p, len, "at each start", 0);
	free(p);
}

static void formats_bad_certdb(void **state)
{
	struct vard_var v = some_vars[4];
	uint8_t *p;
	size_t len;

	(void)state;
	v.data_len--;
	p = some_write(VARD_FORMAT_JSON, &v, 1, &len);
	some_remark(VARD_FORMAT_JSON, p, len, "malformed", 0);
	free(p);
	/* As python-uefivars writes it. */
	v.data_len++;
	v.attributes = NV_BS_RT;
	p = some_write(VARD_FORMAT_JSON, &v, 1, &len);
	some_remark(VARD_FORMAT_JSON, p, len, "malformed", 0);
	free(p);
}

static void formats_says_digests(void **state)
{
	uint8_t *p;
	size_t len;

	(void)state;
	p = some_write(VARD_FORMAT_JSON, some_vars, NR_SOME, &len);
	some_remark(VARD_FORMAT_JSON, p, len, "1 signers by SHA-256", NR_SOME);
	free(p);
	p = some_write(VARD_FORMAT_JSON, some_vars, NR_SOME - 1, &len);
	some_remark(VARD_FORMAT_JSON, p, len, "Priv: private, but nothing",
		    NR_SOME - 1);
	free(p);
}

static void formats_flash_without_volatile(void **state)
{
	struct vard_var v = some_vars[0];
	struct vard_template t;
	uint8_t *p;
	size_t len;

	(void)state;
	v.attributes = 6;
	p = some_write(VARD_FORMAT_OVMF_2M, &v, 1, &len);
	assert_non_null(strstr(report.text, "Plain: left out: volatile"));
	assert_int_equal(some_read(VARD_FORMAT_OVMF_2M, p, len, false, &t), 0);
	assert_int_equal(t.nr, 0);
	vard_template_clear(&t);
	free(p);
}

static void formats_flash_full(void **state)
{
	static uint8_t large[60000];
	struct vard_var v = some_vars[0];
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	v.data = large;
	v.data_len = sizeof(large);
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_write(VARD_FORMAT_OVMF_2M, &v, 1, true,
					   &report, &p, &len), -EINVAL);
	assert_non_null(strstr(report.text, "do not fit"));
}

static void formats_merge_signers(void **state)
{
	uint8_t other[sizeof(some_signers)], *p = NULL;
	struct vard_var old = some_vars[4];
	size_t len;

	(void)state;
	/* The same variable: that of the new one counts. */
	memcpy(other, some_signers, sizeof(other));
	other[71] = '!';
	old.data = other;
	assert_int_equal(vard_signers_merge(&old, &some_vars[4], &p, &len), 0);
	assert_int_equal(len, some_vars[4].data_len);
	assert_memory_equal(p, some_signers, len);
	free(p);
	/* Another one: both. */
	other[4] = 9;
	assert_int_equal(vard_signers_merge(&old, &some_vars[4], &p, &len), 0);
	assert_int_equal(len, 4 + 2 * 68);
	assert_int_equal(p[0], len);
	assert_memory_equal(p + 4 + 68, other + 4, 68);
	free(p);
}

static int decodes(const char *text)
{
	uint8_t *p = NULL;
	size_t len = 0;
	int r = vard_base64_decode((const uint8_t *)text, strlen(text), &p, &len);

	free(p);
	return r < 0 ? r : (int)len;
}

static void formats_base64(void **state)
{
	(void)state;
	assert_int_equal(decodes(""), 0);
	assert_int_equal(decodes("QQ=="), 1);
	assert_int_equal(decodes("QU\nI="), 2);
	assert_int_equal(decodes("QUJD"), 3);
	assert_int_equal(decodes("QUJ"), -EINVAL);
	assert_int_equal(decodes("Q==="), -EINVAL);
	assert_int_equal(decodes("===="), -EINVAL);
	assert_int_equal(decodes("Q=Q="), -EINVAL);
	assert_int_equal(decodes("QU-D"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_round_trip),
		cmocka_unit_test(formats_cut),
		cmocka_unit_test(formats_names),
		cmocka_unit_test(formats_detect),
		cmocka_unit_test(formats_unknown_file),
		cmocka_unit_test(formats_no_file),
		cmocka_unit_test(formats_special_file),
		cmocka_unit_test(formats_duplicates),
		cmocka_unit_test(formats_made_anew),
		cmocka_unit_test(formats_bad_certdb),
		cmocka_unit_test(formats_says_digests),
		cmocka_unit_test(formats_flash_without_volatile),
		cmocka_unit_test(formats_flash_full),
		cmocka_unit_test(formats_merge_signers),
		cmocka_unit_test(formats_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
