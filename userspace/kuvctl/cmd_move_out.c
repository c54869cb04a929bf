// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl move-out: gives a VM to kuvctl move-in, here or on another host. */
#include "kuvctl.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fdio.h"
#include "output.h"
#include "stream.h"

/* How often to look whether a pipe has been read empty. */
#define PIPE_POLL_NS 20000000L
/* A wait that takes longer is told. */
#define PATIENCE_MS 1000

/* What is at the other end, and how it says that it is ready. */
enum kind {
	KIND_SOCKET,	/* by an answer */
	KIND_PIPE,	/* by reading the question */
	KIND_FILE,	/* it is, when all is on disk */
};

struct channel {
	enum kind kind;
	int fd;
	pid_t child;
};

struct move {
	const char *vm;
	const char *via;
	bool is_now;
	bool is_undo;
	struct channel ch;
};

static _Noreturn void stays(const struct move *m, const char *why)
{
	fail(KUVCTL_EXIT_STREAM, "VM %s stays here: %s", m->vm, why);
}

static _Noreturn void in_doubt(const struct move *m)
{
	fail(KUVCTL_EXIT_DOUBT,
	     "VM %s has left, but its arrival was not confirmed: look for it at the destination; if it is not there, kuvctl move-out --undo %s takes it back",
	     m->vm, m->vm);
}

static struct channel run_command(const char *command)
{
	struct channel ch = { .kind = KIND_SOCKET };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "socketpair: %s", strerror(errno));
	ch.child = fork();
	if (ch.child < 0)
		fail(KUVCTL_EXIT_INTERNAL, "fork: %s", strerror(errno));
	if (ch.child == 0) {
		signal(SIGPIPE, SIG_DFL);
		if (dup2(pair[1], STDIN_FILENO) >= 0 &&
		    dup2(pair[1], STDOUT_FILENO) >= 0)
			execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	ch.fd = pair[0];
	return ch;
}

static struct channel use_stdout(void)
{
	struct channel ch = { .fd = STDOUT_FILENO };
	struct stat st;

	if (isatty(STDOUT_FILENO))
		fail(KUVCTL_EXIT_USAGE,
		     "standard output is a terminal: connect it to kuvctl move-in, or use --via COMMAND");
	if (fstat(STDOUT_FILENO, &st) < 0)
		fail(KUVCTL_EXIT_USAGE, "standard output: %s", strerror(errno));
	if (S_ISFIFO(st.st_mode))
		ch.kind = KIND_PIPE;
	else if (S_ISSOCK(st.st_mode))
		ch.kind = KIND_SOCKET;
	else if (S_ISREG(st.st_mode))
		ch.kind = KIND_FILE;
	else
		fail(KUVCTL_EXIT_USAGE,
		     "standard output is neither a pipe, a socket nor a file: use --via COMMAND");
	return ch;
}

/* Has the other end gone? */
static bool is_closed(const struct channel *ch)
{
	struct pollfd p = { .fd = ch->fd };

	return ch->kind != KIND_FILE && poll(&p, 1, 0) > 0 &&
	       p.revents & (POLLERR | POLLHUP);
}

struct answer {
	bool has_come;
	int fd;
};

static int on_answer(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct answer *a = arg;
	int fd;

	(void)e;
	if (sd_bus_message_is_method_error(m, NULL))
		kuvctl_refused(sd_bus_message_get_error(m),
			       -sd_bus_message_get_errno(m));
	kuvctl_check(sd_bus_message_read(m, "h", &fd));
	a->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (a->fd < 0)
		fail(KUVCTL_EXIT_INTERNAL, "descriptor: %s", strerror(errno));
	a->has_come = true;
	return 0;
}

static void tell_wait(const struct move *m)
{
	fprintf(stderr, "kuvctl: waiting until VM %s has left: start its migration (in QEMU: migrate URI), or end it; --now does not wait for a paused VM\n",
		m->vm);
}

/* Waits for vard-sync, and for the other side to go away. */
static void wait_for(const struct move *m, sd_bus *bus, bool *has_told)
{
	struct pollfd p[2] = {
		{ .fd = sd_bus_get_fd(bus),
		  .events = (short)sd_bus_get_events(bus) },
		{ .fd = m->ch.kind == KIND_FILE ? -1 : m->ch.fd },
	};
	int n = poll(p, 2, *has_told ? -1 : PATIENCE_MS);

	if (n == 0) {
		tell_wait(m);
		*has_told = true;
	}
	if (n > 0 && p[1].revents & (POLLERR | POLLHUP))
		stays(m, "the other side has ended, see what it says");
}

/* Returns a descriptor with the state of the VM, frozen until this ends. */
static int take_state(const struct move *m, sd_bus *bus)
{
	sd_bus_message *call = kuvctl_request(bus, KUVCTL_MOVE, "MoveOut");
	struct answer a = { .fd = -1 };
	bool has_told = false;
	int r;

	kuvctl_check(sd_bus_message_append(call, "sb", m->vm, m->is_now));
	kuvctl_check(sd_bus_call_async(bus, NULL, call, on_answer, &a,
				       UINT64_MAX));
	sd_bus_message_unref(call);
	while (!a.has_come) {
		r = sd_bus_process(bus, NULL);
		if (r < 0)
			fail(KUVCTL_EXIT_NO_DAEMON,
			     "VM %s stays here: vard-sync ended the connection",
			     m->vm);
		if (r == 0)
			wait_for(m, bus, &has_told);
	}
	return a.fd;
}

