// SPDX-License-Identifier: GPL-2.0-or-later
// Saving and restoring against a kernel that is a few lines of this file.

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "libkuv.h"
#include "tap.h"

#define IMAGE_MAX 256

/* What the kernel of this test has, and was asked. */
static struct {
	uint8_t image[IMAGE_MAX];
	uint64_t len;
	/* The image grows by this with each look at it. */
	uint64_t growth;
	unsigned long request;
	uint32_t flags;
	int nr_calls;
	int fail;
} kernel;

static int save_state(struct kvm_uefivars_state *arg)
{
	uint64_t room = arg->len;

	kernel.len += kernel.growth;
	arg->len = kernel.len;
	if (room < kernel.len) {
		errno = EMSGSIZE;
		return -1;
	}
	memcpy((void *)(uintptr_t)arg->data, kernel.image, kernel.len);
	return 0;
}

static int restore_state(const struct kvm_uefivars_state *arg)
{
	memcpy(kernel.image, (void *)(uintptr_t)arg->data, arg->len);
	kernel.len = arg->len;
	return 0;
}

/* ioctl() - in place of the C library's; every structure has flags second. */
int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	(void)fd;
	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	kernel.request = request;
	kernel.flags = ((uint32_t *)arg)[1];
	kernel.nr_calls++;
	if (kernel.fail) {
		errno = kernel.fail;
		return -1;
	}
	if (request == KVM_UEFIVARS_SAVE_STATE)
		return save_state(arg);
	if (request == KVM_UEFIVARS_RESTORE_STATE)
		return restore_state(arg);
	if (request == KVM_UEFIVARS_OPEN_PORT)
		((struct kvm_uefivars_open_port *)arg)->fd = 77;
	if (request == KVM_UEFIVARS_TAKE_DIRTY)
		((struct kvm_uefivars_dirty *)arg)->nr = 3;
	return 0;
}

/* A kernel that holds @len bytes of a state. */
static void kernel_start(uint64_t len)
{
	memset(&kernel, 0, sizeof(kernel));
	memset(kernel.image, 0x5a, sizeof(kernel.image));
	kernel.len = len;
}

static struct libkuv_port *port_start(void)
{
	struct libkuv_port *port = NULL;

	libkuv_port_attach(&port, open("/dev/null", O_RDWR | O_CLOEXEC), 0,
			   KVM_UEFIVARS_MMIO_BASE, LIBKUV_ATTACH_FORWARD_ONLY);
	return port;
}

static struct libkuv_store *store_start(void)
{
	struct libkuv_store *store = NULL;

	libkuv_store_from_fd(&store, open("/dev/null", O_RDWR | O_CLOEXEC));
	return store;
}

static void save_asks_for_the_size(struct libkuv_port *port)
{
	void *image = NULL;
	size_t len = 0;

	kernel_start(100);
	ok(!libkuv_port_save(port, KVM_UEFIVARS_STATE_VARIABLES, &image,
			     &len) && len == 100 && kernel.nr_calls == 2 &&
	   !memcmp(image, kernel.image, 100), "save_asks_for_the_size");
	ok(kernel.flags == KVM_UEFIVARS_STATE_VARIABLES, "save_passes_flags");
	free(image);
}

static void save_of_a_state_that_grows(struct libkuv_port *port)
{
	void *image = NULL;
	size_t len = 0;

	kernel_start(100);
	kernel.growth = 1;
	ok(libkuv_port_save(port, 0, &image, &len) == -EMSGSIZE && !image &&
	   !len && kernel.nr_calls < 20, "save_of_a_state_that_grows_ends");
}

static void save_that_is_refused(struct libkuv_port *port)
{
	void *image = NULL;
	size_t len = 1;

	kernel_start(100);
	kernel.fail = EPERM;
	ok(libkuv_port_save(port, 0, &image, &len) == -EPERM && !image &&
	   len == 1, "save_that_is_refused_leaves_results");
}

static void port_restores_what_it_saved(struct libkuv_port *port)
{
	void *image = NULL;
	size_t len = 0;

	kernel_start(100);
	libkuv_port_save(port, 0, &image, &len);
	memset(kernel.image, 0, sizeof(kernel.image));
	kernel.len = 0;
	ok(!libkuv_port_restore(port, 0, image, len) && kernel.len == 100 &&
	   kernel.image[0] == 0x5a && kernel.image[99] == 0x5a,
	   "port_restores_what_it_saved");
	free(image);
}

static void port_passes_what_it_is_told(struct libkuv_port *port)
{
	struct kvm_uefivars_dirty dirty;

	kernel_start(0);
	ok(!libkuv_port_pause(port, KVM_UEFIVARS_PAUSE_DEPARTED) &&
	   kernel.request == KVM_UEFIVARS_PAUSE &&
	   kernel.flags == KVM_UEFIVARS_PAUSE_DEPARTED, "port_pause");
	ok(!libkuv_port_resume(port) && kernel.request == KVM_UEFIVARS_RESUME &&
	   !kernel.flags, "port_resume");
	memset(&dirty, 0xa5, sizeof(dirty));
	ok(!libkuv_port_take_dirty(port, &dirty) && dirty.nr == 3 &&
	   !dirty.flags && dirty.size == sizeof(dirty), "port_take_dirty");
	kernel.fail = EAGAIN;
	ok(libkuv_port_resume(port) == -EAGAIN, "port_resume_while_frozen");
}

static void store_passes_what_it_is_told(struct libkuv_store *store)
{
	void *image = NULL;
	size_t len = 0;

	kernel_start(50);
	ok(!libkuv_store_save(store, 0, &image, &len) && len == 50,
	   "store_save");
	ok(!libkuv_store_restore(store, KVM_UEFIVARS_STATE_VARIABLES, image,
				 len) &&
	   kernel.flags == KVM_UEFIVARS_STATE_VARIABLES, "store_restore");
	free(image);
	ok(!libkuv_store_freeze(store) && kernel.request == KVM_UEFIVARS_FREEZE,
	   "store_freeze");
	ok(!libkuv_store_thaw(store) && kernel.request == KVM_UEFIVARS_THAW,
	   "store_thaw");
	ok(libkuv_store_open_port(store, KVM_UEFIVARS_PORT_STATE) == 77 &&
	   kernel.flags == KVM_UEFIVARS_PORT_STATE, "store_open_port_rights");
}

int main(void)
{
	struct libkuv_store *store = store_start();
	struct libkuv_port *port = port_start();

	if (!ok(store && port && libkuv_port_fd(port) >= 0, "handles"))
		return tap_done();
	save_asks_for_the_size(port);
	save_of_a_state_that_grows(port);
	save_that_is_refused(port);
	port_restores_what_it_saved(port);
	port_passes_what_it_is_told(port);
	store_passes_what_it_is_told(store);
	libkuv_port_detach(port);
	libkuv_store_close(store);
	return tap_done();
}
