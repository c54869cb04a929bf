// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest and its VMM in one process, for e2e.sh: opens a VM through vard-sync,
 * attaches its port without KVM, and rings the mailbox through forwarded
 * register accesses. Reads commands from stdin, one line of answer each.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm_uefivars.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define OBJECT "/org/kvm_uefivars/VardSync"
#define INTERFACE "org.kvm_uefivars.VardSync1"
#define GPA 0x100000
#define SHARED KVM_UEFIVARS_BUFFER_MAX
#define ATTRIBUTES                                                            \
	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)

static const uint8_t variable_guid[16] = KVM_UEFIVARS_GUID_VARIABLE;
static const uint8_t vendor[16] = { 0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93,
				    0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0,
				    0x98, 0x03, 0x2b, 0x8c };

static struct {
	const char *template;
	const char *template_name;
	const char *durability;
	const char *options;
	bool is_incoming;
	pid_t daemon;
	int port;
	uint8_t *shared;
} g = { .port = -1 };

struct set_message {
	struct kvm_uefivars_mm_header mm;
	struct kvm_uefivars_var_header var;
	struct kvm_uefivars_var_access access;
	uint8_t tail[];
} __attribute__((packed));

static void die(const char *what, int error)
{
	printf("failed %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(3);
}

static void port_call(unsigned long cmd, void *arg, const char *what)
{
	if (ioctl(g.port, cmd, arg) < 0)
		die(what, errno);
}

static void mmio_write(uint32_t offset, uint32_t len, uint64_t data)
{
	struct kvm_uefivars_mmio m = { .size = sizeof(m),
				       .flags = KVM_UEFIVARS_MMIO_WRITE,
				       .offset = offset, .len = len,
				       .data = data };

	port_call(KVM_UEFIVARS_MMIO, &m, "register write");
}

static uint64_t mmio_read(uint32_t offset, uint32_t len)
{
	struct kvm_uefivars_mmio m = { .size = sizeof(m), .offset = offset,
				       .len = len };

	port_call(KVM_UEFIVARS_MMIO, &m, "register read");
	return m.data;
}

static void attach(void)
{
	struct kvm_uefivars_attach a = { .size = sizeof(a), .eventfd = -1 };
	struct kvm_uefivars_memory m = { .size = sizeof(m), .gpa = GPA,
					 .len = SHARED };

	g.shared = mmap(NULL, SHARED, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g.shared == MAP_FAILED)
		die("mmap", errno);
	m.hva = (uint64_t)(uintptr_t)g.shared;
	port_call(KVM_UEFIVARS_ATTACH, &a, "ATTACH");
	port_call(KVM_UEFIVARS_SET_MEMORY, &m, "SET_MEMORY");
	/* A machine that moves in has its registers set. */
	if (g.is_incoming)
		return;
	mmio_write(KVM_UEFIVARS_REG_ADDR_LO, 4, GPA);
	mmio_write(KVM_UEFIVARS_REG_ADDR_HI, 4, 0);
	mmio_write(KVM_UEFIVARS_REG_BUFFER_SIZE, 4, SHARED);
}

/* One variable call; the reply is in g.shared. Returns the EFI status. */
static uint64_t call(uint64_t function, const char *name, uint32_t attributes,
		     const void *data, size_t data_len, size_t room)
{
	struct set_message *s = (struct set_message *)g.shared;
	size_t name_size = 2 * (strlen(name) + 1);
	uint64_t status;

	memset(g.shared, 0, SHARED);
	memcpy(s->mm.guid, variable_guid, 16);
	s->mm.message_len = sizeof(*s) - sizeof(s->mm) + name_size + room;
	s->var.function = function;
	memcpy(s->access.guid, vendor, 16);
	s->access.data_size = room;
	s->access.name_size = name_size;
	s->access.attributes = attributes;
	for (size_t i = 0; name[i]; i++)
		s->tail[2 * i] = (uint8_t)name[i];
	if (data_len)
		memcpy(s->tail + name_size, data, data_len);
	mmio_write(KVM_UEFIVARS_REG_CMD_STS, 2, KVM_UEFIVARS_CMD_DMA_MM);
	status = mmio_read(KVM_UEFIVARS_REG_CMD_STS, 2);
	if (status != KVM_UEFIVARS_STS_SUCCESS) {
		printf("failed mailbox status 0x%" PRIx64 "\n", status);
		exit(3);
	}
	return s->var.status;
}

static uint64_t set_with(const char *name, const char *value,
			 uint32_t attributes)
{
	size_t len = strlen(value);

	return call(KVM_UEFIVARS_FN_SET_VARIABLE, name, attributes, value, len,
		    len);
}

static uint64_t set_variable(const char *name, const char *value)
{
	return set_with(name, value, ATTRIBUTES);
}

static const char *status_text(uint64_t status)
{
	static char text[32];

	switch (status) {
	case KVM_UEFIVARS_EFI_SUCCESS:
		return "ok";
	case KVM_UEFIVARS_EFI_DEVICE_ERROR:
		return "device-error";
	case KVM_UEFIVARS_EFI_NOT_FOUND:
		return "not-found";
	default:
		snprintf(text, sizeof(text), "0x%" PRIx64, status);
		return text;
	}
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void cmd_get(const char *name)
{
	struct set_message *s = (struct set_message *)g.shared;
	uint64_t status = call(KVM_UEFIVARS_FN_GET_VARIABLE, name, 0, NULL, 0,
			       4096);

	if (status != KVM_UEFIVARS_EFI_SUCCESS)
		printf("get %s %s\n", name, status_text(status));
	else
		printf("get %s %.*s\n", name, (int)s->access.data_size,
		       (char *)s->tail + s->access.name_size);
}

/* Prints the longest time one write took, too. */
static void cmd_stream(const char *name, unsigned long count)
{
	uint64_t slowest = 0, status = 0;
	unsigned long i;
	char value[32];

	for (i = 1; i <= count; i++) {
		uint64_t start = now_ms(), took;

		snprintf(value, sizeof(value), "%lu", i);
		status = set_variable(name, value);
		if (status != KVM_UEFIVARS_EFI_SUCCESS)
			break;
		took = now_ms() - start;
		slowest = took > slowest ? took : slowest;
		printf("acked %lu\n", i);
		fflush(stdout);
	}
	printf("stream %s, %lu written, slowest %" PRIu64 " ms\n",
	       status_text(status), i - 1, slowest);
}

static void cmd_fill(const char *prefix, unsigned long len)
{
	uint64_t status = 0;
	char *value = calloc(1, len + 1);
	char name[64];
	int i;

	memset(value, 'x', len);
	for (i = 0; i < 200 && status == 0; i++) {
		snprintf(name, sizeof(name), "%s%03d", prefix, i);
		status = set_variable(name, value);
	}
	free(value);
	printf("fill %s after %d\n", status_text(status), i);
}

static void cmd_set(const char *name, const char *value)
{
	uint64_t start = now_ms();
	uint64_t status = set_variable(name, value);

	printf("set %s %s %" PRIu64 " ms\n", name, status_text(status),
	       now_ms() - start);
}

static void cmd_volatile(const char *name, const char *value)
{
	uint64_t status = set_with(name, value,
				   ATTRIBUTES & ~KVM_UEFIVARS_ATTR_NV);

	printf("volatile %s %s\n", name, status_text(status));
}

/* What a VMM that can migrate does; "again" while its store is frozen. */
static void cmd_port(const char *verb, unsigned long cmd, uint32_t flags)
{
	struct kvm_uefivars_pause p = { .size = sizeof(p), .flags = flags };
	int r = ioctl(g.port, cmd, &p);

	printf("%s %s\n", verb, r == 0 ? "ok" : errno == EAGAIN ? "again" :
							strerror(errno));
}

static void cmd_wait(void)
{
	struct pollfd p = { .fd = g.port, .events = POLLIN };

	if (poll(&p, 1, 50000) != 1)
		printf("wait timeout\n");
	else
		cmd_port("wait", KVM_UEFIVARS_RESUME, 0);
}

/* Returns whether it was one. */
static bool command_port(const char *verb)
{
	if (!strcmp(verb, "pause"))
		cmd_port(verb, KVM_UEFIVARS_PAUSE, 0);
	else if (!strcmp(verb, "depart"))
		cmd_port(verb, KVM_UEFIVARS_PAUSE, KVM_UEFIVARS_PAUSE_DEPARTED);
	else if (!strcmp(verb, "resume"))
		cmd_port(verb, KVM_UEFIVARS_RESUME, 0);
	else if (!strcmp(verb, "wait"))
		cmd_wait();
	else
		return false;
	return true;
}

static void command(char *line)
{
	char *verb = strtok(line, " \n"), *name = strtok(NULL, " \n");
	char *value = strtok(NULL, "\n");

	if (!verb)
		return;
	if (!strcmp(verb, "set") && value)
		cmd_set(name, value);
	else if (!strcmp(verb, "delete") && name)
		printf("delete %s %s\n", name,
		       status_text(call(KVM_UEFIVARS_FN_SET_VARIABLE, name, 0,
					NULL, 0, 0)));
	else if (!strcmp(verb, "get") && name)
		cmd_get(name);
	else if (!strcmp(verb, "stream") && value)
		cmd_stream(name, strtoul(value, NULL, 10));
	else if (!strcmp(verb, "fill") && value)
		cmd_fill(name, strtoul(value, NULL, 10));
	else if (!strcmp(verb, "volatile") && value)
		cmd_volatile(name, value);
	else if (!command_port(verb))
		printf("failed unknown command %s\n", verb);
	fflush(stdout);
}

/* As kuv-run does it: a daemon of its own on one end of a pair. */
static int spawn(const char *program, const char *db)
{
	char number[16];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		die("socketpair", errno);
	g.daemon = fork();
	if (g.daemon == 0) {
		fcntl(pair[1], F_SETFD, 0);
		snprintf(number, sizeof(number), "%d", pair[1]);
		execl(program, program, "--db", db, "--exit-when-idle",
		      "--connection-fd", number, NULL);
		_exit(127);
	}
	close(pair[1]);
	return pair[0];
}

static int dial(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		die("connect", errno);
	return fd;
}

/* WHERE is a socket, or PROGRAM:DB. */
static sd_bus *connect_bus(char *where)
{
	char *colon = strchr(where, ':');
	sd_bus *bus;
	int fd, r;

	if (colon)
		*colon = 0;
	fd = colon ? spawn(where, colon + 1) : dial(where);
	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_fd(bus, fd, fd);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0)
		die("sd-bus", r);
	return bus;
}

static sd_bus_message *request(sd_bus *bus, const char *method)
{
	sd_bus_message *m;
	int r = sd_bus_message_new_method_call(bus, &m, NULL, OBJECT, INTERFACE,
					       method);

	if (r < 0)
		die("message", r);
	return m;
}

static sd_bus_message *ask(sd_bus *bus, sd_bus_message *m)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;
	int r = sd_bus_call(bus, m, 30000000, &e, &reply);

	if (r >= 0)
		return reply;
	printf("error %s %s\n", e.name ? e.name : strerror(-r),
	       e.message ? e.message : "");
	exit(4);
}

