/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has QEMU tell what becomes of its VM, by functions it exports for its modules. */
#ifndef _KUV_QEMU_H
#define _KUV_QEMU_H

#include <stdbool.h>

/**
 * struct kuv_qemu_events - what QEMU tells
 * @woke: the machine woke from sleep, see reset.h
 * @ran: the VM was started (true), or stopped and no vCPU runs (false)
 * @departed: a migration has sent all memory away
 *
 * QEMU calls them under its big lock, from any thread.
 */
struct kuv_qemu_events {
	void (*woke)(void);
	void (*ran)(bool is_running);
	void (*departed)(void);
};

/**
 * kuv_qemu_watch_wakeup() - be told of wakeups
 * @events: stays where it is
 *
 * Return: Whether this QEMU can.
 */
bool kuv_qemu_watch_wakeup(const struct kuv_qemu_events *events);

/**
 * kuv_qemu_watch_moves() - be told of starts, stops and migrations
 * @events: stays where it is
 *
 * Return: Whether this QEMU can; if not, nothing is told.
 */
bool kuv_qemu_watch_moves(const struct kuv_qemu_events *events);

#endif /* _KUV_QEMU_H */
