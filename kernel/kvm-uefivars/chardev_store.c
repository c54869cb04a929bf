// SPDX-License-Identifier: GPL-2.0
/* Descriptors of stores: commands, read() and poll(). */
#include "chardev.h"

#include <linux/anon_inodes.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/kvm_uefivars.h>
#include <linux/kvm_uefivars_mailbox.h>

#include "compat.h"
#include "state.h"
#include "store.h"

static struct kuv_store *kuv_call_store(struct kuv_call *call)
{
	return call->file->private_data;
}

static int kuv_ioctl_store_info(struct kuv_call *call)
{
	kuv_store_info(kuv_call_store(call), call->arg);
	return 0;
}

static int kuv_ioctl_set_config(struct kuv_call *call)
{
	struct kvm_uefivars_set_config *arg = call->arg;

	if (arg->flags)
		return -EINVAL;
	return kuv_store_set_config(kuv_call_store(call), &arg->config);
}

static int kuv_ioctl_store_stats(struct kuv_call *call)
{
	struct kvm_uefivars_store_stats *arg = call->arg;

	if (arg->flags)
		return -EINVAL;
	kuv_settle_stats(kuv_call_store(call), arg);
	return 0;
}

static bool kuv_name_is_valid(const u8 *name, u32 len)
{
	u32 i;

	for (i = 0; i < len; i += 2)
		if (!get_unaligned_le16(name + i))
			return false;
	return true;
}

/* A private copy of a name, to be kfree()d. */
static const u8 *kuv_name_copy(u64 uaddr, u32 len)
{
	u8 *name;

	if (!len || len % 2 || len > KUV_VAR_CONTENT_MAX)
		return ERR_PTR(-EINVAL);
	name = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!name)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(name, u64_to_user_ptr(uaddr), len)) {
		kvfree(name);
		return ERR_PTR(-EFAULT);
	}
	if (!kuv_name_is_valid(name, len)) {
		kvfree(name);
		return ERR_PTR(-EINVAL);
	}
	return name;
}

/* Run @fn with the name of a VAR_* command. */
static int kuv_var_call(struct kuv_call *call,
			int (*fn)(struct kuv_store *store,
				  const struct kuv_name *name,
				  struct kvm_uefivars_var *arg))
{
	struct kvm_uefivars_var *arg = call->arg;
	struct kuv_name name = { .guid = arg->guid, .len = arg->name_len };
	int ret;

	if (arg->reserved)
		return -EINVAL;
	name.name = kuv_name_copy(arg->name, arg->name_len);
	if (IS_ERR(name.name))
		return PTR_ERR(name.name);
	ret = fn(kuv_call_store(call), &name, arg);
	kvfree(name.name);
	return ret;
}

static bool kuv_attributes_are_valid(const struct kvm_uefivars_var *arg)
{
	u32 known = KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS |
		    KVM_UEFIVARS_ATTR_RT | KVM_UEFIVARS_ATTR_HR |
		    KVM_UEFIVARS_ATTR_AT;

	if (arg->attributes & ~known ||
	    !(arg->attributes & KVM_UEFIVARS_ATTR_BS))
		return false;
	return arg->attributes & KVM_UEFIVARS_ATTR_AT ||
	       !memchr_inv(arg->time, 0, sizeof(arg->time));
}

/* The core judges what is signed; its time is in the data. */
static bool kuv_signed_is_valid(const struct kvm_uefivars_var *arg)
{
	return !(arg->flags & KVM_UEFIVARS_VAR_CLEAN) &&
	       arg->attributes & KVM_UEFIVARS_ATTR_AT &&
	       !memchr_inv(arg->time, 0, sizeof(arg->time));
}

static int kuv_var_set(struct kuv_store *store, const struct kuv_name *name,
		       struct kvm_uefivars_var *arg)
{
	void *data;
	int ret;

	if (arg->data_len > KUV_VAR_CONTENT_MAX)
		return -ENOSPC;
	data = kvmalloc(arg->data_len, GFP_KERNEL_ACCOUNT);
	if (!data)
		return -ENOMEM;
	ret = -EFAULT;
	if (!copy_from_user(data, u64_to_user_ptr(arg->data), arg->data_len))
		ret = kuv_store_set(store, name, arg, data);
	kvfree(data);
	return ret;
}

