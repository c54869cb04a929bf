// SPDX-License-Identifier: GPL-2.0
/* SAVE_STATE and RESTORE_STATE, as stores and ports have them. */
#include "chardev.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <linux/kvm_uefivars.h>

#include "state.h"
#include "store.h"

int kuv_call_save_state(struct kuv_call *call, struct kuv_store *store)
{
	struct kvm_uefivars_state *arg = call->arg;
	void *image;
	int ret;

	ret = kuv_state_save(store, arg->flags & KVM_UEFIVARS_STATE_VARIABLES,
			     arg->len, &image, &arg->len);
	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(arg->data), image, arg->len))
		ret = -EFAULT;
	/* It has the key of the memory overwrite lock. */
	kvfree_sensitive(image, arg->len);
	return ret;
}

int kuv_call_restore_state(struct kuv_call *call, struct kuv_store *store)
{
	struct kvm_uefivars_state *arg = call->arg;
	void *image;
	int ret;

	if (!arg->len || arg->len > KUV_STATE_LEN_MAX)
		return -EBADMSG;
	image = kvmalloc(arg->len, GFP_KERNEL_ACCOUNT);
	if (!image)
		return -ENOMEM;
	ret = -EFAULT;
	if (!copy_from_user(image, u64_to_user_ptr(arg->data), arg->len))
		ret = kuv_state_restore(store, arg->flags &
					KVM_UEFIVARS_STATE_VARIABLES,
					image, arg->len);
	kvfree_sensitive(image, arg->len);
	return ret;
}
