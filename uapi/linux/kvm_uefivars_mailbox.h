/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-2-Clause */
/* Guest ABI of kvm-uefivars: mailbox registers, MM messages, status codes. */
#ifndef _UAPI_LINUX_KVM_UEFIVARS_MAILBOX_H
#define _UAPI_LINUX_KVM_UEFIVARS_MAILBOX_H

#include <linux/types.h>

/*
 * The register block and the messages are those of QEMU's "uefi-vars" device,
 * so firmware built for it (edk2 with QEMU_PV_VARS) runs unmodified. All
 * integers are little-endian. A GUID is 16 bytes in EFI (mixed-endian) order.
 * All message structures are packed: they start at any byte offset.
 */

/* Where the page sits on x86 unless the VMM says otherwise. */
#define KVM_UEFIVARS_MMIO_BASE		0xfef10000ULL
/* Bytes of the page that are registers; the page itself is 4 KiB. */
#define KVM_UEFIVARS_MMIO_SIZE		0x20
/* Record type of the device in the fw_cfg file "etc/hardware-info". */
#define KVM_UEFIVARS_HARDWARE_INFO_TYPE	2

/* Register offsets. Width in bits and access in brackets. */
#define KVM_UEFIVARS_REG_MAGIC		0x00	/* 16 RO: always MAGIC_VALUE */
#define KVM_UEFIVARS_REG_CMD_STS	0x02	/* 16 RW: write a command, read its status */
#define KVM_UEFIVARS_REG_BUFFER_SIZE	0x04	/* 32 RW: bytes shared, header included */
#define KVM_UEFIVARS_REG_ADDR_LO	0x08	/* 32 RW: buffer address, bits 31:0 */
#define KVM_UEFIVARS_REG_ADDR_HI	0x0c	/* 32 RW: buffer address, bits 63:32 */
#define KVM_UEFIVARS_REG_PIO_DATA	0x10	/* 8..64 RW: window on the staging buffer */
#define KVM_UEFIVARS_REG_PIO_CRC32C	0x18	/* 32 RO: over staging bytes [0, offset) */
#define KVM_UEFIVARS_REG_FLAGS		0x1c	/* 32 RO: FLAG_* below */

#define KVM_UEFIVARS_MAGIC_VALUE	0x0ef1
#define KVM_UEFIVARS_FLAG_USE_PIO	(1U << 0)
/* Largest shared buffer. Firmware hard-codes this size on its side. */
#define KVM_UEFIVARS_BUFFER_MAX		65536U

/* Commands written to CMD_STS. */
#define KVM_UEFIVARS_CMD_RESET		1
#define KVM_UEFIVARS_CMD_DMA_MM		2
#define KVM_UEFIVARS_CMD_PIO_MM		3
#define KVM_UEFIVARS_CMD_PIO_ZERO	4

/* Statuses read from CMD_STS. */
#define KVM_UEFIVARS_STS_SUCCESS	0x00
#define KVM_UEFIVARS_STS_BUSY		0x01
#define KVM_UEFIVARS_STS_UNKNOWN	0x10
#define KVM_UEFIVARS_STS_UNSUPPORTED	0x11
#define KVM_UEFIVARS_STS_BAD_SIZE	0x12

/**
 * struct kvm_uefivars_mm_header - what stands before every message
 * @guid: protocol or event, one of KVM_UEFIVARS_GUID_*
 * @message_len: bytes that follow this header
 */
struct kvm_uefivars_mm_header {
	__u8	guid[16];
	__le64	message_len;
} __attribute__((packed));

/* Protocols and events that arrive as messages, in wire order. */
#define KVM_UEFIVARS_GUID_VARIABLE \
	{ 0x33, 0xd5, 0x32, 0xed, 0xe6, 0x99, 0x09, 0x42, \
	  0x9c, 0xc0, 0x2d, 0x72, 0xcd, 0xd9, 0x98, 0xa7 }
#define KVM_UEFIVARS_GUID_POLICY \
	{ 0x11, 0x0d, 0x1b, 0xda, 0xa7, 0xd1, 0xc4, 0x46, \
	  0x9d, 0xc9, 0xf3, 0x71, 0x48, 0x75, 0xc6, 0xeb }
#define KVM_UEFIVARS_GUID_END_OF_DXE \
	{ 0x7a, 0x96, 0xce, 0x02, 0x7e, 0xdd, 0xfc, 0x4f, \
	  0x9e, 0xe7, 0x81, 0x0c, 0xf0, 0x47, 0x08, 0x80 }
#define KVM_UEFIVARS_GUID_READY_TO_BOOT \
	{ 0xb3, 0x8f, 0xe8, 0x7c, 0xd7, 0x4b, 0x79, 0x46, \
	  0x87, 0xa8, 0xa8, 0xd8, 0xde, 0xe5, 0x0d, 0x2b }
