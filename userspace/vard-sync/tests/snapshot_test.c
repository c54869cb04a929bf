// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the backend's snapshots, clones, moved VMs, digests and audit. */
#include "db.h"

#include <errno.h>

#include "log.h"

/* SHA-256 of A=1 B=two as db_letter() makes them, computed elsewhere. */
static const char sum_of_two[] =
	"e11899019a458ecdd5ac51be693444bac468a2d1f049c77a320953eccf1ea9c5";
/* SHA-256 of nothing. */
static const char sum_of_none[] =
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static int snapshot(struct db *f, const struct vard_vm *vm, const char *name)
{
	int r = db_begin(f);

	return r < 0 ? r : db_end(f, f->b->ops->snapshot_create(f->b, vm, name,
								1000));
}

static int restore(struct db *f, const struct vard_vm *vm, const char *name)
{
	int r = db_begin(f);

	return r < 0 ? r : db_end(f, f->b->ops->snapshot_restore(f->b, vm,
								 name));
}

static int drop(struct db *f, const struct vard_vm *vm, const char *name)
{
	int r = db_begin(f);

	return r < 0 ? r : db_end(f, f->b->ops->snapshot_drop(f->b, vm, name));
}

/* In a buffer that lives until the next call. */
static const char *sum(struct db *f, const struct vard_vm *vm)
{
	static char text[VARD_DIGEST_TEXT];
	uint8_t digest[VARD_DIGEST_LEN];

	assert_int_equal(f->b->ops->digest(f->b, vm, digest), 0);
	vard_digest_format(digest, text);
	return text;
}

static struct vard_vm vm_of_two(struct db *f)
{
	struct vard_vm vm;

	db_open(f);
	vm = db_vm(f, "one", 1000);
	assert_int_equal(db_put(f, &vm, "A", "1"), 0);
	assert_int_equal(db_put(f, &vm, "B", "two"), 0);
	return vm;
}

static void holds(struct db *f, const struct vard_vm *vm, const char *want)
{
	struct db_seen s = db_load(f, vm);

	assert_string_equal(s.text, want);
	assert_int_equal(s.counts.nr_quarantined, 0);
}

static void digest_known(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_string_equal(sum(f, &vm), sum_of_two);
}

static void digest_of_nothing(void **state)
{
	struct db *f = *state;
	struct vard_vm vm;

	db_open(f);
	vm = db_vm(f, "none", 0);
	assert_string_equal(sum(f, &vm), sum_of_none);
}

/* The order of the changes, their numbers and the VM do not matter. */
static void digest_is_canonical(void **state)
{
	struct db *f = *state;
	struct vard_vm vm;

	vm_of_two(f);
	vm = db_vm(f, "other", 7);
	assert_int_equal(db_put(f, &vm, "B", "two"), 0);
	assert_int_equal(db_put(f, &vm, "A", "0"), 0);
	assert_int_equal(db_put(f, &vm, "A", "1"), 0);
	assert_string_equal(sum(f, &vm), sum_of_two);
}

/* Each field counts. */
static void digest_of_change(void **state, void (*change)(struct vard_var *v))
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);
	struct vard_var v = db_letter("A", "1");

	change(&v);
	assert_int_equal(db_put(f, &vm, "A", ""), 0);
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(db_end(f, f->b->ops->apply(f->b, &vm, &v)), 0);
	assert_string_not_equal(sum(f, &vm), sum_of_two);
}

static void change_guid(struct vard_var *v)
{
	v->guid[15] = 1;
}

static void change_time(struct vard_var *v)
{
	v->time[0] = 1;
}

static void change_attributes(struct vard_var *v)
{
	v->attributes = 3;
}

static void change_name(struct vard_var *v)
{
	v->name = (const uint8_t *)"C";
}

static void change_data(struct vard_var *v)
{
	v->data = (const uint8_t *)"2";
}

static void digest_guid(void **state)
{
	digest_of_change(state, change_guid);
}

static void digest_time(void **state)
{
	digest_of_change(state, change_time);
}

static void digest_attributes(void **state)
{
	digest_of_change(state, change_attributes);
}

static void digest_name(void **state)
{
	digest_of_change(state, change_name);
}

