/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd is told; nothing happens without systemd. */
#ifndef _VARD_NOTIFY_H
#define _VARD_NOTIFY_H

#include "loop.h"

/**
 * vard_notify_store() - keep a store across restarts of this program
 * @s: store
 *
 * Waits a moment until systemd has it: from then on nothing is lost if this
 * process dies.
 */
void vard_notify_store(const struct vard_source *s);

/**
 * vard_notify_unstore() - forget a store
 * @s: store
 */
void vard_notify_unstore(const struct vard_source *s);

/**
 * vard_notify_is_store() - was this descriptor kept by vard_notify_store()?
 * @fdname: its name, from systemd
 *
 * Return: Whether it was.
 */
bool vard_notify_is_store(const char *fdname);

/**
 * vard_notify_parse() - the VM that a kept store waits for
 * @fdname: name of the descriptor, from systemd
 * @vm: VARD_VM_NAME_MAX bytes, filled if it waits for one
 *
 * Return: Whether it is the name of an incoming store.
 */
bool vard_notify_parse(const char *fdname, char *vm);

/**
 * vard_notify_status() - the line in `systemctl status`, in a moment
 * @d: daemon
 */
void vard_notify_status(struct vard *d);

#endif /* _VARD_NOTIFY_H */