static void send_state(const struct move *m, int fd)
{
	void *body;
	size_t len;
	int r = fdio_read_file(fd, STREAM_BODY_MAX, &body, &len);

	if (r < 0)
		stays(m, strerror(-r));
	r = stream_write(m->ch.fd, body, len, m->ch.kind == KIND_SOCKET);
	free(body);
	if (r == -EPIPE || r == -ECONNRESET)
		stays(m, "the other side has ended, see what it says");
	if (r < 0)
		stays(m, strerror(-r));
}

/* The VM is frozen only as long as vard-sync knows this client. */
static void check_bus(const struct move *m, sd_bus *bus)
{
	struct pollfd p = { .fd = sd_bus_get_fd(bus), .events = POLLRDHUP };

	if (poll(&p, 1, 0) > 0)
		stays(m, "vard-sync ended the connection");
}

static void wait_for_answer(const struct move *m, sd_bus *bus)
{
	struct pollfd p[2] = {
		{ .fd = sd_bus_get_fd(bus), .events = POLLRDHUP },
		{ .fd = m->ch.fd, .events = POLLIN },
	};

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR)
			stays(m, strerror(errno));
	check_bus(m, bus);
	if (!stream_expect(m->ch.fd, "ready\n"))
		stays(m, "the other side did not take it, see what it says");
}

static void wait_for_pipe(const struct move *m, sd_bus *bus)
{
	const struct timespec pause = { .tv_nsec = PIPE_POLL_NS };
	int unread = 1;

	while (unread > 0 && !is_closed(&m->ch)) {
		check_bus(m, bus);
		if (ioctl(m->ch.fd, FIONREAD, &unread) < 0)
			stays(m, strerror(errno));
		if (unread > 0)
			nanosleep(&pause, NULL);
	}
	if (is_closed(&m->ch))
		stays(m, "the other side has ended, see what it says");
}

static void wait_ready(const struct move *m, sd_bus *bus)
{
	switch (m->ch.kind) {
	case KIND_SOCKET:
		wait_for_answer(m, bus);
		break;
	case KIND_PIPE:
		wait_for_pipe(m, bus);
		break;
	case KIND_FILE:
		if (fsync(m->ch.fd) < 0)
			stays(m, strerror(errno));
	}
}

static void commit(const struct move *m, sd_bus *bus)
{
	sd_bus_message *call = kuvctl_request(bus, KUVCTL_MOVE,
					      "MoveOutCommit");
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r;

	kuvctl_check(sd_bus_message_append(call, "s", m->vm));
	r = sd_bus_call(bus, call, UINT64_MAX, &e, NULL);
	sd_bus_message_unref(call);
	if (r >= 0)
		return;
	/* Told to nobody, it has not arrived. */
	if (kuvctl_is_lost(&e, r))
		fail(KUVCTL_EXIT_DOUBT,
		     "vard-sync ended while VM %s was given up: it did not arrive; if kuvctl list says that it has moved, kuvctl move-out --undo %s takes it back",
		     m->vm, m->vm);
	kuvctl_refused(&e, r);
}

/* From here on the VM is no more here. */
static void finish(const struct move *m)
{
	if (fdio_write_full(m->ch.fd, "commit\n", 7) < 0)
		in_doubt(m);
	if (m->ch.kind == KIND_SOCKET && !stream_expect(m->ch.fd, "done\n"))
		in_doubt(m);
	if (m->ch.kind == KIND_FILE && fsync(m->ch.fd) < 0)
		in_doubt(m);
	if (!m->ch.child)
		return;
	close(m->ch.fd);
	while (waitpid(m->ch.child, NULL, 0) < 0 && errno == EINTR)
		;
}

static void move_out(struct move *m, sd_bus *bus)
{
	int fd;

	m->ch = m->via ? run_command(m->via) : use_stdout();
	fd = take_state(m, bus);
	send_state(m, fd);
	close(fd);
	wait_ready(m, bus);
	commit(m, bus);
	finish(m);
	fprintf(stderr, "kuvctl: VM %s has left\n", m->vm);
	/* Else the VM itself went to standard output. */
	if (m->via)
		kuvctl_done("move-out", m->vm, NULL, NULL);
}

static void undo(const struct move *m, sd_bus *bus)
{
	sd_bus_message_unref(kuvctl_call(bus, KUVCTL_MOVE, "MoveOutUndo", "s",
					 m->vm));
	fprintf(stderr, "kuvctl: VM %s is here again\n", m->vm);
	kuvctl_done("move-out --undo", m->vm, NULL, NULL);
}

static const struct option long_options[] = {
	{ "now", no_argument, NULL, 'n' },
	{ "undo", no_argument, NULL, 'u' },
	{ "via", required_argument, NULL, 'v' },
	{ 0 },
};

static void parse(struct move *m, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		if (c == 'n')
			m->is_now = true;
		else if (c == 'u')
			m->is_undo = true;
		else if (c == 'v')
			m->via = optarg;
		else
			kuvctl_usage(argv[0]);
	}
	if (optind + 1 != argc || (m->is_undo && (m->is_now || m->via)))
		kuvctl_usage(argv[0]);
	m->vm = argv[optind];
}

int cmd_move_out(const struct kuvctl *k, int argc, char **argv)
{
	struct move m = { 0 };
	sd_bus *bus;

	parse(&m, argc, argv);
	bus = kuvctl_connect(k);
	if (m.is_undo)
		undo(&m, bus);
	else
		move_out(&m, bus);
	sd_bus_close_unref(bus);
	return 0;
}