static void digest_data(void **state)
{
	digest_of_change(state, change_data);
}

/* As it will be after the next load(). */
static void digest_leaves_out_damaged(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(db_put(f, &vm, "C", "bad"), 0);
	db_outside(f->path, "UPDATE variable SET crc = 1 WHERE name = 'C'");
	assert_string_equal(sum(f, &vm), sum_of_two);
}

/* Changed, removed and new variables, and their order. */
static void restore_brings_all_back(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(db_put(f, &vm, "A", "changed"), 0);
	assert_int_equal(db_put(f, &vm, "B", ""), 0);
	assert_int_equal(db_put(f, &vm, "C", "new"), 0);
	assert_int_equal(restore(f, &vm, "s"), 0);
	holds(f, &vm, "A=1 B=two ");
	assert_string_equal(sum(f, &vm), sum_of_two);
	/* And again. */
	assert_int_equal(db_put(f, &vm, "A", ""), 0);
	assert_int_equal(restore(f, &vm, "s"), 0);
	holds(f, &vm, "A=1 B=two ");
}

static void restore_every_field(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);
	struct vard_var v = db_letter("T", "timed");
	char before[VARD_DIGEST_TEXT];

	v.attributes = 0x27;
	memset(v.time, 0x5a, sizeof(v.time));
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(db_end(f, f->b->ops->apply(f->b, &vm, &v)), 0);
	strcpy(before, sum(f, &vm));
	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(db_put(f, &vm, "T", ""), 0);
	assert_int_equal(restore(f, &vm, "s"), 0);
	assert_string_equal(sum(f, &vm), before);
}

static void snapshot_of_nothing(void **state)
{
	struct db *f = *state;
	struct vard_vm vm;

	db_open(f);
	vm = db_vm(f, "one", 0);
	assert_int_equal(snapshot(f, &vm, "empty"), 0);
	assert_int_equal(db_put(f, &vm, "A", "1"), 0);
	assert_int_equal(restore(f, &vm, "empty"), 0);
	holds(f, &vm, "");
}

static void snapshot_name_taken(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(db_put(f, &vm, "A", "2"), 0);
	assert_int_equal(snapshot(f, &vm, "s"), -EEXIST);
	assert_int_equal(restore(f, &vm, "s"), 0);
	holds(f, &vm, "A=1 B=two ");
}

static void snapshots_of_two_vms(void **state)
{
	struct db *f = *state;
	struct vard_vm one = vm_of_two(f), two = db_vm(f, "two", 0);

	assert_int_equal(snapshot(f, &one, "s"), 0);
	assert_int_equal(restore(f, &two, "s"), -ENOENT);
	assert_int_equal(snapshot(f, &two, "s"), 0);
	assert_int_equal(drop(f, &two, "s"), 0);
	assert_int_equal(restore(f, &one, "s"), 0);
	holds(f, &one, "A=1 B=two ");
}

static void snapshot_unknown(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(restore(f, &vm, "no"), -ENOENT);
	assert_non_null(strstr(f->b->error, "no"));
	assert_int_equal(drop(f, &vm, "no"), -ENOENT);
	holds(f, &vm, "A=1 B=two ");
}

static void snapshot_dropped(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(drop(f, &vm, "s"), 0);
	assert_int_equal(restore(f, &vm, "s"), -ENOENT);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM snapshot_variable"),
			 0);
}

static int note_snapshot(const struct vard_snapshot *s, void *arg)
{
	char digest[VARD_DIGEST_TEXT];
	char *text = arg;

	vard_digest_format(s->digest, digest);
	assert_int_equal(strlen(s->created), 19);
	assert_int_equal(s->uid, 1000);
	sprintf(text + strlen(text), "%s %u %.8s;", s->name, s->nr_variables,
		digest);
	return 0;
}

static int stop(const struct vard_snapshot *s, void *arg)
{
	(void)s;
	(void)arg;
	return -EINTR;
}

