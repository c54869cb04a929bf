// SPDX-License-Identifier: GPL-2.0
/* Who keeps what alive: order of closing, processes that fork, die and are killed. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

static int open_by_id(int dev, uint64_t id)
{
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg), .id = id };
	int ret = call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &arg);

	return ret ? ret : arg.fd;
}

static int try_open_port(int store)
{
	struct kvm_uefivars_open_port arg = { .size = sizeof(arg) };
	int ret = call(store, KVM_UEFIVARS_OPEN_PORT, &arg);

	return ret ? ret : arg.fd;
}

static void store_ends_with_last_descriptor(const void *data)
{
	int dev = open_device(), store = create_store(dev, 0, 0);
	int other = dup(store);
	uint64_t id = store_info(store).id;

	(void)data;
	close(store);
	CHECK_EQ(store_info(other).id, id);
	close(other);
	CHECK_EQ(open_by_id(dev, id), -ENOENT);
}

static void ids_are_not_used_again(const void *data)
{
	int dev = open_device(), i, store;
	uint64_t last = 0, id;

	(void)data;
	for (i = 0; i < 100; i++) {
		store = create_store(dev, 0, 0);
		id = store_info(store).id;
		CHECK(id > last);
		last = id;
		close(store);
	}
}

static void ids_list_every_store(const void *data)
{
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg) };
	int dev = open_device(), i, found = 0;
	uint64_t ids[10];

	(void)data;
	for (i = 0; i < 10; i++)
		ids[i] = store_info(create_store(dev, 0, 0)).id;
	while (!call(dev, KVM_UEFIVARS_NEXT_STORE_ID, &arg))
		if (found < 10 && arg.id == ids[found])
			found++;
	CHECK_EQ(found, 10);
}

static void cookie_comes_back(const void *data)
{
	struct kvm_uefivars_create_store arg = { .size = sizeof(arg) };
	int dev = open_device();
	struct kvm_uefivars_store_info info;

	(void)data;
	memcpy(arg.cookie, "sixteen letters!", 16);
	CHECK_EQ(call(dev, KVM_UEFIVARS_CREATE_STORE, &arg), 0);
	info = store_info(open_store_by_id(dev, arg.id));
	CHECK_EQ(info.id, arg.id);
	CHECK(!memcmp(info.cookie, "sixteen letters!", 16));
}

static void port_keeps_store(const void *data)
{
	int dev = open_device(), store = create_store(dev, 0, 0);
	struct guest g = guest_start(store, -1);
	uint64_t id = store_info(store).id;

	(void)data;
	close(store);
	CHECK_EQ(guest_set(&g, "V", BS_RT, "x", 1), 0);
	store = open_by_id(dev, id);
	CHECK(store >= 0);
	close(store);
	close(g.port);
	CHECK_EQ(open_by_id(dev, id), -ENOENT);
}

static void device_closed_first(const void *data)
{
	int dev = open_device(), store = create_store(dev, 0, 0);
	struct guest g;

	(void)data;
	close(dev);
	g = guest_start(store, -1);
	CHECK_EQ(guest_set(&g, "V", BS_RT, "x", 1), 0);
}

static void port_closed_is_reported_once(const void *data)
{
	int store = create_store(open_device(), 0, 0), port;

	(void)data;
	CHECK_EQ(events(store, POLLPRI), 0);
	port = open_port(store);
	attach(port, -1);
	CHECK_EQ(store_info(store).state, KVM_UEFIVARS_STORE_HAS_PORT |
					  KVM_UEFIVARS_STORE_ATTACHED);
	CHECK_EQ(events(store, POLLPRI), 0);
	close(port);
	CHECK_EQ(events(store, POLLPRI), POLLPRI);
	CHECK_EQ(store_info(store).state, 0);
	CHECK_EQ(events(store, POLLPRI), 0);
}

static void port_opens_again(const void *data)
{
	int store = create_store(open_device(), 0, 0);
	struct guest g = guest_start(store, -1);

	(void)data;
	CHECK_EQ(guest_set(&g, "NonVol", NV_BS_RT, "x", 1),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR); /* nobody acknowledges */
	CHECK_EQ(guest_set(&g, "Vol", BS_RT, "x", 1), 0);
	CHECK_EQ(try_open_port(store), -EBUSY);
	close(g.port);
	g = guest_start(store, -1);
	CHECK_EQ(guest_get(&g, "NonVol", 8), 0);
	CHECK_EQ(guest_get(&g, "Vol", 8), KVM_UEFIVARS_EFI_NOT_FOUND);
}

