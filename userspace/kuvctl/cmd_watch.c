// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl watch: changes as they reach the disk, until a signal. */
#include "cmd_vars.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "output.h"
#include "watch.h"

/* Milliseconds between attempts to reach vard-sync. */
#define RETRY_MS 500
/* Milliseconds until new VMs are looked for, if all are watched. */
#define LOOK_MS 2000

struct watch {
	const struct kuvctl *k;
	sd_bus *bus;
	struct watch_vm *vms;
	size_t nr;
	size_t nr_left_out;
	int signals;
	bool is_all;
	bool is_full;	/* vard-sync lets this connection watch no more VMs */
	bool is_again;	/* connected before: what was missed is told */
};

static struct watch_vm *find_vm(struct watch *w, const char *name)
{
	for (size_t i = 0; i < w->nr; i++)
		if (!strcmp(w->vms[i].name, name))
			return &w->vms[i];
	return NULL;
}

static struct watch_vm *add_vm(struct watch *w, const char *name)
{
	struct watch_vm *vms = reallocarray(w->vms, w->nr + 1, sizeof(*vms));

	if (!vms)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	w->vms = vms;
	vms += w->nr++;
	*vms = (struct watch_vm){ .name = strdup(name) };
	if (!vms->name)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	return vms;
}

static void remove_vm(struct watch *w, struct watch_vm *vm)
{
	free(vm->name);
	kuvctl_vars_free(&vm->vars);
	*vm = w->vms[--w->nr];
}

/* The order matters: what changes in between is told. */
static int subscribe(struct watch *w, struct watch_vm *vm, bool is_told)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	struct kuvctl_vars now;
	sd_bus_message *m = kuvctl_request(w->bus, KUVCTL_VARIABLES, "Watch");
	int r = sd_bus_message_append(m, "s", vm->name);

	if (r >= 0)
		r = sd_bus_call(w->bus, m, UINT64_MAX, &e, NULL);
	sd_bus_message_unref(m);
	if (r >= 0)
		r = kuvctl_vars_try(w->bus, vm->name, &now, &e);
	if (r < 0 && !w->is_again && !w->is_all)
		kuvctl_refused(&e, r);
	if (r >= 0)
		watch_adopt(vm, &now, is_told);
	if (sd_bus_error_has_name(&e, SD_BUS_ERROR_LIMITS_EXCEEDED))
		w->is_full = true;
	sd_bus_error_free(&e);
	return r;
}

/* Returns -errno if the connection is lost; a VM may be gone again. */
static int watch_new(struct watch *w, const char *name)
{
	struct watch_vm *vm = add_vm(w, name);
	int r = subscribe(w, vm, w->is_again);

	if (r >= 0)
		return 0;
	remove_vm(w, vm);
	return sd_bus_is_open(w->bus) > 0 ? 0 : r;
}

/* Who believes that all VMs are followed must not be wrong. */
static void say_left_out(struct watch *w, size_t nr)
{
	if (nr > w->nr_left_out)
		fprintf(stderr,
			"kuvctl: %zu VMs are followed, %zu are NOT: vard-sync lets one connection watch no more; name VMs, in several kuvctl watch VM...\n",
			w->nr, nr);
	w->nr_left_out = nr;
}

/* VMs that were not there before. Returns -errno if the connection is lost. */
static int look_for_vms(struct watch *w)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	sd_bus_message *m = kuvctl_request(w->bus, KUVCTL_VARD_SYNC, "List");
	int r = sd_bus_call(w->bus, m, UINT64_MAX, &e, &reply);
	size_t nr_left_out = 0;

	sd_bus_message_unref(m);
	w->is_full = false;
	if (r < 0 && !w->is_again)
		kuvctl_refused(&e, r);
	sd_bus_error_free(&e);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "(sa{sv})");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'r',
							     "sa{sv}")) > 0) {
		const char *name;

		kuvctl_check(sd_bus_message_read(reply, "s", &name));
		if (!find_vm(w, name) && !w->is_full)
			r = watch_new(w, name);
		nr_left_out += w->is_full && !find_vm(w, name);
		kuvctl_check(sd_bus_message_skip(reply, "a{sv}"));
		kuvctl_check(sd_bus_message_exit_container(reply));
	}
	sd_bus_message_unref(reply);
	if (r >= 0)
		say_left_out(w, nr_left_out);
	return r;
}