static void snapshot_list(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);
	struct vard_snapshot one;
	char text[128] = "";

	assert_int_equal(snapshot(f, &vm, "z"), 0);
	assert_int_equal(db_put(f, &vm, "A", ""), 0);
	assert_int_equal(db_put(f, &vm, "B", ""), 0);
	assert_int_equal(snapshot(f, &vm, "a"), 0);
	assert_int_equal(f->b->ops->snapshot_list(f->b, &vm, note_snapshot,
						  text), 0);
	assert_string_equal(text, "z 2 e1189901;a 0 e3b0c442;");
	assert_int_equal(f->b->ops->snapshot_find(f->b, &vm, "z", &one), 0);
	assert_int_equal(one.nr_variables, 2);
	assert_int_equal(f->b->ops->snapshot_list(f->b, &vm, stop, NULL),
			 -EINTR);
}

static void snapshot_without_damaged_rows(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(db_put(f, &vm, "C", "bad"), 0);
	db_outside(f->path, "UPDATE variable SET crc = 1 WHERE name = 'C'");
	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM quarantine"), 1);
	assert_int_equal(restore(f, &vm, "s"), 0);
	holds(f, &vm, "A=1 B=two ");
}

/* A snapshot that is not what it was is refused as a whole. */
static void damaged_snapshot(void **state, const char *sql)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(db_put(f, &vm, "A", "now"), 0);
	db_outside(f->path, sql);
	assert_int_equal(restore(f, &vm, "s"), -EBADMSG);
	assert_non_null(strstr(f->b->error, "damaged"));
	holds(f, &vm, "B=two A=now ");
}

static void snapshot_row_changed(void **state)
{
	damaged_snapshot(state, "UPDATE snapshot_variable SET data = x'32'"
				" WHERE name = 'A'");
}

static void snapshot_row_missing(void **state)
{
	damaged_snapshot(state, "DELETE FROM snapshot_variable WHERE name = 'A'");
}

static void snapshot_row_malformed(void **state)
{
	damaged_snapshot(state, "UPDATE snapshot_variable SET guid = 'x'"
				" WHERE name = 'A'");
}

static void snapshot_row_added(void **state)
{
	damaged_snapshot(state, "INSERT INTO snapshot_variable SELECT NULL,"
		" snapshot_id, guid, x'5a00', 'Z', attributes, time, data"
		" FROM snapshot_variable LIMIT 1");
}

static void snapshot_digest_malformed(void **state)
{
	damaged_snapshot(state, "UPDATE snapshot SET digest = 'none'");
}

static int keep_all(const struct vard_var *v, void *arg)
{
	(void)v;
	(void)arg;
	return 1;
}

static int keep_not(const struct vard_var *v, void *arg)
{
	const char *letter = arg;

	return v->name[0] != (uint8_t)letter[0];
}

static int keep_error(const struct vard_var *v, void *arg)
{
	(void)v;
	(void)arg;
	return -ENOMEM;
}

static int clone(struct db *f, const struct vard_vm *from, struct vard_vm *to,
		 vard_keep_fn keep, char *arg)
{
	int r;

	*to = *from;
	strcpy(to->name, "clone");
	sd_id128_randomize(&to->uuid);
	r = db_begin(f);
	return r < 0 ? r : db_end(f, f->b->ops->clone(f->b, from, to, keep,
						      arg));
}

/* Their checksums are for the new uuid. */
static void clone_all(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), copy;

	assert_int_equal(db_put(f, &vm, "A", "1"), 0);
	assert_int_equal(clone(f, &vm, &copy, keep_all, NULL), 0);
	assert_true(copy.id > 0 && copy.id != vm.id);
	holds(f, &copy, "B=two A=1 ");
	assert_string_equal(sum(f, &copy), sum_of_two);
	/* They are two from now on. */
	assert_int_equal(db_put(f, &copy, "A", "mine"), 0);
	holds(f, &vm, "B=two A=1 ");
}

static void clone_without_one(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), copy;
	char letter[] = "B";

	assert_int_equal(clone(f, &vm, &copy, keep_not, letter), 0);
	holds(f, &copy, "A=1 ");
	holds(f, &vm, "A=1 B=two ");
}

static void clone_fails_whole(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), copy;

	assert_int_equal(clone(f, &vm, &copy, keep_error, NULL), -ENOMEM);
	assert_int_equal(f->b->ops->find(f->b, "clone", &copy), -ENOENT);
	holds(f, &vm, "A=1 B=two ");
}

