/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing a VM: database row, store in the kernel, port. */
#ifndef _VARD_VM_H
#define _VARD_VM_H

#include <systemd/sd-bus.h>

#include "loop.h"

#define VARD_ERROR(name) "org.kvm_uefivars.Error." name

/**
 * struct vard_request - what a client asks for
 * @name: of the VM
 * @uid: of the client
 * @template_fd: variables of a new VM, or -1
 * @template_name: the same by name in the directory of templates, or NULL
 * @durability: KVM_UEFIVARS_WRITE_THROUGH or _WRITE_BACK, or -1 for no wish
 * @options: KVM_UEFIVARS_OPT_*
 * @has_options: @options are a wish, else those of the VM stay
 * @change_rate: changes per second as in struct kvm_uefivars_config, or -1
 * @change_burst: the same for changes at once
 * @is_incoming: the VM moves in, with the memory that its VMM waits for
 */
struct vard_request {
	const char *name;
	uid_t uid;
	int template_fd;
	const char *template_name;
	int durability;
	uint32_t options;
	bool has_options;
	int64_t change_rate;
	int64_t change_burst;
	bool is_incoming;
};

/* A request without wishes. */
#define VARD_REQUEST_NONE                                                 \
	.template_fd = -1, .durability = -1, .change_rate = -1,           \
	.change_burst = -1


/**
 * struct vard_opened - what a client gets
 * @port_fd: owned by the caller
 * @is_created: the VM is new
 * @counts: variables loaded, rows quarantined now
 * @store_id: number of the store
 */
struct vard_opened {
	int port_fd;
	bool is_created;
	struct vard_vm_counts counts;
	uint64_t store_id;
};

/**
 * vard_vm_name_ok() - is this the name of a VM?
 * @name: string
 *
 * Return: Whether it is 1 to 128 of [A-Za-z0-9_.:@+-], not starting with '.'
 * or '-'.
 */
bool vard_vm_name_ok(const char *name);

/**
 * vard_database_error() - tell a client that the database failed
 * @d: daemon
 * @e: filled
 * @r: -errno of the backend, which has said more
 *
 * Return: @r.
 */
int vard_database_error(struct vard *d, sd_bus_error *e, int r);

/**
 * vard_device_error() - tell a client that the module failed
 * @d: daemon
 * @e: filled
 * @r: -errno of a call to it
 *
 * Return: @r.
 */
int vard_device_error(struct vard *d, sd_bus_error *e, int r);

/**
 * vard_load_var() - load one variable into a store, as load() of a backend calls
 * @v: variable
 * @reason: filled if the store refuses it
 * @arg: struct vard_source
 *
 * Return: 0, 1 with @reason, or -errno.
 */
int vard_load_var(const struct vard_var *v, const char **reason, void *arg);

/**
 * vard_create_store() - a new, empty store for a VM
 * @d: daemon
 * @vm: VM
 * @ret: filled, for vard_source_free(); not in the loop yet
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_create_store(struct vard *d, const struct vard_vm *vm,
		      struct vard_source **ret, sd_bus_error *e);

/**
 * vard_vm_find() - the row of a VM that the client may use
 * @d: daemon
 * @name: of the VM
 * @uid: of the client
 * @vm: filled on success
 * @e: filled on failure, except -ENOENT
 *
 * Return: 0, -ENOENT without such a VM, or -errno.
 */
int vard_vm_find(struct vard *d, const char *name, uid_t uid,
		 struct vard_vm *vm, sd_bus_error *e);

/**
 * vard_vm_load() - a store for a VM whose store is not in the kernel
 * @d: daemon, owns the store on success
 * @vm: VM
 * @ret: its counts are filled
 * @source: filled
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_vm_load(struct vard *d, const struct vard_vm *vm,
		 struct vard_opened *ret, struct vard_source **source,
		 sd_bus_error *e);

/**
 * vard_add_store() - take a new store into the loop, and let systemd keep it
 * @d: daemon, owns @s on success
 * @s: store
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_add_store(struct vard *d, struct vard_source *s, sd_bus_error *e);

/**
 * vard_vm_open_port() - the right to run the VM of a store
 * @d: daemon
 * @s: store
 * @rq: what is wanted
 * @ret: its port is filled
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_vm_open_port(struct vard *d, struct vard_source *s,
		      const struct vard_request *rq, struct vard_opened *ret,
		      sd_bus_error *e);

/**
 * vard_vm_busy() - tell a client that a VM is being moved
 * @s: its store
 * @e: filled
 *
 * Return: -EBUSY.
 */
int vard_vm_busy(const struct vard_source *s, sd_bus_error *e);

/**
 * vard_vm_settle() - save everything of a VM that does not run, drop its store
 * @d: daemon
 * @vm: VM
 * @e: filled on failure
 *
 * Return: 0, also if its store has to stay for another reason; -EBUSY if the VM
 * runs; or -errno.
 */
int vard_vm_settle(struct vard *d, const struct vard_vm *vm, sd_bus_error *e);

/**
 * vard_vm_open() - load a VM, or make it, and open its port
 * @d: daemon
 * @rq: what is wanted
 * @ret: filled on success
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_vm_open(struct vard *d, const struct vard_request *rq,
		 struct vard_opened *ret, sd_bus_error *e);

/**
 * vard_vm_configure() - change a VM, also while it runs
 * @d: daemon
 * @rq: what is wanted
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_vm_configure(struct vard *d, const struct vard_request *rq,
		      sd_bus_error *e);

/**
 * vard_vm_close() - save everything of a VM and drop its store
 * @d: daemon
 * @name: of the VM
 * @uid: of the client
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_vm_close(struct vard *d, const char *name, uid_t uid,
		  sd_bus_error *e);

#endif /* _VARD_VM_H */