static void take_change(struct watch *w, sd_bus_message *m)
{
	struct watch_vm *vm;
	const char *name;
	uint64_t seq;
	int r;

	kuvctl_check(sd_bus_message_read(m, "st", &name, &seq));
	vm = find_vm(w, name);
	if (!vm)
		return;
	kuvctl_check(sd_bus_message_enter_container(m, 'a', "(bayayuayay)"));
	while ((r = sd_bus_message_enter_container(m, 'r', "bayayuayay")) > 0) {
		struct vard_var v = { 0 };
		int is_deleted;

		kuvctl_check(sd_bus_message_read(m, "b", &is_deleted));
		kuvctl_check(kuvctl_vars_read_one(m, &v));
		kuvctl_check(sd_bus_message_exit_container(m));
		v.is_deleted = is_deleted;
		watch_change(vm, seq, &v);
		kuvctl_var_free(&v);
	}
	kuvctl_check(r);
}

static void take_state(struct watch *w, sd_bus_message *m)
{
	const char *name, *state;
	struct watch_vm *vm;

	kuvctl_check(sd_bus_message_read(m, "ss", &name, &state));
	watch_state(name, state);
	vm = find_vm(w, name);
	if (vm && !strcmp(state, "removed"))
		remove_vm(w, vm);
}

static void take_message(struct watch *w, sd_bus_message *m)
{
	if (sd_bus_message_is_signal(m, KUVCTL_VARIABLES, "Changed") > 0)
		take_change(w, m);
	else if (sd_bus_message_is_signal(m, KUVCTL_VARIABLES, "State") > 0)
		take_state(w, m);
}

/* What has come. Returns -errno if the connection is lost. */
static int take_messages(struct watch *w)
{
	sd_bus_message *m = NULL;
	int r;

	while ((r = sd_bus_process(w->bus, &m)) > 0) {
		/* There is none when only the connection's state changed. */
		if (m)
			take_message(w, m);
		m = sd_bus_message_unref(m);
	}
	if (fflush(stdout) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "cannot write the output");
	/* A connection that has ended has nothing more to say, no error either. */
	return r >= 0 && sd_bus_is_open(w->bus) <= 0 ? -ECONNRESET : r;
}

/* Returns whether a signal asks to end. */
static bool wait_for(struct watch *w, int timeout_ms)
{
	struct pollfd fds[2] = {
		{ .fd = w->signals, .events = POLLIN },
		{ .fd = -1 },
	};

	if (w->bus) {
		fds[1].fd = sd_bus_get_fd(w->bus);
		fds[1].events = (short)sd_bus_get_events(w->bus);
	}
	while (poll(fds, 2, timeout_ms) < 0)
		if (errno != EINTR)
			fail(KUVCTL_EXIT_INTERNAL, "poll: %s", strerror(errno));
	return fds[0].revents;
}

static int watch_connection(struct watch *w)
{
	int timeout = w->is_all ? LOOK_MS : -1;
	int r = 0;

	for (size_t i = 0; i < w->nr; i++)
		if (subscribe(w, &w->vms[i], w->is_again) < 0 &&
		    sd_bus_is_open(w->bus) <= 0)
			return -ECONNRESET;
	if (w->is_all)
		r = look_for_vms(w);
	w->is_again = true;
	while (r >= 0) {
		r = take_messages(w);
		if (r >= 0 && wait_for(w, timeout))
			return 0;
		if (r >= 0 && w->is_all)
			r = look_for_vms(w);
	}
	return r;
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* A vard-sync that is dying takes connections, too: it has to answer. */
static bool reach(struct watch *w)
{
	sd_bus_message *m;
	int r;

	if (kuvctl_connect_try(w->k, &w->bus) < 0)
		return false;
	m = kuvctl_request(w->bus, KUVCTL_VARD_SYNC, "List");
	r = sd_bus_call(w->bus, m, UINT64_MAX, NULL, NULL);
	sd_bus_message_unref(m);
	if (r < 0)
		w->bus = sd_bus_close_unref(w->bus);
	return r >= 0;
}

/* Until vard-sync is there again. Returns whether a signal asks to end. */
static bool reconnect(struct watch *w)
{
	w->bus = sd_bus_close_unref(w->bus);
	watch_state(NULL, "away");
	fflush(stdout);
	while (!reach(w))
		if (wait_for(w, RETRY_MS))
			return true;
	watch_state(NULL, "back");
	return false;
}

int cmd_watch(const struct kuvctl *k, int argc, char **argv)
{
	struct watch w = { .k = k, .is_all = argc == 1 };

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			kuvctl_usage(argv[0]);
		add_vm(&w, argv[i]);
	}
	w.signals = block_signals();
	w.bus = kuvctl_connect(k);
	while (watch_connection(&w) < 0 && !reconnect(&w))
		;
	while (w.nr)
		remove_vm(&w, &w.vms[0]);
	free(w.vms);
	sd_bus_close_unref(w.bus);
	close(w.signals);
	return 0;
}
