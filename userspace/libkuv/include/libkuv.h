/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libkuv: UEFI variables served by the host kernel, for authors of VMMs. */
#ifndef LIBKUV_H
#define LIBKUV_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/kvm_uefivars.h>
#include <linux/kvm_uefivars_mailbox.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A VMM that is handed a port descriptor (by vard-sync, or by its launcher)
 * needs this much:
 *
 *   libkuv_port_attach(&port, port_fd, vm_fd, base, 0);   after KVM_CREATE_VM
 *   libkuv_port_set_memory(port, slot, flags, gpa, len, hva);   as KVM is told
 *   libkuv_port_handle_exit(port, run);             for each return of KVM_RUN
 *   libkuv_port_reset(port);                          when the machine is reset
 *   libkuv_port_detach(port);                    before the VM's fd is closed
 *
 * and to publish libkuv_hardware_info() as the fw_cfg file
 * "etc/hardware-info". A VMM that keeps the variables itself uses a
 * libkuv_store as well.
 *
 * A VMM that can be migrated needs this in addition. If it keeps the variables
 * itself:
 *
 *   libkuv_port_take_dirty(port, &dirty);            for each dirty log fetched
 *   libkuv_port_save(port, flags, &image, &len);       with the vCPUs' registers
 *   libkuv_port_restore(port, flags, image, len);   there, after the attach call
 *
 * If somebody else does, who moves them beside the VMM's stream:
 *
 *   libkuv_port_take_dirty(port, &dirty);            for each dirty log fetched
 *   libkuv_port_pause(port, flags);                     the last vCPU stopped
 *   libkuv_port_resume(port);      before the first one runs; -EAGAIN: not yet
 *
 * tools/testing/vmm/migrate.c is an example of the first kind.
 *
 * Every function that can fail returns 0 or more for success and -errno for
 * failure. The library prints nothing and keeps no global state. Structures
 * kvm_uefivars_* are those of the kernel: the caller sets @size to sizeof.
 */

struct kvm_run;
struct libkuv_port;
struct libkuv_device;
struct libkuv_store;

/* Bytes of the record that libkuv_hardware_info() makes. */
#define LIBKUV_HARDWARE_INFO_SIZE	24

/* Flags of libkuv_port_attach(). Of the first three, one at most. */
/* LIBKUV_TRANSPORT_FORWARD and no other. */
#define LIBKUV_ATTACH_FORWARD_ONLY	(1U << 0)
/* LIBKUV_TRANSPORT_DOORBELL and no other; not with LIBKUV_ATTACH_PIO. */
#define LIBKUV_ATTACH_DOORBELL_ONLY	(1U << 1)
/* LIBKUV_TRANSPORT_KVM and no other. */
#define LIBKUV_ATTACH_KVM_ONLY		(1U << 2)
/*
 * The guest is told to pass messages through a register, piece by piece, for
 * guests whose memory the host cannot read. Slow.
 */
#define LIBKUV_ATTACH_PIO		(1U << 3)

/* How requests of the guest reach the module, from slow to fast. */
/* Registers exit to the VMM, which passes them to libkuv_port_handle_exit(). */
#define LIBKUV_TRANSPORT_FORWARD	0
/* Messages are answered inside KVM_RUN; only the set-up registers exit. */
#define LIBKUV_TRANSPORT_DOORBELL	1
/* KVM_CAP_UEFI_VARS: KVM takes everything to the module, nothing exits. */
#define LIBKUV_TRANSPORT_KVM		2

/**
 * libkuv_port_attach() - serve the variables of a port to a VM
 * @ret_port: out: the attached port; untouched on failure
 * @port_fd: port descriptor; belongs to the port on success
 * @vm_fd: VM of this process, from KVM_CREATE_VM; must stay open longer than
 *	the port
 * @base: guest physical address of the register page, a multiple of 4096,
 *	where the VM has nothing else; KVM_UEFIVARS_MMIO_BASE is usual on x86
 * @flags: LIBKUV_ATTACH_*
 *
 * Takes the fastest transport that the host and the VM allow, or the one that
 * @flags ask for. All but forwarding take the highest memory slot number of
 * each address space of the VM, not in PIO mode.
 *
 * Context: Before the first vCPU runs. Not for a process that only inherited
 *	the VM by fork().
 * Return: 0; -EINVAL bad argument or not a port; -EBUSY attached already;
 *	-EEXIST the VM has something at @base; -EOPNOTSUPP the host, or the VM,
 *	does not have the transport that @flags ask for; or another -errno of
 *	KVM.
 */