static void clone_name_taken(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), copy;

	assert_int_equal(clone(f, &vm, &copy, keep_all, NULL), 0);
	assert_true(clone(f, &vm, &copy, keep_all, NULL) < 0);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM vm"), 2);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM variable"), 4);
}

static int update(struct db *f, struct vard_vm *vm)
{
	int r = db_begin(f);

	return r < 0 ? r : db_end(f, f->b->ops->update(f->b, vm));
}

static void state_survives(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), got;

	assert_int_equal(vm.state, VARD_VM_HERE);
	vm.state = VARD_VM_MOVED;
	strcpy(vm.template, "ovmf-4m-ms");
	assert_int_equal(update(f, &vm), 0);
	f->b->ops->close(f->b);
	db_open(f);
	assert_int_equal(f->b->ops->find(f->b, "one", &got), 0);
	assert_int_equal(got.state, VARD_VM_MOVED);
	assert_string_equal(got.template, "ovmf-4m-ms");
	vm.state = VARD_VM_HERE;
	assert_int_equal(update(f, &vm), 0);
	assert_int_equal(f->b->ops->find_uuid(f->b, vm.uuid, &got), 0);
	assert_int_equal(got.state, VARD_VM_HERE);
}

static int replace(struct db *f, struct vard_vm *vm)
{
	int r = db_begin(f);

	return r < 0 ? r : db_end(f, f->b->ops->replace(f->b, vm));
}

static void replace_moved(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), in = { .uid = 5 }, got;

	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(db_put(f, &vm, "C", "bad"), 0);
	db_outside(f->path, "UPDATE variable SET crc = 1 WHERE name = 'C'");
	db_load(f, &vm); /* to quarantine */
	vm.state = VARD_VM_MOVED;
	assert_int_equal(update(f, &vm), 0);
	strcpy(in.name, "one");
	sd_id128_randomize(&in.uuid);
	assert_int_equal(replace(f, &in), 0);
	assert_int_equal(in.id, vm.id);
	assert_int_equal(f->b->ops->find_uuid(f->b, in.uuid, &got), 0);
	assert_int_equal(got.uid, 5);
	assert_int_equal(got.state, VARD_VM_HERE);
	holds(f, &in, "");
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM quarantine"), 0);
	/* Snapshots are of the name, and fit the new uuid. */
	assert_int_equal(restore(f, &in, "s"), 0);
	holds(f, &in, "A=1 B=two ");
}

static void replace_here(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), in = vm;

	sd_id128_randomize(&in.uuid);
	assert_int_equal(replace(f, &in), -EEXIST);
	assert_non_null(strstr(f->b->error, "not moved away"));
	holds(f, &vm, "A=1 B=two ");
}

static void replace_unknown(void **state)
{
	struct vard_vm in = { .name = "none" };
	struct db *f = *state;

	db_open(f);
	assert_int_equal(replace(f, &in), -ENOENT);
}

static int device_put(struct db *f, const struct vard_vm *vm, const char *text)
{
	int r = db_begin(f);

	return r < 0 ? r : db_end(f, f->b->ops->device_put(f->b, vm, text,
							   strlen(text)));
}

static void device_state(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);
	void *blob = NULL;
	size_t len = 0;

	assert_int_equal(f->b->ops->device_get(f->b, &vm, &blob, &len),
			 -ENOENT);
	assert_int_equal(device_put(f, &vm, "first"), 0);
	assert_int_equal(device_put(f, &vm, "the second"), 0);
	assert_int_equal(f->b->ops->device_get(f->b, &vm, &blob, &len), 0);
	assert_int_equal(len, 10);
	assert_memory_equal(blob, "the second", len);
	free(blob);
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(db_end(f, f->b->ops->device_drop(f->b, &vm)), 0);
	assert_int_equal(f->b->ops->device_get(f->b, &vm, &blob, &len),
			 -ENOENT);
}

static void device_damaged(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);
	void *blob;
	size_t len;

	assert_int_equal(device_put(f, &vm, "state"), 0);
	db_outside(f->path, "UPDATE device SET state = x'00'");
	assert_int_equal(f->b->ops->device_get(f->b, &vm, &blob, &len),
			 -EBADMSG);
	assert_non_null(strstr(f->b->error, "one"));
}

