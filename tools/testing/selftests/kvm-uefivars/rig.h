/* SPDX-License-Identifier: GPL-2.0 */
/* A real VM with a port, over each of the transports there are. */
#ifndef _KUV_RIG_H
#define _KUV_RIG_H

#include "guest.h"
#include "vcpu_script.h"
#include "vmm.h"

/**
 * struct transport - how a guest's accesses reach a port
 * @name: part of the names of tests
 * @value: KVM_UEFIVARS_TRANSPORT_*
 * @has_page: the status page is a read-only memory slot of the VM
 */
struct transport {
	const char *name;
	uint32_t value;
	bool has_page;
};

extern const struct transport transports[];
extern const int nr_transports;

/**
 * struct rig - a VM and its port
 * @t: transport
 * @vm: the VM
 * @dev: device
 * @store: store, write-back unless asked otherwise
 * @port: port
 * @bell: eventfd of the doorbell, or -1
 * @status: status page in this process
 * @nr_eintr: times that KVM_RUN returned for a signal
 * @is_checked: no BUSY may be left when KVM_RUN returns; for one vCPU only
 */
struct rig {
	const struct transport *t;
	struct vmm vm;
	int dev;
	int store;
	int port;
	int bell;
	uint8_t *status;
	_Atomic unsigned long nr_eintr;
	bool is_checked;
};

/* Add a case for each transport that KVM has, with the transport as its argument. */
void rig_add(ktap_fn *fn, const char *name);

/* A VM whose mailbox is set up and answers. @durability and @wait_ms as of the store. */
void rig_start(struct rig *r, const struct transport *t, unsigned int nr_vcpus,
	       uint32_t durability, uint32_t wait_ms);

/* The same with a store of the caller's, which rig_end() closes. */
void rig_start_on(struct rig *r, const struct transport *t,
		  unsigned int nr_vcpus, int store);

/* Only the parts: a VM without a port, and a port of @r->store for it. */
void rig_start_vm(struct rig *r, const struct transport *t,
		  unsigned int nr_vcpus);
void rig_attach(struct rig *r);

/* KVM_ENABLE_CAP of KVM_CAP_UEFI_VARS; 0 or -errno. */
int rig_enable_cap(const struct rig *r, int port, uint64_t base, uint64_t flags);

/* Guest memory of this process, for KVM and, where it takes that, for the port. */
void rig_map(struct rig *r, unsigned int slot, uint64_t gpa, uint64_t len,
	     void *hva, bool is_readonly);
void rig_unmap(struct rig *r, unsigned int slot, uint64_t gpa);

volatile struct rig_job *rig_job(const struct rig *r, unsigned int vcpu);

/* Messages of a vCPU: set and get its own variable, Slow0 if @attributes have NV, else Vcpu0. */
void rig_messages(const struct rig *r, unsigned int vcpu, uint32_t attributes);

/* A job with nothing counted yet; then run it to its end in this thread. */
volatile struct rig_job *rig_prepare(const struct rig *r, unsigned int vcpu,
				     uint32_t kind, uint32_t count);
/* 0, or -errno of KVM_RUN or of forwarding. */
int rig_run(struct rig *r, unsigned int vcpu);

/* In a thread of its own; rig_join() returns what rig_run() did. */
void rig_go(struct rig *r, unsigned int vcpu);
int rig_join(struct rig *r, unsigned int vcpu);

/* Registers that point to @addr; transport status of a ring there. */
void rig_setup(struct rig *r, uint64_t addr);
uint16_t rig_ring(struct rig *r);

/* The mailbox works: one message there and back. */
void rig_check_works(struct rig *r);

/*
 * vCPU 0, in its thread, waits in a write that nobody acknowledges; what it writes is
 * visible already. The store is write-through.
 */
void rig_begin_slow(struct rig *r);

/* A job ended without a wrong answer. */
void rig_check_job(const struct rig *r, unsigned int vcpu);

/* Close all that is open yet. */
void rig_end(struct rig *r);

#endif /* _KUV_RIG_H */
