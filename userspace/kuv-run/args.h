/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks through a QEMU command line for what decides whether it can be run. */
#ifndef _KUV_ARGS_H
#define _KUV_ARGS_H

#include <stdbool.h>

enum kuv_machine {
	KUV_MACHINE_PC,		/* i440FX, QEMU's default */
	KUV_MACHINE_Q35,
	KUV_MACHINE_OTHER,	/* without ACPI sleep states */
};

enum kuv_args_problem {
	KUV_ARGS_FINE,
	KUV_ARGS_UEFI_VARS,	/* has a uefi-vars device already */
	KUV_ARGS_HARDWARE_INFO,	/* fw_cfg etc/hardware-info given */
	KUV_ARGS_OTHER_ACCEL,	/* may run without KVM */
	KUV_ARGS_NO_KVM,	/* runs without KVM */
	KUV_ARGS_IRQCHIP_OFF,	/* INIT goes through QEMU */
	KUV_ARGS_S3,		/* sleep state S3 asked for */
	KUV_ARGS_LOADVM,	/* starts from what savevm saved */
	KUV_ARGS_DIRTY_RING,	/* logs dirty memory where nobody can add to it */
};

/**
 * struct kuv_args - what a QEMU command line says
 * @has_kvm: KVM is asked for
 * @is_incoming: waits for a VM that is moved here
 * @machine: which chipset
 * @problem: the first reason not to run it
 * @culprit: the argument at fault, or NULL
 */
struct kuv_args {
	bool has_kvm;
	bool is_incoming;
	enum kuv_machine machine;
	enum kuv_args_problem problem;
	const char *culprit;
};

/**
 * kuv_args_scan() - look through a QEMU command line
 * @args: filled
 * @argv: the command line with the program's name, NULL at the end
 *
 * Finds mistakes, not malice: who writes the command line owns the VM.
 */
void kuv_args_scan(struct kuv_args *args, char *const argv[]);

/**
 * kuv_args_explain() - a problem in words, with what to do about it
 * @problem: not KUV_ARGS_FINE
 *
 * Return: A static text.
 */
const char *kuv_args_explain(enum kuv_args_problem problem);

/**
 * kuv_args_no_sleep() - the -global that takes state S3 away
 * @machine: which chipset
 *
 * Return: A static text, or NULL if the machine cannot sleep anyway.
 */
const char *kuv_args_no_sleep(enum kuv_machine machine);

#endif /* _KUV_ARGS_H */
