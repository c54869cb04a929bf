/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One store in the kernel: make or find it, load it, read and answer changes. */
#ifndef _VARD_SOURCE_H
#define _VARD_SOURCE_H

#include <linux/kvm_uefivars.h>

#include "backend.h"
#include "batch.h"
#include "varlist.h"

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
 * enum vard_role - what a store is to this daemon
 * @VARD_ORDINARY: of a VM in the database
 * @VARD_INCOMING: waits, frozen, for a VM that moves in; not in the database
 * @VARD_DEPARTED: its VM has moved away; frozen for good, changes no more
 */
enum vard_role {
	VARD_ORDINARY,
	VARD_INCOMING,
	VARD_DEPARTED,
};

struct vard_move;

/* Bits of a store's state that the loop acts on. */
#define VARD_STATE_SEEN                                                 \
	(KVM_UEFIVARS_STORE_HAS_PORT | KVM_UEFIVARS_STORE_ATTACHED |    \
	 KVM_UEFIVARS_STORE_PAUSED | KVM_UEFIVARS_STORE_DEPARTED)

/**
 * struct vard_source - a store, with what the loop keeps about it
 * @next: list of the loop
 * @prev: the same backwards
 * @next_uuid: others of the same bucket
 * @next_deferred: list of stores whose changes may wait, oldest first
 * @prev_deferred: the same backwards
 * @fd: store descriptor, owned
 * @store_id: number of the store
 * @uuid: its cookie
 * @vm: the VM of that uuid; vm.id is 0 while the database did not say
 * @role: what it is to this daemon
 * @move: what moves its VM, or NULL
 * @batch_size_max: a buffer of this size takes any batch
 * @read_seq: batch read in this round and not answered yet, 0 for none
 * @nr_read: changes in it
 * @failed_seq: newest change that could not be saved, 0 when all is well
 * @deferred_us: when its first change was deferred
 * @error: why this store alone cannot be saved in this round, 0 if it can
 * @state: KVM_UEFIVARS_STORE_* as last asked for
 * @has_port: a VMM holds the port
 * @was_running: watchers were told that the VM is running
 * @has_device: the database holds a saved machine, which has not run yet
 * @has_news: @state has changed and the loop has not acted on that
 * @is_parked: not polled until the next retry
 * @is_deferred: write-back changes wait for a commit
 * @is_adopted: of a daemon before; the database has not said whose it is
 */
struct vard_source {
	struct vard_source *next;
	struct vard_source *prev;
	struct vard_source *next_uuid;
	struct vard_source *next_deferred;
	struct vard_source *prev_deferred;
	int fd;
	uint64_t store_id;
	sd_id128_t uuid;
	struct vard_vm vm;
	enum vard_role role;
	struct vard_move *move;
	uint64_t batch_size_max;
	uint64_t read_seq;
	uint32_t nr_read;
	uint64_t failed_seq;
	uint64_t deferred_us;
	int error;
	uint32_t state;
	bool has_port;
	bool was_running;
	bool has_device;
	bool has_news;
	bool is_parked;
	bool is_deferred;
	bool is_adopted;
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
 * vard_source_info() - state and statistics
 * @s: source; @s->has_news is set if the state has changed: the answer clears
 *	the event that would tell the loop, see vard_look_later()
 * @info: filled
 *
 * Return: 0 or -errno.
 */
int vard_source_info(struct vard_source *s,
		     struct kvm_uefivars_store_info *info);

/**
 * vard_source_has_run() - has a guest used this store?
 * @s: source
 *
 * Return: Whether it has answered a request since it was made.
 */
bool vard_source_has_run(struct vard_source *s);

/**
 * vard_source_put() - load one variable that is on disk already
 * @s: source
 * @v: variable
 *
 * Return: 0, -EINVAL or -ENOSPC if the store refuses it, or -errno.
 */
int vard_source_put(struct vard_source *s, const struct vard_var *v);

/**
 * vard_source_set() - change a variable of a store by the host's right
 * @s: source
 * @v: variable, as @flags want it
 * @flags: KVM_UEFIVARS_VAR_SIGNED or 0
 *
 * Return: 0, the errors of VAR_SET.
 */
int vard_source_set(struct vard_source *s, const struct vard_var *v,
		    uint32_t flags);

/**
 * vard_source_delete() - delete a variable of a store by the host's right
 * @s: source
 * @v: its guid and name
 *
 * Return: 0, -ENOENT if it is not there, or -errno.
 */
int vard_source_delete(struct vard_source *s, const struct vard_var *v);

/**
 * vard_source_list() - every variable of a store, as its guest lists them
 * @s: source; its guest may run
 * @ret: filled with a state of the non-volatile ones that the store really had;
 *	on failure empty
 *
 * Return: 0; -EAGAIN if the guest changes them all the time; -ENOMEM; or
 * another -errno.
 */
int vard_source_list(struct vard_source *s, struct vard_varlist *ret);

/**
 * vard_source_set_config() - change how a store behaves
 * @s: source
 * @config: complete
 *
 * Return: 0, -ENOSPC over a limit of the module, -EINVAL, or -errno.
 */
int vard_source_set_config(struct vard_source *s,
			   const struct kvm_uefivars_config *config);

/**
 * vard_source_configure() - change what the database knows of its behaviour
 * @s: source
 * @vm: gives durability, options and rate
 *
 * Return: 0, -EINVAL for a rate the module does not like, or -errno.
 */
int vard_source_configure(struct vard_source *s, const struct vard_vm *vm);

/**
 * vard_source_stats() - what writes cost
 * @s: source
 * @stats: filled
 *
 * Return: 0 or -errno.
 */
int vard_source_stats(struct vard_source *s,
		      struct kvm_uefivars_store_stats *stats);

/**
 * vard_source_freeze() - stop serving the VM
 * @s: source
 *
 * Return: 0, -EBUSY if its VMM has not said that it is paused, or -errno.
 */
int vard_source_freeze(struct vard_source *s);

/**
 * vard_source_thaw() - serve the VM again; a failure is logged
 * @s: source
 */
void vard_source_thaw(struct vard_source *s);

/**
 * vard_source_save() - the state of the machine, with variables
 * @s: source, frozen
 * @ret: filled with memory to free()
 * @ret_len: filled
 *
 * Return: 0 or -errno.
 */
int vard_source_save(struct vard_source *s, void **ret, size_t *ret_len);

/**
 * vard_source_restore() - take over the state of a machine
 * @s: source
 * @data: image
 * @len: its bytes
 * @flags: KVM_UEFIVARS_STATE_VARIABLES or 0 for the machine alone
 *
 * Return: 0, -EBADMSG for a malformed image, -ENODATA if it lacks what is
 * wanted, -ENOSPC over a limit of the store, or -errno.
 */
int vard_source_restore(struct vard_source *s, const void *data, size_t len,
			uint32_t flags);

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
