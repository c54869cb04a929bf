/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One store in the kernel: make or find it, load it, read and answer changes. */
#ifndef _VARD_SOURCE_H
#define _VARD_SOURCE_H

#include <linux/kvm_uefivars.h>

#include "backend.h"
#include "batch.h"

/**
 * struct vard_buffer - memory that batches are read into, one for all stores
 * @data: grows to the largest batch seen
 * @size: bytes
 */
struct vard_buffer {
	void *data;
	size_t size;
};

/**
 * struct vard_source - a store, with what the loop keeps about it
 * @next: list of the loop
 * @fd: store descriptor, owned
 * @store_id: number of the store
 * @uuid: its cookie
 * @vm: the VM of that uuid; vm.id is 0 while the database did not say
 * @batch_size_max: a buffer of this size takes any batch
 * @read_seq: batch read in this round and not answered yet, 0 for none
 * @failed_seq: newest change that could not be saved, 0 when all is well
 * @error: why this store alone cannot be saved in this round, 0 if it can
 * @has_port: a VMM holds the port
 * @is_parked: not polled until the next retry
 */
struct vard_source {
	struct vard_source *next;
	int fd;
	uint64_t store_id;
	sd_id128_t uuid;
	struct vard_vm vm;
	uint64_t batch_size_max;
	uint64_t read_seq;
	uint64_t failed_seq;
	int error;
	bool has_port;
	bool is_parked;
};

/**
 * vard_device_open() - open the module's device
 * @path: node
 *
 * Return: A descriptor; -ENXIO if there is no such module or it speaks no
 * version this program knows; -EACCES; or another -errno.
 */
int vard_device_open(const char *path);

/**
 * vard_device_next_id() - list the stores of the module
 * @device: device
 * @id: in: number or 0 to begin, out: the next one
 *
 * Return: 0, -ENOENT at the end, -EPERM without privilege, or -errno.
 */
int vard_device_next_id(int device, uint64_t *id);

/**
 * vard_device_open_id() - open a store by number
 * @device: device
 * @id: number
 *
 * Return: A store descriptor or -errno.
 */
int vard_device_open_id(int device, uint64_t id);

/**
 * vard_source_create() - a new, empty store
 * @device: device
 * @vm: whose store; gives cookie, durability and options
 * @wait_ms: longest that a write of its guest waits, 0 for the module's default
 * @ret: filled, for vard_source_free()
 *
 * Return: 0, -ENOSPC if the module has too many stores, or -errno.
 */
int vard_source_create(int device, const struct vard_vm *vm, uint32_t wait_ms,
		       struct vard_source **ret);

/**
 * vard_source_adopt() - take over a store that exists
 * @fd: store descriptor, owned by the source on success
 * @ret: filled, for vard_source_free(); the VM is not known yet
 *
 * Return: 0, -ENOTTY if @fd is no store, or -errno.
 */
int vard_source_adopt(int fd, struct vard_source **ret);

/**
 * vard_source_free() - close a store
 * @s: source or NULL
 */
void vard_source_free(struct vard_source *s);

/**
 * vard_source_info() - state and statistics; clears the port-closed event
 * @s: source
 * @info: filled
 *
 * Return: 0 or -errno.
 */
int vard_source_info(struct vard_source *s,
		     struct kvm_uefivars_store_info *info);

/**
 * vard_source_put() - load one variable that is on disk already
 * @s: source
 * @v: variable
 *
 * Return: 0, -EINVAL or -ENOSPC if the store refuses it, or -errno.
 */
int vard_source_put(struct vard_source *s, const struct vard_var *v);

/**
 * vard_source_configure() - change how a store behaves
 * @s: source
 * @durability: KVM_UEFIVARS_WRITE_THROUGH or KVM_UEFIVARS_WRITE_BACK
 * @options: KVM_UEFIVARS_OPT_*
 *
 * Return: 0 or -errno.
 */
int vard_source_configure(struct vard_source *s, uint32_t durability,
			  uint32_t options);

/**
 * vard_source_open_port() - the right to run the VM
 * @s: source
 *
 * Return: A port descriptor, -EBUSY if one is open, or -errno.
 */
int vard_source_open_port(struct vard_source *s);

/**
 * vard_source_read() - every change since the last acknowledgement
 * @s: source
 * @buf: memory to use; @b points into it
 * @b: filled if there is a batch
 *
 * Return: 1 with a batch, 0 if there is nothing, -EBADMSG (logged) if the
 * batch is malformed, or -errno.
 */
int vard_source_read(struct vard_source *s, struct vard_buffer *buf,
		     struct vard_batch *b);

/**
 * vard_source_ack() - answer a batch
 * @s: source
 * @seq: number of the batch
 * @is_durable: it is on disk; else guests that wait get an error
 *
 * Return: 0 or -errno.
 */
int vard_source_ack(struct vard_source *s, uint64_t seq, bool is_durable);

#endif /* _VARD_SOURCE_H */
