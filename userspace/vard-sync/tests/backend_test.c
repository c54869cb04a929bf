// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the SQLite backend with real files. */
#include "backend.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm_uefivars.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "test.h"

#define SEEN_MAX 64

/* A directory with one database. */
struct fixture {
	char dir[64];
	char path[96];
	struct vard_backend *b;
	bool is_mounted;
};

/* What load() gave. */
struct seen {
	char names[SEEN_MAX][64];
	char data[SEEN_MAX][16];
	int nr;
	const char *refuse;
	int error;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	strcpy(f->dir, "/tmp/vard-backend.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/vars.db", f->dir);
	f->b = vard_sqlite_new();
	*state = f;
	return f->b ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char cmd[128];

	f->b->ops->free(f->b);
	if (f->is_mounted)
		umount2(f->dir, MNT_DETACH);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", f->dir);
	free(f);
	return system(cmd);
}

static void open_db(struct fixture *f)
{
	if (f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE) < 0)
		fail_msg("%s", f->b->error);
}

static void reopen(struct fixture *f)
{
	f->b->ops->close(f->b);
	open_db(f);
}

/* Runs SQL behind the backend's back. */
static void outside(struct fixture *f, const char *sql)
{
	char *message = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

static int64_t outside_int(struct fixture *f, const char *sql)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int64_t n;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static struct vard_vm make_vm(struct fixture *f, const char *name)
{
	struct vard_vm vm = { .uid = 1000 };

	snprintf(vm.name, sizeof(vm.name), "%s", name);
	sd_id128_randomize(&vm.uuid);
	assert_int_equal(f->b->ops->begin(f->b), 0);
	assert_int_equal(f->b->ops->create(f->b, &vm), 0);
	assert_int_equal(f->b->ops->commit(f->b), 0);
	assert_true(vm.id > 0);
	return vm;
}

/* Variables are named by one letter. */
static struct vard_var letter(const char *name, const char *data)
{
	return (struct vard_var){
		.guid = { 1, 2, 3 },
		.name = (const uint8_t *)name, /* "A\0" is UTF-16LE */
		.name_len = 2,
		.data = (const uint8_t *)data,
		.data_len = (uint32_t)strlen(data),
		.attributes = 7,
		.seq = 9,
	};
}

static int put(struct fixture *f, const struct vard_vm *vm, const char *name,
	       const char *data)
{
	struct vard_var v = letter(name, data);
	int r = f->b->ops->begin(f->b);

	v.is_deleted = !*data;
	if (r == 0)
		r = f->b->ops->apply(f->b, vm, &v);
	if (r == 0)
		return f->b->ops->commit(f->b);
	f->b->ops->rollback(f->b);
	return r;
}

static int see(const struct vard_var *v, const char **reason, void *arg)
{
	struct seen *s = arg;

	if (s->error)
		return s->error;
	assert_true(s->nr < SEEN_MAX);
	snprintf(s->names[s->nr], sizeof(s->names[0]), "%.*s", 1, v->name);
	snprintf(s->data[s->nr], sizeof(s->data[0]), "%.*s", (int)v->data_len,
		 v->data);
	if (s->refuse && strcmp(s->refuse, s->names[s->nr]) == 0) {
		*reason = "refused";
		return 1;
	}
	s->nr++;
	return 0;
}

static struct vard_vm_counts load(struct fixture *f, const struct vard_vm *vm,
				  struct seen *s)
{
	struct vard_vm_counts counts;

	if (f->b->ops->load(f->b, vm, see, s, &counts) < 0)
		fail_msg("%s", f->b->error);
	assert_int_equal(counts.nr_variables, s->nr);
	return counts;
}

static void put_and_reload(void **state)
{
	struct fixture *f = *state;
	struct seen s = { 0 };
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", "first"), 0);
	assert_int_equal(put(f, &vm, "B", "second"), 0);
	assert_int_equal(put(f, &vm, "C", "third"), 0);
	assert_int_equal(put(f, &vm, "A", "again"), 0);
	assert_int_equal(put(f, &vm, "B", ""), 0);
	reopen(f);
	assert_int_equal(load(f, &vm, &s).nr_quarantined, 0);
	/* In the order of the last change. */
	assert_int_equal(s.nr, 2);
	assert_string_equal(s.names[0], "C");
	assert_string_equal(s.names[1], "A");
	assert_string_equal(s.data[1], "again");
}

static void every_field_survives_cb(const struct vard_var *v)
{
	static const uint8_t name[] = { 0x3d, 0xd8, 0x00, 0xde, 0x01, 0xd8 };
	static const uint8_t time[16] = { 0xe8, 7, 1, 1, 2, 3, 4 };

	assert_int_equal(v->attributes, 0x27);
	assert_int_equal(v->seq, 1ULL << 40);
	assert_int_equal(v->name_len, sizeof(name));
	assert_memory_equal(v->name, name, sizeof(name));
	assert_memory_equal(v->time, time, sizeof(time));
	assert_int_equal(v->guid[15], 0xee);
	assert_int_equal(v->data_len, 3);
	assert_memory_equal(v->data, "\0\xff\0", 3);
}

static int check_fields(const struct vard_var *v, const char **reason,
			void *arg)
{
	(void)reason;
	(void)arg;
	every_field_survives_cb(v);
	return 0;
}

static void every_field_survives(void **state)
{
	/* A pair, then a lone surrogate: names are bytes. */
	static const uint8_t name[] = { 0x3d, 0xd8, 0x00, 0xde, 0x01, 0xd8 };
	struct vard_var v = {
		.guid = { [15] = 0xee },
		.time = { 0xe8, 7, 1, 1, 2, 3, 4 },
		.name = name,
		.name_len = sizeof(name),
		.data = (const uint8_t *)"\0\xff\0",
		.data_len = 3,
		.attributes = 0x27,
		.seq = 1ULL << 40,
	};
	struct vard_vm_counts counts;
	struct fixture *f = *state;
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(f->b->ops->begin(f->b), 0);
	assert_int_equal(f->b->ops->apply(f->b, &vm, &v), 0);
	assert_int_equal(f->b->ops->commit(f->b), 0);
	reopen(f);
	assert_int_equal(f->b->ops->load(f->b, &vm, check_fields, NULL, &counts),
			 0);
	assert_int_equal(counts.nr_variables, 1);
}

static void delete_absent(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", ""), 0);
}

static void vms_are_apart(void **state)
{
	struct fixture *f = *state;
	struct seen s1 = { 0 }, s2 = { 0 };
	struct vard_vm one, two;

	open_db(f);
	one = make_vm(f, "one");
	two = make_vm(f, "two");
	assert_int_equal(put(f, &one, "A", "1"), 0);
	assert_int_equal(put(f, &two, "A", "2"), 0);
	assert_int_equal(put(f, &two, "B", "2"), 0);
	assert_int_equal(put(f, &one, "B", ""), 0);
	load(f, &one, &s1);
	load(f, &two, &s2);
	assert_int_equal(s1.nr, 1);
	assert_string_equal(s1.data[0], "1");
	assert_int_equal(s2.nr, 2);
	assert_string_equal(s2.data[0], "2");
}

static void find_vm(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm, got;

	open_db(f);
	vm = make_vm(f, "one");
	reopen(f);
	assert_int_equal(f->b->ops->find(f->b, "one", &got), 0);
	assert_int_equal(got.id, vm.id);
	assert_int_equal(got.uid, 1000);
	assert_true(sd_id128_equal(got.uuid, vm.uuid));
	assert_int_equal(f->b->ops->find_uuid(f->b, vm.uuid, &got), 0);
	assert_string_equal(got.name, "one");
	assert_int_equal(f->b->ops->find(f->b, "two", &got), -ENOENT);
	sd_id128_randomize(&vm.uuid);
	assert_int_equal(f->b->ops->find_uuid(f->b, vm.uuid, &got), -ENOENT);
}

static void create_twice(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	sd_id128_randomize(&vm.uuid);
	assert_int_equal(f->b->ops->begin(f->b), 0);
	assert_true(f->b->ops->create(f->b, &vm) < 0);
	f->b->ops->rollback(f->b);
	make_vm(f, "two");
	assert_int_equal(outside_int(f, "SELECT count(*) FROM vm"), 2);
}

static void durability_survives(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm, got;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(f->b->ops->begin(f->b), 0);
	vm.durability = KVM_UEFIVARS_WRITE_BACK;
	assert_int_equal(f->b->ops->update(f->b, &vm), 0);
	assert_int_equal(f->b->ops->commit(f->b), 0);
	reopen(f);
	assert_int_equal(f->b->ops->find(f->b, "one", &got), 0);
	assert_int_equal(got.durability, KVM_UEFIVARS_WRITE_BACK);
	assert_int_equal(got.options, 0);
}

static void options_survive(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm, got;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(f->b->ops->begin(f->b), 0);
	vm.options = KVM_UEFIVARS_OPT_FORCE_SECURE_BOOT |
		     KVM_UEFIVARS_OPT_NO_CUSTOM_MODE;
	assert_int_equal(f->b->ops->update(f->b, &vm), 0);
	assert_int_equal(f->b->ops->commit(f->b), 0);
	reopen(f);
	assert_int_equal(f->b->ops->find(f->b, "one", &got), 0);
	assert_int_equal(got.options, vm.options);
	assert_int_equal(got.durability, KVM_UEFIVARS_WRITE_THROUGH);
}

/* A newer program's option must not be dropped silently. */
static void options_unknown_in_database(void **state)
{
	struct fixture *f = *state;
	struct vard_vm got;

	open_db(f);
	make_vm(f, "one");
	outside(f, "UPDATE vm SET options = 'from-the-future'");
	assert_int_equal(f->b->ops->find(f->b, "one", &got), -EUCLEAN);
	assert_non_null(strstr(f->b->error, "options"));
}

static int note_list(const struct vard_vm *vm,
		     const struct vard_vm_counts *counts, void *arg)
{
	char *text = arg;

	sprintf(text + strlen(text), "%s %u %u;", vm->name,
		counts->nr_variables, counts->nr_quarantined);
	return 0;
}

static void list_vms(void **state)
{
	struct fixture *f = *state;
	char text[128] = "";
	struct vard_vm vm;

	open_db(f);
	make_vm(f, "zeta");
	vm = make_vm(f, "alpha");
	assert_int_equal(put(f, &vm, "A", "1"), 0);
	assert_int_equal(f->b->ops->list(f->b, note_list, text), 0);
	assert_string_equal(text, "alpha 1 0;zeta 0 0;");
}

static void rollback_leaves_nothing(void **state)
{
	struct vard_var v = letter("A", "x");
	struct fixture *f = *state;
	struct seen s = { 0 };
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(f->b->ops->begin(f->b), 0);
	assert_int_equal(f->b->ops->apply(f->b, &vm, &v), 0);
	f->b->ops->rollback(f->b);
	load(f, &vm, &s);
	assert_int_equal(s.nr, 0);
	/* And another one without a transaction does no harm. */
	f->b->ops->rollback(f->b);
	assert_int_equal(put(f, &vm, "A", "y"), 0);
}

static void apply_to_unknown_vm(void **state)
{
	struct vard_vm vm = { .id = 77 };
	struct fixture *f = *state;

	open_db(f);
	assert_true(put(f, &vm, "A", "x") < 0);
}

/* Each way to damage a row: the row goes to quarantine, the other loads. */
static void damaged(void **state, const char *sql, const char *reason)
{
	struct fixture *f = *state;
	struct seen s = { 0 };
	struct vard_vm vm;
	char check[256];

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", "bad"), 0);
	assert_int_equal(put(f, &vm, "B", "good"), 0);
	outside(f, sql);
	assert_int_equal(load(f, &vm, &s).nr_quarantined, 1);
	assert_int_equal(s.nr, 1);
	assert_string_equal(s.data[0], "good");
	snprintf(check, sizeof(check),
		 "SELECT count(*) FROM quarantine WHERE vm_id = %lld"
		 " AND reason LIKE '%%%s%%' AND guid IS NOT NULL"
		 " AND found IS NOT NULL", (long long)vm.id, reason);
	assert_int_equal(outside_int(f, check), 1);
	assert_int_equal(outside_int(f, "SELECT count(*) FROM variable"), 1);
	/* It is there once, not at every load. */
	memset(&s, 0, sizeof(s));
	assert_int_equal(load(f, &vm, &s).nr_quarantined, 0);
	assert_int_equal(s.nr, 1);
}

static void damaged_data(void **state)
{
	damaged(state, "UPDATE variable SET data = x'626164ff' WHERE name = 'A'",
		"checksum");
}

static void damaged_attributes(void **state)
{
	damaged(state, "UPDATE variable SET attributes = 3 WHERE name = 'A'",
		"checksum");
}

static void damaged_attribute_range(void **state)
{
	damaged(state, "UPDATE variable SET attributes = 4294967303"
		       " WHERE name = 'A'", "attributes");
}

static void damaged_name(void **state)
{
	damaged(state, "UPDATE variable SET name_utf16 = x'410042'"
		       " WHERE name = 'A'", "checksum");
}

static void damaged_guid(void **state)
{
	damaged(state, "UPDATE variable SET guid = 'none' WHERE name = 'A'",
		"guid");
}

static void damaged_time(void **state)
{
	damaged(state, "UPDATE variable SET time = x'00' WHERE name = 'A'",
		"time");
}

static void damaged_crc(void **state)
{
	damaged(state, "UPDATE variable SET crc = crc + 1 WHERE name = 'A'",
		"checksum");
}

/* A sound row that belongs to another VM. */
static void moved_row(void **state)
{
	struct fixture *f = *state;
	struct vard_vm one, two;
	struct seen s = { 0 };

	open_db(f);
	one = make_vm(f, "one");
	two = make_vm(f, "two");
	assert_int_equal(put(f, &one, "A", "1"), 0);
	outside(f, "UPDATE variable SET vm_id = 2");
	assert_int_equal(load(f, &two, &s).nr_quarantined, 1);
	assert_int_equal(s.nr, 0);
}

static void refused_row(void **state)
{
	struct seen s = { .refuse = "A" };
	struct fixture *f = *state;
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", "1"), 0);
	assert_int_equal(put(f, &vm, "B", "2"), 0);
	assert_int_equal(load(f, &vm, &s).nr_quarantined, 1);
	assert_int_equal(s.nr, 1);
	assert_int_equal(outside_int(f, "SELECT count(*) FROM quarantine"
					" WHERE reason = 'refused'"), 1);
}

static void many_damaged_rows(void **state)
{
	static const char names[] = "A\0B\0C\0D\0E\0F\0G\0H\0I\0";
	struct fixture *f = *state;
	struct seen s = { 0 };
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	for (int i = 0; i < 9; i++)
		assert_int_equal(put(f, &vm, names + 2 * i, "x"), 0);
	outside(f, "UPDATE variable SET seq = 1, crc = 0 WHERE name <> 'E'");
	assert_int_equal(load(f, &vm, &s).nr_quarantined, 8);
	assert_int_equal(s.nr, 1);
}

static void load_stops_at_an_error(void **state)
{
	struct seen s = { .error = -ENOMEM };
	struct vard_vm_counts counts;
	struct fixture *f = *state;
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", "1"), 0);
	assert_int_equal(f->b->ops->load(f->b, &vm, see, &s, &counts), -ENOMEM);
	assert_int_equal(outside_int(f, "SELECT count(*) FROM quarantine"), 0);
}

static void settings(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	open_db(f);
	assert_int_equal(outside_int(f, "PRAGMA application_id"), 0x6b757673);
	assert_int_equal(outside_int(f, "PRAGMA user_version"), 3);
	assert_int_equal(f->b->ops->check(f->b, 1000), 0);
	f->b->ops->close(f->b);
	assert_int_equal(stat(f->path, &st), 0);
}

static void not_created(void **state)
{
	struct fixture *f = *state;

	assert_true(f->b->ops->open(f->b, f->path, 0) < 0);
	assert_non_null(strstr(f->b->error, f->path));
	assert_int_equal(access(f->path, F_OK), -1);
}

static void write_file(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void garbage_file(void **state)
{
	struct fixture *f = *state;
	char text[4096], after[4097];
	int fd;

	memset(text, 'g', sizeof(text));
	write_file(f->path, text, sizeof(text));
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE), -EUCLEAN);
	assert_non_null(strstr(f->b->error, "not a database"));
	assert_non_null(strstr(f->b->error, f->path));
	fd = open(f->path, O_RDONLY);
	assert_int_equal(read(fd, after, sizeof(after)), sizeof(text));
	close(fd);
	assert_memory_equal(text, after, sizeof(text));
}

