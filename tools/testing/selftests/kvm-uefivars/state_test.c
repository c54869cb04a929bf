// SPDX-License-Identifier: GPL-2.0
/* Moving a machine: save, restore, freeze, pause, dirty memory, and their events. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define VARIABLES	KVM_UEFIVARS_STATE_VARIABLES
#define ALL_RIGHTS	(KVM_UEFIVARS_PORT_STATE | KVM_UEFIVARS_PORT_VARIABLES)
#define IMAGE_MAX	(1U << 20)

struct image {
	uint64_t len;
	uint8_t data[IMAGE_MAX];
};

static int save(int fd, uint32_t flags, struct image *img)
{
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = flags,
		.data = (uintptr_t)img->data,
		.len = sizeof(img->data),
	};
	int ret = call(fd, KVM_UEFIVARS_SAVE_STATE, &arg);

	img->len = arg.len;
	return ret;
}

static int restore(int fd, uint32_t flags, const struct image *img)
{
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = flags,
		.data = (uintptr_t)img->data,
		.len = img->len,
	};

	return call(fd, KVM_UEFIVARS_RESTORE_STATE, &arg);
}

static int open_port_with(int store, uint32_t rights)
{
	struct kvm_uefivars_open_port arg = {
		.size = sizeof(arg),
		.flags = rights,
	};

	CHECK_EQ(call(store, KVM_UEFIVARS_OPEN_PORT, &arg), 0);
	return arg.fd;
}

/* PAUSE, RESUME, FREEZE and THAW look alike. */
static int say(int fd, unsigned int cmd, uint32_t flags)
{
	struct kvm_uefivars_pause arg = { .size = sizeof(arg), .flags = flags };

	return call(fd, cmd, &arg);
}

static int freeze(int store)
{
	return say(store, KVM_UEFIVARS_FREEZE, 0);
}

static int thaw(int store)
{
	return say(store, KVM_UEFIVARS_THAW, 0);
}

static int pause_vm(int port, uint32_t flags)
{
	return say(port, KVM_UEFIVARS_PAUSE, flags);
}

static int resume_vm(int port)
{
	return say(port, KVM_UEFIVARS_RESUME, 0);
}

static int reset_vm(int port)
{
	return say(port, KVM_UEFIVARS_MACHINE_RESET, 0);
}

/* The bits that this file is about. */
static uint32_t state(int store)
{
	return store_info(store).state;
}

#define HAS_PORT	KVM_UEFIVARS_STORE_HAS_PORT
#define ATTACHED	(HAS_PORT | KVM_UEFIVARS_STORE_ATTACHED)
#define PAUSED		(ATTACHED | KVM_UEFIVARS_STORE_PAUSED)
#define DEPARTED	(PAUSED | KVM_UEFIVARS_STORE_DEPARTED)
#define FROZEN		KVM_UEFIVARS_STORE_FROZEN

static int new_store(void)
{
	return create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
}

/* Guest memory, and registers as firmware sets them, for a port attached here. */
static struct guest guest_on(int port)
{
	struct guest g = { .port = port };

	g.mem = mmap(NULL, GUEST_LEN, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(g.mem != MAP_FAILED);
	CHECK_EQ(set_memory(port, 0, GUEST_GPA, GUEST_LEN, g.mem, 0), 0);
	return g;
}

static void end_of_dxe(const struct guest *g)
{
	static const uint8_t guid[] = KVM_UEFIVARS_GUID_END_OF_DXE;

	put_event(g->mem, guid);
	CHECK_EQ(guest_command(g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
}

static void check_value(const struct guest *g, const char *name,
			const char *want)
{
	const uint8_t *value;

	CHECK_EQ(guest_get(g, name, 64), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(reply_data(g->mem, &value), strlen(want));
	CHECK(!memcmp(value, want, strlen(want)));
}

/* A machine that is recognised again. */
struct machine {
	int store;
	struct guest g;
};

static struct machine machine_start(void)
{
	struct machine m = { .store = new_store() };

	m.g = guest_start(m.store, -1);
	CHECK_EQ(guest_set(&m.g, "Kept", NV_BS_RT, "kept", 4), 0);
	CHECK_EQ(guest_set(&m.g, "Fleeting", BS_RT, "fleeting", 8), 0);
	end_of_dxe(&m.g);
	return m;
}

/* It goes on with @port of @store, whose registers nobody set since. */
static void machine_check(int store, int port)
{
	struct guest g = guest_on(port);

	CHECK(state(store) & KVM_UEFIVARS_STORE_END_OF_DXE);
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4), 65536);
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_ADDR_LO, 8), GUEST_GPA);
	check_value(&g, "Fleeting", "fleeting");
	check_value(&g, "Kept", "kept");
}

static struct image *machine_saved(uint32_t flags)
{
	struct machine m = machine_start();
	struct image *img = malloc(sizeof(*img));

	CHECK(img);
	CHECK_EQ(save(m.store, flags, img), 0);
	return img;
}

/* What is there. */

static void info_says_so(const void *data)
{
	struct kvm_uefivars_info info = { .size = sizeof(info) };

	(void)data;
	CHECK_EQ(call(open_device(), KVM_UEFIVARS_GET_INFO, &info), 0);
	CHECK(info.caps & KVM_UEFIVARS_CAP_STATE);
	CHECK(info.state_version >= 1);
}

