// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the template reader. */
#include "template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#define GUID "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define TIME "e8070101000000000000000000000000"
#define VAR(name, rest) "{\"name\": \"" name "\", \"guid\": \"" GUID "\"" rest "}"
#define PLAIN ", \"attr\": 7, \"data\": \"00ff\""
#define FILE_OF(vars) "{\"version\": 2, \"variables\": [" vars "]}"

static struct vard_report report;

static struct vard_template *good(const char *text)
{
	struct vard_template *t = NULL;
	int r = vard_template_parse(text, strlen(text), &t, &report);

	if (r < 0)
		fail_msg("refused: %s\n%s", text, report.text);
	assert_int_equal(report.nr_errors, 0);
	return t;
}

/* Refused, and the report says @word. */
static void bad(const char *text, const char *word)
{
	struct vard_template *t = NULL;
	int r = vard_template_parse(text, strlen(text), &t, &report);

	if (r == 0)
		fail_msg("accepted: %s", text);
	assert_int_equal(r, -EINVAL);
	assert_null(t);
	assert_true(report.nr_errors > 0);
	if (!strstr(report.text, word))
		fail_msg("no \"%s\" in: %s", word, report.text);
}

static void template_plain(void **state)
{
	struct vard_template *t = good(FILE_OF(
		VAR("Boot0000", PLAIN) "," VAR("BootOrder", PLAIN)));

	(void)state;
	assert_int_equal(report.nr_warnings, 0);
	assert_int_equal(t->nr, 2);
	assert_int_equal(t->vars[0].name_len, 16);
	assert_memory_equal(t->vars[0].name, U16("Boot0000"), 16);
	assert_int_equal(t->vars[0].attributes, 7);
	assert_int_equal(t->vars[0].data_len, 2);
	assert_memory_equal(t->vars[0].data, "\x00\xff", 2);
	assert_int_equal(t->vars[0].guid[0], 0x61);
	assert_memory_equal(t->vars[1].name, U16("BootOrder"), 18);
	vard_template_free(t);
}

static void template_empty(void **state)
{
	struct vard_template *t = good("");

	(void)state;
	assert_int_equal(t->nr, 0);
	vard_template_free(t);
	t = good(" \n");
	assert_int_equal(t->nr, 0);
	vard_template_free(t);
	t = good("{\"variables\": []}");
	assert_int_equal(t->nr, 0);
	vard_template_free(t);
}

static void check_time(const char *text)
{
	struct vard_template *t = good(text);

	assert_int_equal(report.nr_warnings, 0);
	assert_memory_equal(t->vars[0].time, "\xe8\x07\x01\x01\0\0\0\0", 8);
	vard_template_free(t);
}

/* A name is not what some encoding of the day can show. */
static void template_name_beyond_ascii(void **state)
{
	struct vard_template *t = good("{\"variables\": [ {\"name\": \"B\u00f6ot\u2603\","
		"\"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\","
		"\"attr\": 7, \"data\": \"00\"} ]}");

	(void)state;
	assert_int_equal(t->nr, 1);
	assert_int_equal(t->vars[0].name_len, U16_LEN("B\u00f6ot\u2603"));
	assert_memory_equal(t->vars[0].name, U16("B\u00f6ot\u2603"),
			    t->vars[0].name_len);
	vard_template_free(t);
}

static void template_time_keys(void **state)
{
	(void)state;
#define AUTH ", \"attr\": 39, \"data\": \"01\""
	check_time(FILE_OF(VAR("db", AUTH ", \"time\": \"" TIME "\"")));
	check_time(FILE_OF(VAR("db", AUTH ", \"timestamp\": \"" TIME "\"")));
	check_time(FILE_OF(VAR("db", AUTH ", \"time\": \"" TIME
				     "\", \"timestamp\": \"" TIME "\"")));
	bad(FILE_OF(VAR("db", AUTH ", \"time\": \"" TIME "\", \"timestamp\": "
			"\"f8070101000000000000000000000000\"")), "differ");
	bad(FILE_OF(VAR("db", AUTH ", \"time\": \"e807\"")), "time");
	bad(FILE_OF(VAR("db", AUTH ", \"time\": 5")), "time");
	bad(FILE_OF(VAR("db", AUTH ", \"time\": "
			"\"x8070101000000000000000000000000\"")), "time");
}

static void template_time_of_plain(void **state)
{
	struct vard_template *t = good(FILE_OF(
		VAR("A", PLAIN ", \"time\": \"" TIME "\"")));

	(void)state;
	assert_int_equal(report.nr_warnings, 1);
	assert_int_equal(t->vars[0].time[0], 0);
	vard_template_free(t);
}

static void template_unknown_keys(void **state)
{
	struct vard_template *t = good(
		"{\"version\": 2, \"made-by\": 1, \"variables\": ["
		VAR("A", PLAIN ", \"digest\": \"00\", \"x\": 1") "]}");

	(void)state;
	assert_int_equal(report.nr_warnings, 3);
	assert_non_null(strstr(report.text, "made-by"));
	assert_non_null(strstr(report.text, "variables[0] (A): key \"x\""));
	vard_template_free(t);
}

/* What a file says cannot forge lines or reach the terminal as commands. */
static void template_report_is_clean(void **state)
{
	(void)state;
	vard_template_free(
		good("{\"variables\": [], \"a\\u001b[2J\\nb\\u0085\": 1}"));
	assert_string_equal(report.text, "key \"a?[2J?b??\" ignored");
	/* Cut after 40 bytes, in the middle of the character. */
	vard_template_free(
		good("{\"variables\": [], \"0123456789012345678901234567890"
		     "12345678\303\244\303\244\": 1}"));
	assert_string_equal(report.text, "key \"0123456789012345678901234567890"
					 "12345678?\" ignored");
}