#define KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES \
	{ 0x55, 0xf0, 0xab, 0x27, 0xb8, 0xb1, 0x26, 0x4c, \
	  0x80, 0x48, 0x74, 0x8f, 0x37, 0xba, 0xa2, 0xdf }

/* Functions of the variable protocol. */
#define KVM_UEFIVARS_FN_GET_VARIABLE		1
#define KVM_UEFIVARS_FN_GET_NEXT_NAME		2
#define KVM_UEFIVARS_FN_SET_VARIABLE		3
#define KVM_UEFIVARS_FN_QUERY_INFO		4
#define KVM_UEFIVARS_FN_READY_TO_BOOT		5
#define KVM_UEFIVARS_FN_EXIT_BOOT_SERVICE	6
#define KVM_UEFIVARS_FN_GET_STATISTICS		7
#define KVM_UEFIVARS_FN_LOCK_VARIABLE		8
#define KVM_UEFIVARS_FN_PROPERTY_SET		9
#define KVM_UEFIVARS_FN_PROPERTY_GET		10
#define KVM_UEFIVARS_FN_GET_PAYLOAD_SIZE	11
#define KVM_UEFIVARS_FN_RUNTIME_CACHE_INIT	12
#define KVM_UEFIVARS_FN_RUNTIME_CACHE_SYNC	13
#define KVM_UEFIVARS_FN_RUNTIME_CACHE_INFO	14

/**
 * struct kvm_uefivars_var_header - start of a variable protocol message
 * @function: KVM_UEFIVARS_FN_*
 * @status: answer, a 64-bit EFI_STATUS
 */
struct kvm_uefivars_var_header {
	__le64	function;
	__le64	status;
} __attribute__((packed));

/**
 * struct kvm_uefivars_var_access - body of GET_VARIABLE and SET_VARIABLE
 * @guid: vendor namespace
 * @data_size: bytes of data; in a reply the size stored
 * @name_size: bytes of name, terminating NUL included
 * @attributes: KVM_UEFIVARS_ATTR_*
 *
 * The name follows, then the data without padding.
 */
struct kvm_uefivars_var_access {
	__u8	guid[16];
	__le64	data_size;
	__le64	name_size;
	__le32	attributes;
} __attribute__((packed));

/**
 * struct kvm_uefivars_var_next - body of GET_NEXT_NAME and LOCK_VARIABLE
 * @guid: vendor namespace
 * @name_size: bytes of the name that follows, terminating NUL included
 */
struct kvm_uefivars_var_next {
	__u8	guid[16];
	__le64	name_size;
} __attribute__((packed));

/**
 * struct kvm_uefivars_var_query - body of QUERY_INFO
 * @storage_max: bytes of the pool that @attributes selects
 * @storage_left: bytes of it that are free
 * @var_max: largest name plus data that one variable may have now
 * @attributes: selects the pool
 * @pad: zero
 */
struct kvm_uefivars_var_query {
	__le64	storage_max;
	__le64	storage_left;
	__le64	var_max;
	__le32	attributes;
	__le32	pad;
} __attribute__((packed));

/**
 * struct kvm_uefivars_var_property - what a variable must look like
 * @revision: 1
 * @property: bit 0 is read-only
 * @attributes: required attributes, 0 for any
 * @min_size: smallest data size
 * @max_size: largest data size
 */
struct kvm_uefivars_var_property {
	__le16	revision;
	__le16	property;
	__le32	attributes;
	__le64	min_size;
	__le64	max_size;
} __attribute__((packed));

/**
 * struct kvm_uefivars_var_check - body of PROPERTY_SET and PROPERTY_GET
 * @guid: vendor namespace
 * @name_size: bytes of the name that follows, terminating NUL included
 * @property: value to set, or value found
 */
struct kvm_uefivars_var_check {
	__u8	guid[16];
	__le64	name_size;
	struct kvm_uefivars_var_property property;
} __attribute__((packed));

/* The variable policy protocol. */
#define KVM_UEFIVARS_POLICY_SIGNATURE	0x43504356	/* "VCPC" */
#define KVM_UEFIVARS_POLICY_REVISION	1
#define KVM_UEFIVARS_POLICY_MSG_MAX	16384U		/* MM header included */

#define KVM_UEFIVARS_POLICY_DISABLE		1
#define KVM_UEFIVARS_POLICY_IS_ENABLED		2
#define KVM_UEFIVARS_POLICY_REGISTER		3
#define KVM_UEFIVARS_POLICY_DUMP		4
#define KVM_UEFIVARS_POLICY_LOCK		5
#define KVM_UEFIVARS_POLICY_GET_INFO		6
#define KVM_UEFIVARS_POLICY_GET_LOCK_STATE	7

/**
 * struct kvm_uefivars_policy_header - start of a policy protocol message
 * @signature: KVM_UEFIVARS_POLICY_SIGNATURE
 * @revision: KVM_UEFIVARS_POLICY_REVISION
 * @command: one of KVM_UEFIVARS_POLICY_DISABLE ... GET_LOCK_STATE
 * @result: answer, a 64-bit EFI_STATUS
 */
