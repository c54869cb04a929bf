// SPDX-License-Identifier: GPL-2.0-or-later
/* The control interface: sd-bus peer to peer on a unix socket. */
#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "move.h"
#include "notify.h"
#include "store_options.h"
#include "vm.h"
#include "watcher.h"

#define INTERFACE "org.kvm_uefivars.VardSync1"
#define CLIENTS_MAX 256

bool vard_conn_is_operator(const struct vard_conn *c)
{
	return c->uid == 0 || c->uid == geteuid();
}

static int read_number(sd_bus_message *m, int64_t *ret)
{
	uint32_t n = 0;
	int r = sd_bus_message_read(m, "v", "u", &n);

	*ret = n;
	return r;
}

static int read_option(sd_bus_message *m, const char *key, void *arg,
		       sd_bus_error *e)
{
	struct vard_request *rq = arg;
	const char *text;
	int r, flag = 0;

	if (strcmp(key, "template") == 0)
		return sd_bus_message_read(m, "v", "h", &rq->template_fd);
	if (strcmp(key, "template-name") == 0)
		return sd_bus_message_read(m, "v", "s", &rq->template_name);
	if (strcmp(key, "incoming") == 0) {
		r = sd_bus_message_read(m, "v", "b", &flag);
		rq->is_incoming = flag;
		return r;
	}
	if (strcmp(key, "change-rate") == 0)
		return read_number(m, &rq->change_rate);
	if (strcmp(key, "change-burst") == 0)
		return read_number(m, &rq->change_burst);
	if (strcmp(key, "durability") != 0 && strcmp(key, "options") != 0)
		return vard_control_bad_argument(e, "unknown option; known: template, template-name, incoming, durability, options, change-rate, change-burst");
	r = sd_bus_message_read(m, "v", "s", &text);
	if (r < 0)
		return r;
	if (strcmp(key, "options") == 0) {
		rq->has_options = kuv_store_options_parse(text, &rq->options);
		return rq->has_options ? 0 :
			vard_control_bad_argument(e, "options are names with commas between them: " KUV_STORE_OPTIONS_KNOWN);
	}
	if (strcmp(text, "write-through") == 0)
		rq->durability = KVM_UEFIVARS_WRITE_THROUGH;
	else if (strcmp(text, "write-back") == 0)
		rq->durability = KVM_UEFIVARS_WRITE_BACK;
	else
		return vard_control_bad_argument(e, "durability is write-through or write-back");
	return 0;
}

static int method_open(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_conn *c = arg;
	struct vard_request rq = { .uid = c->uid, VARD_REQUEST_NONE };
	struct vard_opened got;
	_cleanup_close_ int port = -1;
	int r = sd_bus_message_read(m, "s", &rq.name);

	if (r >= 0)
		r = vard_control_read_options(m, read_option, &rq, e);
	if (r >= 0)
		r = vard_vm_open(c->daemon, &rq, &got, e);
	if (r < 0)
		return r;
	port = got.port_fd;
	/* The message takes a copy; from now on the client holds the lease. */
	return sd_bus_reply_method_return(
		m, "ha{sv}", port, 5, "created", "b", got.is_created,
		"variables", "u", got.counts.nr_variables, "quarantined", "u",
		got.counts.nr_quarantined, "store-id", "t", got.store_id,
		"database", "s", c->daemon->options->db);
}

