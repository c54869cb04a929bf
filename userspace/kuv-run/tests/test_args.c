// SPDX-License-Identifier: GPL-2.0-or-later
// The QEMU command line scanner.

#include <stddef.h>
#include <string.h>

#include "args.h"
#include "tap.h"

#define ARGV(...) ((char *[]){ (char *)"qemu", __VA_ARGS__, NULL })
#define KVM (char *)"-accel", (char *)"kvm"
#define A(s) ((char *)(s))

static void expect(char *const argv[], enum kuv_args_problem want,
		   const char *what)
{
	struct kuv_args args;

	kuv_args_scan(&args, argv);
	ok(args.problem == want, what);
}

static void kvm_is_required(void)
{
	char *only[] = { A("qemu"), NULL };

	expect(only, KUV_ARGS_NO_KVM, "kvm_not_mentioned");
	expect(ARGV(A("-m"), A("1G")), KUV_ARGS_NO_KVM, "kvm_missing");
	expect(ARGV(KVM), KUV_ARGS_FINE, "kvm_accel");
	expect(ARGV(A("--accel"), A("kvm,thread=multi")), KUV_ARGS_FINE,
	       "kvm_accel_two_dashes");
	expect(ARGV(A("-accel"), A("accel=kvm")), KUV_ARGS_FINE,
	       "kvm_accel_with_key");
	expect(ARGV(A("-enable-kvm")), KUV_ARGS_FINE, "kvm_enable");
	expect(ARGV(A("-machine"), A("q35,accel=kvm")), KUV_ARGS_FINE,
	       "kvm_machine");
	expect(ARGV(A("-M"), A("accel=kvm")), KUV_ARGS_FINE,
	       "kvm_machine_without_type");
	expect(ARGV(A("-accel"), A("kvmx")), KUV_ARGS_OTHER_ACCEL,
	       "kvm_is_no_prefix");
	expect(ARGV(A("-append"), A("-enable-kvm")), KUV_ARGS_NO_KVM,
	       "kvm_only_in_free_text");
	expect(ARGV(A("-accel")), KUV_ARGS_NO_KVM, "accel_without_value");
}

static void no_other_accelerator(void)
{
	expect(ARGV(A("-accel"), A("tcg")), KUV_ARGS_OTHER_ACCEL, "accel_tcg");
	expect(ARGV(KVM, A("-accel"), A("tcg")), KUV_ARGS_OTHER_ACCEL,
	       "accel_tcg_as_fallback");
	expect(ARGV(A("-machine"), A("pc,accel=kvm:tcg")),
	       KUV_ARGS_OTHER_ACCEL, "machine_tcg_as_fallback");
}

static void uefi_vars_device_is_found(void)
{
	expect(ARGV(KVM, A("-device"), A("uefi-vars-x64,jsonfile=a")),
	       KUV_ARGS_UEFI_VARS, "uefi_vars_x64");
	expect(ARGV(KVM, A("-device"), A("uefi-vars-sysbus")),
	       KUV_ARGS_UEFI_VARS, "uefi_vars_sysbus");
	expect(ARGV(KVM, A("-device"), A("driver=uefi-vars-x64")),
	       KUV_ARGS_UEFI_VARS, "uefi_vars_with_key");
	expect(ARGV(KVM, A("-device"),
		    A("{\"id\":\"x\", \"driver\" : \"uefi-vars-x64\"}")),
	       KUV_ARGS_UEFI_VARS, "uefi_vars_json");
	expect(ARGV(KVM, A("-device"), A("{\"driver\":\"e1000\"}")),
	       KUV_ARGS_FINE, "other_device_json");
	expect(ARGV(KVM, A("-device"), A("{\"driver\"")), KUV_ARGS_FINE,
	       "device_json_cut");
	expect(ARGV(KVM, A("-device"), A("e1000,id=uefi-vars-x64")),
	       KUV_ARGS_FINE, "uefi_vars_only_as_id");
	expect(ARGV(KVM, A("-name"), A("-device"), A("x")), KUV_ARGS_FINE,
	       "device_only_in_free_text");
	expect(ARGV(KVM, A("-device"), A("")), KUV_ARGS_FINE, "device_empty");
}

