// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of moving: a client on a real connection, a real database, and a fake
 * kernel behind ioctl() and read().
 */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "control.h"
#include "fake_store.h"
#include "move.h"
#include "recover.h"
#include "source.h"
#include "vm.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define FROZEN KVM_UEFIVARS_STORE_FROZEN
#define HAS_PORT KVM_UEFIVARS_STORE_HAS_PORT
#define PAUSED KVM_UEFIVARS_STORE_PAUSED
#define DEPARTED KVM_UEFIVARS_STORE_DEPARTED

struct mover {
	struct test_daemon t;
	sd_bus *client;
	/* The last answer. */
	bool has_answer;
	char error[128];
	char message[512];
	int fd;
};

/* Both ends, as long as there is something to do. */
static void turn(struct mover *m)
{
	for (int i = 0; i < 200; i++) {
		sd_bus_process(m->client, NULL);
		sd_event_run(m->t.d.event, 0);
	}
}

static void connect_client(struct mover *m)
{
	m->client = daemon_client(&m->t);
	assert_true(sd_bus_negotiate_fds(m->client, true) >= 0);
	assert_true(sd_bus_start(m->client) >= 0);
	turn(m);
	assert_true(sd_bus_is_ready(m->client) > 0);
}

static int set_up(void **state)
{
	struct mover *m = calloc(1, sizeof(*m));

	fake_reset();
	if (!m || daemon_set_up(&m->t) < 0)
		return -1;
	m->fd = -1;
	connect_client(m);
	*state = m;
	return 0;
}

static void disconnect(struct mover *m)
{
	m->client = sd_bus_close_unref(m->client);
	while (m->t.d.conns)
		assert_true(sd_event_run(m->t.d.event, 1000000) > 0);
}

static int tear_down(void **state)
{
	struct mover *m = *state;
	int ret;

	if (m->client)
		disconnect(m);
	if (m->fd >= 0)
		close(m->fd);
	ret = daemon_tear_down(&m->t);
	free(m);
	return ret;
}

