// SPDX-License-Identifier: GPL-2.0
/* The device: dispatch of every ioctl, and the commands of device and module. */
#include "chardev.h"

#include <linux/anon_inodes.h>
#include <linux/build_bug.h>
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include <linux/kvm_uefivars.h>

#include "core/image.h"
#include "guest_mem.h"
#include "kvm_cap.h"
#include "ring.h"
#include "store.h"

static const struct kuv_ioctl *kuv_ioctl_find(const struct kuv_ioctl *table,
					      unsigned int nr, unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (table[i].cmd == cmd)
			return &table[i];
	return NULL;
}

/* Results, and a new descriptor that exists only if they arrived. */
static int kuv_call_finish(struct kuv_call *call, void __user *uarg, u32 len)
{
	int fd = -1;

	if (call->new_file) {
		fd = get_unused_fd_flags(O_CLOEXEC);
		if (fd < 0)
			return fd;
		*call->new_fd = fd;
	}
	if (copy_to_user(uarg, call->arg, len)) {
		if (fd >= 0)
			put_unused_fd(fd);
		return -EFAULT;
	}
	if (call->new_file) {
		call->publish(call->new_file);
		fd_install(fd, call->new_file);
		call->new_file = NULL;
	}
	return 0;
}

static int kuv_call_run(struct kuv_call *call, const struct kuv_ioctl *op,
			void __user *uarg, u32 len)
{
	int ret, err;

	/*
	 * Find out that results cannot be written before anything changes:
	 * give the caller what it passed.
	 */
	if (op->flags & KUV_IOCTL_OUT && copy_to_user(uarg, call->arg, len))
		return -EFAULT;
	ret = op->fn(call);
	if (op->flags & KUV_IOCTL_OUT && (!ret || ret == -EMSGSIZE)) {
		err = kuv_call_finish(call, uarg, len);
		ret = err ? err : ret;
	}
	if (call->new_file)
		fput(call->new_file);
	return ret;
}

long kuv_ioctl_dispatch(const struct kuv_ioctl *table, unsigned int nr,
			struct file *file, unsigned int cmd,
			unsigned long uarg)
{
	const struct kuv_ioctl *op = kuv_ioctl_find(table, nr, cmd);
	void __user *uptr = (void __user *)uarg;
	u64 arg[KUV_ARG_MAX / sizeof(u64)];
	struct kuv_call call = { .file = file, .arg = arg };
	u32 size;
	int ret;

	if (!op)
		return -ENOTTY;
	if (get_user(size, (u32 __user *)uptr))
		return -EFAULT;
	if (size < op->min_size)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(arg, op->size, uptr, size);
	if (ret)
		return ret;
	*(u32 *)arg = size; /* the one that was checked */
	return kuv_call_run(&call, op, uptr, min_t(u32, size, op->size));
}

static int kuv_ioctl_get_info(struct kuv_call *call)
{
	struct kvm_uefivars_info *info = call->arg;

	*info = (struct kvm_uefivars_info){
		.size = info->size,
		.abi = KVM_UEFIVARS_ABI,
		.caps = KVM_UEFIVARS_CAP_DOORBELL | KVM_UEFIVARS_CAP_STATE |
			kuv_ring_caps() | kuv_kvm_caps(),
		.nv_size_max = KUV_POOL_MAX,
		.volatile_size_max = KUV_POOL_MAX,
		.var_size_max = KUV_VAR_SIZE_MAX,
		.wait_ms_max = KUV_WAIT_MS_MAX,
		.stores_max = KUV_STORES_MAX,
		.memory_slots_max = KUV_MEM_SLOTS_MAX,
		.state_version = KUV_IMAGE_VERSION,
	};
	return 0;
}

static int kuv_ioctl_create_store(struct kuv_call *call)
{
	struct kvm_uefivars_create_store *arg = call->arg;
	struct kuv_store *store;
	int ret;

	if (arg->flags || arg->reserved)
		return -EINVAL;
	ret = kuv_store_create(&arg->config, arg->cookie, &store);
	if (ret)
		return ret;
	arg->id = store->id;
	ret = kuv_store_file(call, store, &arg->fd);
	if (ret)
		kuv_store_put(store);
	return ret;
}

static int kuv_store_id_check(const struct kvm_uefivars_store_id *arg)
{
	if (arg->flags || arg->reserved)
		return -EINVAL;
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static int kuv_ioctl_next_store_id(struct kuv_call *call)
{
	struct kvm_uefivars_store_id *arg = call->arg;
	int ret = kuv_store_id_check(arg);
	u64 id;

	if (ret)
		return ret;
	id = kuv_store_next_id(arg->id);
	if (!id)
		return -ENOENT;
	arg->id = id;
	return 0;
}

static int kuv_ioctl_open_store_by_id(struct kuv_call *call)
{
	struct kvm_uefivars_store_id *arg = call->arg;
	int ret = kuv_store_id_check(arg);
	struct kuv_store *store;

	if (ret)
		return ret;
	store = kuv_store_find(arg->id);
	if (!store)
		return -ENOENT;
	ret = kuv_store_file(call, store, &arg->fd);
	if (ret)
		kuv_store_put(store);
	return ret;
}

static const struct kuv_ioctl kuv_device_ioctls[] = {
	KUV_IOCTL(GET_INFO, info, 64, KUV_IOCTL_OUT, kuv_ioctl_get_info),
	KUV_IOCTL(CREATE_STORE, create_store, 88, KUV_IOCTL_OUT,
		  kuv_ioctl_create_store),
	KUV_IOCTL(NEXT_STORE_ID, store_id, 24, KUV_IOCTL_OUT,
		  kuv_ioctl_next_store_id),
	KUV_IOCTL(OPEN_STORE_BY_ID, store_id, 24, KUV_IOCTL_OUT,
		  kuv_ioctl_open_store_by_id),
};

static long kuv_device_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	return kuv_ioctl_dispatch(kuv_device_ioctls,
				  ARRAY_SIZE(kuv_device_ioctls), file, cmd, arg);
}

static const struct file_operations kuv_device_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = kuv_device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice kuv_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kvm-uefivars",
	.fops = &kuv_device_fops,
	.mode = 0660,
};

int kuv_chardev_init(void)
{
	return misc_register(&kuv_device);
}

void kuv_chardev_exit(void)
{
	misc_deregister(&kuv_device);
}

/* Sizes at ABI 1. A structure grows at its end, and these never change. */
static_assert(sizeof(struct kvm_uefivars_info) == 64);
static_assert(sizeof(struct kvm_uefivars_config) == 48);
static_assert(sizeof(struct kvm_uefivars_create_store) == 88);
static_assert(sizeof(struct kvm_uefivars_store_id) == 24);
static_assert(sizeof(struct kvm_uefivars_batch) == 24);
static_assert(sizeof(struct kvm_uefivars_record) == 64);
