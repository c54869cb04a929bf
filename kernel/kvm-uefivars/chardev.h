/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/kvm-uefivars and its descriptors: dispatch, errors, copies of structures. */
#ifndef _KUV_CHARDEV_H
#define _KUV_CHARDEV_H

#include <linux/types.h>

struct file;
struct kuv_port;
struct kuv_store;

/* Bytes of the largest structure of any command. */
#define KUV_ARG_MAX	256

/**
 * struct kuv_call - one ioctl under way
 * @file: descriptor it came through
 * @arg: copy of the caller's structure, zero where the caller has less
 * @new_file: descriptor to hand out, set by the handler, or NULL
 * @new_fd: where in @arg its number goes
 * @publish: called for @new_file once nothing can fail any more
 */
struct kuv_call {
	struct file *file;
	void *arg;
	struct file *new_file;
	s32 *new_fd;
	void (*publish)(struct file *file);
};

/* Results are copied out. */
#define KUV_IOCTL_OUT	(1U << 0)

/**
 * struct kuv_ioctl - one command of one kind of descriptor
 * @cmd: command
 * @size: bytes of its structure in this build
 * @min_size: bytes it had when the command was first released
 * @flags: KUV_IOCTL_*
 * @fn: handler: 0 or -errno; results in the argument, copied out also with
 *	-EMSGSIZE
 */
struct kuv_ioctl {
	unsigned int cmd;
	u16 size;
	u16 min_size;
	u32 flags;
	int (*fn)(struct kuv_call *call);
};

/* Entry of a table; @_min is frozen when the command is first released. */
#define KUV_IOCTL(_cmd, _type, _min, _flags, _fn) {			\
	.cmd = KVM_UEFIVARS_##_cmd,					\
	.size = sizeof(struct kvm_uefivars_##_type) +			\
		BUILD_BUG_ON_ZERO(sizeof(struct kvm_uefivars_##_type) >	\
				  KUV_ARG_MAX),				\
	.min_size = (_min),						\
	.flags = (_flags),						\
	.fn = (_fn),							\
}

/**
 * kuv_ioctl_dispatch() - run a command of a table
 * @table: commands of this kind of descriptor
 * @nr: how many
 * @file: descriptor
 * @cmd: command
 * @uarg: the caller's structure
 *
 * Context: Process.
 * Return: 0 or the errors that uapi/linux/kvm_uefivars.h lists.
 */
long kuv_ioctl_dispatch(const struct kuv_ioctl *table, unsigned int nr,
			struct file *file, unsigned int cmd,
			unsigned long uarg);

/**
 * kuv_store_file() - a descriptor of a store to hand out
 * @call: ioctl that asks for it
 * @store: store; on success the descriptor owns the caller's reference
 * @fd: where in the argument its number goes
 *
 * Context: Process.
 * Return: 0 or -ENOMEM.
 */
int kuv_store_file(struct kuv_call *call, struct kuv_store *store, s32 *fd);

/**
 * kuv_port_file() - open the port of a store, to hand out
 * @call: ioctl that asks for it
 * @store: store
 * @rights: KVM_UEFIVARS_PORT_*
 * @fd: where in the argument its number goes
 *
 * Context: Process.
 * Return: 0, -EBUSY or -ENOMEM.
 */
int kuv_port_file(struct kuv_call *call, struct kuv_store *store, u32 rights,
		  s32 *fd);

/**
 * kuv_port_of_file() - the port behind a descriptor
 * @file: any open file
 *
 * Context: Any.
 * Return: Port, alive as long as @file is; NULL if that is no port.
 */
struct kuv_port *kuv_port_of_file(struct file *file);

/**
 * kuv_call_save_state() - SAVE_STATE by whoever may
 * @call: ioctl, its flags are checked
 * @store: store
 *
 * Context: Process.
 * Return: 0, -EMSGSIZE, -EFAULT, -ENOMEM or -EINTR.
 */
int kuv_call_save_state(struct kuv_call *call, struct kuv_store *store);

/**
 * kuv_call_restore_state() - RESTORE_STATE by whoever may
 * @call: ioctl, its flags are checked
 * @store: store
 *
 * Context: Process.
 * Return: 0, -EFAULT, or as kuv_state_restore().
 */
int kuv_call_restore_state(struct kuv_call *call, struct kuv_store *store);

/**
 * kuv_chardev_init() - register the device
 *
 * Context: Module initialisation.
 * Return: 0 or -errno.
 */
int kuv_chardev_init(void);

/**
 * kuv_chardev_exit() - unregister the device
 *
 * Context: Module removal.
 */
void kuv_chardev_exit(void);

#endif /* _KUV_CHARDEV_H */