int libkuv_port_attach(struct libkuv_port **ret_port, int port_fd, int vm_fd,
		       uint64_t base, uint32_t flags);

/**
 * libkuv_port_detach() - undo libkuv_port_attach() and free the port
 * @port: the port, or NULL
 *
 * Closes the port descriptor. Variables stay with their store.
 *
 * Context: No other thread may use @port, no vCPU may be running.
 */
void libkuv_port_detach(struct libkuv_port *port);

/**
 * libkuv_port_fd() - descriptor to poll() for leave to run
 * @port: an attached port
 *
 * Readable while the store is not frozen, see libkuv_port_resume().
 *
 * Context: Any thread.
 * Return: The descriptor; it stays with the port.
 */
int libkuv_port_fd(const struct libkuv_port *port);

/**
 * libkuv_port_transport() - how requests reach the module
 * @port: an attached port
 *
 * Context: Any thread.
 * Return: LIBKUV_TRANSPORT_*.
 */
int libkuv_port_transport(const struct libkuv_port *port);

/**
 * libkuv_transport_name() - word for a transport
 * @transport: LIBKUV_TRANSPORT_*
 *
 * Context: Any.
 * Return: "forward", "doorbell" or "cap"; NULL for any other number.
 */
const char *libkuv_transport_name(int transport);

/**
 * libkuv_port_set_memory() - tell where a piece of guest memory is
 * @port: an attached port
 * @slot: number the caller has for it, as with KVM
 * @flags: KVM_UEFIVARS_MEM_READONLY or 0
 * @gpa: guest physical address
 * @len: bytes; 0 removes the slot
 * @hva: address in this process
 *
 * Call it for everything that firmware may place its buffer in, which is all
 * RAM: after KVM got the slot, and before KVM loses it. @gpa, @len and @hva
 * are multiples of 4096. Not needed with LIBKUV_TRANSPORT_KVM, where it does
 * nothing.
 *
 * Context: Any thread that shares the memory of the attaching one. May wait
 *	for requests that use the slot.
 * Return: 0; -EINVAL overlap or misaligned; -ENOSPC @slot is too high.
 */
int libkuv_port_set_memory(struct libkuv_port *port, uint32_t slot,
			   uint32_t flags, uint64_t gpa, uint64_t len,
			   void *hva);

/**
 * libkuv_port_mmio() - forward one access to a register
 * @port: an attached port
 * @offset: offset in the register page, below 4096
 * @data: little-endian bytes, read or written
 * @len: bytes of the access
 * @is_write: true if the guest wrote
 *
 * A write of a command returns when the request was answered.
 *
 * Context: Any thread that shares the memory of the attaching one.
 * Return: 0, also for accesses that mean nothing (they read as all ones);
 *	-EINVAL @offset or @len is out of range, -EPERM foreign process.
 */
int libkuv_port_mmio(struct libkuv_port *port, uint32_t offset, void *data,
		     uint32_t len, int is_write);

/**
 * libkuv_port_handle_exit() - deal with a return of KVM_RUN, if it is the port's
 * @port: an attached port
 * @run: the vCPU's kvm_run, after KVM_RUN returned 0
 *
 * Context: The vCPU's thread.
 * Return: 1 it was an access to the register page and is done, call KVM_RUN
 *	again; 0 it was something else, nothing happened; -errno it could not be
 *	forwarded.
 */
int libkuv_port_handle_exit(struct libkuv_port *port, struct kvm_run *run);

/**
 * libkuv_port_reset() - the machine is being reset
 * @port: an attached port
 *
 * Call it for every reset of the whole machine and for nothing else. What
 * only the guest does (INIT, wake from sleep, a command to the mailbox) is no
 * such reset: it would hand an operating system the rights of firmware.
 *
 * Context: No vCPU is running; before the first one runs again.
 * Return: 0 or -errno; the machine must not be started again on failure.
 */
