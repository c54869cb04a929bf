/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* The contract between the kvm-uefivars module and user space. */
#ifndef _UAPI_LINUX_KVM_UEFIVARS_H
#define _UAPI_LINUX_KVM_UEFIVARS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Three kinds of file descriptor, each a set of rights:
 *
 *   device  /dev/kvm-uefivars: ask what the module can do, make stores
 *   store   one VM's variables with full rights: load, edit, list, and the
 *           change log (read, poll, acknowledge). For the persistence daemon.
 *   port    what a VMM needs to run the VM, and no access to variables: attach
 *           to the VM, machine reset, forward a trapped register access.
 *
 * A command is _IO(KVM_UEFIVARS_IOC, nr) with a pointer to a structure whose
 * first member, @size, is its size as the caller was built. A structure grows
 * by appending: what the caller does not pass reads as zero, and results are
 * written only up to the caller's size.
 *
 * Errors, the same for every command:
 *   ENOTTY   unknown command, or not one of this kind of descriptor
 *   EINVAL   @size too short, unknown flag, reserved field not zero, or a
 *            combination that makes no sense
 *   E2BIG    bytes past what this kernel knows are not all zero
 *   EFAULT   bad address
 *   EPERM    not allowed to this caller
 *   ENOENT   no such variable or store
 *   EBUSY    in use
 *   EAGAIN   not now: the store is frozen, or there is nothing to read
 *   ENOSPC   over a limit of the store or of the module
 *   EMSGSIZE the caller's buffer is too small; the size needed is returned
 *   EBADMSG  what was handed in is damaged, or of a newer kernel
 *   ENODATA  what was handed in does not have what was asked for
 *   ENOMEM   no memory
 *   EMFILE, ENFILE  no descriptor free, of commands that return one
 *   EINTR    the caller is being killed
 * On an error nothing has changed, except where a command says otherwise.
 */
#define KVM_UEFIVARS_IOC	0xBB

/* Revision of this contract, in kvm_uefivars_info.abi. */
#define KVM_UEFIVARS_ABI	1

/* On the device. */
#define KVM_UEFIVARS_GET_INFO		_IO(KVM_UEFIVARS_IOC, 0x00)
#define KVM_UEFIVARS_CREATE_STORE	_IO(KVM_UEFIVARS_IOC, 0x01)
#define KVM_UEFIVARS_NEXT_STORE_ID	_IO(KVM_UEFIVARS_IOC, 0x02)
#define KVM_UEFIVARS_OPEN_STORE_BY_ID	_IO(KVM_UEFIVARS_IOC, 0x03)
/* On a store. */
#define KVM_UEFIVARS_STORE_INFO		_IO(KVM_UEFIVARS_IOC, 0x20)
#define KVM_UEFIVARS_SET_CONFIG		_IO(KVM_UEFIVARS_IOC, 0x21)
#define KVM_UEFIVARS_VAR_SET		_IO(KVM_UEFIVARS_IOC, 0x22)
#define KVM_UEFIVARS_VAR_GET		_IO(KVM_UEFIVARS_IOC, 0x23)
#define KVM_UEFIVARS_VAR_DELETE		_IO(KVM_UEFIVARS_IOC, 0x24)
#define KVM_UEFIVARS_VAR_NEXT		_IO(KVM_UEFIVARS_IOC, 0x25)
#define KVM_UEFIVARS_ACK		_IO(KVM_UEFIVARS_IOC, 0x26)
#define KVM_UEFIVARS_OPEN_PORT		_IO(KVM_UEFIVARS_IOC, 0x27)
#define KVM_UEFIVARS_STORE_STATS	_IO(KVM_UEFIVARS_IOC, 0x28)
#define KVM_UEFIVARS_FREEZE		_IO(KVM_UEFIVARS_IOC, 0x29)
#define KVM_UEFIVARS_THAW		_IO(KVM_UEFIVARS_IOC, 0x2a)
/* On a store, and on a port that has the right. */
#define KVM_UEFIVARS_SAVE_STATE		_IO(KVM_UEFIVARS_IOC, 0x30)
#define KVM_UEFIVARS_RESTORE_STATE	_IO(KVM_UEFIVARS_IOC, 0x31)
/* On a port. */
#define KVM_UEFIVARS_PORT_INFO		_IO(KVM_UEFIVARS_IOC, 0x40)
#define KVM_UEFIVARS_ATTACH		_IO(KVM_UEFIVARS_IOC, 0x41)
#define KVM_UEFIVARS_SET_MEMORY		_IO(KVM_UEFIVARS_IOC, 0x42)
#define KVM_UEFIVARS_MMIO		_IO(KVM_UEFIVARS_IOC, 0x43)
#define KVM_UEFIVARS_MACHINE_RESET	_IO(KVM_UEFIVARS_IOC, 0x44)
#define KVM_UEFIVARS_PAUSE		_IO(KVM_UEFIVARS_IOC, 0x45)
#define KVM_UEFIVARS_RESUME		_IO(KVM_UEFIVARS_IOC, 0x46)
#define KVM_UEFIVARS_TAKE_DIRTY		_IO(KVM_UEFIVARS_IOC, 0x47)

