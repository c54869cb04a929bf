// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal of kuvctl fleet apply: what it remembers, and what damages it. */
#include "test.h"
/* cmocka has a macro of that name. */
#undef fail

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet_journal.h"
#include "tmpdir.h"

static char why[FLEET_WHY_MAX];
/* Of the journal. */
static const char *path;

static int setup(void **state)
{
	(void)state;
	if (tmpdir_make())
		return -1;
	path = in_dir("journal");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return tmpdir_remove();
}

static void begin(struct fleet_journal *j)
{
	static const char *const names[] = { "one", "two \"quoted\"", "three" };

	*j = (struct fleet_journal){ .fd = -1, .nr = 3 };
	j->entries = calloc(3, sizeof(*j->entries));
	for (size_t i = 0; i < 3; i++) {
		j->entries[i].vm = strdup(names[i]);
		snprintf(j->entries[i].uuid, 37, "uuid-%zu", i);
	}
	assert_true(fleet_journal_create(j, path, "hash", why));
}

static void append(const char *text)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void journal_remembers(void **state)
{
	struct fleet_journal j;

	(void)state;
	begin(&j);
	strcpy(j.entries[0].old_digest, "before");
	strcpy(j.entries[0].new_digest, "after");
	fleet_entry_set(&j.entries[0], FLEET_BEGUN, NULL);
	fleet_journal_note(&j, &j.entries[0]);
	j.entries[0].pending = 7;
	fleet_entry_set(&j.entries[0], FLEET_DONE, NULL);
	fleet_journal_note(&j, &j.entries[0]);
	fleet_entry_set(&j.entries[1], FLEET_FAILED, "it \n burns");
	fleet_journal_note(&j, &j.entries[1]);
	fleet_journal_close(&j);

	assert_true(fleet_journal_open(&j, path, "hash", why));
	assert_int_equal(j.nr, 3);
	assert_string_equal(j.entries[1].vm, "two \"quoted\"");
	assert_string_equal(j.entries[2].uuid, "uuid-2");
	assert_int_equal(j.entries[0].state, FLEET_DONE);
	assert_int_equal(j.entries[0].pending, 7);
	assert_string_equal(j.entries[0].old_digest, "before");
	assert_string_equal(j.entries[0].new_digest, "after");
	assert_int_equal(j.entries[1].state, FLEET_FAILED);
	assert_string_equal(j.entries[1].why, "it \n burns");
	assert_int_equal(j.entries[2].state, FLEET_NEW);
	assert_false(j.is_finished);
	fleet_journal_finish(&j);
	fleet_journal_close(&j);
	assert_true(fleet_journal_open(&j, path, "hash", why));
	assert_true(j.is_finished);
	fleet_journal_close(&j);
}

/* What was left out at the beginning stays so, without a note of its own. */
static void journal_of_a_moved_vm(void **state)
{
	struct fleet_journal j = { .fd = -1, .nr = 1 };

	(void)state;
	j.entries = calloc(1, sizeof(*j.entries));
	j.entries[0].vm = strdup("away");
	j.entries[0].state = FLEET_MOVED;
	assert_true(fleet_journal_create(&j, path, "hash", why));
	fleet_journal_close(&j);
	assert_true(fleet_journal_open(&j, path, "hash", why));
	assert_int_equal(j.entries[0].state, FLEET_MOVED);
	fleet_journal_close(&j);
}

static void journal_of_a_crash(void **state)
{
	struct fleet_journal j;
	struct stat before, after;

	(void)state;
	begin(&j);
	fleet_entry_set(&j.entries[0], FLEET_DONE, NULL);
	fleet_journal_note(&j, &j.entries[0]);
	fleet_journal_close(&j);
	assert_int_equal(stat(path, &before), 0);
	append("{\"vm\":\"three\",\"sta");
	assert_true(fleet_journal_open(&j, path, "hash", why));
	assert_int_equal(j.entries[0].state, FLEET_DONE);
	assert_int_equal(j.entries[2].state, FLEET_NEW);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size, before.st_size);
	/* What follows is a line of its own. */
	fleet_entry_set(&j.entries[2], FLEET_BEGUN, NULL);
	fleet_journal_note(&j, &j.entries[2]);
	fleet_journal_close(&j);
	assert_true(fleet_journal_open(&j, path, "hash", why));
	assert_int_equal(j.entries[2].state, FLEET_BEGUN);
	fleet_journal_close(&j);
}

static void journal_is_exclusive(void **state)
{
	struct fleet_journal j, other;

	(void)state;
	begin(&j);
	assert_false(fleet_journal_open(&other, path, "hash", why));
	assert_non_null(strstr(why, "another"));
	fleet_journal_close(&other);
	other = (struct fleet_journal){ .fd = -1 };
	assert_false(fleet_journal_create(&other, path, "hash", why));
	assert_non_null(strstr(why, "--resume"));
	fleet_journal_close(&j);
	/* Another plan, or another file that it names. */
	assert_false(fleet_journal_open(&j, path, "hush", why));
	fleet_journal_close(&j);
}

static void journal_damaged(void **state)
{
	static const char *const lines[] = {
		"what\n", "[]\n", "{}\n", "{\"vm\":\"four\",\"state\":\"done\"}\n",
		"{\"vm\":\"one\",\"state\":\"sold\"}\n", "\n",
	};
	struct fleet_journal j;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		begin(&j);
		fleet_journal_close(&j);
		append(lines[i]);
		assert_false(fleet_journal_open(&j, path, "hash", why));
		assert_non_null(strstr(why, "line 2"));
		fleet_journal_close(&j);
		unlink(path);
	}
	append("{\"kuvctl-fleet\":2,\"plan\":\"hash\",\"vms\":[]}\n");
	assert_false(fleet_journal_open(&j, path, "hash", why));
	assert_non_null(strstr(why, "newer"));
	fleet_journal_close(&j);
	unlink(path);
	append("");
	assert_false(fleet_journal_open(&j, path, "hash", why));
	fleet_journal_close(&j);
	unlink(path);
	assert_false(fleet_journal_open(&j, path, "hash", why));
	fleet_journal_close(&j);
	append("");
}

int main(void)
{
#define JOURNAL(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		JOURNAL(journal_remembers),
		JOURNAL(journal_of_a_moved_vm),
		JOURNAL(journal_of_a_crash),
		JOURNAL(journal_is_exclusive),
		JOURNAL(journal_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
