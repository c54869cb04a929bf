// SPDX-License-Identifier: GPL-2.0
/* Guest memory through KVM's slots, and KVM's dirty log with it. */
#include "kvm_mem.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kvm_host.h>
#include <linux/minmax.h>
#include <linux/srcu.h>

#include "kvm_sym.h"

/*
 * The bytes at @gpa that one slot holds, at most @len, or 0. What is found is
 * true as long as kvm->srcu is held.
 */
static __always_inline u32
kuv_kvm_mem_span(struct kuv_kvm_mem *m, u64 gpa, u32 len, u32 refused,
		 struct kvm_memory_slot **slot, void __user **uptr)
{
	gfn_t gfn = gpa_to_gfn(gpa);
	struct kvm_memory_slot *s;
	u64 left;

	s = __gfn_to_memslot(kvm_memslots(m->kvm), gfn);
	if (!s || s->flags & refused)
		return 0;
	*slot = s;
	*uptr = (void __user *)(__gfn_to_hva_memslot(s, gfn) +
				offset_in_page(gpa));
	left = ((u64)s->npages << PAGE_SHIFT) -
	       (gpa - gfn_to_gpa(s->base_gfn));
	return min_t(u64, len, left);
}

static int kuv_kvm_mem_read_slots(struct kuv_kvm_mem *m, u64 gpa, void *dst,
				  u32 len)
{
	struct kvm_memory_slot *slot;
	void __user *uptr;
	u32 n;

	for (; len; len -= n, gpa += n, dst += n) {
		n = kuv_kvm_mem_span(m, gpa, len, KVM_MEMSLOT_INVALID, &slot,
				     &uptr);
		if (!n || kuv_mem_fetch(dst, uptr, n))
			return -EFAULT;
	}
	return 0;
}

/* A copy may wait for a page, as any of KVM's own; for nothing of ours. */
static int kuv_kvm_mem_read(struct kuv_guest_mem *mem, u64 gpa, void *dst,
			    u32 len)
{
	struct kuv_kvm_mem *m = container_of(mem, struct kuv_kvm_mem, mem);
	int idx = srcu_read_lock(&m->kvm->srcu);
	int ret = kuv_kvm_mem_read_slots(m, gpa, dst, len);

	srcu_read_unlock(&m->kvm->srcu, idx);
	return ret;
}

/*
 * A dirty ring belongs to a vCPU. Behind a signal, or in a worker, there is
 * none: what is written then is for TAKE_DIRTY. A bitmap needs no vCPU.
 */
static bool kuv_kvm_mem_can_log(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;

	if (!kvm->dirty_ring_size)
		return true;
	vcpu = kuv_kvm_sym.get_running_vcpu();
	return vcpu && vcpu->kvm == kvm;
}

/* Out of line: most of the time nobody wants to know. */
static noinline int kuv_kvm_mem_store_logged(struct kuv_kvm_mem *m, u64 gpa,
					     void __user *uptr, const void *src,
					     u32 len)
{
	if (likely(kuv_kvm_mem_can_log(m->kvm)))
		return kuv_kvm_sym.write_guest(m->kvm, gpa, src, len);
	/* A copy that fails may have begun. */
	kuv_mem_dirty_note(m->dirty, gpa, len);
	return kuv_mem_store(uptr, src, len);
}

static int kuv_kvm_mem_write_slots(struct kuv_kvm_mem *m, u64 gpa,
				   const void *src, u32 len)
{
	struct kvm_memory_slot *slot;
	void __user *uptr;
	int ret;
	u32 n;

	for (; len; len -= n, gpa += n, src += n) {
		n = kuv_kvm_mem_span(m, gpa, len,
				     KVM_MEMSLOT_INVALID | KVM_MEM_READONLY,
				     &slot, &uptr);
		if (!n)
			return -EFAULT;
		ret = unlikely(kvm_slot_dirty_track_enabled(slot)) ?
			      kuv_kvm_mem_store_logged(m, gpa, uptr, src, n) :
			      kuv_mem_store(uptr, src, n);
		if (ret)
			return -EFAULT;
	}
	return 0;
}

static int kuv_kvm_mem_write(struct kuv_guest_mem *mem, u64 gpa,
			     const void *src, u32 len)
{
	struct kuv_kvm_mem *m = container_of(mem, struct kuv_kvm_mem, mem);
	int idx = srcu_read_lock(&m->kvm->srcu);
	int ret = kuv_kvm_mem_write_slots(m, gpa, src, len);

	srcu_read_unlock(&m->kvm->srcu, idx);
	return ret;
}

static const struct kuv_guest_mem_ops kuv_kvm_mem_ops = {
	.read = kuv_kvm_mem_read,
	.write = kuv_kvm_mem_write,
};

void kuv_kvm_mem_init(struct kuv_kvm_mem *m, struct kvm *kvm,
		      struct kuv_mem_dirty *dirty)
{
	*m = (struct kuv_kvm_mem){
		.mem.ops = &kuv_kvm_mem_ops,
		.kvm = kvm,
		.dirty = dirty,
	};
}
