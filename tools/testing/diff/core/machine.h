/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine whose firmware is a table of functions: messages to the core and no more. */
#ifndef KUV_DIFF_MACHINE_H
#define KUV_DIFF_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a message that follow the header of the variable protocol. */
#define MACHINE_BODY_MAX (65536u - 24 - 16)

/* Store, limits and options of the test on the real service. */
void machine_power_on(void);
/* Reset, and the phases until a boot option is started. */
void machine_boot(void);
void machine_exit_boot_services(void);
void machine_power_off(void);

/* One request, its body is answered in place; an EFI_STATUS. */
uint64_t machine_call(uint64_t function, void *body, size_t len);

#endif
