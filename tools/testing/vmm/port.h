/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference VMM's side of kvm-uefivars: own store, port, doorbell. */
#ifndef _KUV_TESTING_VMM_PORT_H
#define _KUV_TESTING_VMM_PORT_H

#include <linux/kvm_uefivars.h>

#include "vmm.h"

/**
 * enum vmm_transport - how requests reach the module
 * @VMM_FORWARD: they exit to the VMM, which must call vmm_port_mmio()
 * @VMM_DOORBELL: answered inside KVM_RUN; other registers exit as above
 * @VMM_CAP: all registers inside KVM_RUN, needs KVM_CAP_UEFI_VARS
 * @VMM_PIO: flag: messages go through the data register, not with the doorbell
 */
enum vmm_transport {
	VMM_FORWARD = 0,
	VMM_DOORBELL = 1,
	VMM_CAP = 2,
	VMM_PIO = 0x10,
};

/**
 * struct vmm_port - a store and its port, attached to a VM
 * @vm: the VM
 * @device: /dev/kvm-uefivars
 * @store: store descriptor
 * @port: port descriptor
 * @eventfd: what KVM signals for a request
 * @status: status page, mapped read-only in this process and in the guest
 * @info: what the module said of itself
 * @ack_stop: eventfd that ends the acknowledger
 * @ack_thread: the acknowledger, if @has_acker
 * @ack_buf: room for one batch
 * @ack_len: bytes of it
 * @has_acker: the acknowledger runs
 * @nr_acks: batches acknowledged; read it after vmm_port_close()
 */
struct vmm_port {
	struct vmm *vm;
	int device;
	int store;
	int port;
	int eventfd;
	void *status;
	struct kvm_uefivars_info info;
	int ack_stop;
	pthread_t ack_thread;
	void *ack_buf;
	size_t ack_len;
	int has_acker;
	uint64_t nr_acks;
};

/**
 * vmm_port_open() - make a store, open its port, attach a VM
 * @p: result; vmm_port_close() takes it back also after a failure
 * @vm: VM with its memory in place and no vCPU running
 * @durability: KVM_UEFIVARS_WRITE_THROUGH or KVM_UEFIVARS_WRITE_BACK
 * @transport: one of enum vmm_transport, VMM_PIO added or not
 *
 * With write-through nothing acknowledges until vmm_port_start_acker().
 *
 * Return: 0 or -errno.
 */
int vmm_port_open(struct vmm_port *p, struct vmm *vm, uint32_t durability,
		  unsigned int transport);

/**
 * vmm_port_save() - all of the machine and all variables
 * @p: open port; no vCPU runs
 * @ret_image: image, to be freed with free()
 * @ret_len: bytes of it
 *
 * Return: 0 or -errno.
 */
int vmm_port_save(struct vmm_port *p, void **ret_image, size_t *ret_len);

/**
 * vmm_port_restore() - go on where a machine was saved
 * @p: open port; no vCPU has run
 * @image: from vmm_port_save()
 * @len: bytes of it
 *
 * Return: 0 or -errno.
 */
int vmm_port_restore(struct vmm_port *p, const void *image, size_t len);

/**
 * vmm_port_take_dirty() - memory written by the module since the last call
 * @p: open port
 * @dirty: result
 *
 * Return: 0 or -errno.
 */
int vmm_port_take_dirty(struct vmm_port *p, struct kvm_uefivars_dirty *dirty);

/**
 * vmm_port_start_acker() - a thread that acknowledges every batch at once
 * @p: open port
 *
 * It stores nothing: the bare cost of a write-through wait.
 *
 * Return: 0 or -errno.
 */
int vmm_port_start_acker(struct vmm_port *p);

/**
 * vmm_port_mmio() - forward a register access that exited
 * @p: open port
 * @gpa: guest physical address
 * @data: value written, or room for the value read
 * @len: bytes of the access
 * @is_write: the guest wrote
 *
 * Return: 0 or -errno; -ENXIO if @gpa is not in the register page.
 */
int vmm_port_mmio(struct vmm_port *p, uint64_t gpa, void *data, uint32_t len,
		  int is_write);

/**
 * vmm_port_info() - PORT_INFO
 * @p: open port
 * @info: result
 *
 * Return: 0 or -errno.
 */
int vmm_port_info(struct vmm_port *p, struct kvm_uefivars_port_info *info);

/**
 * vmm_port_close() - stop the acknowledger, drop port and store
 * @p: what vmm_port_open() was given
 */
void vmm_port_close(struct vmm_port *p);

#endif /* _KUV_TESTING_VMM_PORT_H */
