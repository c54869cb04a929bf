/* SPDX-License-Identifier: GPL-2.0 */
/* A VM whose guest makes the register accesses that a test wants. */
#ifndef _KUV_CAP_VM_H
#define _KUV_CAP_VM_H

#include "cap_script.h"
#include "guest.h"
#include "vmm.h"

#define CAP_BASE	KVM_UEFIVARS_MMIO_BASE
#define CAP_REG(name)	KVM_UEFIVARS_REG_##name

/* @nr_mmio: accesses that came out to the VMM; the last of them. */
struct cap_vm {
	struct vmm vm;
	int store;
	int port;
	unsigned int nr_ops[VMM_VCPUS_MAX];
	_Atomic unsigned int nr_mmio;
	uint64_t mmio_gpa;
};

/* A VM with vCPUs and a port, nothing attached. Skips without KVM's part. */
struct cap_vm *cap_open(unsigned int nr_vcpus, uint32_t durability,
			uint32_t wait_ms);
/* KVM_ENABLE_CAP; 0 or -errno. */
int cap_enable(const struct cap_vm *c, int port, uint64_t base, uint64_t flags);
/* Both, the registers set as firmware does, and for DMA the page mapped. */
struct cap_vm *cap_start(unsigned int nr_vcpus, uint32_t durability,
			 uint32_t wait_ms, uint64_t flags);

/* Forget what vCPU @v was told, and tell it; ops return their place. */
void cap_begin(struct cap_vm *c, unsigned int v);
struct cap_op *cap_op(struct cap_vm *c, unsigned int v, unsigned int kind,
		      uint32_t offset, uint32_t len, uint64_t data);
struct cap_op *cap_read(struct cap_vm *c, unsigned int v, uint32_t offset,
			uint32_t len);
void cap_write(struct cap_vm *c, unsigned int v, uint32_t offset, uint32_t len,
	       uint64_t data);
/* Command DMA_MM for what is at cap_msg(), the status read after it. */
struct cap_op *cap_request(struct cap_vm *c, unsigned int v);
/* Have it done, in this thread. */
void cap_run(struct cap_vm *c, unsigned int v);

/* Memory of a vCPU's message, and what the guest must write to find it. */
uint8_t *cap_msg(struct cap_vm *c, unsigned int v);
void cap_set_registers(struct cap_vm *c, unsigned int v);

/* cap_run() in a thread of its own; @v->thread is it. */
void cap_spawn(struct cap_vm *c, unsigned int v);
void cap_join(struct cap_vm *c, unsigned int v);

/* A message and its reply through the data register; returns its bytes. */
void cap_pio(struct cap_vm *c, uint8_t *msg, uint32_t len);
uint32_t cap_crc32c(const uint8_t *p, size_t len);

#endif /* _KUV_CAP_VM_H */