/* Bits of kvm_uefivars_info.caps. */
/* ATTACH takes an eventfd and answers requests inside KVM_RUN. */
#define KVM_UEFIVARS_CAP_DOORBELL	(1ULL << 0)
/* The doorbell queues task work itself; without it the last fput() does. */
#define KVM_UEFIVARS_CAP_TASK_WORK	(1ULL << 1)
/* SAVE_STATE, RESTORE_STATE, FREEZE, PAUSE and TAKE_DIRTY are there. */
#define KVM_UEFIVARS_CAP_STATE		(1ULL << 2)
/* This host's KVM has KVM_CAP_UEFI_VARS. */
#define KVM_UEFIVARS_CAP_KVM		(1ULL << 3)

/*
 * KVM_CAP_UEFI_VARS, a capability of a VM where KVM knows it:
 * KVM_CHECK_EXTENSION answers KVM_UEFIVARS_ABI if the module is there, else 0;
 * KVM_ENABLE_CAP on a VM with
 *   args[0]  descriptor of a port
 *   args[1]  guest physical address of the register page, a multiple of 4096
 *   args[2]  KVM_UEFIVARS_ATTACH_*
 *   args[3]  0
 * does what ATTACH does, and KVM then takes every access to that page to the
 * module: nothing is left for the VMM to forward, and SET_MEMORY is refused
 * with EINVAL, as guest memory is that of the VM. Reads of the status page need
 * no exit if the VMM maps it as ATTACH says; not with
 * KVM_UEFIVARS_ATTACH_PIO, where reads have side effects.
 * Closing the port ends it, and accesses exit to the VMM again. The VM lives as
 * long as the port is open.
 * Errors: as ATTACH; EBADF args[0] is no descriptor; EINVAL it is not one of a
 * port, unknown flag, a bad address, or args[3] or the flags of KVM_ENABLE_CAP
 * are not 0; EEXIST an eventfd, a coalesced zone or something else of KVM's
 * MMIO bus is in that page already (what is put there later is not refused);
 * ENODEV no module; ENOSPC no room on that bus; EIO from KVM, as for every
 * command of a VM: not the process that made it.
 *
 * The number stands until one is assigned upstream.
 */
#ifndef KVM_CAP_UEFI_VARS
#define KVM_CAP_UEFI_VARS	0x55454649
#endif

/**
 * struct kvm_uefivars_info - GET_INFO: what this module is and can do
 * @size: in: size of this structure
 * @abi: out: KVM_UEFIVARS_ABI of the module
 * @caps: out: KVM_UEFIVARS_CAP_*
 * @errata: out: one bit per defect fixed since ABI 1; none yet
 * @nv_size_max: out: most bytes a store's non-volatile pool may have
 * @volatile_size_max: out: most bytes a store's volatile pool may have
 * @var_size_max: out: most bytes (name, data and header) of one variable
 * @wait_ms_max: out: longest write-through wait that may be configured
 * @stores_max: out: most stores that may exist at once
 * @memory_slots_max: out: most memory slots of one port
 * @state_version: out: version of the images that SAVE_STATE makes; older
 *	ones are read, too
 * @reserved: out: 0
 *
 * Any fd of the device may ask.
 */
struct kvm_uefivars_info {
	__u32	size;
	__u32	abi;
	__u64	caps;
	__u64	errata;
	__u64	nv_size_max;
	__u64	volatile_size_max;
	__u32	var_size_max;
	__u32	wait_ms_max;
	__u32	stores_max;
	__u32	memory_slots_max;
	__u32	state_version;
	__u32	reserved;
};

/* When SetVariable of a non-volatile variable returns to the guest. */
#define KVM_UEFIVARS_WRITE_THROUGH	0	/* after the change was acknowledged */
#define KVM_UEFIVARS_WRITE_BACK		1	/* at once */

/*
 * What the host's operator decides about a machine, kvm_uefivars_config.options.
 * Without any, everything is as UEFI and edk2 have it.
 */