static int method_close(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_conn *c = arg;
	const char *name;
	int r = sd_bus_message_read(m, "s", &name);

	if (r >= 0)
		r = vard_vm_close(c->daemon, name, c->uid, e);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

static int method_configure(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_conn *c = arg;
	struct vard_request rq = { .uid = c->uid, VARD_REQUEST_NONE };
	int r = sd_bus_message_read(m, "s", &rq.name);

	if (r >= 0)
		r = vard_control_read_options(m, read_option, &rq, e);
	if (r >= 0 && (rq.template_fd >= 0 || rq.template_name || rq.is_incoming))
		r = vard_control_bad_argument(e, "durability, options, change-rate and change-burst can be configured; a template or where a VM comes from cannot");
	if (r >= 0)
		r = vard_vm_configure(c->daemon, &rq, e);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

/* Everybody who can connect may call: each method looks at the uid. */
static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Open", "sa{sv}", "ha{sv}", method_open,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("List", "", "a(sa{sv})", vard_method_list,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Close", "s", "", method_close,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Configure", "sa{sv}", "", method_configure,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Stats", "", "a{sv}a(sa{sv})", vard_method_stats,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static void link_conn(struct vard_conn *c)
{
	struct vard *d = c->daemon;

	c->next = d->conns;
	if (c->next)
		c->next->prev = c;
	d->conns = c;
	d->nr_conns++;
}

static void unlink_conn(struct vard_conn *c)
{
	if (c->next)
		c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else
		c->daemon->conns = c->next;
	c->daemon->nr_conns--;
}

static void drop_conn(struct vard_conn *c)
{
	vard_move_abort(c->move);
	vard_watcher_drop(c);
	unlink_conn(c);
	/* No flush: it would wait for a client that does not read. */
	sd_bus_close_unref(c->bus);
	free(c);
}

static int on_disconnected(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_conn *c = arg;
	struct vard *d = c->daemon;

	(void)m;
	(void)e;
	drop_conn(c);
	vard_notify_status(d);
	vard_check_idle(d);
	return 0;
}

static int start_bus(struct vard_conn *c)
{
	sd_id128_t id;
	int r = sd_id128_randomize(&id);

	if (r >= 0)
		r = sd_bus_set_server(c->bus, 1, id);
	/* Who it is, SO_PEERCRED has said; no need to prove it again. */
	if (r >= 0)
		r = sd_bus_set_anonymous(c->bus, 1);
	if (r >= 0)
		r = sd_bus_negotiate_fds(c->bus, 1);
	if (r >= 0)
		r = sd_bus_add_object_vtable(c->bus, NULL, VARD_OBJECT, INTERFACE,
					     vtable, c);
	if (r >= 0)
		r = vard_control_snapshot(c);
	if (r >= 0)
		r = vard_control_move(c);
	if (r >= 0)
		r = vard_control_variables(c);
	if (r >= 0)
		r = sd_bus_match_signal_async(c->bus, NULL,
					      "org.freedesktop.DBus.Local",
					      "/org/freedesktop/DBus/Local",
					      "org.freedesktop.DBus.Local",
					      "Disconnected", on_disconnected,
					      NULL, c);
	if (r >= 0)
		r = sd_bus_start(c->bus);
	if (r >= 0)
		r = sd_bus_attach_event(c->bus, c->daemon->event,
					SD_EVENT_PRIORITY_NORMAL);
	return r;
}

static int add_conn(struct vard *d, int *fd, uid_t uid)
{
	struct vard_conn *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->daemon = d;
	c->uid = uid;
	link_conn(c);
	r = sd_bus_new(&c->bus);
	if (r >= 0)
		r = sd_bus_set_fd(c->bus, *fd, *fd);
	if (r >= 0) {
		*fd = -1; /* the bus has it */
		r = start_bus(c);
	}
	if (r < 0)
		drop_conn(c);
	return r < 0 ? r : 0;
}

int vard_control_connect(struct vard *d, int client)
{
	_cleanup_close_ int fd = client;
	struct ucred cred;
	socklen_t len = sizeof(cred);
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		r = -errno;
	else if (d->nr_conns >= CLIENTS_MAX)
		r = -EBUSY;
	else
		r = add_conn(d, &fd, cred.uid);
	if (r >= 0)
		return 0;
	vard_log(LOG_WARNING, "a client is refused: %s", strerror(-r));
	return r;
}

static int on_connect(sd_event_source *source, int fd, uint32_t revents,
		      void *arg)
{
	struct vard *d = arg;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)revents;
	if (client < 0) {
		vard_log(LOG_WARNING, "accept: %s", strerror(errno));
		return 0;
	}
	vard_control_connect(d, client);
	return 0;
}

static int set_address(struct sockaddr_un *sa, const char *path)
{
	if (strlen(path) >= sizeof(sa->sun_path))
		return -ENAMETOOLONG;
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(sa->sun_path, path);
	return 0;
}

/* Whoever may use the device may ask for a VM. */
static int give_to_group(const char *path, const char *device)
{
	struct stat st;

	if (stat(device, &st) == 0 && chown(path, (uid_t)-1, st.st_gid) < 0)
		vard_log(LOG_DEBUG, "%s: group stays: %s", path,
			 strerror(errno));
	return chmod(path, 0660) < 0 ? -errno : 0;
}

static int make_socket(struct vard *d)
{
	const struct sockaddr *sa;
	struct sockaddr_un un;
	int r = set_address(&un, d->options->socket);

	if (r < 0)
		return r;
	d->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
					       SOCK_NONBLOCK, 0);
	if (d->listen_fd < 0)
		return -errno;
	sa = (const struct sockaddr *)&un;
	if (connect(d->listen_fd, sa, sizeof(un)) == 0)
		return -EADDRINUSE;
	/* Nobody listens: what is there is left from a crash. */
	if (errno == ECONNREFUSED)
		unlink(d->options->socket);
	if (bind(d->listen_fd, sa, sizeof(un)) < 0)
		return -errno;
	d->owns_socket = true;
	r = give_to_group(d->options->socket, d->options->device);
	if (r == 0 && listen(d->listen_fd, SOMAXCONN) < 0)
		r = -errno;
	return r;
}

static int serve_socket(struct vard *d)
{
	sd_event_source *source;
	int r = sd_event_add_io(d->event, &source, d->listen_fd, EPOLLIN,
				on_connect, d);

	if (r < 0)
		return r;
	/* Out of descriptors, accept() fails without an end. */
	sd_event_source_set_ratelimit(source, 1000000, 1000);
	r = sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
	return r;
}

int vard_control_listen(struct vard *d, int fd)
{
	int r = 0;

	if (fd >= 0)
		d->listen_fd = fd;
	else
		r = make_socket(d);
	if (r == 0)
		r = serve_socket(d);
	if (r >= 0)
		return 0;
	vard_log(LOG_ERR, "socket %s: %s%s", d->options->socket, strerror(-r),
		 r == -EADDRINUSE ? ": another vard-sync listens there, name another --socket" :
				    "");
	return r;
}

void vard_control_exit(struct vard *d)
{
	while (d->conns)
		drop_conn(d->conns);
	if (d->owns_socket)
		unlink(d->options->socket);
	d->owns_socket = false;
}
