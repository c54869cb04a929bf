// SPDX-License-Identifier: GPL-2.0
/* Descriptors of ports: commands and mmap(). */
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

static struct kuv_port *kuv_call_port(struct kuv_call *call)
{
	return call->file->private_data;
}

static int kuv_ioctl_port_info(struct kuv_call *call)
{
	kuv_port_info(kuv_call_port(call), call->arg);
	return 0;
}

static int kuv_ioctl_attach(struct kuv_call *call)
{
	struct kvm_uefivars_attach *arg = call->arg;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	return kuv_port_attach(kuv_call_port(call), arg->eventfd);
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

static const struct kuv_ioctl kuv_port_ioctls[] = {
	/* The one that happens often is first. */
	KUV_IOCTL(MMIO, mmio, 24, KUV_IOCTL_OUT, kuv_ioctl_mmio),
	KUV_IOCTL(PORT_INFO, port_info, 48, KUV_IOCTL_OUT, kuv_ioctl_port_info),
	KUV_IOCTL(ATTACH, attach, 16, 0, kuv_ioctl_attach),
	KUV_IOCTL(SET_MEMORY, memory, 40, 0, kuv_ioctl_set_memory),
	KUV_IOCTL(MACHINE_RESET, machine_reset, 8, 0, kuv_ioctl_machine_reset),
};

static long kuv_port_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	return kuv_ioctl_dispatch(kuv_port_ioctls, ARRAY_SIZE(kuv_port_ioctls),
				  file, cmd, arg);
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
	.unlocked_ioctl = kuv_port_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = kuv_port_file_release,
};

static void kuv_port_file_publish(struct file *file)
{
	kuv_port_publish(file->private_data);
}

int kuv_port_file(struct kuv_call *call, struct kuv_store *store, s32 *fd)
{
	struct kuv_port *port;
	struct file *file;
	int ret;

	ret = kuv_port_create(store, &port);
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

static_assert(sizeof(struct kvm_uefivars_port_info) == 48);
static_assert(sizeof(struct kvm_uefivars_attach) == 16);
static_assert(sizeof(struct kvm_uefivars_memory) == 40);
static_assert(sizeof(struct kvm_uefivars_mmio) == 24);
static_assert(sizeof(struct kvm_uefivars_machine_reset) == 8);
static_assert(sizeof(struct kvm_uefivars_pause) == 8);
static_assert(sizeof(struct kvm_uefivars_dirty) == 144);