/* Rights. */

static void port_without_rights(const void *data)
{
	static struct image img;
	struct machine m = machine_start();

	(void)data;
	CHECK_EQ(save(m.store, VARIABLES, &img), 0);
	CHECK_EQ(restore(m.g.port, 0, &img), -EPERM);
	CHECK_EQ(restore(m.g.port, VARIABLES, &img), -EPERM);
	CHECK_EQ(save(m.g.port, 0, &img), -EPERM);
	CHECK_EQ(save(m.g.port, VARIABLES, &img), -EPERM);
}

static void port_with_state_only(const void *data)
{
	static struct image img;
	int store = new_store();
	int port = open_port_with(store, KVM_UEFIVARS_PORT_STATE);

	(void)data;
	attach(port, -1);
	CHECK_EQ(save(port, 0, &img), 0);
	CHECK_EQ(restore(port, 0, &img), 0);
	CHECK_EQ(save(store, VARIABLES, &img), 0);
	CHECK_EQ(restore(port, VARIABLES, &img), -EPERM);
	CHECK_EQ(save(port, VARIABLES, &img), -EPERM);
}

static void port_with_all_rights(const void *data)
{
	static struct image img;
	int port = open_port_with(new_store(), ALL_RIGHTS);

	(void)data;
	attach(port, -1);
	CHECK_EQ(save(port, VARIABLES, &img), 0);
	CHECK_EQ(restore(port, VARIABLES, &img), 0);
	CHECK_EQ(restore(port, 0, &img), 0);
}

/* Only the process that attached says what its vCPUs do. */
static void foreign_process(const void *data)
{
	struct kvm_uefivars_dirty dirty = { .size = sizeof(dirty) };
	struct machine m = machine_start();
	int status;
	pid_t pid = fork();

	(void)data;
	CHECK(pid >= 0);
	if (!pid) {
		CHECK_EQ(pause_vm(m.g.port, 0), -EPERM);
		CHECK_EQ(resume_vm(m.g.port), -EPERM);
		CHECK_EQ(call(m.g.port, KVM_UEFIVARS_TAKE_DIRTY, &dirty),
			 -EPERM);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK(!(state(m.store) & KVM_UEFIVARS_STORE_PAUSED));
}

/* Saving and restoring. */

static void restore_before_attach(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store(), port = open_port(store);

	(void)data;
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	attach(port, -1);
	machine_check(store, port);
	/* This was for one VM. Another one is new. */
	close(port);
	port = open_port(store);
	attach(port, -1);
	CHECK(!(state(store) & KVM_UEFIVARS_STORE_END_OF_DXE));
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4), 0);
}

static void restore_after_attach(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store(), port = open_port(store);

	(void)data;
	attach(port, -1);
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	machine_check(store, port);
}

static void restore_while_frozen(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store(), port = open_port(store);

	(void)data;
	CHECK_EQ(freeze(store), 0);
	attach(port, -1);
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	CHECK_EQ(thaw(store), 0);
	machine_check(store, port);
}

static void port_moves_itself(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store();
	int port = open_port_with(store, ALL_RIGHTS);

	(void)data;
	attach(port, -1);
	CHECK_EQ(restore(port, VARIABLES, img), 0);
	machine_check(store, port);
}

static void reset_after_restore(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store(), port = open_port(store);

	(void)data;
	attach(port, -1);
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	CHECK_EQ(reset_vm(port), 0);
	CHECK(!(state(store) & KVM_UEFIVARS_STORE_END_OF_DXE));
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4), 0);
}

static void saved_again_is_the_same(const void *data)
{
	struct image *img = machine_saved(VARIABLES), *again;
	int store = new_store();

	(void)data;
	again = malloc(sizeof(*again));
	CHECK(again);
	open_port(store);
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	CHECK_EQ(save(store, VARIABLES, again), 0);
	CHECK_EQ(again->len, img->len);
	CHECK(!memcmp(again->data, img->data, img->len));
}

static void save_changes_nothing(const void *data)
{
	struct machine m = machine_start();
	int dev = open_device();
	static struct image img;
	uint64_t before = fingerprint(dev, m.store, m.g.port);

	(void)data;
	CHECK_EQ(save(m.store, VARIABLES, &img), 0);
	CHECK_EQ(fingerprint(dev, m.store, m.g.port), before);
	check_value(&m.g, "Fleeting", "fleeting");
}

/* Variables of the image replace all others, and that is logged. */
static void variables_are_replaced(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store();
	uint32_t len = 16;
	char value[16];
	uint64_t seq;

	(void)data;
	CHECK_EQ(var_set(store, "Other", NV_BS_RT, "other", 5, 0), 0);
	CHECK_EQ(var_set(store, "Kept", NV_BS_RT, "old", 3, 0), 0);
	seq = store_info(store).seq;
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	CHECK_EQ(var_get(store, "Other", value, &len), -ENOENT);
	len = 16;
	CHECK_EQ(var_get(store, "Kept", value, &len), 0);
	CHECK(len == 4 && !memcmp(value, "kept", 4));
	CHECK(store_info(store).seq >= seq + 2);
	CHECK(events(store, POLLIN));
}

