/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening a VM whose memory comes from elsewhere: -incoming of QEMU. */
#ifndef _VARD_INCOMING_H
#define _VARD_INCOMING_H

#include "vm.h"

/**
 * vard_incoming_open() - open the port of a VM that moves in
 * @d: daemon
 * @rq: what is wanted
 * @vm: its row, or NULL without
 * @ret: filled on success
 * @e: filled on failure
 *
 * With a saved machine in the database, the store gets that, and the VM can go
 * on at once. Else the store is new, frozen and not in the database: it waits
 * for vard_move_in(), even while a VM of the same name runs here.
 *
 * Return: 0 or -errno.
 */
int vard_incoming_open(struct vard *d, const struct vard_request *rq,
		       const struct vard_vm *vm, struct vard_opened *ret,
		       sd_bus_error *e);

/**
 * vard_incoming_make() - a store that waits, without a port
 * @d: daemon
 * @vm: name, owner, durability and options; gets a new uuid
 * @ret: filled
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_incoming_make(struct vard *d, struct vard_vm *vm,
		       struct vard_source **ret, sd_bus_error *e);

/**
 * vard_incoming_forget() - a VM starts afresh: drop its saved machine, if any
 * @d: daemon
 * @s: its store
 * @uid: who starts it
 */
void vard_incoming_forget(struct vard *d, struct vard_source *s, uid_t uid);

/**
 * vard_incoming_error() - tell a client why an image was not taken
 * @s: store
 * @e: filled
 * @r: what vard_source_restore() returned
 *
 * Return: @r.
 */
int vard_incoming_error(const struct vard_source *s, sd_bus_error *e, int r);

/**
 * vard_incoming_has_machine() - is there a machine that has not run here yet?
 * @d: daemon
 * @vm: the VM
 *
 * Return: Whether the database has one, also if it cannot be read.
 */
bool vard_incoming_has_machine(struct vard *d, const struct vard_vm *vm);

#endif /* _VARD_INCOMING_H */