static void attach_is_for_good(const void *data)
{
	struct kvm_uefivars_attach arg = { .size = sizeof(arg), .eventfd = -1 };
	int port = open_port(create_store(open_device(), 0, 0));

	(void)data;
	attach(port, -1);
	CHECK_EQ(call(port, KVM_UEFIVARS_ATTACH, &arg), -EBUSY);
}

static void port_says_how_it_is_attached(const void *data)
{
	struct kvm_uefivars_attach pio = {
		.size = sizeof(pio), .flags = KVM_UEFIVARS_ATTACH_PIO,
		.eventfd = -1,
	};
	int port = open_port(create_store(open_device(), 0, 0));

	(void)data;
	CHECK_EQ(port_info(port).transport, KVM_UEFIVARS_TRANSPORT_NONE);
	attach(port, -1);
	CHECK_EQ(port_info(port).transport, KVM_UEFIVARS_TRANSPORT_FORWARD);
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_FLAGS, 4) &
		 KVM_UEFIVARS_FLAG_USE_PIO, 0);
	CHECK_EQ(port_info(port).nr_kvm, 0);
	port = open_port(create_store(open_device(), 0, 0));
	attach(port, eventfd(0, EFD_CLOEXEC));
	CHECK_EQ(port_info(port).transport, KVM_UEFIVARS_TRANSPORT_DOORBELL);
	port = open_port(create_store(open_device(), 0, 0));
	CHECK_EQ(call(port, KVM_UEFIVARS_ATTACH, &pio), 0);
	CHECK_EQ(port_info(port).transport, KVM_UEFIVARS_TRANSPORT_FORWARD);
	CHECK(reg_read(port, KVM_UEFIVARS_REG_FLAGS, 4) &
	      KVM_UEFIVARS_FLAG_USE_PIO);
}

static void failed_attach_can_be_repeated(const void *data)
{
	struct kvm_uefivars_attach arg = { .size = sizeof(arg), .eventfd = 0 };
	int port = open_port(create_store(open_device(), 0, 0));

	(void)data;
	CHECK_EQ(call(port, KVM_UEFIVARS_ATTACH, &arg), -EINVAL);
	attach(port, -1);
}

static void other_process_may_not(const void *data)
{
	struct kvm_uefivars_machine_reset reset = { .size = sizeof(reset) };
	struct kvm_uefivars_mmio mmio = { .size = sizeof(mmio), .len = 2 };
	struct guest g = guest_start(create_store(open_device(), 0, 0), -1);
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		CHECK_EQ(call(g.port, KVM_UEFIVARS_MACHINE_RESET, &reset),
			 -EPERM);
		CHECK_EQ(call(g.port, KVM_UEFIVARS_MMIO, &mmio), -EPERM);
		CHECK_EQ(set_memory(g.port, 1, 0x80000000, 4096, g.mem, 0),
			 -EPERM);
		CHECK(port_info(g.port).store_id != 0);
		_exit(0);
	}
	join_child(pid);
	CHECK_EQ(port_info(g.port).nr_resets, 0);
}

/* A parent that opens the port for its child, as kuv-run does. */
static void child_attaches(const void *data)
{
	struct kvm_uefivars_mmio mmio = { .size = sizeof(mmio), .len = 2 };
	int port = open_port(create_store(open_device(), 0, 0));
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		attach(port, -1);
		CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_MAGIC, 2),
			 KVM_UEFIVARS_MAGIC_VALUE);
		_exit(0);
	}
	join_child(pid);
	/* Its process is gone for good: the port serves nobody any more. */
	CHECK_EQ(call(port, KVM_UEFIVARS_MMIO, &mmio), -EPERM);
}

static void child_keeps_port_open(const void *data)
{
	int store = create_store(open_device(), 0, 0);
	int port = open_port(store);
	struct pollfd pfd = { .fd = store, .events = POLLPRI };
	int pipefd[2];
	pid_t pid;

	(void)data;
	CHECK(!pipe(pipefd));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		close(pipefd[1]);
		_exit(read(pipefd[0], &(char){ 0 }, 1) ? 1 : 0);
	}
	close(port);
	CHECK_EQ(events(store, POLLPRI), 0);
	CHECK_EQ(try_open_port(store), -EBUSY);
	close(pipefd[1]);
	join_child(pid);
	CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(5000)), 1);
	CHECK(try_open_port(store) >= 0);
}

