// SPDX-License-Identifier: LGPL-2.1-or-later
// The device and stores, for a VMM that keeps the variables itself.

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define DEVICE_PATH "/dev/kvm-uefivars"

struct libkuv_device {
	int fd;
};

struct libkuv_store {
	int fd;
};

int libkuv_device_open(struct libkuv_device **ret_device, const char *path)
{
	struct libkuv_device *device = malloc(sizeof(*device));
	int err;

	if (!device)
		return -ENOMEM;
	device->fd = open(path ? path : DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (device->fd < 0) {
		err = -errno;
		free(device);
		return err;
	}
	*ret_device = device;
	return 0;
}

void libkuv_device_close(struct libkuv_device *device)
{
	if (!device)
		return;
	close(device->fd);
	free(device);
}

int libkuv_device_info(const struct libkuv_device *device,
		       struct kvm_uefivars_info *info)
{
	return kuv_ioctl(device->fd, KVM_UEFIVARS_GET_INFO, info);
}

static int store_new(struct libkuv_store **ret_store, int fd)
{
	struct libkuv_store *store = malloc(sizeof(*store));

	if (!store)
		return -ENOMEM;
	store->fd = fd;
	*ret_store = store;
	return 0;
}

/* As store_new(), for a descriptor that nobody else would close. */
static int store_take(struct libkuv_store **ret_store, int fd)
{
	int ret = store_new(ret_store, fd);

	if (ret < 0)
		close(fd);
	return ret;
}

int libkuv_store_create(struct libkuv_store **ret_store,
			const struct libkuv_device *device,
			const struct kvm_uefivars_config *config,
			const uint8_t *cookie)
{
	struct kvm_uefivars_create_store arg = { .size = sizeof(arg) };
	int ret;

	if (config)
		arg.config = *config;
	if (cookie)
		memcpy(arg.cookie, cookie, sizeof(arg.cookie));
	ret = kuv_ioctl(device->fd, KVM_UEFIVARS_CREATE_STORE, &arg);
	if (ret < 0)
		return ret;
	return store_take(ret_store, arg.fd);
}

int libkuv_store_open_by_id(struct libkuv_store **ret_store,
			    const struct libkuv_device *device, uint64_t id)
{
	struct kvm_uefivars_store_id arg = { .size = sizeof(arg), .id = id };
	int ret;

	ret = kuv_ioctl(device->fd, KVM_UEFIVARS_OPEN_STORE_BY_ID, &arg);
	if (ret < 0)
		return ret;
	return store_take(ret_store, arg.fd);
}

int libkuv_store_from_fd(struct libkuv_store **ret_store, int fd)
{
	struct kvm_uefivars_store_info info = { .size = sizeof(info) };

	if (kuv_ioctl(fd, KVM_UEFIVARS_STORE_INFO, &info) < 0)
		return -EINVAL;
	return store_new(ret_store, fd);
}

void libkuv_store_close(struct libkuv_store *store)
{
	if (!store)
		return;
	close(store->fd);
	free(store);
}

int libkuv_store_fd(const struct libkuv_store *store)
{
	return store->fd;
}

int libkuv_store_info(const struct libkuv_store *store,
		      struct kvm_uefivars_store_info *info)
{
	return kuv_ioctl(store->fd, KVM_UEFIVARS_STORE_INFO, info);
}

int libkuv_store_set_config(struct libkuv_store *store,
			    const struct kvm_uefivars_config *config)
{
	struct kvm_uefivars_set_config arg = {
		.size = sizeof(arg),
		.config = *config,
	};

	return kuv_ioctl(store->fd, KVM_UEFIVARS_SET_CONFIG, &arg);
}

int libkuv_store_open_port(struct libkuv_store *store, uint32_t flags)
{
	struct kvm_uefivars_open_port arg = {
		.size = sizeof(arg),
		.flags = flags,
	};
	int ret;

	ret = kuv_ioctl(store->fd, KVM_UEFIVARS_OPEN_PORT, &arg);
	return ret < 0 ? ret : arg.fd;
}

int libkuv_store_var_set(struct libkuv_store *store,
			 struct kvm_uefivars_var *var)
{
	return kuv_ioctl(store->fd, KVM_UEFIVARS_VAR_SET, var);
}

int libkuv_store_var_get(const struct libkuv_store *store,
			 struct kvm_uefivars_var *var)
{
	return kuv_ioctl(store->fd, KVM_UEFIVARS_VAR_GET, var);
}

int libkuv_store_var_next(const struct libkuv_store *store,
			  struct kvm_uefivars_next *next)
{
	return kuv_ioctl(store->fd, KVM_UEFIVARS_VAR_NEXT, next);
}

int libkuv_store_var_delete(struct libkuv_store *store,
			    struct kvm_uefivars_var *var)
{
	return kuv_ioctl(store->fd, KVM_UEFIVARS_VAR_DELETE, var);
}

ssize_t libkuv_store_read_batch(struct libkuv_store *store, void *buf,
				size_t size)
{
	ssize_t n;

	do {
		n = read(store->fd, buf, size);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int libkuv_store_ack(struct libkuv_store *store, uint64_t seq, uint32_t flags)
{
	struct kvm_uefivars_ack arg = {
		.size = sizeof(arg),
		.flags = flags,
		.seq = seq,
	};

	return kuv_ioctl(store->fd, KVM_UEFIVARS_ACK, &arg);
}
