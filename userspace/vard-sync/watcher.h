/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients that want to hear what happens to a VM, as far as they listen. */
#ifndef _VARD_WATCHER_H
#define _VARD_WATCHER_H

#include "control.h"
#include "varlist.h"

/* Most VMs that one connection watches, and all of them together. */
#define VARD_WATCHES_MAX 1024
#define VARD_WATCHES_ALL_MAX 8192

/*
 * Nobody is waited for: what a client does not read is kept in memory, and the
 * client that leaves too much of it is disconnected.
 */
#define VARD_WATCHER_BYTES_MAX (8U << 20)
#define VARD_WATCHER_MESSAGES_MAX 4096

/**
 * vard_watcher_add() - tell a client what happens to a VM from now on
 * @c: client
 * @vm: name of a VM
 * @e: filled on failure
 *
 * Return: 0, also if it is told already; or -errno.
 */
int vard_watcher_add(struct vard_conn *c, const char *vm, sd_bus_error *e);

/**
 * vard_watcher_drop() - a client has gone
 * @c: client
 */
void vard_watcher_drop(struct vard_conn *c);

/**
 * vard_watcher_has() - does anybody watch this VM?
 * @d: daemon
 * @vm: its name
 *
 * Return: Whether somebody does.
 */
bool vard_watcher_has(const struct vard *d, const char *vm);

/**
 * vard_watcher_batch() - make ready what tells of a guest's changes
 * @d: daemon
 * @vm: name of the VM
 * @b: batch; its position does not change
 *
 * Context: Within the transaction; vard_watcher_end() follows.
 */
void vard_watcher_batch(struct vard *d, const char *vm,
			const struct vard_batch *b);

/**
 * vard_watcher_list() - make ready what tells of the host's changes
 * @d: daemon
 * @vm: name of the VM
 * @l: variables and removals; nothing happens if there are none
 *
 * Context: Within the transaction; vard_watcher_end() follows.
 */
void vard_watcher_list(struct vard *d, const char *vm,
		       const struct vard_varlist *l);

/**
 * vard_watcher_end() - the transaction is over
 * @d: daemon
 * @is_on_disk: send what is ready, else forget it
 */
void vard_watcher_end(struct vard *d, bool is_on_disk);

/**
 * vard_watcher_look() - tell if a VM has started or stopped
 * @d: daemon
 * @s: its store, whose state is known
 */
void vard_watcher_look(struct vard *d, struct vard_source *s);

/**
 * vard_watcher_removed() - tell that a VM is gone
 * @d: daemon
 * @vm: its name
 */
void vard_watcher_removed(struct vard *d, const char *vm);

#endif /* _VARD_WATCHER_H */
