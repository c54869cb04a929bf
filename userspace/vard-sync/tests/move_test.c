// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of moving: a client on a real connection, a real database, and a fake
 * kernel behind ioctl() and read().
 */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "control.h"
#include "move.h"
#include "recover.h"
#include "source.h"
#include "vm.h"

#define STORES 4
#define FD_MIN 200
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define RECORD_LEN (sizeof(struct kvm_uefivars_record) + 8)
#define FROZEN KVM_UEFIVARS_STORE_FROZEN
#define HAS_PORT KVM_UEFIVARS_STORE_HAS_PORT
#define PAUSED KVM_UEFIVARS_STORE_PAUSED
#define DEPARTED KVM_UEFIVARS_STORE_DEPARTED

/* A store: variables A, B, ... and what is not acknowledged of them. */
struct fake {
	int fd;
	bool is_used;
	uint8_t cookie[16];
	uint32_t state;
	uint64_t nr_vars;
	uint64_t seq;
	uint64_t acked_seq;
	uint64_t nr_requests;
	int save_error;
	unsigned int nr_restored;
	struct kvm_uefivars_config config;
};

static struct fake fakes[STORES];
/* For the next RESTORE_STATE of any store. */
static int restore_error;

/* What the fake kernel saves. */
struct fake_image {
	char magic[8];
	uint64_t nr_vars;
};

int __real_ioctl(int fd, unsigned long cmd, void *arg);
int __wrap_ioctl(int fd, unsigned long cmd, void *arg);
ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);

static struct fake *find_fake(int fd)
{
	for (int i = 0; i < STORES; i++)
		if (fakes[i].is_used && fakes[i].fd == fd)
			return &fakes[i];
	return NULL;
}

/* A number that nothing else gets after it was closed. */
static int new_fd(void)
{
	int low = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int fd = fcntl(low, F_DUPFD_CLOEXEC, FD_MIN);

	close(low);
	return fd;
}

static struct fake *new_fake(const uint8_t cookie[16])
{
	for (int i = 0; i < STORES; i++) {
		struct fake *f = &fakes[i];

		if (f->is_used && fcntl(f->fd, F_GETFD) >= 0)
			continue;
		*f = (struct fake){ .is_used = true, .fd = new_fd() };
		memcpy(f->cookie, cookie, sizeof(f->cookie));
		return f;
	}
	fail_msg("more than %d stores", STORES);
	return NULL;
}

static int result(int error)
{
	errno = error;
	return error ? -1 : 0;
}

static int fake_info(struct fake *f, struct kvm_uefivars_store_info *info)
{
	info->state = f->state;
	info->id = (uint64_t)(f - fakes) + 1;
	memcpy(info->cookie, f->cookie, sizeof(f->cookie));
	info->config = f->config;
	info->seq = f->seq;
	info->acked_seq = f->acked_seq;
	info->batch_size_max = 4096;
	info->nr_requests = f->nr_requests;
	return 0;
}

static int fake_freeze(struct fake *f)
{
	if (f->state & HAS_PORT && !(f->state & PAUSED))
		return result(EBUSY);
	f->state |= FROZEN;
	return 0;
}

static int fake_save(struct fake *f, struct kvm_uefivars_state *s)
{
	struct fake_image image = { "machine", f->nr_vars };
	uint64_t room = s->len;

	assert_true(f->state & FROZEN);
	if (f->save_error)
		return result(f->save_error);
	s->len = sizeof(image);
	if (room < sizeof(image))
		return result(EMSGSIZE);
	memcpy((void *)(uintptr_t)s->data, &image, sizeof(image));
	return 0;
}

static int fake_restore(struct fake *f, const struct kvm_uefivars_state *s)
{
	struct fake_image image = { 0 };

	if (s->len == sizeof(image))
		memcpy(&image, (void *)(uintptr_t)s->data, sizeof(image));
	if (restore_error || memcmp(image.magic, "machine", 8) != 0)
		return result(restore_error ? restore_error : EBADMSG);
	f->nr_restored++;
	if (s->flags & KVM_UEFIVARS_STATE_VARIABLES)
		f->nr_vars = f->seq = image.nr_vars;
	return 0;
}

static int fake_device(unsigned long cmd, void *arg)
{
	struct kvm_uefivars_create_store *c = arg;
	struct kvm_uefivars_info *info = arg;

	if (cmd == KVM_UEFIVARS_GET_INFO) {
		info->abi = KVM_UEFIVARS_ABI;
		return 0;
	}
	assert_int_equal(cmd, KVM_UEFIVARS_CREATE_STORE);
	c->fd = new_fake(c->cookie)->fd;
	find_fake(c->fd)->config = c->config;
	return 0;
}

