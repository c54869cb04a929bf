/* SPDX-License-Identifier: GPL-2.0 */
/* The variables of one VM: lifetime, lock, limits; ties core and change log. */
#ifndef _KUV_STORE_H
#define _KUV_STORE_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <linux/kvm_uefivars.h>

#include "changelog.h"
#include "core/service.h"
#include "settle.h"

struct kuv_mm_result;
struct kuv_port;

/* Limits of the module. */
#define KUV_STORES_MAX		16384
#define KUV_POOL_MAX		(16ULL << 20)
#define KUV_WAIT_MS_MAX		30000

/* Defaults of a store. */
#define KUV_POOL_DEFAULT	(256ULL << 10)
#define KUV_WAIT_MS_DEFAULT	2000
#define KUV_CHANGE_RATE_DEFAULT	500
#define KUV_CHANGE_BURST_DEFAULT 2000

/**
 * struct kuv_store - one VM's variables
 * @ref: held by each descriptor and by the port
 * @id: number, never used again
 * @cookie: the creator's
 */
struct kuv_store {
	struct kref ref;
	u64 id;
	u8 cookie[16];
	/**
	 * @lock: Guards everything below. Innermost lock of the module but for
	 * wait queues: no guest or user memory is touched while it is held.
	 */
	struct mutex lock;
	/** @service: The core, which takes no locks of its own. */
	struct kuv_service service;
	/** @log: What vard-sync reads. */
	struct kuv_changelog log;
	/** @config: In force, no member 0 for a default. */
	struct kvm_uefivars_config config;
	/** @settle: What the guest waits for, and waited for. */
	struct kuv_settle settle;
	/** @nr_requests: Messages answered. */
	u64 nr_requests;
	/**
	 * @port: The port that is open, or NULL. It holds a reference of the
	 * store; it has one itself as long as it is here.
	 */
	struct kuv_port *port;
	/** @is_attached: It is attached to a VM. */
	bool is_attached;
	/** @is_paused: Whose VMM says that no vCPU runs. */
	bool is_paused;
	/** @is_departed: And that the memory is on another host. */
	bool is_departed;
	/** @needs_reset: The VM is new, but the store was frozen. */
	bool needs_reset;
	/** @is_frozen: Serve no guest. Also read without the lock. */
	bool is_frozen;
	/** @has_event: Something of these changed, and nobody looked since. */
	bool has_event;
	/** @frozen: Who wants to know when @is_frozen changes. */
	wait_queue_head_t frozen;
};

/**
 * kuv_store_module_init() - get ready to make stores
 *
 * Context: Module init.
 * Return: 0 or -ENOMEM.
 */
int kuv_store_module_init(void);

/**
 * kuv_store_module_exit() - undo kuv_store_module_init()
 *
 * Context: Module removal, no store left.
 */
void kuv_store_module_exit(void);

/**
 * kuv_store_create() - a new, empty store
 * @config: as user space gave it
 * @cookie: 16 bytes of the creator's choice
 * @ret_store: store, with one reference
 *
 * Context: Process.
 * Return: 0, -EINVAL, -ENOSPC or -ENOMEM.
 */
int kuv_store_create(const struct kvm_uefivars_config *config, const u8 *cookie,
		     struct kuv_store **ret_store);

/**
 * kuv_store_get() - take a reference
 * @store: store that the caller has a reference of
 *
 * Context: Any.
 */
void kuv_store_get(struct kuv_store *store);

/**
 * kuv_store_put() - drop a reference; the last one frees the store
 * @store: store
 *
 * Context: Process, nothing locked.
 */
void kuv_store_put(struct kuv_store *store);

/**
 * kuv_store_find() - the store of a number
 * @id: number
 *
 * Context: Process.
 * Return: Store with a new reference, or NULL.
 */
struct kuv_store *kuv_store_find(u64 id);

/**
 * kuv_store_next_id() - enumerate stores
 * @id: a number, or 0
 *
 * Context: Process.
 * Return: The next higher number in use, 0 if there is none.
 */
u64 kuv_store_next_id(u64 id);

/**
 * kuv_store_info() - state and statistics; clears the event
 * @store: store
 * @info: filled but for @info->size
 *
 * Context: Process.
 */
void kuv_store_info(struct kuv_store *store,
		    struct kvm_uefivars_store_info *info);

/**
 * kuv_store_set_config() - change limits and durability
 * @store: store
 * @config: as user space gave it
 *
 * Context: Process.
 * Return: 0, -EINVAL or -ENOSPC.
 */
int kuv_store_set_config(struct kuv_store *store,
			 const struct kvm_uefivars_config *config);

/**
 * kuv_store_set() - the host creates or replaces a variable
 * @store: store
 * @name: variable
 * @arg: attributes and time to store, flags; @arg->seq is filled
 * @data: @arg->data_len bytes of data
 *
 * Context: Process.
 * Return: 0, -EINVAL, -ENOSPC or -ENOMEM; with KVM_UEFIVARS_VAR_SIGNED also
 * -EKEYREJECTED, -EACCES or -ENOENT.
 */
int kuv_store_set(struct kuv_store *store, const struct kuv_name *name,
		  struct kvm_uefivars_var *arg, const void *data);

/**
 * kuv_store_delete() - the host deletes a variable
 * @store: store
 * @name: variable
 * @seq: sequence number of the change, 0 if none was logged
 *
 * Context: Process.
 * Return: 0, -ENOENT or -ENOSPC.
 */
