// SPDX-License-Identifier: GPL-2.0-or-later
// Answers kuv-run in place of vard-sync; the name of the VM says how.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#define PREFIX "org.kvm_uefivars.Error."

/* Calls seen for "inuse-twice". */
static int nr_calls;

/* Whether "incoming", and it alone, is there. */
static bool is_incoming(sd_bus_message *m)
{
	int value = 0;
	const char *key;

	return sd_bus_message_read(m, "a{sv}", 1, &key, "b", &value) >= 0 &&
	       !strcmp(key, "incoming") && value;
}

/* Whether the options are as tests/run.sh gives them: a template, a mode, options. */
static bool options_are_right(sd_bus_message *m)
{
	char text[16] = "";
	const char *key, *mode;
	bool has_template = false, has_mode = false, has_options = false;
	int fd;

	if (sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
		return false;
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		sd_bus_message_read(m, "s", &key);
		if (!strcmp(key, "template")) {
			if (sd_bus_message_read(m, "v", "h", &fd) < 0)
				return false;
			has_template = pread(fd, text, 8, 0) == 8 &&
				       !strcmp(text, "template");
		} else {
			if (sd_bus_message_read(m, "v", "s", &mode) < 0)
				return false;
			has_mode |= !strcmp(key, "durability") &&
				    !strcmp(mode, "write-back");
			has_options |= !strcmp(key, "options") &&
				       !strcmp(mode, "no-custom-mode");
		}
		sd_bus_message_exit_container(m);
	}
	return has_template && has_mode && has_options;
}

static int reply_port(sd_bus_message *m)
{
	int ret, fd = memfd_create("port", MFD_CLOEXEC);
	sd_bus_message *reply = NULL;

	ret = sd_bus_message_new_method_return(m, &reply);
	if (ret >= 0)
		ret = sd_bus_message_append(reply, "ha{sv}", fd, 3,
					    "created", "b", 1,
					    "store-id", "t", (uint64_t)77,
					    "database", "s", "here");
	if (ret >= 0)
		ret = sd_bus_send(NULL, reply, NULL);
	close(fd);
	sd_bus_message_unref(reply);
	return ret;
}

static int on_open(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *vm;
	char name[128];

	(void)data;
	if (sd_bus_message_read(m, "s", &vm) < 0)
		return -22;
	if (!strcmp(vm, "drop"))
		_exit(0);
	if (!strcmp(vm, "inuse-twice") && nr_calls++ < 2)
		return sd_bus_error_set(error, PREFIX "InUse", "in use");
	if (!strcmp(vm, "options") && !options_are_right(m))
		return sd_bus_error_set(error, PREFIX "Database", "options");
	if (!strcmp(vm, "incoming") && !is_incoming(m))
		return sd_bus_error_set(error, PREFIX "Database", "incoming");
	if (!strncmp(vm, "error-", 6)) {
		snprintf(name, sizeof(name), PREFIX "%s", vm + 6);
		return sd_bus_error_set(error, name, "so it is");
	}
	return reply_port(m);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Open", "sa{sv}", "ha{sv}", on_open,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};

static void serve(int fd)
{
	sd_bus *bus = NULL;
	sd_id128_t id = { .bytes = { 1 } };

	nr_calls = 0;
	if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
	    sd_bus_set_server(bus, 1, id) < 0 ||
	    sd_bus_negotiate_fds(bus, 1) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL, "/org/kvm_uefivars/VardSync",
				     "org.kvm_uefivars.VardSync1", vtable,
				     NULL) < 0 ||
	    sd_bus_start(bus) < 0)
		exit(1);
	for (;;) {
		int ret = sd_bus_process(bus, NULL);

		if (ret < 0)
			break;
		if (ret == 0 && sd_bus_wait(bus, UINT64_MAX) < 0)
			break;
	}
	sd_bus_close_unref(bus);
}

/* Whether kuv-run left something of its own open. */
static bool has_leak(void)
{
	char path[32], target[64];

	for (int fd = 3; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (readlink(path, target, sizeof(target)) > 6 &&
		    !memcmp(target, "/memfd", 6))
			return true;
	}
	return false;
}

/* fake_sync --db FILE --exit-when-idle --connection-fd N */
static int private_main(int argc, char **argv)
{
	if (argc != 6 || strcmp(argv[3], "--exit-when-idle") ||
	    strcmp(argv[4], "--connection-fd"))
		return 2;
	if (has_leak() || strstr(argv[2], "broken"))
		return 1;
	serve(atoi(argv[5]));
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, peer;

	if (argc > 2 && !strcmp(argv[1], "--db"))
		return private_main(argc, argv);
	if (argc != 2 || strlen(argv[1]) >= sizeof(addr.sun_path))
		return 2;
	strcpy(addr.sun_path, argv[1]);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(fd, 8) < 0)
		return 1;
	while ((peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		if (fork() == 0) {
			serve(peer);
			_exit(0);
		} else {
			close(peer);
		}
	return 0;
}
