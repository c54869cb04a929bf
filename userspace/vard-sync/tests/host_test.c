// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of who may change what on the host, of clones and of template names. */
#include "db.h"

#include <errno.h>

#include "clone.h"
#include "cleanup.h"
#include "fill.h"
#include "library.h"
#include "log.h"
#include "snapshot.h"
#include "vm.h"

#define GLOBAL_GUID                                                           \
	{ 0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,                     \
	  0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }

/* A daemon without module and loop: no VM runs. */
struct host {
	struct db *f;
	char templates[80];
	struct vard_options options;
	struct vard d;
	sd_bus_error e;
};

/* Whoever runs the tests is the operator, so nobody else is. */
static uid_t owner(void)
{
	return geteuid() + 1000;
}

static int host_set_up(void **state)
{
	struct host *h = calloc(1, sizeof(*h));
	void *f = NULL;

	if (!h || db_set_up(&f) < 0)
		return -1;
	h->f = f;
	db_open(h->f);
	snprintf(h->templates, sizeof(h->templates), "%s/templates", h->f->dir);
	if (mkdir(h->templates, 0700) < 0)
		return -1;
	h->options = (struct vard_options){ .db = h->f->path,
					    .device = "/nonexistent",
					    .templates = h->templates };
	h->d = (struct vard){ .options = &h->options, .backend = h->f->b,
			      .is_open = true, .was_open = true };
	*state = h;
	return 0;
}

static int host_tear_down(void **state)
{
	struct host *h = *state;
	void *f = h->f;

	sd_bus_error_free(&h->e);
	free(h);
	return db_tear_down(&f);
}

static struct vard_order order(struct host *h, uid_t uid, const char *vm)
{
	sd_bus_error_free(&h->e);
	h->e = SD_BUS_ERROR_NULL;
	return (struct vard_order){ .d = &h->d, .uid = uid, .vm = vm,
				    .e = &h->e };
}

static void refused(struct host *h, int r, const char *name)
{
	assert_true(r < 0);
	assert_non_null(h->e.name);
	assert_string_equal(h->e.name, name);
	assert_non_null(h->e.message);
}

static struct vard_vm one(struct host *h)
{
	struct vard_vm vm = db_vm(h->f, "one", owner());

	assert_int_equal(db_put(h->f, &vm, "A", "1"), 0);
	return vm;
}

static long nr_audit(struct host *h, const char *action)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM audit WHERE action = '%s'", action);
	return db_int(h->f->path, sql);
}

static void owner_keeps_snapshots(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner(), "one");
	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	o = order(h, owner(), "one");
	assert_int_equal(vard_snapshot_delete(&o, "s"), 0);
	assert_int_equal(nr_audit(h, "snapshot"), 1);
	assert_int_equal(nr_audit(h, "delete-snapshot"), 1);
	assert_int_equal(db_int(h->f->path, "SELECT min(uid) FROM audit"),
			 owner());
}

static void stranger_may_nothing(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner() + 1, "one");
	refused(h, vard_snapshot_create(&o, "s"), VARD_ERROR("NoPermission"));
	o = order(h, owner() + 1, "one");
	refused(h, vard_audit_list(&o, 1, NULL, NULL),
		VARD_ERROR("NoPermission"));
	assert_int_equal(db_int(h->f->path, "SELECT count(*) FROM audit"), 0);
}

/* What a VMM that was taken over could use to bring back an old dbx. */
static void owner_may_not_restore(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner(), "one");
	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	o = order(h, owner(), "one");
	refused(h, vard_snapshot_restore(&o, "s"), VARD_ERROR("NoPermission"));
	assert_int_equal(nr_audit(h, "restore"), 0);
}

static void owner_may_not_reset(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner(), "one");
	refused(h, vard_vm_reset(&o, ""), VARD_ERROR("NoPermission"));
}

static void owner_may_not_clone(void **state)
{
	struct vard_clone clone = { .name = "two" };
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner(), "one");
	refused(h, vard_vm_clone(&o, &clone), VARD_ERROR("NoPermission"));
}

static void owner_may_not_remove(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner(), "one");
	refused(h, vard_vm_remove(&o), VARD_ERROR("NoPermission"));
	assert_int_equal(db_int(h->f->path, "SELECT count(*) FROM vm"), 1);
}

static void owner_may_not_delete_others(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_snapshot_create(&o, "kept"), 0);
	o = order(h, owner(), "one");
	refused(h, vard_snapshot_delete(&o, "kept"),
		VARD_ERROR("NoPermission"));
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_snapshot_delete(&o, "kept"), 0);
}