/* SecureBootEnable is 1 and stays so: with a platform key, Secure Boot is on. */
#define KVM_UEFIVARS_OPT_FORCE_SECURE_BOOT	(1U << 0)
/* CustomMode stays 0: firmware cannot write keys without a signature. */
#define KVM_UEFIVARS_OPT_NO_CUSTOM_MODE		(1U << 1)
/* In setup mode a platform key must be signed by itself. */
#define KVM_UEFIVARS_OPT_SELF_SIGNED_PK		(1U << 2)
/* Before ExitBootServices what is signed may be deleted without a signature. */
#define KVM_UEFIVARS_OPT_PRESENCE_DELETE	(1U << 3)
/* Audit and Deployed mode of UEFI 2.5: AuditMode, DeployedMode, dbr. */
#define KVM_UEFIVARS_OPT_AUDIT_MODE		(1U << 4)

/**
 * struct kvm_uefivars_config - limits, durability and options of a store
 * @nv_size: bytes of the non-volatile pool; 0: 256 KiB
 * @volatile_size: bytes of the volatile pool; 0: 256 KiB
 * @var_size: largest name + data + 60 of a plain variable; 0: what a message
 *	can carry
 * @auth_var_size: the same for an authenticated one; 0: as @var_size
 * @volatile_var_size: the same for a volatile one; 0: as @var_size
 * @durability: KVM_UEFIVARS_WRITE_THROUGH or KVM_UEFIVARS_WRITE_BACK
 * @wait_ms: bound of a write-through wait in milliseconds; 0: 2000
 * @options: KVM_UEFIVARS_OPT_*
 * @change_rate: changes of non-volatile variables per second that a guest may
 *	make for long; 0: 500, KVM_UEFIVARS_UNLIMITED: no bound
 * @change_burst: changes it may make at once before @change_rate counts;
 *	0: 2000
 *
 * A guest that is over its rate is not refused: its writes take longer, each
 * at most @wait_ms.
 *
 * In results every member has its value in force, never 0 for a default.
 */
struct kvm_uefivars_config {
	__u64	nv_size;
	__u64	volatile_size;
	__u32	var_size;
	__u32	auth_var_size;
	__u32	volatile_var_size;
	__u32	durability;
	__u32	wait_ms;
	__u32	options;
	__u32	change_rate;
	__u32	change_burst;
};

/* Value of kvm_uefivars_config.change_rate. */
#define KVM_UEFIVARS_UNLIMITED	(~0U)

/**
 * struct kvm_uefivars_create_store - CREATE_STORE: a new, empty store
 * @size: in: size of this structure
 * @flags: in: must be 0
 * @config: in: limits and durability
 * @cookie: in: bytes of the creator's choice, by which it knows the store
 *	again after OPEN_STORE_BY_ID; the module gives them no meaning
 * @id: out: number of the store, never used again while the module is loaded
 * @fd: out: store descriptor, close-on-exec
 * @reserved: in: must be 0
 *
 * The store lives while any descriptor or port of it is open.
 * Errors: ENOSPC too many stores, or over a limit of kvm_uefivars_info.
 */
struct kvm_uefivars_create_store {
	__u32	size;
	__u32	flags;
	struct kvm_uefivars_config config;
	__u8	cookie[16];
	__u64	id;
	__s32	fd;
	__u32	reserved;
};

/**
 * struct kvm_uefivars_store_id - NEXT_STORE_ID and OPEN_STORE_BY_ID
 * @size: in: size of this structure
 * @flags: in: must be 0
 * @id: NEXT_STORE_ID in: an id or 0, out: the next higher one in use;
 *	OPEN_STORE_BY_ID in: the store to open
 * @fd: OPEN_STORE_BY_ID out: store descriptor, close-on-exec
 * @reserved: in: must be 0
 *
 * Needs CAP_SYS_ADMIN. Errors: ENOENT no further store, or no such store.
 */
struct kvm_uefivars_store_id {
	__u32	size;
	__u32	flags;
	__u64	id;
	__s32	fd;
	__u32	reserved;
};

/* Bits of kvm_uefivars_store_info.state. */
#define KVM_UEFIVARS_STORE_HAS_PORT	(1U << 0)	/* a port is open */
#define KVM_UEFIVARS_STORE_ATTACHED	(1U << 1)	/* and attached to a VM */
#define KVM_UEFIVARS_STORE_END_OF_DXE	(1U << 2)	/* boot phases seen */
#define KVM_UEFIVARS_STORE_READY_TO_BOOT (1U << 3)
#define KVM_UEFIVARS_STORE_AT_RUNTIME	(1U << 4)
#define KVM_UEFIVARS_STORE_PAUSED	(1U << 5)	/* PAUSE: no vCPU runs */
#define KVM_UEFIVARS_STORE_DEPARTED	(1U << 6)	/* and memory has moved away */
#define KVM_UEFIVARS_STORE_FROZEN	(1U << 7)	/* FREEZE: serves nobody */

