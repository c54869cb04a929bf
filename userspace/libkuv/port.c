// SPDX-License-Identifier: LGPL-2.1-or-later
// A port attached to a VM: doorbell, memory, forwarded registers, reset.

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#define PAGE_LEN 4096U

struct libkuv_port {
	int fd;
	int vm_fd;
	int transport;
	/* What KVM signals when the guest rings, -1 without doorbell. */
	int event_fd;
	uint64_t base;
	/* The status page as it is mapped here, NULL if the guest does not read it. */
	void *status;
	/* Memory slot of the status page, in the first @nr_spaces spaces. */
	uint32_t slot;
	uint32_t nr_spaces;
};

/* vm_extension() - ask the VM itself: confidential ones can do less. */
static int vm_extension(int vm_fd, unsigned long cap)
{
	int ret = ioctl(vm_fd, KVM_CHECK_EXTENSION, cap);

	return ret < 0 ? 0 : ret;
}

static bool status_is_possible(int vm_fd)
{
	return vm_extension(vm_fd, KVM_CAP_READONLY_MEM) &&
	       vm_extension(vm_fd, KVM_CAP_NR_MEMSLOTS);
}

/* Whether the VM can have a transport, in PIO mode or not. */
static bool transport_is_possible(int vm_fd, int transport, bool is_pio)
{
	switch (transport) {
	case LIBKUV_TRANSPORT_KVM:
		return vm_extension(vm_fd, KVM_CAP_UEFI_VARS);
	case LIBKUV_TRANSPORT_DOORBELL:
		return !is_pio && status_is_possible(vm_fd) &&
		       vm_extension(vm_fd, KVM_CAP_IOEVENTFD);
	default:
		return true;
	}
}

/* Has KVM signal the eventfd for the one command that carries messages. */
static int set_ioeventfd(struct libkuv_port *port, uint32_t flags)
{
	struct kvm_ioeventfd arg = {
		.datamatch = KVM_UEFIVARS_CMD_DMA_MM,
		.addr = port->base + KVM_UEFIVARS_REG_CMD_STS,
		.len = 2,
		.fd = port->event_fd,
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH | flags,
	};

	return kuv_ioctl(port->vm_fd, KVM_IOEVENTFD, &arg);
}

static int set_status_slot(struct libkuv_port *port, uint32_t space,
			   uint64_t len)
{
	struct kvm_userspace_memory_region arg = {
		.slot = port->slot | space << 16,
		.flags = len ? KVM_MEM_READONLY : 0,
		.guest_phys_addr = port->base,
		.memory_size = len,
		.userspace_addr = (uintptr_t)port->status,
	};

	return kuv_ioctl(port->vm_fd, KVM_SET_USER_MEMORY_REGION, &arg);
}

/* Lets the guest read the status page, in SMM as well as outside. */
static int add_status_slots(struct libkuv_port *port)
{
	int spaces = vm_extension(port->vm_fd, KVM_CAP_MULTI_ADDRESS_SPACE);
	int slots = vm_extension(port->vm_fd, KVM_CAP_NR_MEMSLOTS);
	int ret;

	port->slot = (uint32_t)slots - 1;
	do {
		ret = set_status_slot(port, port->nr_spaces, PAGE_LEN);
		if (ret < 0)
			return ret;
		port->nr_spaces++;
	} while (port->nr_spaces < (uint32_t)spaces);
	return 0;
}

/* Where guests read registers without an exit. */
static int status_open(struct libkuv_port *port)
{
	void *page = mmap(NULL, PAGE_LEN, PROT_READ, MAP_SHARED, port->fd, 0);

	if (page == MAP_FAILED)
		return -errno;
	port->status = page;
	return add_status_slots(port);
}

/* Nothing is left of the slots where it failed in the middle. */
static void status_close(struct libkuv_port *port)
{
	while (port->nr_spaces)
		set_status_slot(port, --port->nr_spaces, 0);
	if (port->status)
		munmap(port->status, PAGE_LEN);
}

static int doorbell_open(struct libkuv_port *port)
{
	port->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (port->event_fd < 0)
		return -errno;
	return set_ioeventfd(port, 0);
}

static void doorbell_close(struct libkuv_port *port)
{
	if (port->event_fd < 0)
		return;
	set_ioeventfd(port, KVM_IOEVENTFD_FLAG_DEASSIGN);
	close(port->event_fd);
}

/* What is to be undone but the port itself, however much of it was done. */
static void port_unbind(struct libkuv_port *port)
{
	status_close(port);
	doorbell_close(port);
}

static int attach_to_kvm(struct libkuv_port *port, bool is_pio)
{
	struct kvm_enable_cap arg = {
		.cap = KVM_CAP_UEFI_VARS,
		.args = { (uint32_t)port->fd, port->base,
			  is_pio ? KVM_UEFIVARS_ATTACH_PIO : 0 },
	};

	return kuv_ioctl(port->vm_fd, KVM_ENABLE_CAP, &arg);
}

static int attach_to_process(struct libkuv_port *port, bool is_pio)
{
	struct kvm_uefivars_attach arg = {
		.size = sizeof(arg),
		.flags = is_pio ? KVM_UEFIVARS_ATTACH_PIO : 0,
		.eventfd = port->event_fd,
	};

	return kuv_ioctl(port->fd, KVM_UEFIVARS_ATTACH, &arg);
}

