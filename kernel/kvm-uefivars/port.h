/* SPDX-License-Identifier: GPL-2.0 */
/* What a VMM holds: attach, machine reset, memory and forwarded accesses. */
#ifndef _KUV_PORT_H
#define _KUV_PORT_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <linux/kvm_uefivars.h>

#include "doorbell.h"
#include "guest_mem.h"
#include "mailbox.h"
#include "ring.h"

struct kuv_kvm;
struct kuv_store;
struct mm_struct;
struct vm_area_struct;

/**
 * struct kuv_port - the right to run one VM on a store
 * @ref: held by the descriptor and by each request under way
 * @store: reference held
 * @rights: KVM_UEFIVARS_PORT_*, constant
 * @mm: address space of the VMM, kept from being reused; NULL until attached,
 *	then constant
 * @rings: what guests asked for and is under way
 * @doorbell: hook on the VMM's eventfd; set up by attach
 * @kvm: the VM that brings accesses itself, or NULL; set by attach, then
 *	constant
 * @nr_kvm: register accesses it brought
 */
struct kuv_port {
	struct kref ref;
	struct kuv_store *store;
	u32 rights;
	struct mm_struct *mm;
	struct kuv_rings rings;
	struct kuv_doorbell doorbell;
	struct kuv_kvm *kvm;
	atomic64_t nr_kvm;
	/**
	 * @lock: Guards everything below, and attaching. Taken before the
	 * store's lock, mmap_lock, kvm->slots_lock and kvm->srcu. Held while a
	 * change is waited for; that wait is bounded and killable.
	 */
	struct mutex lock;
	/** @mailbox: The registers. */
	struct kuv_mailbox mailbox;
	/** @mem: Guest memory as the VMM describes it. */
	struct kuv_mem_table mem;
	/** @transport: KVM_UEFIVARS_TRANSPORT_*. */
	u32 transport;
	/** @is_closed: The descriptor is gone, serve nothing any more. */
	bool is_closed;
	/** @is_restored: A machine was restored for the VM that will attach. */
	bool is_restored;
	/** @is_published: User space got the descriptor. */
	bool is_published;
	/** @nr_doorbell: Requests answered in the ringing thread. */
	u64 nr_doorbell;
	/** @nr_foreign: Requests answered in a worker. */
	u64 nr_foreign;
	/** @nr_forwarded: Register accesses through kuv_port_mmio(). */
	u64 nr_forwarded;
	/** @nr_resets: Machine resets. */
	u64 nr_resets;
};

/**
 * kuv_port_create() - the only port of a store
 * @store: store
 * @rights: KVM_UEFIVARS_PORT_*
 * @ret_port: port, with one reference
 *
 * Context: Process.
 * Return: 0, -EBUSY or -ENOMEM.
 */
int kuv_port_create(struct kuv_store *store, u32 rights,
		    struct kuv_port **ret_port);

/**
 * kuv_port_publish() - user space is about to get the descriptor
 * @port: port
 *
 * From now on its end is reported to pollers of the store.
 *
 * Context: Process.
 */
void kuv_port_publish(struct kuv_port *port);

/**
 * kuv_port_close() - the descriptor is gone
 * @port: port; its reference is dropped
 *
 * Context: Process, any thread.
 */
void kuv_port_close(struct kuv_port *port);

/**
 * kuv_port_get() - take a reference
 * @port: port that the caller knows to be alive
 *
 * Context: Any.
 */
void kuv_port_get(struct kuv_port *port);

/**
 * kuv_port_put() - drop a reference; the last one frees the port
 * @port: port
 *
 * Context: Process, nothing locked.
 */
void kuv_port_put(struct kuv_port *port);

/**
 * struct kuv_port_how - how the guest's accesses will reach a port
 * @eventfd: doorbell, or -1
 * @kvm: VM that brings them, or NULL; not with a doorbell
 * @flags: KVM_UEFIVARS_ATTACH_*
 */
