// SPDX-License-Identifier: GPL-2.0-or-later
// Gets the port of a VM from vard-sync, over a peer-to-peer D-Bus connection.

#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#include "cleanup.h"
#include "daemon.h"
#include "exit.h"

#define BUS_PATH	"/org/kvm_uefivars/VardSync"
#define BUS_INTERFACE	"org.kvm_uefivars.VardSync1"
#define BUS_ERROR	"org.kvm_uefivars.Error."

/* A QEMU that was just killed may take this long to let go of the VM. */
#define PATIENCE_MS	5000
#define PAUSE_MS	100

/* No connection to be had: for the want of the module, if that is missing. */
static _Noreturn void no_daemon(const char *path)
{
	int err = errno;

	if (access(KUV_DEVICE_PATH, F_OK) < 0)
		fail(KUV_EXIT_NO_MODULE,
		     "no " KUV_DEVICE_PATH ", the module is not loaded: modprobe kvm-uefivars");
	if (err == ENOENT || err == ECONNREFUSED)
		fail(KUV_EXIT_NO_DAEMON,
		     "no vard-sync listens at %s: systemctl start vard-sync, or use --db FILE",
		     path);
	fail(KUV_EXIT_NO_DAEMON, "%s: %s", path, strerror(err));
}

static int connect_socket(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		fail(KUV_EXIT_USAGE, "%s: path of a socket is too long", path);
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail(KUV_EXIT_INTERNAL, "socket: %m");
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	if (errno == EACCES || errno == EPERM)
		fail(KUV_EXIT_PERMISSION,
		     "no permission for %s: become a member of its group, or use --db FILE",
		     path);
	no_daemon(path);
}

static sd_bus *connect_bus(const struct kuv_request *request)
{
	sd_bus *bus = NULL;
	int fd, ret;

	fd = request->db ? kuv_daemon_start(request->db) :
			   connect_socket(request->socket);
	ret = sd_bus_new(&bus);
	if (ret >= 0)
		ret = sd_bus_set_fd(bus, fd, fd);
	if (ret >= 0)
		ret = sd_bus_negotiate_fds(bus, true);
	if (ret >= 0)
		ret = sd_bus_start(bus);
	if (ret < 0)
		fail(KUV_EXIT_NO_DAEMON, "connection to vard-sync: %s",
		     strerror(-ret));
	return bus;
}

static int append_template(sd_bus_message *call, const char *path)
{
	int ret, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(KUV_EXIT_USAGE, "template %s: %m", path);
	/* The message takes a copy. */
	ret = sd_bus_message_append(call, "{sv}", "template", "h", fd);
	close(fd);
	return ret;
}

static int append_options(sd_bus_message *call,
			  const struct kuv_request *request)
{
	int ret;

	ret = sd_bus_message_open_container(call, 'a', "{sv}");
	if (ret >= 0 && request->template)
		ret = append_template(call, request->template);
	if (ret >= 0 && request->durability)
		ret = sd_bus_message_append(call, "{sv}", "durability", "s",
					    request->durability);
	if (ret >= 0 && request->options)
		ret = sd_bus_message_append(call, "{sv}", "options", "s",
					    request->options);
	if (ret >= 0 && request->is_incoming)
		ret = sd_bus_message_append(call, "{sv}", "incoming", "b", 1);
	if (ret >= 0)
		ret = sd_bus_message_close_container(call);
	return ret;
}

static int call_open(sd_bus *bus, const struct kuv_request *request,
		     sd_bus_error *error, sd_bus_message **reply)
{
	sd_bus_message *call = NULL;
	int ret;

	ret = sd_bus_message_new_method_call(bus, &call, NULL, BUS_PATH,
					     BUS_INTERFACE, "Open");
	if (ret >= 0)
		ret = sd_bus_message_append(call, "s", request->vm);
	if (ret >= 0)
		ret = append_options(call, request);
	if (ret >= 0)
		ret = sd_bus_call(bus, call, 0, error, reply);
	sd_bus_message_unref(call);
	return ret;
}