/* KVM's side first: a port that is attached cannot be attached again. */
static int port_bind(struct libkuv_port *port, bool is_pio)
{
	int ret = 0;

	if (port->transport == LIBKUV_TRANSPORT_DOORBELL)
		ret = doorbell_open(port);
	/* In PIO mode reads have effects: each must reach the module. */
	if (!ret && !is_pio && port->transport != LIBKUV_TRANSPORT_FORWARD &&
	    status_is_possible(port->vm_fd))
		ret = status_open(port);
	if (ret < 0)
		return ret;
	if (port->transport == LIBKUV_TRANSPORT_KVM)
		return attach_to_kvm(port, is_pio);
	return attach_to_process(port, is_pio);
}

/* Returns LIBKUV_TRANSPORT_*, or -errno for what cannot be had. */
static int choose_transport(int vm_fd, uint32_t flags)
{
	bool is_pio = flags & LIBKUV_ATTACH_PIO;
	int transport;

	switch (flags & ~LIBKUV_ATTACH_PIO) {
	case 0:
		transport = LIBKUV_TRANSPORT_KVM;
		while (!transport_is_possible(vm_fd, transport, is_pio))
			transport--;
		return transport;
	case LIBKUV_ATTACH_FORWARD_ONLY:
		transport = LIBKUV_TRANSPORT_FORWARD;
		break;
	case LIBKUV_ATTACH_DOORBELL_ONLY:
		if (is_pio)
			return -EINVAL;
		transport = LIBKUV_TRANSPORT_DOORBELL;
		break;
	case LIBKUV_ATTACH_KVM_ONLY:
		transport = LIBKUV_TRANSPORT_KVM;
		break;
	default:
		return -EINVAL;
	}
	return transport_is_possible(vm_fd, transport, is_pio) ? transport :
								 -EOPNOTSUPP;
}

int libkuv_port_attach(struct libkuv_port **ret_port, int port_fd, int vm_fd,
		       uint64_t base, uint32_t flags)
{
	struct libkuv_port *port;
	int transport, ret;

	if (port_fd < 0 || vm_fd < 0 || base % PAGE_LEN)
		return -EINVAL;
	transport = choose_transport(vm_fd, flags);
	if (transport < 0)
		return transport;
	port = calloc(1, sizeof(*port));
	if (!port)
		return -ENOMEM;
	port->fd = port_fd;
	port->vm_fd = vm_fd;
	port->transport = transport;
	port->event_fd = -1;
	port->base = base;
	ret = port_bind(port, flags & LIBKUV_ATTACH_PIO);
	if (ret < 0) {
		port_unbind(port);
		free(port);
		return ret;
	}
	*ret_port = port;
	return 0;
}

void libkuv_port_detach(struct libkuv_port *port)
{
	if (!port)
		return;
	port_unbind(port);
	close(port->fd);
	free(port);
}

int libkuv_port_fd(const struct libkuv_port *port)
{
	return port->fd;
}

int libkuv_port_transport(const struct libkuv_port *port)
{
	return port->transport;
}

const char *libkuv_transport_name(int transport)
{
	static const char *const names[] = {
		[LIBKUV_TRANSPORT_FORWARD] = "forward",
		[LIBKUV_TRANSPORT_DOORBELL] = "doorbell",
		[LIBKUV_TRANSPORT_KVM] = "cap",
	};

	if (transport < 0 || (size_t)transport >= sizeof(names) / sizeof(*names))
		return NULL;
	return names[transport];
}

int libkuv_port_set_memory(struct libkuv_port *port, uint32_t slot,
			   uint32_t flags, uint64_t gpa, uint64_t len,
			   void *hva)
{
	struct kvm_uefivars_memory arg = {
		.size = sizeof(arg),
		.flags = flags,
		.slot = slot,
		.gpa = gpa,
		.len = len,
		.hva = (uintptr_t)hva,
	};

	/* KVM knows where the VM's memory is. */
	if (port->transport == LIBKUV_TRANSPORT_KVM)
		return 0;
	return kuv_ioctl(port->fd, KVM_UEFIVARS_SET_MEMORY, &arg);
}

int libkuv_port_mmio(struct libkuv_port *port, uint32_t offset, void *data,
		     uint32_t len, int is_write)
{
	struct kvm_uefivars_mmio arg = {
		.size = sizeof(arg),
		.flags = is_write ? KVM_UEFIVARS_MMIO_WRITE : 0,
		.offset = offset,
		.len = len,
	};
	int ret;

	if (offset >= PAGE_LEN || len == 0 || len > sizeof(arg.data))
		return -EINVAL;
	/* A guest's access across the page's edge comes in odd pieces. */
	if (len & (len - 1)) {
		if (!is_write)
			memset(data, 0xff, len);
		return 0;
	}
	if (is_write)
		memcpy(&arg.data, data, len);
	ret = kuv_ioctl(port->fd, KVM_UEFIVARS_MMIO, &arg);
	if (ret < 0)
		return ret;
	if (!is_write)
		memcpy(data, &arg.data, len);
	return 0;
}

int libkuv_port_handle_exit(struct libkuv_port *port, struct kvm_run *run)
{
	uint64_t offset;
	int ret;

	if (run->exit_reason != KVM_EXIT_MMIO)
		return 0;
	offset = run->mmio.phys_addr - port->base;
	if (offset >= PAGE_LEN)
		return 0;
	ret = libkuv_port_mmio(port, (uint32_t)offset, run->mmio.data,
			       run->mmio.len, run->mmio.is_write);
	return ret < 0 ? ret : 1;
}

int libkuv_port_reset(struct libkuv_port *port)
{
	struct kvm_uefivars_machine_reset arg = { .size = sizeof(arg) };

	return kuv_ioctl(port->fd, KVM_UEFIVARS_MACHINE_RESET, &arg);
}

int libkuv_port_info(const struct libkuv_port *port,
		     struct kvm_uefivars_port_info *info)
{
	return kuv_ioctl(port->fd, KVM_UEFIVARS_PORT_INFO, info);
}
