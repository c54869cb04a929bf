// SPDX-License-Identifier: GPL-2.0-or-later
// Tells a machine reset from everything else QEMU does to vCPU 0.

#include "reset.h"

#include <stddef.h>

#define CR0_PE		1U
/* Where an x86 CPU begins. */
#define RESET_CS_BASE	0xffff0000U
#define RESET_RIP	0xfff0U

_Static_assert(offsetof(struct kvm_sregs, cs) ==
	       offsetof(struct kvm_sregs2, cs), "sregs2 begins otherwise");
_Static_assert(offsetof(struct kvm_sregs, cr0) ==
	       offsetof(struct kvm_sregs2, cr0), "sregs2 has cr0 elsewhere");

void kuv_reset_note_sregs(struct kuv_reset *reset,
			  const struct kvm_sregs *sregs)
{
	reset->cs_base = sregs->cs.base;
	reset->is_real_mode = !(sregs->cr0 & CR0_PE);
}

void kuv_reset_note_regs(struct kuv_reset *reset, const struct kvm_regs *regs)
{
	reset->rip = regs->rip;
}

void kuv_reset_note_mp_state(struct kuv_reset *reset)
{
	reset->has_put = true;
}

void kuv_reset_note_wakeup(struct kuv_reset *reset)
{
	reset->has_put = false;
}

bool kuv_reset_enter(struct kuv_reset *reset)
{
	bool is_reset = reset->has_run && reset->has_put &&
			reset->is_real_mode &&
			reset->cs_base == RESET_CS_BASE &&
			reset->rip == RESET_RIP;

	reset->has_run = true;
	reset->has_put = false;
	return is_reset;
}