static void variables_stay(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store();
	uint32_t len = 16;
	char value[16];
	uint64_t seq;

	(void)data;
	CHECK_EQ(var_set(store, "Other", NV_BS_RT, "other", 5, 0), 0);
	open_port(store);
	seq = store_info(store).seq;
	CHECK_EQ(restore(store, 0, img), 0);
	CHECK_EQ(var_get(store, "Other", value, &len), 0);
	len = 16;
	CHECK_EQ(var_get(store, "Kept", value, &len), -ENOENT);
	len = 16;
	CHECK_EQ(var_get(store, "Fleeting", value, &len), 0);
	CHECK_EQ(store_info(store).seq, seq);
}

static uint32_t crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0U;
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void pio_put(int port, const uint8_t *msg, uint32_t len)
{
	while (len--)
		reg_write(port, KVM_UEFIVARS_REG_PIO_DATA, 1, *msg++);
}

static void pio_get(int port, uint8_t *msg, uint32_t len)
{
	while (len--)
		*msg++ = (uint8_t)reg_read(port, KVM_UEFIVARS_REG_PIO_DATA, 1);
}

/* Half of a message before, half behind. */
static void pio_transfer_goes_on(const void *data)
{
	static uint8_t msg[512];
	static struct image img;
	struct machine m = machine_start();
	int store = new_store(), port = open_port(store);
	struct guest g = { .port = port };
	uint32_t total = put_get(msg, "Fleeting", 64);
	const uint8_t *value;

	(void)data;
	guest_command(&m.g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(m.g.port, msg, total / 2);
	CHECK_EQ(save(m.store, VARIABLES, &img), 0);
	CHECK_EQ(restore(store, VARIABLES, &img), 0);
	attach(port, -1);
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_PIO_CRC32C, 4),
		 crc32c(msg, total / 2));
	pio_put(port, msg + total / 2, total - total / 2);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_get(port, msg, total);
	CHECK_EQ(reply_status(msg), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(reply_data(msg, &value), 8);
	CHECK(!memcmp(value, "fleeting", 8));
}

/* A reply that was read in part is read on. */
static void pio_reply_goes_on(const void *data)
{
	static uint8_t msg[512], want[512];
	static struct image img;
	struct machine m = machine_start();
	int store = new_store(), port = open_port(store);
	uint32_t total = put_get(msg, "Kept", 64);

	(void)data;
	guest_command(&m.g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(m.g.port, msg, total);
	guest_command(&m.g, KVM_UEFIVARS_CMD_PIO_MM);
	guest_command(&m.g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_get(m.g.port, msg, total / 2);
	CHECK_EQ(save(m.store, VARIABLES, &img), 0);
	pio_get(m.g.port, want, total - total / 2);
	CHECK_EQ(restore(store, VARIABLES, &img), 0);
	attach(port, -1);
	pio_get(port, msg, total - total / 2);
	CHECK(!memcmp(msg, want, total - total / 2));
}

static void last_status_is_kept(const void *data)
{
	static struct image img;
	struct machine m = machine_start();
	int store = new_store(), port = open_port(store);

	(void)data;
	CHECK_EQ(guest_command(&m.g, 0x77), KVM_UEFIVARS_STS_UNSUPPORTED);
	CHECK_EQ(save(m.store, 0, &img), 0);
	CHECK_EQ(restore(store, 0, &img), 0);
	attach(port, -1);
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_CMD_STS, 2),
		 KVM_UEFIVARS_STS_UNSUPPORTED);
}

/* What is not there. */

static void port_without_vm_is_no_machine(const void *data)
{
	static struct image img;
	int store = new_store();

	(void)data;
	open_port(store);
	CHECK_EQ(save(store, VARIABLES, &img), 0);
	CHECK_EQ(restore(store, 0, &img), -ENODATA);
	CHECK_EQ(restore(store, VARIABLES, &img), 0);
}

static void closed_port_is_no_machine(const void *data)
{
	static struct image img;
	struct machine m = machine_start();

	(void)data;
	close(m.g.port);
	CHECK_EQ(save(m.store, 0, &img), 0);
	open_port(m.store);
	CHECK_EQ(restore(m.store, 0, &img), -ENODATA);
}

static void machine_without_port(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store();

	(void)data;
	CHECK_EQ(restore(store, 0, img), -EINVAL);
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	CHECK_EQ(state(store), 0);
}

/* Errors of an image, in front of a machine that must not notice. */

static void check_refused(const struct image *img, uint32_t flags, int want)
{
	struct kvm_uefivars_config config = {
		.durability = KVM_UEFIVARS_WRITE_BACK,
		.nv_size = 4096,
		.volatile_size = 16384,
	};
	struct image *before = malloc(sizeof(*before));
	struct image *after = malloc(sizeof(*after));
	int dev = open_device(), store = create_store_with(dev, &config);
	struct guest g = guest_start(store, -1);
	uint64_t print;

	CHECK(before && after);
	CHECK_EQ(guest_set(&g, "Mine", BS_RT, "mine", 4), 0);
	CHECK_EQ(save(store, VARIABLES, before), 0);
	print = fingerprint(dev, store, g.port);
	CHECK_EQ(restore(store, flags, img), want);
	CHECK_EQ(fingerprint(dev, store, g.port), print);
	CHECK_EQ(save(store, VARIABLES, after), 0);
	CHECK_EQ(after->len, before->len);
	CHECK(!memcmp(after->data, before->data, before->len));
	free(before);
	free(after);
}

