// SPDX-License-Identifier: GPL-2.0-or-later
// Which transport a port is attached by, and what KVM and the module are told then.

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "libkuv.h"
#include "tap.h"

#define BASE	KVM_UEFIVARS_MMIO_BASE
#define SLOTS	509
#define SPACES	2

/* A KVM and a module that note what they are told. */
static struct {
	/* What they can do. */
	bool has_cap;
	bool has_readonly;
	bool has_ioeventfd;
	/* What fails, and with what. */
	unsigned long failing;
	int error;
	/* What was done and not undone. */
	unsigned int nr_slots;
	unsigned int nr_events;
	unsigned int nr_set_memory;
	struct kvm_enable_cap cap;
	struct kvm_uefivars_attach attach;
	struct kvm_userspace_memory_region slot;
} host;

static int vm_fd, port_fd;

static int extension(unsigned long cap)
{
	switch (cap) {
	case KVM_CAP_UEFI_VARS:
		return host.has_cap;
	case KVM_CAP_READONLY_MEM:
		return host.has_readonly;
	case KVM_CAP_IOEVENTFD:
		return host.has_ioeventfd;
	case KVM_CAP_NR_MEMSLOTS:
		return SLOTS;
	case KVM_CAP_MULTI_ADDRESS_SPACE:
		return SPACES;
	}
	return 0;
}