static void device_goes_with_replace(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f);

	assert_int_equal(device_put(f, &vm, "state"), 0);
	vm.state = VARD_VM_MOVED;
	assert_int_equal(update(f, &vm), 0);
	assert_int_equal(replace(f, &vm), 0);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM device"), 0);
}

static int audit(struct db *f, const char *vm, const char *action,
		 const uint8_t *old_digest, const uint8_t *new_digest)
{
	const struct vard_audit a = { .uid = 42, .vm = vm, .action = action,
				      .detail = "why", .old_digest = old_digest,
				      .new_digest = new_digest };

	return f->b->ops->audit(f->b, &a);
}

static int note_audit(const struct vard_audit *a, void *arg)
{
	char *text = arg;

	assert_int_equal(strlen(a->when), 19);
	assert_int_equal(a->uid, 42);
	assert_string_equal(a->detail, "why");
	sprintf(text + strlen(text), "%s %s %d %d;", a->vm, a->action,
		a->old_digest ? a->old_digest[31] : -1,
		a->new_digest ? a->new_digest[31] : -1);
	return 0;
}

static void audit_list(void **state)
{
	const uint8_t one[VARD_DIGEST_LEN] = { [31] = 1 };
	const uint8_t two[VARD_DIGEST_LEN] = { [31] = 2 };
	struct db *f = *state;
	char text[256] = "";

	db_open(f);
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(audit(f, "a", "create", NULL, one), 0);
	assert_int_equal(audit(f, "b", "configure", NULL, NULL), 0);
	assert_int_equal(audit(f, "a", "remove", one, two), 0);
	assert_int_equal(f->b->ops->commit(f->b), 0);
	assert_int_equal(f->b->ops->audit_list(f->b, NULL, 9, note_audit, text),
			 0);
	assert_string_equal(text, "a create -1 1;b configure -1 -1;a remove 1 2;");
	*text = 0;
	assert_int_equal(f->b->ops->audit_list(f->b, NULL, 2, note_audit, text),
			 0);
	assert_string_equal(text, "b configure -1 -1;a remove 1 2;");
	*text = 0;
	assert_int_equal(f->b->ops->audit_list(f->b, "a", 9, note_audit, text),
			 0);
	assert_string_equal(text, "a create -1 1;a remove 1 2;");
}

/* A change that was undone was not made. */
static void audit_rolled_back(void **state)
{
	struct db *f = *state;
	char text[64] = "";

	db_open(f);
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(audit(f, "a", "create", NULL, NULL), 0);
	f->b->ops->rollback(f->b);
	assert_int_equal(f->b->ops->audit_list(f->b, NULL, 9, note_audit, text),
			 0);
	assert_string_equal(text, "");
}

/* Everything of it, nothing of others, and not the audit. */
static void remove_all(void **state)
{
	struct db *f = *state;
	struct vard_vm vm = vm_of_two(f), other = db_vm(f, "other", 0);

	assert_int_equal(db_put(f, &other, "A", "1"), 0);
	assert_int_equal(snapshot(f, &vm, "s"), 0);
	assert_int_equal(device_put(f, &vm, "state"), 0);
	db_outside(f->path, "UPDATE variable SET crc = 1 WHERE name = 'B'");
	db_load(f, &vm);
	assert_int_equal(db_begin(f), 0);
	assert_int_equal(audit(f, "one", "remove", NULL, NULL), 0);
	assert_int_equal(db_end(f, f->b->ops->remove(f->b, &vm)), 0);
	assert_int_equal(db_int(f->path, "SELECT (SELECT count(*) FROM snapshot)"
		" + (SELECT count(*) FROM snapshot_variable)"
		" + (SELECT count(*) FROM quarantine)"
		" + (SELECT count(*) FROM device)"), 0);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM vm"), 1);
	assert_int_equal(db_int(f->path, "SELECT count(*) FROM audit"), 1);
	holds(f, &other, "A=1 ");
}

/* A disk that becomes full within a change: nothing of it is left. */
static struct vard_vm nearly_full(struct db *f)
{
	static char big[30001];
	struct vard_vm vm;

