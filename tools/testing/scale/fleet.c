// SPDX-License-Identifier: GPL-2.0
/* Many VMs in one process: opened through vard-sync, attached without KVM. */
#include "fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define OBJECT		"/org/kvm_uefivars/VardSync"
#define INTERFACE	"org.kvm_uefivars.VardSync1"
/* Guest memory of one VM: as large as firmware's buffer, hardly touched. */
#define MEM_LEN		KVM_UEFIVARS_BUFFER_MAX
#define CALL_US		60000000ULL

uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

void fleet_init(struct fleet *f, const char *socket)
{
	*f = (struct fleet){ .socket = socket };
	f->vms = calloc(FLEET_MAX, sizeof(*f->vms));
	CHECK(f->vms);
	/* One mapping: a thousand would cost kernel memory of their own. */
	f->mem = mmap(NULL, (size_t)FLEET_MAX * MEM_LEN, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	CHECK(f->mem != MAP_FAILED);
}

int fleet_connect(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int err, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (!connect(fd, (struct sockaddr *)&un, sizeof(un)))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

static sd_bus *bus_open(const char *path)
{
	sd_bus *bus = NULL;
	int fd = fleet_connect(path);

	CHECK(fd >= 0);
	CHECK(sd_bus_new(&bus) >= 0);
	CHECK(sd_bus_set_fd(bus, fd, fd) >= 0);
	CHECK(sd_bus_negotiate_fds(bus, true) >= 0);
	CHECK(sd_bus_start(bus) >= 0);
	return bus;
}

static sd_bus_message *open_message(sd_bus *bus, const char *name,
				    int template_fd, const char *durability)
{
	sd_bus_message *m = NULL;

	CHECK(sd_bus_message_new_method_call(bus, &m, NULL, OBJECT, INTERFACE,
					     "Open") >= 0);
	CHECK(sd_bus_message_append(m, "s", name) >= 0);
	CHECK(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
	if (template_fd >= 0)
		CHECK(sd_bus_message_append(m, "{sv}", "template", "h",
					    template_fd) >= 0);
	if (durability)
		CHECK(sd_bus_message_append(m, "{sv}", "durability", "s",
					    durability) >= 0);
	CHECK(sd_bus_message_close_container(m) >= 0);
	return m;
}

/* The entry "store-id" of the second half of the answer. */
static uint64_t read_store_id(sd_bus_message *m)
{
	uint64_t id = 0;

	CHECK(sd_bus_message_enter_container(m, 'a', "{sv}") > 0);
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		const char *key;

		CHECK(sd_bus_message_read(m, "s", &key) > 0);
		if (!strcmp(key, "store-id"))
			CHECK(sd_bus_message_read(m, "v", "t", &id) > 0);
		else
			CHECK(sd_bus_message_skip(m, "v") > 0);
		CHECK(sd_bus_message_exit_container(m) > 0);
	}
	return id;
}

static void open_one(struct vm *vm, sd_bus *bus, int template_fd,
		     const char *durability)
{
	sd_bus_message *m = open_message(bus, vm->name, template_fd, durability);
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int fd;

	if (sd_bus_call(bus, m, CALL_US, &e, &reply) < 0)
		ktap_fail(__FILE__, __LINE__, "Open %s: %s: %s", vm->name,
			  e.name, e.message);
	CHECK(sd_bus_message_read(reply, "h", &fd) > 0);
	vm->g.port = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	CHECK(vm->g.port >= 0);
	vm->store_id = read_store_id(reply);
	CHECK(vm->store_id);
	sd_bus_message_unref(reply);
	sd_bus_message_unref(m);
}

void fleet_open(struct fleet *f, const char *prefix, int count, int template_fd,
		const char *durability, uint64_t *took_us)
{
	sd_bus *bus = bus_open(f->socket);
	int i;

	CHECK(count > 0 && count <= FLEET_MAX - f->nr);
	for (i = 0; i < count; i++) {
		struct vm *vm = &f->vms[f->nr];
		uint64_t start = now_us();

		snprintf(vm->name, sizeof(vm->name), "%.20s%05d", prefix,
			 i + 1);
		open_one(vm, bus, template_fd, durability);
		took_us[i] = now_us() - start;
		f->nr++;
	}
	/* A VMM keeps the port, not the connection. */
	sd_bus_flush_close_unref(bus);
}

static void attach_one(struct vm *vm, uint8_t *mem)
{
	int port = vm->g.port;

	vm->g.mem = mem;
	attach(port, -1);
	CHECK_EQ(set_memory(port, 0, GUEST_GPA, MEM_LEN, mem, 0), 0);
	reg_write(port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, MEM_LEN);
	reg_write(port, KVM_UEFIVARS_REG_ADDR_LO, 4, GUEST_GPA);
	reg_write(port, KVM_UEFIVARS_REG_ADDR_HI, 4, GUEST_GPA >> 32);
}

void fleet_attach(struct fleet *f, int from)
{
	int i;

	for (i = from; i < f->nr; i++)
		attach_one(&f->vms[i], f->mem + (size_t)i * MEM_LEN);
}

int fleet_store(const struct vm *vm)
{
	int dev = open_device(), store = open_store_by_id(dev, vm->store_id);

	close(dev);
	return store;
}
