/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps a VM's vCPUs out of KVM_RUN while its variables are on their way. */
#ifndef _KUV_HOLD_H
#define _KUV_HOLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct kvm_run;
struct libkuv_port;

/**
 * struct kuv_hold - whether vCPUs may run
 * @port: attached port of the VM
 * @vm: its name, for messages
 * @is_verbose: say what happens
 * @is_incoming: the VM is moved here and has not run yet
 * @is_running: newest word of the VMM
 * @has_told: what is waited for was said, since the last pause
 * @is_held: no vCPU may enter KVM_RUN before kuv_hold_leave() said so
 *
 * The VMM stops all vCPUs before it says that the VM is stopped, and says that
 * it runs before the first vCPU does. So a pause never meets a vCPU between
 * kuv_hold_leave() and the end of KVM_RUN, and several vCPUs that leave at
 * once do the same.
 */
struct kuv_hold {
	struct libkuv_port *port;
	const char *vm;
	bool is_verbose;
	_Atomic bool is_incoming;
	_Atomic bool is_running;
	_Atomic bool has_told;
	_Atomic bool is_held;
};

/**
 * kuv_hold_pause() - the VM is stopped: the store may be frozen from now on
 * @hold: the VM's
 * @flags: KVM_UEFIVARS_PAUSE_DEPARTED if its memory has left, or 0
 *
 * Context: No vCPU is in KVM_RUN.
 */
void kuv_hold_pause(struct kuv_hold *hold, uint32_t flags);

/**
 * kuv_hold_set_running() - the VM was started or stopped
 * @hold: the VM's
 * @is_running: what the VMM says
 */
void kuv_hold_set_running(struct kuv_hold *hold, bool is_running);

/**
 * kuv_hold_departed() - all memory of the VM was sent to another host
 * @hold: the VM's
 */
void kuv_hold_departed(struct kuv_hold *hold);

/**
 * kuv_hold_again() - the store turned out to be frozen
 * @hold: the VM's
 */
static inline void kuv_hold_again(struct kuv_hold *hold)
{
	atomic_store(&hold->is_held, true);
}

/**
 * kuv_hold_leave() - wait until vCPUs may run
 * @hold: the VM's
 * @run: of the vCPU that wants to; waiting ends when its immediate_exit is set
 *
 * Context: The vCPU's thread, which gets a signal when the VMM wants it back.
 * Return: 0; -EINTR the VMM wants it back; or another -errno.
 */
int kuv_hold_leave(struct kuv_hold *hold, const struct kvm_run *run);

#endif /* _KUV_HOLD_H */