static int kuv_ioctl_var_set(struct kuv_call *call)
{
	struct kvm_uefivars_var *arg = call->arg;

	if (arg->flags & ~(KVM_UEFIVARS_VAR_CLEAN | KVM_UEFIVARS_VAR_SIGNED) ||
	    !arg->data_len)
		return -EINVAL;
	if (!(arg->flags & KVM_UEFIVARS_VAR_SIGNED ?
	      kuv_signed_is_valid(arg) : kuv_attributes_are_valid(arg)))
		return -EINVAL;
	return kuv_var_call(call, kuv_var_set);
}

static int kuv_var_get(struct kuv_store *store, const struct kuv_name *name,
		       struct kvm_uefivars_var *arg)
{
	void *data;
	int ret = kuv_store_read(store, name, arg, &data);

	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(arg->data), data, arg->data_len))
		ret = -EFAULT;
	kvfree(data);
	return ret;
}

static int kuv_ioctl_var_get(struct kuv_call *call)
{
	struct kvm_uefivars_var *arg = call->arg;

	if (arg->flags)
		return -EINVAL;
	return kuv_var_call(call, kuv_var_get);
}

static int kuv_var_delete(struct kuv_store *store, const struct kuv_name *name,
			  struct kvm_uefivars_var *arg)
{
	return kuv_store_delete(store, name, &arg->seq);
}

static int kuv_ioctl_var_delete(struct kuv_call *call)
{
	struct kvm_uefivars_var *arg = call->arg;

	if (arg->flags)
		return -EINVAL;
	return kuv_var_call(call, kuv_var_delete);
}

static int kuv_var_next(struct kuv_store *store, const struct kuv_name *prev,
			struct kvm_uefivars_next *arg)
{
	void *name;
	int ret = kuv_store_next(store, prev, arg, &name);

	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(arg->name), name, arg->name_len))
		ret = -EFAULT;
	kvfree(name);
	return ret;
}

static int kuv_ioctl_var_next(struct kuv_call *call)
{
	struct kvm_uefivars_next *arg = call->arg;
	struct kuv_store *store = kuv_call_store(call);
	struct kuv_name prev = { .len = arg->name_len };
	u8 guid[16];
	int ret;

	if (arg->flags)
		return -EINVAL;
	if (!prev.len)
		return kuv_var_next(store, NULL, arg);
	memcpy(guid, arg->guid, sizeof(guid));
	prev.guid = guid;
	prev.name = kuv_name_copy(arg->name, prev.len);
	if (IS_ERR(prev.name))
		return PTR_ERR(prev.name);
	ret = kuv_var_next(store, &prev, arg);
	kvfree(prev.name);
	return ret;
}

static int kuv_ioctl_ack(struct kuv_call *call)
{
	struct kvm_uefivars_ack *arg = call->arg;

	if (arg->flags & ~KVM_UEFIVARS_ACK_FAILED)
		return -EINVAL;
	return kuv_changelog_ack(kuv_call_store(call), arg->seq,
				 arg->flags & KVM_UEFIVARS_ACK_FAILED);
}

static int kuv_ioctl_open_port(struct kuv_call *call)
{
	struct kvm_uefivars_open_port *arg = call->arg;

	if (arg->flags & ~(KVM_UEFIVARS_PORT_STATE |
			   KVM_UEFIVARS_PORT_VARIABLES) || arg->reserved)
		return -EINVAL;
	if (arg->flags == KVM_UEFIVARS_PORT_VARIABLES)
		return -EINVAL;
	return kuv_port_file(call, kuv_call_store(call), arg->flags, &arg->fd);
}

static int kuv_ioctl_freeze(struct kuv_call *call)
{
	struct kvm_uefivars_freeze *arg = call->arg;

	return arg->flags ? -EINVAL : kuv_state_freeze(kuv_call_store(call));
}

static int kuv_ioctl_thaw(struct kuv_call *call)
{
	struct kvm_uefivars_freeze *arg = call->arg;

	return arg->flags ? -EINVAL : kuv_store_thaw(kuv_call_store(call));
}

static int kuv_ioctl_save_state(struct kuv_call *call)
{
	struct kvm_uefivars_state *arg = call->arg;

	if (arg->flags & ~KVM_UEFIVARS_STATE_VARIABLES)
		return -EINVAL;
	return kuv_call_save_state(call, kuv_call_store(call));
}

