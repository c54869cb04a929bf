// SPDX-License-Identifier: LGPL-2.1-or-later
// Moving a machine: pause, dirty memory, freeze, save and restore.

#include <stdlib.h>

#include "internal.h"

/* A guest that runs may make its state grow between two calls, but seldom. */
#define SAVE_TRIES 8

static int state_save_once(int fd, uint32_t flags, uint64_t room,
			   void **ret_image, uint64_t *ret_len)
{
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = flags,
		.len = room,
	};
	void *image = malloc(room ? room : 1);
	int ret;

	if (!image)
		return -ENOMEM;
	arg.data = (uintptr_t)image;
	ret = kuv_ioctl(fd, KVM_UEFIVARS_SAVE_STATE, &arg);
	*ret_len = arg.len;
	if (ret < 0) {
		free(image);
		return ret;
	}
	*ret_image = image;
	return 0;
}

static int state_save(int fd, uint32_t flags, void **ret_image, size_t *ret_len)
{
	uint64_t len = 0;
	void *image;
	int ret, i;

	for (i = 0; i < SAVE_TRIES; i++) {
		ret = state_save_once(fd, flags, len, &image, &len);
		if (ret != -EMSGSIZE)
			break;
	}
	if (ret < 0)
		return ret;
	*ret_image = image;
	*ret_len = (size_t)len;
	return 0;
}

static int state_restore(int fd, uint32_t flags, const void *image, size_t len)
{
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = flags,
		.data = (uintptr_t)image,
		.len = len,
	};

	return kuv_ioctl(fd, KVM_UEFIVARS_RESTORE_STATE, &arg);
}

int libkuv_port_save(const struct libkuv_port *port, uint32_t flags,
		     void **ret_image, size_t *ret_len)
{
	return state_save(libkuv_port_fd(port), flags, ret_image, ret_len);
}

int libkuv_port_restore(struct libkuv_port *port, uint32_t flags,
			const void *image, size_t len)
{
	return state_restore(libkuv_port_fd(port), flags, image, len);
}

int libkuv_port_pause(struct libkuv_port *port, uint32_t flags)
{
	struct kvm_uefivars_pause arg = { .size = sizeof(arg), .flags = flags };

	return kuv_ioctl(libkuv_port_fd(port), KVM_UEFIVARS_PAUSE, &arg);
}

int libkuv_port_resume(struct libkuv_port *port)
{
	struct kvm_uefivars_pause arg = { .size = sizeof(arg) };

	return kuv_ioctl(libkuv_port_fd(port), KVM_UEFIVARS_RESUME, &arg);
}

int libkuv_port_take_dirty(struct libkuv_port *port,
			   struct kvm_uefivars_dirty *dirty)
{
	*dirty = (struct kvm_uefivars_dirty){ .size = sizeof(*dirty) };
	return kuv_ioctl(libkuv_port_fd(port), KVM_UEFIVARS_TAKE_DIRTY, dirty);
}

int libkuv_store_save(const struct libkuv_store *store, uint32_t flags,
		      void **ret_image, size_t *ret_len)
{
	return state_save(libkuv_store_fd(store), flags, ret_image, ret_len);
}

int libkuv_store_restore(struct libkuv_store *store, uint32_t flags,
			 const void *image, size_t len)
{
	return state_restore(libkuv_store_fd(store), flags, image, len);
}

int libkuv_store_freeze(struct libkuv_store *store)
{
	struct kvm_uefivars_freeze arg = { .size = sizeof(arg) };

	return kuv_ioctl(libkuv_store_fd(store), KVM_UEFIVARS_FREEZE, &arg);
}

int libkuv_store_thaw(struct libkuv_store *store)
{
	struct kvm_uefivars_freeze arg = { .size = sizeof(arg) };

	return kuv_ioctl(libkuv_store_fd(store), KVM_UEFIVARS_THAW, &arg);
}