/* What vard-sync says names the remedy already. */
static const struct refusal {
	const char *name;
	enum kuv_exit status;
} refusals[] = {
	{ BUS_ERROR "InUse", KUV_EXIT_IN_USE },
	{ BUS_ERROR "NoModule", KUV_EXIT_NO_MODULE },
	{ BUS_ERROR "NoPermission", KUV_EXIT_PERMISSION },
	{ BUS_ERROR "BadName", KUV_EXIT_USAGE },
};

static _Noreturn void refused(const struct kuv_request *request,
			      const sd_bus_error *error, int ret)
{
	const char *text = error->message ? error->message : strerror(-ret);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (sd_bus_error_has_name(error, refusals[i].name))
			fail(refusals[i].status, "%s", text);
	if (ret == -ECONNRESET || ret == -ENOTCONN || ret == -EPIPE ||
	    sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY))
		fail(KUV_EXIT_NO_DAEMON, "vard-sync ended the connection: %s",
		     request->db ? "see its message above" :
				   "journalctl -u vard-sync tells why");
	fail(KUV_EXIT_REFUSED, "%s", text);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Asks until the VM is free, or for as long as patience lasts. */
static sd_bus_message *ask(sd_bus *bus, const struct kuv_request *request)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t until = now_ms() + PATIENCE_MS;
	sd_bus_message *reply = NULL;
	sd_bus_error error;
	int ret;

	for (;;) {
		error = SD_BUS_ERROR_NULL;
		ret = call_open(bus, request, &error, &reply);
		if (ret >= 0)
			return reply;
		if (!sd_bus_error_has_name(&error, BUS_ERROR "InUse") ||
		    now_ms() >= until)
			refused(request, &error, ret);
		sd_bus_error_free(&error);
		nanosleep(&pause, NULL);
	}
}

/* Shows one entry of the reply that is a number or a text, skips others. */
static int show_entry(sd_bus_message *reply)
{
	const char *key, *type, *text;
	uint64_t number = 0;
	int ret;

	ret = sd_bus_message_read(reply, "s", &key);
	if (ret >= 0)
		ret = sd_bus_message_peek_type(reply, NULL, &type);
	if (ret < 0)
		return ret;
	if (!strcmp(type, "s")) {
		ret = sd_bus_message_read(reply, "v", "s", &text);
		if (ret >= 0)
			fprintf(stderr, " %s %s", key, text);
		return ret;
	}
	if (strcmp(type, "u") && strcmp(type, "b") && strcmp(type, "t"))
		return sd_bus_message_skip(reply, "v");
	/* Little-endian machines only, as all that KVM and QEMU share here. */
	ret = sd_bus_message_read(reply, "v", type, &number);
	if (ret >= 0)
		fprintf(stderr, " %s %llu", key, (unsigned long long)number);
	return ret;
}

static void show_info(sd_bus_message *reply, const char *vm)
{
	if (sd_bus_message_enter_container(reply, 'a', "{sv}") < 0)
		return;
	fprintf(stderr, "kuv-run: VM %s:", vm);
	while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
		if (show_entry(reply) < 0)
			break;
		sd_bus_message_exit_container(reply);
	}
	fputc('\n', stderr);
}

int kuv_client_open(const struct kuv_request *request)
{
	sd_bus *bus = connect_bus(request);
	sd_bus_message *reply = ask(bus, request);
	int fd = -1, ret;

	ret = sd_bus_message_read(reply, "h", &fd);
	if (ret < 0)
		fail(KUV_EXIT_REFUSED, "vard-sync sent no port: %s",
		     strerror(-ret));
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		fail(KUV_EXIT_INTERNAL, "port descriptor: %m");
	if (request->is_verbose)
		show_info(reply, request->vm);
	sd_bus_message_unref(reply);
	sd_bus_close_unref(bus);
	return fd;
}
