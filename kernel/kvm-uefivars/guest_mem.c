// SPDX-License-Identifier: GPL-2.0
/* Guest memory: a sorted table of host addresses and bounded copies through it. */
#include "guest_mem.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define KUV_MEM_ALIGN	4096

/* First slot that ends after @gpa: the one that holds it, if any does. */
static u32 kuv_mem_table_seek(const struct kuv_mem_table *t, u64 gpa)
{
	u32 low = 0, high = t->nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;
		const struct kuv_mem_slot *s = &t->slots[mid];

		if (s->gpa + s->len <= gpa)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct kuv_mem_slot *kuv_mem_table_find(struct kuv_mem_table *t,
						     u64 gpa)
{
	const struct kuv_mem_slot *s = t->slots + t->last;

	/* Unsigned: an address below the slot becomes a huge offset. */
	if (likely(t->last < t->nr && gpa - s->gpa < s->len))
		return s;
	t->last = kuv_mem_table_seek(t, gpa);
	s = t->slots + t->last;
	if (t->last < t->nr && gpa - s->gpa < s->len)
		return s;
	return NULL;
}

/* The bytes at @gpa that one slot holds, at most @len, or 0. */
static u32 kuv_mem_table_span(struct kuv_mem_table *t, u64 gpa, u32 len,
			      bool write, void __user **uptr)
{
	const struct kuv_mem_slot *s = kuv_mem_table_find(t, gpa);
	u64 off;

	if (!s || (write && s->readonly))
		return 0;
	off = gpa - s->gpa;
	*uptr = u64_to_user_ptr(s->hva + off);
	return min_t(u64, len, s->len - off);
}

static int kuv_mem_table_read(struct kuv_guest_mem *mem, u64 gpa, void *dst,
			      u32 len)
{
	struct kuv_mem_table *t = container_of(mem, struct kuv_mem_table, mem);
	void __user *uptr;
	u32 n;

	for (; len; len -= n, gpa += n, dst += n) {
		n = kuv_mem_table_span(t, gpa, len, false, &uptr);
		if (!n || kuv_mem_fetch(dst, uptr, n))
			return -EFAULT;
	}
	return 0;
}

/* Out of line: a guest uses one buffer for long. */
static noinline void kuv_mem_dirty_note_new(struct kuv_mem_dirty *d, u64 gpa,
					    u32 len)
{
	u64 start = ALIGN_DOWN(gpa, KUV_MEM_ALIGN);
	u64 end = ALIGN(gpa + len, KUV_MEM_ALIGN);
	u32 i;

	if (d->is_all)
		return;
	for (i = 0; i < d->nr; i++) {
		struct kvm_uefivars_range *r = &d->ranges[i];

		if (start > r->gpa + r->len || end < r->gpa)
			continue;
		end = max(end, r->gpa + r->len);
		r->gpa = min(start, r->gpa);
		r->len = end - r->gpa;
		d->last = i;
		return;
	}
	if (i == KVM_UEFIVARS_DIRTY_MAX) {
		*d = (struct kuv_mem_dirty){ .is_all = true };
		return;
	}
	d->ranges[i] = (struct kvm_uefivars_range){ start, end - start };
	d->last = i;
	d->nr++;
}

void kuv_mem_dirty_note(struct kuv_mem_dirty *d, u64 gpa, u32 len)
{
	const struct kvm_uefivars_range *r = &d->ranges[d->last];
	u64 off = gpa - r->gpa;

	/* Unsigned: an address below the range becomes a huge offset. */
	if (likely(off < r->len && len <= r->len - off))
		return;
	kuv_mem_dirty_note_new(d, gpa, len);
}

void kuv_mem_table_take_dirty(struct kuv_mem_table *t,
			      struct kvm_uefivars_dirty *arg)
{
	const struct kuv_mem_dirty *d = &t->dirty;

	arg->flags = d->is_all ? KVM_UEFIVARS_DIRTY_ALL : 0;
	arg->nr = d->nr;
	memcpy(arg->ranges, d->ranges, sizeof(arg->ranges));
	t->dirty = (struct kuv_mem_dirty){};
}

static int kuv_mem_table_write(struct kuv_guest_mem *mem, u64 gpa,
			       const void *src, u32 len)
{
	struct kuv_mem_table *t = container_of(mem, struct kuv_mem_table, mem);
	void __user *uptr;
	u32 n;

	for (; len; len -= n, gpa += n, src += n) {
		n = kuv_mem_table_span(t, gpa, len, true, &uptr);
		if (!n)
			return -EFAULT;
		/* A copy that fails may have begun. */
		kuv_mem_dirty_note(&t->dirty, gpa, n);
		if (kuv_mem_store(uptr, src, n))
			return -EFAULT;
	}
	return 0;
}

static const struct kuv_guest_mem_ops kuv_mem_table_ops = {
	.read = kuv_mem_table_read,
	.write = kuv_mem_table_write,
};

void kuv_mem_table_init(struct kuv_mem_table *t)
{
	*t = (struct kuv_mem_table){ .mem.ops = &kuv_mem_table_ops };
}

void kuv_mem_table_exit(struct kuv_mem_table *t)
{
	kvfree(t->slots);
	t->slots = NULL;
	t->nr = 0;
	t->max = 0;
}

static u32 kuv_mem_table_index(const struct kuv_mem_table *t, u32 id)
{
	u32 i;

	for (i = 0; i < t->nr; i++)
		if (t->slots[i].id == id)
			break;
	return i;
}

static void kuv_mem_table_remove(struct kuv_mem_table *t, u32 id)
{
	u32 i = kuv_mem_table_index(t, id);

	if (i == t->nr)
		return;
	t->nr--;
	memmove(&t->slots[i], &t->slots[i + 1],
		(t->nr - i) * sizeof(*t->slots));
}

/* Must not fail: room was made by kuv_mem_table_grow(). */
static void kuv_mem_table_insert(struct kuv_mem_table *t,
				 const struct kuv_mem_slot *slot)
{
	u32 i = kuv_mem_table_seek(t, slot->gpa);

	memmove(&t->slots[i + 1], &t->slots[i], (t->nr - i) * sizeof(*t->slots));
	t->slots[i] = *slot;
	t->nr++;
}

static int kuv_mem_table_grow(struct kuv_mem_table *t)
{
	u32 max = t->max ? t->max * 2 : 8;
	struct kuv_mem_slot *slots;

	if (t->nr < t->max)
		return 0;
	slots = kvmalloc_array(max, sizeof(*slots), GFP_KERNEL_ACCOUNT);
	if (!slots)
		return -ENOMEM;
	if (t->nr)
		memcpy(slots, t->slots, t->nr * sizeof(*slots));
	kvfree(t->slots);
	t->slots = slots;
	t->max = max;
	return 0;
}

/* A slot of the same number does not count: it is about to be replaced. */
static bool kuv_mem_table_overlaps(const struct kuv_mem_table *t,
				   const struct kuv_mem_slot *slot)
{
	u32 i;

	for (i = 0; i < t->nr; i++) {
		const struct kuv_mem_slot *s = &t->slots[i];

		if (s->id != slot->id && s->gpa < slot->gpa + slot->len &&
		    slot->gpa < s->gpa + s->len)
			return true;
	}
	return false;
}

static int kuv_mem_slot_check(const struct kvm_uefivars_memory *arg)
{
	u64 end;

	if (arg->flags & ~KVM_UEFIVARS_MEM_READONLY || arg->reserved)
		return -EINVAL;
	if (!IS_ALIGNED(arg->gpa | arg->len | arg->hva, KUV_MEM_ALIGN))
		return -EINVAL;
	if (check_add_overflow(arg->gpa, arg->len, &end) ||
	    check_add_overflow(arg->hva, arg->len, &end))
		return -EINVAL;
	if (arg->slot >= KUV_MEM_SLOTS_MAX)
		return -ENOSPC;
	if (!access_ok(u64_to_user_ptr(arg->hva), arg->len))
		return -EFAULT;
	return 0;
}

int kuv_mem_table_set(struct kuv_mem_table *t,
		      const struct kvm_uefivars_memory *arg)
{
	struct kuv_mem_slot slot = {
		.gpa = arg->gpa,
		.len = arg->len,
		.hva = arg->hva,
		.id = arg->slot,
		.readonly = arg->flags & KVM_UEFIVARS_MEM_READONLY,
	};
	int ret = kuv_mem_slot_check(arg);

	if (ret)
		return ret;
	if (slot.len) {
		if (kuv_mem_table_overlaps(t, &slot))
			return -EINVAL;
		ret = kuv_mem_table_grow(t);
		if (ret)
			return ret;
	}
	kuv_mem_table_remove(t, slot.id);
	if (slot.len)
		kuv_mem_table_insert(t, &slot);
	return 0;
}
