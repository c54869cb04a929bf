/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kuv-run and the library it preloads into QEMU agree on. */
#ifndef _KUV_PRELOAD_H
#define _KUV_PRELOAD_H

#define KUV_PRELOAD_NAME	"libkuv-preload.so"
/* Where it is installed, from the directory of kuv-run. */
#define KUV_PRELOAD_DIR		"../lib/kvm-uefivars"

/* Environment: number of the port descriptor. */
#define KUV_ENV_PORT_FD		"KUV_PORT_FD"
/* Number of the descriptor that holds the fw_cfg file. */
#define KUV_ENV_INFO_FD		"KUV_INFO_FD"
/* Address of the register page. */
#define KUV_ENV_BASE		"KUV_BASE"
/* LIBKUV_ATTACH_*, a number. */
#define KUV_ENV_ATTACH		"KUV_ATTACH"
/* Name of the VM. */
#define KUV_ENV_VM		"KUV_VM"
/* Not 0: the VM is moved here, its variables come later. */
#define KUV_ENV_INCOMING	"KUV_INCOMING"
/* Not 0: say on stderr what happens. */
#define KUV_ENV_VERBOSE		"KUV_VERBOSE"

#endif /* _KUV_PRELOAD_H */