/**
 * struct kvm_uefivars_store_info - STORE_INFO: state and statistics of a store
 * @size: in: size of this structure
 * @state: out: KVM_UEFIVARS_STORE_*
 * @id: out: number of the store
 * @cookie: out: as given to CREATE_STORE
 * @config: out: limits and durability in force
 * @nv_used: out: bytes of the non-volatile pool in use
 * @volatile_used: out: bytes of the volatile pool in use
 * @seq: out: sequence number of the newest change
 * @acked_seq: out: newest sequence number acknowledged
 * @batch_size_max: out: a read() buffer of this size is never too small
 * @nr_nv: out: non-volatile variables
 * @nr_volatile: out: volatile variables
 * @nr_requests: out: messages answered since the store was made
 * @nr_batches: out: batches read
 * @nr_acks: out: acknowledgements
 * @nr_timeouts: out: writes that waited @config.wait_ms in vain
 * @nr_failed: out: writes that failed because an ACK said so
 */
struct kvm_uefivars_store_info {
	__u32	size;
	__u32	state;
	__u64	id;
	__u8	cookie[16];
	struct kvm_uefivars_config config;
	__u64	nv_used;
	__u64	volatile_used;
	__u64	seq;
	__u64	acked_seq;
	__u64	batch_size_max;
	__u32	nr_nv;
	__u32	nr_volatile;
	__u64	nr_requests;
	__u64	nr_batches;
	__u64	nr_acks;
	__u64	nr_timeouts;
	__u64	nr_failed;
};

/**
 * struct kvm_uefivars_set_config - SET_CONFIG: change limits and durability
 * @size: in: size of this structure
 * @flags: in: must be 0
 * @config: in: complete new configuration, as in CREATE_STORE
 *
 * Takes effect for the next request; what is stored stays, even where a new
 * limit is below what is used. Variables that follow from @config.options are
 * set by the next machine reset. Errors: ENOSPC over a limit of the module.
 */
struct kvm_uefivars_set_config {
	__u32	size;
	__u32	flags;
	struct kvm_uefivars_config config;
};

/* Steps of the histogram of kvm_uefivars_store_stats. */
#define KVM_UEFIVARS_LATENCY_STEPS	24

/**
 * struct kvm_uefivars_store_stats - STORE_STATS: what writes cost
 * @size: in: size of this structure
 * @flags: in: must be 0
 * @nr_changes: out: changes logged since the store was made
 * @nr_throttled: out: writes that were held back by the rate
 * @throttled_us: out: microseconds they were held back, together
 * @nr_waits: out: write-through waits that ended with an acknowledgement
 * @ack_us: out: microseconds of those waits, together
 * @ack_us_max: out: the longest of them
 * @ack_latency: out: those waits by length: step 0 counts those below 1 us,
 *	step n those of at least 2^(n-1) and below 2^n us, the last step all
 *	longer ones
 */
struct kvm_uefivars_store_stats {
	__u32	size;
	__u32	flags;
	__u64	nr_changes;
	__u64	nr_throttled;
	__u64	throttled_us;
	__u64	nr_waits;
	__u64	ack_us;
	__u64	ack_us_max;
	__u64	ack_latency[KVM_UEFIVARS_LATENCY_STEPS];
};

/**
 * struct kvm_uefivars_freeze - FREEZE and THAW: stop serving, go on
 * @size: in: size of this structure
 * @flags: in: must be 0
 *
 * A frozen store does not change: requests of its guest answer
 * EFI_DEVICE_ERROR, RESUME and MACHINE_RESET of its VMM are refused with
 * EAGAIN. The host's own access (VAR_SET, RESTORE_STATE, ...) goes on. For
 * moving a VM: what is saved from a frozen store stays true until THAW. A
 * request that waits for an acknowledgement ends with EFI_DEVICE_ERROR, and none
 * is under way any more when FREEZE returns. ATTACH works, but what it means,
 * a machine reset, is done by THAW, unless RESTORE_STATE came in between.
 * Frozen or not already is no error.
 * Errors: EBUSY from FREEZE: the store serves a VM whose VMM has not said PAUSE;
 * ENOMEM from THAW: the store is still frozen.
 */
struct kvm_uefivars_freeze {
	__u32	size;
	__u32	flags;
};

/* Flag of SAVE_STATE and RESTORE_STATE: with the non-volatile variables. */
#define KVM_UEFIVARS_STATE_VARIABLES	(1U << 0)

