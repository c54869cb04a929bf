// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps a VM's vCPUs out of KVM_RUN while its variables are on their way.

#include "hold.h"

#include <errno.h>
#include <linux/kvm.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "libkuv.h"

static void say(const struct kuv_hold *hold, const char *what)
{
	if (hold->is_verbose)
		fprintf(stderr, "kuv-run: VM %s: %s\n", hold->vm, what);
}

void kuv_hold_pause(struct kuv_hold *hold, uint32_t flags)
{
	int ret;

	atomic_store(&hold->has_told, false);
	atomic_store(&hold->is_held, true);
	ret = libkuv_port_pause(hold->port, flags);
	/* A module that cannot do this cannot freeze the store, either. */
	if (ret < 0 && ret != -ENOTTY)
		fprintf(stderr,
			"kuv-run: VM %s is stopped, but cannot be moved: %s\n",
			hold->vm, strerror(-ret));
	say(hold, flags & KVM_UEFIVARS_PAUSE_DEPARTED ? "departed" : "paused");
}

void kuv_hold_set_running(struct kuv_hold *hold, bool is_running)
{
	atomic_store(&hold->is_running, is_running);
	if (!is_running)
		kuv_hold_pause(hold, 0);
}

/* Who migrates a VM that goes on here has made a copy, and nothing left. */
void kuv_hold_departed(struct kuv_hold *hold)
{
	if (!hold->is_running)
		kuv_hold_pause(hold, KVM_UEFIVARS_PAUSE_DEPARTED);
}

static void tell(struct kuv_hold *hold)
{
	if (atomic_exchange(&hold->has_told, true))
		return;
	if (hold->is_incoming)
		fprintf(stderr,
			"kuv-run: VM %s waits for its variables: kuvctl move-in %s on this host\n",
			hold->vm, hold->vm);
	else
		fprintf(stderr,
			"kuv-run: VM %s waits, its variables are moving or have moved away: kuvctl move-out --undo %s lets it go on here\n",
			hold->vm, hold->vm);
}

/* Called with all signals blocked; those that were not before end the wait. */
static int wait_blocked(const struct kuv_hold *hold, const struct kvm_run *run,
			const sigset_t *mask)
{
	struct pollfd fd = { .fd = libkuv_port_fd(hold->port),
			     .events = POLLIN };
	const volatile uint8_t *immediate_exit = &run->immediate_exit;

	if (*immediate_exit)
		return -EINTR;
	if (ppoll(&fd, 1, NULL, mask) < 0)
		return -errno;
	return fd.revents & (POLLERR | POLLHUP | POLLNVAL) ? -EIO : 0;
}

/*
 * The VMM sets immediate_exit, or has a signal handler do it, and sends the
 * signal. No moment is left between looking at the one and waiting for the
 * other.
 */
static int wait_thawed(const struct kuv_hold *hold, const struct kvm_run *run)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = wait_blocked(hold, run, &before);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

int kuv_hold_leave(struct kuv_hold *hold, const struct kvm_run *run)
{
	int ret;

	while ((ret = libkuv_port_resume(hold->port)) == -EAGAIN) {
		tell(hold);
		ret = wait_thawed(hold, run);
		if (ret < 0)
			return ret;
	}
	if (ret < 0 && ret != -ENOTTY)
		return ret;
	atomic_store(&hold->is_incoming, false);
	atomic_store(&hold->is_held, false);
	say(hold, "goes on");
	return 0;
}
