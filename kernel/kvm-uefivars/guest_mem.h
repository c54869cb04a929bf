/* SPDX-License-Identifier: GPL-2.0 */
/* Guest memory: copies by guest physical address, and a table of host addresses. */
#ifndef _KUV_GUEST_MEM_H
#define _KUV_GUEST_MEM_H

#include <linux/types.h>
#include <linux/uaccess.h>

#include <linux/kvm_uefivars.h>

/* Most slots of one table; a VMM numbers its slots below this. */
#define KUV_MEM_SLOTS_MAX	1024

/* Bytes that a read() should ask for where it has a choice. */
#define KUV_MEM_FETCH_USUAL	256U
#define KUV_MEM_FETCH_LONGER	768U

struct kuv_guest_mem;

/**
 * struct kuv_guest_mem_ops - one way to reach guest memory
 * @read: copy @len bytes at @gpa to @dst; 0 or -EFAULT
 * @write: copy @len bytes at @src to @gpa; 0 or -EFAULT
 *
 * Both may sleep, and copy in part before they fail.
 */
struct kuv_guest_mem_ops {
	int (*read)(struct kuv_guest_mem *mem, u64 gpa, void *dst, u32 len);
	int (*write)(struct kuv_guest_mem *mem, u64 gpa, const void *src, u32 len);
};

/**
 * struct kuv_guest_mem - guest memory of one VM, by whatever means
 * @ops: how to reach it
 */
struct kuv_guest_mem {
	const struct kuv_guest_mem_ops *ops;
};

/**
 * struct kuv_mem_slot - a piece of guest memory in the VMM's address space
 * @gpa: first guest physical address
 * @len: bytes; @gpa + @len does not wrap
 * @hva: where it starts in the VMM
 * @id: the VMM's number for it
 * @readonly: requests may not write there
 */
struct kuv_mem_slot {
	u64 gpa;
	u64 len;
	u64 hva;
	u32 id;
	bool readonly;
};

/**
 * struct kuv_mem_dirty - what was written since the VMM asked last
 * @nr: used ranges
 * @last: range of the last write, which is the likeliest for the next
 * @is_all: there were more than fit
 * @ranges: whole pages; the rest is zero
 */
struct kuv_mem_dirty {
	u32 nr;
	u32 last;
	bool is_all;
	struct kvm_uefivars_range ranges[KVM_UEFIVARS_DIRTY_MAX];
};

/**
 * struct kuv_mem_table - guest memory described by the VMM
 * @mem: access; the caller's current->mm must be the VMM's
 * @slots: slots by rising @gpa, disjoint
 * @nr: used slots
 * @max: room in @slots
 * @last: slot of the last access, which is the likeliest for the next
 * @dirty: what was written
 *
 * No lock of its own: the owner serialises every call.
 */
struct kuv_mem_table {
	struct kuv_guest_mem mem;
	struct kuv_mem_slot *slots;
	u32 nr;
	u32 max;
	u32 last;
	struct kuv_mem_dirty dirty;
};

/*
 * copy_from_user() and copy_to_user() look up which object the kernel's side is
 * in, at a considerable part of a request's cost, unless the length is a
 * constant. The usual ones to read are; what is short is written word by word, as
 * unsafe_copy_to_user() does, but four words in a turn of the loop.
 */
#define KUV_MEM_STORE_AT_ONCE	32U

/**
 * kuv_mem_fetch() - copy a message or a part of it in
 * @dst: private memory
 * @uptr: guest memory
 * @len: bytes
 *
 * Context: May sleep.
 * Return: Bytes not copied.
 */
static inline unsigned long kuv_mem_fetch(void *dst, const void __user *uptr,
					  u32 len)
{
	if (likely(len == KUV_MEM_FETCH_USUAL))
		return copy_from_user(dst, uptr, KUV_MEM_FETCH_USUAL);
	if (likely(len == KUV_MEM_FETCH_LONGER))
		return copy_from_user(dst, uptr, KUV_MEM_FETCH_LONGER);
	return copy_from_user(dst, uptr, len);
}

/**
 * kuv_mem_store_short() - copy a few bytes out, word by word
 * @uptr: guest memory
 * @src: private memory
 * @len: bytes
 *
 * Context: May sleep.
 * Return: 0 or -EFAULT.
 */
static inline int kuv_mem_store_short(void __user *uptr, const void *src,
				      u32 len)
{
	if (!user_write_access_begin(uptr, len))
		return -EFAULT;
	while (len >= KUV_MEM_STORE_AT_ONCE) {
		const u64 *from = src;
		u64 __user *to = uptr;

		unsafe_put_user(from[0], to, fault);
		unsafe_put_user(from[1], to + 1, fault);
		unsafe_put_user(from[2], to + 2, fault);
		unsafe_put_user(from[3], to + 3, fault);
		uptr += KUV_MEM_STORE_AT_ONCE;
		src += KUV_MEM_STORE_AT_ONCE;
		len -= KUV_MEM_STORE_AT_ONCE;
	}
	unsafe_copy_to_user(uptr, src, len, fault);
	user_write_access_end();
	return 0;

fault:
	user_write_access_end();
	return -EFAULT;
}

/**
 * kuv_mem_store() - copy a reply or a part of it out
 * @uptr: guest memory
 * @src: private memory
 * @len: bytes
 *
 * Context: May sleep.
 * Return: 0 or -EFAULT.
 */
static inline int kuv_mem_store(void __user *uptr, const void *src, u32 len)
{
	if (likely(len <= KUV_MEM_FETCH_USUAL))
		return kuv_mem_store_short(uptr, src, len);
	return copy_to_user(uptr, src, len) ? -EFAULT : 0;
}

/**
 * kuv_mem_dirty_note() - remember that guest memory was written
 * @d: what was written before
 * @gpa: where
 * @len: bytes
 *
 * Context: Any.
 */
void kuv_mem_dirty_note(struct kuv_mem_dirty *d, u64 gpa, u32 len);

/**
 * kuv_mem_table_init() - an empty table
 * @t: uninitialised memory
 *
 * Context: Any.
 */
void kuv_mem_table_init(struct kuv_mem_table *t);

/**
 * kuv_mem_table_exit() - free what a table owns
 * @t: table
 *
 * Context: May sleep.
 */
void kuv_mem_table_exit(struct kuv_mem_table *t);

/**
 * kuv_mem_table_set() - add, replace or remove a slot
 * @t: table
 * @arg: slot as the VMM describes it; sizes and flags are checked here
 *
 * Context: May sleep; in the VMM's address space.
 * Return: 0, -EINVAL, -EFAULT (not a user address), -ENOSPC (slot number) or
 * -ENOMEM; on an error the table is as before.
 */
int kuv_mem_table_set(struct kuv_mem_table *t,
		      const struct kvm_uefivars_memory *arg);

/**
 * kuv_mem_table_take_dirty() - what was written since the last call
 * @t: table
 * @arg: filled but for @arg->size
 *
 * Context: Any.
 */
void kuv_mem_table_take_dirty(struct kuv_mem_table *t,
			      struct kvm_uefivars_dirty *arg);

#endif /* _KUV_GUEST_MEM_H */
