// SPDX-License-Identifier: GPL-2.0
/* KVM's functions by name: one module for KVMs with and without the capability. */
#include "kvm_sym.h"

#include <linux/errno.h>
#include <linux/module.h>

struct kuv_kvm_sym kuv_kvm_sym;

/*
 * The type is that of the declaration; the compiler sees to it. What nobody sees
 * to is that struct kvm is as the headers have it: unlike a symbol that is linked,
 * one found here has no CRC to compare. So this is for the kernel it was built
 * for, down to the ABI number, and vermagic says no more than that.
 */
#define KUV_GET(_member, _symbol) \
	((kuv_kvm_sym._member = symbol_get(_symbol)) != NULL)

#define KUV_PUT(_member, _symbol) do {		\
	if (kuv_kvm_sym._member)		\
		symbol_put(_symbol);		\
	kuv_kvm_sym._member = NULL;		\
} while (0)

int kuv_kvm_sym_get(void)
{
	/* The first is the one that a KVM without the capability lacks. */
	if (KUV_GET(uefi_vars_register, kvm_uefi_vars_register) &&
	    KUV_GET(uefi_vars_unregister, kvm_uefi_vars_unregister) &&
	    KUV_GET(get_kvm, kvm_get_kvm) &&
	    KUV_GET(put_kvm, kvm_put_kvm) &&
	    KUV_GET(register_dev, kvm_io_bus_register_dev) &&
	    KUV_GET(unregister_dev, kvm_io_bus_unregister_dev) &&
	    KUV_GET(write_guest, kvm_write_guest) &&
	    KUV_GET(get_running_vcpu, kvm_get_running_vcpu))
		return 0;
	kuv_kvm_sym_put();
	return -ENOENT;
}

void kuv_kvm_sym_put(void)
{
	KUV_PUT(uefi_vars_register, kvm_uefi_vars_register);
	KUV_PUT(uefi_vars_unregister, kvm_uefi_vars_unregister);
	KUV_PUT(get_kvm, kvm_get_kvm);
	KUV_PUT(put_kvm, kvm_put_kvm);
	KUV_PUT(register_dev, kvm_io_bus_register_dev);
	KUV_PUT(unregister_dev, kvm_io_bus_unregister_dev);
	KUV_PUT(write_guest, kvm_write_guest);
	KUV_PUT(get_running_vcpu, kvm_get_running_vcpu);
}