static void image_cut(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	uint64_t len = img->len;

	(void)data;
	for (img->len = 0; img->len < len; img->len += 1 + img->len / 7)
		check_refused(img, VARIABLES, -EBADMSG);
	img->len = len - 1;
	check_refused(img, VARIABLES, -EBADMSG);
}

static void image_with_a_tail(const void *data)
{
	struct image *img = machine_saved(VARIABLES);

	(void)data;
	img->data[img->len++] = 0;
	check_refused(img, VARIABLES, -EBADMSG);
}

static void image_without_variables(const void *data)
{
	(void)data;
	check_refused(machine_saved(0), VARIABLES, -ENODATA);
}

static void image_without_machine(const void *data)
{
	struct image *img = malloc(sizeof(*img));
	int store = new_store();

	(void)data;
	CHECK_EQ(var_set(store, "Kept", NV_BS_RT, "kept", 4, 0), 0);
	CHECK_EQ(save(store, VARIABLES, img), 0);
	check_refused(img, 0, -ENODATA);
}

static void image_over_the_limit(const void *data)
{
	static uint8_t big[8192];
	struct image *img = malloc(sizeof(*img));
	struct machine m = machine_start();

	(void)data;
	CHECK_EQ(guest_set(&m.g, "Big", NV_BS_RT, big, sizeof(big)), 0);
	CHECK_EQ(save(m.store, VARIABLES, img), 0);
	check_refused(img, VARIABLES, -ENOSPC);
}

static void image_volatile_over_the_limit(const void *data)
{
	static uint8_t big[32768];
	struct image *img = malloc(sizeof(*img));
	struct machine m = machine_start();

	(void)data;
	CHECK_EQ(guest_set(&m.g, "Big", BS_RT, big, sizeof(big)), 0);
	CHECK_EQ(save(m.store, 0, img), 0);
	check_refused(img, 0, -ENOSPC);
}

/* Any one byte changed: refused, or taken, but never half of it. */
static void image_with_an_odd_byte(const void *data)
{
	struct image *img = machine_saved(VARIABLES);
	int store = new_store(), dev = open_device(), port = open_port(store);
	uint64_t i, before;
	int ret;

	(void)data;
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	for (i = 0; i < img->len; i++) {
		img->data[i] ^= 0x41;
		before = fingerprint(dev, store, port);
		ret = restore(store, VARIABLES, img);
		if (ret)
			CHECK_EQ(fingerprint(dev, store, port), before);
		CHECK(!ret || ret == -EBADMSG || ret == -ENOSPC ||
		      ret == -ENODATA);
		img->data[i] ^= 0x41;
	}
	CHECK_EQ(restore(store, VARIABLES, img), 0);
	attach(port, -1);
	machine_check(store, port);
}

static void save_tells_the_size(const void *data)
{
	struct machine m = machine_start();
	static struct image img;
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.data = (uintptr_t)img.data,
	};

	(void)data;
	CHECK_EQ(call(m.store, KVM_UEFIVARS_SAVE_STATE, &arg), -EMSGSIZE);
	CHECK(arg.len > 0 && arg.len < sizeof(img.data));
	arg.len--;
	CHECK_EQ(call(m.store, KVM_UEFIVARS_SAVE_STATE, &arg), -EMSGSIZE);
	CHECK_EQ(img.data[0], 0);
	CHECK_EQ(call(m.store, KVM_UEFIVARS_SAVE_STATE, &arg), 0);
	CHECK(img.data[0] != 0);
}

/* Frozen. */

static void freeze_matrix(const void *data)
{
	int store = new_store(), port;

	(void)data;
	CHECK_EQ(thaw(store), 0);
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(state(store), FROZEN);
	CHECK_EQ(thaw(store), 0);
	CHECK_EQ(state(store), 0);
	port = open_port(store);
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(thaw(store), 0);
	attach(port, -1);
	CHECK_EQ(freeze(store), -EBUSY);
	CHECK_EQ(state(store), ATTACHED);
	CHECK_EQ(pause_vm(port, 0), 0);
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(state(store), PAUSED | FROZEN);
	CHECK_EQ(resume_vm(port), -EAGAIN);
	CHECK_EQ(reset_vm(port), -EAGAIN);
	CHECK_EQ(state(store), PAUSED | FROZEN);
	CHECK_EQ(pause_vm(port, KVM_UEFIVARS_PAUSE_DEPARTED), 0);
	CHECK_EQ(state(store), DEPARTED | FROZEN);
	CHECK_EQ(thaw(store), 0);
	CHECK_EQ(reset_vm(port), 0);
	CHECK_EQ(state(store), DEPARTED);
	CHECK_EQ(resume_vm(port), 0);
	CHECK_EQ(state(store), ATTACHED);
	CHECK_EQ(freeze(store), -EBUSY);
	CHECK_EQ(resume_vm(port), 0);
}

