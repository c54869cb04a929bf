/* SPDX-License-Identifier: GPL-2.0 */
/* What this module calls of KVM, found when it is loaded. */
#ifndef _KUV_KVM_SYM_H
#define _KUV_KVM_SYM_H

#include <linux/kvm_host.h>

#include "kvm_uefi_vars.h"

/**
 * struct kuv_kvm_sym - functions of KVM, each with a reference of its module
 * @uefi_vars_register: only a KVM with KVM_CAP_UEFI_VARS has it
 * @uefi_vars_unregister: likewise
 * @get_kvm: kvm_get_kvm()
 * @put_kvm: kvm_put_kvm()
 * @register_dev: kvm_io_bus_register_dev()
 * @unregister_dev: kvm_io_bus_unregister_dev()
 * @write_guest: kvm_write_guest()
 * @get_running_vcpu: kvm_get_running_vcpu()
 */
struct kuv_kvm_sym {
	typeof(&kvm_uefi_vars_register) uefi_vars_register;
	typeof(&kvm_uefi_vars_unregister) uefi_vars_unregister;
	typeof(&kvm_get_kvm) get_kvm;
	typeof(&kvm_put_kvm) put_kvm;
	typeof(&kvm_io_bus_register_dev) register_dev;
	typeof(&kvm_io_bus_unregister_dev) unregister_dev;
	typeof(&kvm_write_guest) write_guest;
	typeof(&kvm_get_running_vcpu) get_running_vcpu;
};

/* All there between kuv_kvm_sym_get() and kuv_kvm_sym_put(). */
extern struct kuv_kvm_sym kuv_kvm_sym;

/**
 * kuv_kvm_sym_get() - find the functions, and keep KVM loaded
 *
 * Context: Module initialisation.
 * Return: 0, or -ENOENT with nothing held: a KVM without KVM_CAP_UEFI_VARS.
 */
int kuv_kvm_sym_get(void);

/**
 * kuv_kvm_sym_put() - undo kuv_kvm_sym_get()
 *
 * Context: Module removal, when nobody calls KVM any more.
 */
void kuv_kvm_sym_put(void);

#endif /* _KUV_KVM_SYM_H */