int libkuv_port_reset(struct libkuv_port *port);

/**
 * libkuv_port_info() - state and counters of a port
 * @port: an attached port
 * @info: in: @size, out: the rest
 *
 * Context: Any thread.
 * Return: 0 or -errno.
 */
int libkuv_port_info(const struct libkuv_port *port,
		     struct kvm_uefivars_port_info *info);

/**
 * libkuv_port_save() - all of the machine's variable service, to move it
 * @port: an attached port, opened with KVM_UEFIVARS_PORT_STATE
 * @flags: KVM_UEFIVARS_STATE_VARIABLES, which needs
 *	KVM_UEFIVARS_PORT_VARIABLES, or 0
 * @ret_image: out: the image, to be freed with free(); untouched on failure
 * @ret_len: out: bytes of it
 *
 * It belongs at the end of the VMM's own migration stream, behind the memory
 * and the vCPUs.
 *
 * Context: No vCPU is running.
 * Return: 0; -EPERM the port has no right to; -ENOMEM.
 */
int libkuv_port_save(const struct libkuv_port *port, uint32_t flags,
		     void **ret_image, size_t *ret_len);

/**
 * libkuv_port_restore() - go on where a machine was saved
 * @port: an attached port, opened as for libkuv_port_save()
 * @flags: as for libkuv_port_save(); non-volatile variables are replaced then
 * @image: what libkuv_port_save() made, perhaps on another host
 * @len: bytes of it
 *
 * Context: After libkuv_port_attach(), before the first vCPU runs.
 * Return: 0; -EBADMSG damaged, or of a newer host; -ENOSPC over a limit of the
 *	store; -ENODATA @image does not have what was asked for; -EPERM. On an
 *	error nothing has changed.
 */
int libkuv_port_restore(struct libkuv_port *port, uint32_t flags,
			const void *image, size_t len);

/**
 * libkuv_port_pause() - no vCPU is running
 * @port: an attached port
 * @flags: KVM_UEFIVARS_PAUSE_DEPARTED once all memory has left for another
 *	host, or 0
 *
 * Only of use where somebody else moves the state: whoever holds the store.
 *
 * Context: After the last vCPU stopped.
 * Return: 0 or -errno.
 */
int libkuv_port_pause(struct libkuv_port *port, uint32_t flags);

/**
 * libkuv_port_resume() - a vCPU is about to run
 * @port: an attached port
 *
 * Context: Before the first vCPU enters KVM_RUN.
 * Return: 0; -EAGAIN the store is frozen: no vCPU may run, try again when
 *	libkuv_port_fd() is readable.
 */
int libkuv_port_resume(struct libkuv_port *port);

/**
 * libkuv_port_take_dirty() - guest memory written since the last call
 * @port: an attached port
 * @dirty: out: the ranges
 *
 * KVM's dirty log does not have what replies were written to: add it to each
 * log that KVM_GET_DIRTY_LOG returns, before the pages are copied. With
 * LIBKUV_TRANSPORT_KVM the log has it, and there is little to add, or nothing.
 *
 * Context: Any thread that shares the memory of the attaching one.
 * Return: 0 or -errno.
 */
int libkuv_port_take_dirty(struct libkuv_port *port,
			   struct kvm_uefivars_dirty *dirty);

/**
 * libkuv_hardware_info() - make the record by which firmware finds the page
 * @base: guest physical address of the register page
 * @blob: out: content for the fw_cfg file "etc/hardware-info"
 *
 * Records of other hardware may stand before or after it in the same file.
 *
 * Context: Any.
 */
void libkuv_hardware_info(uint64_t base,
			  uint8_t blob[LIBKUV_HARDWARE_INFO_SIZE]);

/**
 * libkuv_device_open() - open the module's device
 * @ret_device: out: the device; untouched on failure
 * @path: device node, NULL for /dev/kvm-uefivars
 *
 * Context: Any.
 * Return: 0; -ENOENT or -ENXIO no module; -EACCES no permission.
 */
int libkuv_device_open(struct libkuv_device **ret_device, const char *path);

/**
 * libkuv_device_close() - close the device; stores and ports stay
 * @device: the device, or NULL
 *
 * Context: No other thread may use @device.
 */