int kuv_store_delete(struct kuv_store *store, const struct kuv_name *name,
		     u64 *seq);

/**
 * kuv_store_read() - the host reads a variable
 * @store: store
 * @name: variable
 * @arg: in: data_len is the room; out: what the variable has
 * @ret_data: copy of the data, to be kvfree()d
 *
 * Context: Process.
 * Return: 0, -ENOENT, -ENOMEM, or -EMSGSIZE with only @arg->data_len filled.
 */
int kuv_store_read(struct kuv_store *store, const struct kuv_name *name,
		   struct kvm_uefivars_var *arg, void **ret_data);

/**
 * kuv_store_next() - the host lists variables
 * @store: store
 * @prev: variable before, NULL to begin
 * @arg: in: name_size is the room; out: what the next variable has
 * @ret_name: copy of its name, to be kvfree()d
 *
 * Context: Process.
 * Return: 0, -ENOENT (end), -EINVAL (@prev is not there), -ENOMEM, or
 * -EMSGSIZE with only @arg->name_len filled.
 */
int kuv_store_next(struct kuv_store *store, const struct kuv_name *prev,
		   struct kvm_uefivars_next *arg, void **ret_name);

/**
 * kuv_store_request() - answer a guest's message
 * @store: store
 * @msg: private copy of the message; becomes the reply
 * @total: bytes of the message and of the reply, header included
 * @size: size of the guest's buffer
 * @reply_len: how much of @msg the guest does not have yet, from its start
 *
 * In write-through mode this waits until the change is durable, and in any mode
 * as long as the guest is over its rate.
 *
 * Context: Process, store not locked. Killable.
 * Return: KVM_UEFIVARS_STS_* as of kuv_mm_handle().
 */
u16 kuv_store_request(struct kuv_store *store, u8 *msg, u32 total, u32 size,
		      u32 *reply_len);

/* store_state.c: the port as its store sees it, and standing still. */

/**
 * kuv_store_state() - state bits
 * @store: store, locked
 *
 * Context: Any.
 * Return: KVM_UEFIVARS_STORE_*.
 */
u32 kuv_store_state(const struct kuv_store *store);

/**
 * kuv_store_refuse() - answer a guest's message by EFI_DEVICE_ERROR
 * @msg: message, becomes the reply
 * @total: bytes of it
 * @size: size of the guest's buffer
 * @res: as of kuv_mm_handle()
 *
 * Context: Any.
 * Return: KVM_UEFIVARS_STS_* as of kuv_mm_handle().
 */
u16 kuv_store_refuse(u8 *msg, u32 total, u32 size, struct kuv_mm_result *res);

/**
 * kuv_store_reset() - machine reset
 * @store: store
 *
 * Context: Process.
 * Return: 0, -EAGAIN (frozen), or -ENOMEM; then no request is served until a
 * reset succeeds.
 */
int kuv_store_reset(struct kuv_store *store);

/**
 * kuv_store_port_open() - reserve the only port of a store
 * @store: store
 * @port: port, ready for kuv_port_get()
 *
 * Context: Process.
 * Return: 0 or -EBUSY.
 */
int kuv_store_port_open(struct kuv_store *store, struct kuv_port *port);

/**
 * kuv_store_port_get() - the port of a store
 * @store: store
 *
 * Context: Process.
 * Return: Port with a new reference, or NULL.
 */
struct kuv_port *kuv_store_port_get(struct kuv_store *store);

/**
 * kuv_store_port_attach() - the port is about to serve a VM
 * @store: store
 * @is_restored: the VM goes on; otherwise it is new, which means a machine
 *	reset: at once, or when a store that is frozen now is thawed
 *
 * Context: Process.
 * Return: 0, or -ENOMEM as kuv_store_reset().
 */
int kuv_store_port_attach(struct kuv_store *store, bool is_restored);

/**
 * kuv_store_port_closed() - give the port back
 * @store: store
 * @notify: tell pollers; not for a port that nobody ever got
 *
 * Context: Process.
 */
void kuv_store_port_closed(struct kuv_store *store, bool notify);

/**
 * kuv_store_pause() - no vCPU runs
 * @store: store
 * @is_departed: and the memory has left
 *
 * Context: Process.
 */
void kuv_store_pause(struct kuv_store *store, bool is_departed);

/**
 * kuv_store_resume() - vCPUs are about to run
 * @store: store
 *
 * Context: Process.
 * Return: 0, or -EAGAIN (frozen).
 */
int kuv_store_resume(struct kuv_store *store);

/**
 * kuv_store_freeze() - serve no further request
 * @store: store
 *
 * A request that waits for an acknowledgement stops waiting; it is not over
 * when this returns.
 *
 * Context: Process.
 * Return: 0, -EALREADY, or -EBUSY (a VM runs).
 */
int kuv_store_freeze(struct kuv_store *store);

/**
 * kuv_store_thaw() - serve again
 * @store: store
 *
 * Context: Process.
 * Return: 0, or -ENOMEM with the store frozen (a reset was due, and failed).
 */
int kuv_store_thaw(struct kuv_store *store);

/**
 * kuv_store_port_poll() - may vCPUs run?
 * @store: store
 * @file: descriptor of the port
 * @wait: poll table
 *
 * Context: Process, nothing locked.
 * Return: EPOLLIN | EPOLLRDNORM while the store is not frozen, or 0.
 */
__poll_t kuv_store_port_poll(struct kuv_store *store, struct file *file,
			     poll_table *wait);

#endif /* _KUV_STORE_H */
