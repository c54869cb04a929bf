/* SPDX-License-Identifier: GPL-2.0 */
/* The core's result type: an EFI_STATUS that sparse keeps apart from errno. */
#ifndef _KUV_CORE_STATUS_H
#define _KUV_CORE_STATUS_H

#include <asm/byteorder.h>

#include <linux/errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <linux/types.h>

typedef u64 __bitwise kuv_status_t;

#define KUV_EFI(n)		((__force kuv_status_t)KVM_UEFIVARS_EFI_##n)

#define KUV_SUCCESS		KUV_EFI(SUCCESS)
#define KUV_INVALID_PARAMETER	KUV_EFI(INVALID_PARAMETER)
#define KUV_UNSUPPORTED		KUV_EFI(UNSUPPORTED)
#define KUV_BUFFER_TOO_SMALL	KUV_EFI(BUFFER_TOO_SMALL)
#define KUV_DEVICE_ERROR	KUV_EFI(DEVICE_ERROR)
#define KUV_WRITE_PROTECTED	KUV_EFI(WRITE_PROTECTED)
#define KUV_OUT_OF_RESOURCES	KUV_EFI(OUT_OF_RESOURCES)
#define KUV_NOT_FOUND		KUV_EFI(NOT_FOUND)
#define KUV_ACCESS_DENIED	KUV_EFI(ACCESS_DENIED)
#define KUV_TIMEOUT		KUV_EFI(TIMEOUT)
#define KUV_ALREADY_STARTED	KUV_EFI(ALREADY_STARTED)
#define KUV_ABORTED		KUV_EFI(ABORTED)
#define KUV_SECURITY_VIOLATION	KUV_EFI(SECURITY_VIOLATION)

/**
 * kuv_status_wire() - the value of a status in a reply
 * @status: any status
 *
 * Context: Any.
 * Return: The EFI_STATUS in guest byte order.
 */
static inline __le64 kuv_status_wire(kuv_status_t status)
{
	return cpu_to_le64((__force u64)status);
}

/**
 * kuv_status_from_errno() - what a guest is told about a failure of the host
 * @err: 0 or a negative errno
 *
 * Context: Any.
 * Return: EFI_SUCCESS for 0, EFI_OUT_OF_RESOURCES for -ENOSPC, else
 * EFI_DEVICE_ERROR: the guest can do nothing about it.
 */
static inline kuv_status_t kuv_status_from_errno(int err)
{
	switch (err) {
	case 0:
		return KUV_SUCCESS;
	case -ENOSPC:
		return KUV_OUT_OF_RESOURCES;
	default:
		return KUV_DEVICE_ERROR;
	}
}

#endif /* _KUV_CORE_STATUS_H */