/**
 * struct kvm_uefivars_state - SAVE_STATE and RESTORE_STATE: all of a machine
 * @size: in: size of this structure
 * @flags: in: KVM_UEFIVARS_STATE_VARIABLES or 0
 * @data: in: address of the image, or where to put it
 * @len: SAVE_STATE in: room at @data, out: bytes of the image, also with
 *	EMSGSIZE; RESTORE_STATE in: bytes of the image
 *
 * The image holds registers, staging buffer, boot phases, policies,
 * properties, the memory overwrite lock, languages and volatile variables of
 * a running machine; and with the flag all non-volatile variables. It is
 * opaque, little-endian and has a version.
 *
 * On a store both always work, on a port as far as OPEN_PORT allowed
 * (EPERM). SAVE_STATE changes nothing; no vCPU should be running, and it waits
 * for a request that is under way. A store whose port does not serve a VM, or
 * that has none, is saved without its machine.
 *
 * RESTORE_STATE takes all of the image or nothing. With the flag the image
 * must have non-volatile variables: they replace those of the store, as logged
 * changes; without it they stay, and what the image has of them is ignored.
 * The machine of the image, if it has one and a port is open, goes on where it
 * was: before ATTACH, which then does not reset; or after it, when no vCPU has
 * run yet. Without the flag there must be both.
 * Errors of RESTORE_STATE: EBADMSG not a whole and sound image, or one of a
 * newer version, or longer than any can be; ENOSPC over a limit of the store;
 * ENODATA no variables in the image, or, without the flag, no machine; EINVAL
 * no port, likewise. Errors of SAVE_STATE: EMSGSIZE.
 */
struct kvm_uefivars_state {
	__u32	size;
	__u32	flags;
	__aligned_u64 data;
	__u64	len;
};

/* Flag of VAR_SET: the caller has it on disk already, do not log a change. */
#define KVM_UEFIVARS_VAR_CLEAN	(1U << 0)
/* Flag of VAR_SET: @data is what a guest would pass to SetVariable(), signed. */
#define KVM_UEFIVARS_VAR_SIGNED	(1U << 1)

/**
 * struct kvm_uefivars_var - VAR_SET, VAR_GET, VAR_DELETE: one variable
 * @size: in: size of this structure
 * @flags: in: VAR_SET: KVM_UEFIVARS_VAR_CLEAN, KVM_UEFIVARS_VAR_SIGNED or 0;
 *	else 0
 * @guid: in: vendor namespace, EFI byte order
 * @name: in: address of the UTF-16LE name
 * @name_len: in: bytes of the name: even, not 0, no NUL inside or after it
 * @attributes: VAR_SET in, VAR_GET out: stored attributes; NV for a
 *	non-volatile variable, BS always, never AP; with KVM_UEFIVARS_VAR_SIGNED
 *	those of SetVariable(): AT always, AP to append
 * @data: VAR_SET in: address of the data; VAR_GET in: where to put it
 * @data_len: VAR_SET in: bytes of data, not 0; VAR_GET in: room at @data, out:
 *	bytes the variable has, also with EMSGSIZE
 * @reserved: in: must be 0
 * @time: VAR_SET in, VAR_GET out: EFI_TIME of an authenticated variable,
 *	zero otherwise and with KVM_UEFIVARS_VAR_SIGNED
 * @seq: out: sequence number of the change, 0 if none was logged
 *
 * This is the host operator's access: no signature, no read-only name and no
 * boot phase stands in its way. VAR_SET creates or replaces; a change of a
 * non-volatile variable is logged like a guest's unless KVM_UEFIVARS_VAR_CLEAN
 * is given. No wait: the caller is the one who persists it.
 *
 * With KVM_UEFIVARS_VAR_SIGNED, VAR_SET is SetVariable(): @data begins with
 * EFI_VARIABLE_AUTHENTICATION_2, and what a guest that is past EndOfDxe, but not
 * yet ExitBootServices, is refused is refused here: signature and time, read-only
 * names, properties and policies in force. Whatever phase the guest is in, and
 * nobody is at its machine: Custom Mode has no effect. The change is logged like
 * a guest's and counts for nobody's rate. A store that had no VM yet gets the
 * variables of a machine reset first; these stay if the write is refused.
 *
 * Errors: ENOENT (VAR_GET, VAR_DELETE), EMSGSIZE (VAR_GET), ENOSPC (VAR_SET)
 * pool full or larger than a variable may be, EINVAL malformed name or
 * attributes. With KVM_UEFIVARS_VAR_SIGNED also EKEYREJECTED (VAR_SET)
 * EFI_SECURITY_VIOLATION: not signed by whom it must be, too old, malformed;
 * EACCES (VAR_SET) EFI_WRITE_PROTECTED; ENOENT (VAR_SET) nothing to delete, or no
 * key to check with; EINVAL whatever else SetVariable() refuses, a payload larger
 * than a variable may be among it, or together with KVM_UEFIVARS_VAR_CLEAN.
 */
