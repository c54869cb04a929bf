// SPDX-License-Identifier: GPL-2.0
/* In place of kvm_cap.c where there is no KVM at all: User Mode Linux. */
#include "kvm_cap.h"

#include <linux/errno.h>

u64 kuv_kvm_caps(void)
{
	return 0;
}

int kuv_kvm_hook(struct kuv_kvm *kk)
{
	return kk ? -ENODEV : 0;
}

void kuv_kvm_go(struct kuv_kvm *kk)
{
}

void kuv_kvm_unhook(struct kuv_kvm *kk)
{
}

void kuv_kvm_release(struct kuv_kvm *kk)
{
}

void kuv_kvm_free(struct kuv_kvm *kk)
{
}

struct kuv_guest_mem *kuv_kvm_mem(struct kuv_kvm *kk)
{
	return NULL;
}

void kuv_kvm_module_init(void)
{
}

void kuv_kvm_module_exit(void)
{
}