struct kuv_port_how {
	int eventfd;
	struct kuv_kvm *kvm;
	u32 flags;
};

/**
 * kuv_port_attach() - bind a port to the calling process
 * @port: port
 * @how: how; on success the port owns @how->kvm
 *
 * Context: Process.
 * Return: 0, -EBUSY, -EINVAL, -ENOMEM, as kuv_kvm_hook(), or -EINTR when being
 * killed.
 */
int kuv_port_attach(struct kuv_port *port, const struct kuv_port_how *how);

/**
 * kuv_port_set_memory() - change a slot of guest memory
 * @port: port
 * @arg: the slot
 *
 * Context: Process.
 * Return: 0, -EPERM (not the attached process), -EINVAL (KVM knows it) or as
 * kuv_mem_table_set().
 */
int kuv_port_set_memory(struct kuv_port *port,
			const struct kvm_uefivars_memory *arg);

/**
 * kuv_port_mmio() - a register access that exited to the VMM
 * @port: port
 * @arg: the access; a read fills @arg->data
 *
 * Context: Process.
 * Return: 0, -EPERM or -EINVAL.
 */
int kuv_port_mmio(struct kuv_port *port, struct kvm_uefivars_mmio *arg);

/**
 * kuv_port_machine_reset() - the VMM reset the machine
 * @port: port
 *
 * Context: Process.
 * Return: 0, -EPERM, -EAGAIN (the store is frozen) or -ENOMEM.
 */
int kuv_port_machine_reset(struct kuv_port *port);

/**
 * kuv_port_pause() - the VMM says that no vCPU runs
 * @port: port
 * @is_departed: and that the memory is on another host
 *
 * Context: Process.
 * Return: 0 or -EPERM.
 */
int kuv_port_pause(struct kuv_port *port, bool is_departed);

/**
 * kuv_port_resume() - the VMM is about to run vCPUs
 * @port: port
 *
 * Context: Process.
 * Return: 0, -EPERM or -EAGAIN (the store is frozen).
 */
int kuv_port_resume(struct kuv_port *port);

/**
 * kuv_port_take_dirty() - guest memory written since the last call
 * @port: port
 * @arg: filled but for @arg->size
 *
 * Context: Process.
 * Return: 0 or -EPERM.
 */
int kuv_port_take_dirty(struct kuv_port *port, struct kvm_uefivars_dirty *arg);

/**
 * kuv_port_info() - state and statistics
 * @port: port
 * @info: filled but for @info->size
 *
 * Context: Process. Killable.
 * Return: 0, or -EINTR when being killed.
 */
int kuv_port_info(struct kuv_port *port, struct kvm_uefivars_port_info *info);

/**
 * kuv_port_mmap() - map the page of registers read-only
 * @port: port
 * @vma: mapping wanted
 *
 * Context: Process, mmap_lock held; takes no lock.
 * Return: 0, -EINVAL (size, offset or kind) or -EPERM (more than PROT_READ).
 */
int kuv_port_mmap(struct kuv_port *port, struct vm_area_struct *vma);

/**
 * kuv_port_ring() - do what the guest's write to a register means
 * @port: port
 * @ring: the write
 * @foreign: in a worker, not in the thread that rang
 *
 * Context: Process with current->mm == @port->mm, nothing locked. Killable.
 */
void kuv_port_ring(struct kuv_port *port, const struct kuv_ring *ring,
		   bool foreign);

/**
 * kuv_port_module_init() - get ready to make ports
 *
 * Context: Module init.
 * Return: 0 or -ENOMEM.
 */
int kuv_port_module_init(void);

/**
 * kuv_port_module_drain() - wait until no port is left
 *
 * Context: Module removal.
 */
void kuv_port_module_drain(void);

/**
 * kuv_port_module_exit() - undo kuv_port_module_init()
 *
 * Context: Module removal, after kuv_port_module_drain() and when nobody runs
 * in this module any more.
 */
void kuv_port_module_exit(void);

#endif /* _KUV_PORT_H */