struct kvm_uefivars_var {
	__u32	size;
	__u32	flags;
	__u8	guid[16];
	__aligned_u64 name;
	__aligned_u64 data;
	__u32	name_len;
	__u32	data_len;
	__u32	attributes;
	__u32	reserved;
	__u8	time[16];
	__u64	seq;
};

/**
 * struct kvm_uefivars_next - VAR_NEXT: list the variables of a store
 * @size: in: size of this structure
 * @flags: in: must be 0
 * @guid: in: namespace of the variable before, out: of the one found
 * @name: in: address of the name before, out: of the one found
 * @name_len: in: bytes of the name before, 0 to begin; out: bytes found, also
 *	with EMSGSIZE. The buffer is then unchanged.
 * @name_size: in: room at @name in bytes; 65536 is never too small
 * @attributes: out: attributes of the variable found
 * @data_len: out: bytes of data it has
 *
 * Volatile variables come first, then non-volatile ones, as a guest sees them.
 * Errors: ENOENT at the end, EINVAL the name before is not there (any more).
 */
struct kvm_uefivars_next {
	__u32	size;
	__u32	flags;
	__u8	guid[16];
	__aligned_u64 name;
	__u32	name_len;
	__u32	name_size;
	__u32	attributes;
	__u32	data_len;
};

/* Flag of ACK: could not be made durable. */
#define KVM_UEFIVARS_ACK_FAILED		(1U << 0)

/**
 * struct kvm_uefivars_ack - ACK: changes are on disk, or cannot be
 * @size: in: size of this structure
 * @flags: in: 0 or KVM_UEFIVARS_ACK_FAILED
 * @seq: in: the seq of a batch that was read
 *
 * Without a flag: all changes up to @seq are durable; they leave the log and
 * guests that wait for them go on. With KVM_UEFIVARS_ACK_FAILED: guests that
 * wait for a change up to @seq get EFI_DEVICE_ERROR now and not after the
 * timeout; the changes stay in force and in the log, to be read again.
 * Errors: EINVAL @seq was never read. An old @seq is no error.
 */
struct kvm_uefivars_ack {
	__u32	size;
	__u32	flags;
	__u64	seq;
};

/*
 * read() on a store returns one whole batch: every non-volatile variable that
 * changed since the last acknowledgement, at its newest state, once. Applied
 * to the acknowledged state it gives a state the store really had. EAGAIN if
 * there is nothing (a store never blocks: poll() it), EMSGSIZE if the buffer
 * is too small. Reading again before ACK returns the changes again.
 *
 * poll(): EPOLLIN while a change is unacknowledged and newer than the last
 * batch read through any descriptor, or after ACK_FAILED or a new
 * descriptor was opened. EPOLLPRI after the port was closed or attached, or one
 * of STORE_PAUSED and STORE_DEPARTED changed: STORE_INFO clears it.
 */

/**
 * struct kvm_uefivars_batch - head of what read() returns
 * @head_len: bytes of this structure; the first record is there
 * @nr_records: records that follow
 * @len: bytes of the batch, this head included
 * @seq: what to acknowledge once every record is durable
 */
struct kvm_uefivars_batch {
	__u32	head_len;
	__u32	nr_records;
	__u64	len;
	__u64	seq;
};

/* Flag of a record: the variable is gone. */
#define KVM_UEFIVARS_RECORD_DELETED	(1U << 0)

/**
 * struct kvm_uefivars_record - one changed variable in a batch
 * @len: bytes of the record, a multiple of 8; the next record is there
 * @head_len: bytes of this structure; the name is there
 * @seq: sequence number of the change
 * @flags: KVM_UEFIVARS_RECORD_*
 * @attributes: stored attributes; 0 if deleted
 * @guid: vendor namespace, EFI byte order
 * @time: EFI_TIME of an authenticated variable, zero otherwise
 * @name_len: bytes of UTF-16LE name at @head_len, no NUL
 * @data_len: bytes of data directly after the name
 */
struct kvm_uefivars_record {
	__u32	len;
	__u32	head_len;
	__u64	seq;
	__u32	flags;
	__u32	attributes;
	__u8	guid[16];
	__u8	time[16];
	__u32	name_len;
	__u32	data_len;
};

