// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of directories like efivarfs. */
#include "some_vars.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efivarfs.h"

#define GUID "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define PLAIN "\7\0\0\0data"

static char dir[] = "/tmp/efivarfs-test.XXXXXX";

static int set_up(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void put(const char *file, const char *data, size_t len)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static int read_dir(bool is_partial, struct vard_template *t)
{
	enum vard_format f = VARD_FORMAT_NR;
	int r;

	*t = (struct vard_template){ 0 };
	report = (struct vard_report){ 0 };
	r = vard_format_read_path(dir, NULL, is_partial, t, &report, &f);
	if (r == 0)
		assert_int_equal(f, VARD_FORMAT_EFIVARFS);
	return r;
}

static void refused(const char *words, size_t nr)
{
	struct vard_template t;

	assert_int_equal(read_dir(false, &t), -EINVAL);
	if (!strstr(report.text, words))
		print_error("%s\n", report.text);
	assert_non_null(strstr(report.text, words));
	assert_int_equal(read_dir(true, &t), nr ? 0 : -EINVAL);
	assert_int_equal(t.nr, nr);
	vard_template_clear(&t);
}

static void write_dir(const struct vard_var *vars, size_t nr)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	assert_int_equal(vard_efivarfs_write(fd, vars, nr), 0);
	close(fd);
}

static void efivarfs_round_trip(void **state)
{
	struct vard_var want;
	struct vard_template t;

	(void)state;
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_efivarfs_check(some_vars, NR_SOME, &report), 0);
	assert_int_equal(report.nr_errors, 0);
	assert_int_equal(report.nr_warnings, 2);
	assert_non_null(strstr(report.text, "PK: a file has no time"));
	write_dir(some_vars, NR_SOME);
	/* The times are lost, and that is not passed over. */
	refused("PK-" GUID ": authenticated", NR_SOME);
	assert_int_equal(read_dir(true, &t), 0);
	for (size_t i = 0; i < NR_SOME; i++) {
		want = some_vars[i];
		memset(want.time, 0, sizeof(want.time));
		some_check(&t, &want);
	}
	vard_template_clear(&t);
}

static void efivarfs_empty(void **state)
{
	struct vard_template t;

	(void)state;
	assert_int_equal(read_dir(false, &t), 0);
	assert_int_equal(t.nr, 0);
	vard_template_clear(&t);
}

static void efivarfs_bytes(void **state)
{
	struct vard_template t;

	(void)state;
	put("B-" GUID, PLAIN, 8);
	put("A-b-" GUID, PLAIN, 8);
	assert_int_equal(read_dir(false, &t), 0);
	assert_int_equal(t.nr, 2);
	assert_memory_equal(t.vars[0].name, "A\0-\0b\0", 6);
	assert_memory_equal(t.vars[0].data, "data", 4);
	assert_int_equal(t.vars[0].guid[0], 0x61);
	vard_template_clear(&t);
}

static void efivarfs_other_file(void **state)
{
	(void)state;
	put("A-" GUID, PLAIN, 8);
	put("README", "text", 4);
	refused("README: its name is not NAME-GUID", 1);
}

static void efivarfs_no_name(void **state)
{
	(void)state;
	put("-" GUID, PLAIN, 8);
	refused("not NAME-GUID", 0);
}

static void efivarfs_bad_guid(void **state)
{
	(void)state;
	put("A-xbe4df61-93ca-11d2-aa0d-00e098032b8c", PLAIN, 8);
	refused("not NAME-GUID", 0);
}

static void efivarfs_short(void **state)
{
	(void)state;
	put("A-" GUID, PLAIN, 3);
	refused("too short", 0);
}

static void efivarfs_no_data(void **state)
{
	(void)state;
	put("A-" GUID, PLAIN, 4);
	refused("no data", 0);
}

static void efivarfs_not_utf8(void **state)
{
	(void)state;
	put("A\xff-" GUID, PLAIN, 8);
	refused("not UTF-8", 0);
}

static void efivarfs_volatile(void **state)
{
	struct vard_template t;

	(void)state;
	put("A-" GUID, "\6\0\0\0x", 5);
	assert_int_equal(read_dir(false, &t), 0);
	assert_int_equal(t.nr, 0);
	assert_non_null(strstr(report.text, "volatile"));
	vard_template_clear(&t);
}

static void efivarfs_large(void **state)
{
	char path[400];

	(void)state;
	put("A-" GUID, PLAIN, 8);
	snprintf(path, sizeof(path), "%s/A-" GUID, dir);
	assert_int_equal(truncate(path, VARD_EFIVARFS_FILE_MAX + 1), 0);
	refused("File too large", 0);
}

/* What would leave the directory, or block. */
static void efivarfs_special_files(void **state)
{
	char path[400];

	(void)state;
	snprintf(path, sizeof(path), "%s/A-" GUID, dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof(path), "%s/B-" GUID, dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/C-" GUID, dir);
	assert_int_equal(mkdir(path, 0700), 0);
	refused("not a regular file", 0);
	assert_int_equal(report.nr_errors, 3);
}

static void lost(struct vard_var v, const char *words)
{
	struct vard_template t;

	report = (struct vard_report){ 0 };
	assert_int_equal(vard_efivarfs_check(&v, 1, &report), 0);
	assert_int_equal(report.nr_errors, 1);
	assert_non_null(strstr(report.text, words));
	write_dir(&v, 1);
	assert_int_equal(read_dir(false, &t), 0);
	assert_int_equal(t.nr, 0);
	vard_template_clear(&t);
}

static void efivarfs_slash(void **state)
{
	struct vard_var v = some_vars[0];

	(void)state;
	v.name = U16("../x");
	v.name_len = U16_LEN("../x");
	lost(v, "'/'");
}

static void efivarfs_nul(void **state)
{
	struct vard_var v = some_vars[0];

	(void)state;
	v.name = (const uint8_t *)"a\0\0\0b";
	v.name_len = 6;
	lost(v, "not UTF-16");
}

static void efivarfs_long_name(void **state)
{
	static uint8_t name[2 * 219];
	struct vard_var v = some_vars[0];

	(void)state;
	for (size_t i = 0; i < sizeof(name); i += 2)
		name[i] = 'a';
	v.name = name;
	v.name_len = sizeof(name);
	lost(v, "too long for a file");
	/* One less is the longest that a file can have. */
	v.name_len -= 2;
	write_dir(&v, 1);
}

static void efivarfs_there_already(void **state)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	(void)state;
	write_dir(some_vars, 1);
	assert_int_equal(vard_efivarfs_write(fd, some_vars, 1), -EEXIST);
	close(fd);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(efivarfs_round_trip),
		T(efivarfs_empty),
		T(efivarfs_bytes),
		T(efivarfs_other_file),
		T(efivarfs_no_name),
		T(efivarfs_bad_guid),
		T(efivarfs_short),
		T(efivarfs_no_data),
		T(efivarfs_not_utf8),
		T(efivarfs_volatile),
		T(efivarfs_large),
		T(efivarfs_special_files),
		T(efivarfs_slash),
		T(efivarfs_nul),
		T(efivarfs_long_name),
		T(efivarfs_there_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