static int on_answer(sd_bus_message *reply, void *arg, sd_bus_error *e)
{
	const sd_bus_error *error = sd_bus_message_get_error(reply);
	struct mover *m = arg;
	int fd;

	(void)e;
	m->has_answer = true;
	if (error) {
		snprintf(m->error, sizeof(m->error), "%s", error->name);
		snprintf(m->message, sizeof(m->message), "%s", error->message);
	} else if (sd_bus_message_has_signature(reply, "h") ||
		   sd_bus_message_has_signature(reply, "ha{sv}")) {
		assert_true(sd_bus_message_read(reply, "h", &fd) > 0);
		m->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
	return 0;
}

/* Sends a call; m->has_answer says whether it was answered at once. */
static void send_call(struct mover *m, sd_bus_message *call)
{
	m->has_answer = false;
	m->error[0] = m->message[0] = 0;
	assert_true(sd_bus_call_async(m->client, NULL, call, on_answer, m,
				      UINT64_MAX) >= 0);
	sd_bus_message_unref(call);
	turn(m);
}

static sd_bus_message *new_call(struct mover *m, const char *interface,
				const char *method)
{
	sd_bus_message *call;

	assert_true(sd_bus_message_new_method_call(m->client, &call, NULL,
						   VARD_OBJECT, interface,
						   method) >= 0);
	return call;
}

#define MOVE "org.kvm_uefivars.Move1"

static void move_out(struct mover *m, const char *vm, int is_now)
{
	sd_bus_message *call = new_call(m, MOVE, "MoveOut");

	assert_true(sd_bus_message_append(call, "sb", vm, is_now) >= 0);
	send_call(m, call);
}

static void move_in(struct mover *m, const char *vm, int fd)
{
	sd_bus_message *call = new_call(m, MOVE, "MoveIn");

	assert_true(sd_bus_message_append(call, "sh", vm, fd) >= 0);
	send_call(m, call);
}

static void step(struct mover *m, const char *method, const char *vm)
{
	sd_bus_message *call = new_call(m, MOVE, method);

	assert_true(sd_bus_message_append(call, "s", vm) >= 0);
	send_call(m, call);
}

static void open_vm(struct mover *m, const char *vm, int is_incoming)
{
	sd_bus_message *call = new_call(m, "org.kvm_uefivars.VardSync1",
					"Open");

	assert_true(sd_bus_message_append(call, "sa{sv}", vm, 1, "incoming",
					  "b", is_incoming) >= 0);
	send_call(m, call);
}

static void ok(struct mover *m)
{
	assert_true(m->has_answer);
	assert_string_equal(m->message, "");
}

static void refused(struct mover *m, const char *name, const char *text)
{
	assert_true(m->has_answer);
	assert_string_equal(m->error, name);
	if (!strstr(m->message, text))
		fail_msg("\"%s\" does not say \"%s\"", m->message, text);
}

static long in_db(struct mover *m, const char *sql)
{
	return db_int(m->t.db->path, sql);
}

static bool is_moved(struct mover *m)
{
	return in_db(m, "SELECT state = 'moved' FROM vm");
}

/* A VM in the database with one variable, and with a VMM if @state says so. */
static struct fake_store *make_vm(struct mover *m, uint32_t state)
{
	struct vard_vm vm = db_vm(m->t.db, "vm", 0);
	struct vard_source *s;
	struct fake_store *f;

	assert_int_equal(db_put(m->t.db, &vm, "Q", "1"), 0);
	if (!state)
		return NULL;
	f = fake_new(vm.uuid.bytes);
	f->state = state;
	assert_int_equal(vard_source_adopt(f->fd, &s), 0);
	s->vm = vm;
	assert_int_equal(vard_add_source(&m->t.d, s), 0);
	return f;
}

/* The kernel's EPOLLPRI, as the loop hears of it. */
static void set_state(struct mover *m, struct fake_store *f, uint32_t state)
{
	struct kvm_uefivars_store_info info;

	f->state = state | (f->state & FROZEN);
	assert_int_equal(vard_source_info(m->t.d.sources, &info), 0);
	vard_look_later(&m->t.d, m->t.d.sources);
	turn(m);
}

static int memfd(const void *data, size_t len, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

/* What another host sends. */
static int parcel(bool has_machine)
{
	const struct fake_image image = { FAKE_MAGIC, 3 };
	struct vard_move_head head = { .vm = { .name = "vm",
					       .durability = 1 },
				       .config = { .nv_size = 777 },
				       .has_machine = has_machine };
	size_t len;
	void *data;
	int fd;

	assert_int_equal(vard_move_head_write(&head, &image, sizeof(image),
					      &data, &len), 0);
	fd = memfd(data, len, SEALS);
	free(data);
	return fd;
}

static void take_in(struct mover *m, bool has_machine)
{
	int fd = parcel(has_machine);

	move_in(m, "vm", fd);
	close(fd);
}

static void out_of_a_vm_that_is_off(void **state)
{
	struct mover *m = *state;
	struct vard_move_head h;
	uint8_t buf[512];
	const void *image;
	size_t len;
	ssize_t n;

	make_vm(m, 0);
	move_out(m, "vm", false);
	ok(m);
	n = pread(m->fd, buf, sizeof(buf), 0);
	assert_null(vard_move_head_read(buf, (size_t)n, &h, &image, &len));
	assert_string_equal(h.vm.name, "vm");
	assert_false(h.has_machine);
	assert_int_equal(len, sizeof(struct fake_image));
	assert_memory_equal(image, FAKE_MAGIC, 8);
	assert_int_equal(write(m->fd, "x", 1), -1);
	assert_true(fakes[0].state & FROZEN);
	assert_false(is_moved(m));
	step(m, "MoveOutCommit", "vm");
	ok(m);
	assert_true(is_moved(m));
	assert_int_equal(m->t.d.nr_sources, 0);
	assert_int_equal(in_db(m, "SELECT count(*) FROM variable"), 1);
}

static void out_waits_until_memory_has_left(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT);

	fake_change(f, 2);
	move_out(m, "vm", false);
	assert_false(m->has_answer);
	set_state(m, f, HAS_PORT | PAUSED);
	assert_false(m->has_answer);
	assert_false(f->state & FROZEN);
	set_state(m, f, HAS_PORT | PAUSED | DEPARTED);
	ok(m);
	assert_true(f->state & FROZEN);
	/* Everything is on disk before it is sent. */
	assert_int_equal(f->acked_seq, 2);
	assert_int_equal(in_db(m, "SELECT count(*) FROM variable"), 3);
	step(m, "MoveOutCommit", "vm");
	ok(m);
	assert_int_equal(m->t.d.sources->role, VARD_DEPARTED);
	assert_true(f->state & FROZEN);
}

static void out_goes_on_when_the_vmm_ends(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT);

	move_out(m, "vm", false);
	assert_false(m->has_answer);
	set_state(m, f, 0);
	ok(m);
}

