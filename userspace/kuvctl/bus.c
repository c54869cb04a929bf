// SPDX-License-Identifier: GPL-2.0-or-later
/* The connection to vard-sync: D-Bus, peer to peer, on its socket. */
#include "kuvctl.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"

#define OBJECT		"/org/kvm_uefivars/VardSync"
#define BUS_ERROR	"org.kvm_uefivars.Error."
/* A move waits for a VM, a snapshot for a disk. */
#define NO_TIMEOUT	UINT64_MAX

static _Noreturn void no_daemon(const char *path)
{
	if (errno == EACCES || errno == EPERM)
		fail(KUVCTL_EXIT_PERMISSION,
		     "no permission for %s: become root or a member of its group",
		     path);
	if (errno == ENOENT || errno == ECONNREFUSED)
		fail(KUVCTL_EXIT_NO_DAEMON,
		     "no vard-sync listens at %s: systemctl start vard-sync, or name another --socket",
		     path);
	fail(KUVCTL_EXIT_NO_DAEMON, "%s: %s", path, strerror(errno));
}

static int dial(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(un.sun_path))
		fail(KUVCTL_EXIT_USAGE, "%s: path of a socket is too long",
		     path);
	strcpy(un.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		fd = kuv_close(fd);
	return fd;
}

static int start(int fd, sd_bus **ret)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = sd_bus_set_fd(bus, fd, fd);
	if (r >= 0)
		r = sd_bus_negotiate_fds(bus, true);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0) {
		sd_bus_unref(bus);
		return r;
	}
	*ret = bus;
	return 0;
}

int kuvctl_connect_try(const struct kuvctl *k, sd_bus **ret)
{
	int fd = dial(k->socket);

	return fd < 0 ? -errno : start(fd, ret);
}

sd_bus *kuvctl_connect(const struct kuvctl *k)
{
	int fd = dial(k->socket);
	sd_bus *bus = NULL;
	int r;

	if (fd < 0)
		no_daemon(k->socket);
	r = start(fd, &bus);
	if (r < 0)
		fail(KUVCTL_EXIT_NO_DAEMON, "connection to vard-sync: %s",
		     strerror(-r));
	return bus;
}

void kuvctl_check(int r)
{
	if (r < 0)
		fail(KUVCTL_EXIT_INTERNAL, "message of vard-sync: %s",
		     strerror(-r));
}

/* What vard-sync says names the remedy already. */
static const struct {
	const char *name;
	enum kuvctl_exit status;
} refusals[] = {
	{ BUS_ERROR "InUse", KUVCTL_EXIT_IN_USE },
	{ BUS_ERROR "NoModule", KUVCTL_EXIT_NO_MODULE },
	{ BUS_ERROR "NoPermission", KUVCTL_EXIT_PERMISSION },
	{ BUS_ERROR "BadName", KUVCTL_EXIT_USAGE },
	{ BUS_ERROR "Changed", KUVCTL_EXIT_CHANGED },
	{ SD_BUS_ERROR_INVALID_ARGS, KUVCTL_EXIT_USAGE },
};

bool kuvctl_is_lost(const sd_bus_error *e, int r)
{
	return r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE ||
	       sd_bus_error_has_name(e, SD_BUS_ERROR_NO_REPLY);
}

void kuvctl_refused(const sd_bus_error *e, int r)
{
	const char *text = e->message ? e->message : strerror(-r);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (sd_bus_error_has_name(e, refusals[i].name))
			fail(refusals[i].status, "%s", text);
	if (kuvctl_is_lost(e, r))
		fail(KUVCTL_EXIT_NO_DAEMON,
		     "vard-sync ended the connection: journalctl -u vard-sync tells why");
	if (sd_bus_error_has_name(e, SD_BUS_ERROR_UNKNOWN_METHOD) ||
	    sd_bus_error_has_name(e, SD_BUS_ERROR_UNKNOWN_INTERFACE))
		fail(KUVCTL_EXIT_REFUSED,
		     "vard-sync is older than kuvctl and cannot do this: restart it after the update");
	fail(KUVCTL_EXIT_REFUSED, "%s", text);
}

sd_bus_message *kuvctl_request(sd_bus *bus, const char *interface,
			       const char *method)
{
	sd_bus_message *m = NULL;

	kuvctl_check(sd_bus_message_new_method_call(bus, &m, NULL, OBJECT,
						    interface, method));
	return m;
}

sd_bus_message *kuvctl_ask(sd_bus *bus, sd_bus_message *call)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int r = sd_bus_call(bus, call, NO_TIMEOUT, &e, &reply);

	if (r < 0)
		kuvctl_refused(&e, r);
	sd_bus_message_unref(call);
	return reply;
}

sd_bus_message *kuvctl_call(sd_bus *bus, const char *interface,
			    const char *method, const char *types, ...)
{
	sd_bus_message *m = kuvctl_request(bus, interface, method);
	va_list ap;

	va_start(ap, types);
	kuvctl_check(sd_bus_message_appendv(m, types, ap));
	va_end(ap);
	return kuvctl_ask(bus, m);
}

static int read_value(sd_bus_message *m, const char *type,
		      struct kuvctl_value *v)
{
	uint32_t number = 0;
	size_t size = 0;
	int r;

	v->type = type[0];
	if (!strcmp(type, "s"))
		return sd_bus_message_read(m, "v", "s", &v->text);
	if (!strcmp(type, "t"))
		return sd_bus_message_read(m, "v", "t", &v->number);
	if (!strcmp(type, "u") || !strcmp(type, "b")) {
		r = sd_bus_message_read(m, "v", type, &number);
		v->number = number;
		return r;
	}
	if (strcmp(type, "at") != 0) {
		v->type = 0;
		return sd_bus_message_skip(m, "v");
	}
	r = sd_bus_message_enter_container(m, 'v', "at");
	if (r >= 0)
		r = sd_bus_message_read_array(m, 't', (const void **)&v->list,
					      &size);
	v->nr = size / sizeof(*v->list);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

const char *kuvctl_next(sd_bus_message *m, struct kuvctl_value *value)
{
	const char *key = NULL, *type = NULL;
	int r = sd_bus_message_enter_container(m, 'e', "sv");

	*value = (struct kuvctl_value){ 0 };
	kuvctl_check(r);
	if (r == 0) {
		kuvctl_check(sd_bus_message_exit_container(m));
		return NULL;
	}
	r = sd_bus_message_read(m, "s", &key);
	if (r >= 0)
		r = sd_bus_message_peek_type(m, NULL, &type);
	if (r >= 0)
		r = read_value(m, type, value);
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	kuvctl_check(r);
	return key;
}