void libkuv_device_close(struct libkuv_device *device);

/**
 * libkuv_device_info() - what the module is and can do
 * @device: the device
 * @info: in: @size, out: the rest
 *
 * Context: Any thread.
 * Return: 0 or -errno.
 */
int libkuv_device_info(const struct libkuv_device *device,
		       struct kvm_uefivars_info *info);

/**
 * libkuv_store_create() - make an empty store of variables
 * @ret_store: out: the store; untouched on failure
 * @device: the device
 * @config: limits and durability, NULL for the defaults
 * @cookie: 16 bytes to know the store by, NULL for zeros
 *
 * Context: Any thread.
 * Return: 0; -ENOSPC over a limit of the module; or another -errno.
 */
int libkuv_store_create(struct libkuv_store **ret_store,
			const struct libkuv_device *device,
			const struct kvm_uefivars_config *config,
			const uint8_t *cookie);

/**
 * libkuv_store_open_by_id() - open a store that exists
 * @ret_store: out: the store; untouched on failure
 * @device: the device
 * @id: number of the store
 *
 * Context: Any thread. Needs CAP_SYS_ADMIN.
 * Return: 0; -ENOENT no such store; -EPERM; or another -errno.
 */
int libkuv_store_open_by_id(struct libkuv_store **ret_store,
			    const struct libkuv_device *device, uint64_t id);

/**
 * libkuv_store_from_fd() - use a store descriptor that was handed over
 * @ret_store: out: the store; untouched on failure
 * @fd: store descriptor; belongs to the store on success
 *
 * Context: Any thread.
 * Return: 0; -EINVAL not a store descriptor; -ENOMEM.
 */
int libkuv_store_from_fd(struct libkuv_store **ret_store, int fd);

/**
 * libkuv_store_close() - close the descriptor and free the handle
 * @store: the store, or NULL
 *
 * The kernel keeps the variables while a port of the store is open.
 *
 * Context: No other thread may use @store.
 */
void libkuv_store_close(struct libkuv_store *store);

/**
 * libkuv_store_fd() - descriptor to poll() for changes
 * @store: the store
 *
 * Context: Any thread.
 * Return: The descriptor; it stays with the store.
 */
int libkuv_store_fd(const struct libkuv_store *store);

/**
 * libkuv_store_info() - state and statistics of a store
 * @store: the store
 * @info: in: @size, out: the rest
 *
 * Context: Any thread.
 * Return: 0 or -errno.
 */
int libkuv_store_info(const struct libkuv_store *store,
		      struct kvm_uefivars_store_info *info);

/**
 * libkuv_store_set_config() - change limits and durability
 * @store: the store
 * @config: complete new configuration
 *
 * Context: Any thread.
 * Return: 0; -ENOSPC over a limit of the module; -EINVAL.
 */
int libkuv_store_set_config(struct libkuv_store *store,
			    const struct kvm_uefivars_config *config);

/**
 * libkuv_store_open_port() - get the right to run the VM of this store
 * @store: the store
 * @flags: KVM_UEFIVARS_PORT_*: what the port may do beside, or 0
 *
 * Context: Any thread.
 * Return: A port descriptor, close-on-exec; -EBUSY one is open already.
 */
int libkuv_store_open_port(struct libkuv_store *store, uint32_t flags);

/**
 * libkuv_store_freeze() - stop serving, to move the machine
 * @store: the store
 *
 * What is saved then stays true until libkuv_store_thaw().
 *
 * Context: Any thread.
 * Return: 0; -EBUSY its VMM runs and has not said libkuv_port_pause().
 */
int libkuv_store_freeze(struct libkuv_store *store);

/**
 * libkuv_store_thaw() - serve again
 * @store: the store
 *
 * Context: Any thread.
 * Return: 0 or -errno.
 */
int libkuv_store_thaw(struct libkuv_store *store);

/**
 * libkuv_store_save() - all of a store and of the machine it serves
 * @store: the store
 * @flags: KVM_UEFIVARS_STATE_VARIABLES or 0
 * @ret_image: out: the image, to be freed with free(); untouched on failure
 * @ret_len: out: bytes of it
 *
 * Context: Any thread.
 * Return: 0 or -ENOMEM.
 */