static void out_now_needs_a_pause(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT);

	move_out(m, "vm", true);
	refused(m, VARD_ERROR("InUse"), "when it is paused");
	f->state |= PAUSED;
	move_out(m, "vm", true);
	ok(m);
}

static void out_that_cannot_be_saved_goes_on(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT | PAUSED);

	fake_change(f, 1);
	spy.error = -ENOSPC;
	move_out(m, "vm", true);
	refused(m, VARD_ERROR("Database"), "no space");
	assert_false(f->state & FROZEN);
	spy.error = 0;
	f->save_error = ENOMEM;
	move_out(m, "vm", true);
	refused(m, SD_BUS_ERROR_FAILED, "cannot be saved");
	assert_false(f->state & FROZEN);
	assert_null(m->t.d.sources->move);
}

static void out_commit_that_fails_may_be_repeated(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT | PAUSED);

	move_out(m, "vm", true);
	ok(m);
	spy.error = -EIO;
	step(m, "MoveOutCommit", "vm");
	refused(m, VARD_ERROR("Database"), "no space");
	assert_false(is_moved(m));
	assert_true(f->state & FROZEN);
	spy.error = 0;
	step(m, "MoveOutCommit", "vm");
	ok(m);
	assert_true(is_moved(m));
}

static void out_ends_with_its_client(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT | PAUSED);

	move_out(m, "vm", true);
	ok(m);
	assert_true(f->state & FROZEN);
	disconnect(m);
	assert_false(f->state & FROZEN);
	assert_null(m->t.d.sources->move);
	assert_false(is_moved(m));
}

static void out_that_waits_ends_with_its_client(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT);

	move_out(m, "vm", false);
	disconnect(m);
	assert_null(m->t.d.sources->move);
	connect_client(m);
	set_state(m, f, HAS_PORT | PAUSED | DEPARTED);
	assert_false(f->state & FROZEN);
}

static void out_after_commit_survives_its_client(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT | PAUSED);

	move_out(m, "vm", true);
	step(m, "MoveOutCommit", "vm");
	ok(m);
	disconnect(m);
	assert_true(f->state & FROZEN);
	assert_true(is_moved(m));
}

static void out_twice_is_refused(void **state)
{
	struct mover *m = *state;
	sd_bus *first;

	make_vm(m, HAS_PORT | PAUSED);
	move_out(m, "vm", true);
	ok(m);
	move_out(m, "vm", true);
	refused(m, VARD_ERROR("InUse"), "this connection");
	first = m->client;
	connect_client(m);
	move_out(m, "vm", true);
	refused(m, VARD_ERROR("InUse"), "is being moved");
	open_vm(m, "vm", false);
	refused(m, VARD_ERROR("InUse"), "is running");
	sd_bus_close_unref(first);
}

static void commit_without_a_move_is_refused(void **state)
{
	struct mover *m = *state;

	make_vm(m, HAS_PORT | PAUSED);
	step(m, "MoveOutCommit", "vm");
	refused(m, VARD_ERROR("NotFound"), "begun no such move");
	step(m, "MoveInCommit", "vm");
	refused(m, VARD_ERROR("NotFound"), "begun no such move");
	move_out(m, "vm", true);
	step(m, "MoveOutCommit", "other");
	refused(m, VARD_ERROR("NotFound"), "begun no such move");
	step(m, "MoveInCommit", "vm");
	refused(m, VARD_ERROR("NotFound"), "begun no such move");
	assert_false(is_moved(m));
}

static void undo_gives_the_vm_back(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT | PAUSED);

	step(m, "MoveOutUndo", "vm");
	refused(m, VARD_ERROR("NotMoved"), "has not moved");
	move_out(m, "vm", true);
	step(m, "MoveOutCommit", "vm");
	move_out(m, "vm", true);
	refused(m, VARD_ERROR("Moved"), "--undo vm");
	open_vm(m, "vm", false);
	refused(m, VARD_ERROR("Moved"), "--undo vm");
	step(m, "MoveOutUndo", "vm");
	ok(m);
	assert_false(is_moved(m));
	assert_false(f->state & FROZEN);
	assert_int_equal(m->t.d.sources->role, VARD_ORDINARY);
}