static void hardware_info_is_ours(void)
{
	expect(ARGV(KVM, A("-fw_cfg"), A("name=etc/hardware-info,file=x")),
	       KUV_ARGS_HARDWARE_INFO, "hardware_info");
	expect(ARGV(KVM, A("-fw_cfg"), A("etc/hardware-info,file=x")),
	       KUV_ARGS_HARDWARE_INFO, "hardware_info_without_key");
	expect(ARGV(KVM, A("-fw_cfg"), A("file=x,name=etc/hardware-info")),
	       KUV_ARGS_HARDWARE_INFO, "hardware_info_in_other_order");
	expect(ARGV(KVM, A("-fw_cfg"), A("name=opt/x,string=etc/hardware-info")),
	       KUV_ARGS_FINE, "other_fw_cfg");
	expect(ARGV(KVM, A("-fw_cfg"),
		    A("name=opt/x,string=a,,name=etc/hardware-info")),
	       KUV_ARGS_FINE, "two_commas_are_one_in_a_value");
}

static void irqchip_stays_in_kernel(void)
{
	expect(ARGV(A("-machine"), A("pc,accel=kvm,kernel-irqchip=off")),
	       KUV_ARGS_IRQCHIP_OFF, "irqchip_off");
	expect(ARGV(A("-machine"), A("pc,accel=kvm,kernel_irqchip=off")),
	       KUV_ARGS_IRQCHIP_OFF, "irqchip_off_underscore");
	expect(ARGV(A("-M"), A("kernel_irqchip=off,accel=kvm")),
	       KUV_ARGS_IRQCHIP_OFF, "irqchip_off_first");
	expect(ARGV(A("-accel"), A("kvm,kernel-irqchip=off")),
	       KUV_ARGS_IRQCHIP_OFF, "irqchip_off_accel");
	expect(ARGV(A("-accel"), A("kvm,nokernel-irqchip")),
	       KUV_ARGS_IRQCHIP_OFF, "irqchip_off_old_form");
	expect(ARGV(A("-accel"), A("kvm,kernel-irqchip=split")),
	       KUV_ARGS_FINE, "irqchip_split");
}

static void sleep_state_is_refused(void)
{
	expect(ARGV(KVM, A("-global"), A("ICH9-LPC.disable_s3=0")),
	       KUV_ARGS_S3, "s3_enabled");
	expect(ARGV(KVM, A("-global"),
		    A("driver=PIIX4_PM,property=disable_s3,value=0x0")),
	       KUV_ARGS_S3, "s3_enabled_long_form");
	expect(ARGV(KVM, A("-global"), A("PIIX4_PM.disable_s3=off")),
	       KUV_ARGS_S3, "s3_not_a_number");
	expect(ARGV(KVM, A("-global"), A("PIIX4_PM.disable_s3")),
	       KUV_ARGS_S3, "s3_without_value");
	expect(ARGV(KVM, A("-global"), A("PIIX4_PM.disable_s3=1")),
	       KUV_ARGS_FINE, "s3_disabled");
	expect(ARGV(KVM, A("-global"), A("ICH9-LPC.disable_s4=0")),
	       KUV_ARGS_FINE, "s4_enabled");
}

static void expect_incoming(char *const argv[], bool want, const char *what)
{
	struct kuv_args args;

	kuv_args_scan(&args, argv);
	ok(args.problem == KUV_ARGS_FINE && args.is_incoming == want, what);
}

static void incoming_is_told(void)
{
	expect_incoming(ARGV(KVM), false, "incoming_not");
	expect_incoming(ARGV(KVM, A("-incoming"), A("defer")), true,
			"incoming_defer");
	expect_incoming(ARGV(KVM, A("-incoming"), A("tcp:0:4444")), true,
			"incoming_tcp");
	expect_incoming(ARGV(KVM, A("--incoming"), A("exec:cat file")), true,
			"incoming_exec");
	expect_incoming(ARGV(KVM, A("-name"), A("-incoming")), false,
			"incoming_only_in_free_text");
}

static void saved_state_is_refused(void)
{
	expect(ARGV(KVM, A("-loadvm"), A("snap")), KUV_ARGS_LOADVM,
	       "state_loadvm");
	expect(ARGV(KVM, A("-incoming"), A("defer"), A("-loadvm"), A("snap")),
	       KUV_ARGS_LOADVM, "state_loadvm_and_incoming");
}