int libkuv_store_save(const struct libkuv_store *store, uint32_t flags,
		      void **ret_image, size_t *ret_len);

/**
 * libkuv_store_restore() - put what was saved in force, all or nothing
 * @store: the store
 * @flags: KVM_UEFIVARS_STATE_VARIABLES replaces the non-volatile variables
 * @image: what libkuv_store_save() or libkuv_port_save() made
 * @len: bytes of it
 *
 * The machine in the image goes on where it was if a port is open.
 *
 * Context: Any thread; no vCPU has run yet.
 * Return: As libkuv_port_restore().
 */
int libkuv_store_restore(struct libkuv_store *store, uint32_t flags,
			 const void *image, size_t len);

/**
 * libkuv_store_var_set() - create or replace a variable, as its operator
 * @store: the store
 * @var: in: see struct kvm_uefivars_var; out: @seq
 *
 * Context: Any thread.
 * Return: 0; -ENOSPC no room; -EINVAL malformed.
 */
int libkuv_store_var_set(struct libkuv_store *store,
			 struct kvm_uefivars_var *var);

/**
 * libkuv_store_var_get() - read a variable
 * @store: the store
 * @var: in: name and room, out: the rest
 *
 * Context: Any thread.
 * Return: 0; -ENOENT; -EMSGSIZE with the room needed in @var->data_len.
 */
int libkuv_store_var_get(const struct libkuv_store *store,
			 struct kvm_uefivars_var *var);

/**
 * libkuv_store_var_next() - list the variables
 * @store: the store
 * @next: in: the variable before, @name_len 0 to begin; out: the next one
 *
 * Context: Any thread.
 * Return: 0; -ENOENT at the end; -EMSGSIZE; -EINVAL the one before is gone.
 */
int libkuv_store_var_next(const struct libkuv_store *store,
			  struct kvm_uefivars_next *next);

/**
 * libkuv_store_var_delete() - delete a variable, as its operator
 * @store: the store
 * @var: in: name; out: @seq
 *
 * Context: Any thread.
 * Return: 0; -ENOENT.
 */
int libkuv_store_var_delete(struct libkuv_store *store,
			    struct kvm_uefivars_var *var);

/**
 * libkuv_store_read_batch() - read what changed since the last acknowledgement
 * @store: the store
 * @buf: where to put the batch, aligned to 8
 * @size: room at @buf; kvm_uefivars_store_info.batch_size_max is always enough
 *
 * Context: Any thread. Never waits.
 * Return: Bytes of the batch; -EAGAIN nothing changed; -EMSGSIZE.
 */
ssize_t libkuv_store_read_batch(struct libkuv_store *store, void *buf,
				size_t size);

/**
 * libkuv_batch_next() - walk the records of a batch
 * @buf: what libkuv_store_read_batch() filled
 * @len: bytes it returned
 * @record: in: the record before, NULL to begin; out: the next one
 *
 * Context: Any.
 * Return: 1; 0 at the end; -EBADMSG it is not a whole batch.
 */
int libkuv_batch_next(const void *buf, size_t len,
		      const struct kvm_uefivars_record **record);

/**
 * libkuv_record_name() - name in a record
 * @record: from libkuv_batch_next()
 *
 * Context: Any.
 * Return: @record->name_len bytes of UTF-16LE.
 */
const void *libkuv_record_name(const struct kvm_uefivars_record *record);

/**
 * libkuv_record_data() - data in a record
 * @record: from libkuv_batch_next()
 *
 * Context: Any.
 * Return: @record->data_len bytes.
 */
const void *libkuv_record_data(const struct kvm_uefivars_record *record);

/**
 * libkuv_store_ack() - a batch is durable, or cannot be
 * @store: the store
 * @seq: kvm_uefivars_batch.seq of a batch that was read
 * @flags: 0 or KVM_UEFIVARS_ACK_FAILED
 *
 * Context: Any thread.
 * Return: 0; -EINVAL @seq was never read.
 */
int libkuv_store_ack(struct libkuv_store *store, uint64_t seq, uint32_t flags);

#ifdef __cplusplus
}
#endif

#endif /* LIBKUV_H */