static void killed_process_frees_port(const void *data)
{
	int store = create_store(open_device(), 0, 0);
	struct pollfd pfd = { .fd = store, .events = POLLPRI };
	int pipefd[2], status;
	pid_t pid;

	(void)data;
	CHECK(!pipe(pipefd));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		guest_start(store, -1);
		CHECK_EQ(write(pipefd[1], "", 1), 1);
		pause();
	}
	CHECK_EQ(read(pipefd[0], &(char){ 0 }, 1), 1);
	CHECK_EQ(try_open_port(store), -EBUSY);
	kill(pid, SIGKILL);
	CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(5000)), 1);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(try_open_port(store) >= 0);
}

/* Killed while it waits for an acknowledgement that does not come. */
static void killed_while_waiting(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_THROUGH,
				 20000);
	struct guest g;
	uint64_t start;
	uint32_t len = 0;
	pid_t pid;

	(void)data;
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		g = guest_start(store, -1);
		guest_set(&g, "V", NV_BS_RT, "x", 1);
		_exit(0);
	}
	while (var_get(store, "V", NULL, &len) == -ENOENT)
		usleep(1000);
	start = now_ms();
	len = 0;
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(now_ms() - start < ktap_ms(5000));
	/* The change stays, and is still to be made durable. */
	CHECK_EQ(var_get(store, "V", NULL, &len), -EMSGSIZE);
	CHECK_EQ(events(store, POLLIN), POLLIN);
	CHECK_EQ(store_info(store).nr_timeouts, 0);
	CHECK(try_open_port(store) >= 0);
}

static void page_maps_read_only(const void *data)
{
	int port = open_port(create_store(open_device(), 0, 0));
	uint8_t *page;

	(void)data;
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, port, 0) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EPERM);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, port, 0) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EPERM);
	CHECK(mmap(NULL, 8192, PROT_READ, MAP_SHARED, port, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, port, 4096) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, port, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, port, 0);
	CHECK(page != MAP_FAILED);
	CHECK(mprotect(page, 4096, PROT_READ | PROT_WRITE));
	CHECK_EQ(errno, EACCES);
	CHECK(mprotect(page, 4096, PROT_READ | PROT_EXEC));
	CHECK_EQ(errno, EACCES);
}

static void page_shows_registers(const void *data)
{
	int store = create_store(open_device(), 0, 0), i;
	struct guest g = guest_start(store, -1);
	const uint8_t *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, g.port, 0);
	static const uint8_t want[] = {
		0xf1, 0x0e, 0x11, 0x00, 0x00, 0x00, 0x01, 0x00,
		0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	};

	(void)data;
	CHECK(page != MAP_FAILED);
	CHECK_EQ(guest_command(&g, 99), KVM_UEFIVARS_STS_UNSUPPORTED);
	CHECK(!memcmp(page, want, sizeof(want)));
	for (i = sizeof(want); i < 4096; i++)
		CHECK_EQ(page[i], 0xff);
}

static void mapping_keeps_port(const void *data)
{
	int store = create_store(open_device(), 0, 0);
	int port = open_port(store);
	void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, port, 0);

	(void)data;
	CHECK(page != MAP_FAILED);
	close(port);
	CHECK_EQ(try_open_port(store), -EBUSY);
	CHECK(!munmap(page, 4096));
	CHECK(try_open_port(store) >= 0);
}

static void mapping_is_not_inherited(const void *data)
{
	int port = open_port(create_store(open_device(), 0, 0));
	void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, port, 0);
	unsigned char vec;
	pid_t pid;

	(void)data;
	CHECK(page != MAP_FAILED);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		CHECK(mincore(page, 4096, &vec));
		CHECK_EQ(errno, ENOMEM);
		_exit(0);
	}
	join_child(pid);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(store_ends_with_last_descriptor);
	ADD(ids_are_not_used_again);
	ADD(ids_list_every_store);
	ADD(cookie_comes_back);
	ADD(port_keeps_store);
	ADD(device_closed_first);
	ADD(port_closed_is_reported_once);
	ADD(port_opens_again);
	ADD(attach_is_for_good);
	ADD(port_says_how_it_is_attached);
	ADD(failed_attach_can_be_repeated);
	ADD(other_process_may_not);
	ADD(child_attaches);
	ADD(child_keeps_port_open);
	ADD(killed_process_frees_port);
	ADD(killed_while_waiting);
	ADD(page_maps_read_only);
	ADD(page_shows_registers);
	ADD(mapping_keeps_port);
	ADD(mapping_is_not_inherited);
	return ktap_run();
}
