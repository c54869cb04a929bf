// SPDX-License-Identifier: GPL-2.0
/* Short forms of the module's commands, for tests. */
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const uint8_t test_guid[16] = TEST_GUID;

int call(int fd, unsigned int cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

int open_device(void)
{
	int fd = open("/dev/kvm-uefivars", O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		ktap_skip("no /dev/kvm-uefivars: load the module");
	CHECK(fd >= 0);
	return fd;
}

int create_store_with(int dev, const struct kvm_uefivars_config *config)
{
	struct kvm_uefivars_create_store arg = {
		.size = sizeof(arg),
		.config = *config,
	};

	CHECK_EQ(call(dev, KVM_UEFIVARS_CREATE_STORE, &arg), 0);
	return arg.fd;
}

int create_store(int dev, uint32_t durability, uint32_t wait_ms)
{
	struct kvm_uefivars_config config = {
		.durability = durability,
		.wait_ms = wait_ms,
	};

	return create_store_with(dev, &config);
}

int open_port(int store)
{
	struct kvm_uefivars_open_port arg = { .size = sizeof(arg) };

	CHECK_EQ(call(store, KVM_UEFIVARS_OPEN_PORT, &arg), 0);
	return arg.fd;
}

int open_store_by_id(int dev, uint64_t id)
{
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg), .id = id };

	CHECK_EQ(call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &arg), 0);
	return arg.fd;
}

struct kvm_uefivars_store_info store_info(int store)
{
	struct kvm_uefivars_store_info arg = { .size = sizeof(arg) };

	CHECK_EQ(call(store, KVM_UEFIVARS_STORE_INFO, &arg), 0);
	return arg;
}

struct kvm_uefivars_store_stats store_stats(int store)
{
	struct kvm_uefivars_store_stats arg = { .size = sizeof(arg) };

	CHECK_EQ(call(store, KVM_UEFIVARS_STORE_STATS, &arg), 0);
	return arg;
}

void configure(int store, const struct kvm_uefivars_config *config)
{
	struct kvm_uefivars_set_config arg = {
		.size = sizeof(arg),
		.config = *config,
	};

	CHECK_EQ(call(store, KVM_UEFIVARS_SET_CONFIG, &arg), 0);
}

bool ack_all(int store)
{
	static _Alignas(8) uint8_t buf[1 << 20];
	struct kvm_uefivars_ack arg = { .size = sizeof(arg) };

	if (read(store, buf, sizeof(buf)) < 0) {
		CHECK_EQ(errno, EAGAIN);
		return false;
	}
	arg.seq = ((struct kvm_uefivars_batch *)buf)->seq;
	CHECK_EQ(call(store, KVM_UEFIVARS_ACK, &arg), 0);
	return true;
}

struct kvm_uefivars_port_info port_info(int port)
{
	struct kvm_uefivars_port_info arg = { .size = sizeof(arg) };

	CHECK_EQ(call(port, KVM_UEFIVARS_PORT_INFO, &arg), 0);
	return arg;
}

void attach(int port, int eventfd)
{
	struct kvm_uefivars_attach arg = {
		.size = sizeof(arg),
		.eventfd = eventfd,
	};

	CHECK_EQ(call(port, KVM_UEFIVARS_ATTACH, &arg), 0);
}

uint32_t utf16(const char *ascii, uint16_t *out)
{
	uint32_t n;

	for (n = 0; ascii[n]; n++)
		out[n] = (uint16_t)ascii[n];
	return n * 2;
}

static struct kvm_uefivars_var var_arg(const char *name, uint16_t *name16)
{
	struct kvm_uefivars_var arg = {
		.size = sizeof(arg),
		.name = (uintptr_t)name16,
		.name_len = utf16(name, name16),
	};

	memcpy(arg.guid, test_guid, sizeof(arg.guid));
	return arg;
}

int var_set(int store, const char *name, uint32_t attributes, const void *data,
	    uint32_t len, uint32_t flags)
{
	uint16_t name16[64];
	struct kvm_uefivars_var arg = var_arg(name, name16);

	arg.flags = flags;
	arg.attributes = attributes;
	arg.data = (uintptr_t)data;
	arg.data_len = len;
	return call(store, KVM_UEFIVARS_VAR_SET, &arg);
}

int var_get(int store, const char *name, void *data, uint32_t *len)
{
	uint16_t name16[64];
	struct kvm_uefivars_var arg = var_arg(name, name16);
	int ret;

	arg.data = (uintptr_t)data;
	arg.data_len = *len;
	ret = call(store, KVM_UEFIVARS_VAR_GET, &arg);
	*len = arg.data_len;
	return ret;
}

int var_delete(int store, const char *name)
{
	uint16_t name16[64];
	struct kvm_uefivars_var arg = var_arg(name, name16);

	return call(store, KVM_UEFIVARS_VAR_DELETE, &arg);
}

short events(int fd, short wanted)
{
	struct pollfd pfd = { .fd = fd, .events = wanted };

	CHECK(poll(&pfd, 1, 0) >= 0);
	return pfd.revents;
}

int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	CHECK(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

void join_child(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		hash = (hash ^ *p++) * 0x100000001b3ULL;
	return hash;
}

static uint64_t mix_variables(uint64_t hash, int store)
{
	static uint16_t name[32768];
	struct kvm_uefivars_next arg = {
		.size = sizeof(arg),
		.name = (uintptr_t)name,
		.name_size = sizeof(name),
	};
	int ret;

	while (!(ret = call(store, KVM_UEFIVARS_VAR_NEXT, &arg))) {
		hash = mix(hash, &arg, sizeof(arg));
		hash = mix(hash, name, arg.name_len);
	}
	CHECK_EQ(ret, -ENOENT);
	return hash;
}

uint64_t fingerprint(int dev, int store, int port)
{
	struct kvm_uefivars_store_id id = { .size = sizeof(id) };
	struct kvm_uefivars_store_info info = store_info(store);
	struct kvm_uefivars_port_info pinfo = {};
	uint64_t hash = 1;

	hash = mix(hash, &info, sizeof(info));
	hash = mix_variables(hash, store);
	if (port >= 0) {
		pinfo = port_info(port);
		pinfo.nr_forwarded = 0;
		hash = mix(hash, &pinfo, sizeof(pinfo));
	}
	while (!call(dev, KVM_UEFIVARS_NEXT_STORE_ID, &id))
		hash = mix(hash, &id.id, sizeof(id.id));
	return mix(hash, &(int){ count_fds() }, sizeof(int));
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}
