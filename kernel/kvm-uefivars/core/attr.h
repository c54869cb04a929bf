/* SPDX-License-Identifier: GPL-2.0 */
/* Short names of attributes, for files that work on little else. */
#ifndef _KUV_CORE_ATTR_H
#define _KUV_CORE_ATTR_H

#include <linux/kvm_uefivars_mailbox.h>

#define A_NV	KVM_UEFIVARS_ATTR_NV
#define A_BS	KVM_UEFIVARS_ATTR_BS
#define A_RT	KVM_UEFIVARS_ATTR_RT
#define A_HR	KVM_UEFIVARS_ATTR_HR
#define A_AW	KVM_UEFIVARS_ATTR_AW
#define A_AT	KVM_UEFIVARS_ATTR_AT
#define A_AP	KVM_UEFIVARS_ATTR_AP

/* Attributes that a caller may name at all, and those that say where. */
#define A_KNOWN		(A_NV | A_BS | A_RT | A_HR | A_AW | A_AT | A_AP)
#define A_PLACE		(A_KNOWN & ~A_AW)

#endif /* _KUV_CORE_ATTR_H */
