// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the emulated host only: takes an event that was delivered out of EXITINTINFO.
 *
 * QEMU's SVM leaves the type of the last event there and clears only its valid bit. In
 * 7.2 svm_check_emulate_instruction() looks at the type alone, takes the event for one
 * under delivery, and refuses to emulate the guest's next access to a device. What real
 * hardware leaves there without the valid bit is zero.
 */
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <asm/svm.h>

/* How struct vcpu_svm of kvm-amd begins. */
struct quirk_vcpu {
	struct kvm_vcpu vcpu;
	struct vmcb *vmcb;
};

static int quirk_clear(struct kprobe *p, struct pt_regs *regs)
{
	struct quirk_vcpu *svm = (struct quirk_vcpu *)regs_get_kernel_argument(regs, 0);
	struct vmcb_control_area *control = &svm->vmcb->control;

	if (!(control->exit_int_info & SVM_EXITINTINFO_VALID))
		control->exit_int_info = 0;
	return 0;
}

static struct kprobe quirk_probe = {
	.symbol_name = "svm_check_emulate_instruction",
	.pre_handler = quirk_clear,
};

static int __init quirk_init(void)
{
	return register_kprobe(&quirk_probe);
}

static void __exit quirk_exit(void)
{
	unregister_kprobe(&quirk_probe);
}

module_init(quirk_init);
module_exit(quirk_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("EXITINTINFO as SVM hardware leaves it, in QEMU's emulation");
