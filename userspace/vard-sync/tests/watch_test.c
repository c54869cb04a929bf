// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of Variables1 on real connections: what watchers are told, those who do
 * not read, and calls that are too large or malformed.
 */
#include "daemon.h"

#include <errno.h>

#include "control.h"
#include "edit.h"
#include "fake_store.h"
#include "vm.h"
#include "watcher.h"

#define INTERFACE "org.kvm_uefivars.Variables1"
#define CLIENTS 2
#define NV 7

struct client {
	sd_bus *bus;
	/* What it was told: "A=x -B |running ". */
	char told[65536];
	char error[128];
	bool has_answer;
	bool is_gone;
};

struct rig {
	struct test_daemon t;
	struct client clients[CLIENTS];
	int port;
};

static void turn_daemon(struct rig *r)
{
	for (int i = 0; i < 100; i++)
		sd_event_run(r->t.d.event, 0);
}

static void turn(struct rig *r)
{
	for (int i = 0; i < 300; i++) {
		for (int c = 0; c < CLIENTS; c++)
			if (sd_bus_process(r->clients[c].bus, NULL) < 0)
				r->clients[c].is_gone = true;
		sd_event_run(r->t.d.event, 0);
	}
}

static int read_changed(sd_bus_message *m, char *p)
{
	const uint8_t *guid, *name, *time, *data;
	uint32_t attributes;
	size_t len, data_len;
	int is_deleted;
	int r = sd_bus_message_enter_container(m, 'r', "bayayuayay");

	if (r <= 0)
		return r;
	sd_bus_message_read(m, "b", &is_deleted);
	sd_bus_message_read_array(m, 'y', (const void **)&guid, &len);
	sd_bus_message_read_array(m, 'y', (const void **)&name, &len);
	sd_bus_message_read(m, "u", &attributes);
	sd_bus_message_read_array(m, 'y', (const void **)&time, &len);
	assert_int_equal(len, 16);
	sd_bus_message_read_array(m, 'y', (const void **)&data, &data_len);
	if (is_deleted)
		sprintf(p, "-%c ", name[0]);
	else
		sprintf(p, "%c=%.*s ", name[0], (int)data_len, data);
	return sd_bus_message_exit_container(m);
}

static int on_changed(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct client *c = arg;
	const char *vm;
	uint64_t seq;

	(void)e;
	assert_true(sd_bus_message_read(m, "st", &vm, &seq) > 0);
	assert_string_equal(vm, "vm");
	sd_bus_message_enter_container(m, 'a', "(bayayuayay)");
	while (strlen(c->told) < sizeof(c->told) - 64 &&
	       read_changed(m, c->told + strlen(c->told)) > 0)
		;
	return 0;
}

static int on_state(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct client *c = arg;
	const char *vm, *state;

	(void)e;
	assert_true(sd_bus_message_read(m, "ss", &vm, &state) > 0);
	sprintf(c->told + strlen(c->told), "|%s ", state);
	return 0;
}

static void connect_client(struct rig *r, struct client *c)
{
	c->bus = daemon_client(&r->t);
	assert_true(sd_bus_start(c->bus) >= 0);
	assert_true(sd_bus_match_signal(c->bus, NULL, NULL, NULL, INTERFACE,
					"Changed", on_changed, c) >= 0);
	assert_true(sd_bus_match_signal(c->bus, NULL, NULL, NULL, INTERFACE,
					"State", on_state, c) >= 0);
}

static void forget_answers(struct rig *r)
{
	for (int i = 0; i < CLIENTS; i++)
		r->clients[i].told[0] = 0;
}

static int set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct vard_vm vm;

	fake_reset();
	if (!r || daemon_set_up(&r->t) < 0)
		return -1;
	r->port = -1;
	vm = db_vm(r->t.db, "vm", geteuid());
	assert_int_equal(db_put(r->t.db, &vm, "A", "1"), 0);
	for (int i = 0; i < CLIENTS; i++)
		connect_client(r, &r->clients[i]);
	turn(r);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	int ret;

	for (int i = 0; i < CLIENTS; i++)
		sd_bus_close_unref(r->clients[i].bus);
	while (r->t.d.conns)
		assert_true(sd_event_run(r->t.d.event, 1000000) > 0);
	assert_null(r->t.d.watchers);
	if (r->port >= 0)
		close(r->port);
	ret = daemon_tear_down(&r->t);
	free(r);
	return ret;
}

static int on_answer(sd_bus_message *reply, void *arg, sd_bus_error *e)
{
	const sd_bus_error *error = sd_bus_message_get_error(reply);
	struct client *c = arg;

	(void)e;
	c->has_answer = true;
	snprintf(c->error, sizeof(c->error), "%s", error ? error->name : "");
	return 0;
}