static int fake_port(struct fake *f, struct kvm_uefivars_open_port *p)
{
	if (f->state & HAS_PORT)
		return result(EBUSY);
	f->state |= HAS_PORT;
	p->fd = eventfd(0, EFD_CLOEXEC);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long cmd, void *arg)
{
	struct fake *f = find_fake(fd);

	if (_IOC_TYPE(cmd) != KVM_UEFIVARS_IOC)
		return __real_ioctl(fd, cmd, arg);
	if (!f)
		return fake_device(cmd, arg);
	switch (cmd) {
	case KVM_UEFIVARS_STORE_INFO:
		return fake_info(f, arg);
	case KVM_UEFIVARS_SET_CONFIG:
		f->config = ((struct kvm_uefivars_set_config *)arg)->config;
		return 0;
	case KVM_UEFIVARS_VAR_SET:
		f->nr_vars++;
		return 0;
	case KVM_UEFIVARS_ACK:
		if (!(((struct kvm_uefivars_ack *)arg)->flags &
		      KVM_UEFIVARS_ACK_FAILED))
			f->acked_seq = ((struct kvm_uefivars_ack *)arg)->seq;
		return 0;
	case KVM_UEFIVARS_FREEZE:
		return fake_freeze(f);
	case KVM_UEFIVARS_THAW:
		f->state &= ~FROZEN;
		return 0;
	case KVM_UEFIVARS_SAVE_STATE:
		return fake_save(f, arg);
	case KVM_UEFIVARS_RESTORE_STATE:
		return fake_restore(f, arg);
	case KVM_UEFIVARS_OPEN_PORT:
		return fake_port(f, arg);
	default:
		fail_msg("command %lx", cmd);
		return -1;
	}
}

static size_t put_record(uint8_t *p, uint64_t seq)
{
	struct kvm_uefivars_record r = {
		.len = RECORD_LEN, .head_len = sizeof(r), .seq = seq,
		.attributes = 7, .name_len = 2, .data_len = 1,
	};

	memcpy(p, &r, sizeof(r));
	p[sizeof(r)] = (uint8_t)('A' + seq % 26);
	p[sizeof(r) + 2] = 'x';
	return RECORD_LEN;
}

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	struct kvm_uefivars_batch h = { .head_len = sizeof(h) };
	struct fake *f = find_fake(fd);
	uint8_t *p = buf;

	if (!f)
		return __real_read(fd, buf, len);
	if (f->seq == f->acked_seq)
		return result(EAGAIN);
	memset(buf, 0, len);
	h.len = sizeof(h);
	for (uint64_t s = f->acked_seq + 1; s <= f->seq; s++, h.nr_records++)
		h.len += put_record(p + h.len, s);
	h.seq = f->seq;
	memcpy(p, &h, sizeof(h));
	return (ssize_t)h.len;
}

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

	memset(fakes, 0, sizeof(fakes));
	restore_error = 0;
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
static struct fake *make_vm(struct mover *m, uint32_t state)
{
	struct vard_vm vm = db_vm(m->t.db, "vm", 0);
	struct vard_source *s;
	struct fake *f;

	assert_int_equal(db_put(m->t.db, &vm, "Q", "1"), 0);
	if (!state)
		return NULL;
	f = new_fake(vm.uuid.bytes);
	f->state = state;
	f->nr_vars = 1;
	assert_int_equal(vard_source_adopt(f->fd, &s), 0);
	s->vm = vm;
	assert_int_equal(vard_add_source(&m->t.d, s), 0);
	return f;
}

/* The kernel's EPOLLPRI, as the loop hears of it. */
static void set_state(struct mover *m, struct fake *f, uint32_t state)
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
	const struct fake_image image = { "machine", 3 };
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
	assert_memory_equal(image, "machine", 8);
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
	struct fake *f = make_vm(m, HAS_PORT);

	f->seq = 2;
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
	struct fake *f = make_vm(m, HAS_PORT);

	move_out(m, "vm", false);
	assert_false(m->has_answer);
	set_state(m, f, 0);
	ok(m);
}

static void out_now_needs_a_pause(void **state)
{
	struct mover *m = *state;
	struct fake *f = make_vm(m, HAS_PORT);

	move_out(m, "vm", true);
	refused(m, VARD_ERROR("InUse"), "when it is paused");
	f->state |= PAUSED;
	move_out(m, "vm", true);
	ok(m);
}

static void out_that_cannot_be_saved_goes_on(void **state)
{
	struct mover *m = *state;
	struct fake *f = make_vm(m, HAS_PORT | PAUSED);

	f->seq = 1;
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
	struct fake *f = make_vm(m, HAS_PORT | PAUSED);

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
	struct fake *f = make_vm(m, HAS_PORT | PAUSED);

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
	struct fake *f = make_vm(m, HAS_PORT);

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
	struct fake *f = make_vm(m, HAS_PORT | PAUSED);

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
	struct fake *f = make_vm(m, HAS_PORT | PAUSED);

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
	struct fake *f = &fakes[0];

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
	struct fake *f = &fakes[0];

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
	f->nr_requests = f->seq = 4;
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
	restore_error = EBADMSG;
	take_in(m, true);
	refused(m, VARD_ERROR("BadImage"), "damaged");
	restore_error = ENOSPC;
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
	restore_error = EBADMSG;
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
	struct fake *f = make_vm(m, HAS_PORT | PAUSED | FROZEN);
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
