// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of opening files of schema 1 and 2, made with the text of that time. */
#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <zlib.h>

#include "cleanup.h"
#include "fdio.h"
#include "log.h"

static const uint8_t uuid[16] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
				  0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 1 };
#define UUID "11223344-5566-7788-99aa-bbccddeeff01"

/* CRC-32 of a row as schema_1.sql describes it, for A=old of db_letter(). */
static uint32_t row_crc(void)
{
	const struct vard_var v = db_letter("A", "old");
	const uint8_t numbers[12] = { 7, 0, 0, 0, 2, 0, 0, 0, 3 };
	uLong crc = crc32(0, uuid, sizeof(uuid));

	crc = crc32(crc, v.guid, sizeof(v.guid));
	crc = crc32(crc, numbers, sizeof(numbers));
	crc = crc32(crc, v.time, sizeof(v.time));
	crc = crc32(crc, v.name, v.name_len);
	return (uint32_t)crc32(crc, v.data, v.data_len);
}

static void run_file(const char *path, const char *file)
{
	_cleanup_free_ void *schema = NULL;
	size_t len;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fdio_read_file(fd, 1 << 20, &schema, &len), 0);
	close(fd);
	db_outside(path, schema);
}

/* One VM with a sound variable and a quarantined one, in WAL mode as then. */
static void make_old(const char *path)
{
	char row[512];

	db_outside(path, "PRAGMA journal_mode = WAL;"
			 "PRAGMA application_id = 0x6b757673;"
			 "PRAGMA user_version = 1");
	run_file(path, TESTS "/schema_1.sql");
	db_outside(path, "INSERT INTO vm (name, uuid, uid, durability, options)"
		" VALUES ('old', '" UUID "', 77, 'write-back',"
		" 'force-secure-boot');"
		"INSERT INTO quarantine (vm_id, reason) VALUES (1, 'bad')");
	snprintf(row, sizeof(row), "INSERT INTO variable (vm_id, guid,"
		 " name_utf16, name, attributes, time, data, seq, crc) VALUES"
		 " (1, '00030201-0000-0000-0000-000000000000', x'4100', 'A', 7,"
		 " zeroblob(16), CAST('old' AS BLOB), 5, %u)", row_crc());
	db_outside(path, row);
}

/* The same, with a snapshot and a line of the audit. */
static void make_old_2(const char *path)
{
	make_old(path);
	run_file(path, TESTS "/schema_2.sql");
	db_outside(path, "PRAGMA user_version = 2;"
		"INSERT INTO snapshot (vm_id, name, uid, digest)"
		" VALUES (1, 'kept', 77, '');"
		"INSERT INTO audit (uid, vm, action) VALUES (77, 'old', 'snapshot')");
}

static void check_old(struct db *f)
{
	struct db_seen s;
	struct vard_vm vm;

	assert_int_equal(f->b->ops->find(f->b, "old", &vm), 0);
	assert_int_equal(vm.uid, 77);
	assert_int_equal(vm.durability, 1);
	assert_int_equal(vm.options, 1);
	assert_int_equal(vm.state, VARD_VM_HERE);
	assert_string_equal(vm.template, "");
	assert_memory_equal(vm.uuid.bytes, uuid, sizeof(uuid));
	s = db_load(f, &vm);
	assert_string_equal(s.text, "A=old ");
	assert_int_equal(s.counts.nr_quarantined, 0);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM quarantine"), 1);
}

static void upgrade(void **state)
{
	struct db *f = *state;
	struct vard_vm vm;

	make_old(f->path);
	db_open(f);
	check_old(f);
	assert_int_equal(db_int(f->path, "PRAGMA user_version"), 3);
	assert_int_equal(f->b->ops->check(f->b, 1000), 0);
	/* What is new works. */
	assert_int_equal(f->b->ops->find(f->b, "old", &vm), 0);
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(db_end(f, f->b->ops->snapshot_create(f->b, &vm, "s",
							      77)), 0);
	f->b->ops->close(f->b);
	db_open(f);
	check_old(f);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM snapshot"), 1);
}

static void upgrade_from_2(void **state)
{
	const struct vard_step step = { VARD_STEP_SET, db_letter("A", "new") };
	struct vard_plan plan = { .action = "set", .steps = &step, .nr = 1 };
	struct db *f = *state;
	unsigned int nr;
	struct vard_vm vm;

	make_old_2(f->path);
	db_open(f);
	check_old(f);
	assert_int_equal(db_int(f->path, "PRAGMA user_version"), 3);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM snapshot"), 1);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM audit"), 1);
	assert_int_equal(f->b->ops->check(f->b, 1000), 0);
	/* What is new works. */
	assert_int_equal(f->b->ops->find(f->b, "old", &vm), 0);
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(db_end(f, f->b->ops->pending_put(f->b, &vm, &plan)), 0);
	f->b->ops->close(f->b);
	db_open(f);
	check_old(f);
	assert_int_equal(f->b->ops->pending_count(f->b, &vm, &nr), 0);
	assert_int_equal(nr, 1);
}

