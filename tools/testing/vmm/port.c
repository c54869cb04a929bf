// SPDX-License-Identifier: GPL-2.0-or-later
/* The reference VMM's side of kvm-uefivars, with nothing but its ioctls. */

#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm_uefivars_mailbox.h>

#define PAGE_LEN	4096

static int open_store(struct vmm_port *p, uint32_t durability)
{
	struct kvm_uefivars_create_store c = {
		.size = sizeof(c), .config = { .durability = durability },
	};
	/* Its own store: it may as well use the port for all of it. */
	struct kvm_uefivars_open_port o = {
		.size = sizeof(o),
		.flags = KVM_UEFIVARS_PORT_STATE | KVM_UEFIVARS_PORT_VARIABLES,
	};

	p->device = open("/dev/kvm-uefivars", O_RDWR | O_CLOEXEC);
	if (p->device < 0)
		return -errno;
	p->info.size = sizeof(p->info);
	if (ioctl(p->device, KVM_UEFIVARS_GET_INFO, &p->info))
		return -errno;
	if (ioctl(p->device, KVM_UEFIVARS_CREATE_STORE, &c))
		return -errno;
	p->store = c.fd;
	if (ioctl(p->store, KVM_UEFIVARS_OPEN_PORT, &o))
		return -errno;
	p->port = o.fd;
	return 0;
}

/* Requests are served by ioctls of this process, which knows its memory. */
static int attach_process(struct vmm_port *p, unsigned int transport)
{
	struct kvm_uefivars_attach a = { .size = sizeof(a), .eventfd = -1 };
	struct kvm_uefivars_memory m = {
		.size = sizeof(m),
		.slot = VMM_SLOT_RAM,
		.len = p->vm->ram_len,
		.hva = (uintptr_t)p->vm->ram,
	};

	if (transport & VMM_PIO)
		a.flags = KVM_UEFIVARS_ATTACH_PIO;
	if (transport == VMM_DOORBELL) {
		p->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (p->eventfd < 0)
			return -errno;
		a.eventfd = p->eventfd;
	}
	if (ioctl(p->port, KVM_UEFIVARS_ATTACH, &a))
		return -errno;
	return ioctl(p->port, KVM_UEFIVARS_SET_MEMORY, &m) ? -errno : 0;
}

/* KVM brings every access to the page, and knows the VM's memory. */
static int attach_vm(struct vmm_port *p, unsigned int transport)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_UEFI_VARS,
		.args = {
			(uint32_t)p->port, KVM_UEFIVARS_MMIO_BASE,
			transport & VMM_PIO ? KVM_UEFIVARS_ATTACH_PIO : 0,
		},
	};

	return ioctl(p->vm->fd, KVM_ENABLE_CAP, &cap) ? -errno : 0;
}

static int attach(struct vmm_port *p, unsigned int transport)
{
	return transport & VMM_CAP ? attach_vm(p, transport) :
				     attach_process(p, transport);
}

/* In PIO mode reads have side effects: they must not find a memory slot. */
static int map_registers(struct vmm_port *p, unsigned int transport)
{
	void *page;
	int ret;

	if (transport & VMM_PIO)
		return 0;
	page = mmap(NULL, PAGE_LEN, PROT_READ, MAP_SHARED, p->port, 0);
	if (page == MAP_FAILED)
		return -errno;
	p->status = page;
	ret = vmm_map(p->vm, VMM_SLOT_STATUS, KVM_MEM_READONLY,
		      KVM_UEFIVARS_MMIO_BASE, PAGE_LEN, page);
	if (ret || transport != VMM_DOORBELL)
		return ret;
	return vmm_ioeventfd(p->vm, p->eventfd,
			     KVM_UEFIVARS_MMIO_BASE + KVM_UEFIVARS_REG_CMD_STS,
			     KVM_UEFIVARS_CMD_DMA_MM);
}

int vmm_port_open(struct vmm_port *p, struct vmm *vm, uint32_t durability,
		  unsigned int transport)
{
	int ret;

	*p = (struct vmm_port){
		.vm = vm, .device = -1, .store = -1, .port = -1,
		.eventfd = -1, .ack_stop = -1,
	};
	ret = open_store(p, durability);
	if (!ret)
		ret = attach(p, transport);
	if (!ret)
		ret = map_registers(p, transport);
	return ret;
}

/* Everything that is pending, until read() says there is nothing more. */
static void ack_pending(struct vmm_port *p)
{
	struct kvm_uefivars_ack ack = { .size = sizeof(ack) };
	struct kvm_uefivars_batch head;

	if (read(p->store, p->ack_buf, p->ack_len) < (ssize_t)sizeof(head))
		return;
	memcpy(&head, p->ack_buf, sizeof(head));
	ack.seq = head.seq;
	if (!ioctl(p->store, KVM_UEFIVARS_ACK, &ack))
		p->nr_acks++;
}

