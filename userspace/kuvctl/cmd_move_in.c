// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl move-in: takes a VM from kuvctl move-out. */
#include "kuvctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fdio.h"
#include "output.h"
#include "stream.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int make_memfd(const void *data, size_t len)
{
	int fd = memfd_create("kuv-move", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || fdio_write_full(fd, data, len) < 0 ||
	    fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "memory for the VM: %s",
		     strerror(errno));
	return fd;
}

/* Returns whether answers are read. */
static bool receive(const char *vm, sd_bus *bus)
{
	bool is_two_way = false;
	void *body = NULL;
	size_t len = 0;
	const char *reason = stream_read(STDIN_FILENO, &body, &len,
					 &is_two_way);
	int fd;

	if (reason)
		fail(KUVCTL_EXIT_STREAM,
		     "VM %s did not come, nothing has changed here: the stream is not usable: %s",
		     vm, reason);
	fd = make_memfd(body, len);
	free(body);
	sd_bus_message_unref(kuvctl_call(bus, KUVCTL_MOVE, "MoveIn", "sh", vm,
					 fd));
	close(fd);
	return is_two_way;
}

static void answer(const char *text)
{
	/* A source that has gone shows when its commit does not come. */
	(void)!fdio_write_full(STDOUT_FILENO, text, strlen(text));
}

/* The source has given the VM up already: a failure has to say so. */
static void commit(const char *vm, sd_bus *bus)
{
	sd_bus_message *m = kuvctl_request(bus, KUVCTL_MOVE, "MoveInCommit");
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r;

	kuvctl_check(sd_bus_message_append(m, "s", vm));
	r = sd_bus_call(bus, m, UINT64_MAX, &e, NULL);
	sd_bus_message_unref(m);
	if (r >= 0)
		return;
	if (kuvctl_is_lost(&e, r))
		fail(KUVCTL_EXIT_DOUBT,
		     "vard-sync ended while VM %s arrived: kuvctl list tells whether it is here; if not, kuvctl move-out --undo takes it back at the source",
		     vm);
	fprintf(stderr, "kuvctl: VM %s has left its source and did not arrive; there it is taken back with: kuvctl move-out --undo\n",
		vm);
	kuvctl_refused(&e, r);
}

int cmd_move_in(const struct kuvctl *k, int argc, char **argv)
{
	bool is_two_way;
	const char *vm;
	sd_bus *bus;

	if (argc != 2 || argv[1][0] == '-')
		kuvctl_usage(argv[0]);
	vm = argv[1];
	if (isatty(STDIN_FILENO))
		fail(KUVCTL_EXIT_USAGE,
		     "standard input is a terminal: connect it to kuvctl move-out");
	bus = kuvctl_connect(k);
	is_two_way = receive(vm, bus);
	/* Reading the question says "ready" to a source that reads no answers. */
	if (!stream_expect(STDIN_FILENO, "?"))
		fail(KUVCTL_EXIT_STREAM,
		     "VM %s did not come, nothing has changed here: the stream is cut off",
		     vm);
	if (is_two_way)
		answer("ready\n");
	if (!stream_expect(STDIN_FILENO, "commit\n"))
		fail(KUVCTL_EXIT_STREAM,
		     "VM %s did not come, nothing has changed here: the source gave up",
		     vm);
	commit(vm, bus);
	if (is_two_way)
		answer("done\n");
	sd_bus_close_unref(bus);
	fprintf(stderr, "kuvctl: VM %s is here now\n", vm);
	if (!is_two_way)
		kuvctl_done("move-in", vm, NULL, NULL);
	return 0;
}