static void in_is_nowhere_until_the_commit(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = &fakes[0];

	take_in(m, true);
	ok(m);
	assert_int_equal(in_db(m, "SELECT count(*) FROM vm"), 0);
	assert_true(f->state & FROZEN);
	assert_int_equal(f->config.nv_size, 777);
	assert_int_equal(f->nr_restored, 1);
	/* A save of everything in between must not touch it. */
	assert_int_equal(vard_flush_all(&m->t.d), 0);
	assert_int_equal(f->acked_seq, 0);
	step(m, "MoveInCommit", "vm");
	ok(m);
	assert_int_equal(in_db(m, "SELECT count(*) FROM variable"), 3);
	assert_int_equal(in_db(m, "SELECT count(*) FROM device"), 1);
	assert_int_equal(in_db(m, "SELECT durability = 'write-back' FROM vm"), 1);
	assert_int_equal(f->acked_seq, 3);
	/* Nobody runs it. */
	assert_int_equal(m->t.d.nr_sources, 0);
}

static void in_ends_with_its_client(void **state)
{
	struct mover *m = *state;

	take_in(m, true);
	ok(m);
	disconnect(m);
	assert_int_equal(m->t.d.nr_sources, 0);
	assert_int_equal(in_db(m, "SELECT count(*) FROM vm"), 0);
}

static void in_for_a_vmm_that_waits(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = &fakes[0];

	open_vm(m, "vm", true);
	ok(m);
	assert_true(f->state & FROZEN);
	open_vm(m, "vm", true);
	refused(m, VARD_ERROR("InUse"), "waits for VM vm already");
	take_in(m, false);
	refused(m, VARD_ERROR("BadImage"), "was off when it left");
	take_in(m, true);
	ok(m);
	assert_true(f->state & FROZEN);
	step(m, "MoveInCommit", "vm");
	ok(m);
	assert_false(f->state & FROZEN);
	assert_int_equal(m->t.d.nr_sources, 1);
	assert_int_equal(m->t.d.sources->role, VARD_ORDINARY);
	/* Its machine is kept until it has run. */
	assert_int_equal(in_db(m, "SELECT count(*) FROM device"), 1);
	f->nr_requests = 4;
	fake_change(f, 4);
	assert_int_equal(vard_flush_all(&m->t.d), 0);
	assert_int_equal(in_db(m, "SELECT count(*) FROM device"), 0);
}

static void in_of_nonsense_changes_nothing(void **state)
{
	struct mover *m = *state;
	int fd = memfd("hello", 5, SEALS);

	move_in(m, "vm", fd);
	refused(m, VARD_ERROR("BadImage"), "too short");
	close(fd);
	fd = memfd("hello", 5, 0);
	move_in(m, "vm", fd);
	refused(m, SD_BUS_ERROR_INVALID_ARGS, "sealed");
	close(fd);
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	move_in(m, "vm", fd);
	refused(m, SD_BUS_ERROR_INVALID_ARGS, "sealed");
	close(fd);
	fake_restore_error = EBADMSG;
	take_in(m, true);
	refused(m, VARD_ERROR("BadImage"), "damaged");
	fake_restore_error = ENOSPC;
	take_in(m, true);
	refused(m, VARD_ERROR("BadImage"), "larger limits");
	assert_int_equal(m->t.d.nr_sources, 0);
	assert_int_equal(in_db(m, "SELECT count(*) FROM vm"), 0);
}

static void in_over_a_vm_that_is_here_is_refused(void **state)
{
	struct mover *m = *state;

	make_vm(m, 0);
	take_in(m, true);
	refused(m, VARD_ERROR("Exists"), "has not moved away");
}

/* It appeared between "ready" and the commit. */
static void in_commit_over_a_vm_that_is_here_is_refused(void **state)
{
	struct mover *m = *state;

	take_in(m, true);
	ok(m);
	make_vm(m, 0);
	step(m, "MoveInCommit", "vm");
	refused(m, VARD_ERROR("Exists"), "has not moved away");
	assert_int_equal(in_db(m, "SELECT count(*) FROM variable"), 1);
}

static void in_over_a_vm_that_left(void **state)
{
	struct mover *m = *state;

	make_vm(m, 0);
	move_out(m, "vm", true);
	step(m, "MoveOutCommit", "vm");
	ok(m);
	take_in(m, true);
	ok(m);
	assert_true(is_moved(m));
	assert_int_equal(in_db(m, "SELECT count(*) FROM variable"), 1);
	step(m, "MoveInCommit", "vm");
	ok(m);
	assert_false(is_moved(m));
	assert_int_equal(in_db(m, "SELECT count(*) FROM variable"), 3);
	assert_int_equal(in_db(m, "SELECT count(*) FROM vm"), 1);
}