static void foreign_database(void **state)
{
	struct fixture *f = *state;

	outside(f, "CREATE TABLE mine (x)");
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE), -EUCLEAN);
	assert_non_null(strstr(f->b->error, "another program"));
	assert_int_equal(outside_int(f, "SELECT count(*) FROM sqlite_schema"), 1);
}

static void newer_schema(void **state)
{
	struct fixture *f = *state;

	open_db(f);
	f->b->ops->close(f->b);
	outside(f, "PRAGMA user_version = 4");
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE), -EUCLEAN);
	assert_non_null(strstr(f->b->error, "schema 4"));
}

static void missing_table(void **state)
{
	struct fixture *f = *state;

	open_db(f);
	f->b->ops->close(f->b);
	outside(f, "DROP TABLE variable");
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_CREATE), -EUCLEAN);
	assert_non_null(strstr(f->b->error, "variable"));
}

static void damaged_page(void **state)
{
	struct fixture *f = *state;
	char junk[4096];
	struct vard_vm vm;
	int fd;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", "1"), 0);
	f->b->ops->close(f->b);
	memset(junk, 0x5a, sizeof(junk));
	fd = open(f->path, O_WRONLY);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 4096), sizeof(junk));
	close(fd);
	open_db(f);
	assert_int_equal(f->b->ops->check(f->b, 1000), -EUCLEAN);
	assert_non_null(strstr(f->b->error, "damaged"));
}