static char *shape(const char *path)
{
	return db_value(path, "SELECT group_concat(m.name || ':' || c.cid || c.name"
		" || c.type || c.\"notnull\" || ifnull(c.dflt_value, '') || c.pk)"
		" FROM (SELECT * FROM sqlite_schema ORDER BY name) m,"
		" pragma_table_info(m.name) c");
}

/* No difference to a file that is new. */
static void is_as_new(struct db *f)
{
	_cleanup_free_ char *old = NULL, *new = NULL;
	char path[128];

	db_open(f);
	f->b->ops->close(f->b);
	old = shape(f->path);
	snprintf(path, sizeof(path), "%s/new.db", f->dir);
	assert_int_equal(f->b->ops->open(f->b, path, VARD_OPEN_CREATE), 0);
	f->b->ops->close(f->b);
	new = shape(path);
	assert_non_null(strstr(new, "snapshot_variable"));
	assert_non_null(strstr(new, "pending_change"));
	assert_string_equal(old, new);
}

static void upgraded_is_as_new(void **state)
{
	struct db *f = *state;

	make_old(f->path);
	is_as_new(f);
}

static void upgraded_from_2_is_as_new(void **state)
{
	struct db *f = *state;

	make_old_2(f->path);
	is_as_new(f);
}

/* Also where a new file may not be made. */
static void upgrade_same_file(void **state)
{
	struct db *f = *state;

	make_old(f->path);
	assert_int_equal(f->b->ops->open(f->b, f->path, 0), 0);
	check_old(f);
}

static void still_old(struct db *f)
{
	assert_int_equal(db_int(f->path, "PRAGMA user_version"), 1);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM"
				" pragma_table_info('vm') WHERE name = 'state'"),
			 0);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM sqlite_schema"
				" WHERE name = 'snapshot'"), 0);
}

/* It fails after some of the new tables: none of them stays. */
static void upgrade_fails_whole(void **state)
{
	struct db *f = *state;

	make_old(f->path);
	db_outside(f->path, "CREATE TABLE audit (mine)");
	assert_true(f->b->ops->open(f->b, f->path, 0) < 0);
	still_old(f);
	db_outside(f->path, "DROP TABLE audit");
	db_open(f);
	check_old(f);
}

static void upgrade_full_disk(void **state)
{
	struct db *f = *state;
	char cmd[160];

	db_mount(f, "size=1m");
	make_old(f->path);
	/* Room for the WAL's index, 32 KiB, and a little more. */
	snprintf(cmd, sizeof(cmd), "cd %s && head -c 2M /dev/zero >fill"
		 " 2>/dev/null; truncate -s -48K fill", f->dir);
	assert_int_equal(system(cmd), 0);
	assert_int_equal(f->b->ops->open(f->b, f->path, 0), -ENOSPC);
	assert_non_null(strstr(f->b->error, "no space left"));
	snprintf(cmd, sizeof(cmd), "rm %s/fill", f->dir);
	assert_int_equal(system(cmd), 0);
	still_old(f);
	db_open(f);
	check_old(f);
}

static void upgrade_locked(void **state)
{
	struct db *f = *state;
	sqlite3 *db;

	make_old(f->path);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	assert_int_equal(f->b->ops->open(f->b, f->path, 0), -EBUSY);
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(db);
	still_old(f);
	db_open(f);
	check_old(f);
}

static void newer_schema_stays(void **state)
{
	struct db *f = *state;

	make_old(f->path);
	db_outside(f->path, "PRAGMA user_version = 4");
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE),
			 -EUCLEAN);
	assert_non_null(strstr(f->b->error, "schema 4"));
	assert_int_equal(db_int(f->path, "PRAGMA user_version"), 4);
}

static void negative_schema(void **state)
{
	struct db *f = *state;

	make_old(f->path);
	db_outside(f->path, "PRAGMA user_version = -1");
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE),
			 -EUCLEAN);
}

/* Ours by its id, but nothing was ever made in it. */
static void schema_zero_with_id(void **state)
{
	struct db *f = *state;

	db_outside(f->path, "PRAGMA application_id = 0x6b757673");
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE),
			 -EUCLEAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(upgrade),
		DB_TEST(upgrade_from_2),
		DB_TEST(upgraded_is_as_new),
		DB_TEST(upgraded_from_2_is_as_new),
		DB_TEST(upgrade_same_file),
		DB_TEST(upgrade_fails_whole),
		DB_TEST(upgrade_full_disk),
		DB_TEST(upgrade_locked),
		DB_TEST(newer_schema_stays),
		DB_TEST(negative_schema),
		DB_TEST(schema_zero_with_id),
	};

	vard_log_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