/* Flags of OPEN_PORT: what the port may do beside running the VM. */
/* SAVE_STATE and RESTORE_STATE. Restoring is as good as a machine reset. */
#define KVM_UEFIVARS_PORT_STATE		(1U << 0)
/* Also with KVM_UEFIVARS_STATE_VARIABLES: read and replace everything. */
#define KVM_UEFIVARS_PORT_VARIABLES	(1U << 1)

/**
 * struct kvm_uefivars_open_port - OPEN_PORT: the right to run the VM
 * @size: in: size of this structure
 * @flags: in: KVM_UEFIVARS_PORT_*
 * @fd: out: port descriptor, close-on-exec
 * @reserved: in: must be 0
 *
 * A store has at most one port. Errors: EBUSY one is open already; EINVAL
 * KVM_UEFIVARS_PORT_VARIABLES alone.
 */
struct kvm_uefivars_open_port {
	__u32	size;
	__u32	flags;
	__s32	fd;
	__u32	reserved;
};

/* How the guest's accesses reach a port, kvm_uefivars_port_info.transport. */
#define KVM_UEFIVARS_TRANSPORT_NONE	0	/* not attached */
#define KVM_UEFIVARS_TRANSPORT_FORWARD	1	/* the VMM forwards all: MMIO */
#define KVM_UEFIVARS_TRANSPORT_DOORBELL	2	/* ATTACH with an eventfd */
#define KVM_UEFIVARS_TRANSPORT_KVM	3	/* KVM_CAP_UEFI_VARS */

/**
 * struct kvm_uefivars_port_info - PORT_INFO: what a port has done
 * @size: in: size of this structure
 * @state: out: KVM_UEFIVARS_STORE_* of its store
 * @store_id: out: number of its store
 * @nr_doorbell: out: DMA requests answered in the ringing thread
 * @nr_foreign: out: DMA requests rung by another process, answered in a worker
 * @nr_forwarded: out: register accesses through MMIO
 * @nr_resets: out: machine resets
 * @transport: out: KVM_UEFIVARS_TRANSPORT_*
 * @reserved: out: 0
 * @nr_kvm: out: register accesses that KVM brought, requests among them
 */
struct kvm_uefivars_port_info {
	__u32	size;
	__u32	state;
	__u64	store_id;
	__u64	nr_doorbell;
	__u64	nr_foreign;
	__u64	nr_forwarded;
	__u64	nr_resets;
	__u32	transport;
	__u32	reserved;
	__u64	nr_kvm;
};

/* Flag of ATTACH: the guest shall use PIO mode, FLAGS says so. */
#define KVM_UEFIVARS_ATTACH_PIO		(1U << 0)

/**
 * struct kvm_uefivars_attach - ATTACH: bind the port to the calling process' VM
 * @size: in: size of this structure
 * @flags: in: KVM_UEFIVARS_ATTACH_PIO or 0
 * @eventfd: in: eventfd that KVM signals when the guest writes DMA_MM to
 *	CMD_STS (ioeventfd, 2 bytes, datamatch 2); -1 for no doorbell
 * @reserved: in: must be 0
 *
 * The caller's memory map is the one that SET_MEMORY addresses mean from now
 * on, and only threads that share it may call SET_MEMORY, MMIO,
 * MACHINE_RESET, PAUSE, RESUME and TAKE_DIRTY (EPERM otherwise). Acts as a
 * machine reset, the VM is new; unless RESTORE_STATE has put a machine there
 * already. A new VM is not paused.
 * With a doorbell, map the status page (mmap of the port, 4096 bytes at offset
 * 0, PROT_READ, MAP_SHARED) as a read-only memory slot at the register page:
 * the guest then reads registers without an exit. With KVM_UEFIVARS_ATTACH_PIO
 * do not map it, reads have side effects in that mode.
 * Errors: EBUSY attached already; EINVAL not an eventfd, or an eventfd together
 * with KVM_UEFIVARS_ATTACH_PIO; ENOMEM as MACHINE_RESET.
 */
struct kvm_uefivars_attach {
	__u32	size;
	__u32	flags;
	__s32	eventfd;
	__u32	reserved;
};

/* Flag of SET_MEMORY: requests may be read from there, replies not written. */
#define KVM_UEFIVARS_MEM_READONLY	(1U << 0)

/**
 * struct kvm_uefivars_memory - SET_MEMORY: where guest memory is in the VMM
 * @size: in: size of this structure
 * @flags: in: KVM_UEFIVARS_MEM_READONLY or 0
 * @slot: in: number of the slot, below kvm_uefivars_info.memory_slots_max
 * @reserved: in: must be 0
 * @gpa: in: guest physical address, a multiple of 4096
 * @len: in: bytes, a multiple of 4096; 0 removes the slot
 * @hva: in: address in the VMM, a multiple of 4096
 *
 * Mirrors KVM_SET_USER_MEMORY_REGION: add after KVM did, remove before KVM
 * does. Replaces a slot of the same number; removing one that is not there is no
 * error. A removal returns when no request uses the slot any more.
 * Errors: EINVAL overlap with another slot, wrap-around, or KVM_CAP_UEFI_VARS is
 * enabled; ENOSPC slot number.
 */
