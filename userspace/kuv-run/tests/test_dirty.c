// SPDX-License-Identifier: GPL-2.0-or-later
// Dirty memory of the variable service, as it reaches the logs that QEMU fetches.

#include <stdlib.h>
#include <string.h>

#include "dirty.h"
#include "tap.h"

#define PAGE	4096ULL

/* Three slots as a PC has them: 2 pages, a gap, 100 pages, then 64 more. */
static struct kuv_dirty *machine(void)
{
	struct kuv_dirty *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	kuv_dirty_set_slot(d, 0, 0, 2 * PAGE);
	kuv_dirty_set_slot(d, 1, 16 * PAGE, 100 * PAGE);
	kuv_dirty_set_slot(d, 3, 116 * PAGE, 64 * PAGE);
	return d;
}

static void take(struct kuv_dirty *d, uint64_t page, uint64_t nr_pages)
{
	struct kvm_uefivars_dirty taken = {
		.nr = 1, .ranges = { { page * PAGE, nr_pages * PAGE } },
	};

	kuv_dirty_note(d, &taken);
}

/* Whether a fetch of @slot reports exactly the pages @first to @end - 1 of it. */
static bool reports(struct kuv_dirty *d, unsigned int slot, unsigned int first,
		    unsigned int end)
{
	uint8_t bitmap[32] = { 0 };

	kuv_dirty_report(d, slot, bitmap);
	for (unsigned int i = 0; i < 8 * sizeof(bitmap); i++)
		if ((bitmap[i / 8] >> i % 8 & 1) != (i >= first && i < end))
			return false;
	return true;
}

static bool reports_nothing(struct kuv_dirty *d, unsigned int slot)
{
	return reports(d, slot, 0, 0);
}

static void ranges_reach_their_slot(void)
{
	struct kuv_dirty *d = machine();

	ok(reports_nothing(d, 1), "nothing_taken");
	take(d, 20, 3);
	ok(reports_nothing(d, 0), "range_of_another_slot");
	ok(reports(d, 1, 4, 7), "range_in_slot");
	ok(reports_nothing(d, 1), "range_is_told_once");
	take(d, 0, 1);
	take(d, 120, 1);
	ok(reports(d, 3, 4, 5), "range_after_a_slot_without_number");
	ok(reports(d, 0, 0, 1), "range_taken_earlier_is_kept");
	take(d, 16, 100);
	ok(reports(d, 1, 0, 100), "range_is_the_whole_slot");
	ok(reports_nothing(d, 3), "range_ends_at_the_slot_before");
	free(d);
}

static void ranges_are_cut_to_slots(void)
{
	struct kuv_dirty *d = machine();

	take(d, 112, 8);
	ok(reports(d, 1, 96, 100), "range_over_two_slots_first");
	ok(reports(d, 3, 0, 4), "range_over_two_slots_second");
	take(d, 1, 20);
	ok(reports(d, 0, 1, 2), "range_over_a_gap_below");
	ok(reports(d, 1, 0, 5), "range_over_a_gap_above");
	take(d, 4, 2);
	take(d, 200, 2);
	ok(reports_nothing(d, 0) && reports_nothing(d, 1) &&
	   reports_nothing(d, 3), "range_in_no_slot");
	free(d);
}

static void bits_of_kvm_stay(void)
{
	struct kuv_dirty *d = machine();
	uint8_t bitmap[16] = { 0x81, 0x10 };

	take(d, 17, 1);
	kuv_dirty_report(d, 1, bitmap);
	ok(bitmap[0] == 0x83 && bitmap[1] == 0x10, "bits_of_kvm_stay");
	free(d);
}

static void too_many_are_all(void)
{
	struct kuv_dirty *d = machine();

	for (unsigned int i = 0; i < KUV_DIRTY_RANGES + 5; i++)
		take(d, 20, 4);
	ok(reports(d, 1, 4, 8), "same_range_again_and_again");
	for (unsigned int i = 0; i < KUV_DIRTY_RANGES + 5; i++)
		take(d, 20 + i % KUV_DIRTY_RANGES, 1);
	ok(reports(d, 1, 4, 4 + KUV_DIRTY_RANGES), "as_many_as_there_is_room");
	for (unsigned int i = 0; i < KUV_DIRTY_RANGES + 1; i++)
		take(d, 20 + 2 * i, 1);
	ok(reports(d, 1, 0, 100), "one_more_than_there_is_room");
	ok(reports_nothing(d, 1), "all_is_told_once");
	ok(reports_nothing(d, 3), "all_of_one_slot_only");
	free(d);
}

static void all_memory(void)
{
	struct kvm_uefivars_dirty all = { .flags = KVM_UEFIVARS_DIRTY_ALL };
	struct kuv_dirty *d = machine();

	kuv_dirty_note(d, &all);
	ok(reports(d, 3, 0, 64), "all_memory");
	ok(reports(d, 0, 0, 2) && reports(d, 1, 0, 100),
	   "all_memory_of_other_slots");
	ok(reports_nothing(d, 2) && reports_nothing(d, 4),
	   "all_memory_but_no_slot");
	ok(reports_nothing(d, 0), "all_memory_is_told_once");
	free(d);
}

static void slots_change(void)
{
	struct kuv_dirty *d = machine();

	take(d, 20, 1);
	kuv_dirty_set_slot(d, 1, 16 * PAGE, 100 * PAGE);
	ok(reports(d, 1, 4, 5), "slot_set_again_keeps_its_ranges");
	take(d, 20, 1);
	kuv_dirty_set_slot(d, 1, 0, 0);
	ok(reports_nothing(d, 1), "slot_removed");
	kuv_dirty_set_slot(d, 1, 16 * PAGE, 50 * PAGE);
	ok(reports_nothing(d, 1), "slot_new_begins_clean");
	take(d, 60, 20);
	ok(reports(d, 1, 44, 50), "slot_new_has_its_own_size");
	free(d);
}

static void odd_arguments(void)
{
	struct kuv_dirty *d = machine();
	struct kvm_uefivars_dirty taken = { .nr = UINT32_MAX };

	kuv_dirty_set_slot(d, KUV_DIRTY_SLOTS, 0, PAGE);
	kuv_dirty_set_slot(d, UINT32_MAX, 0, PAGE);
	kuv_dirty_set_slot(d, KUV_DIRTY_SLOTS - 1, 400 * PAGE, PAGE);
	take(d, 400, 1);
	ok(reports(d, KUV_DIRTY_SLOTS - 1, 0, 1), "slot_highest");
	ok(reports_nothing(d, KUV_DIRTY_SLOTS), "slot_too_high");
	kuv_dirty_note(d, &taken);
	ok(reports_nothing(d, 1), "ranges_of_no_length");
	free(d);
}

int main(void)
{
	ranges_reach_their_slot();
	ranges_are_cut_to_slots();
	bits_of_kvm_stay();
	too_many_are_all();
	all_memory();
	slots_change();
	odd_arguments();
	return tap_done();
}
