/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells a machine reset from everything else QEMU does to vCPU 0. */
#ifndef _KUV_RESET_H
#define _KUV_RESET_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/kvm.h>

/**
 * struct kuv_reset - what QEMU did to vCPU 0
 * @has_run: it was in KVM_RUN since QEMU started
 * @has_put: KVM_SET_MP_STATE was called since the last KVM_RUN or wakeup
 * @is_real_mode: newest KVM_SET_SREGS or KVM_SET_SREGS2
 * @cs_base: the same
 * @rip: newest KVM_SET_REGS
 *
 * QEMU has no call by which a preloaded library would see a machine reset, but
 * each ends in one put of the state of all vCPUs, which are paused until it is
 * done: qemu_system_reset() ends in cpu_synchronize_all_post_reset(), which is
 * kvm_arch_put_registers(KVM_PUT_RESET_STATE) for each (QEMU 7.2,
 * softmmu/runstate.c, accel/kvm/kvm-all.c, target/i386/kvm/kvm.c). This file
 * relies on the following there:
 *
 * 1. KVM_SET_MP_STATE is issued in one place only, kvm_put_mp_state(), and that
 *    is called only for KVM_PUT_RESET_STATE and KVM_PUT_FULL_STATE. The put
 *    before each KVM_RUN is KVM_PUT_RUNTIME_STATE. So a guest that arranges its
 *    own registers, however it likes, does not get a KVM_SET_MP_STATE.
 * 2. On x86 KVM_PUT_RESET_STATE has two callers: qemu_system_reset() and
 *    pc_machine_wakeup(), the wake from sleep state S3. The latter is followed
 *    by QEMU's wakeup notifiers, while the vCPUs are still paused
 *    (main_loop_should_exit(), softmmu/runstate.c). The library registers one,
 *    by a function that QEMU exports for its modules: what was put is then no
 *    reset. That kuv-run takes S3 away (disable_s3) is not enough. It only hides
 *    S3 from firmware and from an honest OS; writing the sleep register works as
 *    before (acpi_pm1_cnt_write(), hw/acpi/core.c).
 * 3. KVM_PUT_FULL_STATE has these: a vCPU is made (at start, or plugged in:
 *    that one only, never vCPU 0), and state was loaded (loadvm, migration).
 *    The latter puts whatever registers the state has. It is told apart by the
 *    registers: only a reset has vCPU 0 in real mode at ffff0000:fff0, where a
 *    guest would have to be at the one moment of a savevm, and where
 *    it executes the firmware's first instruction.
 * 4. A guest's INIT, or SIPI, is dealt with in the kernel when the local APIC
 *    is there; kuv-run refuses kernel-irqchip=off, where do_cpu_init() would
 *    reset registers in QEMU.
 * 5. After a reset only vCPU 0 runs; the others wait for its SIPI. So it is
 *    early enough to act when vCPU 0 enters KVM_RUN. By then all puts are
 *    done, in whatever order a version of QEMU makes them.
 * 6. What a put does before the first KVM_RUN is the start of the VM, for which
 *    ATTACH counts as the reset.
 *
 * Members are used under QEMU's own serialisation: it puts registers from the
 * vCPU's thread, or while that one is stopped.
 */
struct kuv_reset {
	bool has_run;
	bool has_put;
	bool is_real_mode;
	uint64_t cs_base;
	uint64_t rip;
};

/**
 * kuv_reset_note_sregs() - KVM_SET_SREGS, or KVM_SET_SREGS2
 * @reset: state of vCPU 0
 * @sregs: the argument; what is used of it is the same in both
 */
void kuv_reset_note_sregs(struct kuv_reset *reset,
			  const struct kvm_sregs *sregs);

/**
 * kuv_reset_note_regs() - KVM_SET_REGS
 * @reset: state of vCPU 0
 * @regs: the argument
 */
void kuv_reset_note_regs(struct kuv_reset *reset, const struct kvm_regs *regs);

/**
 * kuv_reset_note_mp_state() - KVM_SET_MP_STATE
 * @reset: state of vCPU 0
 */
void kuv_reset_note_mp_state(struct kuv_reset *reset);

/**
 * kuv_reset_note_wakeup() - the machine woke from sleep
 * @reset: state of vCPU 0
 *
 * Called after the puts that come with it.
 */
void kuv_reset_note_wakeup(struct kuv_reset *reset);

/**
 * kuv_reset_enter() - vCPU 0 is about to enter KVM_RUN
 * @reset: state of vCPU 0
 *
 * Return: Whether the machine was reset since it was there last.
 */
bool kuv_reset_enter(struct kuv_reset *reset);

#endif /* _KUV_RESET_H */
