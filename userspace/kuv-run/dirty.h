/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds what the variable service wrote to KVM's log of dirty memory, slot by slot. */
#ifndef _KUV_DIRTY_H
#define _KUV_DIRTY_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/kvm_uefivars.h>

/* As many memory slots as the module takes for a port. */
#define KUV_DIRTY_SLOTS	1024

/* Ranges kept for one slot; if there are more, all of it counts as written. */
#define KUV_DIRTY_RANGES	8

/**
 * struct kuv_dirty_slot - one memory slot and what is to be told of it
 * @gpa: where the guest has it
 * @len: bytes; 0 if there is no such slot
 * @is_all: all of it was written
 * @nr: ranges in @ranges
 * @ranges: written since KVM's log was fetched last; within the slot
 */
struct kuv_dirty_slot {
	uint64_t gpa;
	uint64_t len;
	bool is_all;
	unsigned int nr;
	struct kvm_uefivars_range ranges[KUV_DIRTY_RANGES];
};

/**
 * struct kuv_dirty - the slots of a VM
 * @nr: slots at and above this number were never used
 * @slots: by number
 *
 * TAKE_DIRTY tells once, and of all memory, what was written; a VMM fetches
 * KVM's log slot by slot. So what is taken for one slot waits here for the
 * others.
 *
 * QEMU sets and fetches slots under one lock, which guards this, too
 * (kvm_slots_lock(), accel/kvm/kvm-all.c). The slots of other address spaces
 * (SMRAM) are left out: QEMU joins the logs of all in one bitmap for each block
 * of RAM, and RAM is in the normal address space as well.
 */
struct kuv_dirty {
	unsigned int nr;
	struct kuv_dirty_slot slots[KUV_DIRTY_SLOTS];
};

/**
 * kuv_dirty_set_slot() - KVM was told of a memory slot
 * @dirty: slots of the VM
 * @slot: number of the slot
 * @gpa: where the guest has it
 * @len: bytes, 0 to remove it
 *
 * A slot that stays where it was, as when logging is turned on, keeps what is
 * to be told of it.
 */
void kuv_dirty_set_slot(struct kuv_dirty *dirty, unsigned int slot,
			uint64_t gpa, uint64_t len);

/**
 * kuv_dirty_note() - remember what TAKE_DIRTY returned
 * @dirty: slots of the VM
 * @taken: the answer
 */
void kuv_dirty_note(struct kuv_dirty *dirty,
		    const struct kvm_uefivars_dirty *taken);

/**
 * kuv_dirty_report() - add what is to be told of a slot to its log
 * @dirty: slots of the VM
 * @slot: number of the slot
 * @bitmap: what KVM_GET_DIRTY_LOG filled, a bit for each page of the slot
 */
void kuv_dirty_report(struct kuv_dirty *dirty, unsigned int slot,
		      uint8_t *bitmap);

#endif /* _KUV_DIRTY_H */