	db_mount(f, "size=16m");
	vm = vm_of_two(f);
	assert_int_equal(snapshot(f, &vm, "small"), 0);
	memset(big, 'x', sizeof(big) - 1);
	for (char name[2] = "a"; name[0] < 'm'; name[0]++)
		assert_int_equal(db_put(f, &vm, name, big), 0);
	assert_int_equal(snapshot(f, &vm, "big"), 0);
	f->b->ops->close(f->b); /* empties the WAL */
	db_open(f);
	return vm;
}

static void leave_no_room(struct db *f)
{
	char cmd[160];

	/* The last 100 KiB stay: a change begins well. */
	snprintf(cmd, sizeof(cmd), "cd %s && head -c 16M /dev/zero >fill"
		 " 2>/dev/null; truncate -s -100K fill", f->dir);
	assert_int_equal(system(cmd), 0);
}

static void full_disk(void **state, int (*change)(struct db *f,
						  const struct vard_vm *vm))
{
	struct db *f = *state;
	struct vard_vm vm = nearly_full(f);
	char before[VARD_DIGEST_TEXT], fill[128];
	long nr = db_int(f->path, "SELECT (SELECT count(*) FROM vm) +"
			 " (SELECT count(*) FROM snapshot_variable)");

	strcpy(before, sum(f, &vm));
	leave_no_room(f);
	assert_int_equal(change(f, &vm), -ENOSPC);
	assert_string_equal(sum(f, &vm), before);
	/* With room again it works, without opening anew. */
	snprintf(fill, sizeof(fill), "%s/fill", f->dir);
	assert_int_equal(unlink(fill), 0);
	assert_int_equal(db_int(f->path, "SELECT (SELECT count(*) FROM vm) +"
				" (SELECT count(*) FROM snapshot_variable)"),
			 nr);
	assert_int_equal(change(f, &vm), 0);
}

static int change_snapshot(struct db *f, const struct vard_vm *vm)
{
	return snapshot(f, vm, "another");
}

static int change_restore(struct db *f, const struct vard_vm *vm)
{
	return restore(f, vm, "big");
}

static int change_clone(struct db *f, const struct vard_vm *vm)
{
	struct vard_vm copy;

	return clone(f, vm, &copy, keep_all, NULL);
}

static void snapshot_full_disk(void **state)
{
	full_disk(state, change_snapshot);
}

static void restore_full_disk(void **state)
{
	full_disk(state, change_restore);
}

static void clone_full_disk(void **state)
{
	full_disk(state, change_clone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(digest_known),
		DB_TEST(digest_of_nothing),
		DB_TEST(digest_is_canonical),
		DB_TEST(digest_guid),
		DB_TEST(digest_time),
		DB_TEST(digest_attributes),
		DB_TEST(digest_name),
		DB_TEST(digest_data),
		DB_TEST(digest_leaves_out_damaged),
		DB_TEST(restore_brings_all_back),
		DB_TEST(restore_every_field),
		DB_TEST(snapshot_of_nothing),
		DB_TEST(snapshot_name_taken),
		DB_TEST(snapshots_of_two_vms),
		DB_TEST(snapshot_unknown),
		DB_TEST(snapshot_dropped),
		DB_TEST(snapshot_list),
		DB_TEST(snapshot_without_damaged_rows),
		DB_TEST(snapshot_row_changed),
		DB_TEST(snapshot_row_missing),
		DB_TEST(snapshot_row_malformed),
		DB_TEST(snapshot_row_added),
		DB_TEST(snapshot_digest_malformed),
		DB_TEST(clone_all),
		DB_TEST(clone_without_one),
		DB_TEST(clone_fails_whole),
		DB_TEST(clone_name_taken),
		DB_TEST(state_survives),
		DB_TEST(replace_moved),
		DB_TEST(replace_here),
		DB_TEST(replace_unknown),
		DB_TEST(device_state),
		DB_TEST(device_damaged),
		DB_TEST(device_goes_with_replace),
		DB_TEST(audit_list),
		DB_TEST(audit_rolled_back),
		DB_TEST(remove_all),
		DB_TEST(snapshot_full_disk),
		DB_TEST(restore_full_disk),
		DB_TEST(clone_full_disk),
	};

	vard_log_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