static void open_vm(sd_bus *bus, const char *vm)
{
	sd_bus_message *m = request(bus, "Open"), *reply;
	int r = sd_bus_message_append(m, "s", vm);

	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0 && g.template) {
		int fd = open(g.template, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			die(g.template, errno);
		r = sd_bus_message_append(m, "{sv}", "template", "h", fd);
	}
	if (r >= 0 && g.template_name)
		r = sd_bus_message_append(m, "{sv}", "template-name", "s",
					  g.template_name);
	if (r >= 0 && g.durability)
		r = sd_bus_message_append(m, "{sv}", "durability", "s",
					  g.durability);
	if (r >= 0 && g.options)
		r = sd_bus_message_append(m, "{sv}", "options", "s", g.options);
	if (r >= 0 && g.is_incoming)
		r = sd_bus_message_append(m, "{sv}", "incoming", "b", true);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r < 0)
		die("Open", r);
	reply = ask(bus, m);
	r = sd_bus_message_read(reply, "h", &g.port);
	if (r < 0)
		die("reply", r);
	g.port = fcntl(g.port, F_DUPFD_CLOEXEC, 0);
	printf("open");
	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r > 0 && sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
		const char *key, *type, *text;
		uint64_t number = 0;
		char contents;

		sd_bus_message_read(reply, "s", &key);
		sd_bus_message_peek_type(reply, &contents, &type);
		if (*type == 's')
			sd_bus_message_read(reply, "v", type, &text);
		else
			sd_bus_message_read(reply, "v", type, &number);
		if (*type != 's')
			printf(" %s=%" PRIu64, key, number);
		sd_bus_message_exit_container(reply);
	}
	printf("\n");
	fflush(stdout);
	sd_bus_message_unref(reply);
}

