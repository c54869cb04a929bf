/* SPDX-License-Identifier: GPL-2.0 */
/* Guest memory as KVM knows it. */
#ifndef _KUV_KVM_MEM_H
#define _KUV_KVM_MEM_H

#include "guest_mem.h"

struct kvm;

/**
 * struct kuv_kvm_mem - guest memory of a VM that KVM named
 * @mem: access; the caller's current->mm must be the VM's
 * @kvm: the VM, alive as long as this is used
 * @dirty: what was written and is in no dirty log of KVM
 *
 * No lock of its own: the owner serialises every call.
 */
struct kuv_kvm_mem {
	struct kuv_guest_mem mem;
	struct kvm *kvm;
	struct kuv_mem_dirty *dirty;
};

/**
 * kuv_kvm_mem_init() - access to a VM's memory
 * @m: uninitialised memory
 * @kvm: the VM
 * @dirty: where to note what KVM's dirty log cannot
 *
 * Context: Any.
 */
void kuv_kvm_mem_init(struct kuv_kvm_mem *m, struct kvm *kvm,
		      struct kuv_mem_dirty *dirty);

#endif /* _KUV_KVM_MEM_H */