static int vm_told(unsigned long request, void *arg)
{
	struct kvm_userspace_memory_region *slot = arg;
	struct kvm_ioeventfd *event = arg;

	switch (request) {
	case KVM_SET_USER_MEMORY_REGION:
		host.nr_slots += slot->memory_size ? 1U : -1U;
		host.slot = *slot;
		return 0;
	case KVM_IOEVENTFD:
		host.nr_events +=
			event->flags & KVM_IOEVENTFD_FLAG_DEASSIGN ? -1U : 1U;
		return 0;
	case KVM_ENABLE_CAP:
		memcpy(&host.cap, arg, sizeof(host.cap));
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

static int port_told(unsigned long request, void *arg)
{
	switch (request) {
	case KVM_UEFIVARS_ATTACH:
		memcpy(&host.attach, arg, sizeof(host.attach));
		return 0;
	case KVM_UEFIVARS_SET_MEMORY:
		host.nr_set_memory++;
		return 0;
	case KVM_UEFIVARS_TAKE_DIRTY:
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request == KVM_CHECK_EXTENSION)
		return fd == vm_fd ? extension((unsigned long)arg) : 0;
	if (request == host.failing) {
		errno = host.error;
		return -1;
	}
	return fd == vm_fd ? vm_told(request, arg) : port_told(request, arg);
}

/* Everything as on the best host there is. */
static void host_begin(void)
{
	memset(&host, 0, sizeof(host));
	host.has_cap = true;
	host.has_readonly = true;
	host.has_ioeventfd = true;
	vm_fd = eventfd(0, EFD_CLOEXEC);
	port_fd = memfd_create("port", MFD_CLOEXEC);
	if (vm_fd < 0 || port_fd < 0 || ftruncate(port_fd, 4096) < 0)
		ok(false, "host_begin");
}

/* Whether nothing is left in KVM; the port's descriptor ends with the port. */
static bool host_end(struct libkuv_port *port)
{
	libkuv_port_detach(port);
	if (!port)
		close(port_fd);
	close(vm_fd);
	return !host.nr_slots && !host.nr_events;
}

static struct libkuv_port *attach(uint32_t flags)
{
	struct libkuv_port *port = NULL;

	libkuv_port_attach(&port, port_fd, vm_fd, BASE, flags);
	return port;
}

/* One attach with these @flags; -1 means that it is refused. */
static void expect(uint32_t flags, int want, unsigned int nr_slots,
		   const char *what)
{
	struct libkuv_port *port = attach(flags);
	int got = port ? libkuv_port_transport(port) : -1;
	bool is_right = got == want && host.nr_slots == nr_slots &&
			host.nr_events == (got == LIBKUV_TRANSPORT_DOORBELL);

	ok(host_end(port) && is_right, what);
}

static void fastest_is_taken(void)
{
	host_begin();
	expect(0, LIBKUV_TRANSPORT_KVM, SPACES, "auto_takes_cap");
	host_begin();
	host.has_cap = false;
	expect(0, LIBKUV_TRANSPORT_DOORBELL, SPACES, "auto_without_cap");
	host_begin();
	host.has_cap = host.has_ioeventfd = false;
	expect(0, LIBKUV_TRANSPORT_FORWARD, 0, "auto_without_ioeventfd");
	host_begin();
	host.has_cap = host.has_readonly = false;
	expect(0, LIBKUV_TRANSPORT_FORWARD, 0, "auto_without_read_only_memory");
	host_begin();
	host.has_readonly = false;
	expect(0, LIBKUV_TRANSPORT_KVM, 0, "cap_without_read_only_memory");
}

static void each_can_be_asked_for(void)
{
	host_begin();
	expect(LIBKUV_ATTACH_KVM_ONLY, LIBKUV_TRANSPORT_KVM, SPACES,
	       "cap_asked_for");
	host_begin();
	expect(LIBKUV_ATTACH_DOORBELL_ONLY, LIBKUV_TRANSPORT_DOORBELL, SPACES,
	       "doorbell_asked_for");
	host_begin();
	expect(LIBKUV_ATTACH_FORWARD_ONLY, LIBKUV_TRANSPORT_FORWARD, 0,
	       "forward_asked_for");
}

static void what_is_not_there_is_refused(void)
{
	struct libkuv_port *port = NULL;
	int ret;

	host_begin();
	host.has_cap = false;
	ret = libkuv_port_attach(&port, port_fd, vm_fd, BASE,
				 LIBKUV_ATTACH_KVM_ONLY);
	ok(host_end(port) && !port && ret == -EOPNOTSUPP, "cap_not_there");
	host_begin();
	host.has_readonly = false;
	ret = libkuv_port_attach(&port, port_fd, vm_fd, BASE,
				 LIBKUV_ATTACH_DOORBELL_ONLY);
	ok(host_end(port) && !port && ret == -EOPNOTSUPP, "doorbell_not_there");
}

static void pio_maps_no_page(void)
{
	host_begin();
	expect(LIBKUV_ATTACH_PIO, LIBKUV_TRANSPORT_KVM, 0, "pio_by_cap");
	host_begin();
	expect(LIBKUV_ATTACH_PIO | LIBKUV_ATTACH_KVM_ONLY, LIBKUV_TRANSPORT_KVM,
	       0, "pio_by_cap_asked_for");
	host_begin();
	host.has_cap = false;
	expect(LIBKUV_ATTACH_PIO, LIBKUV_TRANSPORT_FORWARD, 0,
	       "pio_without_cap_is_forwarded");
	ok(host.attach.flags == KVM_UEFIVARS_ATTACH_PIO &&
	   host.attach.eventfd == -1, "pio_is_told_to_the_module");
}

static void kvm_is_told(void)
{
	struct libkuv_port *port;

	host_begin();
	port = attach(0);
	ok(host.cap.cap == KVM_CAP_UEFI_VARS && !host.cap.flags &&
	   host.cap.args[0] == (uint64_t)port_fd && host.cap.args[1] == BASE &&
	   !host.cap.args[2] && !host.cap.args[3], "cap_arguments");
	ok(host.slot.guest_phys_addr == BASE && host.slot.memory_size == 4096 &&
	   host.slot.flags == KVM_MEM_READONLY &&
	   host.slot.slot == (1U << 16 | (SLOTS - 1)), "cap_status_page");
	ok(!host.attach.size, "cap_needs_no_attach");
	ok(host_end(port), "cap_detach");
	host_begin();
	port = attach(LIBKUV_ATTACH_PIO);
	ok(host.cap.args[2] == KVM_UEFIVARS_ATTACH_PIO, "cap_argument_pio");
	host_end(port);
}

static void memory_is_kvms_own(void)
{
	struct kvm_uefivars_dirty dirty = { .size = sizeof(dirty) };
	struct libkuv_port *port;
	bool is_right;

	host_begin();
	port = attach(0);
	is_right = port && !libkuv_port_set_memory(port, 0, 0, 0, 4096, NULL) &&
		   !host.nr_set_memory;
	ok(is_right, "cap_set_memory_does_nothing");
	ok(port && !libkuv_port_take_dirty(port, &dirty), "cap_take_dirty");
	host_end(port);
	host_begin();
	port = attach(LIBKUV_ATTACH_DOORBELL_ONLY);
	is_right = port && !libkuv_port_set_memory(port, 0, 0, 0, 4096, NULL) &&
		   host.nr_set_memory == 1;
	ok(is_right, "doorbell_set_memory_is_told");
	host_end(port);
}

/* What the last step of each refuses leaves nothing behind. */
static void failures_undo(void)
{
	struct libkuv_port *port = NULL;
	int ret;

	host_begin();
	host.failing = KVM_ENABLE_CAP;
	host.error = EEXIST;
	ret = libkuv_port_attach(&port, port_fd, vm_fd, BASE, 0);
	ok(host_end(port) && !port && ret == -EEXIST, "cap_refused");
	host_begin();
	host.failing = KVM_UEFIVARS_ATTACH;
	host.error = EBUSY;
	ret = libkuv_port_attach(&port, port_fd, vm_fd, BASE,
				 LIBKUV_ATTACH_DOORBELL_ONLY);
	ok(host_end(port) && !port && ret == -EBUSY, "doorbell_refused");
	host_begin();
	host.failing = KVM_SET_USER_MEMORY_REGION;
	host.error = EEXIST;
	ret = libkuv_port_attach(&port, port_fd, vm_fd, BASE, 0);
	ok(host_end(port) && !port && ret == -EEXIST && !host.cap.cap,
	   "status_page_refused");
}

static void names_are_words(void)
{
	ok(!strcmp(libkuv_transport_name(LIBKUV_TRANSPORT_FORWARD), "forward") &&
	   !strcmp(libkuv_transport_name(LIBKUV_TRANSPORT_DOORBELL), "doorbell") &&
	   !strcmp(libkuv_transport_name(LIBKUV_TRANSPORT_KVM), "cap"),
	   "names_of_transports");
	ok(!libkuv_transport_name(-1) && !libkuv_transport_name(3),
	   "no_name_of_others");
}

int main(void)
{
	fastest_is_taken();
	each_can_be_asked_for();
	what_is_not_there_is_refused();
	pio_maps_no_page();
	kvm_is_told();
	memory_is_kvms_own();
	failures_undo();
	names_are_words();
	return tap_done();
}