static void restore_is_audited(void **state)
{
	struct host *h = *state;
	struct vard_vm vm = one(h);
	struct vard_order o = order(h, geteuid(), "one");

	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	assert_int_equal(db_put(h->f, &vm, "A", "2"), 0);
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_snapshot_restore(&o, "s"), 0);
	assert_string_equal(db_load(h->f, &vm).text, "A=1 ");
	/* From what it was to what the snapshot is. */
	assert_int_equal(db_int(h->f->path, "SELECT count(*) FROM audit a,"
		" snapshot s WHERE a.action = 'restore' AND a.detail = 's'"
		" AND a.new_digest = s.digest AND a.old_digest <> s.digest"), 1);
}

static void restore_forgets_the_machine(void **state)
{
	struct host *h = *state;
	struct vard_vm vm = one(h);
	struct vard_order o = order(h, geteuid(), "one");

	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	assert_int_equal(db_begin(h->f), 0);
	assert_int_equal(db_end(h->f, h->f->b->ops->device_put(h->f->b, &vm,
							       "x", 1)), 0);
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_snapshot_restore(&o, "s"), 0);
	assert_int_equal(db_int(h->f->path, "SELECT count(*) FROM device"), 0);
}

static void restore_unknown(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, geteuid(), "one");
	refused(h, vard_snapshot_restore(&o, "no"), VARD_ERROR("NotFound"));
	assert_false(h->d.needs_reopen);
	o = order(h, geteuid(), "none");
	refused(h, vard_snapshot_restore(&o, "no"), VARD_ERROR("NotFound"));
}

static void restore_damaged(void **state)
{
	struct host *h = *state;
	struct vard_vm vm = one(h);
	struct vard_order o = order(h, geteuid(), "one");

	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	db_outside(h->f->path, "DELETE FROM snapshot_variable");
	o = order(h, geteuid(), "one");
	refused(h, vard_snapshot_restore(&o, "s"), VARD_ERROR("Damaged"));
	assert_string_equal(db_load(h->f, &vm).text, "A=1 ");
	assert_int_equal(nr_audit(h, "restore"), 0);
}

static void snapshot_exists(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner(), "one");
	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	o = order(h, owner(), "one");
	refused(h, vard_snapshot_create(&o, "s"), VARD_ERROR("Exists"));
}

static void snapshot_bad_name(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, owner(), "one");
	refused(h, vard_snapshot_create(&o, "a/b"), VARD_ERROR("BadName"));
	o = order(h, owner(), "one");
	refused(h, vard_snapshot_create(&o, ""), VARD_ERROR("BadName"));
}

static void snapshots_at_most(void **state)
{
	struct host *h = *state;
	struct vard_order o;
	char name[16];

	one(h);
	for (int i = 0; i < VARD_SNAPSHOTS_MAX; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		o = order(h, owner(), "one");
		assert_int_equal(vard_snapshot_create(&o, name), 0);
	}
	o = order(h, owner(), "one");
	refused(h, vard_snapshot_create(&o, "more"),
		SD_BUS_ERROR_LIMITS_EXCEEDED);
	o = order(h, owner(), "one");
	assert_int_equal(vard_snapshot_delete(&o, "s7"), 0);
	o = order(h, owner(), "one");
	assert_int_equal(vard_snapshot_create(&o, "more"), 0);
}

static void moved_vm(void **state)
{
	struct vard_clone clone = { .name = "two" };
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	db_outside(h->f->path, "UPDATE vm SET state = 'moved'");
	o = order(h, geteuid(), "one");
	refused(h, vard_snapshot_create(&o, "t"), VARD_ERROR("Moved"));
	o = order(h, geteuid(), "one");
	refused(h, vard_snapshot_restore(&o, "s"), VARD_ERROR("Moved"));
	o = order(h, geteuid(), "one");
	refused(h, vard_vm_clone(&o, &clone), VARD_ERROR("Moved"));
	o = order(h, geteuid(), "one");
	refused(h, vard_vm_reset(&o, ""), VARD_ERROR("Moved"));
	/* What is left here may go. */
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_vm_remove(&o), 0);
}

static void remove_vm(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_vm_remove(&o), 0);
	assert_int_equal(db_int(h->f->path, "SELECT count(*) FROM vm"), 0);
	assert_int_equal(db_int(h->f->path, "SELECT count(*) FROM audit WHERE"
		" action = 'remove' AND old_digest IS NOT NULL"
		" AND new_digest IS NULL"), 1);
	o = order(h, geteuid(), "one");
	refused(h, vard_vm_remove(&o), VARD_ERROR("NotFound"));
}

