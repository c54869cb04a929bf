// SPDX-License-Identifier: GPL-2.0
/* Descriptors of ports: commands, poll() and mmap(). */
#include "chardev.h"

#include <linux/anon_inodes.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>

#include <linux/kvm_uefivars.h>

#include "port.h"
#include "store.h"

static struct kuv_port *kuv_call_port(struct kuv_call *call)
{
	return call->file->private_data;
}

static int kuv_ioctl_port_info(struct kuv_call *call)
{
	return kuv_port_info(kuv_call_port(call), call->arg);
}

static int kuv_ioctl_attach(struct kuv_call *call)
{
	struct kvm_uefivars_attach *arg = call->arg;
	struct kuv_port_how how = {
		.eventfd = arg->eventfd,
		.flags = arg->flags,
	};

	if (arg->flags & ~KVM_UEFIVARS_ATTACH_PIO || arg->reserved)
		return -EINVAL;
	/* What the page says without an exit is not enough for PIO mode. */
	if (arg->flags && arg->eventfd != -1)
		return -EINVAL;
	return kuv_port_attach(kuv_call_port(call), &how);
}

static int kuv_ioctl_set_memory(struct kuv_call *call)
{
	return kuv_port_set_memory(kuv_call_port(call), call->arg);
}

static int kuv_ioctl_mmio(struct kuv_call *call)
{
	struct kvm_uefivars_mmio *arg = call->arg;

	if (arg->flags & ~KVM_UEFIVARS_MMIO_WRITE || arg->offset >= 4096)
		return -EINVAL;
	if (arg->len != 1 && arg->len != 2 && arg->len != 4 && arg->len != 8)
		return -EINVAL;
	return kuv_port_mmio(kuv_call_port(call), arg);
}

static int kuv_ioctl_machine_reset(struct kuv_call *call)
{
	struct kvm_uefivars_machine_reset *arg = call->arg;

	if (arg->flags)
		return -EINVAL;
	return kuv_port_machine_reset(kuv_call_port(call));
}

static int kuv_ioctl_pause(struct kuv_call *call)
{
	struct kvm_uefivars_pause *arg = call->arg;

	if (arg->flags & ~KVM_UEFIVARS_PAUSE_DEPARTED)
		return -EINVAL;
	return kuv_port_pause(kuv_call_port(call),
			      arg->flags & KVM_UEFIVARS_PAUSE_DEPARTED);
}

static int kuv_ioctl_resume(struct kuv_call *call)
{
	struct kvm_uefivars_pause *arg = call->arg;

	return arg->flags ? -EINVAL : kuv_port_resume(kuv_call_port(call));
}

static int kuv_ioctl_take_dirty(struct kuv_call *call)
{
	struct kvm_uefivars_dirty *arg = call->arg;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	return kuv_port_take_dirty(kuv_call_port(call), arg);
}

/* What OPEN_PORT allowed for the flags of SAVE_STATE and RESTORE_STATE. */
static int kuv_port_check_state(struct kuv_call *call)
{
	const struct kvm_uefivars_state *arg = call->arg;
	u32 need = KVM_UEFIVARS_PORT_STATE;

	if (arg->flags & ~KVM_UEFIVARS_STATE_VARIABLES)
		return -EINVAL;
	if (arg->flags)
		need |= KVM_UEFIVARS_PORT_VARIABLES;
	return need & ~kuv_call_port(call)->rights ? -EPERM : 0;
}

static int kuv_ioctl_port_save_state(struct kuv_call *call)
{
	int ret = kuv_port_check_state(call);

	return ret ? ret : kuv_call_save_state(call,
					       kuv_call_port(call)->store);
}

static int kuv_ioctl_port_restore_state(struct kuv_call *call)
{
	int ret = kuv_port_check_state(call);

	return ret ? ret : kuv_call_restore_state(call,
						  kuv_call_port(call)->store);
}

static const struct kuv_ioctl kuv_port_ioctls[] = {
	/* The one that happens often is first. */
	KUV_IOCTL(MMIO, mmio, 24, KUV_IOCTL_OUT, kuv_ioctl_mmio),
	KUV_IOCTL(PORT_INFO, port_info, 48, KUV_IOCTL_OUT, kuv_ioctl_port_info),
	KUV_IOCTL(ATTACH, attach, 16, 0, kuv_ioctl_attach),
	KUV_IOCTL(SET_MEMORY, memory, 40, 0, kuv_ioctl_set_memory),
	KUV_IOCTL(MACHINE_RESET, machine_reset, 8, 0, kuv_ioctl_machine_reset),
	KUV_IOCTL(PAUSE, pause, 8, 0, kuv_ioctl_pause),
	KUV_IOCTL(RESUME, pause, 8, 0, kuv_ioctl_resume),
	KUV_IOCTL(TAKE_DIRTY, dirty, 144, KUV_IOCTL_OUT, kuv_ioctl_take_dirty),
	KUV_IOCTL(SAVE_STATE, state, 24, KUV_IOCTL_OUT,
		  kuv_ioctl_port_save_state),
	KUV_IOCTL(RESTORE_STATE, state, 24, 0, kuv_ioctl_port_restore_state),
};

static long kuv_port_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	return kuv_ioctl_dispatch(kuv_port_ioctls, ARRAY_SIZE(kuv_port_ioctls),
				  file, cmd, arg);
}

static __poll_t kuv_port_file_poll(struct file *file, poll_table *wait)
{
	struct kuv_port *port = file->private_data;

	return kuv_store_port_poll(port->store, file, wait);
}

static int kuv_port_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return kuv_port_mmap(file->private_data, vma);
}

static int kuv_port_file_release(struct inode *inode, struct file *file)
{
	kuv_port_close(file->private_data);
	return 0;
}

static const struct file_operations kuv_port_fops = {
	.owner = THIS_MODULE,
	.mmap = kuv_port_file_mmap,
	.poll = kuv_port_file_poll,
	.unlocked_ioctl = kuv_port_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = kuv_port_file_release,
};

struct kuv_port *kuv_port_of_file(struct file *file)
{
	return file->f_op == &kuv_port_fops ? file->private_data : NULL;
}

static void kuv_port_file_publish(struct file *file)
{
	kuv_port_publish(file->private_data);
}

int kuv_port_file(struct kuv_call *call, struct kuv_store *store, u32 rights,
		  s32 *fd)
{
	struct kuv_port *port;
	struct file *file;
	int ret;

	ret = kuv_port_create(store, rights, &port);
	if (ret)
		return ret;
	file = anon_inode_getfile("[kvm-uefivars-port]", &kuv_port_fops, port,
				  O_RDWR);
	if (IS_ERR(file)) {
		kuv_port_close(port);
		return PTR_ERR(file);
	}
	call->new_file = file;
	call->new_fd = fd;
	call->publish = kuv_port_file_publish;
	return 0;
}

static_assert(sizeof(struct kvm_uefivars_port_info) == 64);
static_assert(sizeof(struct kvm_uefivars_attach) == 16);
static_assert(sizeof(struct kvm_uefivars_memory) == 40);
static_assert(sizeof(struct kvm_uefivars_mmio) == 24);
static_assert(sizeof(struct kvm_uefivars_machine_reset) == 8);
static_assert(sizeof(struct kvm_uefivars_pause) == 8);
static_assert(sizeof(struct kvm_uefivars_dirty) == 144);