static sd_bus_message *new_call(struct client *c, const char *method)
{
	sd_bus_message *m;

	assert_true(sd_bus_message_new_method_call(c->bus, &m, NULL,
						   VARD_OBJECT, INTERFACE,
						   method) >= 0);
	assert_true(sd_bus_message_append(m, "s", "vm") >= 0);
	return m;
}

static void send_call(struct rig *r, struct client *c, sd_bus_message *m)
{
	c->has_answer = false;
	assert_true(sd_bus_call_async(c->bus, NULL, m, on_answer, c,
				      UINT64_MAX) >= 0);
	sd_bus_message_unref(m);
	for (int i = 0; i < 100 && !c->has_answer; i++)
		turn(r);
	assert_true(c->has_answer);
}

static void watch(struct rig *r, struct client *c)
{
	send_call(r, c, new_call(c, "Watch"));
	assert_string_equal(c->error, "");
}

static void append_step(sd_bus_message *m, uint32_t kind, const char *name,
			size_t guid_len, const void *data, size_t len)
{
	static const uint8_t guid[32] = { 1, 2, 3 };

	sd_bus_message_open_container(m, 'r', "uayayuayay");
	sd_bus_message_append(m, "u", kind);
	sd_bus_message_append_array(m, 'y', guid, guid_len);
	sd_bus_message_append_array(m, 'y', name, 2);
	sd_bus_message_append(m, "u", NV);
	sd_bus_message_append_array(m, 'y', guid + 16, 16);
	sd_bus_message_append_array(m, 'y', data, len);
	assert_true(sd_bus_message_close_container(m) >= 0);
}

static sd_bus_message *new_change(struct client *c)
{
	sd_bus_message *m = new_call(c, "Change");

	assert_true(sd_bus_message_append(m, "a{sv}", 1, "action", "s",
					  "test") >= 0);
	assert_true(sd_bus_message_open_container(m, 'a',
						  "(uayayuayay)") >= 0);
	return m;
}

static void change(struct rig *r, struct client *c, uint32_t kind,
		   const char *name, const char *data)
{
	sd_bus_message *m = new_change(c);

	append_step(m, kind, name, 16, data, strlen(data));
	sd_bus_message_close_container(m);
	send_call(r, c, m);
}

static void start(struct rig *r)
{
	struct vard_request rq = { .name = "vm", .uid = geteuid(),
				   VARD_REQUEST_NONE };
	sd_bus_error e = SD_BUS_ERROR_NULL;
	struct vard_opened got;

	if (vard_vm_open(&r->t.d, &rq, &got, &e) < 0)
		fail_msg("%s", e.message);
	r->port = got.port_fd;
}

static void told(struct rig *r, int client, const char *want)
{
	turn(r);
	assert_string_equal(r->clients[client].told, want);
}

static void watch_a_guest(void **state)
{
	struct rig *r = *state;

	watch(r, &r->clients[0]);
	start(r);
	fake_write(fake_running(), 'B', NV, "new");
	turn(r);
	fake_write(fake_running(), 'A', NV, "");
	fake_write(fake_running(), 'V', 6, "volatile");
	told(r, 0, "|running B=new -A ");
	told(r, 1, "");
}

static void watch_the_host(void **state)
{
	struct rig *r = *state;

	watch(r, &r->clients[0]);
	watch(r, &r->clients[1]);
	change(r, &r->clients[1], 0, "B", "stopped");
	assert_string_equal(r->clients[1].error, "");
	start(r);
	change(r, &r->clients[1], 0, "B", "live");
	assert_string_equal(r->clients[1].error, "");
	change(r, &r->clients[1], 1, "A", "");
	told(r, 0, "B=stopped |running B=live -A ");
	told(r, 1, "B=stopped |running B=live -A ");
}

/* Only what reached the disk. */
static void watch_a_full_disk(void **state)
{
	struct rig *r = *state;

	watch(r, &r->clients[0]);
	start(r);
	spy.error = -ENOSPC;
	fake_write(fake_running(), 'B', NV, "new");
	told(r, 0, "|running ");
	change(r, &r->clients[1], 0, "C", "x");
	assert_string_equal(r->clients[1].error,
			    "org.kvm_uefivars.Error.Database");
	told(r, 0, "|running ");
	spy.error = 0;
	assert_int_equal(vard_flush_all(&r->t.d), 0);
	told(r, 0, "|running B=new ");
}

static void watch_until_removed(void **state)
{
	struct rig *r = *state;
	sd_bus_message *m;

	watch(r, &r->clients[0]);
	start(r);
	turn(r);
	fake_running()->state = 0;
	close(r->port);
	r->port = -1;
	assert_true(sd_bus_message_new_method_call(
		r->clients[1].bus, &m, NULL, VARD_OBJECT,
		"org.kvm_uefivars.Snapshot1", "Remove") >= 0);
	assert_true(sd_bus_message_append(m, "s", "vm") >= 0);
	send_call(r, &r->clients[1], m);
	assert_string_equal(r->clients[1].error, "");
	told(r, 0, "|running |stopped |removed ");
	assert_null(r->t.d.watchers);
	send_call(r, &r->clients[0], new_call(&r->clients[0], "Watch"));
	assert_string_equal(r->clients[0].error,
			    "org.kvm_uefivars.Error.NotFound");
}