static void dirty_ring_is_refused(void)
{
	expect(ARGV(A("-accel"), A("kvm,dirty-ring-size=4096")),
	       KUV_ARGS_DIRTY_RING, "dirty_ring_accel");
	expect(ARGV(A("-accel"), A("dirty-ring-size=1024,accel=kvm")),
	       KUV_ARGS_DIRTY_RING, "dirty_ring_accel_first");
	expect(ARGV(A("-machine"), A("pc,accel=kvm,dirty_ring_size=0x400")),
	       KUV_ARGS_DIRTY_RING, "dirty_ring_machine");
	expect(ARGV(A("-accel"), A("kvm,dirty-ring-size=4k")),
	       KUV_ARGS_DIRTY_RING, "dirty_ring_not_a_number");
	expect(ARGV(A("-accel"), A("kvm,dirty-ring-size=-1")),
	       KUV_ARGS_DIRTY_RING, "dirty_ring_negative");
	expect(ARGV(A("-accel"), A("kvm,dirty-ring-size=0")), KUV_ARGS_FINE,
	       "dirty_ring_off");
	expect(ARGV(A("-accel"), A("kvm,dirty-ring-size=0x0")), KUV_ARGS_FINE,
	       "dirty_ring_off_in_hex");
}

static void expect_machine(char *const argv[], const char *want,
			   const char *what)
{
	struct kuv_args args;
	const char *got;

	kuv_args_scan(&args, argv);
	got = kuv_args_no_sleep(args.machine);
	ok(want ? got && !strcmp(got, want) : !got, what);
}

static void machine_decides_who_sleeps(void)
{
	static const char pc[] = "PIIX4_PM.disable_s3=1";
	static const char q35[] = "ICH9-LPC.disable_s3=1";

	expect_machine(ARGV(KVM), pc, "machine_default");
	expect_machine(ARGV(A("-M"), A("pc-i440fx-7.2")), pc, "machine_pc");
	expect_machine(ARGV(A("-machine"), A("q35,smm=off")), q35,
		       "machine_q35");
	expect_machine(ARGV(A("-machine"), A("smm=off,type=pc-q35-7.2")), q35,
		       "machine_q35_with_key");
	expect_machine(ARGV(A("-M"), A("q35"), A("-M"), A("accel=kvm")), q35,
		       "machine_in_two_parts");
	expect_machine(ARGV(A("-M"), A("microvm")), NULL, "machine_microvm");
}

static void long_values_are_cut(void)
{
	static char arg[4096];

	memset(arg, 'x', sizeof(arg) - 1);
	memcpy(arg, "pc,accel=", 9);
	expect(ARGV(A("-M"), arg), KUV_ARGS_OTHER_ACCEL, "value_very_long");
	memset(arg, ',', sizeof(arg) - 1);
	expect(ARGV(KVM, A("-M"), arg), KUV_ARGS_FINE, "only_commas");
}

static void first_problem_and_its_argument(void)
{
	struct kuv_args args;
	char *argv[] = { A("qemu"), KVM, A("-loadvm"), A("s"),
			 A("-accel"), A("tcg"), NULL };

	kuv_args_scan(&args, argv);
	ok(args.problem == KUV_ARGS_LOADVM && args.culprit == argv[4],
	   "first_problem_and_its_argument");
}

static void every_problem_has_words(void)
{
	bool all = true;

	for (int i = KUV_ARGS_UEFI_VARS; i <= KUV_ARGS_DIRTY_RING; i++)
		all = all && strlen(kuv_args_explain(i)) > 20;
	ok(all, "every_problem_has_words");
}

int main(void)
{
	kvm_is_required();
	no_other_accelerator();
	uefi_vars_device_is_found();
	hardware_info_is_ours();
	irqchip_stays_in_kernel();
	sleep_state_is_refused();
	incoming_is_told();
	saved_state_is_refused();
	dirty_ring_is_refused();
	machine_decides_who_sleeps();
	long_values_are_cut();
	first_problem_and_its_argument();
	every_problem_has_words();
	return tap_done();
}
