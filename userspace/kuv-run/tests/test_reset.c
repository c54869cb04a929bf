// SPDX-License-Identifier: GPL-2.0-or-later
// What counts as a machine reset: the calls QEMU makes, in order.

#include <string.h>

#include "reset.h"
#include "tap.h"

static void put_sregs(struct kuv_reset *r, uint64_t cs_base, uint64_t cr0)
{
	struct kvm_sregs2 sregs = { .cs.base = cs_base, .cr0 = cr0 };

	kuv_reset_note_sregs(r, (const void *)&sregs);
}

static void put_rip(struct kuv_reset *r, uint64_t rip)
{
	struct kvm_regs regs = { .rip = rip };

	kuv_reset_note_regs(r, &regs);
}

/* KVM_PUT_RUNTIME_STATE: registers only. */
static void put_runtime(struct kuv_reset *r, uint64_t cs_base, uint64_t rip,
			uint64_t cr0)
{
	put_sregs(r, cs_base, cr0);
	put_rip(r, rip);
}

/* KVM_PUT_RESET_STATE or KVM_PUT_FULL_STATE. */
static void put_all(struct kuv_reset *r, uint64_t cs_base, uint64_t rip,
		    uint64_t cr0)
{
	put_runtime(r, cs_base, rip, cr0);
	kuv_reset_note_mp_state(r);
}

static void put_reset(struct kuv_reset *r)
{
	put_all(r, 0xffff0000, 0xfff0, 0x60000010);
}

/* A VM that was started and ran. */
static struct kuv_reset running(void)
{
	struct kuv_reset r;

	memset(&r, 0, sizeof(r));
	put_reset(&r);
	kuv_reset_enter(&r);
	return r;
}

int main(void)
{
	struct kuv_reset r;

	memset(&r, 0, sizeof(r));
	put_reset(&r);
	put_reset(&r);
	ok(!kuv_reset_enter(&r), "start_is_no_reset");
	ok(!kuv_reset_enter(&r), "running_on_is_no_reset");

	r = running();
	put_reset(&r);
	ok(kuv_reset_enter(&r), "reset_after_running");
	ok(!kuv_reset_enter(&r), "reset_counts_once");
	put_reset(&r);
	ok(kuv_reset_enter(&r), "reset_again");

	r = running();
	kuv_reset_note_mp_state(&r);
	put_runtime(&r, 0xffff0000, 0xfff0, 0x60000010);
	ok(kuv_reset_enter(&r), "reset_in_another_order");

	r = running();
	put_runtime(&r, 0xffff0000, 0xfff0, 0x60000010);
	ok(!kuv_reset_enter(&r), "registers_alone_are_no_reset");

	r = running();
	put_all(&r, 0, 0x1234, 0x80050033);
	ok(!kuv_reset_enter(&r), "loaded_state_is_no_reset");

	r = running();
	put_reset(&r);
	put_all(&r, 0, 0x1234, 0x80050033);
	ok(!kuv_reset_enter(&r), "loadvm_resets_first_and_is_no_reset");

	r = running();
	put_reset(&r);
	kuv_reset_note_wakeup(&r);
	ok(!kuv_reset_enter(&r), "wakeup_is_no_reset");
	put_reset(&r);
	ok(kuv_reset_enter(&r), "reset_after_wakeup");
	put_reset(&r);
	kuv_reset_note_wakeup(&r);
	put_reset(&r);
	ok(kuv_reset_enter(&r), "reset_right_after_wakeup");

	r = running();
	put_all(&r, 0xffff0000, 0xfff0, 0x60000011);
	ok(!kuv_reset_enter(&r), "reset_vector_in_protected_mode");
	r = running();
	put_all(&r, 0xf0000, 0xfff0, 0x60000010);
	ok(!kuv_reset_enter(&r), "reset_vector_below_1_mib");
	r = running();
	put_all(&r, 0xffff0000, 0xfff1, 0x60000010);
	ok(!kuv_reset_enter(&r), "one_past_the_reset_vector");
	r = running();
	put_all(&r, 0xffff0000, 0x10000fff0, 0x60000010);
	ok(!kuv_reset_enter(&r), "rip_is_compared_whole");
	return tap_done();
}