static void in_commit_that_fails_may_be_repeated(void **state)
{
	struct mover *m = *state;

	take_in(m, true);
	spy.error = -ENOSPC;
	step(m, "MoveInCommit", "vm");
	refused(m, VARD_ERROR("Database"), "no space");
	assert_int_equal(in_db(m, "SELECT count(*) FROM vm"), 0);
	assert_true(fakes[0].state & FROZEN);
	assert_int_equal(fakes[0].acked_seq, 0);
	spy.error = 0;
	step(m, "MoveInCommit", "vm");
	ok(m);
	assert_int_equal(in_db(m, "SELECT count(*) FROM variable"), 3);
}

static void late_vmm_gets_the_machine(void **state)
{
	struct mover *m = *state;

	take_in(m, true);
	step(m, "MoveInCommit", "vm");
	ok(m);
	move_out(m, "vm", true);
	refused(m, VARD_ERROR("InUse"), "has not run since");
	open_vm(m, "vm", true);
	ok(m);
	assert_int_equal(m->t.d.nr_sources, 1);
	assert_int_equal(fakes[0].nr_restored, 1);
	assert_false(fakes[0].state & FROZEN);
	assert_int_equal(in_db(m, "SELECT count(*) FROM device"), 1);
}

static void late_vmm_with_a_bad_machine(void **state)
{
	struct mover *m = *state;

	take_in(m, true);
	step(m, "MoveInCommit", "vm");
	fake_restore_error = EBADMSG;
	open_vm(m, "vm", true);
	refused(m, VARD_ERROR("BadImage"), "damaged");
	assert_int_equal(in_db(m, "SELECT count(*) FROM device"), 1);
}

static void ordinary_open_drops_the_machine(void **state)
{
	struct mover *m = *state;

	take_in(m, true);
	step(m, "MoveInCommit", "vm");
	open_vm(m, "vm", false);
	ok(m);
	assert_int_equal(fakes[0].nr_restored, 0);
	assert_int_equal(in_db(m, "SELECT count(*) FROM device"), 0);
	assert_int_equal(in_db(m, "SELECT count(*) FROM audit"
				  " WHERE action = 'drop-machine'"), 1);
}

/* The daemon before was killed before the commit, or after it. */
static void frozen_store_is_taken_over(void **state)
{
	struct mover *m = *state;
	struct fake_store *f = make_vm(m, HAS_PORT | PAUSED | FROZEN);
	struct vard_source *s = m->t.d.sources;

	s->is_adopted = true;
	vard_recover_role(&m->t.d, s);
	assert_false(s->is_adopted);
	assert_int_equal(s->role, VARD_ORDINARY);
	assert_false(f->state & FROZEN);

	db_outside(m->t.db->path, "UPDATE vm SET state = 'moved'");
	f->state |= FROZEN;
	s->is_adopted = true;
	vard_recover_role(&m->t.d, s);
	assert_int_equal(s->role, VARD_DEPARTED);
	assert_true(f->state & FROZEN);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(out_of_a_vm_that_is_off),
		TEST(out_waits_until_memory_has_left),
		TEST(out_goes_on_when_the_vmm_ends),
		TEST(out_now_needs_a_pause),
		TEST(out_that_cannot_be_saved_goes_on),
		TEST(out_commit_that_fails_may_be_repeated),
		TEST(out_ends_with_its_client),
		TEST(out_that_waits_ends_with_its_client),
		TEST(out_after_commit_survives_its_client),
		TEST(out_twice_is_refused),
		TEST(commit_without_a_move_is_refused),
		TEST(undo_gives_the_vm_back),
		TEST(in_is_nowhere_until_the_commit),
		TEST(in_ends_with_its_client),
		TEST(in_for_a_vmm_that_waits),
		TEST(in_of_nonsense_changes_nothing),
		TEST(in_over_a_vm_that_is_here_is_refused),
		TEST(in_commit_over_a_vm_that_is_here_is_refused),
		TEST(in_over_a_vm_that_left),
		TEST(in_commit_that_fails_may_be_repeated),
		TEST(late_vmm_gets_the_machine),
		TEST(late_vmm_with_a_bad_machine),
		TEST(ordinary_open_drops_the_machine),
		TEST(frozen_store_is_taken_over),
	};
	daemon_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