/* It is disconnected, and the other one hears everything. */
static void watcher_that_does_not_read(void **state)
{
	char data[FAKE_DATA + 1];
	struct rig *r = *state;
	unsigned int n;

	watch(r, &r->clients[0]);
	watch(r, &r->clients[1]);
	start(r);
	memset(data, 'x', sizeof(data));
	data[FAKE_DATA] = 0;
	for (n = 0; r->t.d.nr_conns == CLIENTS && n < 20000; n++) {
		/* So that a message is longer. */
		for (char name = 'B'; name < 'Z'; name++)
			fake_write(fake_running(), name, NV, data);
		turn_daemon(r);
		while (sd_bus_process(r->clients[1].bus, NULL) > 0)
			forget_answers(r);
	}
	assert_int_equal(r->t.d.nr_conns, 1);
	assert_in_range(n, 100, 19999);
	fake_write(fake_running(), 'A', NV, "last");
	forget_answers(r);
	told(r, 1, "A=last ");
}

static void large_calls(void **state)
{
	struct client *c = &((struct rig *)*state)->clients[0];
	static uint8_t big[64 << 20];
	struct rig *r = *state;
	sd_bus_message *m = new_change(c);

	for (int i = 0; i < VARD_EDIT_MAX + 1; i++)
		append_step(m, 0, "A", 16, "1", 1);
	sd_bus_message_close_container(m);
	send_call(r, c, m);
	assert_string_equal(c->error, SD_BUS_ERROR_LIMITS_EXCEEDED);
	m = new_change(c);
	for (int i = 0; i < 100000; i++)
		append_step(m, 0, "A", 16, "1", 1);
	sd_bus_message_close_container(m);
	send_call(r, c, m);
	assert_string_equal(c->error, SD_BUS_ERROR_LIMITS_EXCEEDED);
	m = new_change(c);
	append_step(m, 0, "A", 16, big, sizeof(big) - 4096);
	sd_bus_message_close_container(m);
	send_call(r, c, m);
	assert_string_equal(c->error, SD_BUS_ERROR_LIMITS_EXCEEDED);
	m = new_change(c);
	for (int i = 0; i < VARD_EDIT_MAX; i++)
		append_step(m, 0, "A", 16, "2", 1);
	sd_bus_message_close_container(m);
	send_call(r, c, m);
	assert_string_equal(c->error, "");
	assert_int_equal(db_int(r->t.db->path,
				"SELECT count(*) FROM audit"), 1);
}

static void malformed_calls(void **state)
{
	struct client *c = &((struct rig *)*state)->clients[0];
	struct rig *r = *state;
	sd_bus_message *m = new_change(c);

	append_step(m, 0, "A", 15, "1", 1);
	sd_bus_message_close_container(m);
	send_call(r, c, m);
	assert_string_equal(c->error, "org.kvm_uefivars.Error.BadVariable");
	change(r, c, 3, "A", "1");
	assert_string_equal(c->error, SD_BUS_ERROR_INVALID_ARGS);
	m = new_call(c, "Change");
	sd_bus_message_append(m, "a{sv}", 1, "action", "s", "not a word");
	sd_bus_message_append(m, "a(uayayuayay)", 0);
	send_call(r, c, m);
	assert_string_equal(c->error, SD_BUS_ERROR_INVALID_ARGS);
	m = new_call(c, "Change");
	sd_bus_message_append(m, "a{sv}", 1, "expect-digest", "s", "12");
	sd_bus_message_append(m, "a(uayayuayay)", 0);
	send_call(r, c, m);
	assert_string_equal(c->error, SD_BUS_ERROR_INVALID_ARGS);
	m = new_call(c, "Change");
	sd_bus_message_append(m, "a{sv}", 1, "dry-run", "s", "yes");
	sd_bus_message_append(m, "a(uayayuayay)", 0);
	send_call(r, c, m);
	assert_string_equal(c->error, SD_BUS_ERROR_INVALID_ARGS);
	m = new_call(c, "Change");
	sd_bus_message_append(m, "a{sv}", 1, "unknown", "b", 1);
	sd_bus_message_append(m, "a(uayayuayay)", 0);
	send_call(r, c, m);
	assert_string_equal(c->error, SD_BUS_ERROR_INVALID_ARGS);
	assert_int_equal(db_int(r->t.db->path,
				"SELECT count(*) FROM audit"), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(watch_a_guest),
		TEST(watch_the_host),
		TEST(watch_a_full_disk),
		TEST(watch_until_removed),
		TEST(watcher_that_does_not_read),
		TEST(large_calls),
		TEST(malformed_calls),
	};
	daemon_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
