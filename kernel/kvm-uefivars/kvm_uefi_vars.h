/* SPDX-License-Identifier: GPL-2.0 */
/* Between KVM and the module that serves UEFI variables to guests. */
#ifndef __LINUX_KVM_UEFI_VARS_H
#define __LINUX_KVM_UEFI_VARS_H

#include <linux/types.h>

struct file;
struct kvm;
struct module;

/**
 * struct kvm_uefi_vars_ops - what KVM_CAP_UEFI_VARS calls
 * @owner: module that serves; a reference is held during a call
 * @version: what KVM_CHECK_EXTENSION answers, not 0
 * @enable: serve the variables behind @port to @kvm, at guest physical address
 *	@base. Called in the VM's process with no lock of KVM held; it takes
 *	references of its own. Returns 0 or an error for KVM_ENABLE_CAP.
 */
struct kvm_uefi_vars_ops {
	struct module *owner;
	int version;
	int (*enable)(struct kvm *kvm, struct file *port, u64 base, u64 flags);
};

/**
 * kvm_uefi_vars_register() - be the one who serves UEFI variables
 * @ops: operations, constant until kvm_uefi_vars_unregister()
 *
 * Context: Process, may sleep.
 * Return: 0, or -EBUSY if there is one already.
 */
int kvm_uefi_vars_register(const struct kvm_uefi_vars_ops *ops);

/**
 * kvm_uefi_vars_unregister() - undo kvm_uefi_vars_register()
 * @ops: operations registered before; none is running when this returns
 *
 * Context: Process, may sleep.
 */
void kvm_uefi_vars_unregister(const struct kvm_uefi_vars_ops *ops);

#endif /* __LINUX_KVM_UEFI_VARS_H */
