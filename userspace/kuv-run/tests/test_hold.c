// SPDX-License-Identifier: GPL-2.0-or-later
// vCPUs that wait for their variables, against a stand-in for the port.

#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hold.h"
#include "libkuv.h"
#include "tap.h"

/* The port: readable while not frozen. */
static struct fake {
	int fd;
	_Atomic bool is_frozen;
	int error;
	_Atomic int nr_resumes;
	int nr_pauses;
	uint32_t flags;
} fake;

static struct kvm_run run;
/* What would be on stderr. */
static char *text;

int libkuv_port_fd(const struct libkuv_port *port)
{
	(void)port;
	return fake.fd;
}

int libkuv_port_pause(struct libkuv_port *port, uint32_t flags)
{
	(void)port;
	fake.nr_pauses++;
	fake.flags = flags;
	return fake.error;
}

int libkuv_port_resume(struct libkuv_port *port)
{
	(void)port;
	fake.nr_resumes++;
	return fake.is_frozen ? -EAGAIN : fake.error;
}

/* How often this was said since the last call; forgets all that was said. */
static int nr_said(const char *what)
{
	int nr = 0;

	fflush(stderr);
	for (const char *s = text; (s = strstr(s, what)); s++)
		nr++;
	rewind(stderr);
	fputc('\n', stderr);
	fflush(stderr);
	return nr;
}

static void freeze(void)
{
	eventfd_t value;

	fake.is_frozen = true;
	eventfd_read(fake.fd, &value);
}

static void thaw(void)
{
	fake.is_frozen = false;
	eventfd_write(fake.fd, 1);
}

static struct kuv_hold begin(void)
{
	fake = (struct fake){ .fd = eventfd(0, EFD_NONBLOCK) };
	run.immediate_exit = 0;
	return (struct kuv_hold){ .vm = "test" };
}

static void end(void)
{
	close(fake.fd);
}

static void free_store(void)
{
	struct kuv_hold hold = begin();

	kuv_hold_pause(&hold, 0);
	ok(hold.is_held && fake.nr_pauses == 1 && !fake.flags, "pause_holds");
	ok(kuv_hold_leave(&hold, &run) == 0 && !hold.is_held,
	   "leave_when_not_frozen");
	kuv_hold_set_running(&hold, true);
	ok(!hold.is_held && fake.nr_pauses == 1, "start_does_not_hold");
	kuv_hold_departed(&hold);
	ok(!hold.is_held && fake.nr_pauses == 1,
	   "running_vm_does_not_depart");
	kuv_hold_set_running(&hold, false);
	ok(hold.is_held && fake.nr_pauses == 2, "stop_holds");
	kuv_hold_departed(&hold);
	ok(fake.nr_pauses == 3 && fake.flags == KVM_UEFIVARS_PAUSE_DEPARTED,
	   "stopped_vm_departs");
	run.immediate_exit = 1;
	ok(kuv_hold_leave(&hold, &run) == 0,
	   "leave_is_not_kept_by_immediate_exit");
	kuv_hold_again(&hold);
	ok(hold.is_held, "again_holds");
	end();
}

static void errors(void)
{
	struct kuv_hold hold = begin();

	fake.error = -ENOTTY;
	kuv_hold_pause(&hold, 0);
	ok(kuv_hold_leave(&hold, &run) == 0 && !hold.is_held,
	   "module_that_knows_no_pause");
	kuv_hold_pause(&hold, 0);
	fake.error = -EPERM;
	ok(kuv_hold_leave(&hold, &run) == -EPERM && hold.is_held,
	   "resume_fails");
	end();
}

static void *vcpu(void *arg)
{
	return (void *)(intptr_t)kuv_hold_leave(arg, &run);
}

/* A thread that got as far as finding the store frozen. */
static pthread_t start_vcpu(struct kuv_hold *hold)
{
	pthread_t thread;

	freeze();
	kuv_hold_pause(hold, 0);
	if (pthread_create(&thread, NULL, vcpu, hold))
		abort();
	while (!fake.nr_resumes)
		usleep(1000);
	return thread;
}

static int result(pthread_t thread)
{
	void *ret;

	pthread_join(thread, &ret);
	return (int)(intptr_t)ret;
}

/* As QEMU's handler does it. */
static void on_signal(int nr)
{
	(void)nr;
	run.immediate_exit = 1;
}

static void frozen_store(void)
{
	struct kuv_hold hold = begin();
	pthread_t thread;

	hold.is_incoming = true;
	thread = start_vcpu(&hold);
	usleep(20000);
	ok(hold.is_held && fake.nr_resumes == 1, "frozen_store_waits");
	thaw();
	ok(result(thread) == 0 && !hold.is_held && !hold.is_incoming,
	   "thaw_ends_the_wait");
	ok(nr_said("kuvctl move-in test") == 1, "incoming_names_its_remedy");
	end();

	hold = begin();
	thread = start_vcpu(&hold);
	usleep(20000);
	pthread_kill(thread, SIGUSR1);
	ok(result(thread) == -EINTR && hold.is_held, "signal_ends_the_wait");
	ok(kuv_hold_leave(&hold, &run) == -EINTR,
	   "immediate_exit_ends_the_wait");
	ok(nr_said("kuvctl move-out --undo test") == 1,
	   "what_is_waited_for_is_said_once");
	run.immediate_exit = 0;
	thaw();
	ok(kuv_hold_leave(&hold, &run) == 0, "next_try_after_thaw");
	end();
}

/* The signal comes at whatever moment: between look and wait, too. */
static void signal_races(void)
{
	bool all = true;

	for (int i = 0; i < 300; i++) {
		struct kuv_hold hold = begin();
		pthread_t thread = start_vcpu(&hold);

		usleep((useconds_t)(i % 50));
		pthread_kill(thread, SIGUSR1);
		all = all && result(thread) == -EINTR;
		end();
	}
	ok(all, "signal_at_any_moment");
}

static void store_is_gone(void)
{
	struct kuv_hold hold = begin();

	freeze();
	kuv_hold_pause(&hold, 0);
	close(fake.fd);
	fake.fd = 999;
	ok(kuv_hold_leave(&hold, &run) == -EIO, "port_without_poll");
}

int main(void)
{
	size_t len;

	stderr = open_memstream(&text, &len);
	if (!stderr)
		abort();
	signal(SIGUSR1, on_signal);
	free_store();
	errors();
	frozen_store();
	signal_races();
	store_is_gone();
	return tap_done();
}
