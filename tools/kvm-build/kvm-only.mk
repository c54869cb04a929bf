# SPDX-License-Identifier: GPL-2.0
# Appended to the copy of arch/x86/kvm/Makefile: builds kvm.ko outside of the kernel
# tree, with the headers that the patch changes before the stock ones.

kuv-top := $(src)/../../..
NOSTDINC_FLAGS := -I $(kuv-top)/include -I $(kuv-top)/include/uapi $(NOSTDINC_FLAGS)
# arch/x86/kvm/trace.h names itself relative to include/trace.
ccflags-y += -I $(kuv-top)/include/trace