struct kvm_uefivars_policy_header {
	__le32	signature;
	__le32	revision;
	__le32	command;
	__le64	result;
} __attribute__((packed));

#define KVM_UEFIVARS_POLICY_ENTRY_VERSION	0x00010000
#define KVM_UEFIVARS_LOCK_NONE			0
#define KVM_UEFIVARS_LOCK_NOW			1
#define KVM_UEFIVARS_LOCK_ON_CREATE		2
#define KVM_UEFIVARS_LOCK_ON_VAR_STATE		3

/**
 * struct kvm_uefivars_policy_entry - one variable policy
 * @version: KVM_UEFIVARS_POLICY_ENTRY_VERSION
 * @size: bytes of the entry, tail included
 * @name_offset: where the name starts; equal to @size for a whole namespace
 * @guid: vendor namespace
 * @min_size: smallest data size
 * @max_size: largest data size, 0xffffffff for no limit
 * @attr_must: attributes that must be set
 * @attr_cant: attributes that must be clear
 * @lock_type: KVM_UEFIVARS_LOCK_*
 * @pad: zero
 */
struct kvm_uefivars_policy_entry {
	__le32	version;
	__le16	size;
	__le16	name_offset;
	__u8	guid[16];
	__le32	min_size;
	__le32	max_size;
	__le32	attr_must;
	__le32	attr_cant;
	__u8	lock_type;
	__u8	pad[3];
} __attribute__((packed));

/**
 * struct kvm_uefivars_policy_lock_state - tail of a LOCK_ON_VAR_STATE entry
 * @guid: namespace of the state variable
 * @value: value that locks
 * @pad: zero
 *
 * The name of the state variable follows, terminating NUL included.
 */
struct kvm_uefivars_policy_lock_state {
	__u8	guid[16];
	__u8	value;
	__u8	pad;
} __attribute__((packed));

/* Variable attributes. */
#define KVM_UEFIVARS_ATTR_NV	0x01	/* non-volatile */
#define KVM_UEFIVARS_ATTR_BS	0x02	/* seen before ExitBootServices */
#define KVM_UEFIVARS_ATTR_RT	0x04	/* seen after it as well */
#define KVM_UEFIVARS_ATTR_HR	0x08	/* hardware error record */
#define KVM_UEFIVARS_ATTR_AW	0x10	/* counter-based authentication, obsolete */
#define KVM_UEFIVARS_ATTR_AT	0x20	/* time-based authentication */
#define KVM_UEFIVARS_ATTR_AP	0x40	/* append, never stored */
#define KVM_UEFIVARS_ATTR_ENH	0x80	/* enhanced authentication, unsupported */

/* EFI_STATUS values in use. Errors have bit 63 set. */
#define KVM_UEFIVARS_EFI_ERROR(n)		((1ULL << 63) | (n))
#define KVM_UEFIVARS_EFI_SUCCESS		0ULL
#define KVM_UEFIVARS_EFI_INVALID_PARAMETER	KVM_UEFIVARS_EFI_ERROR(2)
#define KVM_UEFIVARS_EFI_UNSUPPORTED		KVM_UEFIVARS_EFI_ERROR(3)
#define KVM_UEFIVARS_EFI_BAD_BUFFER_SIZE	KVM_UEFIVARS_EFI_ERROR(4)
#define KVM_UEFIVARS_EFI_BUFFER_TOO_SMALL	KVM_UEFIVARS_EFI_ERROR(5)
#define KVM_UEFIVARS_EFI_NOT_READY		KVM_UEFIVARS_EFI_ERROR(6)
#define KVM_UEFIVARS_EFI_DEVICE_ERROR		KVM_UEFIVARS_EFI_ERROR(7)
#define KVM_UEFIVARS_EFI_WRITE_PROTECTED	KVM_UEFIVARS_EFI_ERROR(8)
#define KVM_UEFIVARS_EFI_OUT_OF_RESOURCES	KVM_UEFIVARS_EFI_ERROR(9)
#define KVM_UEFIVARS_EFI_NOT_FOUND		KVM_UEFIVARS_EFI_ERROR(14)
#define KVM_UEFIVARS_EFI_ACCESS_DENIED		KVM_UEFIVARS_EFI_ERROR(15)
#define KVM_UEFIVARS_EFI_TIMEOUT		KVM_UEFIVARS_EFI_ERROR(18)
#define KVM_UEFIVARS_EFI_ALREADY_STARTED	KVM_UEFIVARS_EFI_ERROR(20)
#define KVM_UEFIVARS_EFI_ABORTED		KVM_UEFIVARS_EFI_ERROR(21)
#define KVM_UEFIVARS_EFI_SECURITY_VIOLATION	KVM_UEFIVARS_EFI_ERROR(26)

#endif /* _UAPI_LINUX_KVM_UEFIVARS_MAILBOX_H */
