/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference VMM for tests: one flat guest, its vCPUs and their exit counts. */
#ifndef _KUV_TESTING_VMM_H
#define _KUV_TESTING_VMM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define VMM_VCPUS_MAX	8
/* Most memory that a VM can have and be migrated. */
#define VMM_RAM_MAX	0x4000000
/* KVM memory slots that vmm.c and port.c use themselves. */
#define VMM_SLOT_RAM	0
#define VMM_SLOT_STATUS	1

struct vmm;
struct vmm_stats;

/**
 * struct vmm_vcpu - one virtual CPU
 * @vm: owner
 * @index: number of the vCPU; the guest finds it in EAX at its start
 * @fd: vCPU descriptor of KVM
 * @stats_fd: binary statistics of the vCPU
 * @stats: descriptors behind @stats_fd
 * @run: shared page of KVM_RUN
 * @nr_returns: times KVM_RUN came back, for whatever reason
 * @is_stopping: vmm_vcpu_stop() wants it to come back
 * @thread: for the caller's use; vmm_vcpu_stop() signals it
 */
struct vmm_vcpu {
	struct vmm *vm;
	unsigned int index;
	int fd;
	int stats_fd;
	struct vmm_stats *stats;
	struct kvm_run *run;
	uint64_t nr_returns;
	_Atomic int is_stopping;
	pthread_t thread;
};

/**
 * struct vmm_vcpu_state - registers of a vCPU, to make another go on
 * @regs: general registers
 * @sregs: segments and control registers
 * @events: interrupts and exceptions under way
 * @mp_state: running or halted
 *
 * All that a guest without FPU, MSRs and interrupts has.
 */
struct vmm_vcpu_state {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp_state;
};

/**
 * struct vmm_ops - what the VMM does with exits
 * @out: the guest wrote @value to an I/O port
 * @mmio: the guest accessed memory that is no RAM; a read fills @data
 *
 * Called in the vCPU's thread. Return 0 to go on, 1 to leave vmm_vcpu_run()
 * with 0, or -errno to leave it with that.
 */
struct vmm_ops {
	int (*out)(struct vmm_vcpu *v, uint16_t port, uint32_t value);
	int (*mmio)(struct vmm_vcpu *v, uint64_t gpa, void *data, uint32_t len,
		    int is_write);
};

/**
 * struct vmm - one virtual machine
 * @kvm: /dev/kvm
 * @fd: VM descriptor of KVM
 * @ram: guest memory, at guest physical address 0
 * @ram_len: bytes of it
 * @ops: exit handlers
 * @ctx: for the caller's use
 * @nr_vcpus: vCPUs made
 * @vcpus: the vCPUs
 */
struct vmm {
	int kvm;
	int fd;
	uint8_t *ram;
	size_t ram_len;
	const struct vmm_ops *ops;
	void *ctx;
	unsigned int nr_vcpus;
	struct vmm_vcpu vcpus[VMM_VCPUS_MAX];
};

/**
 * vmm_create() - a VM with memory and no vCPU
 * @vm: result; vmm_destroy() takes it back also after a failure
 * @ram_len: bytes of memory, a multiple of 4096
 * @ops: exit handlers
 * @ctx: stored in @vm
 *
 * Return: 0 or -errno.
 */
int vmm_create(struct vmm *vm, size_t ram_len, const struct vmm_ops *ops,
	       void *ctx);

/**
 * vmm_destroy() - close everything of a VM; no vCPU may run
 * @vm: what vmm_create() was given
 */
void vmm_destroy(struct vmm *vm);

/**
 * vmm_load() - read a flat binary into guest memory
 * @vm: the VM
 * @path: file
 * @gpa: where to
 *
 * Return: 0 or -errno; -EFBIG if it does not fit.
 */
int vmm_load(struct vmm *vm, const char *path, uint64_t gpa);

/**
 * vmm_map() - add, change or (@len 0) remove a KVM memory slot
 * @vm: the VM
 * @slot: number of the slot
 * @flags: KVM_MEM_*
 * @gpa: guest physical address
 * @len: bytes
 * @hva: memory of this process
 *
 * Return: 0 or -errno.
 */
int vmm_map(struct vmm *vm, unsigned int slot, uint32_t flags, uint64_t gpa,
	    uint64_t len, const void *hva);

/**
 * vmm_ioeventfd() - have KVM signal an eventfd for a 16-bit guest write
 * @vm: the VM
 * @eventfd: what to signal
 * @gpa: address of the write
 * @value: value of the write
 *
 * Return: 0 or -errno.
 */
int vmm_ioeventfd(struct vmm *vm, int eventfd, uint64_t gpa, uint16_t value);

/**
 * vmm_vcpu_create() - add a vCPU in 32-bit flat protected mode, paging off
 * @vm: the VM
 * @entry: first instruction; EAX has the index of the vCPU
 * @stack: initial ESP
 *
 * Return: the vCPU, or NULL with errno set.
 */
struct vmm_vcpu *vmm_vcpu_create(struct vmm *vm, uint32_t entry,
				 uint32_t stack);

/**
 * vmm_vcpu_run() - run a vCPU until a handler stops it
 * @v: the vCPU
 *
 * Signals alone do not end it: KVM_RUN is entered again after EINTR. Ends as
 * well after vmm_vcpu_stop().
 *
 * Return: 0, -errno of a handler or of KVM_RUN, or -EPROTO for an exit that
 * has no handler (a triple fault among them).
 */
int vmm_vcpu_run(struct vmm_vcpu *v);

/**
 * vmm_vcpu_stop() - have vmm_vcpu_run() of another thread return 0
 * @v: vCPU, whose thread is in @v->thread
 *
 * The caller joins the thread. What the guest had under way, an exit or a
 * request, is over then, and vmm_vcpu_save() has a state to go on from.
 */
void vmm_vcpu_stop(struct vmm_vcpu *v);

/**
 * vmm_vcpu_save() - registers of a vCPU that does not run
 * @v: the vCPU
 * @state: result
 *
 * Return: 0 or -errno.
 */
int vmm_vcpu_save(struct vmm_vcpu *v, struct vmm_vcpu_state *state);

/**
 * vmm_vcpu_restore() - go on where another vCPU was saved
 * @v: a vCPU that has not run
 * @state: from vmm_vcpu_save()
 *
 * Return: 0 or -errno.
 */
int vmm_vcpu_restore(struct vmm_vcpu *v, const struct vmm_vcpu_state *state);

/**
 * vmm_vcpu_stats_open() - make vmm_vcpu_stat() work for another VMM's vCPU
 * @v: only its descriptor is set; vmm_vcpu_create() does this for its own
 *
 * Return: 0 or -errno.
 */
int vmm_vcpu_stats_open(struct vmm_vcpu *v);

/**
 * vmm_vcpu_stat() - a counter of KVM's binary statistics
 * @v: the vCPU
 * @name: name of the statistic, for instance "exits"
 * @ret_value: its value
 *
 * Return: 0 or -errno; -ENOENT if KVM has no such counter.
 */
int vmm_vcpu_stat(struct vmm_vcpu *v, const char *name, uint64_t *ret_value);

#endif /* _KUV_TESTING_VMM_H */
