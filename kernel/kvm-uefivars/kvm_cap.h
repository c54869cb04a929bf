/* SPDX-License-Identifier: GPL-2.0 */
/* The patched kernel's way in: KVM itself brings each access to the page. */
#ifndef _KUV_KVM_CAP_H
#define _KUV_KVM_CAP_H

#include <linux/types.h>

struct kuv_guest_mem;
struct kuv_kvm;

/**
 * kuv_kvm_caps() - what this host's KVM can
 *
 * Context: Any, after kuv_kvm_module_init().
 * Return: KVM_UEFIVARS_CAP_KVM or 0.
 */
u64 kuv_kvm_caps(void);

/**
 * kuv_kvm_hook() - put the page on the VM's bus, for now without answers
 * @kk: what KVM_ENABLE_CAP made
 *
 * Context: Process, kvm->slots_lock not held.
 * Return: 0, -EEXIST (something is there), -ENOSPC (the bus is full) or
 * -ENOMEM.
 */
int kuv_kvm_hook(struct kuv_kvm *kk);

/**
 * kuv_kvm_go() - answer from now on
 * @kk: hooked; @kk->port is attached
 *
 * Context: Any.
 */
void kuv_kvm_go(struct kuv_kvm *kk);

/**
 * kuv_kvm_unhook() - take the page off the bus
 * @kk: hooked or not, or NULL
 *
 * No access runs when this returns; rings under way go on.
 *
 * Context: Process, kvm->slots_lock not held.
 */
void kuv_kvm_unhook(struct kuv_kvm *kk);

/**
 * kuv_kvm_release() - let the VM go
 * @kk: not hooked, or NULL; its memory will not be used any more
 *
 * Context: Process, nothing locked: this may be the end of the VM.
 */
void kuv_kvm_release(struct kuv_kvm *kk);

/**
 * kuv_kvm_free() - free it
 * @kk: released, or NULL
 *
 * Context: Any.
 */
void kuv_kvm_free(struct kuv_kvm *kk);

/**
 * kuv_kvm_mem() - how to reach the VM's memory
 * @kk: not released
 *
 * Context: Any.
 * Return: Memory, valid until kuv_kvm_release().
 */
struct kuv_guest_mem *kuv_kvm_mem(struct kuv_kvm *kk);

/**
 * kuv_kvm_module_init() - offer KVM_CAP_UEFI_VARS if this host's KVM knows it
 *
 * Context: Module initialisation.
 */
void kuv_kvm_module_init(void);

/**
 * kuv_kvm_module_exit() - undo kuv_kvm_module_init()
 *
 * Context: Module removal, no port left.
 */
void kuv_kvm_module_exit(void);

#endif /* _KUV_KVM_CAP_H */