static int add_global(struct host *h, const struct vard_vm *vm,
		      const uint8_t *name, uint32_t len)
{
	const struct vard_var v = { .guid = GLOBAL_GUID, .name = name,
				    .name_len = len, .attributes = 7,
				    .data = (const uint8_t *)"x",
				    .data_len = 1 };

	assert_int_equal(db_begin(h->f), 0);
	return db_end(h->f, h->f->b->ops->apply(h->f->b, vm, &v));
}

static void clone_by_default(void **state)
{
	struct vard_clone clone = { .name = "two" };
	struct host *h = *state;
	struct vard_vm vm = one(h), copy;
	struct vard_order o = order(h, geteuid(), "one");

	db_outside(h->f->path, "UPDATE vm SET template = 'flavour',"
			       " options = 'force-secure-boot'");
	assert_int_equal(add_global(h, &vm, U16("OsIndications"),
				    U16_LEN("OsIndications")), 0);
	assert_int_equal(add_global(h, &vm, U16("PK"), U16_LEN("PK")), 0);
	assert_int_equal(vard_vm_clone(&o, &clone), 0);
	assert_int_equal(clone.nr_removed, 1);
	assert_int_equal(h->f->b->ops->find(h->f->b, "two", &copy), 0);
	assert_string_equal(db_load(h->f, &copy).text, "A=1 P=x ");
	assert_int_equal(copy.uid, owner());
	assert_int_equal(copy.options, 1);
	assert_string_equal(copy.template, "flavour");
	assert_int_equal(db_int(h->f->path, "SELECT count(*) FROM audit WHERE"
		" vm = 'two' AND action = 'clone' AND detail LIKE 'of one,%'"
		" AND old_digest <> new_digest"), 1);
}

static void clone_keeps_machine(void **state)
{
	struct vard_clone clone = { .name = "two", .keeps_machine = true };
	struct host *h = *state;
	struct vard_vm vm = one(h), copy;
	struct vard_order o = order(h, geteuid(), "one");

	assert_int_equal(add_global(h, &vm, U16("OsIndications"),
				    U16_LEN("OsIndications")), 0);
	assert_int_equal(vard_vm_clone(&o, &clone), 0);
	assert_int_equal(clone.nr_removed, 0);
	assert_int_equal(h->f->b->ops->find(h->f->b, "two", &copy), 0);
	assert_string_equal(db_load(h->f, &copy).text, "A=1 O=x ");
}

static void clone_with_globs(void **state)
{
	char first[] = "P?-8BE4DF61-*", second[] = "Nothing-*";
	char *globs[] = { second, first, NULL };
	struct vard_clone clone = { .name = "two", .remove = globs };
	struct host *h = *state;
	struct vard_vm vm = one(h), copy;
	struct vard_order o = order(h, geteuid(), "one");

	assert_int_equal(add_global(h, &vm, U16("PK"), U16_LEN("PK")), 0);
	assert_int_equal(vard_vm_clone(&o, &clone), 0);
	assert_int_equal(clone.nr_removed, 1);
	assert_int_equal(h->f->b->ops->find(h->f->b, "two", &copy), 0);
	assert_string_equal(db_load(h->f, &copy).text, "A=1 ");
}

static void clone_to_existing(void **state)
{
	struct vard_clone clone = { .name = "one" };
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, geteuid(), "one");
	refused(h, vard_vm_clone(&o, &clone), VARD_ERROR("Exists"));
	assert_false(h->d.needs_reopen);
}

static void clone_to_bad_name(void **state)
{
	struct vard_clone clone = { .name = ".two" };
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, geteuid(), "one");
	refused(h, vard_vm_clone(&o, &clone), VARD_ERROR("BadName"));
}