static void template_not_json(void **state)
{
	(void)state;
	bad("x", "not JSON");
	bad("{", "not JSON");
	bad("{} {}", "not JSON");
	bad("5", "object");
	bad("{}", "variables");
	bad("{\"variables\": {}}", "variables");
	bad("{\"version\": 3, \"variables\": []}", "version");
	bad("{\"version\": \"2\", \"variables\": []}", "version");
	bad("{\"variables\": [5]}", "variables[0]: not an object");
	bad("{\"variables\": [[[[[[[[[[[[]]]]]]]]]]]]}", "not JSON");
}

static void template_missing_key(void **state)
{
	(void)state;
	bad(FILE_OF("{\"guid\": \"" GUID "\"" PLAIN "}"), "no \"name\"");
	bad(FILE_OF("{\"name\": \"A\"" PLAIN "}"), "no \"guid\"");
	bad(FILE_OF(VAR("A", ", \"data\": \"00\"")), "no \"attr\"");
	bad(FILE_OF(VAR("A", ", \"attr\": 7")), "no \"data\"");
}

static void template_bad_values(void **state)
{
	(void)state;
	bad(FILE_OF("{\"name\": 5, \"guid\": \"" GUID "\"" PLAIN "}"), "name");
	bad(FILE_OF(VAR("", PLAIN)), "empty");
	bad(FILE_OF(VAR("a\\u0000b", PLAIN)), "NUL");
	bad(FILE_OF(VAR("\xff", PLAIN)), "JSON");
	bad(FILE_OF("{\"name\": \"A\", \"guid\": \"8be4\"" PLAIN "}"), "GUID");
	bad(FILE_OF("{\"name\": \"A\", \"guid\": \"" GUID "\\u0000\"" PLAIN "}"),
	    "GUID");
	bad(FILE_OF(VAR("A", ", \"attr\": 7, \"data\": \"0g\"")), "hexa");
	bad(FILE_OF(VAR("A", ", \"attr\": 7, \"data\": \"000\"")), "hexa");
	bad(FILE_OF(VAR("A", ", \"attr\": 7, \"data\": \"\"")), "no data");
	bad(FILE_OF(VAR("A", ", \"attr\": \"7\", \"data\": \"00\"")), "attr");
	bad(FILE_OF(VAR("A", ", \"attr\": 7.5, \"data\": \"00\"")), "attr");
	bad(FILE_OF(VAR("A", ", \"attr\": -1, \"data\": \"00\"")), "attr");
	bad(FILE_OF(VAR("A", ", \"attr\": 4294967303, \"data\": \"00\"")),
	    "attr");
	bad(FILE_OF(VAR("A", ", \"attr\": 6, \"data\": \"00\"")), "NV");
	bad(FILE_OF(VAR("A", ", \"attr\": 71, \"data\": \"00\"")), "never");
}

static void template_duplicates(void **state)
{
	struct vard_template *t;

	(void)state;
	bad(FILE_OF(VAR("A", PLAIN) "," VAR("B", PLAIN) "," VAR("A", PLAIN)),
	    "variables[2]: the same variable as variables[0]");
	/* Names are compared as bytes, case included. */
	t = good(FILE_OF(VAR("A", PLAIN) "," VAR("a", PLAIN)));
	vard_template_free(t);
}

static void template_reports_each_record(void **state)
{
	(void)state;
	bad(FILE_OF(VAR("A", ", \"attr\": 6, \"data\": \"00\"") ","
		    VAR("B", PLAIN) ","
		    VAR("C", ", \"attr\": 7, \"data\": \"zz\"")), "(A)");
	assert_int_equal(report.nr_errors, 2);
	assert_non_null(strstr(report.text, "variables[2] (C)"));
	assert_null(strstr(report.text, "(B)"));
}

static void template_long_report(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct vard_template *t;

	(void)state;
	fputs("{\"variables\": [0", f);
	for (int i = 0; i < 1000; i++)
		fputs(",0", f);
	fputs("]}", f);
	fclose(f);
	assert_int_equal(vard_template_parse(text, len, &t, &report), -EINVAL);
	assert_int_equal(report.nr_errors, 1001);
	assert_true(strlen(report.text) < sizeof(report.text));
	/* Whole lines. */
	assert_string_equal(report.text + strlen(report.text) - 6, "object");
	free(text);
}

static void template_from_fd(void **state)
{
	char path[] = "/tmp/vard-template.XXXXXX";
	struct vard_template *t = NULL;
	int fd = mkstemp(path);
	int pipes[2];

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, "{\"variables\": []}", 17), 17);
	assert_int_equal(vard_template_read(fd, &t, &report), 0);
	vard_template_free(t);
	assert_int_equal(ftruncate(fd, VARD_TEMPLATE_MAX + 1), 0);
	assert_int_equal(vard_template_read(fd, &t, &report), -EFBIG);
	assert_int_equal(report.nr_errors, 1);
	close(fd);
	/* A pipe would block the daemon. */
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(vard_template_read(pipes[0], &t, &report), -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(template_plain),
		cmocka_unit_test(template_empty),
		cmocka_unit_test(template_name_beyond_ascii),
		cmocka_unit_test(template_time_keys),
		cmocka_unit_test(template_time_of_plain),
		cmocka_unit_test(template_unknown_keys),
		cmocka_unit_test(template_report_is_clean),
		cmocka_unit_test(template_not_json),
		cmocka_unit_test(template_missing_key),
		cmocka_unit_test(template_bad_values),
		cmocka_unit_test(template_duplicates),
		cmocka_unit_test(template_reports_each_record),
		cmocka_unit_test(template_long_report),
		cmocka_unit_test(template_from_fd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