static void moved_away(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm;
	char other[128];

	open_db(f);
	vm = make_vm(f, "one");
	snprintf(other, sizeof(other), "%s.away", f->path);
	assert_int_equal(rename(f->path, other), 0);
	assert_int_equal(put(f, &vm, "A", "1"), -ESTALE);
	assert_int_equal(rename(other, f->path), 0);
	assert_int_equal(put(f, &vm, "A", "1"), 0);
}

static void same_file_only(void **state)
{
	struct fixture *f = *state;
	char other[512];

	open_db(f);
	make_vm(f, "one");
	f->b->ops->close(f->b);
	snprintf(other, sizeof(other), "cp %s %s.copy && mv %s.copy %s",
		 f->path, f->path, f->path, f->path);
	assert_int_equal(system(other), 0);
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_SAME),
			 -ESTALE);
	assert_non_null(strstr(f->b->error, "another file"));
	assert_int_equal(f->b->ops->open(f->b, f->path, 0), 0);
	f->b->ops->close(f->b);
	assert_int_equal(f->b->ops->open(f->b, f->path, VARD_OPEN_SAME), 0);
}

static void locked_by_another(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm;
	sqlite3 *db;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	assert_int_equal(put(f, &vm, "A", "1"), -EBUSY);
	assert_non_null(strstr(f->b->error, "locked"));
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(put(f, &vm, "A", "1"), 0);
}