/* What loses a clone, by name, GUID and attributes. */
static void machine_variables(void **state)
{
	static const struct {
		const char *guid;
		const uint8_t *name;
		uint32_t name_len;
		uint32_t attributes;
		int is_machine;
	} vars[] = {
#define VAR(guid, name, attributes, is)                                       \
	{ guid, U16(name), U16_LEN(name), attributes, is }
#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
		VAR(GLOBAL, "OsIndications", 7, 1),
		VAR(GLOBAL, "BootNext", 7, 1),
		VAR("e20939be-32d4-41be-a150-897f85d49829",
		    "MemoryOverwriteRequestControl", 7, 1),
		VAR("bb983ccf-151d-40e1-a07b-4a17be168292",
		    "MemoryOverwriteRequestControlLock", 7, 1),
		VAR("414e6bdd-e47b-47cc-b244-bb61020cf516", "HwErrRec0001", 15, 1),
		VAR("9fb9a8a1-2f4a-43a6-889c-d0f7b6c47ad5", "ClientId", 3, 1),
		VAR("5b446ed1-e30b-4faa-871a-3654eca36080", "525400123456", 3, 1),
		VAR("937fe521-95ae-4d1a-8929-48bcd90ad31a", "525400123456", 3, 1),
		VAR("9e23d768-d2f3-4366-9fc3-3a7aba864374", "525400123456", 3, 1),
		VAR("59324945-ec44-4c0d-b1cd-9db139df070c", "I_NAME", 3, 1),
		VAR("4b47d616-a8d6-4552-9d44-ccad2e0f4cf9", "AttemptOrder", 3, 1),
		VAR("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", "LoaderSystemToken", 7,
		    1),
		/* The same names of somebody else. */
		VAR("00112233-93ca-11d2-aa0d-00e098032b8c", "OsIndications", 7, 0),
		VAR("00112233-93ca-11d2-aa0d-00e098032b8c", "ClientId", 3, 0),
		/* Stays. */
		VAR(GLOBAL, "PK", 0x27, 0),
		VAR(GLOBAL, "KEK", 0x27, 0),
		VAR("d719b2cb-3d3a-4596-a3bc-dad00e67656f", "dbx", 0x27, 0),
		VAR(GLOBAL, "Boot0001", 7, 0),
		VAR(GLOBAL, "BootOrder", 7, 0),
		VAR(GLOBAL, "OsIndicationsSupported", 7, 0),
		VAR("eb704011-1402-11d3-8e77-00a0c969723b", "MTC", 7, 0),
#undef VAR
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++) {
		struct vard_var v = { .name = vars[i].name,
				      .name_len = vars[i].name_len,
				      .attributes = vars[i].attributes };

		assert_true(vard_guid_parse(vars[i].guid, v.guid));
		if (vard_clone_is_machine(&v) != vars[i].is_machine)
			fail_msg("number %zu", i);
	}
}

static void write_text(struct host *h, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", h->templates, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const char template_text[] =
	"{\"version\": 2, \"variables\": [{\"name\": \"A\", \"attr\": 7,"
	" \"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\","
	" \"data\": \"31\"}]}";

static void template_by_name(void **state)
{
	struct vard_filling f = { 0 };
	struct host *h = *state;

	write_text(h, "ovmf-4m.json", template_text);
	assert_int_equal(vard_fill_read(&h->d, "one", -1, "ovmf-4m", &f,
					&h->e), 0);
	assert_int_equal(f.template->nr, 1);
	assert_string_equal(f.name, "ovmf-4m");
	assert_false(f.is_file);
	vard_fill_free(&f);
}

/* JSON comes first; .fd is looked for without. */
static void template_suffixes(void **state)
{
	struct host *h = *state;
	char c;
	int fd;

	write_text(h, "x.fd", "f");
	fd = vard_library_open(h->templates, "x");
	assert_int_equal(read(fd, &c, 1), 1);
	assert_int_equal(c, 'f');
	close(fd);
	write_text(h, "x.json", "j");
	fd = vard_library_open(h->templates, "x");
	assert_int_equal(read(fd, &c, 1), 1);
	assert_int_equal(c, 'j');
	close(fd);
}

static void template_none(void **state)
{
	struct vard_filling f;
	struct host *h = *state;

	assert_int_equal(vard_fill_read(&h->d, "one", -1, NULL, &f, &h->e), 0);
	assert_int_equal(f.template->nr, 0);
	assert_string_equal(f.name, "");
	vard_fill_free(&f);
}

static void template_unknown(void **state)
{
	struct vard_filling f;
	struct host *h = *state;

	refused(h, vard_fill_read(&h->d, "one", -1, "none", &f, &h->e),
		VARD_ERROR("BadTemplate"));
}

static void template_no_directory(void **state)
{
	(void)state;
	assert_int_equal(vard_library_open("/nonexistent/templates", "x"),
			 -ENOENT);
}

static void template_outside(void **state)
{
	static const char *const names[] = {
		"../secret", "..", ".", "", "a/b", "/etc/passwd", ".hidden",
		"-x", "a b", "a\nb", "sha256:00",
	};
	struct host *h = *state;

	write_text(h, "../secret.json", template_text);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(vard_library_open(h->templates, names[i]),
				 -EINVAL);
		assert_false(vard_library_name_ok(names[i]));
	}
}