static void frozen_guest(const void *data)
{
	struct machine m = machine_start();
	static struct image before, after;

	(void)data;
	CHECK_EQ(pause_vm(m.g.port, 0), 0);
	CHECK_EQ(freeze(m.store), 0);
	CHECK_EQ(save(m.store, VARIABLES, &before), 0);
	CHECK_EQ(guest_get(&m.g, "Kept", 64), KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(guest_set(&m.g, "Kept", NV_BS_RT, "new", 3),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(guest_set(&m.g, "Fleeting", BS_RT, "new", 3),
		 KVM_UEFIVARS_EFI_DEVICE_ERROR);
	end_of_dxe(&m.g);
	CHECK_EQ(save(m.store, VARIABLES, &after), 0);
	CHECK(after.len == before.len &&
	      !memcmp(after.data, before.data, before.len));
	CHECK_EQ(thaw(m.store), 0);
	check_value(&m.g, "Kept", "kept");
	CHECK_EQ(guest_set(&m.g, "Kept", NV_BS_RT, "new", 3), 0);
	check_value(&m.g, "Kept", "new");
}

static void frozen_events_are_nothing(const void *data)
{
	int store = new_store();
	struct guest g = guest_start(store, -1);

	(void)data;
	CHECK_EQ(pause_vm(g.port, 0), 0);
	CHECK_EQ(freeze(store), 0);
	end_of_dxe(&g);
	CHECK(!(state(store) & KVM_UEFIVARS_STORE_END_OF_DXE));
}

static void frozen_store_obeys_its_host(const void *data)
{
	int store = new_store();
	uint32_t len = 8;
	char value[8];

	(void)data;
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(var_set(store, "Host", NV_BS_RT, "host", 4, 0), 0);
	CHECK_EQ(var_get(store, "Host", value, &len), 0);
	CHECK_EQ(var_delete(store, "Host"), 0);
	CHECK(events(store, POLLIN));
}

/* Attaching resets the machine, but only once the store may change. */
static void attach_while_frozen(const void *data)
{
	struct machine m = machine_start();
	static struct image before, after;
	struct guest g;
	int port;

	(void)data;
	close(m.g.port);
	CHECK_EQ(freeze(m.store), 0);
	CHECK_EQ(save(m.store, VARIABLES, &before), 0);
	port = open_port(m.store);
	attach(port, -1);
	CHECK(state(m.store) & KVM_UEFIVARS_STORE_ATTACHED);
	CHECK_EQ(save(m.store, VARIABLES, &after), 0);
	CHECK(after.len == before.len &&
	      !memcmp(after.data, before.data, before.len));
	CHECK_EQ(thaw(m.store), 0);
	CHECK(!(state(m.store) & KVM_UEFIVARS_STORE_END_OF_DXE));
	g = guest_on(port);
	reg_write(port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, 65536);
	reg_write(port, KVM_UEFIVARS_REG_ADDR_LO, 8, GUEST_GPA);
	CHECK_EQ(guest_get(&g, "Fleeting", 64), KVM_UEFIVARS_EFI_NOT_FOUND);
	check_value(&g, "Kept", "kept");
}

static void thaw_resets_once(const void *data)
{
	int store = new_store(), port = open_port(store);
	struct guest g;

	(void)data;
	CHECK_EQ(freeze(store), 0);
	attach(port, -1);
	CHECK_EQ(thaw(store), 0);
	g = guest_on(port);
	reg_write(port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, 65536);
	reg_write(port, KVM_UEFIVARS_REG_ADDR_LO, 8, GUEST_GPA);
	CHECK_EQ(guest_set(&g, "Fleeting", BS_RT, "fleeting", 8), 0);
	CHECK_EQ(pause_vm(port, 0), 0);
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(thaw(store), 0);
	check_value(&g, "Fleeting", "fleeting");
}

static void *set_in_thread(void *arg)
{
	const struct machine *m = arg;

	return (void *)(uintptr_t)guest_set(&m->g, "Slow", NV_BS_RT, "slow", 4);
}

/*
 * A VMM that lies: paused, and a request waits for an acknowledgement. Who
 * freezes is who would acknowledge: it must not wait for that.
 */
static void freeze_ends_a_wait(const void *data)
{
	struct machine m = {
		.store = create_store(open_device(), KVM_UEFIVARS_WRITE_THROUGH,
				      30000),
	};
	uint64_t begin = now_ms(), seq;
	pthread_t thread;
	void *status;

	(void)data;
	m.g = guest_start(m.store, -1);
	CHECK_EQ(pause_vm(m.g.port, 0), 0);
	seq = store_info(m.store).seq;
	CHECK(!pthread_create(&thread, NULL, set_in_thread, &m));
	while (store_info(m.store).seq == seq && now_ms() - begin < ktap_ms(10000))
		usleep(1000);
	CHECK_EQ(freeze(m.store), 0);
	CHECK(now_ms() - begin < ktap_ms(15000));
	/* Nothing is under way any more: the answer is there. */
	CHECK_EQ(reply_status(m.g.mem), KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK(!pthread_join(thread, &status));
	CHECK_EQ((uintptr_t)status, KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(store_info(m.store).nr_timeouts, 0);
}

/* The same for a request that is held back by the rate, here for a second. */
static void freeze_ends_a_hold(const void *data)
{
	struct kvm_uefivars_config config = {
		.durability = KVM_UEFIVARS_WRITE_BACK,
		.wait_ms = 30000,
		.change_rate = 1,
		.change_burst = 1,
	};
	struct kvm_uefivars_store_stats stats = { .size = sizeof(stats) };
	struct machine m = {
		.store = create_store_with(open_device(), &config),
	};
	uint64_t seq;
	pthread_t thread;
	void *status;

	(void)data;
	m.g = guest_start(m.store, -1);
	CHECK_EQ(guest_set(&m.g, "First", NV_BS_RT, "first", 5), 0);
	CHECK_EQ(pause_vm(m.g.port, 0), 0);
	CHECK_EQ(call(m.store, KVM_UEFIVARS_STORE_STATS, &stats), 0);
	seq = stats.nr_changes;
	CHECK(!pthread_create(&thread, NULL, set_in_thread, &m));
	while (stats.nr_changes == seq)
		CHECK_EQ(call(m.store, KVM_UEFIVARS_STORE_STATS, &stats), 0);
	CHECK_EQ(freeze(m.store), 0);
	CHECK(!pthread_join(thread, &status));
	CHECK_EQ((uintptr_t)status, KVM_UEFIVARS_EFI_SUCCESS);
	seq = stats.throttled_us;
	CHECK_EQ(call(m.store, KVM_UEFIVARS_STORE_STATS, &stats), 0);
	CHECK(stats.throttled_us > seq && stats.throttled_us < seq + 800000);
}

/* Paused. */

static void pause_ends(const void *data)
{
	int store = new_store(), port = open_port(store);

	(void)data;
	attach(port, -1);
	CHECK_EQ(pause_vm(port, KVM_UEFIVARS_PAUSE_DEPARTED), 0);
	CHECK_EQ(state(store), DEPARTED);
	CHECK_EQ(pause_vm(port, 0), 0);
	CHECK_EQ(state(store), DEPARTED);
	CHECK_EQ(port_info(port).state, DEPARTED);
	CHECK_EQ(resume_vm(port), 0);
	CHECK_EQ(state(store), ATTACHED);
	CHECK_EQ(pause_vm(port, KVM_UEFIVARS_PAUSE_DEPARTED), 0);
	close(port);
	CHECK_EQ(state(store), 0);
	port = open_port(store);
	attach(port, -1);
	CHECK_EQ(state(store), ATTACHED);
}

/* Events. */

/* One event, of which STORE_INFO is the end. */
static void check_event(int store)
{
	CHECK_EQ(events(store, POLLPRI), POLLPRI);
	CHECK_EQ(events(store, POLLPRI), POLLPRI);
	store_info(store);
	CHECK_EQ(events(store, POLLPRI), 0);
}

static void store_events(const void *data)
{
	int store = new_store(), port = open_port(store);

	(void)data;
	CHECK_EQ(events(store, POLLPRI), 0);
	attach(port, -1);
	check_event(store);
	CHECK_EQ(resume_vm(port), 0);
	CHECK_EQ(events(store, POLLPRI), 0);
	CHECK_EQ(pause_vm(port, 0), 0);
	check_event(store);
	CHECK_EQ(pause_vm(port, 0), 0);
	CHECK_EQ(events(store, POLLPRI), 0);
	CHECK_EQ(pause_vm(port, KVM_UEFIVARS_PAUSE_DEPARTED), 0);
	check_event(store);
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(events(store, POLLPRI), 0);
	CHECK_EQ(thaw(store), 0);
	CHECK_EQ(resume_vm(port), 0);
	check_event(store);
	close(port);
	check_event(store);
}

static void port_is_readable_unless_frozen(const void *data)
{
	int store = new_store(), port = open_port(store);

	(void)data;
	CHECK_EQ(events(port, POLLIN | POLLPRI), POLLIN);
	CHECK_EQ(freeze(store), 0);
	CHECK_EQ(events(port, POLLIN | POLLPRI), 0);
	CHECK_EQ(thaw(store), 0);
	CHECK_EQ(events(port, POLLIN | POLLPRI), POLLIN);
}

static void *thaw_in_thread(void *arg)
{
	usleep(200000);
	CHECK_EQ(thaw(*(int *)arg), 0);
	return NULL;
}

static void thaw_wakes_the_port(const void *data)
{
	int store = new_store();
	struct pollfd pfd = { .fd = open_port(store), .events = POLLIN };
	uint64_t begin = now_ms();
	pthread_t thread;

	(void)data;
	CHECK_EQ(freeze(store), 0);
	CHECK(!pthread_create(&thread, NULL, thaw_in_thread, &store));
	CHECK_EQ(poll(&pfd, 1, (int)ktap_ms(20000)), 1);
	CHECK_EQ(pfd.revents, POLLIN);
	CHECK(now_ms() - begin >= 150);
	CHECK(!pthread_join(thread, NULL));
}

/* All at once: none of these may hang, fail in another way, or leave a trace. */

struct race {
	int store;
	struct image *img;
	volatile bool is_over;
};

static void *race_saving(void *arg)
{
	struct image *img = malloc(sizeof(*img));
	struct race *r = arg;
	int ret;

	CHECK(img);
	while (!r->is_over) {
		CHECK_EQ(save(r->store, VARIABLES, img), 0);
		ret = restore(r->store, 0, r->img);
		CHECK(!ret || ret == -EINVAL);
		CHECK_EQ(restore(r->store, VARIABLES, r->img), 0);
	}
	free(img);
	return NULL;
}

static void *race_freezing(void *arg)
{
	struct race *r = arg;
	int ret;

	while (!r->is_over) {
		ret = freeze(r->store);
		CHECK(!ret || ret == -EBUSY);
		CHECK_EQ(thaw(r->store), 0);
	}
	return NULL;
}

/* The only one that opens ports, so that it always can. */
static void *race_running(void *arg)
{
	struct race *r = arg;
	struct guest g;
	int port, ret;

	while (!r->is_over) {
		port = open_port(r->store);
		attach(port, -1);
		g = guest_on(port);
		reg_write(port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, 65536);
		reg_write(port, KVM_UEFIVARS_REG_ADDR_LO, 8, GUEST_GPA);
		put_set(g.mem, "Kept", NV_BS_RT, "race", 4);
		guest_command(&g, KVM_UEFIVARS_CMD_DMA_MM);
		CHECK_EQ(pause_vm(port, 0), 0);
		put_get(g.mem, "Kept", 64);
		guest_command(&g, KVM_UEFIVARS_CMD_DMA_MM);
		ret = resume_vm(port);
		CHECK(!ret || ret == -EAGAIN);
		close(port);
		munmap(g.mem, GUEST_LEN);
	}
	return NULL;
}

static void races(const void *data)
{
	static void *(*const fns[])(void *) = {
		race_saving, race_saving, race_freezing, race_running,
	};
	struct race r = { .store = new_store() };
	pthread_t threads[4];
	unsigned int i;
	int port;

	(void)data;
	r.img = machine_saved(VARIABLES);
	for (i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, fns[i], &r));
	sleep(2);
	r.is_over = true;
	for (i = 0; i < 4; i++)
		CHECK(!pthread_join(threads[i], NULL));
	CHECK_EQ(restore(r.store, VARIABLES, r.img), 0);
	CHECK_EQ(state(r.store) & (HAS_PORT | FROZEN), 0);
	port = open_port(r.store);
	CHECK_EQ(restore(r.store, 0, r.img), 0);
	attach(port, -1);
	machine_check(r.store, port);
}

/* Memory that replies were written to. */

static struct kvm_uefivars_dirty take_dirty(int port)
{
	struct kvm_uefivars_dirty dirty = { .size = sizeof(dirty) };

	CHECK_EQ(call(port, KVM_UEFIVARS_TAKE_DIRTY, &dirty), 0);
	return dirty;
}

static void check_range(int port, uint64_t gpa, uint64_t len)
{
	struct kvm_uefivars_dirty dirty = take_dirty(port);

	CHECK_EQ(dirty.flags, 0);
	CHECK_EQ(dirty.nr, 1);
	CHECK_EQ(dirty.ranges[0].gpa, gpa);
	CHECK_EQ(dirty.ranges[0].len, len);
}

/* A request of @len bytes at @offset of guest memory. */
static void request_at(const struct guest *g, uint64_t offset, uint32_t len)
{
	reg_write(g->port, KVM_UEFIVARS_REG_ADDR_LO, 8, GUEST_GPA + offset);
	put_get(g->mem + offset, "V", len);
	CHECK_EQ(guest_command(g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
}

static void dirty_is_what_was_written(const void *data)
{
	struct guest g = guest_start(new_store(), -1);

	(void)data;
	CHECK_EQ(take_dirty(g.port).nr, 0);
	request_at(&g, 0x2000, 64);
	request_at(&g, 0x2800, 64);
	request_at(&g, 0x2000, 64);
	check_range(g.port, GUEST_GPA + 0x2000, 0x1000);
	CHECK_EQ(take_dirty(g.port).nr, 0);
	/* The same again counts again. */
	request_at(&g, 0x2000, 64);
	check_range(g.port, GUEST_GPA + 0x2000, 0x1000);
}

/* What request_at() asks for: the reply is as long as the request. */
static void set_v(int store, uint32_t len)
{
	static const uint8_t bytes[0x3000];

	CHECK_EQ(var_set(store, "V", NV_BS_RT, bytes, len, 0), 0);
}

static void dirty_crosses_a_page(const void *data)
{
	int store = new_store();
	struct guest g = guest_start(store, -1);

	(void)data;
	set_v(store, 64);
	request_at(&g, 0x2fc0, 64);
	check_range(g.port, GUEST_GPA + 0x2000, 0x2000);
	set_v(store, 0x3000);
	request_at(&g, 0x4800, 0x3000);
	check_range(g.port, GUEST_GPA + 0x4000, 0x4000);
}

/* The reply is shorter than the request: there is no V. */
static void dirty_is_no_more_than_the_reply(const void *data)
{
	struct guest g = guest_start(new_store(), -1);

	(void)data;
	request_at(&g, 0x4800, 0x3000);
	check_range(g.port, GUEST_GPA + 0x4000, 0x1000);
}

static void dirty_neighbours_are_one(const void *data)
{
	struct guest g = guest_start(new_store(), -1);

	(void)data;
	request_at(&g, 0x5000, 64);
	request_at(&g, 0x3000, 64);
	request_at(&g, 0x4000, 64);
	CHECK_EQ(take_dirty(g.port).nr <= 2, 1);
	request_at(&g, 0x3000, 64);
	request_at(&g, 0x4000, 64);
	request_at(&g, 0x5000, 64);
	check_range(g.port, GUEST_GPA + 0x3000, 0x3000);
}

static void dirty_across_slots(const void *data)
{
	int store = new_store();
	struct guest g = guest_start(store, -1);
	uint8_t *far = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t total = put_get(g.mem, "V", 256), head = 100;
	uint64_t gpa = GUEST_GPA + GUEST_LEN - head;

	(void)data;
	set_v(store, 256);
	CHECK(far != MAP_FAILED);
	CHECK_EQ(set_memory(g.port, 1, GUEST_GPA + GUEST_LEN, 0x1000, far, 0),
		 0);
	memcpy(far, g.mem + head, total - head);
	memmove(g.mem + GUEST_LEN - head, g.mem, head);
	reg_write(g.port, KVM_UEFIVARS_REG_ADDR_LO, 8, gpa);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_SUCCESS);
	check_range(g.port, GUEST_GPA + GUEST_LEN - 0x1000, 0x2000);
}

static void dirty_overflow(const void *data)
{
	struct guest g = guest_start(new_store(), -1);
	struct kvm_uefivars_dirty dirty;
	uint64_t i;

	(void)data;
	for (i = 0; i < KVM_UEFIVARS_DIRTY_MAX; i++)
		request_at(&g, i * 0x2000, 64);
	dirty = take_dirty(g.port);
	CHECK_EQ(dirty.flags, 0);
	CHECK_EQ(dirty.nr, KVM_UEFIVARS_DIRTY_MAX);
	for (i = 0; i < dirty.nr; i++) {
		CHECK_EQ(dirty.ranges[i].gpa, GUEST_GPA + i * 0x2000);
		CHECK_EQ(dirty.ranges[i].len, 0x1000);
	}
	for (i = 0; i <= KVM_UEFIVARS_DIRTY_MAX; i++)
		request_at(&g, i * 0x2000, 64);
	request_at(&g, 0, 64);
	dirty = take_dirty(g.port);
	CHECK_EQ(dirty.flags, KVM_UEFIVARS_DIRTY_ALL);
	CHECK_EQ(dirty.nr, 0);
	request_at(&g, 0x4000, 64);
	check_range(g.port, GUEST_GPA + 0x4000, 0x1000);
}

/* Nothing is written for what is not answered, or not through memory. */
static void dirty_without_reply(const void *data)
{
	struct guest g = guest_start(new_store(), -1);

	(void)data;
	put_get(g.mem, "V", 64);
	g.mem[0] ^= 1;
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_UNSUPPORTED);
	put_get(g.mem, "V", 64);
	CHECK_EQ(set_memory(g.port, 0, GUEST_GPA, GUEST_LEN, g.mem,
			    KVM_UEFIVARS_MEM_READONLY), 0);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_DMA_MM),
		 KVM_UEFIVARS_STS_UNKNOWN);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, g.mem, 128);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM);
	CHECK_EQ(take_dirty(g.port).nr, 0);
	CHECK_EQ(take_dirty(g.port).flags, 0);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(info_says_so);
	ADD(port_without_rights);
	ADD(port_with_state_only);
	ADD(port_with_all_rights);
	ADD(foreign_process);
	ADD(restore_before_attach);
	ADD(restore_after_attach);
	ADD(restore_while_frozen);
	ADD(port_moves_itself);
	ADD(reset_after_restore);
	ADD(saved_again_is_the_same);
	ADD(save_changes_nothing);
	ADD(variables_are_replaced);
	ADD(variables_stay);
	ADD(pio_transfer_goes_on);
	ADD(pio_reply_goes_on);
	ADD(last_status_is_kept);
	ADD(port_without_vm_is_no_machine);
	ADD(closed_port_is_no_machine);
	ADD(machine_without_port);
	ADD(image_cut);
	ADD(image_with_a_tail);
	ADD(image_without_variables);
	ADD(image_without_machine);
	ADD(image_over_the_limit);
	ADD(image_volatile_over_the_limit);
	ADD(image_with_an_odd_byte);
	ADD(save_tells_the_size);
	ADD(freeze_matrix);
	ADD(frozen_guest);
	ADD(frozen_events_are_nothing);
	ADD(frozen_store_obeys_its_host);
	ADD(attach_while_frozen);
	ADD(thaw_resets_once);
	ADD(freeze_ends_a_wait);
	ADD(freeze_ends_a_hold);
	ADD(pause_ends);
	ADD(store_events);
	ADD(port_is_readable_unless_frozen);
	ADD(thaw_wakes_the_port);
	ADD(races);
	ADD(dirty_is_what_was_written);
	ADD(dirty_crosses_a_page);
	ADD(dirty_is_no_more_than_the_reply);
	ADD(dirty_neighbours_are_one);
	ADD(dirty_across_slots);
	ADD(dirty_overflow);
	ADD(dirty_without_reply);
	return ktap_run();
}