struct kvm_uefivars_memory {
	__u32	size;
	__u32	flags;
	__u32	slot;
	__u32	reserved;
	__u64	gpa;
	__u64	len;
	__u64	hva;
};

/* Flag of MMIO: the guest wrote; without it, it read. */
#define KVM_UEFIVARS_MMIO_WRITE		(1U << 0)

/**
 * struct kvm_uefivars_mmio - MMIO: a register access that exited to the VMM
 * @size: in: size of this structure
 * @flags: in: KVM_UEFIVARS_MMIO_WRITE or 0
 * @offset: in: offset in the register page, below 4096
 * @len: in: bytes of the access: 1, 2, 4 or 8
 * @data: write: in; read: out; low bytes, as KVM_EXIT_MMIO has them
 *
 * Accesses a guest may make but that mean nothing (undefined offset, odd
 * width) are not errors: reads give all ones, writes nothing.
 * Errors: EINVAL @offset or @len out of range.
 */
struct kvm_uefivars_mmio {
	__u32	size;
	__u32	flags;
	__u32	offset;
	__u32	len;
	__u64	data;
};

/**
 * struct kvm_uefivars_machine_reset - MACHINE_RESET: the machine was reset
 * @size: in: size of this structure
 * @flags: in: must be 0
 *
 * Volatile variables, boot phases, policies and registers start anew. This is
 * the VMM's word only; nothing the guest writes has this effect.
 * Errors: EAGAIN the store is frozen; ENOMEM: every request of the guest then
 * answers EFI_DEVICE_ERROR until a machine reset succeeds.
 */
struct kvm_uefivars_machine_reset {
	__u32	size;
	__u32	flags;
};

/* Flag of PAUSE: the VM's memory has left for another host, all of it. */
#define KVM_UEFIVARS_PAUSE_DEPARTED	(1U << 0)

/**
 * struct kvm_uefivars_pause - PAUSE and RESUME: no vCPU runs, or may again
 * @size: in: size of this structure
 * @flags: in: PAUSE: KVM_UEFIVARS_PAUSE_DEPARTED or 0; RESUME: must be 0
 *
 * A VMM that can be migrated calls PAUSE when the last vCPU has stopped, and
 * RESUME before the first one enters KVM_RUN again; also before the very first
 * time, if the VM may be an incoming one. PAUSE again adds flags. While frozen,
 * RESUME fails: poll() the port and try again. poll() of a port: EPOLLIN while
 * the store is not frozen.
 * Errors: EAGAIN from RESUME: the store is frozen.
 */
struct kvm_uefivars_pause {
	__u32	size;
	__u32	flags;
};

/**
 * struct kvm_uefivars_range - guest memory that replies were written to
 * @gpa: guest physical address, a multiple of 4096
 * @len: bytes, a multiple of 4096
 */
struct kvm_uefivars_range {
	__u64	gpa;
	__u64	len;
};

/* Most ranges that TAKE_DIRTY returns. */
#define KVM_UEFIVARS_DIRTY_MAX	8

/* Flag from TAKE_DIRTY: there were more, take all memory as written. */
#define KVM_UEFIVARS_DIRTY_ALL	(1U << 0)

/**
 * struct kvm_uefivars_dirty - TAKE_DIRTY: what KVM's dirty log does not see
 * @size: in: size of this structure
 * @flags: in: must be 0, out: KVM_UEFIVARS_DIRTY_ALL or 0
 * @nr: out: ranges filled
 * @reserved: in: must be 0
 * @ranges: out: memory written since the last call
 *
 * Replies are written through the VMM's address space, which does not mark
 * them in KVM's dirty log. A VMM adds these to each dirty log it fetches, before
 * it copies pages. What is written later is in the next ones.
 * With KVM_CAP_UEFI_VARS replies are in KVM's own log. There is one exception: a
 * dirty ring belongs to a vCPU, and a request that a signal interrupts is answered
 * when its vCPU has none at hand. So a VMM with dirty rings asks here as well.
 */
struct kvm_uefivars_dirty {
	__u32	size;
	__u32	flags;
	__u32	nr;
	__u32	reserved;
	struct kvm_uefivars_range ranges[KVM_UEFIVARS_DIRTY_MAX];
};

#endif /* _UAPI_LINUX_KVM_UEFIVARS_H */