static void template_name_length(void **state)
{
	char name[VARD_TEMPLATE_NAME_MAX + 1];
	struct host *h = *state;

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = 0;
	assert_int_equal(vard_library_open(h->templates, name), -EINVAL);
	name[sizeof(name) - 2] = 0;
	assert_int_equal(vard_library_open(h->templates, name), -ENOENT);
}

/* A pipe without a writer must stop neither open nor read. */
static void template_pipe(void **state)
{
	struct vard_filling f;
	struct host *h = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/pipe.json", h->templates);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(h, vard_fill_read(&h->d, "one", -1, "pipe", &f, &h->e),
		VARD_ERROR("BadTemplate"));
}

static void template_twice(void **state)
{
	struct vard_filling f;
	struct host *h = *state;

	refused(h, vard_fill_read(&h->d, "one", 0, "x", &f, &h->e),
		SD_BUS_ERROR_INVALID_ARGS);
}

static void reset_without_module(void **state)
{
	struct host *h = *state;
	struct vard_vm vm = one(h);
	struct vard_order o = order(h, geteuid(), "one");

	refused(h, vard_vm_reset(&o, ""), VARD_ERROR("NoModule"));
	assert_string_equal(db_load(h->f, &vm).text, "A=1 ");
}

static void reset_to_a_file_of_the_user(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	db_outside(h->f->path, "UPDATE vm SET template = 'sha256:00'");
	o = order(h, geteuid(), "one");
	refused(h, vard_vm_reset(&o, ""), VARD_ERROR("BadTemplate"));
}

static void reset_to_unknown(void **state)
{
	struct host *h = *state;
	struct vard_order o;

	one(h);
	o = order(h, geteuid(), "one");
	refused(h, vard_vm_reset(&o, "none"), VARD_ERROR("BadTemplate"));
}

static int count_audit(const struct vard_audit *a, void *arg)
{
	int *nr = arg;

	(void)a;
	(*nr)++;
	return 0;
}

static void audit_rights(void **state)
{
	struct host *h = *state;
	struct vard_order o;
	int nr = 0;

	one(h);
	db_vm(h->f, "two", owner() + 1);
	o = order(h, geteuid(), "two");
	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	o = order(h, owner(), "one");
	assert_int_equal(vard_snapshot_create(&o, "s"), 0);
	o = order(h, owner(), "one");
	assert_int_equal(vard_audit_list(&o, 9, count_audit, &nr), 0);
	assert_int_equal(nr, 1);
	o = order(h, owner(), "");
	refused(h, vard_audit_list(&o, 9, count_audit, &nr),
		VARD_ERROR("NoPermission"));
	o = order(h, geteuid(), "");
	nr = 0;
	assert_int_equal(vard_audit_list(&o, 9, count_audit, &nr), 0);
	assert_int_equal(nr, 2);
}

/* The operator sees what became of a VM that is gone. */
static void audit_of_removed(void **state)
{
	struct host *h = *state;
	struct vard_order o;
	int nr = 0;

	one(h);
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_vm_remove(&o), 0);
	o = order(h, geteuid(), "one");
	assert_int_equal(vard_audit_list(&o, 9, count_audit, &nr), 0);
	assert_int_equal(nr, 1);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, host_set_up, host_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(owner_keeps_snapshots),
		TEST(stranger_may_nothing),
		TEST(owner_may_not_restore),
		TEST(owner_may_not_reset),
		TEST(owner_may_not_clone),
		TEST(owner_may_not_remove),
		TEST(owner_may_not_delete_others),
		TEST(restore_is_audited),
		TEST(restore_forgets_the_machine),
		TEST(restore_unknown),
		TEST(restore_damaged),
		TEST(snapshot_exists),
		TEST(snapshot_bad_name),
		TEST(snapshots_at_most),
		TEST(moved_vm),
		TEST(remove_vm),
		TEST(clone_by_default),
		TEST(clone_keeps_machine),
		TEST(clone_with_globs),
		TEST(clone_to_existing),
		TEST(clone_to_bad_name),
		TEST(machine_variables),
		TEST(template_by_name),
		TEST(template_suffixes),
		TEST(template_none),
		TEST(template_unknown),
		TEST(template_no_directory),
		TEST(template_outside),
		TEST(template_name_length),
		TEST(template_pipe),
		TEST(template_twice),
		TEST(reset_without_module),
		TEST(reset_to_a_file_of_the_user),
		TEST(reset_to_unknown),
		TEST(audit_rights),
		TEST(audit_of_removed),
	};

	vard_log_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
