// SPDX-License-Identifier: GPL-2.0-or-later
// Adds what the variable service wrote to KVM's log of dirty memory, slot by slot.

#include "dirty.h"

#include <string.h>

#define PAGE_LEN	4096U

static void add_range(struct kuv_dirty_slot *slot, uint64_t gpa, uint64_t end)
{
	for (unsigned int i = 0; i < slot->nr; i++)
		if (slot->ranges[i].gpa <= gpa &&
		    end - slot->ranges[i].gpa <= slot->ranges[i].len)
			return;
	if (slot->nr == KUV_DIRTY_RANGES) {
		slot->is_all = true;
		return;
	}
	slot->ranges[slot->nr].gpa = gpa;
	slot->ranges[slot->nr].len = end - gpa;
	slot->nr++;
}

/* The part of a range that is in the slot, if any. */
static void note_range(struct kuv_dirty_slot *slot,
		       const struct kvm_uefivars_range *range)
{
	uint64_t gpa = range->gpa, end = range->gpa + range->len;
	uint64_t slot_end = slot->gpa + slot->len;

	if (gpa < slot->gpa)
		gpa = slot->gpa;
	if (end > slot_end)
		end = slot_end;
	if (gpa < end)
		add_range(slot, gpa, end);
}

static void note_slot(struct kuv_dirty_slot *slot,
		      const struct kvm_uefivars_dirty *taken)
{
	uint32_t nr = taken->nr;

	if (!slot->len)
		return;
	if (taken->flags & KVM_UEFIVARS_DIRTY_ALL)
		slot->is_all = true;
	if (nr > KVM_UEFIVARS_DIRTY_MAX)
		nr = KVM_UEFIVARS_DIRTY_MAX;
	for (uint32_t i = 0; i < nr; i++)
		note_range(slot, &taken->ranges[i]);
}

void kuv_dirty_set_slot(struct kuv_dirty *dirty, unsigned int slot,
			uint64_t gpa, uint64_t len)
{
	struct kuv_dirty_slot *s;

	if (slot >= KUV_DIRTY_SLOTS)
		return;
	if (slot >= dirty->nr)
		dirty->nr = slot + 1;
	s = &dirty->slots[slot];
	if (s->gpa == gpa && s->len == len)
		return;
	memset(s, 0, sizeof(*s));
	s->gpa = gpa;
	s->len = len;
}

void kuv_dirty_note(struct kuv_dirty *dirty,
		    const struct kvm_uefivars_dirty *taken)
{
	for (unsigned int i = 0; i < dirty->nr; i++)
		note_slot(&dirty->slots[i], taken);
}

static void set_bits(uint8_t *bitmap, uint64_t first, uint64_t end)
{
	for (; first < end; first++)
		bitmap[first / 8] |= (uint8_t)(1U << first % 8);
}

void kuv_dirty_report(struct kuv_dirty *dirty, unsigned int slot,
		      uint8_t *bitmap)
{
	struct kuv_dirty_slot *s;

	if (slot >= dirty->nr)
		return;
	s = &dirty->slots[slot];
	if (s->is_all)
		set_bits(bitmap, 0, s->len / PAGE_LEN);
	for (unsigned int i = 0; i < s->nr; i++) {
		uint64_t at = s->ranges[i].gpa - s->gpa;

		set_bits(bitmap, at / PAGE_LEN,
			 (at + s->ranges[i].len + PAGE_LEN - 1) / PAGE_LEN);
	}
	s->is_all = false;
	s->nr = 0;
}
