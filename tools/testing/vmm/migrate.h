/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference VMM's migration: memory, vCPU and variables in one stream. */
#ifndef _KUV_TESTING_VMM_MIGRATE_H
#define _KUV_TESTING_VMM_MIGRATE_H

#include "port.h"
#include "vmm.h"

#define VMM_PAGE_LEN	4096

/**
 * struct vmm_dirty - one bit for each page of memory that was written
 * @bits: by rising address
 * @nr_kvm: pages that KVM's log had, of all that were added
 * @nr_port: pages that only the port had
 */
struct vmm_dirty {
	uint64_t bits[VMM_RAM_MAX / VMM_PAGE_LEN / 64];
	uint64_t nr_kvm;
	uint64_t nr_port;
};

/**
 * vmm_dirty_start() - log which pages are written from now on
 * @vm: the VM
 * @p: its port
 *
 * Return: 0 or -errno.
 */
int vmm_dirty_start(struct vmm *vm, struct vmm_port *p);

/**
 * vmm_dirty_fetch() - pages written since the last call
 * @vm: the VM
 * @p: its port
 * @d: result
 *
 * Two sources: what the guest wrote is in KVM's log; what the module wrote on
 * its behalf is not, and the port tells it.
 *
 * Return: 0 or -errno.
 */
int vmm_dirty_fetch(struct vmm *vm, struct vmm_port *p, struct vmm_dirty *d);

/**
 * vmm_migrate_send() - move a running VM with one vCPU
 * @vm: the VM; its vCPU's thread runs and is joined here
 * @p: its port
 * @fd: stream
 *
 * Memory first, while the guest runs; then again what it wrote meanwhile, some
 * rounds; then it stops, and the rest follows: the last pages, registers,
 * variables with the state of their service, and a checksum of all memory.
 *
 * Return: 0 or -errno. The VM is stopped also after a failure.
 */
int vmm_migrate_send(struct vmm *vm, struct vmm_port *p, int fd);

/**
 * vmm_migrate_receive() - build a VM from a stream
 * @vm: VM with as much memory as the one sent, and no vCPU; gets one
 * @p: its port, just opened
 * @fd: stream
 *
 * Return: 0 or -errno; -EBADMSG for a stream that does not make sense, or whose
 * memory did not arrive as it was.
 */
int vmm_migrate_receive(struct vmm *vm, struct vmm_port *p, int fd);

#endif /* _KUV_TESTING_VMM_MIGRATE_H */