static int kuv_ioctl_restore_state(struct kuv_call *call)
{
	struct kvm_uefivars_state *arg = call->arg;

	if (arg->flags & ~KVM_UEFIVARS_STATE_VARIABLES)
		return -EINVAL;
	return kuv_call_restore_state(call, kuv_call_store(call));
}

static const struct kuv_ioctl kuv_store_ioctls[] = {
	KUV_IOCTL(STORE_INFO, store_info, 168, KUV_IOCTL_OUT,
		  kuv_ioctl_store_info),
	KUV_IOCTL(SET_CONFIG, set_config, 56, 0, kuv_ioctl_set_config),
	KUV_IOCTL(VAR_SET, var, 80, KUV_IOCTL_OUT, kuv_ioctl_var_set),
	KUV_IOCTL(VAR_GET, var, 80, KUV_IOCTL_OUT, kuv_ioctl_var_get),
	KUV_IOCTL(VAR_DELETE, var, 80, KUV_IOCTL_OUT, kuv_ioctl_var_delete),
	KUV_IOCTL(VAR_NEXT, next, 48, KUV_IOCTL_OUT, kuv_ioctl_var_next),
	KUV_IOCTL(ACK, ack, 16, 0, kuv_ioctl_ack),
	KUV_IOCTL(OPEN_PORT, open_port, 16, KUV_IOCTL_OUT, kuv_ioctl_open_port),
	KUV_IOCTL(STORE_STATS, store_stats, 248, KUV_IOCTL_OUT,
		  kuv_ioctl_store_stats),
	KUV_IOCTL(FREEZE, freeze, 8, 0, kuv_ioctl_freeze),
	KUV_IOCTL(THAW, freeze, 8, 0, kuv_ioctl_thaw),
	KUV_IOCTL(SAVE_STATE, state, 24, KUV_IOCTL_OUT, kuv_ioctl_save_state),
	KUV_IOCTL(RESTORE_STATE, state, 24, 0, kuv_ioctl_restore_state),
};

static long kuv_store_ioctl(struct file *file, unsigned int cmd,
			    unsigned long arg)
{
	return kuv_ioctl_dispatch(kuv_store_ioctls, ARRAY_SIZE(kuv_store_ioctls),
				  file, cmd, arg);
}

static ssize_t kuv_store_file_read(struct file *file, char __user *buf,
				   size_t len, loff_t *pos)
{
	return kuv_changelog_read(file->private_data, buf, len);
}

static __poll_t kuv_store_file_poll(struct file *file, poll_table *wait)
{
	return kuv_changelog_poll(file->private_data, file, wait);
}

static int kuv_store_file_release(struct inode *inode, struct file *file)
{
	kuv_store_put(file->private_data);
	return 0;
}

static const struct file_operations kuv_store_fops = {
	.owner = THIS_MODULE,
	.read = kuv_store_file_read,
	.poll = kuv_store_file_poll,
	.unlocked_ioctl = kuv_store_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = kuv_store_file_release,
};

/* Whoever opens a store anew has read nothing of it yet. */
static void kuv_store_file_publish(struct file *file)
{
	kuv_changelog_rewind(file->private_data);
}

int kuv_store_file(struct kuv_call *call, struct kuv_store *store, s32 *fd)
{
	struct file *file = anon_inode_getfile("[kvm-uefivars-store]",
					       &kuv_store_fops, store, O_RDWR);

	if (IS_ERR(file))
		return PTR_ERR(file);
	call->new_file = file;
	call->new_fd = fd;
	call->publish = kuv_store_file_publish;
	return 0;
}

static_assert(sizeof(struct kvm_uefivars_store_info) == 168);
static_assert(sizeof(struct kvm_uefivars_set_config) == 56);
static_assert(sizeof(struct kvm_uefivars_var) == 80);
static_assert(sizeof(struct kvm_uefivars_next) == 48);
static_assert(sizeof(struct kvm_uefivars_ack) == 16);
static_assert(sizeof(struct kvm_uefivars_open_port) == 16);
static_assert(sizeof(struct kvm_uefivars_store_stats) == 248);
static_assert(sizeof(struct kvm_uefivars_freeze) == 8);
static_assert(sizeof(struct kvm_uefivars_state) == 24);