static void list_vms(sd_bus *bus)
{
	sd_bus_message *reply = ask(bus, request(bus, "List"));
	int r = sd_bus_message_enter_container(reply, 'a', "(sa{sv})");

	while (r > 0) {
		const char *vm;

		r = sd_bus_message_enter_container(reply, 'r', "sa{sv}");
		if (r <= 0)
			break;
		sd_bus_message_read(reply, "s", &vm);
		sd_bus_message_skip(reply, "a{sv}");
		sd_bus_message_exit_container(reply);
		printf("vm %s\n", vm);
	}
}

static void close_vm(sd_bus *bus, const char *vm)
{
	sd_bus_message *m = request(bus, "Close");

	sd_bus_message_append(m, "s", vm);
	ask(bus, m);
	printf("closed %s\n", vm);
}

static void serve(void)
{
	char line[16384];

	attach();
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n") != 0)
		command(line);
	close(g.port);
	printf("end\n");
}

int main(int argc, char **argv)
{
	bool is_close = false;
	sd_bus *bus;
	int c, status;

	while ((c = getopt(argc, argv, "cit:T:d:o:")) >= 0) {
		if (c == 'c')
			is_close = true;
		else if (c == 'i')
			g.is_incoming = true;
		else if (c == 't')
			g.template = optarg;
		else if (c == 'T')
			g.template_name = optarg;
		else if (c == 'd')
			g.durability = optarg;
		else if (c == 'o')
			g.options = optarg;
		else
			return 2;
	}
	if (optind >= argc) {
		fprintf(stderr, "usage: e2e_client [-c] [-i] [-t TEMPLATE] [-T NAME] [-d DURABILITY] [-o OPTIONS] WHERE [VM]\n");
		return 2;
	}
	bus = connect_bus(argv[optind]);
	if (optind + 1 == argc)
		list_vms(bus);
	else if (is_close)
		close_vm(bus, argv[optind + 1]);
	else
		open_vm(bus, argv[optind + 1]);
	/* A VMM keeps the port, not the connection. */
	sd_bus_flush_close_unref(bus);
	if (g.port >= 0)
		serve();
	if (!g.daemon)
		return 0;
	if (waitpid(g.daemon, &status, 0) < 0)
		die("wait", errno);
	printf("daemon exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}