static void *acker(void *arg)
{
	struct vmm_port *p = arg;
	struct pollfd fds[] = {
		{ .fd = p->store, .events = POLLIN },
		{ .fd = p->ack_stop, .events = POLLIN },
	};

	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if (fds[1].revents)
			break;
		if (fds[0].revents & POLLIN)
			ack_pending(p);
	}
	return NULL;
}

int vmm_port_start_acker(struct vmm_port *p)
{
	struct kvm_uefivars_store_info i = { .size = sizeof(i) };
	int ret;

	if (ioctl(p->store, KVM_UEFIVARS_STORE_INFO, &i))
		return -errno;
	p->ack_len = i.batch_size_max;
	p->ack_buf = malloc(p->ack_len);
	if (!p->ack_buf)
		return -ENOMEM;
	p->ack_stop = eventfd(0, EFD_CLOEXEC);
	if (p->ack_stop < 0)
		return -errno;
	ret = pthread_create(&p->ack_thread, NULL, acker, p);
	p->has_acker = !ret;
	return -ret;
}

int vmm_port_mmio(struct vmm_port *p, uint64_t gpa, void *data, uint32_t len,
		  int is_write)
{
	struct kvm_uefivars_mmio m = {
		.size = sizeof(m),
		.flags = is_write ? KVM_UEFIVARS_MMIO_WRITE : 0,
		.offset = (uint32_t)(gpa - KVM_UEFIVARS_MMIO_BASE),
		.len = len,
	};

	if (gpa < KVM_UEFIVARS_MMIO_BASE ||
	    gpa - KVM_UEFIVARS_MMIO_BASE >= PAGE_LEN)
		return -ENXIO;
	if (is_write)
		memcpy(&m.data, data, len);
	if (ioctl(p->port, KVM_UEFIVARS_MMIO, &m))
		return -errno;
	if (!is_write)
		memcpy(data, &m.data, len);
	return 0;
}

int vmm_port_info(struct vmm_port *p, struct kvm_uefivars_port_info *info)
{
	*info = (struct kvm_uefivars_port_info){ .size = sizeof(*info) };
	return ioctl(p->port, KVM_UEFIVARS_PORT_INFO, info) ? -errno : 0;
}

int vmm_port_save(struct vmm_port *p, void **ret_image, size_t *ret_len)
{
	struct kvm_uefivars_state s = {
		.size = sizeof(s), .flags = KVM_UEFIVARS_STATE_VARIABLES,
	};
	void *image;

	/* No vCPU runs: the size asked for does not change any more. */
	if (!ioctl(p->port, KVM_UEFIVARS_SAVE_STATE, &s))
		return -EPROTO;
	if (errno != EMSGSIZE)
		return -errno;
	image = malloc(s.len);
	if (!image)
		return -ENOMEM;
	s.data = (uintptr_t)image;
	if (ioctl(p->port, KVM_UEFIVARS_SAVE_STATE, &s)) {
		free(image);
		return -errno;
	}
	*ret_image = image;
	*ret_len = s.len;
	return 0;
}

int vmm_port_restore(struct vmm_port *p, const void *image, size_t len)
{
	struct kvm_uefivars_state s = {
		.size = sizeof(s),
		.flags = KVM_UEFIVARS_STATE_VARIABLES,
		.data = (uintptr_t)image,
		.len = len,
	};

	return ioctl(p->port, KVM_UEFIVARS_RESTORE_STATE, &s) ? -errno : 0;
}

int vmm_port_take_dirty(struct vmm_port *p, struct kvm_uefivars_dirty *dirty)
{
	*dirty = (struct kvm_uefivars_dirty){ .size = sizeof(*dirty) };
	return ioctl(p->port, KVM_UEFIVARS_TAKE_DIRTY, dirty) ? -errno : 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void vmm_port_close(struct vmm_port *p)
{
	if (p->has_acker) {
		eventfd_write(p->ack_stop, 1);
		pthread_join(p->ack_thread, NULL);
	}
	free(p->ack_buf);
	if (p->status) {
		vmm_map(p->vm, VMM_SLOT_STATUS, 0, KVM_UEFIVARS_MMIO_BASE, 0,
			NULL);
		munmap(p->status, PAGE_LEN);
	}
	close_fd(p->ack_stop);
	close_fd(p->port);
	close_fd(p->eventfd);
	close_fd(p->store);
	close_fd(p->device);
}