static void read_while_open(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm;

	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", "1"), 0);
	assert_int_equal(outside_int(f, "SELECT count(*) FROM variable v"
		" JOIN vm ON vm.id = vm_id WHERE vm.name = 'one'"
		" AND v.guid = '00030201-0000-0000-0000-000000000000'"), 1);
}

/* A small file system of its own; skips where that is not allowed. */
static void mount_small(struct fixture *f, const char *options)
{
	if (mount("vard-test", f->dir, "tmpfs", 0, options) < 0) {
		print_message("mounting a tmpfs needs root\n");
		skip();
	}
	f->is_mounted = true;
}

static int fill_up(struct fixture *f, const struct vard_vm *vm)
{
	static char big[20001];
	char name[2] = { 'A', 0 };
	int r = 0;

	memset(big, 'x', sizeof(big) - 1);
	for (; r == 0 && name[0] <= 'z'; name[0]++)
		r = put(f, vm, name, big);
	return r;
}

static void full_disk(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm;

	mount_small(f, "size=400k");
	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "0", "old"), 0);
	assert_int_equal(fill_up(f, &vm), -ENOSPC);
	assert_non_null(strstr(f->b->error, "no space left"));
	assert_non_null(strstr(f->b->error, f->path));
	/* Space returns, and everything works again without a restart. */
	assert_int_equal(mount("vard-test", f->dir, "tmpfs", MS_REMOUNT,
			       "size=8m"), 0);
	assert_int_equal(put(f, &vm, "0", "new"), 0);
	assert_int_equal(outside_int(f, "SELECT count(*) FROM variable"
					" WHERE CAST(data AS TEXT) = 'new'"), 1);
}

/* In a process without root's right to ignore permissions. */
static int read_only_child(struct fixture *f)
{
	struct vard_vm vm;

	if (setuid(65534) < 0)
		return 10;
	if (f->b->ops->open(f->b, f->path, 0) < 0)
		return 11;
	if (f->b->ops->find(f->b, "one", &vm) < 0)
		return 12;
	if (put(f, &vm, "A", "2") != -EROFS)
		return 13;
	return strstr(f->b->error, "read-only") ? 0 : 14;
}

static void read_only_file(void **state)
{
	struct fixture *f = *state;
	struct vard_vm vm;
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		print_message("another user is needed, so root\n");
		skip();
	}
	open_db(f);
	vm = make_vm(f, "one");
	assert_int_equal(put(f, &vm, "A", "1"), 0);
	f->b->ops->close(f->b);
	assert_int_equal(chmod(f->dir, 0777), 0);
	assert_int_equal(chmod(f->path, 0444), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(read_only_child(f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(put_and_reload),
		TEST(every_field_survives),
		TEST(delete_absent),
		TEST(vms_are_apart),
		TEST(find_vm),
		TEST(create_twice),
		TEST(durability_survives),
		TEST(options_survive),
		TEST(options_unknown_in_database),
		TEST(list_vms),
		TEST(rollback_leaves_nothing),
		TEST(apply_to_unknown_vm),
		TEST(damaged_data),
		TEST(damaged_attributes),
		TEST(damaged_attribute_range),
		TEST(damaged_name),
		TEST(damaged_guid),
		TEST(damaged_time),
		TEST(damaged_crc),
		TEST(moved_row),
		TEST(refused_row),
		TEST(many_damaged_rows),
		TEST(load_stops_at_an_error),
		TEST(settings),
		TEST(not_created),
		TEST(garbage_file),
		TEST(foreign_database),
		TEST(newer_schema),
		TEST(missing_table),
		TEST(damaged_page),
		TEST(moved_away),
		TEST(same_file_only),
		TEST(locked_by_another),
		TEST(read_while_open),
		TEST(full_disk),
		TEST(read_only_file),
	};

	vard_log_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
